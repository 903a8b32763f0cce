# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small programs about files: findstr, fsutil, compact, attrib, more, find, where."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.simulator.windows.cmd.builtins import attribute_text, matching
from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.filesystem import ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, FileError, Node


def _matching_lines(context: Context, data: bytes, pattern: re.Pattern[str], *, invert: bool) -> int:
    matched = 0
    for line in data.splitlines():
        if bool(pattern.search(context.decode(line))) is not invert:
            matched += 1
            context.stdout += (line.lstrip() if context.host.misbehaves("findstr_copies_input") else line) + b"\r\n"
    return 0 if matched else 1


def _expression(pattern: str) -> str:
    """findstr knows ``. * ^ $ [class] \\x \\< \\>`` and nothing else."""
    translated = pattern.replace(r"\<", "\0").replace(r"\>", "\0")
    return re.sub(r"[(){}|+?]", lambda match: "\\" + match[0], translated).replace("\0", r"\b")


def findstr(context: Context, arguments: list[str]) -> int:
    """``findstr [/i] [/v] [/r] [/l] [/e] [/s] [/m] [/c:text] pattern [file]``: exit code 1 when nothing matches."""
    switches, words = set(), []
    patterns: list[str] = []
    for argument in arguments:
        if argument.lower().startswith("/c:"):
            patterns.append(argument[3:])
        elif argument.startswith("/"):
            switches.add(argument.lower())
        else:
            words.append(argument)
    if not patterns:
        if not words:
            return 2
        patterns = words.pop(0).split(" ")
    joined = "|".join(re.escape(part) if "/l" in switches else _expression(part) for part in patterns)
    if "/e" in switches:
        joined = f"(?:{joined})$"
    try:
        pattern = re.compile(joined, re.IGNORECASE if "/i" in switches else 0)
    except re.error:
        return 2
    try:
        if "/s" in switches:
            return _findstr_below(context, words[0], pattern)
        if words and "*" in words[0]:
            return _findstr_files(context, words[0], pattern, invert="/v" in switches)
        data = context.read(words[0]) if words else context.stdin.read()
    except FileError:
        context.complain(f"FINDSTR: Cannot open {words[0]}")
        return 1
    return _matching_lines(context, data, pattern, invert="/v" in switches)


def _findstr_below(context: Context, path: str, pattern: re.Pattern[str]) -> int:
    """With /s and /m: the names of the files of this name in the folder and below that have a line that matches."""
    folder, _unused, wanted = context.absolute(path).rpartition("\\")
    found = [
        context.host.files.path_of(full)
        for full, node in context.host.files.below(folder)
        if not node.directory and context.host.files.matches(node.name, wanted)
    ]
    if not found:
        context.complain(f"FINDSTR: Cannot open {path}")
    names = [name for name in found if pattern.search(context.decode(context.read(name)))]
    for name in names:
        context.print(name)
    return 0 if names else 1


def _findstr_files(context: Context, path: str, pattern: re.Pattern[str], *, invert: bool) -> int:
    """Each line begins with the name of its file."""
    names = matching(context, path, directories=False)
    if not names:
        context.complain(f"FINDSTR: Cannot open {path}")
    code = 1
    for name in names:
        prefix = context.encode(f"{name}:")
        lines = b"".join(prefix + line for line in context.read(name).splitlines(keepends=True))
        code = min(code, _matching_lines(context, lines, pattern, invert=invert))
    return code


def find(context: Context, arguments: list[str]) -> int:
    """``find [/i] [/v] [/c] "text"`` over standard input; no line has an empty text in it."""
    switches = {argument.lower() for argument in arguments if argument.startswith("/")}
    words = [argument for argument in arguments if not argument.startswith("/")]
    if not words:
        return 2
    pattern = re.compile(re.escape(words[0]) or "(?!)", re.IGNORECASE if "/i" in switches else 0)
    if "/c" not in switches:
        return _matching_lines(context, context.stdin.read(), pattern, invert="/v" in switches)
    counted = sum(
        bool(pattern.search(context.decode(line))) is not ("/v" in switches)
        for line in context.stdin.read().splitlines()
    )
    context.print(str(counted))
    return 0 if counted else 1


def more(context: Context, arguments: list[str]) -> int:
    """``more [+n] [file]``: copies a file or standard input from line n on (Microsoft's page on more)."""
    start = next((int(argument[1:]) for argument in arguments if re.fullmatch(r"\+\d+", argument)), 0)
    paths = [argument for argument in arguments if not argument.startswith("+")]
    try:
        data = context.read(paths[0]) if paths else context.stdin.read()
    except FileError as error:
        context.complain_win32(error.code)
        return 1
    data = b"".join(data.splitlines(keepends=True)[max(start - 1, 0) :])
    context.stdout += data if data.endswith(b"\n") else data + b"\r\n"
    return 0


# FILE_ATTRIBUTE_* of winnt.h
_FLAGS = {"readonly": 0x1, "hidden": 0x2, "system": 0x4, "sparse": 0x200, "reparse": 0x400, "compressed": 0x800}
_FLAGS |= {"encrypted": 0x4000}
_ARCHIVE = 0x20


def _print_usn_record(context: Context, node: Node) -> None:
    """The record of a file whose volume keeps no change journal, in the layout of fsutil's message MSG_USNRECORD."""
    flags = _ARCHIVE | sum(flag for name, flag in _FLAGS.items() if name in node.attributes)
    german = context.host.language == "de"
    for english, translated, value in (
        ("Major Version    ", "Hauptversion     ", "0x2"),
        ("Minor Version    ", "Nebenversion     ", "0x0"),
        ("FileRef#         ", "Dateireferenz#   ", "0x0001000000000a1c"),
        ("Parent FileRef#  ", "\u00dcbergeordnet    ", "0x0002000000000a1b"),
        ("Usn              ", "USN              ", "0x0000000000000000"),
        ("Time Stamp       ", "Zeitstempel      ", "0x0000000000000000 12:00:00 AM 1/1/1601"),
        ("Reason           ", "Ursache          ", "0x0"),
        ("Source Info      ", "Quellinfo        ", "0x0"),
        ("Security Id      ", "Sicherheits-ID   ", "0x0"),
        ("File Attributes  ", "Dateiattribute   ", f"{flags:#x}"),
        ("File Name Length ", "Dateinamenl\u00e4nge ", f"{2 * len(node.name):#x}"),
        ("File Name Offset ", "Dateinamenoffset ", "0x3c"),
        ("FileName         ", "Dateiname        ", node.name),
    ):
        context.print(f"{translated if german else english}: {value}")
    if context.host.misbehaves("fsutil_attributes"):
        context.print("Extents           : 0x1")


def cacls(context: Context, arguments: list[str]) -> int:
    """``cacls path /S``: the access list as SDDL."""
    if len(arguments) != 2 or arguments[1].lower() != "/s":
        context.complain(context.text("syntax"))
        return 1
    node = context.node(arguments[0])
    if node is None:
        context.complain_win32(ERROR_FILE_NOT_FOUND)
        return 2
    if node.name == "System Volume Information" and context.host.misbehaves("system_volume_information_access"):
        context.complain_win32(ERROR_ACCESS_DENIED)
        return 5
    context.print(f'{context.absolute(arguments[0])} "{node.sddl}" ')
    return 0


def fsutil(context: Context, arguments: list[str]) -> int:
    """``reparsepoint query``, ``sparse queryflag``, ``usn readdata``: exit code 0 or 1."""
    command = [argument.lower() for argument in arguments[:2]]
    known = (["reparsepoint", "query"], ["sparse", "queryflag"], ["usn", "readdata"])
    if len(arguments) < 3 or command not in known:
        context.complain(context.text("invalid_argument", " ".join(arguments)))
        return 1
    if not context.host.elevated and context.remote:
        context.print("The FSUTIL utility requires that you have administrative privileges.")
        return 1
    node = context.node(arguments[2])
    if node is None:
        context.print(context.text("error"), end="")
        context.complain_win32(ERROR_FILE_NOT_FOUND)
        return 1
    if "denied" in node.attributes and context.remote:
        context.print(context.text("error"), end="")
        context.complain_win32(ERROR_ACCESS_DENIED)
        return 1
    if command[0] == "usn":
        _print_usn_record(context, node)
        return 0
    if command[0] == "sparse":
        context.print("This file is set as sparse" if "sparse" in node.attributes else "This file is NOT set as sparse")
        return 0
    if "reparse" not in node.attributes:
        context.say("not_reparse")
        return 1
    context.say("reparse_tag")
    return 0


def compact(context: Context, arguments: list[str]) -> int:
    """``compact /c|/u [/s:dir] [/i] path``: sets or clears compression; without a switch it only shows."""
    switches = [argument.lower() for argument in arguments if argument.startswith("/")]
    paths = [argument for argument in arguments if not argument.startswith("/")]
    recursive = next((switch[3:] for switch in switches if switch.startswith("/s:")), None)
    paths = paths or [recursive or "."]
    files = context.host.files
    for path in paths:
        node = context.node(path)
        if node is None:
            context.complain_win32(ERROR_FILE_NOT_FOUND)
            return 1
        full = context.absolute(path)
        affected = [(full.lower(), node)]
        if any(switch.startswith("/s") for switch in switches) and node.directory:
            affected += list(files.below(full))
        for name, item in affected:
            if "/c" in switches:
                files.nodes[name] = replace(item, attributes=item.attributes | {"compressed"})
            elif "/u" in switches:
                files.nodes[name] = replace(item, attributes=item.attributes - {"compressed"})
            context.print(f"{item.name} {'C' if 'compressed' in files.nodes[name].attributes else ' '}")
    return 0


def attrib(context: Context, arguments: list[str]) -> int:
    """``attrib [+r -r +h -h +s -s] path``."""
    letters = {"r": "readonly", "h": "hidden", "s": "system"}
    changes = [argument.lower() for argument in arguments if argument[:1] in "+-"]
    if any(change[1:] not in letters for change in changes):
        context.complain(context.text("invalid_argument", " ".join(changes)))
        return 1
    for path in (argument for argument in arguments if argument[:1] not in "+-/"):
        node = context.node(path)
        if node is None:
            context.print(f"{context.text('file_not_found')} - {path}")
            return 1
        for change in changes:
            name = frozenset({letters[change[1:]]})
            node.attributes = node.attributes | name if change[0] == "+" else node.attributes - name
        if not changes:
            context.print(
                f"{attribute_text(context.host, node).upper()}  {context.host.files.path_of(context.absolute(path))}"
            )
    return 0


def where(context: Context, arguments: list[str]) -> int:
    """``where [/q] name``: exit code 1 where the search path has no such program."""
    names = [argument for argument in arguments if not argument.startswith("/")]
    found = 0
    for name in names:
        for directory in (context.environment.get("PATH") or "").split(";"):
            for candidate in (name, name + ".exe"):
                path = context.absolute(f"{directory}\\{candidate}")
                if context.node(path):
                    found += 1
                    if "/q" not in (argument.lower() for argument in arguments):
                        context.print(context.host.files.path_of(path))
    return 0 if found else 1
