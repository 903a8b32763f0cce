# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the root certificates to which those of Azure chain."""

from __future__ import annotations

from typing import Any

from ...windows import certificate_stores
from ..catalogue import ROOT_CERTIFICATES
from ..host import Host

DESCRIPTION = r"""
description: The root certificates to which those of Azure chain.
type: dict
contains:
  automatic:
    description: Whether Windows may fetch root certificates when it needs them.
    type: bool
    sample: true
  missing:
    description: Those that the computer does not have.
    type: list
    elements: dict
    contains: &certificate
      name:
        description: Name.
        type: str
        sample: DigiCert Global Root G2
      thumbprint:
        description: SHA-1 thumbprint.
        type: str
        sample: DF3C24F9BFD666761B268073FE06D1CC8D4F82A4
      usual:
        description: Whether it is usually there on a host that uses Azure.
        type: bool
        sample: true
  disallowed:
    description: Those that the computer is told not to trust.
    type: list
    elements: dict
    contains: *certificate
"""

KEYS = certificate_stores.KEYS


def gather(host: Host) -> dict[str, Any]:
    """Which of them the stores of the computer lack."""
    stores = certificate_stores.root_stores([host.key(key) for key in KEYS])
    known = [{"thumbprint": thumbprint, **entry} for thumbprint, entry in ROOT_CERTIFICATES.items()]
    return {
        "automatic": stores.automatic,
        "missing": [entry for entry in known if entry["thumbprint"] not in stores.trusted],
        "disallowed": [entry for entry in known if entry["thumbprint"] in stores.disallowed],
    }
