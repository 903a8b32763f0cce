# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of a simulated host: hives, keys and typed values, with the links Windows has between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Any


class ValueType(IntEnum):
    """Registry value types (winnt.h)."""

    REG_NONE = 0
    REG_SZ = 1
    REG_EXPAND_SZ = 2
    REG_BINARY = 3
    REG_DWORD = 4
    REG_MULTI_SZ = 7
    REG_QWORD = 11


HIVES = {
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCU": "HKEY_CURRENT_USER",
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}

ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5


class RegistryError(Exception):
    """A Win32 error of a registry call."""

    def __init__(self, code: int) -> None:
        super().__init__(f"registry error {code}")
        self.code = code


@dataclass(frozen=True)
class Value:
    """One value: its name as written, its type, and its data (str, list of str, int or bytes)."""

    name: str
    type: ValueType
    data: Any


@dataclass
class Key:
    """One key; names are compared without case, as Windows does."""

    name: str
    keys: dict[str, Key] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)


def typed_value(name: str, notation: Any) -> Value:
    """The value a profile writes: text, number, list, or ``{expand: ...}``, ``{qword: ...}``, ``{binary: 'hex'}``."""
    if isinstance(notation, Mapping):
        ((kind, data),) = notation.items()
        if kind == "expand":
            return Value(name, ValueType.REG_EXPAND_SZ, str(data))
        if kind == "qword":
            return Value(name, ValueType.REG_QWORD, int(data))
        if kind == "binary":
            return Value(name, ValueType.REG_BINARY, bytes.fromhex(data))
        raise ValueError(f"unknown kind of registry value {kind!r} at {name!r}")
    if isinstance(notation, bool) or notation is None:
        raise ValueError(f"registry value {name!r} must be text, a number or a list, not {notation!r}")
    if isinstance(notation, int):
        return Value(name, ValueType.REG_DWORD, notation)
    if isinstance(notation, list):
        return Value(name, ValueType.REG_MULTI_SZ, [str(item) for item in notation])
    return Value(name, ValueType.REG_SZ, str(notation))


# All hosts have much the same paths
@lru_cache(maxsize=10_000)
def _resolved(path: str, user_sid: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The hive that a path is in, and the names below it, as written and in lower case."""
    hive, _unused, rest = path.strip("\\").partition("\\")
    short = next((s for s, long in HIVES.items() if hive.upper() in (s, long)), None)
    if short is None:
        raise RegistryError(6)
    full = short + ("\\" + rest if rest else "")
    # Links Windows keeps inside its registry
    for link, target in (
        (r"hklm\system\currentcontrolset", r"hklm\system\controlset001"),
        ("hkcr", r"hklm\software\classes"),
        ("hkcu", "hku\\" + user_sid.lower()),
        (r"hku\s-1-5-18", r"hku\.default"),
    ):
        if full.lower() == link or full.lower().startswith(link + "\\"):
            full = target + full[len(link) :]
    first, *parts = full.split("\\")
    if any(not part for part in parts):
        raise RegistryError(161)
    return first.upper(), tuple(parts), tuple(map(str.lower, parts))


class Registry:
    """All hives. Paths begin with a hive (``HKLM\\SOFTWARE``); errors are :class:`RegistryError` with a Win32 code."""

    def __init__(self, user_sid: str, read_only: tuple[str, ...] = (), hidden: tuple[str, ...] = ()) -> None:
        self._roots = {short: Key(long) for short, long in HIVES.items()}
        self._user_sid = user_sid
        self._read_only = [r"hklm\sam\sam", r"hklm\security", *(path.lower() for path in read_only)]
        self._hidden = [path.lower() for path in hidden]
        self.changes = 0

    def _canonical(self, path: str) -> tuple[Key, tuple[str, ...]]:
        hive, parts, _unused = _resolved(path, self._user_sid)
        return self._roots[hive], parts

    def find(self, path: str) -> Key | None:
        """The key at ``path``, or None."""
        hive, _unused, lowered = _resolved(path, self._user_sid)
        key: Key | None = self._roots[hive]
        for part in lowered:
            key = key.keys.get(part) if key else None
        return key

    def key(self, path: str, *, trusted: bool = False) -> Key:
        found = self.find(path)
        if found is None:
            raise RegistryError(ERROR_FILE_NOT_FOUND)
        if not trusted and self._is_below(path, self._hidden):
            raise RegistryError(ERROR_ACCESS_DENIED)
        return found

    def get(self, path: str, name: str) -> Value | None:
        """The value, or None where the key or the value is missing."""
        key = self.find(path)
        return key.values.get(name.lower()) if key else None

    def data(self, path: str, name: str, default: Any = None) -> Any:
        value = self.get(path, name)
        return default if value is None else value.data

    def is_writable(self, path: str) -> bool:
        return not self._is_below(path, self._read_only)

    def _is_below(self, path: str, parents: list[str]) -> bool:
        hive, _unused, lowered = _resolved(path, self._user_sid)
        full = "\\".join([hive.lower(), *lowered])
        return any(full == parent or full.startswith(parent + "\\") for parent in parents)

    def create(self, path: str, *, trusted: bool = False) -> Key:
        """The key at ``path``, created with its parents; ``trusted`` passes access control, as the system does."""
        if not trusted and not self.is_writable(path):
            raise RegistryError(ERROR_ACCESS_DENIED)
        key, parts = self._canonical(path)
        for part in parts:
            if part.lower() not in key.keys:
                key.keys[part.lower()] = Key(part)
                self.changes += 1
            key = key.keys[part.lower()]
        return key

    def set(self, path: str, value: Value, *, trusted: bool = False) -> None:
        """Write a value into an existing key."""
        key = self.key(path, trusted=trusted)
        if not trusted and not self.is_writable(path):
            raise RegistryError(ERROR_ACCESS_DENIED)
        key.values[value.name.lower()] = value
        self.changes += 1

    def delete_value(self, path: str, name: str, *, trusted: bool = False) -> None:
        key = self.key(path, trusted=trusted)
        if not trusted and not self.is_writable(path):
            raise RegistryError(ERROR_ACCESS_DENIED)
        if key.values.pop(name.lower(), None) is None:
            raise RegistryError(ERROR_FILE_NOT_FOUND)
        self.changes += 1

    def delete_key(self, path: str, *, recurse: bool = False, trusted: bool = False) -> None:
        """Delete a key; one with subkeys is refused with access denied, as RegDeleteKey does."""
        key = self.key(path, trusted=trusted)
        if not trusted and not self.is_writable(path):
            raise RegistryError(ERROR_ACCESS_DENIED)
        root, parts = self._canonical(path)
        if not parts or (key.keys and not recurse):
            raise RegistryError(ERROR_ACCESS_DENIED)
        parent = root
        for part in parts[:-1]:
            parent = parent.keys[part.lower()]
        del parent.keys[parts[-1].lower()]
        self.changes += 1

    def load(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Write what a profile says: ``{key path: {value name: notation}}``; the value name '' is the default value."""
        for path, values in entries.items():
            key = self.create(path, trusted=True)
            for name, notation in (values or {}).items():
                key.values[str(name).lower()] = typed_value(str(name), notation)
                self.changes += 1

    def walk(self, path: str, *, trusted: bool = False) -> Iterator[tuple[str, Key]]:
        """``(path, key)`` of the key and everything below it, in Windows' order (by name)."""
        key = self.key(path, trusted=trusted)
        yield path, key
        for name in sorted(key.keys):
            yield from self.walk(path + "\\" + key.keys[name].name, trusted=trusted)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = {}
        for short in HIVES:
            for path, key in self.walk(short, trusted=True) if short not in ("HKCR", "HKCU") else ():
                state[path] = {
                    key.values[name].name: [
                        key.values[name].type.name,
                        data.hex() if isinstance(data := key.values[name].data, bytes) else data,
                    ]
                    for name in sorted(key.values)
                }
        return state
