# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles about Windows itself, where they cannot do all that they should: they say what is left, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.expected import open_findings
from tests.e2e.runs import MAIN_PLAYBOOK, Fleet, Run, running

HOSTS = Path(__file__).parent / "fleets/system.yml"


@dataclass(frozen=True)
class Outcome:
    """The playbook on all hosts, with their states before and after it, and outside of which window."""

    run: Run
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    window: str


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(HOSTS, tmp_path_factory.mktemp("system")) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def audit(fleet: Fleet) -> Run:
    """A check of those that only have to be restarted."""
    return fleet.play(MAIN_PLAYBOOK, "--check", limit="busy,idle")


@pytest.fixture(scope="module")
def outcome(fleet: Fleet, audit: Run) -> Outcome:
    # Six hours from now, by the German clock
    hour = (datetime.now(UTC).hour + 7) % 24
    window = f"{hour:02d}:00-{hour:02d}:30"
    before = fleet.states()
    run = fleet.play(closed_window=window)
    return Outcome(run, before, fleet.states(), window)


def test_nothing_is_installed_moved_or_restarted_outside_of_the_maintenance_window(outcome: Outcome) -> None:
    run = outcome.run

    left = [
        sentence for sentence in run.left_to_do("closed") if sentence.endswith(f"maintenance window {outcome.window}.")
    ]
    assert [sentence.partition(": it is ")[0] for sentence in left] == [
        "The .NET Framework was not installed",
        "Windows PowerShell was not installed",
        "The agent was not installed",
        "The scratch folder was not moved",
        "The host was not restarted",
    ]
    assert "closed" in run.artifacts["mars_audit_reboot_required_hosts"]
    assert "closed" not in run.messages("failed")
    assert outcome.after["closed"] == outcome.before["closed"]


def test_a_pending_restart_is_made_only_where_no_backup_runs(audit: Run, outcome: Outcome) -> None:
    run = outcome.run

    assert audit.changed() == {"idle": ["Restart the host"]}
    assert (run.changed()["idle"], run.changed().get("busy")) == (["Restart the host"], None)
    assert [outcome.after[host]["boots"] for host in ("busy", "idle")] == [0, 1]
    (sentence,) = run.left_to_do("busy")
    assert sentence.startswith("The host was not restarted: a backup is running: it started at 2099-01-14 21:00:05 UTC")
    assert [open_findings(run)[host] for host in ("busy", "idle")] == [{"restart_pending": "noncompliant"}, {}]
    assert {"busy", "closed"} == set(run.artifacts["mars_audit_reboot_required_hosts"])


def test_a_clock_without_a_source_stays_wrong_and_the_role_says_so(outcome: Outcome) -> None:
    messages = outcome.run.messages("failed", but=["Correct the clock and the time zone"])

    assert set(messages) == {"wrong-clock"}
    assert "the Windows Time service did not correct the clock, which still differs by 7" in messages["wrong-clock"]
    assert open_findings(outcome.run)["wrong-clock"] == {"clock": "noncompliant"}


def test_a_disabled_time_service_is_not_started(outcome: Outcome) -> None:
    assert "disabled-time" not in outcome.run.changed()
    assert open_findings(outcome.run)["disabled-time"] == {"clock": "noncompliant"}
    assert "another program seems to be in charge of the clock" in outcome.run.stdout


def test_files_in_use_stay_and_are_reported(outcome: Outcome) -> None:
    # Those of the profile beside them are deleted
    assert outcome.run.changed()["used-files"] == ["Delete old temporary files"]
    assert outcome.run.left_to_do("used-files") == [
        r"There are still 20 temporary files in C:\Windows\Temp. "
        "Stop the program that creates or uses them, then delete them."
    ]
