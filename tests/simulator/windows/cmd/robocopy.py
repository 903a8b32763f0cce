# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""robocopy.exe: the exit code is a bit mask (1 copied, 2 extras, 4 mismatched, 8 failed, 16 fatal)."""

from __future__ import annotations

import fnmatch

from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.filesystem import ERROR_PATH_NOT_FOUND, FileError, Node

COPIED, EXTRAS, MISMATCHED, FAILED, FATAL = 1, 2, 4, 8, 16

_SWITCHES = frozenset(
    "/" + name
    for name in (
        *(
            "s",
            "e",
            "z",
            "b",
            "zb",
            "j",
            "copyall",
            "nocopy",
            "secfix",
            "timfix",
            "purge",
            "mir",
            "mov",
            "move",
            "l",
            "np",
        ),
        *("nfl", "ndl", "njh", "njs", "x", "v", "ts", "fp", "ns", "nc", "bytes", "eta", "xj", "xjd", "xjf", "xo", "xn"),
        *(
            "xc",
            "xx",
            "is",
            "it",
            "im",
            "sl",
            "tee",
            "fft",
            "dst",
            "sec",
            "nodcopy",
            "256",
            "unicode",
            "quit",
            "xl",
            "a",
        ),
        "m",
    )
)
_WITH_VALUE = (
    "/copy:",
    "/dcopy:",
    "/r:",
    "/w:",
    "/mt",
    "/log:",
    "/log+:",
    "/unilog:",
    "/lev:",
    "/ipg:",
    "/max:",
    "/min:",
    "/minage:",
)


def robocopy(context: Context, arguments: list[str]) -> int:
    """The bit mask; 16 for a bad command line or a source that is not there."""
    words: list[str] = []
    switches: set[str] = set()
    excluded: dict[str, list[str]] = {"/xf": [], "/xd": []}
    collecting = None
    for argument in arguments:
        lowered = argument.lower()
        if lowered in excluded:
            collecting = lowered
        elif lowered.startswith("/"):
            collecting = None
            if lowered not in _SWITCHES and not lowered.startswith(_WITH_VALUE):
                context.print(
                    f'{context.text("error")}Invalid Parameter #{arguments.index(argument) + 1} : "{argument}"'
                )
                return FATAL
            switches.add(lowered)
        elif collecting:
            excluded[collecting].append(lowered)
        else:
            words.append(argument.rstrip("\\") if len(argument) > 3 else argument)
    if len(words) < 2:
        context.print(f"{context.text('error')}No Destination Directory Specified.")
        return FATAL
    try:
        source, target = (_followed(context, word) for word in words[:2])
        top = context.node(source)
        if top is None or not top.directory:
            raise FileError(ERROR_PATH_NOT_FOUND, source)
    except FileError as error:
        context.print(f"ERROR {error.code} ({error.code:#010x}) Accessing Source Directory {words[0]}\\")
        context.complain_win32(error.code)
        return FATAL
    recursive = bool(switches & {"/s", "/e", "/mir"})
    patterns = [word.lower().replace("*.*", "*") for word in words[2:]] or ["*"]
    if "/xj" in switches:
        excluded["/xd"] += [full for full, node in context.host.files.below(source) if node.junction]
    youngest = next((float(switch[8:]) for switch in switches if switch.startswith("/minage:")), 0.0)
    listing = [
        (relative, node)
        for relative, node in _listing(context, source, recursive, patterns, excluded)
        if node.directory or (node.hours_old or 0) >= 24 * youngest
    ]
    return _copy(context, source, target, listing, switches, excluded)


def _followed(context: Context, path: str) -> str:
    """The folder itself, where a junction or a short name leads to it."""
    full = context.absolute(path)
    context.node(full)
    leads_to = context.host.files.resolve(full, follow=True)
    return full if leads_to == full.lower() else leads_to


def _listing(
    context: Context,
    source: str,
    recursive: bool,
    patterns: list[str],
    excluded: dict[str, list[str]],
) -> list[tuple[str, Node]]:
    files = context.host.files
    found = (
        list(files.below(source)) if recursive else [item for item in files.children(source) if not item[1].directory]
    )
    prefix = len(source) + 1
    left_out = [full for full, node in found if node.directory and _is_excluded(full, node, excluded)]
    return [
        (full[prefix:], node)
        for full, node in found
        if not any(full == out or full.startswith(out + "\\") for out in left_out)
        and (node.directory or any(files.matches(node.name, pattern) for pattern in patterns))
        and (node.directory or not any(fnmatch.fnmatch(node.name.lower(), name) for name in excluded["/xf"]))
    ]


def _is_excluded(full: str, node: Node, excluded: dict[str, list[str]]) -> bool:
    """Whether /xd names a directory: by its path, or by its name, which may have wildcards."""
    return full in excluded["/xd"] or any(fnmatch.fnmatch(node.name.lower(), name) for name in excluded["/xd"])


def _same(left: Node, right: Node) -> bool:
    return left.size == right.size and left.digest() == right.digest()


def _copy(
    context: Context,
    source: str,
    target: str,
    listing: list[tuple[str, Node]],
    switches: set[str],
    excluded: dict[str, list[str]],
) -> int:
    files = context.host.files
    list_only = "/l" in switches
    code = 0
    copied = 0
    if not list_only:
        code |= _make_directory(context, target)
    if code & FAILED:
        return FATAL
    for relative, node in listing:
        destination = f"{target}\\{relative}"
        existing = files.find(destination)
        if node.directory:
            if not list_only and existing is None and "/s" not in switches:
                code |= _make_directory(context, destination)
            continue
        if existing and existing.directory:
            code |= MISMATCHED
        elif existing and "/xo" in switches and node.modified < existing.modified:
            continue
        elif existing is None or not _same(node, existing) or "/is" in switches:
            code |= COPIED if list_only else _copy_file(context, destination, node)
            copied += 1
            if not switches & {"/nfl"}:
                kind = "" if "/nc" in switches else "    New File  "
                size = "" if "/ns" in switches else f"{node.size:>10}"
                name = files.path_of(f"{source}\\{relative}") if "/fp" in switches else node.name
                context.print(f"\t{kind}\t\t{size}\t{name}")
    code |= _extras(context, source, target, {relative.lower() for relative, _unused in listing}, switches, excluded)
    if "/njs" not in switches:
        context.print(f"   Files : {sum(not node.directory for _unused, node in listing):>9} {copied:>9}")
    return code


def _make_directory(context: Context, path: str) -> int:
    try:
        if context.node(path) is None:
            context.host.files.make_directory(path)
            return 0
    except FileError as error:
        _report(context, error)
        return FAILED
    return 0


def _copy_file(context: Context, destination: str, node: Node) -> int:
    parent = destination.rpartition("\\")[0]
    if failed := _make_directory(context, parent):
        return failed
    try:
        context.copy_node(destination, node)
    except FileError as error:
        _report(context, error)
        return FAILED
    return COPIED


def _report(context: Context, error: FileError) -> None:
    context.print(f"ERROR {error.code} ({error.code:#010x}) Copying File {error.path}")
    context.complain_win32(error.code)


def _extras(
    context: Context, source: str, target: str, kept: set[str], switches: set[str], excluded: dict[str, list[str]]
) -> int:
    """What only the destination has: reported, and deleted with /mir or /purge."""
    files = context.host.files
    node = files.find(target)
    if node is None:
        return 0
    recursive = bool(switches & {"/s", "/e", "/mir"})
    candidates = list(files.below(target)) if recursive else files.children(target)
    # What is excluded in the source is not deleted in the destination, either.
    left_out = tuple(full for full, found in candidates if found.directory and _is_excluded(full, found, excluded))
    extras = [
        full
        for full, _unused in candidates
        if not any(full == out or full.startswith(out + "\\") for out in left_out)
        and full[len(target) + 1 :] not in kept
        and not files.find(source + full[len(target) :])
    ]
    if extras and switches & {"/mir", "/purge"} and "/l" not in switches:
        for full in reversed(extras):
            files.delete(full)
    return EXTRAS if extras else 0
