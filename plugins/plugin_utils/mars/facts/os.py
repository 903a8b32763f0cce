# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the Windows release."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .. import catalogue
from ..catalogue import WindowsRelease
from ..host import Host

DESCRIPTION = r"""
description: The Windows release.
type: dict
contains:
  name:
    description: The release by its build number, V(null) for one this collection does not know.
    type: str
    sample: Windows Server 2022
  caption:
    description: The name Windows gives itself, in its own language. For display only.
    type: str
    sample: Microsoft Windows Server 2022 Standard
  version:
    description: Version number.
    type: str
    sample: 10.0.20348
  build:
    description: Build number.
    type: int
    sample: 20348
  service_pack:
    description: Major version of the service pack, 0 for none.
    type: int
    sample: 0
  product_type:
    description: V(workstation), V(domain_controller), or V(server).
    type: str
    sample: server
  architecture:
    description: Address width, in bits.
    type: int
    sample: 64
  language:
    description: Language of the operating system, as a Windows LCID.
    type: int
    sample: 1033
  computer_name:
    description: NetBIOS name.
    type: str
    sample: FILES01
  last_boot:
    description: When Windows started, as an ISO 8601 time with offset.
    type: str
    sample: '2026-11-01T03:12:45+00:00'
  local_time:
    description: The host's clock when the facts were gathered, as an ISO 8601 time with offset.
    type: str
    sample: '2026-11-20T10:00:00+00:00'
  windows_directory:
    description: Folder of Windows.
    type: str
    sample: C:\Windows
  newest_dotnet:
    description: Newest .NET Framework that can be installed on it, V(null) for an unknown release.
    type: str
    sample: 4.8.1
  newest_powershell:
    description: Newest Windows PowerShell that can be installed on it, V(null) for an unknown release.
    type: str
    sample: '5.1'
"""


def gather(host: Host) -> dict[str, Any]:
    """The Windows release, and the newest .NET Framework and Windows PowerShell that run on it."""
    system = host.operating_system

    def release() -> WindowsRelease | None:
        return catalogue.windows_release(system.build, system.product_type)

    return host.read_each(
        "os",
        {
            "name": lambda: known.name if (known := release()) else None,
            "caption": lambda: system.caption,
            "version": lambda: system.version,
            "build": lambda: system.build,
            "service_pack": lambda: system.service_pack,
            "product_type": lambda: system.product_type,
            "architecture": lambda: system.architecture,
            "language": lambda: system.language,
            "computer_name": lambda: system.computer_name,
            "last_boot": lambda: datetime.isoformat(system.last_boot),
            "local_time": lambda: datetime.isoformat(system.local_time),
            "windows_directory": lambda: system.windows_directory,
            "newest_dotnet": lambda: known.newest_dotnet if (known := release()) else None,
            "newest_powershell": lambda: known.newest_powershell if (known := release()) else None,
        },
    )
