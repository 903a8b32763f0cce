# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of Windows as text: whether two mean the same place, and whether one is inside the other.

Only the text counts, nothing is looked up: short (8.3) names, ``.`` and ``..``, junctions and ``\\\\?\\`` prefixes stay
as they are. Slashes count as backslashes. Repeated and trailing separators do not count, and neither do blanks and
quotation marks around a path, which entries of PATH may have. UNC paths begin with ``\\\\server``.
"""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"%([^%]+)%")


def fold(name: str) -> str:
    """The name in the letter case in which Windows compares names: upper, by one UTF-16 unit for another.

    Neither ``str.lower`` nor ``str.casefold`` will do: Windows keeps ``ß`` apart from ``SS``, and dotless i (U+0131)
    and long s (U+017F) from the ASCII letters that are their capitals. Here, a character has a capital if that has no
    other small letter. This is the table of NTFS volumes since Windows 7 (``ntfs_upcase_table_build`` in ntfs-3g's
    libntfs-3g/unistr.c), with the letters added that Unicode has paired since version 5.1. On the characters above it
    agrees with .NET's OrdinalIgnoreCase (``GlobalizationNative_InitOrdinalCasingPage`` in pal_casing.c and
    OrdinalCasing.Icu.cs of dotnet/runtime, and its issue 32247). NTFS knows no capitals outside the Basic Multilingual
    Plane.
    """
    return name.upper() if name.isascii() else "".join(map(_capital, name))


def _capital(character: str) -> str:
    # str.upper knows full mappings only; where those are longer, the simple one is the title case (U+1F80 to U+1FFC).
    for capital in (character.upper(), character.title()):
        if len(capital) == 1 and capital <= "\uffff" and capital.lower() == character:
            return capital
    return character


def steps(path: str) -> tuple[str, ...]:
    """The names a path is made of, comparable: ``("C:", "WINDOWS")``; none for an empty path."""
    return tuple(map(fold, _names(path)))


def same_path(one: str, other: str) -> bool:
    """Whether two paths mean the same place."""
    return steps(one) == steps(other)


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder, or anywhere below it; nothing is within an empty path."""
    names = steps(folder)
    return bool(names) and steps(path)[: len(names)] == names


def normalize(path: str) -> str:
    """The path with one backslash between its names, and none at the end unless it is the root of a drive."""
    return _join(_names(path))


def parent(path: str) -> str:
    """The folder a path is in, normalized; empty for the root of a drive."""
    return _join(_names(path)[:-1])


def without_wildcard(path: str) -> str:
    """``C:\\Data`` for ``C:\\Data\\*``, by which antivirus products mean the same; normalized."""
    names = _names(path)
    while names and names[-1] == "*":
        names.pop()
    return _join(names)


def expand_variables(path: str, windows_directory: str) -> str:
    """Replace the variables that every Windows has, such as ``%ProgramFiles%``, by their values as installed.

    All of them follow from the Windows directory, such as ``C:\\Windows``. Other variables stay.
    """
    drive = windows_directory[:2]
    variables = {
        "SYSTEMROOT": windows_directory,
        "WINDIR": windows_directory,
        "SYSTEMDRIVE": drive,
        "PROGRAMFILES": rf"{drive}\Program Files",
        "PROGRAMW6432": rf"{drive}\Program Files",
        "PROGRAMFILES(X86)": rf"{drive}\Program Files (x86)",
        "PROGRAMDATA": rf"{drive}\ProgramData",
        "ALLUSERSPROFILE": rf"{drive}\ProgramData",
    }
    return _VARIABLE.sub(lambda match: variables.get(fold(match[1]), match[0]), path)


def _names(path: str) -> list[str]:
    text = path.strip(' "').replace("/", "\\")
    names = [name for name in text.split("\\") if name]
    if names:
        names[0] = text[: min(2, len(text) - len(text.lstrip("\\")))] + names[0]
    return names


def _join(names: list[str]) -> str:
    return "\\".join([*names, ""]) if names and names[-1].endswith(":") else "\\".join(names)
