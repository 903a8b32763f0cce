# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_temporary_files: old ones go, the others stay."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_temporary_files import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

FOLDER = r"D:\Temp"
OLD = {
    rf"{FOLDER}\a.tmp": {"hours_old": 24},
    rf"{FOLDER}\b c & d.TMP": {"hours_old": 720, "attributes": ["hidden"]},
}
KEPT = {
    rf"{FOLDER}\today.tmp": {"hours_old": 22},
    rf"{FOLDER}\longer.tmpx": {"hours_old": 720},
    rf"{FOLDER}\read-only.log": {"hours_old": 720},
    rf"{FOLDER}\below\deep.tmp": {"hours_old": 720},
}


def names(host: SimulatedHost) -> set[str]:
    return {FOLDER + path[len(FOLDER) :] for path, node in host.windows.files.below(FOLDER) if not node.directory}


@pytest.mark.parametrize("base", ["windows-server-2008", "windows-server-2022", "german-2019", "japanese-2016"])
def test_old_ones_are_counted_deleted_and_then_gone(run_action: RunAction, base: str) -> None:
    host = simulated(base=base, files={**OLD, **KEPT})
    untouched = host.windows.state()
    before, after = {"all": 3, "old": 2}, {"all": 1, "old": 0}

    predicted = run_action(ActionModule, host, check=True, diff=True, path=FOLDER)
    assert predicted == {
        "changed": True,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
    }
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, path=FOLDER) == predicted
    assert names(host) == {path.lower().replace(FOLDER.lower(), FOLDER) for path in KEPT}
    assert run_action(ActionModule, host, path=FOLDER) == {"changed": False, "before": after, "after": after}


def test_a_file_in_use_stays_while_the_others_go(run_action: RunAction) -> None:
    host = simulated(files={**OLD, rf"{FOLDER}\used.tmp": {"hours_old": 72, "attributes": ["in_use"]}})

    result = run_action(ActionModule, host, path=FOLDER)

    assert (result["changed"], result["before"], result["after"]) == (True, {"all": 3, "old": 3}, {"all": 1, "old": 1})


def test_that_nothing_could_be_deleted_is_an_error(run_action: RunAction) -> None:
    host = simulated(files={rf"{FOLDER}\used.tmp": {"hours_old": 72, "attributes": ["in_use"]}})

    with pytest.raises(AnsibleActionFail, match="none of the 1 old temporary files"):
        run_action(ActionModule, host, path=FOLDER)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_deletion_that_got_no_answer_is_repeated(run_action: RunAction, fault: str) -> None:
    host = simulated(files=OLD, faults={fault: ["Command", "Receive"]})

    assert run_action(ActionModule, host, path=FOLDER)["after"] == {"all": 0, "old": 0}


def test_a_folder_that_is_not_there_is_an_error_also_in_check_mode(run_action: RunAction) -> None:
    with pytest.raises(AnsibleActionFail, match=r"the files in Z:\\Temp cannot be counted"):
        run_action(ActionModule, simulated(), check=True, path=r"Z:\Temp")
