# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheduled backup: whether its schedule can start it, whether it ran, and protection that is paused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.plugins.plugin_utils.mars.checking import facts_of, finding

TASK = r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup"
# The clock of simulated hosts, which stands still
NOW = datetime.fromtimestamp(1_800_000_000, UTC)
TRIGGER = "tasks.0.triggers.0"

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("task_schedule", "noncompliant", {"tasks.0.triggers": []}),
    ("task_schedule", "noncompliant", {f"{TRIGGER}.over": True}),
    ("task_schedule", "noncompliant", {f"{TRIGGER}.starts_in_days": 31}),
    ("task_schedule", "compliant", {f"{TRIGGER}.starts_in_days": 30.9}),
    ("task_schedule", "not_applicable", {"tasks": []}),
    ("task_schedule", "unknown", {f"{TRIGGER}.over": ...}),
    ("task_schedule", "unknown", {"tasks": ...}),
    ("task_runs", "noncompliant", {"tasks.0.overdue": True}),
    ("task_runs", "noncompliant", {"tasks.0.last_result": 1}),
    ("task_runs", "compliant", {"tasks.0.last_result": 0x41301}),
    ("task_runs", "compliant", {"tasks.0.last_result": None, "tasks.0.last_run": None}),
    ("task_runs", "compliant", {"tasks.0.overdue": True, "tasks.0.enabled": False}),
    ("task_runs", "not_applicable", {"tasks.0.state": None}),
    ("task_runs", "unknown", {"tasks.0.overdue": ...}),
    ("task_runs", "unknown", {"tasks": ...}),
]


def ago(days: float) -> str:
    """A time of the host, as the Task Scheduler writes it."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S")


def definition(triggers: str) -> str:
    return f"""
      <Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
        <Triggers>{triggers}</Triggers>
        <Principals><Principal id="Author"><UserId>S-1-5-18</UserId></Principal></Principals>
        <Actions Context="Author"><Exec><Command>powershell.exe</Command></Exec></Actions>
      </Task>"""


def weekly(start: float, end: float | None = None) -> str:
    boundary = "" if end is None else f"<EndBoundary>{ago(end)}</EndBoundary>"
    return (
        f"<CalendarTrigger><StartBoundary>{ago(start)}</StartBoundary>{boundary}<ScheduleByWeek>"
        "<WeeksInterval>1</WeeksInterval><DaysOfWeek><Monday /></DaysOfWeek></ScheduleByWeek></CalendarTrigger>"
    )


def once(start: float) -> str:
    return f"<TimeTrigger><StartBoundary>{ago(start)}</StartBoundary></TimeTrigger>"


@pytest.mark.parametrize(
    "triggers, status, severity",
    [
        ("", "noncompliant", "error"),
        (weekly(400, end=1), "noncompliant", "error"),
        (once(1), "noncompliant", "error"),
        (weekly(-800), "noncompliant", "error"),
        (weekly(400, end=1) + weekly(300), "noncompliant", "warning"),
        (weekly(400, end=-1), "compliant", "error"),
        (weekly(-7), "compliant", "error"),
        (once(-1), "compliant", "error"),
    ],
    ids=[
        "no trigger",
        "expired",
        "past",
        "years ahead",
        "one of two expired",
        "not yet expired",
        "next week",
        "to come",
    ],
)
@pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2"])
def test_a_schedule_that_starts_nothing_is_a_finding(base: str, triggers: str, status: str, severity: str) -> None:
    found = finding(facts_of(base=base, tasks={TASK: {"xml": definition(triggers)}}), "task_schedule")

    assert (found.status, found.severity, found.role) == (status, severity, None)


@pytest.mark.parametrize(
    "last_run, last_result, start, status",
    [
        (3600, 0, 400, "compliant"),
        (7.5 * 86400, 0, 400, "compliant"),
        (9 * 86400, 0, 400, "noncompliant"),
        (3600, 1, 400, "noncompliant"),
        (3600, 0x41306, 400, "noncompliant"),
        (3600, 0x41301, 400, "compliant"),
        (None, None, 1, "compliant"),
        (None, None, 400, "noncompliant"),
    ],
)
def test_runs_that_are_overdue_or_failed_are_findings(
    last_run: float | None, last_result: int | None, start: float, status: str
) -> None:
    task: dict[str, Any] = {"xml": definition(weekly(start)), "last_run": last_run, "last_result": last_result}
    given = task if last_run is not None else {"xml": task["xml"]}
    facts = facts_of(tasks={TASK: None, TASK + "2": given})

    found = finding(facts, "task_runs")

    assert (found.status, found.severity) == (status, "warning")


def test_protection_that_is_paused_is_not_breakage() -> None:
    facts = facts_of(tasks={TASK: {"set": {"Settings/Enabled": "false"}}})
    none = facts_of(tasks={TASK: None})

    assert finding(facts, "task_enabled").status == finding(none, "task_present").status == "noncompliant"
    for rule, some in (("task_enabled", facts), ("task_runs", facts), ("task_schedule", facts), ("task_present", none)):
        found = finding(some, rule, protection="paused")
        assert (found.status, found.role) == ("not_applicable", None)
        assert "on purpose" in found.actual


def test_a_task_of_the_administrators_is_advised_to_run_as_system_and_the_role_does_it() -> None:
    xml = definition(weekly(1)).replace("<UserId>S-1-5-18</UserId>", "<GroupId>S-1-5-32-544</GroupId>")
    found = finding(facts_of(tasks={TASK: {"xml": xml}}), "task_principal")

    assert (found.status, found.severity, found.role) == ("noncompliant", "warning", "scheduled_task")
    assert found.wanted["run_as"] == "system"
    assert "accept_run_as" not in found.wanted
