# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the Windows release."""

from __future__ import annotations

from typing import Any

from .. import catalogue
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
    known = catalogue.windows_release(system.build, system.product_type)
    return {
        "name": known.name if known else None,
        "caption": system.caption,
        "version": system.version,
        "build": system.build,
        "service_pack": system.service_pack,
        "product_type": system.product_type,
        "architecture": system.architecture,
        "language": system.language,
        "computer_name": system.computer_name,
        "last_boot": system.last_boot.isoformat(),
        "windows_directory": system.windows_directory,
        "newest_dotnet": known.newest_dotnet if known else None,
        "newest_powershell": known.newest_powershell if known else None,
    }
