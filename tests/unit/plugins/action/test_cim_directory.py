# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_directory: created with its parents, once."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_directory import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

PATH = r"D:\One & more\Zwei Größen"


def test_a_folder_is_predicted_created_and_then_left_alone(run_action: RunAction) -> None:
    host = simulated()
    untouched = host.windows.state()
    absent, present = {"state": "absent"}, {"state": "present"}

    predicted = run_action(ActionModule, host, check=True, diff=True, path=PATH)
    assert predicted == {
        "changed": True,
        "before": absent,
        "after": present,
        "diff": {"before": absent, "after": present},
    }
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, path=PATH) == predicted
    assert run_action(ActionModule, host, path=PATH) == {"changed": False, "before": present, "after": present}
    assert host.windows.files.find(PATH)


def test_a_file_in_its_place_is_an_error_also_in_check_mode(run_action: RunAction) -> None:
    for file in (PATH, r"D:\One & more"):
        host = simulated(files={file: {"content": "a file"}})

        with pytest.raises(AnsibleActionFail, match="is a file"):
            run_action(ActionModule, host, check=True, path=PATH)


@pytest.mark.parametrize(
    "path", ["relative", r"\\server\share\folder", "D:", r"%TEMP%\x", 'D:\\a"b', r"D:\a:b", "D:\\a\nb", ""]
)
def test_other_paths_are_refused_before_anything_is_sent(run_action: RunAction, path: str) -> None:
    host = simulated()

    with pytest.raises(AnsibleActionFail, match="not an absolute path on a local drive"):
        run_action(ActionModule, host, path=path)
    assert not host.actions


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("path", ["Z:\\folder\\another", "Z:\\"])
def test_a_drive_that_is_not_there_is_an_error_also_in_check_mode(
    run_action: RunAction, check: bool, path: str
) -> None:
    with pytest.raises(AnsibleActionFail, match="the host does not have its drive"):
        run_action(ActionModule, simulated(), check=check, path=path)


@pytest.mark.parametrize("fault, request_, sent", [("drop_before", "Command", 2), ("drop_after", "Receive", 1)])
def test_a_folder_whose_creation_got_no_answer_is_looked_for_before_it_is_created_again(
    run_action: RunAction, fault: str, request_: str, sent: int
) -> None:
    host = simulated(faults={fault: [request_]})

    assert run_action(ActionModule, host, path=PATH)["after"] == {"state": "present"}
    assert host.actions["cmd/Command"] == sent
