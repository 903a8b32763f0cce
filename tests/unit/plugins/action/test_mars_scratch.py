# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_scratch: what the options say is predicted, done, and then left alone."""

from __future__ import annotations

from functools import partial

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import mars_scratch
from ansible_collections.winops.mars.plugins.action.mars_scratch import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.resources.scratch_folder import ScratchFolder
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

OLD, NEW = r"D:\MARS\Scratch", r"E:\MARS\Scratch"


@pytest.mark.parametrize("remove_old", [False, True])
def test_a_move_is_predicted_made_and_then_left_alone(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch, remove_old: bool
) -> None:
    host = simulated(base="scratch-2019")
    monkeypatch.setattr(mars_scratch, "ScratchFolder", partial(ScratchFolder, sleep=host.sleep))
    untouched = host.windows.state()
    before, after = (
        {"location": path, "provider_location": path, "engine": "Running", "former_location": None}
        for path in (OLD, NEW)
    )
    after["former_location"] = OLD if remove_old else None

    predicted = run_action(ActionModule, host, check=True, diff=True, location=NEW, remove_old=remove_old)
    assert predicted == {"changed": True, "before": before, "after": after, "diff": {"before": before, "after": after}}
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, location=NEW, remove_old=remove_old) == predicted
    assert OLD.lower() in host.windows.state()["files"]["files"]
    assert not run_action(ActionModule, host, location=NEW, remove_old=remove_old)["changed"]


@pytest.mark.parametrize("service", ["MSDPM", "dra", "cxprocessserver"])
def test_the_folder_of_another_product_is_not_moved(run_action: RunAction, service: str) -> None:
    host = simulated(base="scratch-2019", services={service: {"display_name": service, "path": "service.exe"}})
    untouched = host.windows.state()

    with pytest.raises(AnsibleActionFail, match="works for another product"):
        run_action(ActionModule, host, location=NEW)
    assert host.windows.state() == untouched
