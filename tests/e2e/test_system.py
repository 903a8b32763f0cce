# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles about Windows itself, where they cannot do all that they should: they say what is left, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.expected import open_findings
from tests.e2e.runs import Fleet, running

HOSTS = Path(__file__).parent / "fleets/system.yml"
ONLY_RESTART: dict[str, Any] = {
    "mars_prereqs_reboot": True,
    "mars_prereqs_disabled_rules": [
        "last_backup",
        "antivirus_exclusions",
        "antivirus_compilers",
        "task_enabled",
    ],
}
ONLY_TEMP_FILES: dict[str, Any] = {"mars_prereqs_disabled_rules": ["powershell_module_path", "task_principal"]}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(HOSTS, tmp_path_factory.mktemp("system")) as fleet:
        yield fleet


def test_nothing_is_installed_moved_or_restarted_outside_of_the_maintenance_window(fleet: Fleet) -> None:
    # Six hours from now, by the German clock
    hour = (datetime.now(UTC).hour + 7) % 24
    window = f"{hour:02d}:00-{hour:02d}:30"
    before = fleet.host_state("closed")

    run = fleet.play(
        limit="closed",
        mars_prereqs_window=[window],
        mars_prereqs_reboot=True,
        mars_prereqs_disabled_rules=[*ONLY_RESTART["mars_prereqs_disabled_rules"], "powershell_execution_policy"],
    )

    left = [sentence for sentence in run.left_to_do("closed") if sentence.endswith(f"maintenance window {window}.")]
    assert [sentence.partition(": it is ")[0] for sentence in left] == [
        "The .NET Framework was not installed",
        "Windows PowerShell was not installed",
        "The agent was not installed",
        "The scratch folder was not moved",
        "The host was not restarted",
    ]
    assert run.artifacts["mars_audit_reboot_required_hosts"] == ["closed"]
    assert (run.rc, run.changed(), fleet.host_state("closed")) == (0, {}, before)


def test_a_pending_restart_is_made_only_where_no_backup_runs(fleet: Fleet) -> None:
    audit = fleet.play(
        "winops.mars.mars_prereqs",
        "--check",
        limit="busy,idle",
        **ONLY_RESTART,
    )
    run = fleet.play(limit="busy,idle", **ONLY_RESTART)

    assert audit.changed() == run.changed() == {"idle": ["Restart the host"]}
    assert (fleet.host_state("busy")["boots"], fleet.host_state("idle")["boots"]) == (0, 1)
    (sentence,) = run.left_to_do("busy")
    assert sentence.startswith("The host was not restarted: a backup is running: it started at 2099-01-14 21:00:05 UTC")
    assert open_findings(run) == {"busy": {"restart_pending": "noncompliant"}, "idle": {}}
    assert run.artifacts["mars_audit_reboot_required_hosts"] == ["busy"]


def test_a_clock_without_a_source_stays_wrong_and_the_role_says_so(fleet: Fleet) -> None:
    run = fleet.play(limit="wrong-clock")

    (message,) = run.messages("failed", but=["Correct the clock and the time zone"]).values()
    assert "the Windows Time service did not correct the clock, which still differs by 7" in message
    assert open_findings(run) == {"wrong-clock": {"clock": "noncompliant"}}


def test_a_disabled_time_service_is_not_started(fleet: Fleet) -> None:
    run = fleet.play(limit="disabled-time")

    assert (run.rc, run.changed()) == (0, {})
    assert open_findings(run) == {"disabled-time": {"clock": "noncompliant"}}
    assert "another program seems to be in charge of the clock" in run.stdout


def test_files_in_use_stay_and_are_reported(fleet: Fleet) -> None:
    run = fleet.play(limit="used-files", **ONLY_TEMP_FILES)

    # Those of the profile beside them are deleted
    assert run.changed() == {"used-files": ["Delete old temporary files"]}
    assert run.left_to_do("used-files") == [
        r"There are still 20 temporary files in C:\Windows\Temp. "
        "Stop the program that creates or uses them, then delete them."
    ]
