# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""A system environment variable that is a list of folders, such as PSModulePath, in the registry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..windows import paths
from ..windows.errors import CimError
from ..windows.registry import MACHINE_ENVIRONMENT_KEY, Kind, Registry, RegistryValue
from ..wsman.session import Session
from .resource import Resource

# Any user could create a folder that a relative entry names, and put programs or modules for SYSTEM into it.
_ABSOLUTE = re.compile(r'([A-Za-z]:\\|\\\\[^\\]|%[^%]+%)[^"*?<>|\x00-\x1f]*')


def is_absolute(entry: str) -> bool:
    """Return whether an entry is an absolute path without quotation marks and wildcards."""
    return _ABSOLUTE.fullmatch(entry) is not None


def check_absolute(name: str, entries: Sequence[str]) -> None:
    """Raise :class:`CimError` unless each entry is an absolute path without quotation marks and wildcards."""
    for entry in entries:
        if not is_absolute(entry):
            raise CimError(
                f"{entry!r} cannot be an entry of {name}: it must be an absolute path without quotation marks and "
                "wildcards, such as C:\\Tools or %ProgramFiles%\\Tools"
            )


@dataclass(frozen=True)
class PathVariableState:
    """A variable; it has no kind and is empty if it does not exist.

    :ivar value: the stored text, with its variables unexpanded.
    :ivar expanded: the text with its variables expanded.
    """

    kind: Kind | None
    value: str
    expanded: str


class PathVariable(Resource[PathVariableState]):
    """A variable that should contain some entries. Its present entries keep their order and spelling."""

    def __init__(self, session: Session, name: str, entries: Sequence[str]) -> None:
        for entry in entries:
            if not entry or ";" in entry:
                raise CimError(f"{entry!r} cannot be an entry of {name}: it is empty or contains the separator ;")
        self._registry = Registry(session)
        self._name = name
        self._entries = entries

    def read(self) -> PathVariableState:
        """Return the text, stored and expanded. Raises :class:`CimError` for another type."""
        value = self._registry.value(MACHINE_ENVIRONMENT_KEY, self._name)
        if value is None:
            return PathVariableState(None, "", "")
        if value.kind not in (Kind.STRING, Kind.EXPAND_STRING):
            raise CimError(
                f"the environment variable {self._name} is of type {value.kind} instead of string: correct it by hand"
            )
        expanded = self._registry.expanded_string(MACHINE_ENVIRONMENT_KEY, self._name) or ""
        return PathVariableState(value.kind, str(value.data), expanded)

    def desired(self, current: PathVariableState) -> PathVariableState:
        """Append the missing entries. Raises :class:`WSManError` if the variable cannot be written."""
        present = {paths.steps(entry.strip()) for entry in f"{current.value};{current.expanded}".split(";")}
        missing = [entry for entry in self._entries if paths.steps(entry) not in present]
        if not missing:
            return current
        # A REG_SZ contains no variables to expand, so it keeps its type.
        desired = replace(
            current,
            kind=current.kind or Kind.EXPAND_STRING,
            value=";".join([*filter(None, [current.value.rstrip(";")]), *missing]),
        )
        self._registry.check(MACHINE_ENVIRONMENT_KEY, self._name, _registry_value(desired))
        return desired

    def apply(self, current: PathVariableState, desired: PathVariableState) -> None:
        """Write the text with its type."""
        self._registry.set(MACHINE_ENVIRONMENT_KEY, self._name, _registry_value(desired))

    def show(self, state: PathVariableState) -> dict[str, Any]:
        """Return type and stored text, both None if the variable does not exist."""
        if state.kind is None:
            return {"type": None, "value": None}
        return {"type": str(state.kind), "value": state.value}


def _registry_value(state: PathVariableState) -> RegistryValue:
    return RegistryValue(state.kind or Kind.EXPAND_STRING, state.value)
