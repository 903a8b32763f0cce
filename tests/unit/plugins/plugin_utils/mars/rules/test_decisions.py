# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attestations and waivers: what they change, what they cannot, and that they end and are always seen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Compliance, Finding, check
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.decisions import (
    DecisionError,
    Decisions,
    read_decisions,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import effective_rules, shipped_rules

OWN: dict[str, Any] = {
    "id": "own",
    "title": "Own",
    "group": "agent",
    "severity": "error",
    "expect": "agent.version == 'new'",
    "expected": "new",
    "actual": "version {agent.version}",
    "why": "Because.",
    "fix": "Update.",
    "role": "agent",
}
LAST_DAY = date(2026, 12, 31)
BY = {"rule": "own", "by": "Ann", "until": "2026-12-31"}
ATTESTED = {"attestations": {**BY, "note": "CHG1"}}
WAIVED = {"waivers": {**BY, "reason": "No budget."}}
# The expectation of the rule, for each thing that can be found
EXPECT = {"compliant": "`true`", "noncompliant": "`false`", "unknown": "`null`"}


def checked(
    decided: dict[str, dict[str, Any]], today: date = LAST_DAY, facts: dict[str, Any] | None = None, **fields: Any
) -> tuple[Finding, Compliance]:
    rules = effective_rules([("test", [OWN | fields])], list(shipped_rules()))
    decisions = Decisions(
        **{option: read_decisions([entry], option, ["own"]) for option, entry in decided.items()}, today=today
    )
    host = {"agent": {"version": "old"}} if facts is None else facts
    compliance = check(host, rules, {}, decisions=decisions)
    return compliance.findings[0], compliance


def test_an_attestation_counts_as_compliant_and_says_who_until_when_and_why() -> None:
    found, compliance = checked(ATTESTED, expect="`null`")

    assert found.status == "attested"
    assert found.actual == "version old; attested by Ann until 2026-12-31 (CHG1)"
    assert found.decision == {"status": "unknown", "by": "Ann", "until": "2026-12-31", "note": "CHG1"}
    assert (found.fix, found.role, found.wanted) == (None, None, {})
    assert (compliance.verdict, compliance.summary["attested"], compliance.summary["unknown"]) == ("compliant", 1, 0)


def test_after_its_last_day_an_attested_finding_is_unknown_again_and_says_why() -> None:
    found, compliance = checked(ATTESTED, date(2027, 1, 1), expect="`null`")

    assert (found.status, found.decision, compliance.verdict) == ("unknown", None, "unknown")
    assert found.actual == "version old; attested by Ann until 2026-12-31 (CHG1), which is over"
    assert found.fix == "Update."


@pytest.mark.parametrize("status", ["compliant", "noncompliant"])
def test_what_the_host_shows_cannot_be_attested(status: str) -> None:
    assert checked(ATTESTED, expect=EXPECT[status]) == checked({}, expect=EXPECT[status])


def test_what_could_not_be_read_cannot_be_attested() -> None:
    found, compliance = checked(ATTESTED, facts={"agent": {}})

    assert (found.status, found.decision, compliance.verdict) == ("unknown", None, "unknown")
    assert found.actual == "the facts do not have agent.version"


@pytest.mark.parametrize(
    "status, fields",
    [("noncompliant", {}), ("unknown", {"expect": "`null`"}), ("impossible", {"impossible": "`true`"})],
)
def test_a_waived_finding_is_accepted_but_neither_hidden_nor_fixed(status: str, fields: dict[str, Any]) -> None:
    found, compliance = checked(WAIVED, **fields)

    assert found.status == "waived"
    assert found.actual == "version old; accepted by Ann until 2026-12-31 (No budget.)"
    assert found.decision == {"status": status, "by": "Ann", "until": "2026-12-31", "note": "No budget."}
    assert (found.fix, found.role) == ("Update.", None)
    assert (compliance.verdict, compliance.roles) == ("compliant", [])
    assert compliance.summary == dict.fromkeys(compliance.summary, 0) | {"waived": 1}


def test_what_could_not_be_read_can_be_waived() -> None:
    assert checked(WAIVED, facts={})[0].status == "waived"


def test_after_its_last_day_a_waived_finding_is_as_before_and_its_role_runs() -> None:
    found, compliance = checked(WAIVED, date(2027, 1, 1))

    assert (found.status, found.role, compliance.verdict) == ("noncompliant", "agent", "noncompliant")
    assert found.actual == "version old; accepted by Ann until 2026-12-31 (No budget.), which is over"


@pytest.mark.parametrize("fields", [{"expect": "`true`"}, {"applies": "`false`"}])
def test_where_nothing_is_open_there_is_nothing_to_waive(fields: dict[str, Any]) -> None:
    assert checked(WAIVED, **fields) == checked({}, **fields)


def test_a_finding_whose_attestation_is_over_can_be_waived() -> None:
    found, _unused = checked(
        {"attestations": {**BY, "until": "2026-01-01"}, "waivers": WAIVED["waivers"]}, expect="`null`"
    )

    assert found.status == "waived"
    assert "attested by Ann until 2026-01-01, which is over; accepted by Ann" in found.actual


def test_of_several_decisions_about_a_rule_the_one_that_lasts_longest_counts() -> None:
    untils = ["2026-01-01", "2027-01-01", "2026-06-01"]
    decisions = read_decisions([{**BY, "until": until} for until in untils], "waivers", ["own"])

    assert decisions["own"].until == date(2027, 1, 1)


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"rule": "other"}, "waivers: there is no rule 'other'; there are own"),
        ({"by": " "}, "waivers: rule own: 'by' must name who decided"),
        ({"until": "31.12.2026"}, "'until' must be a date such as 2026-12-31, not '31.12.2026'"),
        ({"until": "2026-02-30"}, "'until' must be a date"),
        ({"until": ""}, "'until' must be a date"),
        ({"until": "2026-12-31 00:00:00"}, "'until' must be a date"),
    ],
)
def test_what_cannot_be_a_decision_is_an_error_that_names_it(change: dict[str, str], problem: str) -> None:
    with pytest.raises(DecisionError) as caught:
        read_decisions([{**BY, **change}], "waivers", ["own"])
    assert problem in str(caught.value)
