# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups of the last days: counted, and without anything private."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.mars_facts import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.host import Given
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

TEMP = r"C:\Program Files\Microsoft Azure Recovery Services Agent\Temp"
LOG, OTHER_LOG = "CloudBackup/Operational", "CloudBackup"
EVENTS = [
    {"id": 11, "hours_ago": 15 * 24, "data": {"Code": "0x1FC07"}},
    {"id": 1, "hours_ago": 50},
    {"id": 3, "hours_ago": 49},
    {"id": 1, "hours_ago": 26},
    {"id": 10, "hours_ago": 25},
    {"id": 1, "hours_ago": 4},
    {"id": 11, "hours_ago": 3, "data": {"Code": "0x80070005", "More": "0x80070002"}},
    {"id": 18, "hours_ago": 2, "data": {"Code": "0x80070005"}},
    {"id": 5, "hours_ago": 1},
]


def history(base: str = "healthy-2022", **profile: Any) -> Any:
    facts = gather(simulated(base=base, **profile).session, ["backup_history"])
    assert facts["unreadable"] == []
    return facts["backup_history"]


def engine_log(content: str) -> Any:
    return history(files={rf"{TEMP}\CBEngineCurr.errlog": {"content": content}})["engine_log"]


@pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2", "german-2019", "japanese-2016"])
@pytest.mark.parametrize("log", [LOG, OTHER_LOG])
def test_the_events_of_the_last_days_are_counted(base: str, log: str) -> None:
    facts = history(base, events={LOG: None, log: EVENTS})

    assert {name: facts[name] for name in ("days", "started", "succeeded", "succeeded_with_warnings", "failed")} == {
        "days": 14,
        "started": 3,
        "succeeded": 1,
        "succeeded_with_warnings": 1,
        "failed": 2,
    }
    assert facts["codes"] == [{"code": "0x80070005", "count": 2}, {"code": "0x80070002", "count": 1}]


@pytest.mark.parametrize("days, started", [(1, 1), (7, 2), (30, 3)])
def test_the_user_says_how_many_days_count(days: int, started: int) -> None:
    events = [{"id": 1, "hours_ago": 24 * past + 2} for past in (0, 5, 20)]
    host = simulated(base="healthy-2022", events={LOG: events})

    facts = gather(host.session, ["backup_history"], Given(event_days=days))["backup_history"]

    assert (facts["days"], facts["started"]) == (days, started)


def test_no_days_are_refused(run_action: RunAction) -> None:
    with pytest.raises(AnsibleActionFail, match="event_days must be at least 1, not 0"):
        run_action(ActionModule, simulated(base="healthy-2022"), gather_subset=["backup_history"], event_days=0)


def test_without_a_log_nothing_is_counted() -> None:
    facts = history(events={LOG: None})

    assert [facts[name] for name in ("started", "succeeded", "succeeded_with_warnings", "failed")] == [None] * 4


def test_codes_of_skipped_files_are_counted_and_their_names_stay_on_the_host() -> None:
    first = "D:\\Payroll\\a.xlsx failed 0x80070005\r\nD:\\Payroll\\b.xlsx failed 0x8007018B\r\n"
    host = simulated(
        base="healthy-2022",
        files={
            rf"{TEMP}\LastBackupFailedFiles0001.txt": {"content": first},
            rf"{TEMP}\LastBackupFailedFiles0002.txt": {"content": "D:\\c failed 0x80070005\r\n"},
            rf"{TEMP}\Other0002.txt": {"content": "0x80070570\r\n"},
        },
    )

    facts = gather(host.session, ["backup_history"])["backup_history"]
    assert facts["skipped_files"] == {
        "lists": 2,
        "codes": [{"code": "0x80070005", "count": 2}, {"code": "0x8007018b", "count": 1}],
    }
    assert "Payroll" not in str(facts)


def test_without_lists_no_file_was_skipped() -> None:
    assert history()["skipped_files"] == {"lists": 0, "codes": []}


def test_of_the_engine_s_log_only_the_last_telling_lines_are_read() -> None:
    old = "".join(f"{number} hr: 0x80070002\r\n" for number in range(400))
    quiet = "".join(f"{number} NORMAL\r\n" for number in range(200))

    assert engine_log(old + "SalLowDiskSpace\r\n" + quiet)[-2:] == ["399 hr: 0x80070002", "SalLowDiskSpace"]
    assert len(engine_log(old)) == 20
    assert engine_log("SalLowDiskSpace\r\n" + quiet + quiet) == []
    assert engine_log("done 0x00000000\r\n") == []


@pytest.mark.parametrize(
    "private",
    [
        "https://store.blob.core.windows.net/x?sig=abc",
        r"C:\Users\jane doe\Documents\Salaries 2026.xlsx",
        r"\\files01\share\plan.docx",
        "10.20.30.40",
        "jane.doe@example.com",
        r"CONTOSO\jane.doe",
        "passphrase=Correct Horse",
        "Password: hunter2",
        "7f2f6d8e-32a1-4ad0-9c6c-4f6b2f7f0d11",
        "MIIKcQIBAzCCCi0GCSqGSIb3DQEHAaCCCh4=",
    ],
)
def test_the_engine_s_log_is_given_without_what_is_private(private: str) -> None:
    (line,) = engine_log(f"11B4 0D08 failed, {private}, hr: 0x80070005\r\n")

    assert line.startswith("11B4 0D08 failed, ...")
    for part in private.replace("=", " ").replace("\\", " ").replace("/", " ").split():
        assert part in ("passphrase", "Password:", "Horse") or part not in line


def test_lines_are_short() -> None:
    assert len(engine_log("SalLowDiskSpace " + "word " * 200)[0]) == 300


def test_without_the_agent_no_command_runs() -> None:
    host = simulated()

    assert gather(host.session, ["backup_history"])["backup_history"] is None
    assert host.actions["Command"] == 0


def test_the_section_is_not_gathered_unless_it_is_named() -> None:
    assert "backup_history" not in DEFAULT_SECTIONS


def test_a_host_without_a_log_of_the_engine_has_none() -> None:
    assert history(files={rf"{TEMP}\CBEngineCurr.errlog": None})["engine_log"] is None
