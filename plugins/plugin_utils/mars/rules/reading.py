# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Rules from data: the shipped catalogue, and what users add, override and disable.

Everything a rule can be wrong in is found here, before any host is checked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

import yaml

from .. import catalogue
from .expressions import Expression, ExpressionError, Text
from .rule import Case, Requirement, Rule, Severity, Status

SHIPPED = "rules.yml"

_TEXTS = ("expected", "actual", "why", "fix")
_REQUIRED = ("id", "title", "group", "severity", "expect", *_TEXTS)
_OPTIONAL = (
    "requires",
    "applies",
    "unknown_if",
    "advise",
    "impossible",
    "wanted",
    "role",
    "no_role",
    "cases",
    "source",
)
_CASE_FIELDS = ("status", "when", *_TEXTS, "role", "no_role")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ROLE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")

_Choice = TypeVar("_Choice", Severity, Status)
_Kind = TypeVar("_Kind", Expression, Text)


class RuleError(ValueError):
    """A rule that cannot be used; the text names its file, id and field."""

    def __init__(self, origin: str, rule: str, field: str, problem: str) -> None:
        where = f"{origin}: rule {rule}" + (f", field {field}" if field else "")
        super().__init__(f"{where}: {problem}")


def read_rules(text: str, origin: str) -> Any:
    """The data of a rule file, not yet validated; RuleError naming ``origin`` where it is not YAML."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RuleError(origin, "list", "", f"not YAML: {' '.join(str(error).split())}") from error
    except RecursionError:
        raise RuleError(origin, "list", "", "nested too deeply to be a list of rules") from None


@cache
def shipped_rules() -> Mapping[str, Rule]:
    """The rules of the catalogue by id, in its order."""
    return {entry_id: _rule(entry, SHIPPED) for entry_id, entry in _shipped_entries().items()}


def effective_rules(own: Iterable[tuple[str, Any]], disabled: Collection[str]) -> list[Rule]:
    """The shipped rules with the users' own ones laid over them, without those disabled by id.

    ``own`` has pairs of a name for error messages and a list of rules. A rule with the id of an earlier one replaces
    the fields it names; RuleError where one is wrong or ``disabled`` has an unknown id.
    """
    entries = dict(_shipped_entries())
    rules = dict(shipped_rules())
    for origin, data in own:
        for entry_id, entry in _entries(data, origin).items():
            entries[entry_id] = {**entries.get(entry_id, {}), **entry}
            rules[entry_id] = _rule(entries[entry_id], origin)
    for entry_id in disabled:
        if entry_id not in rules:
            raise RuleError(
                "disabled rules", repr(entry_id), "", f"there is no such rule; there are {', '.join(rules)}"
            )
    return [rule for rule in rules.values() if rule.id not in disabled]


def role_order(rules: Iterable[Rule]) -> list[str]:
    """Every role that can fix what one of these rules finds, in the order of the rules, in which they are to run."""
    return list(dict.fromkeys(role for rule in rules for role in rule.roles))


@cache
def _shipped_entries() -> Mapping[str, Mapping[str, Any]]:
    return _entries(catalogue.read(SHIPPED), SHIPPED)


@cache
def _requirements() -> Mapping[str, Requirement]:
    return {
        name: Requirement(
            Expression(entry["condition"], {}),
            Text(entry["otherwise"], {}),
            *(Text(entry[key], {}) if key in entry else None for key in ("unclear", "fix")),
        )
        for name, entry in catalogue.read("conditions.yml").items()
    }


def _entries(data: Any, origin: str) -> dict[str, Mapping[str, Any]]:
    if not isinstance(data, list):
        raise RuleError(origin, "list", "", "must be a list of rules, each with an id")
    entries: dict[str, Mapping[str, Any]] = {}
    for number, entry in enumerate(data, 1):
        entry_id = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(entry_id, str) or not _NAME.fullmatch(entry_id):
            raise RuleError(origin, f"number {number}", "id", "must be lower-case letters, digits and underscores")
        if entry_id in entries:
            raise RuleError(origin, entry_id, "id", "is used by two rules of the list")
        entries[entry_id] = entry
    return entries


def _rule(entry: Mapping[str, Any], origin: str) -> Rule:
    fields = _Fields(entry, origin, str(entry["id"]))
    fields.allow(*_REQUIRED, *_OPTIONAL)
    for name in _REQUIRED:
        if entry.get(name) is None:
            raise fields.error(name, "is missing")
    fields.read_wanted()
    return Rule(
        id=fields.text("id"),
        title=fields.text("title"),
        group=fields.name("group"),
        severity=fields.choice("severity", Severity),
        requires=tuple(fields.requirements("requires")),
        applies=tuple(fields.expressions("applies")),
        expect=fields.expression("expect"),
        unknown_if=fields.optional_expression("unknown_if"),
        advise=fields.optional_expression("advise"),
        impossible=fields.optional_expression("impossible"),
        wanted=fields.wanted,
        texts=fields.templates(*_TEXTS, "no_role"),
        role=fields.role(),
        cases=tuple(_case(case) for case in fields.nested("cases")),
        source=fields.text("source") if entry.get("source") is not None else None,
    )


def _case(fields: _Fields) -> Case:
    fields.allow(*_CASE_FIELDS)
    if not {"status", "when"} & set(fields.entry):
        raise fields.error("when", "is missing: a case needs a status, a condition or both")
    return Case(
        status=fields.choice("status", Status) if "status" in fields.entry else None,
        when=fields.optional_expression("when"),
        texts=fields.templates(*_TEXTS, "no_role"),
        role=fields.role(),
        sets_role="role" in fields.entry,
    )


class _Fields:
    """The fields of a rule or of one of its cases, read with their types."""

    def __init__(self, entry: Mapping[str, Any], origin: str, rule: str) -> None:
        self.entry = entry
        self.wanted: dict[str, Expression] = {}
        self._origin, self._rule, self._prefix = origin, rule, ""

    def error(self, name: str, problem: str) -> RuleError:
        return RuleError(self._origin, self._rule, self._prefix + name, problem)

    def allow(self, *names: str) -> None:
        for name in self.entry:
            if name not in names:
                raise self.error(str(name), f"is not a known field; expected one of {', '.join(names)}")

    def text(self, name: str) -> str:
        value = self.entry[name]
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, "must be text")
        return value

    def name(self, name: str) -> str:
        value = self.entry[name]
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise self.error(name, "must be lower-case letters, digits and underscores")
        return value

    def choice(self, name: str, choices: type[_Choice]) -> _Choice:
        names = [choice.value for choice in choices]
        if self.entry[name] not in names:
            raise self.error(name, f"must be one of {', '.join(names)}")
        return choices(self.entry[name])

    def role(self) -> str | None:
        value = self.entry.get("role")
        if value is not None and not (isinstance(value, str) and _ROLE.fullmatch(value)):
            raise self.error("role", "must be the name of a role, or null")
        return value

    def read_wanted(self) -> None:
        """Read the wanted values, which everything read from here on can use, later ones of them included."""
        value = self.entry.get("wanted")
        if value is None:
            return
        if not isinstance(value, dict) or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
            raise self.error("wanted", "must be a mapping of names (lower-case letters, digits, underscores)")
        for name, text in value.items():
            if not isinstance(text, str):
                raise self.error(f"wanted.{name}", "must be an expression; a literal text stands in single quotes")
            self.wanted[name] = self._compiled(f"wanted.{name}", text, Expression)

    def expression(self, name: str) -> Expression:
        return self._compiled(name, self.text(name), Expression)

    def optional_expression(self, name: str) -> Expression | None:
        return None if self.entry.get(name) is None else self.expression(name)

    def expressions(self, name: str) -> list[Expression]:
        return [
            self._compiled(name, text, Expression) for text in self._texts(name, "a condition or a list of conditions")
        ]

    def requirements(self, name: str) -> list[Requirement]:
        known = _requirements()
        names = self._texts(name, "the name of a requirement or a list of them")
        for requirement in names:
            if requirement not in known:
                raise self.error(name, f"there is no requirement {requirement!r}; there are {', '.join(known)}")
        return [known[requirement] for requirement in names]

    def templates(self, *names: str) -> dict[str, Text]:
        return {name: self._compiled(name, self.text(name), Text) for name in names if self.entry.get(name) is not None}

    def nested(self, name: str) -> list[_Fields]:
        entries = self.entry.get(name)
        if entries is None:
            return []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(name, "must be a list of mappings")
        nested = []
        for index, entry in enumerate(entries):
            fields = _Fields(entry, self._origin, self._rule)
            fields.wanted, fields._prefix = self.wanted, f"{name}[{index}]."
            nested.append(fields)
        return nested

    def _texts(self, name: str, form: str) -> list[str]:
        value = self.entry.get(name)
        texts = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(text, str) for text in texts):
            raise self.error(name, f"must be {form}")
        return texts

    def _compiled(self, name: str, text: str, kind: type[_Kind]) -> _Kind:
        try:
            return kind(text, self.wanted)
        except ExpressionError as error:
            raise self.error(name, str(error)) from error
        except RecursionError:
            raise self.error(name, "nested too deeply") from None
