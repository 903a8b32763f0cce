# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about Windows PowerShell."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...windows.paths import entries, fold, steps
from ...windows.registry import MACHINE_ENVIRONMENT_KEY, WrongTypeError
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
    description: Execution policies as the SYSTEM account meets them. The first one that is set applies.
    type: dict
    contains:
      group_policy:
        description: Set for the computer by Group Policy, V(null) if it sets none.
        type: str
        sample: RemoteSigned
      user_policy:
        description: Set for SYSTEM by Group Policy, V(null) if it sets none.
        type: str
        sample: null
      current_user:
        description: Set by SYSTEM for itself, V(null) if undefined.
        type: str
        sample: null
      local_machine:
        description: Set for the computer, V(null) if undefined.
        type: str
        sample: RemoteSigned
      effective:
        description:
          - The one that applies, by its proper name.
          - V(null) if none of them is set and sources differ on what applies then (servers since 2012 R2).
        type: str
        sample: RemoteSigned
  module_path:
    description: Entries of the system environment variable E(PSModulePath), expanded.
    type: list
    elements: str
    sample: ['C:\Program Files\Microsoft Azure Recovery Services Agent\bin\Modules']
  module_path_lost:
    description:
      - Entries of that variable which are missing since this collection installed Windows PowerShell.
      - An installation may lose them at a restart after the end of its run.
    type: list
    elements: str
    sample: []
"""

KEYS = (
    locations.POWERSHELL_KEY,
    locations.POWERSHELL_2_KEY,
    locations.EXECUTION_POLICY_GPO_KEY,
    locations.SYSTEM_EXECUTION_POLICY_GPO_KEY,
    locations.SYSTEM_EXECUTION_POLICY_KEY,
    locations.EXECUTION_POLICY_KEY,
    MACHINE_ENVIRONMENT_KEY,
    locations.KEPT_KEY,
)

# Windows PowerShell compares them in any letter case, and takes any other text for Restricted.
_POLICIES = {fold(name): name for name in ("Bypass", "Unrestricted", "RemoteSigned", "AllSigned", "Restricted")}
_STRICTEST = "Restricted"
# Windows Server 2012 R2
_REMOTE_SIGNED_SINCE_BUILD = 9600


def gather(host: Host) -> dict[str, Any]:
    """Version, execution policy and module path as the SYSTEM account meets them."""
    return host.read_each(
        "powershell",
        {
            "version": partial(_version, host),
            "execution_policy": partial(_execution_policy, host),
            "module_path": partial(_module_path, host),
            "module_path_lost": partial(_module_path_lost, host),
        },
    )


def _version(host: Host) -> str | None:
    version = host.text(locations.POWERSHELL_KEY, "PowerShellVersion")
    return host.text(locations.POWERSHELL_2_KEY, "PowerShellVersion") if version is None else version


def _module_path(host: Host) -> list[str]:
    # PowerShell removes the blanks around an entry, and nothing else
    return entries(host.text(MACHINE_ENVIRONMENT_KEY, "PSModulePath") or "")


def _module_path_lost(host: Host) -> list[str]:
    former = entries(host.text(locations.KEPT_KEY, locations.FORMER_MODULE_PATH_VALUE) or "")
    if not former:
        return []
    present = {steps(entry) for entry in _module_path(host)}
    return [entry for entry in former if steps(entry) not in present]


def _execution_policy(host: Host) -> dict[str, str | None]:
    policies = host.read_each(
        "powershell.execution_policy",
        {
            "group_policy": partial(_group_policy, host, locations.EXECUTION_POLICY_GPO_KEY),
            "user_policy": partial(_group_policy, host, locations.SYSTEM_EXECUTION_POLICY_GPO_KEY),
            "current_user": partial(_preference, host, locations.SYSTEM_EXECUTION_POLICY_KEY),
            "local_machine": partial(_preference, host, locations.EXECUTION_POLICY_KEY),
        },
    )
    for scope in ("group_policy", "user_policy", "current_user", "local_machine"):
        if scope not in policies:
            return policies  # it might be the one that applies
        if policy := policies[scope]:
            return policies | {"effective": _POLICIES.get(fold(policy), _STRICTEST)}
    return policies | host.read_each("powershell.execution_policy", {"effective": partial(_undefined, host)})


# Evidence: execution_policy_undefined
def _undefined(host: Host) -> str | None:
    """What applies where no scope has a policy.

    Microsoft's page about_Execution_Policies says RemoteSigned on servers since Windows Server 2012 R2, but the
    source of PowerShell says Restricted everywhere.
    """
    system = host.operating_system
    is_disputed = system.product_type != "workstation" and system.build >= _REMOTE_SIGNED_SINCE_BUILD
    return None if is_disputed else _STRICTEST


def _group_policy(host: Host, key: str) -> str | None:
    policy = host.key(key)
    # PowerShell compares the text of the value, whatever its type, and knows no other than these two
    match (policy.printed("EnableScripts") or "").removeprefix("0x") if policy else None:
        case "0":
            return _STRICTEST
        case "1":
            return host.text(key, "ExecutionPolicy")
    return None


def _preference(host: Host, key: str) -> str | None:
    try:
        return host.text(key, "ExecutionPolicy")
    except WrongTypeError:
        return None  # PowerShell ignores what is not a text
