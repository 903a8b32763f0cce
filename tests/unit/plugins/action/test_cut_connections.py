# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each change, with the connection cut for good at each of its steps: the next run ends where an uncut one ends."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.winops.mars.plugins.action import (
    cim_defender_exclusion,
    cim_installer,
    cim_path,
    cim_registry,
    cim_scheduled_task,
    mars_scratch,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.idle import wait_until_idle
from ansible_collections.winops.mars.plugins.plugin_utils.resources import scratch_copy
from ansible_collections.winops.mars.plugins.plugin_utils.resources.scratch_folder import ScratchFolder
from ansible_collections.winops.mars.plugins.plugin_utils.windows import installer
from ansible_collections.winops.mars.plugins.plugin_utils.windows.installer import Installer, install
from ansible_collections.winops.mars.plugins.plugin_utils.windows.system_command import SystemCommand
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import Unreachable
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

PRODUCT = r"HKLM\SOFTWARE\Contoso"
#: Action plugin, profile and options.
CHANGES: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "registry": (
        cim_registry,
        {},
        {"key": r"HKLM\SOFTWARE\New", "name": "Value", "data": "text", "type": "string"},
    ),
    "exclusions": (
        cim_defender_exclusion,
        {"base": "healthy-2022"},
        {"paths": [r"D:\New"], "processes": [r"D:\New\engine.exe"]},
    ),
    "task": (
        cim_scheduled_task,
        {"base": "task-2016"},
        {
            "path": "\\Microsoft\\OnlineBackup\\",
            "enabled": True,
            "run_as": "system",
            "multiple_instances": "IgnoreNew",
        },
    ),
    "installer": (
        cim_installer,
        {
            "files": {r"C:\Install\setup.exe": {"size": 1000}},
            "executables": {
                "setup.exe": {"requires_system": True, "effects": {"registry": {PRODUCT: {"Version": "2.10"}}}}
            },
        },
        {"source": r"C:\Install\setup.exe", "creates_key": PRODUCT, "creates_name": "Version", "timeout": 1},
    ),
    "scratch": (
        mars_scratch,
        {"base": "scratch-2019"},
        {"location": r"E:\MARS\Scratch", "remove_old": True, "timeout": 1},
    ),
}


def on_the_clock_of(host: SimulatedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mars_scratch, "ScratchFolder", partial(ScratchFolder, sleep=host.sleep))
    monkeypatch.setattr(cim_installer, "Installer", partial(Installer, sleep=host.sleep))
    monkeypatch.setattr(cim_installer, "install", partial(install, sleep=host.sleep))
    command = partial(SystemCommand, clock=host.clock.seconds)
    for module in (scratch_copy, installer):
        monkeypatch.setattr(module, "SystemCommand", command)
    idle = partial(wait_until_idle, sleep=host.sleep, clock=host.clock.seconds)
    monkeypatch.setattr(cim_installer, "wait_until_idle", idle)


def cut(host: SimulatedHost, number: int) -> None:
    """Let a request be the last that the host gets: nothing answers it, nor any other."""
    send = host.send
    sent = 0

    def cut_off(message: bytes) -> bytes:
        nonlocal sent
        sent += 1
        if sent == number:
            send(message)
        if sent >= number:
            raise Unreachable("connection refused")
        return send(message)

    host.send = cut_off  # type: ignore[method-assign]


def steps(host: SimulatedHost) -> list[int]:
    """Number the requests that leave the host otherwise than the one before; the list grows with them.

    A connection that is cut after any other leaves the next run what a cut after the last of these leaves it.
    """
    send = host.send
    states = [host.windows.state()]
    numbers: list[int] = []
    sent = 0

    def watched(message: bytes) -> bytes:
        nonlocal sent
        sent += 1
        answer = send(message)
        state = host.windows.state()
        if sent == 1 or state != states.pop():
            numbers.append(sent)
        states[:] = [state]
        return answer

    host.send = watched  # type: ignore[method-assign]
    return numbers


def mend(host: SimulatedHost) -> None:
    """Connect anew, some time later, as another run does."""
    del host.send
    host.sleep(600)
    host.session = Session(host, host.sleep)


def lasting(host: SimulatedHost) -> dict[str, Any]:
    """What a host keeps, without what names a moment, and without what a cut connection cannot remove."""
    state = host.windows.state()
    state["registry"].get(r"HKLM\SOFTWARE\winops.mars", {}).pop("FormerScratchMoved", None)
    state["files"] = {path: file for path, file in state["files"]["files"].items() if "winops.mars-" not in path}
    # Where Windows lists its tasks
    state["registry"] = {path: key for path, key in state["registry"].items() if "\\winops.mars-" not in path}
    state["tasks"] = {path: task for path, task in state["tasks"].items() if "winops.mars-" not in path}
    return state


@pytest.mark.parametrize("name", CHANGES)
def test_the_next_run_completes_what_a_cut_connection_left(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module, profile, options = CHANGES[name]
    whole = simulated(**profile)
    on_the_clock_of(whole, monkeypatch)
    numbers = steps(whole)
    assert run_action(module.ActionModule, whole, **options)["changed"]
    assert len(numbers) > 1

    for number in numbers:
        host = simulated(**profile)
        on_the_clock_of(host, monkeypatch)
        cut(host, number)
        # Requests whose answers nobody needs, such as those that tidy up, are the last.
        with suppress(AnsibleActionFail, AnsibleConnectionFailure):
            run_action(module.ActionModule, host, **options)
        mend(host)

        run_action(module.ActionModule, host, **options)

        assert lasting(host) == lasting(whole), number
        assert not run_action(module.ActionModule, host, **options)["changed"], number


MUCH_TO_FIX: dict[str, Any] = {
    "base": "scratch-2019",
    "registry": {
        r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell": {"ExecutionPolicy": "Restricted"},
        r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full": {"Release": 461814, "Version": "4.7.03190"},
    },
    "tasks": {
        r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup": {
            "set": {"Settings/Enabled": "false", "Settings/MultipleInstancesPolicy": "Parallel"}
        }
    },
}
#: What the roles do there, in their order.
FIXES: list[tuple[Any, dict[str, Any]]] = [
    (
        cim_installer,
        {
            "source": r"C:\Install\NDP48-x86-x64-AllOS-ENU.exe",
            "arguments": "/q /norestart",
            "creates_key": r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full",
            "creates_name": "Release",
            "creates_minimum": "528040",
            "timeout": 60,
        },
    ),
    (
        cim_registry,
        {
            "key": r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell",
            "name": "ExecutionPolicy",
            "data": "RemoteSigned",
        },
    ),
    (cim_path, {"name": "PSModulePath", "entries": [r"C:\Tools\Modules"]}),
    (cim_defender_exclusion, {"paths": [r"E:\MARS\Scratch\*"], "processes": [r"C:\Agent\cbengine.exe"]}),
    (
        cim_scheduled_task,
        {
            "path": "\\Microsoft\\OnlineBackup\\",
            "enabled": True,
            "run_as": "system",
            "multiple_instances": "IgnoreNew",
        },
    ),
    (mars_scratch, {"location": r"E:\MARS\Scratch", "timeout": 60}),
]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_an_enforcing_run_over_a_network_that_cuts_every_change_once_ends_as_any_other(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    def enforce(host: SimulatedHost) -> list[bool]:
        changed = []
        on_the_clock_of(host, monkeypatch)
        for module, options in FIXES:
            try:
                changed.append(run_action(module.ActionModule, host, **options)["changed"])
            except (AnsibleActionFail, AnsibleConnectionFailure):
                changed.append(True)  # a role that fails does not keep the others from running
            assert host.service.shells.count == 0
        return changed

    whole = simulated(**MUCH_TO_FIX)
    assert enforce(whole) == [True] * len(FIXES)

    host = simulated(**MUCH_TO_FIX, faults={"cut_changes": cut}, winrm={"quotas": {"MaxShellsPerUser": 1}})
    enforce(host)
    enforce(host)

    assert host.actions.total() > whole.actions.total() + 40
    assert lasting(host) == lasting(whole)
    assert enforce(host) == [False] * len(FIXES)
