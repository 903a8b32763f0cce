# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What this collection relies on in Windows and in the agent, how that is known, and what happens otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import yaml

from . import catalogue

SHIPPED = "evidence.yml"
#: Where the collection relies on something: the protocol, Windows, or the agent.
ROOMS = ("wire", "windows", "mars")

_ID = re.compile(r"[a-z][a-z0-9_]*")
_REQUIRED = ("id", "feature", "standing", "code")
_OPTIONAL = ("source", "otherwise", "shown", "not_shown")


class EvidenceError(ValueError):
    """The catalogue of evidence cannot be used; the text names the line and the field."""


class Standing(StrEnum):
    """How something is known; ``docs/verified.md`` explains it."""

    RECORDED = "recorded"
    SPECIFIED = "specified"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Line:
    """Something that the collection relies on.

    :ivar source: where it is known from; None for an assumption without one.
    :ivar otherwise: what happens where a host behaves differently; None where nothing is done about it.
    :ivar shown: how a host shows it to the module ``mars_verify``; None where none does.
    :ivar not_shown: why none does; None where a host shows it.
    :ivar code: the files that rely on it, with their folders from the root of the collection.
    """

    id: str
    room: str
    feature: str
    standing: Standing
    source: str | None
    otherwise: str | None
    shown: str | None
    not_shown: str | None
    code: tuple[str, ...]


@cache
def evidence() -> Mapping[str, Line]:
    """Return the lines by id, in the order of the rooms. Raises :class:`EvidenceError` if they cannot be used."""
    try:
        data = catalogue.read(SHIPPED)
    except (OSError, yaml.YAMLError) as error:
        raise EvidenceError(f"{SHIPPED}: cannot be read: {' '.join(str(error).split())}") from error
    return read_evidence(data)


def read_evidence(data: Any) -> dict[str, Line]:
    """Return the lines in this data by id. Raises :class:`EvidenceError` for anything wrong in it."""
    if not isinstance(data, dict) or tuple(data) != ROOMS:
        raise EvidenceError(f"{SHIPPED}: must have {', '.join(ROOMS)}, in this order")
    lines: dict[str, Line] = {}
    for room, entries in data.items():
        if not isinstance(entries, list):
            raise EvidenceError(f"{SHIPPED}: {room} must be a list")
        for number, entry in enumerate(entries, 1):
            line = _line(room, number, entry)
            if line.id in lines:
                raise EvidenceError(f"{SHIPPED}: {line.id}, field id: is used by two lines")
            lines[line.id] = line
    return lines


def _line(room: str, number: int, entry: Any) -> Line:
    name = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise EvidenceError(f"{SHIPPED}: line {number} of {room}, field id: must be a name such as get_singleton")

    def require(valid: bool, field: str, problem: str) -> None:
        if not valid:
            raise EvidenceError(f"{SHIPPED}: {name}, field {field}: {problem}")

    for field in entry:
        require(field in (*_REQUIRED, *_OPTIONAL), str(field), "is not a known field")
    for field in _REQUIRED:
        require(field in entry, field, "is missing")
    code = entry["code"]
    for field, value in entry.items():
        if field != "code":
            require(isinstance(value, str) and bool(value.strip()), field, "must be text")
    require(isinstance(code, list) and all(isinstance(file, str) for file in code), "code", "must be a list of files")
    require(bool(code), "code", "must name a file that relies on it")
    require(entry["standing"] in list(Standing), "standing", f"must be one of {', '.join(Standing)}")
    standing = Standing(entry["standing"])
    known = "source" in entry or standing is Standing.ASSUMED
    require(known, "source", f"is missing: without it, the line is not {standing}")
    require(("shown" in entry) != ("not_shown" in entry), "shown", "must be there, or not_shown instead")
    return Line(
        id=name,
        room=room,
        feature=entry["feature"],
        standing=standing,
        source=entry.get("source"),
        otherwise=entry.get("otherwise"),
        shown=entry.get("shown"),
        not_shown=entry.get("not_shown"),
        code=tuple(code),
    )
