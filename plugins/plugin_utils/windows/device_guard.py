# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Windows Defender Application Control: Win32_DeviceGuard, since Windows 10 and Windows Server 2016."""

from __future__ import annotations

from ..wsman.session import Session
from ..wsman.values import CimPath, integer
from .absence import unless_absent

_CLASS = CimPath("root/Microsoft/Windows/DeviceGuard", "Win32_DeviceGuard")
_ENFORCEMENT = {0: "off", 1: "audited", 2: "enforced"}


def user_mode_enforcement(session: Session) -> str | None:
    """Return what a policy does about programs and scripts: ``off``, ``audited`` or ``enforced``.

    None where Windows does not have the class, or does not say.
    """
    instances = unless_absent(lambda: session.enumerate(_CLASS))
    status = instances[0].read("UsermodeCodeIntegrityPolicyEnforcementStatus", integer) if instances else None
    return None if status is None else _ENFORCEMENT.get(status, str(status))
