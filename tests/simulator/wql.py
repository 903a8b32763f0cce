# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The WMI Query Language as far as data queries go: ``SELECT list|* FROM class [WHERE condition]``.

Conditions: ``=``, ``<>``, ``!=``, ``<``, ``>``, ``<=``, ``>=``, ``LIKE``, ``IS [NOT] NULL``, ``AND``, ``OR``, ``NOT``
and parentheses; strings in either quote with the escapes ``\\``, ``\'`` and ``\"``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.simulator.model import CimClass, CimValue, Property, Ref

Literal = str | int | float | bool | None

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>[+-]?(?:\d+\.\d+|\d+))
      | '(?P<single>(?:[^'\\]|\\['"\\])*)'
      | "(?P<double>(?:[^"\\]|\\['"\\])*)"
      | (?P<op><>|!=|<=|>=|[=<>(),*])
    )""",
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r"""\\(['"\\])""")
_DMTF_DATETIME = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})", re.ASCII)
_MAXIMUM_DEPTH = 100
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


class InvalidQuery(Exception):
    """The text is no WQL, or names a property the class does not have (WBEM_E_INVALID_QUERY)."""


@dataclass(frozen=True)
class Comparison:
    """``property operator literal``; ``IS NULL`` is operator ``=`` with None."""

    name: str
    operator: str
    literal: Literal


@dataclass(frozen=True)
class Not:
    """Negation."""

    condition: Condition


@dataclass(frozen=True)
class Junction:
    """All (AND) or any (OR) of the conditions."""

    every: bool
    conditions: tuple[Condition, ...]


Condition = Comparison | Not | Junction


@dataclass(frozen=True)
class Query:
    """A parsed query; ``names`` is empty for ``*``."""

    class_name: str
    names: tuple[str, ...] = ()
    where: Condition | None = None

    def selected(self, cim_class: CimClass) -> tuple[str, ...]:
        """The selected properties in the class's spelling; raises :class:`InvalidQuery` for one it does not have."""
        return tuple(_property(cim_class, name).name for name in self.names)

    def predicate(self, cim_class: CimClass) -> Callable[[Mapping[str, CimValue]], bool]:
        """The condition compiled for a class; raises :class:`InvalidQuery` where names or types do not fit."""
        return _compile(self.where, cim_class) if self.where is not None else lambda row: True

    def bound_keys(self, cim_class: CimClass) -> dict[str, str] | None:
        """Key values the condition fixes by equality, if it fixes all of them: a keyed read instead of a scan."""
        return self.bound([p.name for p in cim_class.properties if p.key])

    def bound(self, properties: Iterable[str]) -> dict[str, str] | None:
        """The values of these properties that the condition fixes by equality, if it fixes all of them."""
        keys = {name.lower(): name for name in properties}
        parts = self.where.conditions if isinstance(self.where, Junction) and self.where.every else (self.where,)
        bound = {
            keys[part.name.lower()]: str(part.literal)
            for part in parts
            if isinstance(part, Comparison)
            and part.operator == "="
            and part.name.lower() in keys
            and part.literal is not None
        }
        return bound if keys and len(bound) == len(keys) else None


def parse(text: str) -> Query:
    """Parse a query; raises :class:`InvalidQuery`."""
    return _Parser(_tokens(text)).query()


@dataclass(frozen=True)
class _Token:
    kind: str  # name, string, number, op, end
    text: str

    def is_word(self, word: str) -> bool:
        return self.kind == "name" and self.text.lower() == word


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise InvalidQuery(f"unexpected {text[position : position + 10]!r} at {position}")
        kind = match.lastgroup or ""
        value = match[kind]
        if kind in ("single", "double"):
            kind, value = "string", _ESCAPE.sub(r"\1", value)
        tokens.append(_Token(kind, value))
        position = match.end()
    return [*tokens, _Token("end", "")]


@dataclass
class _Parser:
    tokens: list[_Token]
    position: int = 0
    depth: int = field(default=0)

    def query(self) -> Query:
        self.word("select")
        names: list[str] = []
        if not self.accept_op("*"):
            names.append(self.name())
            while self.accept_op(","):
                names.append(self.name())
        self.word("from")
        class_name = self.name()
        where = self.disjunction() if self.accept_word("where") else None
        if self.next.kind != "end":
            raise InvalidQuery(f"unexpected {self.next.text!r}")
        return Query(class_name, tuple(names), where)

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.next
        self.position += token.kind != "end"
        return token

    def accept_word(self, word: str) -> bool:
        found = self.next.is_word(word)
        self.position += found
        return found

    def accept_op(self, *operators: str) -> str:
        if self.next.kind == "op" and self.next.text in operators:
            return self.take().text
        return ""

    def word(self, word: str) -> None:
        if not self.accept_word(word):
            raise InvalidQuery(f"{word.upper()} expected before {self.next.text!r}")

    def name(self) -> str:
        token = self.take()
        if token.kind != "name":
            raise InvalidQuery(f"a name is expected, not {token.text!r}")
        return token.text

    def disjunction(self) -> Condition:
        conditions = [self.conjunction()]
        while self.accept_word("or"):
            conditions.append(self.conjunction())
        return conditions[0] if len(conditions) == 1 else Junction(False, tuple(conditions))

    def conjunction(self) -> Condition:
        conditions = [self.negation()]
        while self.accept_word("and"):
            conditions.append(self.negation())
        return conditions[0] if len(conditions) == 1 else Junction(True, tuple(conditions))

    def negation(self) -> Condition:
        self.depth += 1
        if self.depth > _MAXIMUM_DEPTH:
            raise InvalidQuery("the condition is nested too deeply")
        condition = self.operand()
        self.depth -= 1
        return condition

    def operand(self) -> Condition:
        if self.accept_word("not"):
            return Not(self.negation())
        if self.accept_op("("):
            condition = self.disjunction()
            if not self.accept_op(")"):
                raise InvalidQuery(") expected")
            return condition
        return self.comparison()

    def comparison(self) -> Condition:
        if self.next.kind in ("string", "number"):
            literal = self.literal()
            operator = self.operator()
            mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
            return Comparison(self.name(), mirrored.get(operator, operator), literal)
        name = self.name()
        if self.accept_word("is"):
            negated = self.accept_word("not")
            self.word("null")
            return Not(Comparison(name, "=", None)) if negated else Comparison(name, "=", None)
        if self.accept_word("like"):
            token = self.take()
            if token.kind != "string":
                raise InvalidQuery("LIKE takes a string")
            return Comparison(name, "like", token.text)
        return Comparison(name, self.operator(), self.literal())

    def operator(self) -> str:
        operator = self.accept_op(*_ORDER, "!=")
        if not operator:
            raise InvalidQuery(f"an operator is expected, not {self.next.text!r}")
        return "<>" if operator == "!=" else operator

    def literal(self) -> Literal:
        token = self.take()
        if token.kind == "string":
            return token.text
        if token.kind == "number":
            return float(token.text) if "." in token.text else int(token.text)
        words: dict[str, Literal] = {"true": True, "false": False, "null": None}
        if token.kind == "name" and token.text.lower() in words:
            return words[token.text.lower()]
        raise InvalidQuery(f"a constant is expected, not {token.text!r}")


def _property(cim_class: CimClass, name: str) -> Property:
    for prop in cim_class.properties:
        if prop.name.lower() == name.lower():
            return prop
    raise InvalidQuery(f"{cim_class.name} has no property {name}")


def _compile(condition: Condition, cim_class: CimClass) -> Callable[[Mapping[str, CimValue]], bool]:
    if isinstance(condition, Not):
        negated = _compile(condition.condition, cim_class)
        return lambda row: not negated(row)
    if isinstance(condition, Junction):
        parts = [_compile(part, cim_class) for part in condition.conditions]
        combine = all if condition.every else any
        return lambda row: combine(part(row) for part in parts)
    return _compile_comparison(condition, _property(cim_class, condition.name))


def _compile_comparison(condition: Comparison, prop: Property) -> Callable[[Mapping[str, CimValue]], bool]:
    name = prop.name
    if condition.literal is None:
        if condition.operator not in ("=", "<>"):
            raise InvalidQuery("NULL can only be compared for equality")
        wanted = condition.operator == "="
        return lambda row: (row.get(name) is None) == wanted
    if prop.array or prop.type == "instance":
        raise InvalidQuery(f"{name} cannot be compared")
    if condition.operator == "like":
        if prop.type != "string":
            raise InvalidQuery(f"LIKE needs a string, {name} is {prop.type}")
        pattern = like_pattern(str(condition.literal))
        return lambda row: row.get(name) is not None and pattern.fullmatch(row[name]) is not None
    expected = _coerce(condition.literal, prop)
    compare = _ORDER[condition.operator]
    return lambda row: row.get(name) is not None and compare(_comparable(row[name]), expected)


def _comparable(value: CimValue) -> Any:
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if isinstance(value, Ref):
        keys = ",".join(f'{name}="{_quoted(str(key))}"' for name, key in value.keys.items())
        return f"{value.class_name}.{keys}".lower()
    return value


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _coerce(literal: Literal, prop: Property) -> Any:
    mismatch = InvalidQuery(f"{literal!r} cannot be compared to {prop.name}, which is {prop.type}")
    if prop.type in ("string", "reference"):
        if not isinstance(literal, str):
            raise mismatch
        return literal.lower()
    if prop.type == "boolean":
        if isinstance(literal, bool):
            return literal
        words = {"true": True, "false": False, "1": True, "0": False}
        if str(literal).lower() not in words:
            raise mismatch
        return words[str(literal).lower()]
    if prop.type == "datetime":
        return _parse_dmtf(str(literal), mismatch)
    if isinstance(literal, bool):
        raise mismatch
    try:
        return int(literal) if isinstance(literal, str) else literal
    except (TypeError, ValueError):
        raise mismatch from None


def _parse_dmtf(text: str, mismatch: InvalidQuery) -> datetime:
    match = _DMTF_DATETIME.fullmatch(text)
    if match is None:
        raise mismatch
    offset = timedelta(minutes=int(match[3] + match[4]))
    try:
        return datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S%f").replace(tzinfo=timezone(offset))
    except ValueError:
        raise mismatch from None


def like_pattern(text: str) -> re.Pattern[str]:
    """``%``, ``_``, ``[a-z]`` and ``[^a-z]`` of LIKE; raises :class:`InvalidQuery` for a broken set."""
    pattern = ""
    position = 0
    while position < len(text):
        character = text[position]
        end = text.find("]", position + 2) if character == "[" else -1
        if character == "[" and end > 0:
            inside = text[position + 1 : end]
            negated = inside.startswith("^")
            escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside[negated:])
            pattern += f"[{'^' if negated else ''}{escaped}]"
            position = end
        else:
            pattern += {"%": ".*", "_": "."}.get(character, re.escape(character))
        position += 1
    try:
        return re.compile(pattern, re.IGNORECASE | re.DOTALL)
    except re.error:
        raise InvalidQuery(f"LIKE {text!r} is no pattern") from None
