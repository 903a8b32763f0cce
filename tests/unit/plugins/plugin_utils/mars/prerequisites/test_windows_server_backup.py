# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows Server Backup: when it starts, compared with the agent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from tests.unit.plugins.plugin_utils.mars.checking import facts_of, finding
from tests.unit.simulated import simulated

TASK = r"\Microsoft\Windows\Backup\Microsoft-Windows-WindowsBackup"
DAILY = "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"
MONTHLY = "<ScheduleByMonth><DaysOfMonth><Day>1</Day></DaysOfMonth><Months><May /></Months></ScheduleByMonth>"
NO_AGENT = {"agent": {"installed": False}}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("windows_server_backup", "compliant", {"windows_server_backup.nearest_minutes": 60}),
    ("windows_server_backup", "noncompliant", {"windows_server_backup.nearest_minutes": 59}),
    ("windows_server_backup", "unknown", {"windows_server_backup.nearest_minutes": None}),
    ("windows_server_backup", "unknown", {"windows_server_backup.other_schedules": True}),
    ("windows_server_backup", "unknown", {"windows_server_backup": ...}),
    ("windows_server_backup", "not_applicable", {"windows_server_backup": None}),
    ("windows_server_backup", "not_applicable", {"windows_server_backup.enabled": False}),
    ("windows_server_backup", "not_applicable", {"windows_server_backup.both_scheduled": False}),
    ("windows_server_backup", "not_applicable", NO_AGENT),
]


def weekly(*days: str) -> str:
    chosen = "".join(f"<{day} />" for day in days)
    return f"<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek>{chosen}</DaysOfWeek></ScheduleByWeek>"


def trigger(start: str, schedule: str, enabled: str = "true") -> str:
    enabling = f"<StartBoundary>{start}</StartBoundary><Enabled>{enabled}</Enabled>"
    return f"<CalendarTrigger>{enabling}{schedule}</CalendarTrigger>"


def task(*triggers: str, enabled: str = "true") -> dict[str, Any]:
    xml = f"""
        <Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
          <Triggers>{"".join(triggers)}</Triggers>
          <Principals><Principal id="Author"><UserId>S-1-5-18</UserId></Principal></Principals>
          <Settings><Enabled>{enabled}</Enabled></Settings>
          <Actions Context="Author"><Exec><Command>%windir%\\System32\\wbadmin.exe</Command></Exec></Actions>
        </Task>"""
    return {TASK: {"xml": xml}}


def schedule_of(base: str = "healthy-2022", **profile: Any) -> dict[str, Any]:
    facts = facts_of("agent", "windows_server_backup", base=base, **profile)
    assert facts["unreadable"] == []
    found: dict[str, Any] = facts["windows_server_backup"]
    return found


# The agent starts at 21:00 on weekdays
@pytest.mark.parametrize(
    "triggers, minutes",
    [
        ([trigger("2025-03-01T21:00:00", DAILY)], 0),
        ([trigger("2025-03-01T20:30:00", DAILY)], 30),
        ([trigger("2025-03-01T02:00:00", DAILY)], 300),
        ([trigger("2025-03-01T02:00:00", DAILY), trigger("2025-03-01T21:10:00", DAILY)], 10),
        ([trigger("2025-03-01T02:00:00", DAILY), trigger("2025-03-01T21:10:00", DAILY, "false")], 300),
        ([trigger("2025-03-01T21:00:00", weekly("Saturday"))], 24 * 60),
        ([trigger("2025-03-01T00:30:00", weekly("Saturday"))], 210),
        ([trigger("2025-03-01T21:00:00", weekly("Saturday", "Monday"))], 0),
        ([trigger("2025-03-01T21:00:00", weekly("Sunday"))], 24 * 60),
    ],
)
def test_the_nearest_starts_of_the_week_count(triggers: list[str], minutes: int) -> None:
    assert schedule_of(tasks=task(*triggers)) == {
        "enabled": True,
        "both_scheduled": True,
        "nearest_minutes": minutes,
        "other_schedules": False,
    }


@pytest.mark.parametrize("base", ["old-2008-r2", "german-2019", "japanese-2016"])
def test_it_is_read_on_any_windows(base: str) -> None:
    found = schedule_of(base, tasks=task(trigger("2025-03-01T20:45:00", DAILY)))

    assert (found["both_scheduled"], found["nearest_minutes"]) == (True, 15)


def test_a_time_with_a_zone_is_that_of_the_zone() -> None:
    # 20:00 UTC on a host at UTC, and on the eve of the day that its zone has
    assert schedule_of(tasks=task(trigger("2025-03-01T20:00:00Z", DAILY)))["nearest_minutes"] == 60
    eastern = task(trigger("2025-03-02T06:00:00+09:00", weekly("Saturday")))
    assert schedule_of(tasks=eastern)["nearest_minutes"] == 0


def test_without_its_task_there_is_no_schedule() -> None:
    assert schedule_of() is None
    assert finding(facts_of("agent", "windows_server_backup"), "windows_server_backup").status == "not_applicable"


def test_other_schedules_are_not_taken_for_none() -> None:
    both = task(trigger("2025-03-01T02:00:00", DAILY), trigger("2025-03-01T21:00:00", MONTHLY))
    facts = facts_of("agent", "windows_server_backup", tasks=both)

    assert finding(facts, "windows_server_backup").status == "unknown"
    near = task(trigger("2025-03-01T21:00:00", DAILY), trigger("2025-03-01T21:00:00", MONTHLY))
    facts = facts_of("agent", "windows_server_backup", tasks=near)
    assert finding(facts, "windows_server_backup").status == "noncompliant"


def test_a_task_without_triggers_or_that_is_disabled_starts_nothing() -> None:
    assert schedule_of(tasks=task())["both_scheduled"] is False
    assert schedule_of(tasks=task(trigger("2025-03-01T21:00:00", DAILY), enabled="false"))["enabled"] is False


def test_a_task_that_cannot_be_read_is_unknown() -> None:
    broken = task(trigger("2025-03-01T21:00:00", DAILY))
    broken[TASK]["broken"] = 0x80041318
    facts = facts_of("agent", "windows_server_backup", tasks=broken)

    assert finding(facts, "windows_server_backup").status == "unknown"


def test_it_costs_no_request_of_its_own() -> None:
    with_it, without = simulated(base="healthy-2022"), simulated(base="healthy-2022")
    gather(with_it.session, DEFAULT_SECTIONS)
    gather(without.session, [section for section in DEFAULT_SECTIONS if section != "windows_server_backup"])

    assert with_it.actions == without.actions
