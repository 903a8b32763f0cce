# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The functions rules have beside JMESPath's own.

Each takes anything and answers null where an argument is null or of another type: a rule about a fact that is not
there must come out as unknown, never as an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

try:
    from jmespath.functions import Functions, signature
except ImportError:
    # expressions.Expression says so

    class Functions:  # type: ignore[no-redef]
        """Stands in where jmespath is missing."""

    def signature(*arguments: Any) -> Callable[[Any], Any]:  # type: ignore[misc]
        """Stand in where jmespath is missing."""
        return lambda function: function


from ...windows.exclusions import covers_folder, covers_program, exclusion
from ...windows.paths import (
    expand_variables,
    fold,
    has_short_name,
    is_plain_folder,
    is_system_folder,
    is_within,
    same_path,
)
from ...windows.versions import parse
from ..catalogue import DOTNET_RELEASES

_ANY: Any = {"types": []}


class RuleFunctions(Functions):
    """JMESPath's functions and ours: ``_func_x`` is ``x`` in an expression."""

    @signature(_ANY, _ANY)
    def _func_version_compare(self, left: Any, right: Any) -> int | None:
        """-1, 0, or 1 as version ``left`` is older than, the same as, or newer than ``right``. 4.8 is 4.8.0."""
        first, second = _version(left), _version(right)
        if first is None or second is None:
            return None
        return (first > second) - (first < second)

    @signature(_ANY)
    def _func_dotnet_release(self, version: Any) -> int | None:
        """The lowest Release number of the .NET Framework versions from this one on; null if there is none."""
        oldest = _version(version)
        if oldest is None:
            return None
        releases = [release for known, release in DOTNET_RELEASES.items() if (_version(known) or ()) >= oldest]
        return min(releases, default=None)

    @signature(_ANY, _ANY)
    def _func_percent(self, part: Any, whole: Any) -> float | None:
        """How many percent of ``whole`` ``part`` is."""
        if not _is_number(part) or not _is_number(whole) or whole <= 0:
            return None
        return float(100 * part / whole)

    @signature(_ANY, _ANY)
    def _func_share(self, percent: Any, whole: Any) -> int | None:
        """How much so many percent of ``whole`` are, rounded up."""
        if not _is_number(percent) or not _is_number(whole):
            return None
        share: int = math.ceil(percent * whole / 100)
        return share

    @signature(_ANY, _ANY)
    def _func_same_path(self, left: Any, right: Any) -> bool | None:
        """Whether two Windows paths are the same, in any case; null if a short name might make them so."""
        if not isinstance(left, str) or not isinstance(right, str):
            return None
        return same_path(left, right) or (None if has_short_name(left) or has_short_name(right) else False)

    @signature(_ANY, _ANY)
    def _func_is_own_folder(self, path: Any, windows_directory: Any) -> bool | None:
        """Whether this is the plain path of a folder that a program may have for itself, unlike those of Windows."""
        if not isinstance(path, str) or not isinstance(windows_directory, str):
            return None
        return is_plain_folder(path.removeprefix("\\\\?\\")) and not is_system_folder(path, windows_directory)

    @signature(_ANY, _ANY)
    def _func_has_extension(self, path: Any, extension: Any) -> bool | None:
        """Whether a Windows path ends with this extension, such as ``.exe``, in any case."""
        if not isinstance(path, str) or not isinstance(extension, str):
            return None
        return fold(path).endswith(fold(extension))

    @signature(_ANY, _ANY, _ANY)
    def _func_of_volumes(self, entries: Any, paths: Any, mount_points: Any) -> list[Any] | None:
        """The entries about the volumes that hold these paths, one for each path that has one. Entries have the mount
        point of their volume as ``name``; the function needs those of all volumes, ``volumes[].name``."""
        if not _are_named(entries) or not _are_texts(paths) or not _are_texts(mount_points):
            return None
        holders = [
            max((name for name in mount_points if is_within(path, name)), key=len, default=None) for path in paths
        ]
        by_name = {entry["name"]: entry for entry in entries}
        return [by_name[name] for name in holders if name in by_name]

    @signature(_ANY, _ANY)
    def _func_lists_path(self, entries: Any, path: Any) -> bool | None:
        """Whether a list of paths has this path; null if only a short name such as ``PROGRA~1`` might be it."""
        if not _are_texts(entries) or not isinstance(path, str):
            return None
        if any(same_path(entry, path) for entry in entries):
            return True
        return None if any(map(has_short_name, entries)) else False

    @signature(_ANY, _ANY, _ANY, _ANY)
    def _func_covers_paths(self, entries: Any, paths: Any, windows_directory: Any, mount_points: Any) -> bool | None:
        """Whether each of these folders is covered by Microsoft Defender's list of excluded folders. An entry does not
        reach into a volume that is mounted below it, so the function needs the mount points, ``volumes[].name``."""
        found = _expanded(entries, windows_directory)
        if found is None or not _are_texts(paths) or not _are_texts(mount_points):
            return None
        return all(any(covers_folder(entry, path, mount_points) for entry in found) for path in paths)

    @signature(_ANY, _ANY, _ANY)
    def _func_covers_processes(self, entries: Any, paths: Any, windows_directory: Any) -> bool | None:
        """Whether each of these programs is covered by Microsoft Defender's list of excluded processes: by its path,
        which may have wildcards, or its name."""
        found = _expanded(entries, windows_directory)
        if found is None or not _are_texts(paths):
            return None
        return all(any(covers_program(entry, path) for entry in found) for path in paths)

    @signature(_ANY, _ANY)
    def _func_exclusion_path(self, path: Any, windows_directory: Any) -> str | None:
        """The path of a folder or program as it may be excluded from antivirus scans. Null for what should never be: a
        drive, a folder of Windows or above one, a path with wildcards or short (8.3) names, and one that is not
        absolute."""
        if not isinstance(path, str) or not isinstance(windows_directory, str):
            return None
        return exclusion(path, windows_directory)

    @signature(_ANY)
    def _func_size(self, count: Any) -> str | None:
        """A number of bytes for people, such as ``12.3 GiB``."""
        if not _is_number(count):
            return None
        value, units = float(count), ["bytes", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1024 and len(units) > 1:
            value /= 1024
            units.pop(0)
        # Rounded down, so that what falls short of a threshold never looks like it
        return f"{math.floor(value * 10) / 10:.1f}".removesuffix(".0") + f" {units[0]}"


# Name -> number of arguments, None where any number will do
FUNCTION_ARGUMENTS: dict[str, int | None] = {
    name: None if any(argument.get("variadic") for argument in function["signature"]) else len(function["signature"])
    for name, function in getattr(RuleFunctions, "FUNCTION_TABLE", {}).items()
}


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _are_named(value: Any) -> bool:
    """Whether this is a list of entries, each with a name."""
    return isinstance(value, list) and all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in value
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _version(value: Any) -> tuple[int, ...] | None:
    return parse(value) if isinstance(value, str) else None


def _expanded(entries: Any, windows_directory: Any) -> list[str] | None:
    """The paths of a list, with the variables resolved that Windows has on every host."""
    if not isinstance(entries, list) or not isinstance(windows_directory, str):
        return None
    return [expand_variables(entry, windows_directory) for entry in entries if isinstance(entry, str)]
