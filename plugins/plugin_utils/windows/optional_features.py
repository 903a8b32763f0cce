# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Features of Windows: Win32_OptionalFeature, since Windows 7 and Windows Server 2008 R2."""

from __future__ import annotations

from ..wsman.session import Session
from ..wsman.values import integer, wql_literal

_ENABLED, _UNKNOWN = 1, 4


def is_installed(session: Session, feature: str) -> bool | None:
    """Return whether a feature is installed, by its name as in DISM, which is not translated.

    None if Windows does not say.
    """
    wql = f"SELECT InstallState FROM Win32_OptionalFeature WHERE Name = {wql_literal(feature)}"
    states = [instance.read("InstallState", integer) for instance in session.query("root/cimv2", wql)]
    return None if states in ([_UNKNOWN], [None]) else states == [_ENABLED]
