# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about Windows PowerShell."""

from __future__ import annotations

from typing import Any

from ...windows.registry import MACHINE_ENVIRONMENT_KEY
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: Windows PowerShell.
type: dict
contains:
  version:
    description: Version of the engine, V(null) if it is not installed.
    type: str
    sample: 5.1.20348.1
  execution_policy:
    description: Execution policies of the computer.
    type: dict
    contains:
      group_policy:
        description: Set by Group Policy, V(null) if it sets none.
        type: str
        sample: RemoteSigned
      local_machine:
        description: Set for the computer, V(null) if undefined.
        type: str
        sample: RemoteSigned
      effective:
        description: The one that applies to the SYSTEM account.
        type: str
        sample: RemoteSigned
  module_path:
    description: Entries of the system environment variable E(PSModulePath), expanded.
    type: list
    elements: str
    sample: ['C:\Program Files\Microsoft Azure Recovery Services Agent\bin\Modules']
"""

# Windows Server 2012 R2, the first server release whose default execution policy is RemoteSigned.
_REMOTE_SIGNED_SINCE_BUILD = 9600


def gather(host: Host) -> dict[str, Any]:
    """Version, execution policy and module path as the SYSTEM account meets them."""
    version = host.registry.string(locations.POWERSHELL_KEY, "PowerShellVersion")
    if version is None:
        version = host.registry.string(locations.POWERSHELL_2_KEY, "PowerShellVersion")
    module_path = host.registry.expanded_string(MACHINE_ENVIRONMENT_KEY, "PSModulePath")
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
