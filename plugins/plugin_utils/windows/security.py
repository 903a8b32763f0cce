# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Who may do what with a file or folder, by its security descriptor as text (SDDL, [MS-DTYP] 2.5.1), which no Windows
translates."""

from __future__ import annotations

import re

from .command_line import quoted
from .errors import CimError

#: What a program needs to work in a folder: the rights that Explorer calls "Modify".
MODIFY = 0x1301BF
#: Everything, which Explorer calls "Full control".
FULL_CONTROL = 0x1F01FF

# SYSTEM and the groups it is in, as SDDL writes them: Everyone, Authenticated Users, Administrators
_SYSTEM = frozenset({"SY", "S-1-5-18", "WD", "S-1-1-0", "AU", "S-1-5-11", "BA", "S-1-5-32-544"})

_LIST = re.compile(r'"D:(?P<flags>[A-Z_]*)(?P<entries>(?:\([^()]*\))*)[^"()]*"')
_ENTRY = re.compile(r"\(([^()]*)\)")
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}")
# Those of flags and of rights have two letters
_NAME = re.compile("..?")

# Rights by their letters ([MS-DTYP] 2.5.1.1): those of files, generic ones as files map them, standard, and object ones
_RIGHTS = {
    "FA": 0x1F01FF,
    "FR": 0x120089,
    "FW": 0x120116,
    "FX": 0x1200A0,
    "GA": 0x1F01FF,
    "GR": 0x120089,
    "GW": 0x120116,
    "GX": 0x1200A0,
    "SD": 0x10000,
    "RC": 0x20000,
    "WD": 0x40000,
    "WO": 0x80000,
    "CC": 0x1,
    "DC": 0x2,
    "LC": 0x4,
    "SW": 0x8,
    "RP": 0x10,
    "WP": 0x20,
    "DT": 0x40,
    "LO": 0x80,
    "CR": 0x100,
}


def access_query(path: str) -> str:
    """Return the command that prints the access list of a file or folder as SDDL, after its path."""
    return f"cacls {quoted(path)} /S"


def system_has(rights: int, path: str, output: str) -> bool:
    """Return whether what :func:`access_query` printed gives SYSTEM these rights to a folder, such as :data:`MODIFY`.

    Raises :class:`CimError` if the output is not such a list, or has conditional entries.
    """
    found = _LIST.search(output)
    if not found:
        raise CimError(f"the access list of {path} cannot be read: cacls printed {' '.join(output.split())[:200]!r}")
    if "NO_ACCESS_CONTROL" in found["flags"]:
        return True
    granted = denied = 0
    for entry in _ENTRY.findall(found["entries"]):
        # Type, flags, rights, two kinds of objects, account ([MS-DTYP] 2.5.1.1)
        parts = entry.split(";")
        if len(parts) < 6:
            raise CimError(f"the access list of {path} has an entry that cannot be read: {entry[:80]!r}")
        kind, flags, entry_rights, account = parts[0], parts[1], parts[2], parts[5]
        if account not in _SYSTEM or "IO" in _NAME.findall(flags):
            continue
        if kind == "A":
            granted |= _mask(path, entry_rights) & ~denied
        elif kind == "D":
            denied |= _mask(path, entry_rights) & ~granted
        else:
            raise CimError(f"the access list of {path} has an entry that depends on a condition: check it by hand")
    return granted & rights == rights


def _mask(path: str, rights: str) -> int:
    if _NUMBER.fullmatch(rights):
        return int(rights, 16)
    mask = 0
    for name in _NAME.findall(rights):
        if name not in _RIGHTS:
            raise CimError(f"the access list of {path} has the unknown right {name}: check it by hand")
        mask |= _RIGHTS[name]
    return mask
