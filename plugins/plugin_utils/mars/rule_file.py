# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Rules from data: the shipped catalogue, and what users add, override and disable.

Everything a rule can be wrong in is found here, before any host is judged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

import yaml

from .catalogue_file import catalogue
from .expressions import Expression, ExpressionError, Text
from .rules import Case, Fact, Rule, Severity, Status
from .thresholds import THRESHOLD_NAMES

SHIPPED = "rules.yml"

_TEXTS = ("expected", "actual", "why", "fix")
_REQUIRED = ("id", "title", "severity", "needs", "expect", *_TEXTS)
_OPTIONAL = ("applies", "advise", "impossible", "role", "no_role", "cases", "source")
_CASE_FIELDS = ("status", "when", *_TEXTS, "role", "no_role")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_ROLE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_FACT = re.compile(r"\w+(\[\])*(\.\w+(\[\])*)*")
_THRESHOLD = re.compile(r"\bthreshold\.(\w+)")

_Choice = TypeVar("_Choice", Severity, Status)
_Kind = TypeVar("_Kind", Expression, Text)


class RuleError(ValueError):
    """A rule that cannot be used; the text is one sentence with its file, id and field."""

    def __init__(self, origin: str, rule: str, field: str, problem: str) -> None:
        where = f"{origin}: rule {rule}" + (f", field {field}" if field else "")
        super().__init__(f"{where}: {problem}.")


def read_rules(text: str, origin: str) -> Any:
    """The data of a rule file, not yet validated; RuleError naming ``origin`` where it is not YAML."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RuleError(origin, "list", "", f"not YAML: {' '.join(str(error).split())}") from error


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


@cache
def _shipped_entries() -> Mapping[str, Mapping[str, Any]]:
    return _entries(catalogue(SHIPPED), SHIPPED)


def _entries(data: Any, origin: str) -> dict[str, Mapping[str, Any]]:
    if not isinstance(data, list):
        raise RuleError(origin, "list", "", "must be a list of rules, each with an id")
    entries: dict[str, Mapping[str, Any]] = {}
    for number, entry in enumerate(data, 1):
        entry_id = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(entry_id, str) or not _ID.fullmatch(entry_id):
            raise RuleError(origin, f"number {number}", "id", "must be lower case letters, digits and underscores")
        if entry_id in entries:
            raise RuleError(origin, entry_id, "id", "is used by two rules of the list")
        entries[entry_id] = entry
    return entries


def _rule(entry: Mapping[str, Any], origin: str) -> Rule:
    fields = _Fields(entry, origin, str(entry["id"]), "")
    fields.allow(*_REQUIRED, *_OPTIONAL)
    for name in _REQUIRED:
        if entry.get(name) is None:
            raise fields.error(name, "is missing")
    return Rule(
        id=fields.text("id"),
        title=fields.text("title"),
        severity=fields.choice("severity", Severity),
        applies=tuple(fields.expressions("applies")),
        needs=tuple(fields.facts("needs")),
        expect=fields.expression("expect"),
        advise=fields.optional_expression("advise"),
        impossible=fields.optional_expression("impossible"),
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

    def __init__(self, entry: Mapping[str, Any], origin: str, rule: str, prefix: str) -> None:
        self.entry = entry
        self._origin, self._rule, self._prefix = origin, rule, prefix

    def error(self, name: str, problem: str) -> RuleError:
        return RuleError(self._origin, self._rule, self._prefix + name, problem)

    def allow(self, *names: str) -> None:
        for name in self.entry:
            if name not in names:
                raise self.error(str(name), f"is none of the fields {', '.join(names)}")

    def text(self, name: str) -> str:
        value = self.entry[name]
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, "must be text")
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

    def expression(self, name: str) -> Expression:
        return self._compiled(name, self.text(name), Expression)

    def optional_expression(self, name: str) -> Expression | None:
        return None if self.entry.get(name) is None else self.expression(name)

    def expressions(self, name: str) -> list[Expression]:
        value = self.entry.get(name)
        conditions = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(condition, str) for condition in conditions):
            raise self.error(name, "must be a condition or a list of conditions")
        return [self._compiled(name, condition, Expression) for condition in conditions]

    def templates(self, *names: str) -> dict[str, Text]:
        return {name: self._compiled(name, self.text(name), Text) for name in names if self.entry.get(name) is not None}

    def facts(self, name: str) -> list[Fact]:
        paths = self.entry[name]
        if not isinstance(paths, list) or not paths:
            raise self.error(name, "must be a list of the facts without which the rule cannot tell")
        for path in paths:
            if not isinstance(path, str) or not _FACT.fullmatch(path):
                raise self.error(name, f"{path!r} is not the path of a fact such as agent.version or tasks[].enabled")
        return [Fact(path) for path in paths]

    def nested(self, name: str) -> list[_Fields]:
        entries = self.entry.get(name)
        if entries is None:
            return []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(name, "must be a list of mappings")
        return [_Fields(entry, self._origin, self._rule, f"{name}[{index}].") for index, entry in enumerate(entries)]

    def _compiled(self, name: str, text: str, kind: type[_Kind]) -> _Kind:
        for threshold in _THRESHOLD.findall(text):
            if threshold not in THRESHOLD_NAMES:
                raise self.error(name, f"there is no threshold {threshold}; there are {', '.join(THRESHOLD_NAMES)}")
        try:
            return kind(text)
        except ExpressionError as error:
            raise self.error(name, str(error)) from error
