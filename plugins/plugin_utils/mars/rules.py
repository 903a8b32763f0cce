# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Rules over facts: what a rule is, and what it finds on a host.

Pure functions. What could not be read is never taken for compliant: a rule names the facts it needs, and any of them
missing makes its finding unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .expressions import Expression, Text

Facts = Mapping[str, Any]

#: The layout of the facts that rules are written for: ``schema`` in them
FACTS_SCHEMA = 1


class Status(StrEnum):
    """What a rule can find."""

    COMPLIANT = "compliant"
    NONCOMPLIANT = "noncompliant"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    IMPOSSIBLE = "impossible"


class Severity(StrEnum):
    """How much a finding weighs: only errors make a host noncompliant."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Fact:
    """A path into the facts: ``agent.version``, or ``tasks[].enabled`` for every task."""

    path: str

    @property
    def section(self) -> str:
        """The section of the facts it is in."""
        return self.path.split(".")[0].removesuffix("[]")

    def is_in(self, facts: Facts) -> bool:
        """Whether it was read. Below an absent (null) fact there is nothing to read, so that counts as read."""
        values: list[Any] = [facts]
        for step in self.path.replace("[]", ".[]").split("."):
            values = [value for value in values if value is not None]
            if step == "[]":
                if not all(isinstance(value, list) for value in values):
                    return False
                values = [item for value in values for item in value]
            else:
                if not all(isinstance(value, dict) and step in value for value in values):
                    return False
                values = [value[step] for value in values]
        # A list does not show what is missing from it
        return not (isinstance(facts.get(self.section), list) and self._why_unread(facts))

    def why_unread(self, facts: Facts) -> str:
        """Why it is not in these facts, in a sentence."""
        gathered = facts.get("gathered")
        if isinstance(gathered, list) and self.section not in gathered:
            return f"The section {self.section} of the facts was not gathered."
        return self._why_unread(facts) or f"The facts do not have {self.path}."

    def _why_unread(self, facts: Facts) -> str:
        unreadable = facts.get("unreadable")
        entries = [entry for entry in unreadable if isinstance(entry, dict)] if isinstance(unreadable, list) else []
        reasons = [entry.get("reason") for entry in entries if entry.get("section") == self.section]
        return " ".join(f"Could not be read: {reason or 'the host gave no reason.'}" for reason in reasons)


@dataclass(frozen=True)
class Case:
    """What to say instead in a special case; fields not in ``texts`` and an unset role stay those of the rule."""

    status: Status | None
    when: Expression | None
    texts: Mapping[str, Text]
    role: str | None
    sets_role: bool

    def holds(self, status: Status, document: Facts) -> bool:
        """Whether a finding with this status is this case."""
        return self.status in (None, status) and (self.when is None or self.when.search(document) is True)


@dataclass(frozen=True)
class Rule:
    """One prerequisite. Conditions hold only where they give true, and fail only where they give false."""

    id: str
    title: str
    severity: Severity
    applies: tuple[Expression, ...]
    needs: tuple[Fact, ...]
    expect: Expression
    advise: Expression | None
    impossible: Expression | None
    # expected, actual, why, fix, no_role
    texts: Mapping[str, Text]
    role: str | None
    cases: tuple[Case, ...]
    source: str | None


@dataclass(frozen=True)
class Finding:
    """What a rule found on one host."""

    id: str
    title: str
    severity: str
    status: str
    expected: str
    actual: str
    why: str
    # Null where there is nothing to put right
    fix: str | None
    role: str | None
    source: str | None


@dataclass(frozen=True)
class Judgement:
    """All findings on one host, and what follows from them."""

    findings: list[Finding]
    summary: dict[str, int]
    verdict: str
    roles: list[str]

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "findings": [dict(vars(finding)) for finding in self.findings]}


def judge(facts: Facts, rules: Iterable[Rule], thresholds: Mapping[str, Any]) -> Judgement:
    """Apply rules to the facts of one host, the value of ``ansible_facts.mars``; raises nothing, whatever they hold."""
    findings = [find(rule, facts, thresholds) for rule in rules]
    return Judgement(
        findings=findings,
        summary={status.value: sum(finding.status == status for finding in findings) for status in Status},
        verdict=_verdict(findings).value,
        roles=list(dict.fromkeys(f.role for f in findings if f.role and f.status == Status.NONCOMPLIANT)),
    )


def find(rule: Rule, facts: Facts, thresholds: Mapping[str, Any]) -> Finding:
    """Apply one rule to the facts of one host."""
    document = {**facts, "threshold": thresholds}
    unread = _first_unread(rule, facts, document)
    if unread is not None:
        return _finding(rule, document, Status.UNKNOWN, rule.severity, unread.why_unread(facts))
    return _finding(rule, document, *_status(rule, document))


def _first_unread(rule: Rule, facts: Facts, document: Facts) -> Fact | None:
    for condition in rule.applies:
        # A condition over a fact that is missing may well come out as false: "not applicable" must be known, too
        unread = _unread((fact for fact in rule.needs if fact.path in condition.text), facts)
        if unread is not None:
            return unread
        if condition.search(document) is False:
            return None
    return _unread(rule.needs, facts)


def _unread(needs: Iterable[Fact], facts: Facts) -> Fact | None:
    return next((fact for fact in needs if not fact.is_in(facts)), None)


def _status(rule: Rule, document: Facts) -> tuple[Status, Severity]:
    applies = next((value for value in (test.search(document) for test in rule.applies) if value is not True), True)
    if applies is not True:
        return (Status.NOT_APPLICABLE if applies is False else Status.UNKNOWN), rule.severity
    met = rule.expect.search(document)
    if met is False:
        impossible = rule.impossible is not None and rule.impossible.search(document) is True
        return (Status.IMPOSSIBLE if impossible else Status.NONCOMPLIANT), rule.severity
    if met is not True:
        return Status.UNKNOWN, rule.severity
    advised = True if rule.advise is None else rule.advise.search(document)
    if advised is False:
        return Status.NONCOMPLIANT, Severity.WARNING
    return (Status.COMPLIANT if advised is True else Status.UNKNOWN), rule.severity


def _finding(rule: Rule, document: Facts, status: Status, severity: Severity, unread: str | None = None) -> Finding:
    case = next((case for case in rule.cases if case.holds(status, document)), None)
    texts = {name: text.render(document) for name, text in {**rule.texts, **(case.texts if case else {})}.items()}
    role = case.role if case and case.sets_role else rule.role
    fix: str | None = texts["fix"]
    if unread is not None:
        texts["actual"] = unread
        role, fix = None, "Remove what keeps it from being read, then gather the facts of this host again."
    elif status in (Status.COMPLIANT, Status.NOT_APPLICABLE):
        role, fix = None, None
    elif status == Status.IMPOSSIBLE:
        role = None
    elif role is None and "no_role" in texts:
        fix = f"{fix} {texts['no_role']}"
    return Finding(
        id=rule.id,
        title=rule.title,
        severity=severity.value,
        status=status.value,
        expected=texts["expected"],
        actual=texts["actual"],
        why=texts["why"],
        fix=fix,
        role=role,
        source=rule.source,
    )


def _verdict(findings: Sequence[Finding]) -> Status:
    failed = {Status.NONCOMPLIANT, Status.IMPOSSIBLE}
    if any(finding.status in failed and finding.severity == Severity.ERROR for finding in findings):
        return Status.NONCOMPLIANT
    if any(finding.status == Status.UNKNOWN for finding in findings):
        return Status.UNKNOWN
    return Status.COMPLIANT
