# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_maintenance: windows by the host's clock, and running backups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.mars_maintenance import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.maintenance import Window
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

LOG = "CloudBackup/Operational"
RUNNING = {LOG: [{"id": 1, "time": "2027-01-15T01:00:00+00:00"}]}
ALLOWED = {"changed": False, "allowed": True, "reason": ""}


@pytest.mark.parametrize(
    "window, time, is_open",
    [
        ("22:00-04:00", "2026-11-21T22:00", True),  # a Saturday
        ("22:00-04:00", "2026-11-21T03:59", True),
        ("22:00-04:00", "2026-11-21T04:00", False),
        ("22:00-04:00", "2026-11-21T21:59", False),
        ("08:00-24:00", "2026-11-21T23:59", True),
        ("00:00-24:00", "2026-11-21T00:00", True),
        ("Sat,Sun 08:00-12:00", "2026-11-22T08:00", True),
        ("Sat,Sun 08:00-12:00", "2026-11-20T08:00", False),
        ("Sat 22:00-04:00", "2026-11-22T03:00", True),
        ("Sat 22:00-04:00", "2026-11-21T03:00", False),
        ("Sun 22:00-04:00", "2026-11-23T03:00", True),
    ],
)
def test_windows(window: str, time: str, is_open: bool) -> None:
    assert (datetime.fromisoformat(time) in Window.parse(window)) is is_open


@pytest.mark.parametrize(
    "window", ["nights", "22:00", "22-04", "24:00-04:00", "25:00-04:00", "Sa 22:00-04:00", "04:00-04:00"]
)
def test_another_text_is_an_error(run_action: RunAction, window: str) -> None:
    with pytest.raises(AnsibleActionFail, match=f"'{window}' is not a maintenance window: write"):
        run_action(ActionModule, simulated(), window=[window])


# The simulated clock stands on Friday 2027-01-15, 08:00 UTC, which is 09:00 in Germany and 17:00 in Japan
@pytest.mark.parametrize(
    "base, window, allowed",
    [
        ("healthy-2022", [], True),
        ("healthy-2022", ["", " "], True),
        ("healthy-2022", ["07:00-09:00"], True),
        ("german-2019", ["07:00-09:00"], False),
        ("german-2019", ["07:00-09:00", " Fri 09:00-10:00"], True),
        ("japanese-2016", ["16:00-18:00"], True),
        ("no-agent-2022", ["07:00-09:00"], True),
    ],
)
def test_the_clock_of_the_host_decides(run_action: RunAction, base: str, window: list[str], allowed: bool) -> None:
    assert run_action(ActionModule, simulated(base=base), window=window)["allowed"] is allowed


def test_it_says_when_it_is_too_early(run_action: RunAction) -> None:
    result = run_action(ActionModule, simulated(base="german-2019"), window=["Sat 08:00-12:00", "22:00-04:00"])

    assert result["reason"] == (
        "it is Fri 09:00 on the host, outside of the maintenance window Sat 08:00-12:00 and 22:00-04:00"
    )


@pytest.mark.parametrize(
    "profile, expected",
    [
        ({"events": RUNNING}, "a backup is running: it started at 2027-01-15 01:00:00 UTC"),
        ({"events": {LOG: None}}, "it cannot be determined whether a backup is running"),
        ({"events": RUNNING, "services": {"obengine": {"state": "Stopped"}}}, ""),
        ({"events": RUNNING, "services": {"obengine": None}}, ""),
    ],
)
def test_a_running_backup_is_not_disturbed(run_action: RunAction, profile: dict[str, Any], expected: str) -> None:
    host = simulated(base="healthy-2022", **profile)

    result = run_action(ActionModule, host)

    assert (result["allowed"], expected in result["reason"]) == (expected == "", True)


def test_a_running_backup_can_be_ignored(run_action: RunAction) -> None:
    host = simulated(base="healthy-2022", events=RUNNING)

    assert run_action(ActionModule, host, ignore_backup=True) == ALLOWED
