# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of failed backups, and whether one is running, from simulated hosts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.backups import (
    BACKUP_FAILED,
    WITH_WARNINGS,
    backup_state,
    errors_of_backups,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.errors import known_errors
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.simulated import simulated

TEMP = r"C:\Program Files\Microsoft Azure Recovery Services Agent\Temp"
LOG = "CloudBackup/Operational"
SECTIONS = ("os", "agent", "tasks", "last_backup", "backup_history")
GOOD = {"id": 3, "hours_ago": 20}
FAILED_WITH_UNKNOWN = {"id": 18, "hours_ago": 10, "data": {"Code": "0x80001234"}}


def facts_of(*events: dict[str, Any], log: str = LOG, **profile: Any) -> dict[str, Any]:
    host = simulated(base="healthy-2022", events={LOG: None, log: list(events)}, **profile)
    return gather(host.session, SECTIONS)


def found(facts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(match.error.id, match.found_by) for match in errors_of_backups(facts, known_errors())]


@pytest.mark.parametrize("log", [LOG, "CloudBackup"])
def test_the_errors_of_failed_backups_are_those_of_the_events_after_the_last_good_one(log: str) -> None:
    events: list[dict[str, Any]] = [
        {"id": 11, "hours_ago": 30, "data": {"Code": "0x1FC07"}},
        GOOD,
        {"id": 11, "hours_ago": 10, "data": {"Code": "0x80070005", "More": "0x8007018B"}},
    ]

    assert found(facts_of(*events, log=log)) == [("file_access_denied", "event"), ("cloud_file_denied", "event")]


def test_without_a_known_code_in_the_events_the_engine_s_log_counts() -> None:
    log = {rf"{TEMP}\CBEngineCurr.errlog": {"content": "11/20 error SalLowDiskSpace, hr: 0x80990BB0\r\n"}}

    assert found(facts_of(GOOD, FAILED_WITH_UNKNOWN, files=log)) == [("scratch_low_space", "log")]
    # Without a failure, it is about something else
    assert found(facts_of(GOOD, files=log)) == []


def test_a_failure_without_any_known_code_is_an_error_of_its_own() -> None:
    assert found(facts_of(GOOD, FAILED_WITH_UNKNOWN)) == [(BACKUP_FAILED, "event")]


def test_warnings_have_the_errors_of_the_files_that_were_skipped() -> None:
    skipped = {rf"{TEMP}\LastBackupFailedFiles0001.txt": {"content": "D:\\a 0x80070570\r\nD:\\b 0x80070570\r\n"}}

    assert found(facts_of({"id": 10, "hours_ago": 2}, files=skipped)) == [
        ("file_corrupted", "log"),
        (WITH_WARNINGS, "event"),
    ]
    assert found(facts_of({"id": 10, "hours_ago": 2})) == [(WITH_WARNINGS, "event")]
    # The lists are those of an earlier backup
    assert found(facts_of({"id": 10, "hours_ago": 30}, GOOD, files=skipped)) == []


def test_where_the_last_backup_succeeded_there_is_no_error() -> None:
    assert found(facts_of(FAILED_WITH_UNKNOWN | {"hours_ago": 30}, GOOD)) == []
    assert found({"last_backup": None}) == found({}) == []


@pytest.mark.parametrize(
    "events, profile, state, rests_on",
    [
        ([GOOD], {}, "idle", "is not the start of a backup"),
        ([GOOD, FAILED_WITH_UNKNOWN], {}, "idle", "is not the start of a backup"),
        ([GOOD, {"id": 1, "hours_ago": 1}], {}, "running", "does not show its end"),
        ([GOOD, {"id": 1, "hours_ago": 1}], {"uptime_seconds": 60}, "idle", "ended with the restart of Windows"),
        ([GOOD, {"id": 1, "hours_ago": 1}], {"services": {"obengine": {"state": "Stopped"}}}, "idle", "is stopped"),
    ],
)
def test_whether_a_backup_is_running_is_said_with_what_shows_it(
    events: list[dict[str, Any]], profile: dict[str, Any], state: str, rests_on: str
) -> None:
    backup = backup_state(facts_of(*events, **profile))

    assert (backup.state, rests_on in backup.rests_on) == (state, True)
    assert str(backup.succeeded).startswith("20")


def test_a_task_that_runs_is_a_backup() -> None:
    facts = facts_of(GOOD)
    facts["tasks"][0]["state"] = "running"

    assert backup_state(facts).state == "running"
    assert "Microsoft-OnlineBackup is running" in backup_state(facts).rests_on


def test_without_the_log_or_the_facts_it_is_unknown() -> None:
    host = simulated(base="healthy-2022", events={LOG: None})

    assert backup_state(gather(host.session, SECTIONS)).state == "unknown"
    assert backup_state({}).state == "unknown"
    unread = {name: value for name, value in facts_of(GOOD).items() if name != "tasks"}
    assert backup_state(unread).state == "unknown"
    assert backup_state({}).succeeded is None


def test_without_the_agent_no_backup_is_running() -> None:
    assert backup_state(gather(simulated(base="no-agent-2022").session, SECTIONS)).state == "idle"
