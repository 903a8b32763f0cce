# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_reboot: a restart, or in check mode a promise of one."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.winops.mars.plugins.action import cim_reboot
from ansible_collections.winops.mars.plugins.action.cim_reboot import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.idle import wait_until_idle
from ansible_collections.winops.mars.plugins.plugin_utils.windows.operating_system import reboot
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> SimulatedHost:
    host = simulated(base="healthy-2022", restart_seconds=30, executables={"powershell.exe": {"duration": 1000}})
    monkeypatch.setattr(
        cim_reboot, "reboot", lambda session, timeout: reboot(session, timeout, host.sleep, host.clock.seconds)
    )
    monkeypatch.setattr(
        cim_reboot,
        "wait_until_idle",
        lambda session, timeout: wait_until_idle(session, timeout, host.sleep, host.clock.seconds),
    )
    return host


def test_the_host_restarts(run_action: RunAction, host: SimulatedHost) -> None:
    before = host.windows.last_boot

    result = run_action(ActionModule, host)

    assert (result["changed"], result["rebooted"]) == (True, True)
    assert result["last_boot"] == host.windows.last_boot.isoformat() > before.isoformat()
    assert host.windows.boots == 1


def test_check_mode_restarts_nothing(run_action: RunAction, host: SimulatedHost) -> None:
    result = run_action(ActionModule, host, check=True)

    assert (result["changed"], result["rebooted"], result["elapsed"]) == (True, False, 0)
    assert result["last_boot"] == host.windows.last_boot.isoformat()
    assert host.windows.boots == 0


def test_a_host_that_is_not_back_in_time_is_an_error(run_action: RunAction, host: SimulatedHost) -> None:
    with pytest.raises(AnsibleActionFail, match="the host did not restart within 10 seconds"):
        run_action(ActionModule, host, timeout=10)


@pytest.mark.parametrize("check", [True, False])
def test_a_host_that_is_down_is_unreachable(run_action: RunAction, host: SimulatedHost, check: bool) -> None:
    host.windows.power_off()
    host.sleep(1)

    with pytest.raises(AnsibleConnectionFailure, match="srv01 cannot be reached"):
        run_action(ActionModule, host, check=check)


TASK = r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup"


def test_a_running_backup_is_waited_for(run_action: RunAction, host: SimulatedHost) -> None:
    host.windows.tasks.start(TASK)

    assert run_action(ActionModule, host)["rebooted"]
    assert sum(host.pauses) > 1000
    assert host.windows.tasks.get(TASK).last_result == 0


def test_a_backup_that_goes_on_refuses_the_restart(run_action: RunAction, host: SimulatedHost) -> None:
    host.windows.tasks.start(TASK)

    with pytest.raises(AnsibleActionFail, match="the task Microsoft-OnlineBackup is running"):
        run_action(ActionModule, host, backup_timeout=0)
    assert host.windows.boots == 0


def test_a_backup_is_interrupted_where_that_is_asked_for(run_action: RunAction, host: SimulatedHost) -> None:
    host.windows.tasks.start(TASK)

    assert run_action(ActionModule, host, ignore_backup=True)["rebooted"]
    assert host.windows.boots == 1
