# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_shadow_storage: the limit on shadow copies is raised, and never lowered."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_shadow_storage import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

GIB = 1024**3
MOUNTED = {"D:\\My Data\\": {"capacity": "80 GiB", "free": "10 GiB"}}


@pytest.mark.parametrize("base", ["windows-server-2008", "windows-server-2022", "japanese-2016"])
@pytest.mark.parametrize(
    "volume, storage", [("D:\\", "D:\\"), ("d:", "C:\\"), ("D:\\My Data", "D:\\My Data\\"), ("D:\\My Data\\", "D:\\")]
)
def test_it_is_predicted_raised_and_then_left_alone(
    run_action: RunAction, base: str, volume: str, storage: str
) -> None:
    mount = "D:\\My Data\\" if "Data" in volume else "D:\\"
    capacity = 80 if "Data" in volume else 500
    host = simulated(base=base, volumes=MOUNTED, shadow_storage={mount: {"maximum": "1 GiB", "on": storage}})
    untouched = host.windows.state()

    predicted = run_action(ActionModule, host, check=True, diff=True, volume=volume, percent=12.5)
    before, after = ({"storage": storage, "maximum": maximum} for maximum in (GIB, capacity * GIB // 8))
    assert predicted == {
        "changed": True,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
    }
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, volume=volume, percent=12.5) == predicted
    again = run_action(ActionModule, host, volume=volume, percent=12.5)
    assert again == {"changed": False, "before": after, "after": after}


@pytest.mark.parametrize("maximum", ["unbounded", "100 GiB", "50 GiB"])
def test_what_is_enough_stays(run_action: RunAction, maximum: str) -> None:
    host = simulated(shadow_storage={"D:\\": {"maximum": maximum}})
    untouched = host.windows.state()

    assert run_action(ActionModule, host, volume="D:\\", percent=10)["changed"] is False
    assert host.windows.state() == untouched


def test_where_nobody_set_a_limit_none_is_set(run_action: RunAction) -> None:
    nothing = {"storage": None, "maximum": None}

    assert run_action(ActionModule, simulated(), volume="D:\\", percent=10) == {
        "changed": False,
        "before": nothing,
        "after": nothing,
    }


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "volume, storage, message",
    [
        ("E:\\", {}, "E:.* is not a volume of the host"),
        ("D:\\", {"D:\\": {"on": "C:\\", "maximum": "unbounded"}}, "already may use all of C:"),
    ],
)
def test_what_cannot_be_is_an_error_also_in_check_mode(
    run_action: RunAction, check: bool, volume: str, storage: dict[str, Any], message: str
) -> None:
    with pytest.raises(AnsibleActionFail, match=message):
        run_action(ActionModule, simulated(shadow_storage=storage), check=check, volume=volume, percent=50)


def test_a_limit_that_cannot_be_changed_is_an_error(run_action: RunAction) -> None:
    host = simulated(shadow_storage={"D:\\": {"maximum": "1 GiB"}}, shadow_storage_fixed=True)

    with pytest.raises(AnsibleActionFail, match=r"was not resized \(exit code 2\).*nothing was changed"):
        run_action(ActionModule, host, volume="D:\\", percent=10)
