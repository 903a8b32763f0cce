# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System environment variables that hold a list of folders, such as PSModulePath, in the registry."""

from __future__ import annotations

from typing import Any

from ..wsman.session import Session
from . import paths
from .errors import CimError
from .registry import Kind, Registry, RegistryValue

_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"


class PathVariable:
    """One variable, and the entries it must have; entries it has already keep their place and spelling."""

    def __init__(self, session: Session, name: str, entries: list[str]) -> None:
        for entry in entries:
            if not entry or ";" in entry:
                raise CimError(f"{entry!r} cannot be an entry of {name}: it is empty or holds the separator ;")
        self._registry = Registry(session)
        self._name = name
        self._entries = entries
        self._present: set[tuple[str, ...]] = set()

    def read(self) -> dict[str, Any]:
        """The stored text, with its variables unexpanded, and its type; both None if the variable does not exist."""
        value = self._registry.value(_KEY, self._name)
        if value is None:
            self._present = set()
            return {"type": None, "value": None}
        if value.kind not in (Kind.STRING, Kind.EXPAND_STRING):
            raise CimError(f"the environment variable {self._name} is of type {value.kind}: repair it by hand first")
        expanded = self._registry.expanded_string(_KEY, self._name) or ""
        self._present = {paths.steps(entry) for entry in [*str(value.data).split(";"), *expanded.split(";")]}
        return {"type": str(value.kind), "value": value.data}

    def desired(self, current: dict[str, Any]) -> dict[str, Any]:
        """The same text with the missing entries appended."""
        missing = [entry for entry in self._entries if paths.steps(entry) not in self._present]
        if not missing:
            return current
        kept = [] if current["value"] is None else [current["value"].rstrip(";")]
        # REG_SZ holds no variables to expand, so a value of that type stays what it is.
        return {"type": current["type"] or str(Kind.EXPAND_STRING), "value": ";".join([*filter(None, kept), *missing])}

    def apply(self, current: dict[str, Any], desired: dict[str, Any]) -> None:
        """Write the text under its own type."""
        self._registry.set(_KEY, self._name, RegistryValue(Kind(desired["type"]), desired["value"]))
