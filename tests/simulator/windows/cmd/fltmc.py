# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""fltmc.exe: the file system filters that are loaded."""

from __future__ import annotations

from tests.simulator.windows.cmd.context import Context

# HRESULT of ERROR_ACCESS_DENIED: the filter manager wants an elevated administrator.
_DENIED = 0x80070005


def fltmc(context: Context, arguments: list[str]) -> int:
    """``fltmc [filters]``: highest altitude first, which is a decimal fraction; filters of the old kind have none."""
    if arguments and arguments[0].lower() != "filters":
        context.complain(context.text("invalid_argument", " ".join(arguments)))
        return 1
    filters = context.host.profile.get("filters")
    if filters is None or not (context.host.elevated or context.system):
        context.complain_win32(5)
        return _DENIED
    context.print()
    context.say("filter_columns")
    context.print("------------------------------  -------------  ------------  -----")
    for name, altitude in sorted(filters.items(), key=lambda item: -float(item[1] or 0)):
        if altitude:
            context.print(f"{name:<30}  {3:>9}       {altitude:<12}  {0:>5}")
        else:
            context.print(f"{name:<30}                 <Legacy>")
    return 0
