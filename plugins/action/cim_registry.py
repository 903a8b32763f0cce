# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring one value of the registry into its desired state."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_registry import ARGUMENT_SPEC, CONSTRAINTS
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction, State
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.registry import Kind, Registry, RegistryValue
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC
    constraints = CONSTRAINTS

    def resource(self, args: dict[str, Any], session: Session) -> RegistryResource:
        """The value the options name."""
        return RegistryResource(args, Registry(session))


class RegistryResource:
    """One value and what it should be."""

    def __init__(self, args: dict[str, Any], registry: Registry) -> None:
        self._key = args["key"].rstrip("\\")
        self._name = args["name"]
        self._kind = Kind(args["type"]) if args["type"] else None
        self._data = args["data"]
        self._present = args["state"] == "present"
        self._registry = registry

    def read(self) -> State:
        """The value with its type."""
        value = self._registry.value(self._key, self._name)
        if value is None:
            return {"state": "absent", "type": None, "data": None}
        return {"state": "present", "type": str(value.kind), "data": _plain(value)}

    def desired(self, current: State) -> State:
        """The wanted value, of the type it has unless another is asked for."""
        if not self._present:
            return {"state": "absent", "type": None, "data": None}
        kind = self._kind or Kind(current["type"] or Kind.STRING)
        value = registry_value(kind, self._data)
        return {"state": "present", "type": str(kind), "data": _plain(value)}

    def apply(self, current: State, desired: State) -> None:
        """Write or delete the value."""
        if self._present:
            self._registry.set(self._key, self._name, registry_value(Kind(desired["type"]), desired["data"]))
        else:
            self._registry.delete(self._key, self._name)


def registry_value(kind: Kind, data: Any) -> RegistryValue:
    """The value that plain data stands for; raises :class:`CimError` for data that is not of the kind."""
    try:
        if kind in (Kind.STRING, Kind.EXPAND_STRING):
            return RegistryValue(kind, _text(data))
        if kind is Kind.MULTI_STRING:
            return RegistryValue(kind, tuple(map(_text, data if isinstance(data, list) else [data])))
        if kind is Kind.BINARY:
            return RegistryValue(kind, bytes.fromhex(_text(data).replace(",", " ")))
        return RegistryValue(kind, _unsigned(data, 32 if kind is Kind.DWORD else 64))
    except ValueError as error:
        raise CimError(f"the option 'data' is {data!r}, which is no {kind}: {error}") from None


def _text(data: Any) -> str:
    if isinstance(data, str):
        return str(data)
    if isinstance(data, int | float) and not isinstance(data, bool):
        return str(data)
    raise ValueError("it should be text or a number")


def _unsigned(data: Any, bits: int) -> int:
    # int(text, 0) reads 0x10, and refuses 010, which some take for octal.
    number = data if isinstance(data, int) and not isinstance(data, bool) else int(_text(data), 0)
    if not -(2 ** (bits - 1)) <= number < 2**bits:
        raise ValueError(f"it does not fit into {bits} bits")
    return int(number % 2**bits)


def _plain(value: RegistryValue) -> str | int | list[str]:
    if isinstance(value.data, bytes):
        return value.data.hex()
    return list(value.data) if isinstance(value.data, tuple) else value.data
