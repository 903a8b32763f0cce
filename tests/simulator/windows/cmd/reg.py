# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg.exe: query, add, delete."""

from __future__ import annotations

from typing import Any

from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.registry import HIVES, Key, RegistryError, Value, ValueType


class _Usage(Exception):
    """The command line is wrong."""


def reg(context: Context, arguments: list[str]) -> int:
    """Exit code 0, or 1 for anything that failed."""
    verbs = {"query": _query, "add": _add, "delete": _delete}
    try:
        if not arguments or arguments[0].lower() not in verbs or len(arguments) < 2:
            raise _Usage
        return verbs[arguments[0].lower()](context, _full_name(arguments[1]), arguments[2:])
    except _Usage:
        return _fail(context, "invalid_syntax")
    except RegistryError as error:
        if error.code == 5:
            context.complain(context.text("error"), end="")
            context.complain_win32(5)
            return 1
        if context.host.misbehaves("reg_query_absent_key"):
            context.complain(" ".join(arguments))
        return _fail(context, "registry_not_found")


def _fail(context: Context, key: str) -> int:
    context.complain(context.text("error") + context.text(key))
    return 1


def _full_name(name: str) -> str:
    hive, separator, rest = name.rstrip("\\").partition("\\")
    long = HIVES.get(hive.upper(), hive.upper())
    if long not in HIVES.values():
        raise _Usage
    return long + separator + rest


def _options(arguments: list[str], flags: frozenset[str], with_value: frozenset[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    position = 0
    while position < len(arguments):
        option = arguments[position].lower()
        if option in flags:
            options[option] = ""
        elif option in with_value and position + 1 < len(arguments):
            position += 1
            options[option] = arguments[position]
        else:
            raise _Usage
        position += 1
    return options


def display(data: Any, kind: ValueType) -> str:
    """Data as ``reg query`` prints it."""
    if kind in (ValueType.REG_DWORD, ValueType.REG_QWORD):
        return f"{data:#x}"
    if kind is ValueType.REG_MULTI_SZ:
        return "\\0".join(data)
    if kind in (ValueType.REG_BINARY, ValueType.REG_NONE):
        return bytes(data).hex().upper()
    return str(data)


def _print_value(context: Context, value: Value) -> None:
    name = value.name or context.text("default_value")
    context.print(f"    {name}    {value.type.name}    {display(value.data, value.type)}")


def _query(context: Context, path: str, arguments: list[str]) -> int:
    options = _options(arguments, frozenset({"/ve", "/s", "/reg:64", "/reg:32"}), frozenset({"/v", "/t"}))
    registry = context.host.registry
    found = 0
    keys: list[tuple[str, Key]] = list(registry.walk(path)) if "/s" in options else [(path, registry.key(path))]
    for name, key in keys:
        values = list(key.values.values())
        if "/v" in options or "/ve" in options:
            wanted = options.get("/v", "").lower()
            values = [value for value in values if value.name.lower() == wanted]
            if not values:
                continue
        if "/t" in options:
            values = [value for value in values if value.type.name == options["/t"].upper()]
        found += len(values)
        context.print()
        if values or "/s" not in options:
            context.print(name)
        for value in values:
            _print_value(context, value)
    if "/v" in options and not found:
        return _fail(context, "registry_not_found")
    if "/s" not in options and not {"/v", "/ve"} & set(options):
        context.print()
        for subkey in keys[0][1].keys.values():
            context.print(f"{path}\\{subkey.name}")
    elif "/s" in options:
        context.print()
        context.say("end_of_search", found)
    else:
        context.print()
    return 0


def _data(kind: ValueType, text: str) -> Any:
    if kind in (ValueType.REG_DWORD, ValueType.REG_QWORD):
        try:
            number = int(text, 0)
        except ValueError as error:
            raise _Usage from error
        if not 0 <= number < 2 ** (32 if kind is ValueType.REG_DWORD else 64):
            raise _Usage
        return number
    if kind is ValueType.REG_BINARY:
        return bytes.fromhex(text)
    if kind is ValueType.REG_MULTI_SZ:
        return [part for part in text.split("\\0") if part]
    return text


def _confirmed(context: Context, name: str) -> bool:
    context.print(context.text("overwrite", name), end="")
    answer = context.decode(context.stdin.read_line()).strip().lower()
    return answer in ("y", "yes", "j", "ja")


def _add(context: Context, path: str, arguments: list[str]) -> int:
    options = _options(arguments, frozenset({"/ve", "/f", "/reg:64", "/reg:32"}), frozenset({"/v", "/t", "/d", "/s"}))
    registry = context.host.registry
    type_name = options.get("/t", "REG_SZ").upper()
    if type_name not in ValueType.__members__:
        raise _Usage
    kind = ValueType[type_name]
    data = _data(kind, options.get("/d", "0" if kind in (ValueType.REG_DWORD, ValueType.REG_QWORD) else ""))
    registry.create(path)
    if "/v" in options or "/ve" in options:
        name = options.get("/v", "")
        if registry.get(path, name) and "/f" not in options and not _confirmed(context, name):
            context.say("cancelled")
            return 1
        registry.set(path, Value(name, kind, data))
    context.say("done")
    return 0


def _delete(context: Context, path: str, arguments: list[str]) -> int:
    options = _options(arguments, frozenset({"/ve", "/va", "/f", "/reg:64", "/reg:32"}), frozenset({"/v"}))
    registry = context.host.registry
    key = registry.key(path)
    if "/f" not in options and not _confirmed(context, path):
        context.say("cancelled")
        return 1
    if "/va" in options:
        for value in list(key.values.values()):
            registry.delete_value(path, value.name)
    elif "/v" in options or "/ve" in options:
        registry.delete_value(path, options.get("/v", ""))
    else:
        registry.delete_key(path, recurse=True)
    context.say("done")
    return 0
