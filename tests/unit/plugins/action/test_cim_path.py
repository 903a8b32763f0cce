# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_path: entries appended once, in the value's own type, recognized however they are written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_path import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

ENVIRONMENT = r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Environment"
SYSTEM = "%SystemRoot%\\system32\\WindowsPowerShell\\v1.0\\Modules\\"
AGENT = r"C:\Agent\bin\Modules"


def host_with(value: Any) -> SimulatedHost:
    return simulated(registry={ENVIRONMENT: {"PSModulePath": value}})


def test_an_entry_is_predicted_appended_and_then_left_alone(run_action: RunAction) -> None:
    host = host_with({"expand": SYSTEM})
    untouched = host.windows.state()
    after = {"type": "expand_string", "value": f"{SYSTEM};{AGENT}"}

    predicted = run_action(ActionModule, host, check=True, diff=True, name="PSModulePath", entries=[AGENT])
    assert (predicted["changed"], predicted["after"]) == (True, after)
    assert predicted["diff"] == {"before": {"type": "expand_string", "value": SYSTEM}, "after": after}
    assert host.windows.state() == untouched

    done = run_action(ActionModule, host, name="PSModulePath", entries=[AGENT])
    assert (done["changed"], done["after"]) == (True, after)

    assert not run_action(ActionModule, host, name="PSModulePath", entries=[AGENT])["changed"]


@pytest.mark.parametrize(
    "present", [AGENT, AGENT.upper(), AGENT + "\\", f" {AGENT} ", r"%SystemDrive%\Agent\bin\Modules"]
)
def test_an_entry_is_recognized_however_it_is_written(run_action: RunAction, present: str) -> None:
    host = host_with({"expand": f"{SYSTEM};{present};"})

    assert not run_action(ActionModule, host, name="PSModulePath", entries=[AGENT])["changed"]


def test_a_value_without_variables_stays_of_its_type(run_action: RunAction) -> None:
    result = run_action(ActionModule, host_with("C:\\a;"), name="PSModulePath", entries=[AGENT])

    assert result["after"] == {"type": "string", "value": f"C:\\a;{AGENT}"}


def test_a_missing_variable_is_created(run_action: RunAction) -> None:
    result = run_action(ActionModule, host_with(None), name="PSModulePath", entries=[SYSTEM, AGENT])

    assert result["before"] == {"type": None, "value": None}
    assert result["after"] == {"type": "expand_string", "value": f"{SYSTEM};{AGENT}"}


@pytest.mark.parametrize("entry", ["", "C:\\a;C:\\b"])
def test_what_cannot_be_an_entry_is_refused(run_action: RunAction, entry: str) -> None:
    with pytest.raises(AnsibleActionFail, match="cannot be an entry"):
        run_action(ActionModule, host_with({"expand": SYSTEM}), name="PSModulePath", entries=[entry])


def test_a_variable_that_is_no_text_is_left_alone(run_action: RunAction) -> None:
    with pytest.raises(AnsibleActionFail, match="of type dword"):
        run_action(ActionModule, host_with(1), name="PSModulePath", entries=[AGENT])


@pytest.mark.parametrize("entry", ["Modules", r".\Modules", r"\Modules", "C:Modules", r'"C:\Agent"', r"C:\Agent\*"])
@pytest.mark.parametrize("check", [True, False])
def test_an_entry_that_any_user_could_provide_is_refused(run_action: RunAction, check: bool, entry: str) -> None:
    host = simulated()
    before = host.windows.state()

    with pytest.raises(AnsibleActionFail, match="must be an absolute path"):
        run_action(ActionModule, host, check=check, name="PSModulePath", entries=[entry])
    assert host.windows.state() == before
