# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Checking the facts of a host by rules.

Pure functions. A condition over a fact that was not read from the host may well give a result, which would be a claim
about the host. So the result counts only if everything the condition reads is there; otherwise the finding is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..locations import LOCATIONS
from .decisions import Decision, Decisions
from .expressions import Expression, Text
from .fact_path import Document, Facts
from .inventory import INVENTORY
from .reading import role_order
from .rule import Case, Rule, Severity, Status

_WAIVABLE = (Status.NONCOMPLIANT, Status.UNKNOWN, Status.IMPOSSIBLE)


@dataclass(frozen=True)
class Finding:
    """What a rule found on one host.

    :ivar fix: how to fix it by hand; None where there is nothing to fix.
    :ivar role: the role that fixes it; None where none can or there is nothing to fix.
    :ivar wanted: what the role is to bring about; empty where there is nothing to fix.
    :ivar decision: the attestation or waiver that gave it its status: ``status`` that was found, ``by`` whom, ``until``
        when, and ``note``. None if there is none that counts.
    """

    id: str
    title: str
    group: str
    severity: str
    status: str
    expected: str
    actual: str
    why: str
    fix: str | None
    role: str | None
    wanted: dict[str, Any]
    source: str | None
    decision: dict[str, Any] | None = None


@dataclass(frozen=True)
class Compliance:
    """All findings on one host, and what follows from them.

    :ivar roles: the roles that fix what is noncompliant, in the order in which they are to run.
    """

    findings: list[Finding]
    summary: dict[str, int]
    verdict: str
    roles: list[str]

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "findings": [dict(vars(finding)) for finding in self.findings]}


def check(
    facts: Facts,
    rules: Sequence[Rule],
    thresholds: Mapping[str, Any],
    inventory: Mapping[str, Any] | None = None,
    decisions: Decisions | None = None,
) -> Compliance:
    """Apply rules to the facts of one host, the value of ``ansible_facts.mars``; raises nothing, whatever they hold.

    :param inventory: what the inventory says about the host, with all names of :data:`INVENTORY`, which says nothing.
    :param decisions: what people decided about its findings.
    """
    document = _document(facts, thresholds, inventory)
    findings = []
    for rule in rules:
        finding, attestable = _find(rule, document)
        findings.append(_decided(finding, decisions, attestable=attestable) if decisions else finding)
    needed = {finding.role for finding in findings}
    return Compliance(
        findings=findings,
        summary={status.value: sum(finding.status == status for finding in findings) for status in Status},
        verdict=_verdict(findings).value,
        roles=[role for role in role_order(rules) if role in needed],
    )


def find(
    rule: Rule, facts: Facts, thresholds: Mapping[str, Any], inventory: Mapping[str, Any] | None = None
) -> Finding:
    """Apply one rule to the facts of one host, whatever was decided about that."""
    return _find(rule, _document(facts, thresholds, inventory))[0]


def _document(facts: Facts, thresholds: Mapping[str, Any], inventory: Mapping[str, Any] | None) -> Document:
    said = INVENTORY if inventory is None else inventory
    return Document(facts, threshold=thresholds, location=LOCATIONS, inventory=said)


def _find(rule: Rule, document: Document) -> tuple[Finding, bool]:
    """Apply one rule to one host; return also whether an unknown finding is not for want of a fact."""
    wanted = document["wanted"] = {}
    for name, expression in rule.wanted.items():
        # It may use those above it
        wanted[name] = None if expression.first_unread(document) else expression.search(document)
    try:
        status, severity, actual = _status(rule, document)
        case = _case(rule, status, document)
    except _OpenError as error:
        known = {name: text.render(document) for name, text in rule.texts.items()}
        return _finding(rule, Status.UNKNOWN, rule.severity, known | {"actual": error.actual, "fix": error.fix}), False
    texts = {**rule.texts, **(case.texts if case else {}), **({"actual": actual} if actual else {})}
    if status in (Status.COMPLIANT, Status.NOT_APPLICABLE):
        shown = {name: text.render(document) for name, text in texts.items() if name not in ("fix", "no_role")}
        return _finding(rule, status, severity, shown | {"fix": None}), True
    rendered = {name: text.render(document) for name, text in texts.items()}
    role = case.role if case and case.sets_role else rule.role
    if status is not Status.NONCOMPLIANT or _has_gap(wanted):
        role = None
    if role is None and "no_role" in rendered and status is not Status.IMPOSSIBLE:
        rendered["fix"] += f" {rendered['no_role']}"
    return _finding(rule, status, severity, rendered, role, wanted), True


def _decided(finding: Finding, decisions: Decisions, *, attestable: bool) -> Finding:
    """The finding as somebody attested or waived it; it says so as well if that has expired.

    What the host shows cannot be attested, and neither can what would be known if it could be read.
    """
    attestation, waiver = decisions.attestations.get(finding.id), decisions.waivers.get(finding.id)
    if attestation and finding.status == Status.UNKNOWN and attestable:
        if decisions.counts(attestation):
            finding = replace(finding, status=Status.ATTESTED.value, fix=None, wanted={})
            return _with(finding, f"attested {attestation.text}", Status.UNKNOWN.value, attestation)
        finding = _with(finding, f"attested {attestation.text}, which is over")
    if waiver and finding.status in _WAIVABLE:
        if decisions.counts(waiver):
            status, finding = finding.status, replace(finding, status=Status.WAIVED.value, role=None)
            return _with(finding, f"accepted {waiver.text}", status, waiver)
        finding = _with(finding, f"accepted {waiver.text}, which is over")
    return finding


def _with(finding: Finding, remark: str, found: str | None = None, decision: Decision | None = None) -> Finding:
    """The finding with a remark on a decision, and with the decision if it counts."""
    shown = None
    if decision:
        shown = {"status": found, "by": decision.by, "until": decision.until.isoformat(), "note": decision.note}
    return replace(finding, actual=f"{finding.actual}; {remark}", decision=shown)


def _status(rule: Rule, document: Document) -> tuple[Status, Severity, Text | None]:
    """Status and severity of the finding, and what to say was found if that is not the rule's own text."""
    for requirement in rule.requires:
        applies = _value(requirement.condition, document)
        if applies is False:
            return Status.NOT_APPLICABLE, rule.severity, requirement.otherwise
        if applies is not True and requirement.unclear and requirement.fix:
            raise _OpenError(requirement.unclear.render(document), requirement.fix.render(document))
        if applies is not True:
            return Status.UNKNOWN, rule.severity, None
    for condition in rule.applies:
        applies = _value(condition, document)
        if applies is not True:
            return (Status.NOT_APPLICABLE if applies is False else Status.UNKNOWN), rule.severity, None
    met = _value(rule.expect, document)
    if met is False:
        impossible = rule.impossible is not None and _value(rule.impossible, document) is True
        return (Status.IMPOSSIBLE if impossible else Status.NONCOMPLIANT), rule.severity, None
    if met is not True or (rule.unknown_if is not None and _value(rule.unknown_if, document) is not False):
        return Status.UNKNOWN, rule.severity, None
    advised = True if rule.advise is None else _value(rule.advise, document)
    if advised is False:
        return Status.NONCOMPLIANT, Severity.WARNING, None
    return (Status.COMPLIANT if advised is True else Status.UNKNOWN), rule.severity, None


def _case(rule: Rule, status: Status, document: Document) -> Case | None:
    """The first special case that a finding with this status is."""
    for case in rule.cases:
        if case.status not in (None, status):
            continue
        if case.when is None:
            return case
        # Of other findings a case only changes texts; here it also says whether a role may act
        if status is not Status.NONCOMPLIANT and case.when.first_unread(document):
            continue
        if _value(case.when, document) is True:
            return case
    return None


def _has_gap(wanted: Any) -> bool:
    """Whether a wanted value, or a part of one, could not be computed, so that no role can bring it about."""
    if isinstance(wanted, (dict, list)):
        return any(map(_has_gap, wanted.values() if isinstance(wanted, dict) else wanted))
    return wanted is None


class _OpenError(Exception):
    """What a rule is about is open: a fact that a condition reads is not there, or what is there contradicts itself.

    :ivar actual: why, as a fragment of a sentence.
    :ivar fix: how that ends, as sentences.
    """

    def __init__(self, actual: str, fix: str) -> None:
        super().__init__(actual)
        self.actual, self.fix = actual, fix


def _value(condition: Expression, document: Document) -> Any:
    unread = condition.first_unread(document)
    if unread is not None:
        raise _OpenError(unread.why_unread(document), "Fix the read failure, then gather the facts of this host again.")
    return condition.search(document)


def _finding(
    rule: Rule,
    status: Status,
    severity: Severity,
    texts: Mapping[str, Any],
    role: str | None = None,
    wanted: Mapping[str, Any] | None = None,
) -> Finding:
    return Finding(
        id=rule.id,
        title=rule.title,
        group=rule.group,
        severity=severity.value,
        status=status.value,
        expected=texts["expected"],
        actual=texts["actual"],
        why=texts["why"],
        fix=texts["fix"],
        role=role,
        wanted=dict(wanted or {}),
        source=rule.source,
    )


def _verdict(findings: Sequence[Finding]) -> Status:
    failed = {Status.NONCOMPLIANT, Status.IMPOSSIBLE}
    if any(finding.status in failed and finding.severity == Severity.ERROR for finding in findings):
        return Status.NONCOMPLIANT
    if any(finding.status == Status.UNKNOWN for finding in findings):
        return Status.UNKNOWN
    return Status.COMPLIANT
