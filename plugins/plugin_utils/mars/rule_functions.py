# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The functions rules have beside JMESPath's own.

Each takes anything and answers null where an argument is null or of another type: a rule about a fact that is not
there must come out as unknown, never as an error.
"""

from __future__ import annotations

import re
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


_ANY: Any = {"types": []}


class RuleFunctions(Functions):
    """JMESPath's functions and ours: ``_func_x`` is ``x`` in an expression."""

    @signature(_ANY, _ANY)
    def _func_version_compare(self, left: Any, right: Any) -> int | None:
        """Compare dotted versions: -1, 0 or 1 as left is older than, the same as or newer than right; 4.8 is 4.8.0."""
        first, second = _version(left), _version(right)
        if first is None or second is None:
            return None
        return (first > second) - (first < second)

    @signature(_ANY, _ANY)
    def _func_percent(self, part: Any, whole: Any) -> float | None:
        """Say how many percent of ``whole`` ``part`` is."""
        if not _is_number(part) or not _is_number(whole) or whole <= 0:
            return None
        return float(100 * part / whole)

    @signature(_ANY, _ANY)
    def _func_same_path(self, left: Any, right: Any) -> bool | None:
        """Say whether two Windows paths are the same: in any case, with or without a trailing backslash."""
        if not isinstance(left, str) or not isinstance(right, str):
            return None
        return _steps(left) == _steps(right)

    @signature(_ANY, _ANY, _ANY)
    def _func_lists_path(self, entries: Any, path: Any, windows_directory: Any) -> bool | None:
        """Say whether a list of paths has this path, variables such as %ProgramFiles% resolved."""
        found = _paths(entries, windows_directory)
        return None if found is None or not isinstance(path, str) else _steps(path) in found

    @signature(_ANY, _ANY, _ANY)
    def _func_covers_path(self, entries: Any, path: Any, windows_directory: Any) -> bool | None:
        """Say whether a list of folders has this path or a folder above it, with or without a trailing ``\\*``."""
        found = _paths(entries, windows_directory)
        if found is None or not isinstance(path, str):
            return None
        steps = _steps(path)
        return any(entry and steps[: len(entry)] == entry for entry in found)

    @signature(_ANY, _ANY, _ANY)
    def _func_covers_process(self, entries: Any, path: Any, windows_directory: Any) -> bool | None:
        """Say whether a list of processes has this program: by its full path, by its name, or by its folder ``\\*``."""
        found = _paths(entries, windows_directory)
        if found is None or not isinstance(path, str):
            return None
        steps = _steps(path)
        wildcards = [entry for entry in entries if isinstance(entry, str) and entry.endswith("*")]
        folders = _paths(wildcards, windows_directory)
        return steps in found or steps[-1:] in found or any(entry and entry == steps[:-1] for entry in folders or [])

    @signature(_ANY)
    def _func_size(self, count: Any) -> str | None:
        """Write a number of bytes for people, '12.3 GiB' for example."""
        if not _is_number(count):
            return None
        value, units = float(count), ["bytes", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1024 and len(units) > 1:
            value /= 1024
            units.pop(0)
        return f"{value:.1f}".removesuffix(".0") + f" {units[0]}"


# Name -> number of arguments, None where any number will do
FUNCTION_ARGUMENTS: dict[str, int | None] = {
    name: None if any(argument.get("variadic") for argument in function["signature"]) else len(function["signature"])
    for name, function in getattr(RuleFunctions, "FUNCTION_TABLE", {}).items()
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _version(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,9})*", value, re.ASCII):
        return None
    parts = [int(part) for part in value.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _steps(path: str) -> list[str]:
    """The folders of a path, comparable; ``\\\\server\\share`` keeps its two empty steps in front."""
    steps = path.strip().strip('"').replace("/", "\\").lower().split("\\")
    while steps and steps[-1] in ("", "*"):
        steps.pop()
    return steps


def _paths(entries: Any, windows_directory: Any) -> list[list[str]] | None:
    """The paths of a list with the variables resolved that Windows has on every host."""
    if not isinstance(entries, list) or not isinstance(windows_directory, str):
        return None
    drive = windows_directory[:2]
    variables = {
        "systemroot": windows_directory,
        "windir": windows_directory,
        "systemdrive": drive,
        "programfiles": rf"{drive}\Program Files",
        "programw6432": rf"{drive}\Program Files",
        "programfiles(x86)": rf"{drive}\Program Files (x86)",
        "programdata": rf"{drive}\ProgramData",
        "allusersprofile": rf"{drive}\ProgramData",
    }
    return [
        _steps(re.sub(r"%([^%]+)%", lambda match: variables.get(match[1].lower(), match[0]), entry))
        for entry in entries
        if isinstance(entry, str)
    ]
