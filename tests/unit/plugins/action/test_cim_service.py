# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_service: state and start mode, predicted, reached, kept, or honestly not reached."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import cim_service
from ansible_collections.winops.mars.plugins.action.cim_service import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.resources.service import ServiceResource
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated


def host_with(monkeypatch: pytest.MonkeyPatch, **engine: Any) -> SimulatedHost:
    host = simulated(services={"engine": {"path": r"C:\engine.exe", **engine}})
    monkeypatch.setattr(cim_service, "ServiceResource", partial(ServiceResource, sleep=host.sleep))
    return host


@pytest.mark.parametrize("base", ["windows-server-2008", "windows-server-2022", "japanese-2016"])
@pytest.mark.parametrize("check", [True, False])
def test_a_start_mode_that_a_policy_sets_is_left_alone(run_action: RunAction, base: str, check: bool) -> None:
    host = simulated(base=base, service_policy={"swprv": "Disabled"})
    host.windows.settle()
    before = host.windows.state()

    with pytest.raises(
        AnsibleActionFail, match=r"{31B2.*} sets the start mode of the service swprv to disabled, and would"
    ):
        run_action(ActionModule, host, check=check, name="swprv", start_mode="manual")
    assert host.windows.state() == before


def test_a_start_mode_that_a_policy_sets_undoes_what_windows_does_not_note(run_action: RunAction) -> None:
    host = simulated(service_policy={"swprv": "Disabled"}, missing_namespaces=["root/rsop/computer"])

    with pytest.raises(AnsibleActionFail, match="applied but is not in effect: start_mode"):
        run_action(ActionModule, host, name="swprv", start_mode="manual")


@pytest.mark.parametrize(
    "engine, options, before, after",
    [
        ({"state": "Stopped"}, {"state": "started"}, ("stopped", "auto"), ("started", "auto")),
        ({}, {"state": "stopped"}, ("started", "auto"), ("stopped", "auto")),
        ({}, {"start_mode": "manual"}, ("started", "auto"), ("started", "manual")),
        (
            {"state": "Stopped", "start_mode": "Disabled"},
            {"state": "started", "start_mode": "auto"},
            ("stopped", "disabled"),
            ("started", "auto"),
        ),
        ({}, {"state": "stopped", "start_mode": "disabled"}, ("started", "auto"), ("stopped", "disabled")),
    ],
)
def test_a_change_is_predicted_made_and_then_left_alone(
    run_action: RunAction,
    monkeypatch: pytest.MonkeyPatch,
    engine: dict[str, Any],
    options: dict[str, Any],
    before: tuple[str, str],
    after: tuple[str, str],
) -> None:
    host = host_with(monkeypatch, **engine)
    untouched = host.windows.state()
    was, will_be = ({"state": state, "start_mode": mode} for state, mode in (before, after))

    predicted = run_action(ActionModule, host, check=True, diff=True, name="engine", **options)
    assert predicted == {"changed": True, "before": was, "after": will_be, "diff": {"before": was, "after": will_be}}
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, name="engine", **options) == predicted
    assert not run_action(ActionModule, host, name="engine", **options)["changed"]


def test_an_unknown_service_is_an_error_also_in_check_mode(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AnsibleActionFail, match="the service nothing does not exist on the host"):
        run_action(ActionModule, host_with(monkeypatch), check=True, name="nothing", state="started")


def test_a_service_that_does_not_start_fails_with_its_exit_code(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = host_with(monkeypatch, state="Stopped", starts="dies")

    with pytest.raises(AnsibleActionFail, match=r"engine did not start: .* 1067.*nothing was changed"):
        run_action(ActionModule, host, name="engine", state="started")


def test_the_part_that_was_changed_is_told(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> None:
    host = host_with(monkeypatch, state="Stopped", start_mode="Disabled", starts="code")

    with pytest.raises(AnsibleActionFail, match="part of the change is in effect") as caught:
        run_action(ActionModule, host, name="engine", state="started", start_mode="auto")
    assert caught.value.result["after"] == {"state": "stopped", "start_mode": "auto"}


def test_something_must_be_wanted(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleActionFail, match="one of the following is required: state, start_mode"):
        run_action(ActionModule, host_with(monkeypatch), name="engine")


def test_a_restart_gives_a_running_service_a_new_process(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = host_with(monkeypatch)
    was, state = host.windows.state(), {"state": "started", "start_mode": "auto"}

    result = run_action(ActionModule, host, check=True, name="engine", state="restarted")
    assert result == {"changed": True, "before": state, "after": state}
    assert host.windows.state() == was
    assert host.actions["Win32_Service/StopService"] == 0

    assert run_action(ActionModule, host, name="engine", state="restarted") == result
    assert (host.actions["Win32_Service/StopService"], host.actions["Win32_Service/StartService"]) == (1, 1)
    assert host.windows.state() == was


def test_a_restart_starts_what_does_not_run(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> None:
    host = host_with(monkeypatch, state="Stopped")

    result = run_action(ActionModule, host, name="engine", state="restarted")

    assert (result["before"]["state"], result["after"]["state"]) == ("stopped", "started")
    assert host.actions["Win32_Service/StopService"] == 0


def test_that_a_service_did_not_start_again_is_said(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> None:
    host = host_with(monkeypatch, starts="dies")

    with pytest.raises(AnsibleActionFail, match=r"did not start: .*; it was stopped to be restarted, and does not run"):
        run_action(ActionModule, host, name="engine", state="restarted")


@pytest.mark.parametrize(
    "name, options, start_mode",
    [
        ("MSiSCSI", {"state": "started"}, "manual"),  # as the role iscsi_initiator does
        ("EventSystem", {"state": "started", "start_mode": "auto"}, "auto"),  # as the role system_state_services does
    ],
)
@pytest.mark.parametrize("starts, code", [("code", "7"), ("dies", "1067")])
def test_a_service_of_windows_that_refuses_to_start_is_reported_and_left_stopped(
    run_action: RunAction,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    options: dict[str, Any],
    start_mode: str,
    starts: str,
    code: str,
) -> None:
    host = simulated(base="healthy-2022", services={name: {"state": "Stopped", "starts": starts}})
    monkeypatch.setattr(cim_service, "ServiceResource", partial(ServiceResource, sleep=host.sleep))
    before = host.windows.state()

    with pytest.raises(AnsibleActionFail, match=rf"{name} .*start.*\b{code}\b") as caught:
        run_action(ActionModule, host, name=name, **options)

    assert caught.value.result["after"] == {"state": "stopped", "start_mode": start_mode}
    assert host.windows.state() == before
