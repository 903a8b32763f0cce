# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_clock: the time zone is set, and the Windows Time service corrects the clock."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_clock import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.windows.clock import controller_time
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

TOKYO = "Tokyo Standard Time"


def host_off_by(seconds: float, **profile: Any) -> SimulatedHost:
    host = simulated(clock_offset_seconds=seconds, **profile)
    host.clock.time = controller_time().timestamp()
    return host


@pytest.mark.parametrize("base", ["windows-server-2012-r2", "windows-server-2022", "japanese-2016"])
def test_both_are_predicted_changed_and_then_left_alone(run_action: RunAction, base: str) -> None:
    host = host_off_by(-90_000, base=base)
    zone = "W. Europe Standard Time"
    before_zone = TOKYO if base.startswith("japanese") else "UTC"
    untouched = host.windows.state()

    predicted = run_action(ActionModule, host, check=True, diff=True, time_zone=zone, max_offset=900)
    before, after = {"time_zone": before_zone, "accurate": False}, {"time_zone": zone, "accurate": True}
    assert predicted == {
        "changed": True,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
    }
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, time_zone=zone, max_offset=900) == predicted
    again = run_action(ActionModule, host, time_zone=zone, max_offset=900)
    assert again == {"changed": False, "before": after, "after": after}


def test_what_is_not_asked_for_stays(run_action: RunAction) -> None:
    host = host_off_by(90_000)

    assert run_action(ActionModule, host, time_zone=TOKYO)["changed"] is True
    assert host.windows.state()["clock_offset"] == 90_000
    assert run_action(ActionModule, host, max_offset=900)["after"] == {"time_zone": TOKYO, "accurate": True}


@pytest.mark.parametrize("check", [True, False])
def test_an_unknown_time_zone_is_an_error_also_in_check_mode(run_action: RunAction, check: bool) -> None:
    with pytest.raises(AnsibleActionFail, match="knows no time zone 'Europe/Berlin'"):
        run_action(ActionModule, host_off_by(0), check=check, time_zone="Europe/Berlin")


@pytest.mark.parametrize(
    "profile, message",
    [
        ({"time_source": False}, "did not correct the clock.*check its source"),
        ({"services": {"W32Time": {"state": "Stopped"}}}, "could not correct the clock"),
    ],
)
def test_a_clock_that_stays_wrong_is_an_error(run_action: RunAction, profile: dict[str, Any], message: str) -> None:
    host = host_off_by(90_000, **profile)

    with pytest.raises(AnsibleActionFail, match=message):
        run_action(ActionModule, host, max_offset=900)


def test_one_of_the_two_is_needed(run_action: RunAction) -> None:
    with pytest.raises(AnsibleActionFail, match="one of the following is required: time_zone, max_offset"):
        run_action(ActionModule, simulated())
