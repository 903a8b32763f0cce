# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The registry by StdRegProv (root/cimv2), a provider of every Windows.

Its methods return Win32 errors in ReturnValue. Keys are written as in ``HKLM\\SOFTWARE\\X``. A 64-bit Windows shows
the 64-bit view, in which the data of 32-bit programs is under ``SOFTWARE\\WOW6432Node``. The name "" is that of a key's
default value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from ..wsman.errors import MORE_RIGHTS, ProtocolError
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    Value,
    array_of,
    boolean,
    filled,
    integer,
    octets,
    sendable,
    string,
)
from .command_line import failure, quoted
from .errors import CimError, return_value
from .paths import fold

T = TypeVar("T")

ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
WBEM_E_TYPE_MISMATCH = 0x80041005

_KEY_SET_VALUE = 2  # winnt.h

#: Where Windows keeps the system environment variables.
MACHINE_ENVIRONMENT_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"

_PROVIDER = CimPath("root/cimv2", "StdRegProv")

_HIVES = {
    "HKCR": 0x80000000,
    "HKEY_CLASSES_ROOT": 0x80000000,
    "HKCU": 0x80000001,
    "HKEY_CURRENT_USER": 0x80000001,
    "HKLM": 0x80000002,
    "HKEY_LOCAL_MACHINE": 0x80000002,
    "HKU": 0x80000003,
    "HKEY_USERS": 0x80000003,
    "HKCC": 0x80000005,
    "HKEY_CURRENT_CONFIG": 0x80000005,
}


class WrongTypeError(CimError):
    """A registry value is of another type than programs expect there."""


class Kind(StrEnum):
    """Types of registry values."""

    STRING = "string"
    EXPAND_STRING = "expand_string"
    BINARY = "binary"
    DWORD = "dword"
    MULTI_STRING = "multi_string"
    QWORD = "qword"


@dataclass(frozen=True)
class RegistryValue:
    """A typed value: str, int (unsigned), bytes, or for ``MULTI_STRING`` a tuple of str.

    The text of an ``EXPAND_STRING`` is the stored one, with its variables unexpanded.
    """

    kind: Kind
    data: str | int | bytes | tuple[str, ...]


@dataclass(frozen=True)
class _Type(Generic[T]):
    """How StdRegProv handles a type: the names of its Get and Set methods, and of their parameter for the data."""

    number: int  # winnt.h
    name: str
    method: str
    parameter: str
    read: Callable[[Instance], T]


def _text(output: Instance) -> str:
    return output.read("sValue", string) or ""


def _texts(output: Instance) -> tuple[str, ...]:
    texts = output.read("sValue", array_of(string))
    return tuple(texts or ())


def _octets(output: Instance) -> bytes:
    return output.read("uValue", octets) or b""


def _number(output: Instance) -> int:
    value = output.read("uValue", integer)
    if value is None:
        raise ProtocolError(f"the host's answer {output.class_name} contains no uValue")
    return value


_STRING = _Type(1, "REG_SZ", "StringValue", "sValue", _text)
_EXPAND_STRING = _Type(2, "REG_EXPAND_SZ", "ExpandedStringValue", "sValue", _text)
_BINARY = _Type(3, "REG_BINARY", "BinaryValue", "uValue", _octets)
_DWORD = _Type(4, "REG_DWORD", "DWORDValue", "uValue", _number)

_TYPES: dict[Kind, _Type[Any]] = {
    Kind.STRING: _STRING,
    Kind.EXPAND_STRING: _EXPAND_STRING,
    Kind.BINARY: _BINARY,
    Kind.DWORD: _DWORD,
    Kind.MULTI_STRING: _Type(7, "REG_MULTI_SZ", "MultiStringValue", "sValue", _texts),
    Kind.QWORD: _Type(11, "REG_QWORD", "QWORDValue", "uValue", _number),
}
_KINDS = {type_.number: kind for kind, type_ in _TYPES.items()}


class Registry:
    """The registry of one host.

    A typed read costs one request. It returns None for an absent key or value, and raises :class:`CimError` if access
    is denied or the value is of another type.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def string(self, key: str, name: str) -> str | None:
        """Return the text of a REG_SZ value."""
        return self._read(_STRING, key, name)

    def text(self, key: str, name: str) -> str | None:
        """Return the text of a REG_SZ or, expanded, of a REG_EXPAND_SZ value, as most programs read either.

        Raises :class:`WrongTypeError` for a value of another type. The usual REG_SZ costs one request.
        """
        try:
            text = self._read(_STRING, key, name)
        except CimError as error:
            number = self._types(key).get(fold(name))
            if number == _EXPAND_STRING.number:
                return self._read(_EXPAND_STRING, key, name)
            if number in (None, _STRING.number):
                raise
            raise WrongTypeError(f"the registry value {_shown(key, name)} is not a text", error.code) from error
        if text and "%" in text and self._types(key).get(fold(name)) == _EXPAND_STRING.number:
            return self._read(_EXPAND_STRING, key, name)
        return text

    def expanded_string(self, key: str, name: str) -> str | None:
        """Return the text of a REG_EXPAND_SZ value with its variables expanded as for services, or of a REG_SZ.

        This costs two requests, of which the first reads the type.
        """
        number = self._types(key).get(fold(name))
        if number is None:
            return None
        return self._read(_STRING, key, name) if number == _STRING.number else self.expand(key, name)

    def expand(self, key: str, name: str) -> str | None:
        """Return the text of a REG_EXPAND_SZ value with its variables expanded as for services."""
        return self._read(_EXPAND_STRING, key, name)

    def dword(self, key: str, name: str) -> int | None:
        """Return the number of a REG_DWORD value, unsigned."""
        return self._read(_DWORD, key, name)

    def binary(self, key: str, name: str) -> bytes | None:
        """Return the octets of a REG_BINARY value."""
        return self._read(_BINARY, key, name)

    def value(self, key: str, name: str) -> RegistryValue | None:
        """Return a value of any type, by two requests; for an ``EXPAND_STRING``, the second is a command."""
        number = self._types(key).get(fold(name))
        if number is None:
            return None
        kind = _KINDS.get(number)
        if kind is None:
            raise CimError(f"the registry value {_shown(key, name)} has type {number}, which is not supported")
        if kind is Kind.EXPAND_STRING:
            return RegistryValue(kind, self._unexpanded(key, name))
        data = self._read(_TYPES[kind], key, name)
        return None if data is None else RegistryValue(kind, data)

    def is_writable(self, key: str) -> bool:
        """Return whether the account may write values of an existing key."""
        output = self._call("CheckAccess", key, {"uRequired": _KEY_SET_VALUE})
        code = return_value(output)
        if code == ERROR_ACCESS_DENIED:
            return False
        self._require(code, f"the rights to the registry key {key} could not be read")
        return output.read("bGranted", boolean) or False

    def exists(self, key: str) -> bool:
        """Return whether there is a key."""
        return self._listed("EnumKey", key) is not None

    def value_names(self, key: str) -> list[str]:
        """Return the names of a key's values, none if the key is absent."""
        return self._names("EnumValues", key)

    def subkey_names(self, key: str) -> list[str]:
        """Return the names of a key's subkeys, none if the key is absent."""
        return self._names("EnumKey", key)

    def _names(self, method: str, key: str) -> list[str]:
        listed = self._listed(method, key)
        return [] if listed is None else listed.read("sNames", array_of(string)) or []

    def _listed(self, method: str, key: str) -> Instance | None:
        """Return what EnumKey or EnumValues lists of a key; None if the key is absent."""
        output = self._call(method, key, {})
        code = return_value(output)
        if code == ERROR_FILE_NOT_FOUND:
            return None
        self._require(code, f"the registry key {key} could not be read")
        return output

    def check(self, key: str, name: str, value: RegistryValue) -> None:
        """Raise :class:`WSManError` for a value that cannot be written, or not be read again; sends nothing."""
        type_ = _TYPES[value.kind]
        if value.data in ((), b""):
            raise CimError(f"an empty {type_.name} cannot be written to {_shown(key, name)} over WS-Management")
        for text in (key, name, *(value.data if isinstance(value.data, tuple) else (value.data,))):
            if isinstance(text, str):
                sendable(text)
        if value.kind is Kind.EXPAND_STRING:
            _query(key, name)

    def set(self, key: str, name: str, value: RegistryValue) -> None:
        """Write a value, which may have had another type; create the key and its parents if they are missing."""
        self.check(key, name, value)
        type_ = _TYPES[value.kind]
        parameters: dict[str, Value] = {"sValueName": name, type_.parameter: value.data}
        code = self._change(f"Set{type_.method}", key, parameters)
        if code == ERROR_FILE_NOT_FOUND:
            self._require(self._change("CreateKey", key, {}), f"the registry key {key} could not be created")
            code = self._change(f"Set{type_.method}", key, parameters)
        self._require(code, f"the registry value {_shown(key, name)} could not be written")

    def delete(self, key: str, name: str) -> None:
        """Delete a value; it is not an error if it is absent."""
        code = self._change("DeleteValue", key, {"sValueName": name})
        if code not in (0, ERROR_FILE_NOT_FOUND) and fold(name) in self._types(key):
            self._require(code, f"the registry value {_shown(key, name)} could not be deleted")

    def is_empty(self, key: str) -> bool:
        """Return whether a key has no values, or does not exist."""
        return not self._types(key)

    def delete_key(self, key: str) -> None:
        """Delete a key that has no subkeys; it is not an error if it is absent."""
        code = self._change("DeleteKey", key, {})
        if code != ERROR_FILE_NOT_FOUND:
            self._require(code, f"the registry key {key} could not be deleted")

    def _read(self, type_: _Type[T], key: str, name: str) -> T | None:
        output = self._call(f"Get{type_.method}", key, {"sValueName": name})
        code = return_value(output)
        if code == ERROR_FILE_NOT_FOUND:
            return None
        # Which code says that there is no such value is disputed, so the list of the key's values decides.
        # Evidence: registry_absent_code_1
        if code not in (0, ERROR_ACCESS_DENIED, WBEM_E_TYPE_MISMATCH) and fold(name) not in self._types(key):
            return None
        if code == WBEM_E_TYPE_MISMATCH:
            raise CimError(f"the registry value {_shown(key, name)} is not of type {type_.name}", code)
        self._require(code, f"the registry value {_shown(key, name)} could not be read")
        return type_.read(output)

    def _types(self, key: str) -> dict[str, int]:
        """Return the type numbers of a key's values by their folded names; none if the key is absent."""
        output = self._listed("EnumValues", key)
        if output is None:
            return {}
        names = output.read("sNames", array_of(string)) or []
        numbers = output.read("Types", array_of(integer)) or []
        if not numbers and not filled(names):
            return {}
        if len(names) != len(numbers):
            raise ProtocolError(
                f"the host's answer contains {len(names)} values of the key {key} but {len(numbers)} types"
            )
        return {fold(name): number for name, number in zip(names, numbers, strict=True)}

    def _unexpanded(self, key: str, name: str) -> str:
        """Return the stored text of a REG_EXPAND_SZ value, by ``reg query``: StdRegProv only returns it expanded."""
        result = self._session.run(_query(key, name), repeatable=True)
        # After the key, a line that begins with the value's name, which may itself contain what separates it from the
        # type and the data. Only the name of the default value is translated. The type never is.
        printed_name = re.escape(name) if name else r"[^\r\n]*?"
        match = re.fullmatch(
            rf"\s*HKEY_[^\r\n]*\r?\n    {printed_name}    REG_EXPAND_SZ(?:    |\r?\n)(.*?)(?:\r?\n)*",
            result.stdout,
            re.DOTALL | re.IGNORECASE,
        )
        if result.exit_code:
            raise failure(f"the registry value {_shown(key, name)} could not be read with 'reg query'", result)
        if not match:
            # What it printed is not quoted, since it may contain the data.
            raise CimError(f"the output of 'reg query' for the registry value {_shown(key, name)} cannot be read")
        if "\ufffd" in match[1]:
            raise CimError(f"the output of 'reg query' for the registry value {_shown(key, name)} is not valid UTF-8")
        return match[1]

    def _change(self, method: str, key: str, parameters: dict[str, Value]) -> int:
        return return_value(self._call(method, key, parameters))

    def _call(self, method: str, key: str, parameters: dict[str, Value]) -> Instance:
        hive, _unused, sub_key = key.partition("\\")
        if hive.upper() not in _HIVES:
            raise CimError(f"the registry key {key!r} must begin with one of {', '.join(sorted(_HIVES, key=len))}")
        where: dict[str, Value] = {"hDefKey": _HIVES[hive.upper()], "sSubKeyName": sub_key}
        # To call any of the methods again does no harm: it sets a value to the same data, creates a key that exists, or
        # deletes a value that is gone.
        return self._session.invoke(_PROVIDER, method, where | parameters, repeatable=True)

    @staticmethod
    def _require(code: int, complaint: str) -> None:
        if code == ERROR_ACCESS_DENIED:
            raise CimError(f"{complaint}: access is denied to the account ({MORE_RIGHTS})", code)
        if code:
            raise CimError(f"{complaint}: error {code} (0x{code:08X})", code)


def _query(key: str, name: str) -> str:
    selection = f"/v {quoted(name)}" if name else "/ve"
    return f"reg query {quoted(key)} {selection}"


def _shown(key: str, name: str) -> str:
    return f"{key}\\{name or '(default)'}"
