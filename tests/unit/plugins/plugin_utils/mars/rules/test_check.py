# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule finds, with rules made for the purpose."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, check, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import effective_rules, shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.rule import Rule

OWN: dict[str, Any] = {
    "id": "own",
    "title": "Own",
    "group": "agent",
    "severity": "error",
    "expect": "agent.version == 'new'",
    "expected": "new",
    "actual": "{agent.version}",
    "why": "Because.",
    "fix": "Update.",
    "role": "agent",
}


def rule(**fields: Any) -> Rule:
    return effective_rules([("test", [OWN | fields])], list(shipped_rules()))[0]


def found(facts: dict[str, Any], **fields: Any) -> Finding:
    return find(rule(**fields), facts, {})


@pytest.mark.parametrize(
    "expect, status",
    [
        ("`true`", "compliant"),
        ("`false`", "noncompliant"),
        ("`null`", "unknown"),
        ("'true'", "unknown"),
        ("`1`", "unknown"),
    ],
)
def test_only_true_complies_and_only_false_does_not(expect: str, status: str) -> None:
    assert found({"agent": {"version": "x"}}, expect=expect).status == status


@pytest.mark.parametrize(
    "advise, status, severity",
    [
        ("`true`", "compliant", "error"),
        ("`false`", "noncompliant", "warning"),
        ("`null`", "unknown", "error"),
    ],
)
def test_what_is_only_advised_gives_a_warning(advise: str, status: str, severity: str) -> None:
    finding = found({"agent": {"version": "new"}}, advise=advise)

    assert (finding.status, finding.severity) == (status, severity)


def test_what_fails_is_no_mere_warning() -> None:
    assert found({"agent": {"version": "old"}}, advise="`false`").severity == "error"


@pytest.mark.parametrize(
    "applies, status", [("`false`", "not_applicable"), ("`null`", "unknown"), ("`true`", "compliant")]
)
def test_a_rule_applies_only_where_that_is_certain(applies: str, status: str) -> None:
    assert found({"agent": {"version": "new"}}, applies=applies).status == status


def test_a_condition_that_comes_out_as_false_for_want_of_a_fact_does_not_exempt_the_host() -> None:
    condition = {"applies": "agent.installed == `true`"}

    assert found({"agent": {"version": "new"}}, **condition).status == "unknown"
    assert found({"agent": {"installed": False}}, **condition).status == "not_applicable"


def test_an_earlier_condition_spares_the_facts_of_later_ones() -> None:
    fields = {"applies": ["agent.installed", "length(tasks) > `0`"]}

    assert found({"agent": {"installed": False}}, **fields).status == "not_applicable"
    assert found({"agent": {"installed": True}}, **fields).status == "unknown"


@pytest.mark.parametrize(
    "facts, reason",
    [
        (
            {"gathered": ["agent"], "unreadable": [{"section": "agent", "code": "0x80041003", "reason": "no access"}]},
            "could not be read: no access",
        ),
        ({"gathered": ["os"], "unreadable": []}, "the section agent of the facts was not gathered"),
        ({"gathered": ["agent"], "unreadable": [], "agent": {}}, "the facts do not have agent.version"),
        (
            {"gathered": "agent", "unreadable": [None, {"section": "os"}], "agent": []},
            "the facts do not have agent.version",
        ),
    ],
)
def test_an_unknown_finding_says_why(facts: dict[str, Any], reason: str) -> None:
    finding = found(facts)

    assert (finding.status, finding.actual, finding.role) == ("unknown", reason, None)
    assert "gather the facts" in str(finding.fix)


def test_what_is_below_an_absent_fact_is_not_unread() -> None:
    assert found({"agent": None}, expect="agent.version == `null`").status == "compliant"


def test_a_list_that_may_be_incomplete_proves_nothing() -> None:
    unread = [{"section": "tasks", "code": "timeout", "reason": "Timed out."}]
    fields = {"expect": "length(tasks) == `1`"}

    assert found({"tasks": [{}], "unreadable": []}, **fields).status == "compliant"
    assert found({"tasks": [{}], "unreadable": unread}, **fields).status == "unknown"


def test_a_part_that_was_read_counts_though_another_of_its_section_was_not() -> None:
    facts = {"agent": {"version": "new"}, "unreadable": [{"section": "agent", "reason": "No access."}]}

    assert found(facts).status == "compliant"


def test_every_entry_of_a_list_must_have_the_fact() -> None:
    fields = {"expect": "length(tasks[].triggers[?enabled == `false`][]) == `0`"}

    assert found({"tasks": [{"triggers": [{"enabled": True}]}, {"triggers": []}]}, **fields).status == "compliant"
    assert found({"tasks": [{"triggers": [{"enabled": True}, {}]}]}, **fields).status == "unknown"
    assert found({"tasks": {"triggers": []}}, **fields).status == "unknown"


def test_the_first_case_that_holds_replaces_what_it_names() -> None:
    cases = [
        {"status": "unknown", "fix": "Never."},
        {"when": "agent.version == 'old'", "fix": "Replace {agent.version}.", "role": None},
        {"status": "noncompliant", "fix": "Too late."},
    ]

    finding = found({"agent": {"version": "old"}}, cases=cases)

    assert (finding.actual, finding.fix, finding.role) == ("old", "Replace old.", None)


def test_where_no_role_can_help_the_fix_says_why() -> None:
    finding = found({"agent": {"version": "old"}}, role=None, no_role="Nobody can.")

    assert finding.fix == "Update. Nobody can."


def test_nothing_is_to_be_done_where_nothing_is_wrong() -> None:
    finding = found({"agent": {"version": "new"}})

    assert (finding.fix, finding.role) == (None, None)


@pytest.mark.parametrize(
    "findings, verdict",
    [
        ([("error", "`true`")], "compliant"),
        ([("error", "`true`"), ("warning", "`false`")], "compliant"),
        ([("warning", "`null`")], "unknown"),
        ([("error", "`null`"), ("warning", "`false`")], "unknown"),
        ([("error", "`false`"), ("error", "`null`")], "noncompliant"),
        ([], "compliant"),
    ],
)
def test_verdict(findings: list[tuple[str, str]], verdict: str) -> None:
    rules = [rule(severity=severity, expect=expect) for severity, expect in findings]

    assert check({"agent": {"version": None}}, rules, {}).verdict == verdict


def test_the_impossible_makes_a_host_noncompliant() -> None:
    compliance = check({"agent": {"version": "old"}}, [rule(impossible="`true`")], {})

    assert (compliance.verdict, compliance.roles) == ("noncompliant", [])
