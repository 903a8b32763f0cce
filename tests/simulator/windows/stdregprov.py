# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StdRegProv, the registry provider of root/cimv2 and root/default (signatures as the live class publishes them)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.simulator.model import CimClass, CimFailure, CimValue, Method
from tests.simulator.windows.registry import ERROR_FILE_NOT_FOUND, RegistryError, Value, ValueType
from tests.simulator.windows.schema import properties

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

WRONG_TYPE = 0x80041005  # WBEM_E_TYPE_MISMATCH
ERROR_INVALID_HANDLE = 6

_HIVES = {
    0x80000000: "HKCR",
    0x80000001: "HKCU",
    0x80000002: "HKLM",
    0x80000003: "HKU",
    0x80000005: "HKCC",
}

Parameters = Mapping[str, CimValue]
Results = dict[str, CimValue]
Call = Callable[["Host", Mapping[str, str], Parameters], Results]


def _path(parameters: Parameters) -> str:
    hive = parameters.get("hDefKey")
    short = _HIVES.get(0x80000002 if hive is None else int(hive))
    if short is None:
        raise RegistryError(ERROR_INVALID_HANDLE)
    sub_key = str(parameters.get("sSubKeyName") or "")
    if sub_key.startswith("\\"):
        raise RegistryError(161)
    return short + ("\\" + sub_key.rstrip("\\") if sub_key else "")


def _coded(work: Callable[[Host, Parameters], Results]) -> Call:
    """The provider answers Win32 errors as ReturnValue, with no other result."""

    def call(host: Host, _keys: Mapping[str, str], parameters: Parameters) -> Results:
        try:
            return {"ReturnValue": 0, **work(host, parameters)}
        except RegistryError as error:
            return {"ReturnValue": error.code}

    return call


def _enum_key(host: Host, parameters: Parameters) -> Results:
    keys = host.registry.key(_path(parameters)).keys
    return {"sNames": [keys[name].name for name in sorted(keys)] or None}


def _enum_values(host: Host, parameters: Parameters) -> Results:
    values = list(host.registry.key(_path(parameters)).values.values())
    return {
        "sNames": [value.name for value in values] or None,
        "Types": [int(value.type) for value in values] or None,
    }


def _getter(result: str, accepted: ValueType) -> Call:
    def work(host: Host, parameters: Parameters) -> Results:
        path = _path(parameters)
        host.registry.key(path)
        value = host.registry.get(path, str(parameters.get("sValueName") or ""))
        if value is None:
            # Both codes are seen in the field for a missing value; a profile chooses.
            raise RegistryError(int(host.profile.get("registry_missing_value_code", ERROR_FILE_NOT_FOUND)))
        if value.type is not accepted:
            raise RegistryError(int(host.profile.get("registry_wrong_type_code", WRONG_TYPE)))
        if accepted is ValueType.REG_EXPAND_SZ:
            return {result: host.environment.expand(value.data)}
        return {result: list(value.data) if isinstance(value.data, bytes) else value.data}

    return _coded(work)


def _octets(value: Any) -> bytes:
    return bytes(value)


def _unsigned(bits: int) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        if not 0 <= int(value) < 2**bits:
            raise CimFailure(WRONG_TYPE, "Type mismatch")
        return int(value)

    return convert


def _setter(parameter: str, kind: ValueType, convert: Callable[[Any], Any]) -> Call:
    def work(host: Host, parameters: Parameters) -> Results:
        data = parameters.get(parameter)
        if data is None:
            raise CimFailure(0x80041008, "Invalid parameter")
        value = Value(str(parameters.get("sValueName") or ""), kind, convert(data))
        host.registry.set(_path(parameters), value)
        return {}

    return _coded(work)


def _create_key(host: Host, parameters: Parameters) -> Results:
    host.registry.create(_path(parameters))
    return {}


def _delete_key(host: Host, parameters: Parameters) -> Results:
    host.registry.delete_key(_path(parameters))
    return {}


def _delete_value(host: Host, parameters: Parameters) -> Results:
    host.registry.delete_value(_path(parameters), str(parameters.get("sValueName") or ""))
    return {}


def _check_access(host: Host, parameters: Parameters) -> Results:
    path = _path(parameters)
    host.registry.key(path)
    # KEY_SET_VALUE, KEY_CREATE_SUB_KEY, KEY_CREATE, DELETE, WRITE_DAC, WRITE_OWNER
    writes = int(parameters.get("uRequired") or 3) & 0xD0026
    return {"bGranted": not writes or host.registry.is_writable(path)}


def _method(name: str, call: Call, parameters: str, results: str = "") -> Method:
    return Method(
        name,
        call,
        properties("hDefKey:uint32 sSubKeyName " + parameters),
        properties(results),
        static=True,
    )


def _value_methods(name: str, declaration: str, kind: ValueType, convert: Callable[[Any], Any]) -> tuple[Method, ...]:
    value = properties(declaration)[0].name
    return (
        _method(f"Get{name}Value", _getter(value, kind), "sValueName", declaration),
        _method(f"Set{name}Value", _setter(value, kind, convert), "sValueName " + declaration),
    )


_METHODS = (
    _method("CreateKey", _coded(_create_key), ""),
    _method("DeleteKey", _coded(_delete_key), ""),
    _method("EnumKey", _coded(_enum_key), "", "sNames[]"),
    _method("EnumValues", _coded(_enum_values), "", "sNames[] Types:sint32[]"),
    _method("DeleteValue", _coded(_delete_value), "sValueName"),
    *_value_methods("DWORD", "uValue:uint32", ValueType.REG_DWORD, _unsigned(32)),
    *_value_methods("QWORD", "uValue:uint64", ValueType.REG_QWORD, _unsigned(64)),
    *_value_methods("String", "sValue", ValueType.REG_SZ, str),
    *_value_methods("MultiString", "sValue[]", ValueType.REG_MULTI_SZ, list),
    *_value_methods("ExpandedString", "sValue", ValueType.REG_EXPAND_SZ, str),
    *_value_methods("Binary", "uValue:uint8[]", ValueType.REG_BINARY, _octets),
    _method("CheckAccess", _coded(_check_access), "uRequired:uint32", "bGranted:boolean"),
)


def classes(namespace: str) -> list[CimClass]:
    """The class as one namespace serves it; it has no instances."""
    return [CimClass(namespace, "StdRegProv", (), lambda _host: (), _METHODS)]
