# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe: runs parsed command lines against a simulated host."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from tests.simulator.windows.cmd import builtins, tools
from tests.simulator.windows.cmd.arguments import split_arguments
from tests.simulator.windows.cmd.context import Context, Input
from tests.simulator.windows.cmd.parser import Block, Chain, For, If, Node, Redirection, Simple, SyntaxFailure, parse
from tests.simulator.windows.cmd.variables import expand_delayed, expand_for, expand_percent
from tests.simulator.windows.filesystem import ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, FileError
from tests.simulator.windows.installers import find_entry, run_installer

# The longest line cmd.exe takes.
MAXIMUM_LINE = 8191

# Older releases of cmd.exe lose characters outside ASCII where "for /f" reads a command's output in this code page.
UTF_8 = 65001
FIRST_UTF_8_PIPES = 9200

_COMMAND_NOT_FOUND = 9009


def run_line(context: Context, line: str) -> int:
    """``cmd /c line``: the exit code. An unknown command gives 1, though ERRORLEVEL says 9009."""
    if len(line) > MAXIMUM_LINE:
        context.complain(context.text("line_too_long"))
        return 1
    expanded = expand_percent(line, lambda name: _variable(context, name))
    try:
        node = parse(expanded, to_the_right=context.host.profile.get("cmd_chains") == "right")
    except SyntaxFailure as failure:
        context.complain(
            context.text("unexpected", failure.unexpected) if failure.unexpected else context.text("syntax")
        )
        return 255 if failure.unexpected else 1
    code = _run(context, node) if node else 0
    return 1 if code == _COMMAND_NOT_FOUND else code


def run_cmd_switches(context: Context, arguments: str) -> int:
    """``cmd.exe`` with its own switches: ``/v:on /s /c "..."``."""
    child = context.child()
    strip_always = False
    rest = arguments.strip()
    while match := re.match(r"/(\w)(:\w+)?\s*", rest):
        switch, value = match[1].lower(), (match[2] or "").lower()
        rest = rest[match.end() :]
        if switch == "v":
            child.delayed_expansion = value == ":on"
        elif switch == "q":
            child.echo = False
        elif switch == "s":
            strip_always = True
        elif switch in "ckr":
            code = run_line(child, _strip_quotes(rest, always=strip_always))
            context.elapsed = child.elapsed
            return code
    context.say("version", builtins.display_version(context.host))
    return 0


def _strip_quotes(line: str, *, always: bool) -> str:
    """What ``cmd /c`` does with quotes (``cmd /?``): exactly two around a program name stay, else first and last go."""
    line = line.strip()
    if not line.startswith('"'):
        return line
    inside = line[1:-1]
    special = set('&<>()@^|"')
    if not always and line.count('"') == 2 and line.endswith('"') and " " in inside and not special & set(inside):
        return line
    last = line.rfind('"')
    return line[1:last] + line[last + 1 :] if last > 0 else line[1:]


def run_program(context: Context, command: str, arguments: str) -> int:
    """Start a program by name or path, without cmd.exe's grammar; raises FileError 2 or 3 where it does not exist."""
    name = context.environment.expand(command).strip().strip('"')
    tool = _tool_name(context, name)
    if tool == "cmd":
        return run_cmd_switches(context, arguments)
    if tool in context.host.profile.get("blocked_programs", ()):
        context.complain_win32(1260)
        return 1
    if tool:
        if entry := find_entry(context.host, f"{tool}.exe"):
            context.take(float(entry[1].get("duration", 0)))
        return tools.TOOLS[tool](context, split_arguments(arguments))
    path = _installed_program(context, name)
    if path is None:
        parent = context.absolute(name).rpartition("\\")[0]
        known_parent = "\\" not in name or context.host.files.find(parent) is not None
        raise FileError(ERROR_FILE_NOT_FOUND if known_parent else ERROR_PATH_NOT_FOUND, name)
    return run_installer(context, path, split_arguments(arguments))


def _tool_name(context: Context, name: str) -> str | None:
    """The tool of System32 a command names, by bare name or by path."""
    lowered = name.lower().replace("/", "\\")
    base = lowered.rpartition("\\")[2].removesuffix(".exe")
    if (base not in tools.TOOLS and base != "cmd") or (base == "curl" and context.host.build < tools.FIRST_CURL):
        return None
    if "\\" not in lowered or context.absolute(name).lower() == context.host.tool_path(base).lower():
        return base
    return None


def _installed_program(context: Context, name: str) -> str | None:
    candidates = [name, name + ".exe"]
    directories = (
        [""] if "\\" in name or name[1:2] == ":" else ["", *(context.environment.get("PATH") or "").split(";")]
    )
    for directory in directories:
        for candidate in candidates:
            path = context.absolute(f"{directory}\\{candidate}" if directory else candidate)
            node = context.node(path)
            if node and not node.directory:
                return path
    return None


def _variable(context: Context, name: str) -> str | None:
    value = context.environment.get(name)
    if value is not None:
        return value
    dynamic = {"ERRORLEVEL": str(context.error_level), "CD": context.directory, "RANDOM": "4711"}
    return dynamic.get(name.upper())


def _run(context: Context, node: Node) -> int:
    if context.ended:
        return context.error_level
    if isinstance(node, Chain):
        return _run_chain(context, node)
    if isinstance(node, Block):
        return _redirected(context, node.redirections, lambda: _run(context, node.body))
    if isinstance(node, If):
        return _run_if(context, node)
    if isinstance(node, For):
        return _run_for(context, node)
    return _run_simple(context, node)


def _run_chain(context: Context, node: Chain) -> int:
    if node.operator == "|":
        outer, context.stdout = context.stdout, bytearray()
        _run(context, node.left)
        piped, context.stdout = bytes(context.stdout), outer
        earlier, context.stdin = context.stdin, Input(piped)
        code = _run(context, node.right)
        context.stdin = earlier
        return code
    code = _run(context, node.left)
    skip = (node.operator == "&&" and code != 0) or (node.operator == "||" and code == 0)
    return code if skip or context.ended else _run(context, node.right)


def _replace(context: Context, text: str) -> str:
    replaced = expand_for(
        text, context.for_values, lambda modifiers, value: builtins.for_attribute(context, modifiers, value)
    )
    if context.delayed_expansion:
        replaced = expand_delayed(replaced, lambda name: _variable(context, name))
    return replaced


def _holds(context: Context, node: If) -> bool:
    kind, *operands = (_replace(context, part) for part in node.condition)
    if kind == "exist":
        return builtins.exists(context, operands[0])
    if kind == "defined":
        return _variable(context, operands[0]) is not None
    if kind == "errorlevel":
        return context.error_level >= int(operands[0] or 0)
    left, right = (operand.lower() if node.ignore_case else operand for operand in operands)
    if kind == "==":
        return left == right
    try:
        order = int(left.strip('"'), 0) - int(right.strip('"'), 0)
    except ValueError:
        order = (left > right) - (left < right)
    return {
        "equ": order == 0,
        "neq": order != 0,
        "lss": order < 0,
        "leq": order <= 0,
        "gtr": order > 0,
        "geq": order >= 0,
    }[kind]


def _run_if(context: Context, node: If) -> int:
    if _holds(context, node) != node.negated:
        return _run(context, node.then)
    return _run(context, node.otherwise) if node.otherwise else 0


def _for_rows(context: Context, node: For) -> Iterator[list[str]]:
    items = _replace(context, node.items)
    if node.kind == "/l":
        start, step, end = (int(part) for part in items.split(","))
        yield from ([str(number)] for number in range(start, end + (1 if step > 0 else -1), step))
    elif node.kind == "/f":
        for line in _for_lines(context, items.strip(), "usebackq" in node.options.lower()):
            if columns := builtins.for_columns(line, node.options):
                yield columns
    elif node.kind == "/r":
        folder = context.absolute(_replace(context, node.options).strip('"'))
        pattern = items.strip().lower()
        for full, found in context.host.files.below(folder):
            if not found.directory and fnmatch.fnmatch(found.name.lower(), pattern):
                yield [context.host.files.path_of(full)]
    else:
        for item in re.findall(r'"[^"]*"|[^\s,;=]+', items):
            if "*" in item or "?" in item:
                yield from ([path] for path in builtins.matching(context, item, directories=node.kind == "/d"))
            else:
                yield [item]


def _for_lines(context: Context, source: str, backquotes: bool) -> list[str]:
    command, literal = ("`", "'") if backquotes else ("'", '"')
    if source.startswith(command):
        child = context.child()
        child.stdout = bytearray()
        context.error_level = run_line(child, source[1:-1])
        context.elapsed = child.elapsed
        output = context.decode(bytes(child.stdout))
        loses = context.host.build < FIRST_UTF_8_PIPES and not context.host.misbehaves("for_f_loses_names")
        if context.codepage == UTF_8 and loses:
            output = re.sub(r"[^\x00-\x7f]", "\ufffd", output)
        return output.splitlines()
    if source.startswith(literal):
        return [source[1:-1]]
    return context.decode(context.read(source)).splitlines()


def _run_for(context: Context, node: For) -> int:
    code = 0
    earlier = dict(context.for_values)
    for columns in _for_rows(context, node):
        for offset, value in enumerate(columns):
            context.for_values[chr(ord(node.variable) + offset)] = value
        if context.echo and not node.source.startswith("@"):
            # On a command line every round shows its prompt and command, unless there is an @ before it.
            context.print(f"\r\n{context.directory}>{_replace(context, node.source)} ")
        code = _run(context, node.body)
    context.for_values = earlier
    return code


def _run_simple(context: Context, node: Simple) -> int:
    # Blanks at the end belong to the command: "echo a & ..." prints one.
    text = _replace(context, node.text).lstrip(" \t")
    redirections = [
        Redirection(part.handle, part.operator, _replace(context, part.target)) for part in node.redirections
    ]
    return _redirected(context, redirections, lambda: _dispatch(context, text))


def _dispatch(context: Context, text: str) -> int:
    if not text.strip():
        return 0
    name, arguments = builtins.split_command(text)
    builtin = builtins.BUILTINS.get(name.lower())
    if builtin:
        code = builtin(context, arguments)
        # echo, set, if and for leave ERRORLEVEL alone when they succeed.
        if code or name.lower() not in ("echo", "set", "rem"):
            context.error_level = code
        return code
    try:
        code = run_program(context, name, arguments)
    except FileError as error:
        if error.code == ERROR_FILE_NOT_FOUND:
            context.complain(context.text("not_a_command", name.strip('"')))
            code = _COMMAND_NOT_FOUND
        else:
            context.complain_win32(error.code)
            code = 1
    context.error_level = code
    return code


def _redirected(context: Context, redirections: list[Redirection], run: builtins.Run) -> int:
    """Run with streams redirected; a target that cannot be opened means the command does not run at all."""
    saved = context.stdin, context.stdout, context.stderr
    files: list[tuple[bytearray, str]] = []
    try:
        for part in redirections:
            _open(context, part, files)
        code = run()
        for buffer, path in files:
            context.write(path, bytes(buffer))
    except FileError as error:
        context.stdin, context.stdout, context.stderr = saved
        context.complain_win32(error.code)
        context.error_level = code = 1
    context.stdin, context.stdout, context.stderr = saved
    return code


def _open(context: Context, part: Redirection, files: list[tuple[bytearray, str]]) -> None:
    if part.target.startswith("&"):
        buffer = context.stdout if part.target == "&1" else context.stderr
    elif part.target.lower() in ("nul", "nul:"):
        if part.operator == "<":
            context.stdin = Input()
            return
        buffer = bytearray()
    elif part.operator == "<":
        context.stdin = Input(context.read(part.target))
        return
    else:
        path = context.absolute(part.target)
        existing = context.node(path)
        buffer = bytearray(context.read(path) if part.operator == ">>" and existing else b"")
        context.write(path, bytes(buffer))
        files.append((buffer, path))
    if part.handle == 2:
        context.stderr = buffer
    else:
        context.stdout = buffer
