# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Which causes of an error are there on a host, by its findings and facts.

Pure functions. What was not read from the host neither confirms nor excludes a cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..locations import LOCATIONS
from ..rules.fact_path import Document, Facts
from ..rules.reading import shipped_rules
from ..rules.rule import Severity, Status
from .errors import Cause, Error

FindingData = Mapping[str, Any]

_FAILED = (Status.NONCOMPLIANT, Status.IMPOSSIBLE)


class CauseStatus(StrEnum):
    """What is known about a cause on a host, in the order of reports."""

    CONFIRMED = "confirmed"
    POSSIBLE = "possible"
    UNKNOWABLE = "unknowable"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class CauseFinding:
    """A cause on a host.

    :ivar evidence: what was found, or why nothing is known.
    :ivar action: what to do about it; None if it is excluded.
    :ivar role: the role that fixes it; None where none can or the cause is not confirmed.
    :ivar rules: the rules whose findings the role works with.
    """

    id: str
    title: str
    status: str
    evidence: str
    action: str | None
    role: str | None
    rules: list[str]


@dataclass(frozen=True)
class Diagnosis:
    """An error on a host.

    :ivar causes: the confirmed ones first, then those that are possible, cannot be known here, and are excluded.
    :ivar actions: what to do, in this order.
    :ivar roles: the roles that fix its confirmed causes.
    """

    id: str
    title: str
    kind: str
    codes: list[str]
    causes: list[CauseFinding]
    actions: list[str]
    roles: list[str]
    source: str

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "causes": [dict(vars(cause)) for cause in self.causes]}


def diagnose(error: Error, facts: Facts | None, findings: Iterable[FindingData] | None) -> Diagnosis:
    """Find out about the causes of an error on a host.

    :param facts: the value of ``ansible_facts.mars``; None if there is no host.
    :param findings: those on this host, of the rules and of the fleet; None if there are none.
    """
    by_rule: dict[str, list[FindingData]] = {}
    for finding in findings or ():
        by_rule.setdefault(str(finding.get("id")), []).append(finding)
    document = None if facts is None else Document(facts, location=LOCATIONS)
    order = list(CauseStatus)
    causes = sorted(
        (_cause(cause, document, by_rule) for cause in error.causes),
        key=lambda cause: order.index(CauseStatus(cause.status)),
    )
    actions = [cause.action for cause in causes if cause.action]
    return Diagnosis(
        id=error.id,
        title=error.title,
        kind=error.kind,
        codes=[*error.codes, *error.names],
        causes=causes,
        actions=list(dict.fromkeys([*actions, *([error.afterwards] if error.afterwards else [])])),
        roles=list(dict.fromkeys(cause.role for cause in causes if cause.role)),
        source=error.source,
    )


def _cause(cause: Cause, document: Document | None, by_rule: Mapping[str, Sequence[FindingData]]) -> CauseFinding:
    found = [finding for rule in cause.rules for finding in by_rule.get(rule, ())]
    failed = [finding for finding in found if _status(finding) in _FAILED]
    if cause.unknowable or cause.by_hand:
        status = CauseStatus.UNKNOWABLE if cause.unknowable else CauseStatus.POSSIBLE
        evidence = [cause.unknowable or f"To be looked at on the host: {cause.by_hand}"]
    elif cause.confirmed or cause.excluded:
        status, evidence = _by_conditions(cause, document)
    else:
        status, evidence = _by_findings(cause, found)
    if cause.evidence and document is not None:
        evidence.append(cause.evidence.render(document))
    confirmed = status is CauseStatus.CONFIRMED
    fixes = [str(finding["fix"]) for finding in failed if finding.get("fix")]
    roles = [finding for finding in failed if finding.get("role")]
    return CauseFinding(
        id=cause.id,
        title=cause.title,
        status=status.value,
        evidence=" ".join(evidence),
        action=None if status is CauseStatus.EXCLUDED else " ".join(fixes) if confirmed and fixes else cause.action,
        role=str(roles[0]["role"]) if confirmed and roles else None,
        rules=[str(finding["id"]) for finding in roles] if confirmed else [],
    )


def _by_conditions(cause: Cause, document: Document | None) -> tuple[CauseStatus, list[str]]:
    if document is None:
        return CauseStatus.POSSIBLE, ["No facts of a host were given."]
    unread = None
    for condition, status in ((cause.confirmed, CauseStatus.CONFIRMED), (cause.excluded, CauseStatus.EXCLUDED)):
        if condition is None:
            continue
        gap = condition.first_unread(document)
        if gap is not None:
            unread = gap.why_unread(document)
        elif condition.search(document) is True:
            return status, []
    return CauseStatus.POSSIBLE, [f"Not known: {unread}."] if unread else []


def _by_findings(cause: Cause, found: Sequence[FindingData]) -> tuple[CauseStatus, list[str]]:
    """What the findings of the rules of a cause say about it.

    A finding that only advises something (a warning of a rule whose findings are errors) does not confirm it.
    """
    if not found:
        return CauseStatus.POSSIBLE, ["Not checked."]
    evidence = [f"{finding.get('title')}: {_status(finding)} ({finding.get('actual')})." for finding in found]
    if any(_status(finding) in _FAILED and not _is_advice(finding) for finding in found):
        return CauseStatus.CONFIRMED, evidence
    excluding = {Status.COMPLIANT} | ({Status.NOT_APPLICABLE} if cause.excluded_where_not_applicable else set())
    known = {str(finding.get("id")) for finding in found}
    if known == set(cause.rules) and all(_status(finding) in excluding for finding in found):
        return CauseStatus.EXCLUDED, evidence
    return CauseStatus.POSSIBLE, evidence


def _status(finding: FindingData) -> str:
    """The status of a finding, whatever somebody accepted."""
    decision = finding.get("decision")
    if finding.get("status") == Status.WAIVED and isinstance(decision, Mapping):
        return str(decision.get("status"))
    return str(finding.get("status"))


def _is_advice(finding: FindingData) -> bool:
    rule = shipped_rules().get(str(finding.get("id")))
    return rule is not None and rule.severity is Severity.ERROR and finding.get("severity") == Severity.WARNING
