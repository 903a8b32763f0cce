# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the vault the agent is registered with."""

from __future__ import annotations

from functools import partial
from typing import Any

from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: The vault the agent is registered with, by the agent's registry key C(Config).
type: dict
contains:
  registered:
    description: Whether the agent is registered, which is when it has a machine ID.
    type: bool
    sample: true
  machine_id:
    description: ID of the machine in its vault, V(null) if the agent is not registered.
    type: str
    sample: 7f2f6d8e-32a1-4ad0-9c6c-4f6b2f7f0d11
  vault:
    description: Name of the vault, V(null) if the registry has none.
    type: str
    sample: vault-westeurope
  resource_id:
    description: Number of the vault, unlike its name a unique one, V(null) if the registry has none.
    type: str
    sample: '5012345678901234567'
"""

KEYS = (locations.CONFIG_KEY,)
_TEXTS = {"machine_id": "MachineId", "vault": "ServiceResourceName", "resource_id": "ResourceId"}


def gather(host: Host) -> dict[str, Any]:
    """The machine's ID, and the vault's name and number."""
    facts = host.read_each("registration", {fact: partial(_text, host, name) for fact, name in _TEXTS.items()})
    if "machine_id" in facts:
        facts["registered"] = facts["machine_id"] is not None
    return facts


def _text(host: Host, name: str) -> str | None:
    key = host.key(locations.CONFIG_KEY)
    return (key.string(name) or None) if key else None
