# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Windows paths as text: whether two are the same, and whether one is inside the other.

Only the text is compared: short (8.3) names, ``.`` and ``..``, and junctions are not resolved. As for Windows, slashes
are the same as backslashes, and repeated or trailing separators, blanks at the end, and ``\\\\?\\`` before a
drive make no difference. Quotation marks are part of a name, which no file can have.
"""

from __future__ import annotations

import re

# Before a drive, this prefix only turns off the reading of what follows.
_EXTENDED = re.compile(r"^\\\\[?]\\(?=[A-Za-z]:)")
_VARIABLE = re.compile(r"%([^%]+)%")
# Windows removes dots and blanks at the end of a name, so names that end so, "." and ".." are not what they seem.
_PLAIN_FOLDER = re.compile(r'[A-Za-z]:(\\[^\\/:*?"<>|%!\x00-\x1f]*[^\\/:*?"<>|%!\x00-\x1f. ])+\\?')

_SYSTEM_FOLDERS = ("PROGRAM FILES", "PROGRAM FILES (X86)", "PROGRAMDATA", "USERS", "DOCUMENTS AND SETTINGS")
_VOLUME_FOLDERS = ("SYSTEM VOLUME INFORMATION", "$RECYCLE.BIN", "RECOVERY", "BOOT")


def fold(name: str) -> str:
    """Return the name in the letter case in which Windows compares names: in capitals, each one UTF-16 unit.

    ``str.lower`` and ``str.casefold`` are different: to Windows, ``ß`` is not ``SS``, and dotless i (U+0131) and long s
    (U+017F) are not the ASCII letters that are their capitals. Here, a small letter has a capital if it is the only
    one with that capital. These are the pairs of NTFS since Windows 7 (``ntfs_upcase_table_build`` in unistr.c of
    ntfs-3g), and those that Unicode has added since version 5.1. For the letters above, .NET's OrdinalIgnoreCase is
    the same (``GlobalizationNative_InitOrdinalCasingPage`` in pal_casing.c, OrdinalCasing.Icu.cs and issue 32247 of
    dotnet/runtime). NTFS has no pairs outside the Basic Multilingual Plane.
    """
    return name.upper() if name.isascii() else "".join(map(_capital, name))


def _capital(character: str) -> str:
    # str.upper uses full mappings. Where these have several characters, title case is the simple one (U+1F80 to 1FFC).
    for capital in (character.upper(), character.title()):
        if len(capital) == 1 and capital <= "\uffff" and capital.lower() == character:
            return capital
    return character


def steps(path: str) -> tuple[str, ...]:
    """Return the names in a path, folded for comparison, such as ``("C:", "WINDOWS")``; none for an empty path.

    A UNC path begins with ``\\\\SERVER``.
    """
    return tuple(map(fold, _names(path)))


def entries(variable: str) -> list[str]:
    """Return the entries of a list of folders, such as the environment variable PSModulePath, without blanks around."""
    return [entry.strip() for entry in variable.split(";") if entry.strip()]


def is_plain_folder(path: str) -> bool:
    """Return whether a text is the absolute path of a folder on a drive, below its root, and nothing else.

    It has no wildcards, variables, quotation marks or other characters that Windows or cmd.exe reads as something else,
    and each of its names is one that a folder can have.
    """
    return _PLAIN_FOLDER.fullmatch(path.replace("/", "\\")) is not None


def is_system_folder(path: str, windows_directory: str) -> bool:
    """Return whether a folder belongs to Windows as a whole, so that a program must not have it for itself.

    These are the root of a drive, the Windows directory with everything in it, and the folders next to it that hold
    programs, their data, and users. What programs have in those is not meant.
    """
    names = steps(path)
    return (
        len(names) < 2
        or is_within(path, windows_directory)
        or (len(names) == 2 and names[1] in _SYSTEM_FOLDERS)
        or names[1] in _VOLUME_FOLDERS
    )


def same_path(one: str, other: str) -> bool:
    """Return whether two paths are the same."""
    return steps(one) == steps(other)


def has_short_name(path: str) -> bool:
    """Return whether a name in a path may be a short (8.3) one, such as ``PROGRA~1``, so that text says too little."""
    return any(re.fullmatch(r"[^.~]{1,6}~[0-9]{1,6}(\.[^.]{0,3})?", name) for name in steps(path))


def is_within(path: str, folder: str) -> bool:
    """Return whether a path is a folder or below it; no path is within an empty one."""
    names = steps(folder)
    return bool(names) and steps(path)[: len(names)] == names


def normalize(path: str) -> str:
    """Return the path with one backslash between names, and at the end only if it is the root of a drive."""
    return _join(_names(path))


def parent(path: str) -> str:
    """Return the folder of a path, normalized; an empty text for the root of a drive."""
    return _join(_names(path)[:-1])


def expand_variables(path: str, windows_directory: str) -> str:
    """Replace variables that every Windows has, such as ``%ProgramFiles%``, by their default values.

    These follow from the Windows directory, such as ``C:\\Windows``. Other variables are kept.
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
    text = _EXTENDED.sub("", path.rstrip(" ").replace("/", "\\"))
    names = [name for name in text.split("\\") if name]
    if names:
        names[0] = text[: min(2, len(text) - len(text.lstrip("\\")))] + names[0]
    return names


def _join(names: list[str]) -> str:
    return "\\".join([*names, ""]) if names and names[-1].endswith(":") else "\\".join(names)
