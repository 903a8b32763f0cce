# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about whether Microsoft supports the agent on this Windows."""

from __future__ import annotations

from typing import Any

from .. import catalogue, locations
from ..catalogue import AgentSupport
from ..host import Host

DESCRIPTION = r"""
description: What Microsoft's support matrix for the agent says about this Windows.
type: dict
contains:
  edition:
    description: The edition, V(null) for one this collection does not know.
    type: str
    sample: Standard
  server_core:
    description: Whether it is a Server Core installation, without a desktop. V(null) if that is not known.
    type: bool
    sample: false
  editions:
    description: The editions of this Windows on which the agent is supported, V(null) for an unknown Windows.
    type: list
    elements: str
    sample: [Standard, Datacenter, Essentials]
  service_pack:
    description: The oldest supported service pack, V(null) for an unknown Windows.
    type: int
    sample: 0
  ended:
    description: Whether support for the agent on this Windows has ended, V(null) for an unknown Windows.
    type: bool
    sample: false
  end_of_support:
    description: When Microsoft's support for this Windows ends, V(null) if that is not known.
    type: str
    sample: '2031-10-14'
"""

KEYS = (locations.SERVER_LEVELS_KEY,)
# Windows Server 2012, from which on the edition's number is the same with and without a desktop
_LEVELS_SINCE_BUILD = 9200
_CORE_SKUS = frozenset({12, 13, 14, 29, 39, 40, 41, 42})


def gather(host: Host) -> dict[str, Any]:
    """The edition, and the line of the support matrix."""

    def support() -> AgentSupport | None:
        known = catalogue.windows_release(host.operating_system.build, host.operating_system.product_type)
        return catalogue.agent_support(known.name) if known else None

    return host.read_each(
        "os_support",
        {
            "edition": lambda: _edition(host),
            "server_core": lambda: _is_server_core(host),
            "editions": lambda: list(line.editions) if (line := support()) else None,
            "service_pack": lambda: line.service_pack if (line := support()) else None,
            "ended": lambda: line.ended if (line := support()) else None,
            "end_of_support": lambda: line.end_of_support if (line := support()) else None,
        },
    )


def _edition(host: Host) -> str | None:
    sku = host.operating_system.sku
    return None if sku is None else catalogue.EDITIONS.get(sku)


def _is_server_core(host: Host) -> bool | None:
    """Microsoft's page "Determining whether Server Core is running"."""
    system = host.operating_system
    if system.product_type == "workstation":
        return False
    if system.build < _LEVELS_SINCE_BUILD:
        return None if system.sku is None else system.sku in _CORE_SKUS
    levels = host.key(locations.SERVER_LEVELS_KEY)
    return None if levels is None else levels.dword("Server-Gui-Mgmt") != 1
