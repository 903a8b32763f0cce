# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role prints and hands on, of hosts with every verdict."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.overview import (
    HostRun,
    attention,
    counts,
    failure,
    left_to_do,
    stats,
    table,
)


def finding(rule: str, status: str, severity: str = "error") -> dict[str, Any]:
    return {
        "id": rule,
        "group": rule.partition("_")[0],
        "status": status,
        "severity": severity,
        "actual": f"what was found of {rule}",
        "fix": None if status in ("compliant", "not_applicable") else f"Fix {rule}.",
    }


def checked(verdict: str, *findings: dict[str, Any], **run: Any) -> HostRun:
    return HostRun({"verdict": verdict, "findings": list(findings)}, **run)


def outcome(**reported: Any) -> dict[str, Any]:
    return {"restart_required": False, "restart_advised": False, "manual": [], **reported}


GOOD = checked("compliant", finding("task_enabled", "compliant"), finding("dotnet_version", "not_applicable"))
BAD = checked(
    "noncompliant",
    finding("task_enabled", "unknown"),
    finding("dotnet_version", "noncompliant"),
    finding("dotnet_advice", "noncompliant", "warning"),
    finding("task_principal", "waived"),
    outcomes={
        "agent": outcome(manual=["Ask the owner."]),
        "tls": outcome(restart_required=True, restart_advised=True),
        # Roles of one's own may say as much or as little as they like
        "example.backup.cache": {},
    },
    failed_roles={"dotnet": "no such file"},
    last_backup={"succeeded": "2026-11-09T16:01:53+00:00", "log": "CloudBackup"},
)
WORSE = checked(
    "noncompliant",
    finding("task_enabled", "noncompliant"),
    finding("dotnet_version", "impossible"),
    finding("dotnet_advice", "noncompliant", "warning"),
    last_backup={"succeeded": None, "log": "CloudBackup"},
)
UNKNOWN = checked(
    "unknown",
    finding("task_enabled", "unknown"),
    outcomes={"powershell": outcome(restart_advised=True)},
    last_backup=None,
)
REFUSED = HostRun(GOOD.compliance, problem="the host refused the credentials", lost=True)
FLEET = {"good": GOOD, "bad": BAD, "refused": REFUSED, "unknown": UNKNOWN, "worse": WORSE, "later": HostRun()}


def test_a_host_says_what_failed_what_was_found_and_how_to_fix_it() -> None:
    assert attention(BAD) == [
        "role dotnet failed: no such file",
        "FAIL dotnet_version: what was found of dotnet_version",
        "unknown task_enabled: what was found of task_enabled",
        "warn dotnet_advice: what was found of dotnet_advice",
        "waived task_principal: what was found of task_principal",
        "To fix dotnet_version: Fix dotnet_version.",
        "To fix task_enabled: Fix task_enabled.",
        "To fix dotnet_advice: Fix dotnet_advice.",
        "To fix task_principal: Fix task_principal.",
        "Role agent: Ask the owner.",
    ]
    assert attention(GOOD) == []
    # What was found at an earlier time is not known now
    assert attention(REFUSED) == ["not checked: the host refused the credentials"]


@pytest.mark.parametrize(
    "host, fail_on, lines",
    [
        (GOOD, "unknown", []),
        (UNKNOWN, "noncompliant", []),
        (
            UNKNOWN,
            "unknown",
            ["the host is unknown", "task_enabled is unknown: what was found of task_enabled. Fix task_enabled."],
        ),
        (WORSE, "none", []),
        (BAD, "none", ["role dotnet failed: no such file"]),
        (
            WORSE,
            "noncompliant",
            [
                "the host is noncompliant",
                "task_enabled is noncompliant: what was found of task_enabled. Fix task_enabled.",
                "dotnet_version is impossible: what was found of dotnet_version. Fix dotnet_version.",
                "dotnet_advice is noncompliant: what was found of dotnet_advice. Fix dotnet_advice.",
            ],
        ),
        (REFUSED, "none", ["not checked: the host refused the credentials"]),
    ],
)
def test_a_host_fails_for_what_could_not_be_done_and_for_verdicts_that_are_asked_for(
    host: HostRun, fail_on: str, lines: list[str]
) -> None:
    assert failure(host, fail_on) == lines


def test_what_roles_did_not_do_is_what_failed_and_what_is_left() -> None:
    assert left_to_do(BAD) == ["role dotnet failed: no such file", "role agent: Ask the owner."]
    assert left_to_do(WORSE) == []


def test_the_counts_come_with_what_most_hosts_violate() -> None:
    assert counts(FLEET) == [
        "2 noncompliant, 1 not checked, 1 unknown, 1 compliant",
        "FAIL: dotnet_version (1), task_enabled (1)",
        "NEVER: dotnet_version (1)",
        "unknown: task_enabled (2)",
        "warn: dotnet_advice (2)",
        "not checked: refused",
        "failed: bad",
        "restart required: bad",
        "restart advised: unknown",
    ]


def test_the_counts_of_any_fleet_stay_below_what_awx_shows() -> None:
    rules = [
        finding(f"a_rule_with_a_long_name_{number}", status, severity)
        for number in range(60)
        for status, severity in (("noncompliant", "error"), ("noncompliant", "warning"), ("impossible", "error"))
    ]
    host = checked(
        "noncompliant", *rules, outcomes={"tls": outcome(restart_required=True)}, failed_roles={"agent": "reason"}
    )
    lines = counts({f"server{number:04}.example.com": host for number in range(3000)})

    assert lines[-1].endswith("server0004.example.com, and 2995 more")
    assert len("\n".join(lines)) < 1024


def test_the_table_has_a_row_for_each_host_the_worst_first() -> None:
    assert table(FLEET) == [
        "host     verdict       last_backup        task      dotnet",
        "worse    noncompliant  never              FAIL      NEVER",
        "bad      noncompliant  2026-11-09T16:01Z  unknown   FAIL      failed  restart",
        "refused  not checked   the host refused the credentials",
        "unknown  unknown       -                  unknown   -         restart advised",
        "good     compliant     unknown            ok        -",
    ]


def test_a_long_reason_does_not_widen_the_table() -> None:
    (_header, row) = table({"gone": HostRun(problem="x" * 500)})

    assert row.endswith("xxx...")
    assert len(row) < 150


def test_numbers_and_names_are_handed_on() -> None:
    values = {
        "mars_audit_compliant": 1,
        "mars_audit_noncompliant": 2,
        "mars_audit_unknown": 1,
        "mars_audit_not_checked": 1,
        "mars_audit_noncompliant_hosts": ["bad", "worse"],
        "mars_audit_unknown_hosts": ["unknown"],
        "mars_audit_not_checked_hosts": ["refused"],
        "mars_audit_failed_hosts": ["bad", "refused"],
        "mars_audit_reboot_required_hosts": ["bad"],
        "mars_audit_reboot_advised_hosts": ["unknown"],
    }

    assert stats(FLEET, "") == values
    assert stats(FLEET, "7") == {f"{name}_job_7": value for name, value in values.items()}
