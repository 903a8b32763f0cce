# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every resource: its methods share nothing but the states they are given."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.resources.defender_exclusions import (
    DefenderExclusions,
    Exclusions,
)
from ansible_collections.winops.mars.plugins.plugin_utils.resources.directory import DirectoryResource
from ansible_collections.winops.mars.plugins.plugin_utils.resources.path_variable import PathVariable
from ansible_collections.winops.mars.plugins.plugin_utils.resources.registry_value import RegistryValueResource
from ansible_collections.winops.mars.plugins.plugin_utils.resources.resource import Resource
from ansible_collections.winops.mars.plugins.plugin_utils.resources.scratch_folder import ScratchFolder
from ansible_collections.winops.mars.plugins.plugin_utils.resources.service import ServiceResource
from ansible_collections.winops.mars.plugins.plugin_utils.resources.task_settings import TaskSettings
from tests.unit.simulated import SimulatedHost, simulated

KEY = r"HKLM\SOFTWARE\Contoso"
FOLDER = "\\Microsoft\\OnlineBackup\\"


def registry_value(host: SimulatedHost, **options: Any) -> RegistryValueResource:
    return RegistryValueResource(host.session, KEY, "Name", **{"kind": None, "data": 2, "present": True, **options})


def service(host: SimulatedHost) -> ServiceResource:
    return ServiceResource(host.session, "obengine", state="stopped", start_mode="manual", timeout=60, sleep=host.sleep)


def exclusions(host: SimulatedHost, *, present: bool) -> DefenderExclusions:
    named = Exclusions(paths=["D:\\Scratch", "d:\\SCRATCH\\*"], processes=["engine.exe"])
    return DefenderExclusions(host.session, named, present=present)


def tasks(host: SimulatedHost) -> TaskSettings:
    return TaskSettings(
        host.session, FOLDER, None, enabled=True, as_system=True, multiple_instances="Queue", accepted_sids=[]
    )


def scratch(host: SimulatedHost) -> ScratchFolder:
    return ScratchFolder(host.session, "E:\\MARS\\Scratch", remove_old=True, timeout=3600, sleep=host.sleep)


EXCLUDED = {
    "services": {"WinDefend": {"path": "C:\\MsMpEng.exe"}},
    "defender": {"running_mode": "Normal"},
    "registry": {
        r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths": {"d:\\scratch\\": 0, "C:\\Other": 0},
        r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Processes": {"engine.exe": 0},
    },
}
CASES: dict[str, tuple[dict[str, Any], Callable[[SimulatedHost], Resource[Any]]]] = {
    "value written": ({"registry": {KEY: {"Name": 1}}}, registry_value),
    "value created": ({}, registry_value),
    "value deleted": ({"registry": {KEY: {"Name": 1}}}, lambda host: registry_value(host, present=False)),
    "service": ({"base": "healthy-2022"}, service),
    "exclusions added": ({**EXCLUDED, "registry": {}}, lambda host: exclusions(host, present=True)),
    "exclusions removed": (EXCLUDED, lambda host: exclusions(host, present=False)),
    "directory": ({}, lambda host: DirectoryResource(host.session, "D:\\One\\Two")),
    "variable": ({}, lambda host: PathVariable(host.session, "PSModulePath", ["C:\\Agent"])),
    "variable created": ({}, lambda host: PathVariable(host.session, "CONTOSO", ["C:\\Agent"])),
    "tasks": ({"base": "task-2016"}, tasks),
    "tasks of older Windows": ({"base": "old-2008-r2"}, tasks),
    "scratch folder": ({"base": "scratch-2019"}, scratch),
}
cases = pytest.mark.parametrize("profile, resource", [pytest.param(*case, id=name) for name, case in CASES.items()])


@cases
def test_a_change_needs_only_the_states_it_is_given(
    profile: dict[str, Any], resource: Callable[[SimulatedHost], Resource[Any]]
) -> None:
    host = simulated(**profile)

    # Another object each time, so that none can remember anything
    current = resource(host).read()
    desired = resource(host).desired(current)
    resource(host).apply(current, desired)
    after = resource(host).read()

    assert current != desired
    assert resource(host).desired(after) == after
    assert resource(host).show(after) == resource(host).show(desired)


@cases
def test_only_apply_changes_the_host(
    profile: dict[str, Any], resource: Callable[[SimulatedHost], Resource[Any]]
) -> None:
    host = simulated(**profile)
    untouched = host.windows.state()

    resource(host).desired(resource(host).read())

    assert host.windows.state() == untouched


@cases
def test_a_state_is_shown_as_plain_data_without_asking_the_host(
    profile: dict[str, Any], resource: Callable[[SimulatedHost], Resource[Any]]
) -> None:
    host = simulated(**profile)
    current = resource(host).read()
    desired = resource(host).desired(current)
    requests = host.actions.total()

    before, after = resource(host).show(current), resource(host).show(desired)

    assert json.loads(json.dumps([before, after])) == [before, after]
    assert before.keys() == after.keys()
    assert before != after
    assert host.actions.total() == requests
