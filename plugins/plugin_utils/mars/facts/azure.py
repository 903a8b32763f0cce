# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about Azure: whether the host is a virtual machine there, and the modules that offline seeding needs."""

from __future__ import annotations

from typing import Any

from ...windows.absence import unless_absent
from ...wsman.values import CimPath, string
from ..host import Host

DESCRIPTION = r"""
description: The host and Azure.
type: dict
contains:
  vm:
    description: Whether the host is a virtual machine in Azure.
    type: bool
    sample: false
  powershell:
    description: Which modules for Azure Windows PowerShell has for all users, V(Az) or V(AzureRM).
    type: list
    elements: str
    sample: [Az]
"""

_CHASSIS = CimPath("root/cimv2", "Win32_SystemEnclosure", {"Tag": "System Enclosure 0"})
# Azure gives it to all of its virtual machines, and nobody else does.
_ASSET_TAG = "7783-7084-3265-9085-8269-3286-77"
# Evidence: offline_seeding
_MODULES = r"%ProgramFiles%\WindowsPowerShell\Modules"
_INSTALLED = r"%ProgramFiles(x86)%\Microsoft SDKs\Azure\PowerShell"
COMMANDS = {
    "azure_powershell": lambda host: (
        rf'(if exist "{_MODULES}\Az.Accounts\" echo Az) & (if exist "{_MODULES}\AzureRM\" echo AzureRM) &'
        rf' (if exist "{_INSTALLED}\" echo AzureRM)'
    )
}


def gather(host: Host) -> dict[str, Any]:
    """The asset tag of the chassis, and the folders of the modules."""
    return host.read_each(
        "azure",
        {
            "vm": lambda: _asset_tag(host) == _ASSET_TAG,
            "powershell": lambda: sorted(set(host.output("azure_powershell").text.split())),
        },
    )


def _asset_tag(host: Host) -> str | None:
    chassis = unless_absent(lambda: host.session.get(_CHASSIS))
    return None if chassis is None else chassis.read("SMBIOSAssetTag", string)
