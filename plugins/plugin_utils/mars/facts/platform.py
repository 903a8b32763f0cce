# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about Windows itself: the release, the .NET Framework and Windows PowerShell."""

from __future__ import annotations

from typing import Any

from .. import locations
from ..dotnet import version_of
from ..windows_releases import release
from .host import Host

# Windows Server 2012 R2, the first server release whose default execution policy is RemoteSigned.
_REMOTE_SIGNED_SINCE_BUILD = 9600


def os(host: Host) -> dict[str, Any]:
    """The Windows release, and the newest .NET Framework and Windows PowerShell that run on it."""
    system = host.operating_system
    known = release(system.build, system.product_type)
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


def dotnet(host: Host) -> dict[str, Any]:
    """The installed .NET Framework 4.5 or later, by its Release number."""
    number = host.registry.dword(locations.DOTNET_KEY, "Release")
    return {"release": number, "version": None if number is None else version_of(number)}


def powershell(host: Host) -> dict[str, Any]:
    """Version, execution policy and module path as the SYSTEM account meets them."""
    version = host.registry.string(locations.POWERSHELL_KEY, "PowerShellVersion")
    if version is None:
        version = host.registry.string(locations.POWERSHELL_2_KEY, "PowerShellVersion")
    module_path = host.registry.expanded_string(locations.MACHINE_ENVIRONMENT_KEY, "PSModulePath")
    return {
        "version": version,
        "execution_policy": _execution_policy(host),
        "module_path": [entry.strip() for entry in (module_path or "").split(";") if entry.strip()],
    }


def _execution_policy(host: Host) -> dict[str, str | None]:
    group_policy = None
    enabled = host.registry.dword(locations.EXECUTION_POLICY_GPO_KEY, "EnableScripts")
    if enabled == 0:
        group_policy = "Restricted"
    elif enabled is not None:
        group_policy = host.registry.string(locations.EXECUTION_POLICY_GPO_KEY, "ExecutionPolicy")
    local_machine = host.registry.string(locations.EXECUTION_POLICY_KEY, "ExecutionPolicy")
    return {
        "group_policy": group_policy,
        "local_machine": local_machine,
        "effective": group_policy or local_machine or _default_execution_policy(host),
    }


def _default_execution_policy(host: Host) -> str:
    system = host.operating_system
    is_server = system.product_type != "workstation"
    return "RemoteSigned" if is_server and system.build >= _REMOTE_SIGNED_SINCE_BUILD else "Restricted"
