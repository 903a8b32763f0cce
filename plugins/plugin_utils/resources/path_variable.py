# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A system environment variable that is a list of folders, such as PSModulePath, in the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..windows import paths
from ..windows.errors import CimError
from ..windows.registry import Kind, Registry, RegistryValue
from ..wsman.session import Session
from .resource import Resource

_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"


@dataclass(frozen=True)
class PathVariableState:
    """A variable; one that does not exist has no kind and is empty.

    :ivar value: the stored text, in which variables are not expanded.
    :ivar expanded: the text as programs see it.
    """

    kind: Kind | None
    value: str
    expanded: str


class PathVariable(Resource[PathVariableState]):
    """One variable, and the entries it must have; entries it has already keep their place and spelling."""

    def __init__(self, session: Session, name: str, entries: Sequence[str]) -> None:
        for entry in entries:
            if not entry or ";" in entry:
                raise CimError(f"{entry!r} cannot be an entry of {name}: it is empty or holds the separator ;")
        self._registry = Registry(session)
        self._name = name
        self._entries = entries

    def read(self) -> PathVariableState:
        """The text, stored and expanded; a variable that is not a text is an error."""
        value = self._registry.value(_KEY, self._name)
        if value is None:
            return PathVariableState(None, "", "")
        if value.kind not in (Kind.STRING, Kind.EXPAND_STRING):
            raise CimError(f"the environment variable {self._name} is of type {value.kind}: repair it by hand first")
        expanded = self._registry.expanded_string(_KEY, self._name) or ""
        return PathVariableState(value.kind, str(value.data), expanded)

    def desired(self, current: PathVariableState) -> PathVariableState:
        """The same text with the missing entries appended."""
        present = {paths.steps(entry) for entry in f"{current.value};{current.expanded}".split(";")}
        missing = [entry for entry in self._entries if paths.steps(entry) not in present]
        if not missing:
            return current
        # REG_SZ holds no variables to expand, so a value of that type stays what it is.
        return replace(
            current,
            kind=current.kind or Kind.EXPAND_STRING,
            value=";".join([*filter(None, [current.value.rstrip(";")]), *missing]),
        )

    def apply(self, current: PathVariableState, desired: PathVariableState) -> None:
        """Write the text under its own type."""
        self._registry.set(_KEY, self._name, RegistryValue(desired.kind or Kind.EXPAND_STRING, desired.value))

    def show(self, state: PathVariableState) -> dict[str, Any]:
        """Type and stored text, both None for a variable that does not exist."""
        if state.kind is None:
            return {"type": None, "value": None}
        return {"type": str(state.kind), "value": state.value}
