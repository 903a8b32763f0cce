# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are part of cmd.exe itself: echo, dir, type, copy, mkdir, ..."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator.windows.cmd.arguments import split_arguments
from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.filesystem import (
    ERROR_ACCESS_DENIED,
    ERROR_ALREADY_EXISTS,
    ERROR_DIR_NOT_EMPTY,
    ERROR_FILE_NOT_FOUND,
    ERROR_PATH_NOT_FOUND,
    FileError,
    Node,
)

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

Run = Callable[[], int]
Builtin = Callable[[Context, str], int]


def split_command(text: str) -> tuple[str, str]:
    """The command and the rest. ``echo.`` ``cd\\`` ``dir/b`` separate a built-in from its arguments without a blank."""
    if match := re.match(r"(?i)(echo|cd|chdir|dir|md|mkdir|rd|rmdir|del|type|set)(?=[.(/\\:+,;])", text):
        return match[1], text[match.end() :]
    if text.startswith('"'):
        end = text.find('"', 1)
        end = len(text) if end < 0 else end + 1
        while end < len(text) and text[end] not in " \t":
            end += 1
        return text[:end], text[end:]
    match = re.match(r"[^\s/,;=]+", text)
    end = match.end() if match else len(text)
    return text[:end], text[end:]


def display_version(host: Host) -> str:
    """``10.0.20348.2340``, as ``ver`` prints it."""
    return f"{host.profile['os']['version']}.{host.profile['os'].get('revision', 1)}"


def _paths_and_switches(arguments: str) -> tuple[list[str], set[str]]:
    """Paths (without quotes) and switches in lower case, each with its value: ``/s``, ``/a:d`` or ``/ad``."""
    paths: list[str] = []
    switches: set[str] = set()
    for word in re.findall(
        r'(?:"[^"]*"?|[^\s"])+', re.sub(r"(?<=\w)/", " /", arguments) if '"' not in arguments else arguments
    ):
        if word.startswith("/"):
            switches.update("/" + part for part in word.lower().split("/") if part)
        else:
            paths.append(word.replace('"', ""))
    return paths, switches


def exists(context: Context, path: str) -> bool:
    """``if exist``: also with wildcards; a path ending in a backslash must be a directory."""
    clean = path.replace('"', "")
    try:
        if "*" in clean or "?" in clean:
            return bool(matching(context, clean, directories=None))
        node = context.node(clean)
    except FileError:
        return False
    return node is not None and (node.directory or not clean.endswith("\\"))


def matching(context: Context, pattern: str, *, directories: bool | None) -> list[str]:
    """Paths that match a wildcard in the last part; ``directories`` None means both kinds."""
    clean = pattern.replace('"', "")
    parent, _unused, last = clean.rpartition("\\")
    base = context.absolute(parent or ".")
    context.node(base)
    found = []
    for full, node in context.host.files.children(base):
        if directories in (None, node.directory) and context.host.files.matches(node.name, last):
            found.append((parent + "\\" if parent else "") + context.host.files.path_of(full).rpartition("\\")[2])
    return found


def for_columns(line: str, options: str) -> list[str]:
    """What ``for /f "options"`` makes of a line; empty: the line is skipped."""
    lowered = options.lower()
    end_of_line = match[1] if (match := re.search(r"eol=(.)", lowered)) else ";"
    if not line.strip() or line.startswith(end_of_line):
        return []
    delimiters = (
        match[1]
        if (match := re.search(r"delims=(.*?)(?=\s+(?:tokens|eol|skip|usebackq)|$)", options, re.IGNORECASE))
        else " \t"
    )
    tokens = match[1] if (match := re.search(r"tokens=(\S+)", lowered)) else "1"
    rest = line.lstrip(delimiters)
    columns: list[str] = []
    rests: list[str] = []
    while rest:
        rests.append(rest)
        end = next((index for index, character in enumerate(rest) if character in delimiters), len(rest))
        columns.append(rest[:end])
        rest = rest[end:].lstrip(delimiters) if delimiters else ""
    picked: list[str] = []
    for part in tokens.replace("*", ",*").strip(",").split(","):
        if part == "*":
            used = max((int(number) for number in re.findall(r"\d+", tokens)), default=0)
            picked.append(rests[used] if used < len(rests) else "")
        elif part:
            first, _unused, last = part.partition("-")
            picked += [columns[n - 1] if n <= len(columns) else "" for n in range(int(first), int(last or first) + 1)]
    return picked


_FLAGS = (
    ("directory", "d"),
    ("readonly", "r"),
    ("archive", "a"),
    ("hidden", "h"),
    ("system", "s"),
    ("compressed", "c"),
    ("offline", "o"),
    ("temporary", "t"),
    ("reparse", "l"),
    ("integrity", "v"),
    ("noscrub", "x"),
)


def attribute_text(host: Host, node: Node) -> str:
    """``%~a``: letters drahscotl, since Windows 8 also vx, in their places; encryption and sparseness have none."""
    present = set(node.attributes) | ({"directory"} if node.directory else {"archive"})
    flags = _FLAGS if host.build >= 9200 else _FLAGS[:9]
    return "".join(letter if name in present else "-" for name, letter in flags)


def for_attribute(context: Context, modifiers: str, value: str) -> str:
    """``%~dpnxfaszI``; with no modifier only quotes go."""
    bare = value.strip('"')
    if not modifiers:
        return bare
    full = context.absolute(bare)
    try:
        node = context.node(bare)
    except FileError:
        node = None
    parts = []
    if "a" in modifiers:
        parts.append(attribute_text(context.host, node) if node else "")
    if "t" in modifiers:
        parts.append(context.host.first_boot.strftime("%m/%d/%Y %I:%M %p") if node else "")
    if "z" in modifiers:
        parts.append(str(node.size) if node else "")
    if set(modifiers) & set("fdpnxs"):
        spelled = context.host.files.path_of(full)
        drive, rest = spelled[:2], spelled[2:]
        directory, _unused, name = rest.rpartition("\\")
        stem, dot, extension = name.rpartition(".")
        stem, extension = (stem, dot + extension) if dot else (name, "")
        if "f" in modifiers:
            parts.append(spelled)
        else:
            parts.append(
                (drive if "d" in modifiers else "")
                + (directory + "\\" if "p" in modifiers else "")
                + (stem if "n" in modifiers else "")
                + (extension if "x" in modifiers else ""),
            )
    return " ".join(part for part in parts if part)


def _echo(context: Context, arguments: str) -> int:
    if arguments[:1] in (".", "(", ":", "/", "+", ",", ";", "\\"):
        context.print(arguments[1:])
    elif not arguments.strip():
        context.say("echo_on")
    elif arguments.strip().lower() in ("on", "off"):
        context.echo = arguments.strip().lower() == "on"
    else:
        context.print(arguments[1:])
    return 0


def _rem(_context: Context, _arguments: str) -> int:
    return 0


def _exit(context: Context, arguments: str) -> int:
    words = arguments.replace("/b", "").replace("/B", "").split()
    context.error_level = (
        int(words[0]) & 0xFFFFFFFF if words and words[0].lstrip("-").isdigit() else context.error_level
    )
    context.ended = True
    return context.error_level


def _set(context: Context, arguments: str) -> int:
    text = arguments.lstrip()
    if text.lower().startswith("/p "):
        assignment = text[3:].strip().strip('"')
        name, _unused, prompt = assignment.partition("=")
        context.print(prompt, end="")
        line = context.decode(context.stdin.read_line())
        if not line:
            return 1
        context.environment.set(name.strip(), line)
        return 0
    if text.lower().startswith("/a"):
        return _set_arithmetic(context, text[2:].strip().strip('"'))
    if text.startswith('"'):
        text = text[1 : text.rfind('"')] if text.count('"') > 1 else text[1:]
    name, separator, value = text.partition("=")
    if separator:
        if value:
            context.environment.set(name, value)
        else:
            context.environment.unset(name)
        return 0
    found = [(key, value) for key, value in context.environment.items() if key.lower().startswith(name.lower())]
    for key, value in found:
        context.print(f"{key}={value}")
    return 0 if found else 1


def _set_arithmetic(context: Context, expression: str) -> int:
    name, separator, formula = expression.partition("=")
    match = re.fullmatch(r"\s*(\w+)\s*(?:([-+*/])\s*(\w+))?\s*", formula)
    if not separator or match is None:
        context.complain(context.text("syntax"))
        return 1

    def number(word: str) -> int:
        return int(word) if word.isdigit() else int(context.environment.get(word) or 0)

    result = number(match[1])
    if match[2]:
        second = number(match[3])
        result = {"+": result + second, "-": result - second, "*": result * second}.get(match[2]) or result // (
            second or 1
        )
    context.environment.set(name.strip(), str(result))
    return 0


def _change_directory(context: Context, arguments: str) -> int:
    text = arguments.strip()
    text = text[2:].strip() if text.lower().startswith("/d") else text
    if not text:
        context.print(context.directory)
        return 0
    node = context.node(text)
    if node is None or not node.directory:
        context.complain_win32(ERROR_PATH_NOT_FOUND)
        return 1
    full = context.host.files.path_of(context.absolute(text))
    context.directory = full + "\\" if len(full) == 2 else full
    return 0


def _type(context: Context, arguments: str) -> int:
    paths, _unused = _paths_and_switches(arguments)
    if not paths:
        context.complain(context.text("syntax"))
        return 1
    for path in paths:
        try:
            data = context.read(path)
        except FileError as error:
            context.complain_win32(error.code)
            return 1
        if data.startswith(b"\xff\xfe"):
            data = context.encode(data[2:].decode("utf-16-le"))
        context.stdout += data
    return 0


def _dir(context: Context, arguments: str) -> int:
    paths, switches = _paths_and_switches(arguments)
    attributes = next((switch[2:].lstrip(":") for switch in switches if switch.startswith("/a")), None)
    path = paths[0] if paths else "."
    try:
        node = None if "*" in path or "?" in path else context.node(path)
        if node and node.directory:
            listed = list(context.host.files.children(context.absolute(path)))
            if "/s" in switches:
                listed = list(context.host.files.below(context.absolute(path)))
        elif "/s" in switches and not any(wildcard in path for wildcard in "*?"):
            # The name is looked for in its folder and below
            folder, _unused, name = context.absolute(path).rpartition("\\")
            below = context.host.files.below(folder)
            listed = [(full, found) for full, found in below if found.name.lower() == name.lower()]
        elif node:
            listed = [(context.absolute(path), node)]
        elif "/s" in switches:
            parent, _unused, last = path.rpartition("\\")
            below = context.host.files.below(context.absolute(parent or "."))
            listed = [(full, item) for full, item in below if context.host.files.matches(item.name, last)]
        else:
            listed = [
                (full, found)
                for name in matching(context, path, directories=None)
                if (found := context.node(full := context.absolute(name)))
            ]
    except FileError as error:
        context.complain_win32(error.code)
        return 1
    shown = [(full, item) for full, item in listed if _is_shown(item, attributes)]
    if not shown and not (node and node.directory and "/b" not in switches):
        context.complain(context.text("file_not_found"))
        return 1
    for full, item in shown:
        if "/b" in switches:
            context.print(context.host.files.path_of(full) if "/s" in switches else item.name)
        else:
            size = "<DIR>" if item.directory else item.size
            context.print(f"{context.host.first_boot:%Y-%m-%d  %H:%M}    {size:>14} {item.name}")
    return 0


def _is_shown(node: Node, attributes: str | None) -> bool:
    if attributes is None:
        return not node.attributes & {"hidden", "system"}
    names = {"d": node.directory, "h": "hidden" in node.attributes, "s": "system" in node.attributes}
    names |= {"l": "reparse" in node.attributes, "r": "readonly" in node.attributes, "a": not node.directory}
    wanted = True
    for letter in attributes:
        if letter == "-":
            wanted = False
        elif letter in names:
            if names[letter] is not wanted:
                return False
            wanted = True
    return True


def _make_directory(context: Context, arguments: str) -> int:
    paths, _unused = _paths_and_switches(arguments)
    code = 0 if paths else 1
    if not paths:
        context.complain(context.text("syntax"))
    for path in paths:
        full = context.absolute(path)
        try:
            context.node(full)
            context.host.files.make_directory(full)
        except FileError as error:
            if error.code == ERROR_ALREADY_EXISTS:
                context.complain(context.text("already_exists", path))
            else:
                context.complain_win32(error.code)
            code = 1
    return code


def _remove_directory(context: Context, arguments: str) -> int:
    paths, switches = _paths_and_switches(arguments)
    code = 0
    for path in paths:
        node = context.node(path)
        if node is None:
            context.complain_win32(ERROR_FILE_NOT_FOUND)
            code = ERROR_FILE_NOT_FOUND
        elif not node.directory:
            context.complain_win32(267)
            code = 267
        elif "/s" in switches:
            context.host.files.delete_tree(context.absolute(path))
        else:
            try:
                context.host.files.delete(context.absolute(path))
            except FileError as error:
                context.complain_win32(error.code)
                code = ERROR_DIR_NOT_EMPTY if error.code == ERROR_DIR_NOT_EMPTY else 1
    return code


def _delete(context: Context, arguments: str) -> int:
    paths, switches = _paths_and_switches(arguments)
    if not paths:
        context.complain(context.text("syntax"))
        return 1
    for path in paths:
        node = None if "*" in path or "?" in path else context.node(path)
        inside = path + "\\*" if node and node.directory else path
        names = (
            matching(context, inside, directories=False) if "*" in inside or "?" in inside else [path] if node else []
        )
        if not names:
            # Not an error for del: ERRORLEVEL stays 0.
            context.complain(context.text("could_not_find", context.absolute(path)))
        for name in names:
            found = context.node(name)
            if found and "readonly" in found.attributes and "/f" not in switches:
                context.complain_win32(ERROR_ACCESS_DENIED)
                return 1
            try:
                context.host.files.delete(context.absolute(name))
            except FileError as error:
                # Neither is this.
                context.print(context.absolute(name))
                context.complain_win32(error.code)
    return 0


def _target(context: Context, source: str, target: str) -> str:
    node = context.node(target)
    return target.rstrip("\\") + "\\" + source.rpartition("\\")[2] if node and node.directory else target


def _copy(context: Context, arguments: str) -> int:
    paths, _switches = _paths_and_switches(arguments)
    if not paths:
        context.complain(context.text("syntax"))
        return 1
    source, target = paths[0], paths[1] if len(paths) > 1 else "."
    try:
        names = matching(context, source, directories=False) if "*" in source or "?" in source else [source]
        for name in names:
            node = context.node(name)
            if node is None or node.directory:
                raise FileError(ERROR_FILE_NOT_FOUND, name)
            context.copy_node(_target(context, name, target), node)
    except FileError as error:
        context.complain_win32(error.code)
        context.say("copied", 0)
        return 1
    context.say("copied", len(names))
    return 0 if names else 1


def _move(context: Context, arguments: str) -> int:
    paths, _switches = _paths_and_switches(arguments)
    if len(paths) != 2:
        context.complain(context.text("syntax"))
        return 1
    source, target = paths
    try:
        node = context.node(source)
        if node is None or node.directory:
            raise FileError(ERROR_FILE_NOT_FOUND, source)
        context.copy_node(_target(context, source, target), node)
        context.host.files.delete(context.absolute(source))
    except FileError as error:
        context.complain_win32(error.code)
        return 1
    context.say("moved", 1)
    return 0


def _ver(context: Context, _arguments: str) -> int:
    context.print()
    context.say("version", display_version(context.host))
    return 0


def _call(context: Context, arguments: str) -> int:
    from tests.simulator.windows.cmd.interpreter import run_line

    return run_line(context, arguments.strip())


def _start(context: Context, arguments: str) -> int:
    words = split_arguments(arguments)
    command = [word for word in words[1:] if not word.startswith("/")] if arguments.strip().startswith('"') else words
    if "/wait" in (word.lower() for word in words):
        rest = re.sub(r'(?i)^\s*("[^"]*"\s*)?((/wait|/b|/min)\s*)+', "", arguments)
        return _call(context, rest)
    context.host.start_process(" ".join(command), context.directory)
    return 0


BUILTINS: dict[str, Builtin] = {
    "call": _call,
    "cd": _change_directory,
    "chdir": _change_directory,
    "cls": _rem,
    "copy": _copy,
    "del": _delete,
    "dir": _dir,
    "echo": _echo,
    "erase": _delete,
    "exit": _exit,
    "md": _make_directory,
    "mkdir": _make_directory,
    "move": _move,
    "rd": _remove_directory,
    "rem": _rem,
    "rmdir": _remove_directory,
    "set": _set,
    "start": _start,
    "type": _type,
    "ver": _ver,
}
