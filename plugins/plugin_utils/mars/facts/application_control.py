# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about what restricts the scripts that SYSTEM may run."""

from __future__ import annotations

from typing import Any

from ...windows.device_guard import user_mode_enforcement
from ...windows.errors import CimError
from ...windows.paths import fold
from ...windows.registry import MACHINE_ENVIRONMENT_KEY
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: What restricts scripts on the host.
type: dict
contains:
  applocker:
    description: What AppLocker does about scripts, V(enforced) or V(audited), V(null) without rules for them.
    type: str
    sample: enforced
  applocker_running:
    description: Whether the Application Identity service runs, without which AppLocker does nothing.
    type: bool
    sample: false
  code_integrity:
    description:
      - What Windows Defender Application Control does about scripts, V(enforced), V(audited), or V(off).
      - V(null) if Windows does not have it.
    type: str
    sample: 'off'
  powershell_lockdown:
    description: Whether the variable E(__PSLockdownPolicy) puts PowerShell into constrained language mode.
    type: bool
    sample: false
"""

KEYS = (locations.APPLOCKER_SCRIPT_KEY, MACHINE_ENVIRONMENT_KEY)
# Windows Server 2016 and Windows 10, from which on Windows has Windows Defender Application Control
_CODE_INTEGRITY_SINCE_BUILD = 10240
_LOCKDOWN_ENFORCED = 4


def gather(host: Host) -> dict[str, Any]:
    """The policies of AppLocker, of Windows Defender Application Control, and of PowerShell."""
    return host.read_each(
        "application_control",
        {
            "applocker": lambda: _applocker(host),
            "applocker_running": lambda: any(
                fold(service.name) == fold(locations.APPLOCKER_SERVICE) and service.state != "Stopped"
                for service in host.services
            ),
            "code_integrity": lambda: _code_integrity(host),
            "powershell_lockdown": lambda: _is_locked_down(host),
        },
    )


def _code_integrity(host: Host) -> str | None:
    exists = host.operating_system.build >= _CODE_INTEGRITY_SINCE_BUILD
    return user_mode_enforcement(host.session) if exists else None


def _applocker(host: Host) -> str | None:
    """Rules are enforced unless the policy says that they are only to be audited."""
    rules = host.key(locations.APPLOCKER_SCRIPT_KEY)
    if rules is None or not rules.subkeys:
        return None
    return "audited" if rules.dword("EnforcementMode") == 0 else "enforced"


def _is_locked_down(host: Host) -> bool:
    environment = host.key(MACHINE_ENVIRONMENT_KEY)
    value = environment.string("__PSLockdownPolicy") if environment else None
    try:
        return bool(int(value or "0", 0) & _LOCKDOWN_ENFORCED)
    except ValueError:
        raise CimError(f"the system environment variable __PSLockdownPolicy is not a number: {value!r}") from None
