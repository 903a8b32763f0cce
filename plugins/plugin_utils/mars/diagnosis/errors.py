# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The known errors of the agent and their causes, as data of the catalogue, and its validation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from .. import catalogue
from ..fleet import FLEET_RULES
from ..rules.expressions import Expression, ExpressionError, Text
from ..rules.reading import shipped_rules

SHIPPED = "errors.yml"
#: Languages of the messages that are recognized.
LANGUAGES = ("en", "de", "nl", "zh", "pt", "ja")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[0-9]+|0x[0-9A-F]+")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_CAUSE_FIELDS = {"id", "title", "rules", "not_applicable", "confirmed", "excluded", "evidence"}
_CAUSE_FIELDS |= {"unknowable", "by_hand", "action"}
_ERROR_FIELDS = {"id", "title", "kind", "codes", "names", "words", "causes", "afterwards", "source"}

_Kind = TypeVar("_Kind", Expression, Text)


class CatalogueError(ValueError):
    """An entry of the catalogue of errors that cannot be used; the text names its id and field."""


@dataclass(frozen=True)
class Cause:
    """Something that makes an error happen, and how its status on a host is known.

    :ivar rules: ids of rules whose findings show it.
    :ivar excluded_where_not_applicable: whether the cause is excluded where these rules do not apply.
    :ivar confirmed: a condition over the facts that confirms it, and ``excluded`` one that excludes it.
    :ivar evidence: what to say about that.
    :ivar unknowable: why nothing on a host can show it.
    :ivar by_hand: what somebody has to look at on the host.
    :ivar action: what to do about it.
    """

    id: str
    title: str
    rules: tuple[str, ...]
    excluded_where_not_applicable: bool
    confirmed: Expression | None
    excluded: Expression | None
    evidence: Text | None
    unknowable: str | None
    by_hand: str | None
    action: str


@dataclass(frozen=True)
class Error:
    """A known error.

    :ivar codes: its numbers as they are written, such as ``34513`` or ``0x1FC07``.
    :ivar names: single words that stand for it, such as ``SalLowDiskSpace``.
    :ivar words: by language, lists of words and phrases; a message of the error has all of one list.
    :ivar afterwards: what to do after its causes were fixed; None for nothing.
    """

    id: str
    title: str
    kind: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    words: Mapping[str, tuple[tuple[str, ...], ...]]
    causes: tuple[Cause, ...]
    afterwards: str | None
    source: str

    # Evidence: hexadecimal_is_decimal
    @property
    def numbers(self) -> set[int]:
        """The values of its codes."""
        return {int(code, 16 if code.startswith("0x") else 10) for code in self.codes}


@cache
def known_errors() -> Mapping[str, Error]:
    """Return the errors of the catalogue by id. Raises :class:`CatalogueError` if it cannot be used."""
    return read_errors(catalogue.read(SHIPPED))


def read_errors(data: Any) -> dict[str, Error]:
    """Return the errors in this data by id. Raises :class:`CatalogueError` for anything wrong in it."""
    if not isinstance(data, dict) or set(data) != {"causes", "errors"}:
        raise CatalogueError(f"{SHIPPED}: must have 'causes' and 'errors'")
    causes = {name: _cause(entry) for name, entry in _by_id(data["causes"], "cause", _CAUSE_FIELDS).items()}
    errors = {name: _error(entry, causes) for name, entry in _by_id(data["errors"], "error", _ERROR_FIELDS).items()}
    _check_distinct(errors)
    used = {cause.id for error in errors.values() for cause in error.causes}
    for name in causes:
        _require(name in used, "cause", name, "id", "is the cause of no error")
    return errors


def _by_id(entries: Any, kind: str, fields: set[str]) -> dict[str, Mapping[str, Any]]:
    if not isinstance(entries, list):
        raise CatalogueError(f"{SHIPPED}: the {kind}s must be a list")
    found: dict[str, Mapping[str, Any]] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.get("id") if isinstance(entry, dict) else None
        valid = isinstance(name, str) and _NAME.fullmatch(name) is not None
        _require(valid, kind, f"number {number}", "id", "must be lower-case letters, digits and underscores")
        _require(name not in found, kind, str(name), "id", f"is used by two {kind}s")
        for field in set(entry) - fields:
            raise CatalogueError(f"{SHIPPED}: {kind} {name}, field {field}: is not a known field")
        found[str(name)] = entry
    return found


def _cause(entry: Mapping[str, Any]) -> Cause:
    name = entry["id"]
    ways = [
        way
        for way, fields in {
            "rules or conditions": ("rules", "confirmed", "excluded"),
            "unknowable": ("unknowable",),
            "by_hand": ("by_hand",),
        }.items()
        if any(field in entry for field in fields)
    ]
    _require(len(ways) == 1, "cause", name, "rules", "must be known by rules or conditions, unknowable, or by_hand")
    rules = entry.get("rules", [])
    _require(_are_texts(rules), "cause", name, "rules", "must be a list of ids")
    for rule in rules:
        known = rule in shipped_rules() or rule in FLEET_RULES
        _require(known, "cause", name, "rules", f"there is no rule {rule!r}")
    conditions = "confirmed" in entry or "excluded" in entry
    _require(not conditions or "evidence" in entry, "cause", name, "evidence", "is missing: the conditions need it")
    _require(entry.get("not_applicable", "excluded") == "excluded", "cause", name, "not_applicable", "must be excluded")
    return Cause(
        id=name,
        title=_text(entry, "cause", "title"),
        rules=tuple(rules),
        excluded_where_not_applicable="not_applicable" in entry,
        confirmed=_compiled(entry, "confirmed", Expression),
        excluded=_compiled(entry, "excluded", Expression),
        evidence=_compiled(entry, "evidence", Text),
        unknowable=_text(entry, "cause", "unknowable") if "unknowable" in entry else None,
        by_hand=_text(entry, "cause", "by_hand") if "by_hand" in entry else None,
        action=_text(entry, "cause", "action"),
    )


def _error(entry: Mapping[str, Any], causes: Mapping[str, Cause]) -> Error:
    name = entry["id"]
    codes, names, words = entry.get("codes", []), entry.get("names", []), entry.get("words", {})
    for field, values, form in (("codes", codes, _CODE), ("names", names, _IDENTIFIER)):
        valid = _are_texts(values) and all(form.fullmatch(value) for value in values)
        _require(valid, "error", name, field, f"must be a list of texts like {form.pattern}")
    valid = isinstance(words, dict) and all(
        language in LANGUAGES and isinstance(lists, list) and all(map(_are_texts, lists))
        for language, lists in words.items()
    )
    _require(valid, "error", name, "words", f"must have lists of lists of texts by language: {', '.join(LANGUAGES)}")
    listed = entry.get("causes")
    _require(_are_texts(listed) and bool(listed), "error", name, "causes", "must be a list of ids")
    for cause in listed or ():
        _require(cause in causes, "error", name, "causes", f"there is no cause {cause!r}")
    return Error(
        id=name,
        title=_text(entry, "error", "title"),
        kind=_text(entry, "error", "kind"),
        codes=tuple(codes),
        names=tuple(names),
        words={language: tuple(map(tuple, lists)) for language, lists in words.items()},
        causes=tuple(causes[cause] for cause in listed or ()),
        afterwards=_text(entry, "error", "afterwards") if "afterwards" in entry else None,
        source=_text(entry, "error", "source"),
    )


def _check_distinct(errors: Mapping[str, Error]) -> None:
    """Raise :class:`CatalogueError` if a code or a name stands for two errors."""
    owners: dict[int | str, str] = {}
    for error in errors.values():
        signs: list[int | str] = [*error.numbers, *map(str.lower, error.names)]
        for sign in signs:
            owner = owners.setdefault(sign, error.id)
            _require(owner == error.id, "error", error.id, "codes", f"{sign} is one of {owner}, too")


def _compiled(entry: Mapping[str, Any], field: str, kind: type[_Kind]) -> _Kind | None:
    if field not in entry:
        return None
    try:
        return kind(_text(entry, "cause", field), {})
    except ExpressionError as error:
        raise CatalogueError(f"{SHIPPED}: cause {entry['id']}, field {field}: {error}") from error


def _text(entry: Mapping[str, Any], kind: str, field: str) -> str:
    value = entry.get(field)
    valid = isinstance(value, str) and bool(value.strip())
    _require(valid, kind, entry["id"], field, "must be text")
    return str(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _require(valid: bool, kind: str, name: str, field: str, problem: str) -> None:
    if not valid:
        raise CatalogueError(f"{SHIPPED}: {kind} {name}, field {field}: {problem}")
