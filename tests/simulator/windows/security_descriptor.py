# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors in binary form ([MS-DTYP] 2.4.2 SID, 2.4.4.2 ACE, 2.4.5 ACL, 2.4.6), from their SDDL (2.5.1)."""

from __future__ import annotations

import re
import struct
from functools import cache

_SE_DACL_PRESENT, _SE_SELF_RELATIVE = 0x0004, 0x8000
_SIDS = {
    "AU": "S-1-5-11",
    "BA": "S-1-5-32-544",
    "BU": "S-1-5-32-545",
    "SY": "S-1-5-18",
    "WD": "S-1-1-0",
}
_RIGHTS = {"FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0}


@cache
def from_sddl(sddl: str) -> bytes:
    """The descriptor with owner, group, and the allowing entries of the access list."""
    parts = dict(re.findall(r"([OGD]):([^:]*)(?=[OGD]:|$)", sddl))
    entries = b"".join(_ace(*ace.split(";")) for ace in re.findall(r"\(([^)]*)\)", parts["D"]))
    count = parts["D"].count("(")
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(entries), count, 0) + entries
    owner, group = (_sid(parts[part]) if part in parts else b"" for part in "OG")
    header = 20
    offsets = (header if owner else 0, header + len(owner) if group else 0, 0, header + len(owner) + len(group))
    return struct.pack("<BBHIIII", 1, 0, _SE_DACL_PRESENT | _SE_SELF_RELATIVE, *offsets) + owner + group + acl


def _ace(kind: str, flags: str, rights: str, object_type: str, inherited_type: str, account: str) -> bytes:
    if kind != "A" or flags or object_type or inherited_type:
        raise ValueError(f"an access control entry of another kind: {kind};{flags}")
    mask = 0
    for right in re.findall("..", rights):
        mask |= _RIGHTS[right]
    sid = _sid(account)
    return struct.pack("<BBHI", 0, 0, 8 + len(sid), mask) + sid


def _sid(account: str) -> bytes:
    _s, revision, authority, *parts = _SIDS.get(account, account).split("-")
    numbers = [int(part) for part in parts]
    return (
        bytes([int(revision), len(numbers)])
        + int(authority).to_bytes(6, "big")
        + struct.pack(f"<{len(numbers)}I", *numbers)
    )
