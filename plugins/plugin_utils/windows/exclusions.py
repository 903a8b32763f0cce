# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What an exclusion of Microsoft Defender Antivirus covers, and what should never be excluded.

By Microsoft's pages on exclusions by folder and by process. In a path, ``*`` and ``?`` stand for characters of one
folder, never for a drive or for several folders. An entry works only if it is an absolute path. Nothing is stripped
from an entry or otherwise repaired: quotation marks, blanks, slashes, and short (8.3) names are taken as they are
written, since Microsoft does not say that Defender does more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .paths import expand_variables, fold

# Microsoft's limit; what Defender makes of an entry with more is not documented.
_MOST_WILDCARDS = 6

_ABSOLUTE = re.compile(r"[A-Za-z]:\\")
# What makes an entry for processes a path or a pattern, and what no name of a folder has
_NO_NAME = re.compile(r"[\\/:*?]")
_NO_FOLDER = re.compile(r'[/"<>|:]')
_SHORT_NAME = re.compile(r"~\d+(\.|$)")
# Folders of Windows, of which some are on every drive. What is above them is not excluded either.
_SYSTEM_FOLDERS_OF_A_DRIVE = ("$Recycle.Bin", "Boot", "EFI", "Recovery", "System Volume Information")
_SYSTEM_FOLDERS = (
    r"%ProgramData%\Microsoft",
    r"%ProgramFiles%\Common Files",
    r"%ProgramFiles%\Windows Defender",
    r"%ProgramFiles(x86)%\Common Files",
    r"%SystemDrive%\Users\*",
)


def meaning(entry: str) -> tuple[str, ...]:
    """Return what is equal for two entries with the same meaning, such as ``D:\\Data\\`` and ``d:\\data\\*``."""
    parts = _parts(entry)
    return (fold(entry),) if parts is None else _without_all(parts)


def covers_folder(entry: str, folder: str, mount_points: Iterable[str]) -> bool:
    """Return whether an entry, its variables expanded, excludes a folder with everything in it.

    :param mount_points: mount paths of the volumes. An exclusion does not reach through one that is below it.
    """
    pattern, names = _parts(entry), _parts(folder)
    if pattern is None or names is None or _has_wildcard(folder):
        return False
    # A wildcard in the last name selects files of the folder, and nothing in its subfolders.
    if pattern[-1] != "*" and _has_wildcard(pattern[-1]):
        return False
    pattern = _without_all(pattern)
    if not _begins(names, pattern):
        return False
    mounted = [_parts(path) or () for path in mount_points]
    return not any(len(pattern) < len(mount) and names[: len(mount)] == mount for mount in mounted)


def covers_program(entry: str, program: str) -> bool:
    """Return whether a process entry, its variables expanded, names a program, which is given by its path."""
    names = _parts(program)
    if names is None or _has_wildcard(program):
        return False
    if not _NO_NAME.search(entry):
        return fold(entry) == names[-1]
    pattern = None if entry.endswith("\\") else _parts(entry)
    return pattern is not None and len(pattern) == len(names) and _begins(names, pattern)


def why_never(entry: str, windows_directory: str) -> str | None:
    """Return why a path should never be excluded, as the end of a sentence with the path; None if it may be."""
    parts = _parts(expand_variables(entry, windows_directory))
    if parts is None:
        return "is not an absolute path that Defender can exclude"
    pattern = _without_all(parts)
    if len(pattern) == 1:
        return "is a whole drive"
    if any(name in (".", "..") or name != name.rstrip(" .") for name in pattern):
        return "has a part that Windows reads as another one"
    windows = _parts(windows_directory) or ()
    if _begins(pattern, windows, both=True) or any(_begins(folder, pattern, both=True) for folder in _system(windows)):
        return "is a folder of Windows, or has one in it"
    if len(pattern) == 2 and any(_matches(fold(name), pattern[1]) for name in _SYSTEM_FOLDERS_OF_A_DRIVE):
        return "is a folder of Windows"
    return None


def exclusion(path: str, windows_directory: str) -> str | None:
    """Return a folder or file as it is safely excluded; None for one that should never be, or whose name is unclear.

    Forward slashes and repeated backslashes, which mean the same to Windows, are replaced.
    """
    drive, _unused, rest = path.replace("/", "\\").partition("\\")
    clean = "\\".join([drive, *filter(None, rest.split("\\"))])
    if path.startswith(("\\", "/")) or _has_wildcard(clean) or _SHORT_NAME.search(clean.replace("\\", ".")):
        return None
    return None if why_never(clean, windows_directory) else clean


def _parts(path: str) -> tuple[str, ...] | None:
    """Return the folded names of an absolute path, which may end with a backslash; None for any other text."""
    drive, names = path[:2], path[3:].removesuffix("\\").split("\\")
    if not _ABSOLUTE.match(path) or path.count("*") + path.count("?") > _MOST_WILDCARDS:
        return None
    if names == [""]:
        return (fold(drive),)
    if any(not name or _NO_FOLDER.search(name) for name in names):
        return None
    return tuple(map(fold, [drive, *names]))


def _without_all(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folder, given everything in it."""
    return parts[:-1] if parts[-1] == "*" else parts


def _system(windows: tuple[str, ...]) -> list[tuple[str, ...]]:
    folders = [expand_variables(folder, "\\".join(windows)) for folder in _SYSTEM_FOLDERS]
    return [windows, *(parts for parts in map(_parts, folders) if parts)]


def _begins(names: tuple[str, ...], pattern: tuple[str, ...], *, both: bool = False) -> bool:
    """Return whether names begin with those of a pattern; with ``both``, the names may be patterns, too."""
    return len(names) >= len(pattern) and all(
        _matches(name, part) or (both and _matches(part, name)) for name, part in zip(names, pattern, strict=False)
    )


def _matches(name: str, pattern: str) -> bool:
    if not _has_wildcard(pattern):
        return name == pattern
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, name, re.DOTALL) is not None


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text
