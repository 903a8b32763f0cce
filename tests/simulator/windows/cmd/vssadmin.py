# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vssadmin.exe, as far as it resizes the storage of shadow copies."""

from __future__ import annotations

import re

from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.storage import UNBOUNDED

_UNITS = {"": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40, "PB": 2**50, "EB": 2**60}
# NTFS keeps what it stores in whole clusters
_CLUSTER = 4096
_LEAST = 2**20


def vssadmin(context: Context, arguments: list[str]) -> int:
    """``vssadmin resize shadowstorage /for=C: /on=C: [/maxsize=900MB|20%|UNBOUNDED]``."""
    context.print("vssadmin 1.1 - Volume Shadow Copy Service administrative command-line tool")
    options = dict(re.findall(r"/(\w+)=(\S*)", " ".join(arguments[2:])))
    given = {name.lower(): text for name, text in options.items()}
    if [word.lower() for word in arguments[:2]] != ["resize", "shadowstorage"] or not {"for", "on"} <= set(given):
        context.complain(context.text("syntax"))
        return 1
    if not (context.host.elevated or context.system):
        context.complain_win32(5)
        return 2
    storages = context.host.shadow_storages
    try:
        volume, storage = storages.volume(given["for"]), storages.volume(given["on"])
    except KeyError:
        context.complain_win32(2)
        return 2
    found = [entry for entry in storages.all() if (entry.volume, entry.storage) == (volume, storage)]
    maximum = _size(given.get("maxsize", "UNBOUNDED"), volume.capacity)
    if not found or maximum is None or context.host.profile.get("shadow_storage_fixed"):
        context.complain_win32(87)
        return 2
    found[0].maximum = maximum
    return 0


def _size(text: str, capacity: int) -> int | None:
    if text.upper() == "UNBOUNDED":
        return UNBOUNDED
    if percent := re.fullmatch(r"(\d+)%", text):
        size = capacity * int(percent[1]) // 100
    elif number := re.fullmatch(r"(\d+)([A-Za-z]{0,2})", text):
        size = int(number[1]) * _UNITS.get(number[2].upper(), 0)
    else:
        return None
    return size // _CLUSTER * _CLUSTER if size >= _LEAST else None
