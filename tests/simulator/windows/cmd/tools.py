# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of System32, by the name they are called with."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulator.windows.cmd import (
    certutil,
    files,
    fltmc,
    proxies,
    reg,
    robocopy,
    schtasks,
    system,
    transfer,
    vssadmin,
    wevtutil,
)
from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.installers import run_update

# Windows 10 1803 and Windows Server 2019 brought curl.exe, from this build on.
FIRST_CURL = 17063

TOOLS: dict[str, Callable[[Context, list[str]], int]] = {
    "attrib": files.attrib,
    "bitsadmin": transfer.bitsadmin,
    "cacls": files.cacls,
    "certutil": certutil.certutil,
    "compact": files.compact,
    "curl": transfer.curl,
    "find": files.find,
    "findstr": files.findstr,
    "fltmc": fltmc.fltmc,
    "fsutil": files.fsutil,
    "hostname": system.hostname,
    "more": files.more,
    "net": system.net,
    "netsh": proxies.netsh,
    "ping": system.ping,
    "powershell": system.powershell,
    "reg": reg.reg,
    "robocopy": robocopy.robocopy,
    "sc": system.sc,
    "schtasks": schtasks.schtasks,
    "shutdown": system.shutdown,
    "timeout": system.timeout,
    "tzutil": system.tzutil,
    "vssadmin": vssadmin.vssadmin,
    "w32tm": system.w32tm,
    "wevtutil": wevtutil.wevtutil,
    "where": files.where,
    "whoami": system.whoami,
    "wusa": run_update,
}
