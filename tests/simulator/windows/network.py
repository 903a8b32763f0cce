# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MSFT_NetConnectionProfile, from Microsoft's reference of the class: one for each network that is connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimValue
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

# Windows 8 and Windows Server 2012
FIRST_BUILD = 9200

_PROFILE = properties("""
    Caption Description ElementName *InstanceID InterfaceAlias InterfaceIndex:uint32 IPv4Connectivity:uint32
    IPv6Connectivity:uint32 Name NetworkCategory:uint32
""")


def _profiles(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _PROFILE,
            {
                "InstanceID": f"{{00000000-0000-0000-0000-00000000000{index}}}",
                "InterfaceAlias": f"Ethernet {index}",
                "InterfaceIndex": index,
                "IPv4Connectivity": ipv4,
                "IPv6Connectivity": ipv6,
                "Name": "example.test",
                "NetworkCategory": 2,
            },
        )
        for index, (ipv4, ipv6) in enumerate(host.profile.get("networks", [[4, 1]]), 1)
    ]


def classes(host: Host) -> list[CimClass]:
    if host.build < FIRST_BUILD:
        return []
    return [CimClass("root/StandardCimv2", "MSFT_NetConnectionProfile", _PROFILE, _profiles)]
