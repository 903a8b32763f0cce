# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a backup is running, by tasks and event logs of simulated hosts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.idle import (
    Undetermined,
    running_backup,
    wait_until_idle,
)
from tests.unit.simulated import simulated

LOG, OTHER_LOG = "CloudBackup/Operational", "CloudBackup"


def event(number: int, hour: int) -> dict[str, Any]:
    return {"id": number, "time": f"2027-01-14T{hour:02d}:00:00+00:00"}


@pytest.mark.parametrize(
    "events",
    [
        {LOG: []},
        {LOG: [event(1, 1), event(3, 2)]},
        {LOG: [event(1, 1), event(18, 2)], OTHER_LOG: []},
        {LOG: None, OTHER_LOG: [event(1, 1), event(10, 2)]},
        {LOG: [event(1, 1)], OTHER_LOG: [event(11, 2)]},
        # Windows started later
        {LOG: [{"id": 1, "time": "2020-01-01T00:00:00+00:00"}]},
    ],
)
def test_a_backup_that_ended_does_not_run(events: dict[str, Any]) -> None:
    assert running_backup(simulated(base="healthy-2022", events=events).session, "Running") is None


@pytest.mark.parametrize(
    "events",
    [{LOG: [event(3, 1), event(1, 2)]}, {LOG: [event(3, 1)], OTHER_LOG: [event(1, 2)]}],
)
def test_a_backup_that_started_and_did_not_end_runs(events: dict[str, Any]) -> None:
    host = simulated(base="healthy-2022", events=events)

    assert "it started at 2027-01-14 02:00:00 UTC" in (running_backup(host.session, "Running") or "")
    assert running_backup(host.session, "Stopped") is None


def test_without_a_log_it_cannot_be_determined() -> None:
    host = simulated(base="healthy-2022", events={LOG: None})

    with pytest.raises(Undetermined, match="cannot be determined"):
        running_backup(host.session, "Running")
    with pytest.raises(Undetermined):
        wait_until_idle(host.session, 3600, host.sleep, host.clock.seconds)
    assert host.pauses == []
    assert running_backup(host.session, "Stopped") is None


@pytest.mark.parametrize("engine", ["Running", "Stopped"])
def test_a_running_task_is_a_running_backup(engine: str) -> None:
    host = simulated(base="healthy-2022", executables={"powershell.exe": {"duration": 3600}})
    host.windows.tasks.start(r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup")

    reason = running_backup(host.session, engine)

    assert reason == "a backup is running: the task Microsoft-OnlineBackup is running"
    assert host.actions["PS_ScheduledTask/ExportByName"] == 0


def test_a_host_without_the_agent_is_idle() -> None:
    host = simulated(base="no-agent-2022")

    wait_until_idle(host.session, 0, host.sleep, host.clock.seconds)

    assert host.pauses == []
