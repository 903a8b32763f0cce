# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last backup: its facts, from both names of the agent's log, and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

LOG, OTHER_LOG = "CloudBackup/Operational", "CloudBackup"
FAILURE = {"outcome": "failed", "event": 11, "time": "2027-01-15T03:00:00+00:00", "codes": ["0x80070005"]}
START = {"outcome": "started", "event": 1, "time": "2027-01-15T07:00:00+00:00", "codes": []}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("last_backup", "compliant", {"last_backup.hours_ago": 48, "tasks.0.triggers.0.interval_hours": 24}),
    ("last_backup", "noncompliant", {"last_backup.hours_ago": 48.1, "tasks.0.triggers.0.interval_hours": 24}),
    ("last_backup", "compliant", {"last_backup.hours_ago": 191, "tasks.0.triggers.0.interval_hours": None}),
    ("last_backup", "compliant", {"last_backup.hours_ago": 191, "tasks": []}),
    ("last_backup", "noncompliant", {"last_backup.hours_ago": 193, "tasks": []}),
    ("last_backup", "compliant", {"last_backup.since": [START]}),
    ("last_backup", "noncompliant", {"last_backup.since": [START, FAILURE]}),  # a warning
    ("last_backup", "noncompliant", {"last_backup.warnings": True}),  # a warning
    ("last_backup", "noncompliant", {"last_backup.succeeded": None, "last_backup.hours_ago": None}),
    ("last_backup", "unknown", {"last_backup.log": None, "last_backup.hours_ago": None}),
    ("last_backup", "unknown", {"last_backup": ...}),
    ("last_backup", "unknown", {"last_backup.since": ...}),
    ("last_backup", "unknown", {"tasks": ...}),
    ("last_backup", "not_applicable", {"agent.installed": False, "last_backup": None}),
]


def event(number: int, hour: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "time": f"2027-01-15T{hour:02d}:00:00+00:00", **more}


def last_backup(base: str = "healthy-2022", **profile: Any) -> Any:
    """The facts at 8 o'clock."""
    return gather(simulated(base=base, **profile).session, ["last_backup"])["last_backup"]


@pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2", "german-2019", "japanese-2016"])
@pytest.mark.parametrize(
    "events, name",
    [
        ({LOG: [event(1, 1), event(3, 2)]}, LOG),
        ({LOG: None, OTHER_LOG: [event(1, 1), event(3, 2)]}, OTHER_LOG),
        ({LOG: [event(3, 1)], OTHER_LOG: [event(3, 2)]}, LOG),
        ({LOG: [], OTHER_LOG: [event(3, 2), event(5, 3)]}, LOG),
    ],
)
def test_the_newest_success_is_found_in_either_log(base: str, events: dict[str, Any], name: str) -> None:
    assert last_backup(base, events=events) == {
        "log": name,
        "succeeded": "2027-01-15T02:00:00+00:00",
        "hours_ago": 6.0,
        "warnings": False,
        "since": [],
    }


def test_warnings_are_a_success_and_said() -> None:
    facts = last_backup(events={LOG: [event(3, 1), event(10, 2)]})

    assert (facts["succeeded"], facts["warnings"]) == ("2027-01-15T02:00:00+00:00", True)


def test_what_came_after_the_success_is_listed_with_its_error_codes() -> None:
    data = {"ErrorCode": "0x80070005", "Message": "Zugriff verweigert (0x80070005), ID 0x1FBD3, 0x1"}
    events = [event(1, 1), event(11, 1), event(3, 2), event(18, 3), event(11, 4, data=data), event(1, 5)]

    since = last_backup(events={LOG: events})["since"]

    assert [(entry["outcome"], entry["event"], entry["codes"]) for entry in since] == [
        ("started", 1, []),
        ("failed", 11, ["0x80070005", "0x1FBD3"]),
        ("failed", 18, []),
    ]


def test_a_success_is_found_behind_any_number_of_failures() -> None:
    facts = last_backup(events={LOG: [{"id": 3, "hours_ago": 900}, *[event(11, 2)] * 300]})

    assert facts["hours_ago"] == 900
    assert len(facts["since"]) <= 10


@pytest.mark.parametrize("events", [{LOG: []}, {LOG: [event(1, 1), event(11, 2)]}])
def test_a_log_without_a_success_is_not_a_missing_log(events: dict[str, Any]) -> None:
    facts = last_backup(events=events)

    assert (facts["log"], facts["succeeded"], facts["hours_ago"], facts["warnings"]) == (LOG, None, None, None)


def test_without_a_log_nothing_is_known() -> None:
    assert last_backup(events={LOG: None})["log"] is None


def test_without_the_agent_no_command_runs() -> None:
    host = simulated()

    assert gather(host.session, ["last_backup"])["last_backup"] is None
    assert host.actions["Command"] == 0


def test_the_threshold_replaces_the_schedule(host: Any) -> None:
    facts = host({"last_backup.hours_ago": 30, "tasks.0.triggers.0.interval_hours": 24})

    def status(**given: Any) -> str:
        return find(shipped_rules()["last_backup"], facts, thresholds("minimum", given)).status

    assert (status(), status(last_backup_hours=26), status(last_backup_hours=36)) == (
        "compliant",
        "noncompliant",
        "compliant",
    )


def test_the_finding_says_when_and_what_came_after(host: Any) -> None:
    facts = host({"last_backup.succeeded": "2027-01-14T20:00:00+00:00", "last_backup.since": [FAILURE]})

    finding = find(shipped_rules()["last_backup"], facts, thresholds("minimum", {}))

    assert finding.severity == "warning"
    assert "last success: 2027-01-14T20:00:00+00:00 (12.0 hours ago)" in finding.actual
    assert "after it: failed 2027-01-15T03:00:00+00:00 0x80070005" in finding.actual
