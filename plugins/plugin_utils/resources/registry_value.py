# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""One value in the registry."""

from __future__ import annotations

from typing import Any

from ..windows.errors import CimError
from ..windows.group_policy import require_free_value
from ..windows.registry import Kind, Registry, RegistryValue
from ..wsman.session import Session
from .resource import Resource


class RegistryValueResource(Resource[RegistryValue | None]):
    """A value of a key; its state is None if it is absent.

    :param kind: None to keep the type of an existing value; a new one is then a ``string``.
    :param data: plain data, as :func:`registry_value` takes it.
    """

    def __init__(self, session: Session, key: str, name: str, *, kind: str | None, data: Any, present: bool) -> None:
        self._session = session
        self._registry = Registry(session)
        self._key = key.rstrip("\\")
        self._name = name
        self._kind = Kind(kind) if kind else None
        self._data = data
        self._present = present

    def read(self) -> RegistryValue | None:
        """Return the value with its type."""
        return self._registry.value(self._key, self._name)

    def desired(self, current: RegistryValue | None) -> RegistryValue | None:
        """Return the wanted value.

        Raises :class:`WSManError` if it is not of the type, cannot be written, or a policy sets the value otherwise.
        """
        if not self._present:
            if current is not None:
                require_free_value(self._session, self._key, self._name, None)
            return None
        desired = registry_value(self._kind or (current.kind if current else Kind.STRING), self._data)
        if desired != current:
            self._registry.check(self._key, self._name, desired)
            require_free_value(self._session, self._key, self._name, desired)
        return desired

    def apply(self, current: RegistryValue | None, desired: RegistryValue | None) -> None:
        """Write or delete the value."""
        if desired is None:
            self._registry.delete(self._key, self._name)
        else:
            self._registry.set(self._key, self._name, desired)

    def show(self, state: RegistryValue | None) -> dict[str, Any]:
        """Return the value in terms of the module's options."""
        if state is None:
            return {"state": "absent", "type": None, "data": None}
        return {"state": "present", "type": str(state.kind), "data": _plain(state)}


def registry_value(kind: Kind, data: Any) -> RegistryValue:
    """Return the registry value for plain data. Raises :class:`CimError` for data that is not of the kind."""
    try:
        if kind in (Kind.STRING, Kind.EXPAND_STRING):
            return RegistryValue(kind, _text(data))
        if kind is Kind.MULTI_STRING:
            return RegistryValue(kind, tuple(map(_text, data if isinstance(data, list) else [data])))
        if kind is Kind.BINARY:
            return RegistryValue(kind, _bytes(data))
        return RegistryValue(kind, _unsigned(data, 32 if kind is Kind.DWORD else 64))
    except ValueError as error:
        # The data is not quoted, since it may be a secret.
        raise CimError(f"the option 'data' is not of type {kind}: {error}") from None


def _text(data: Any) -> str:
    if isinstance(data, str):
        return str(data)
    if isinstance(data, int | float) and not isinstance(data, bool):
        return str(data)
    raise ValueError("it must be text or a number")


def _bytes(data: Any) -> bytes:
    try:
        return bytes.fromhex(_text(data).replace(",", " "))
    except ValueError:
        raise ValueError("it must consist of pairs of hexadecimal digits") from None


def _unsigned(data: Any, bits: int) -> int:
    try:
        # This reads 0x10 and refuses 010, which could be meant as octal.
        number = data if isinstance(data, int) and not isinstance(data, bool) else int(_text(data), 0)
    except ValueError:
        raise ValueError("it must be a whole number, such as 16, 0x10 or -1") from None
    if not -(2 ** (bits - 1)) <= number < 2**bits:
        raise ValueError(f"it must fit into {bits} bits")
    return int(number % 2**bits)


def _plain(value: RegistryValue) -> str | int | list[str]:
    if isinstance(value.data, bytes):
        return value.data.hex()
    return list(value.data) if isinstance(value.data, tuple) else value.data
