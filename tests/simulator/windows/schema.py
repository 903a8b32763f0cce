# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compact declarations of CIM properties and methods, in the words of the class definitions Windows publishes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from tests.simulator.model import CimValue, Property

_DECLARATION = re.compile(r"^(?P<key>\*)?(?P<name>\w+)(?::(?P<type>\w+))?(?P<array>\[\])?$")


@cache
def properties(declarations: str) -> tuple[Property, ...]:
    """``*Name Caption FreeSpace:uint64 Roles:string[]``: ``*`` marks a key, no type means string."""
    parsed = []
    for declaration in declarations.split():
        match = _DECLARATION.match(declaration)
        if match is None:
            raise ValueError(f"not a property declaration: {declaration!r}")
        parsed.append(
            Property(match["name"], match["type"] or "string", bool(match["array"]), bool(match["key"])),
        )
    return tuple(parsed)


def row(declared: tuple[Property, ...], values: Mapping[str, CimValue]) -> dict[str, CimValue]:
    """A row with every declared property, NULL where ``values`` has none; raises ValueError for an undeclared value."""
    unknown = set(values) - {declaration.name for declaration in declared}
    if unknown:
        raise ValueError(f"values without a declared property: {sorted(unknown)}")
    return {declaration.name: values.get(declaration.name) for declaration in declared}
