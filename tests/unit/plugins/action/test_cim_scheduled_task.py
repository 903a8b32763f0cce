# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_scheduled_task: what the options say is predicted, done, and then left alone."""

from __future__ import annotations

from ansible_collections.winops.mars.plugins.action.cim_scheduled_task import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

FOLDER = "\\Microsoft\\OnlineBackup\\"


def test_a_change_is_predicted_made_and_then_left_alone(run_action: RunAction) -> None:
    host = simulated(base="task-2016")
    untouched = host.windows.state()
    options = {
        "path": FOLDER,
        "name": "microsoft-onlinebackup",
        "enabled": True,
        "run_as": "system",
        "multiple_instances": "Queue",
    }

    predicted = run_action(ActionModule, host, check=True, diff=True, **options)
    assert predicted["changed"]
    assert predicted["after"]["Microsoft-OnlineBackup"]["run_as"] == "S-1-5-18"
    assert predicted["after"]["Microsoft-OnlineBackup"]["multiple_instances"] == "Queue"
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, **options) == predicted
    assert not run_action(ActionModule, host, **options)["changed"]


def test_accounts_that_are_accepted_stay(run_action: RunAction) -> None:
    host = simulated(base="task-2016")
    run_as = run_action(ActionModule, host, path=FOLDER, enabled=True, run_as="system")["before"]
    accepted = [task["run_as"] for task in run_as.values()]

    host = simulated(base="task-2016")
    result = run_action(ActionModule, host, path=FOLDER, run_as="system", accept_run_as=accepted)
    assert not result["changed"]
