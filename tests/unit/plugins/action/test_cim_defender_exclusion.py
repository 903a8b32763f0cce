# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_defender_exclusion: added and removed beside those of others, and never taken for done when ignored."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_defender_exclusion import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

EXCLUSIONS = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
FEATURES = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Features"
TASK = {"paths": ["D:\\Scratch", "D:\\bin"], "processes": ["engine.exe"]}


def protected(paths: tuple[str, ...] = (), *, registry: dict[str, Any] | None = None, **defender: Any) -> SimulatedHost:
    return simulated(
        defender={"running_mode": "Normal", **defender},
        services={"WinDefend": {"path": r"C:\MsMpEng.exe"}},
        registry={
            EXCLUSIONS + r"\Paths": dict.fromkeys(paths, 0),
            EXCLUSIONS + r"\Processes": {},
            **(registry or {}),
        },
    )


def test_exclusions_are_predicted_added_and_then_left_alone(run_action: RunAction) -> None:
    host = protected(("C:\\of others", "d:\\SCRATCH\\"))
    untouched = host.windows.state()

    predicted = run_action(ActionModule, host, check=True, diff=True, **TASK)
    assert predicted["changed"]
    assert predicted["before"] == {"paths": ["C:\\of others", "d:\\SCRATCH\\"], "processes": []}
    assert predicted["after"] == {"paths": ["C:\\of others", "d:\\SCRATCH\\", "D:\\bin"], "processes": ["engine.exe"]}
    assert predicted["diff"] == {"before": predicted["before"], "after": predicted["after"]}
    assert host.windows.state() == untouched

    done = run_action(ActionModule, host, **TASK)
    assert done["changed"]
    assert {kind: sorted(entries) for kind, entries in done["after"].items()} == {
        kind: sorted(entries) for kind, entries in predicted["after"].items()
    }

    assert not run_action(ActionModule, host, **TASK)["changed"]


def test_a_folder_is_excluded_with_or_without_a_wildcard_at_its_end(run_action: RunAction) -> None:
    assert not run_action(ActionModule, protected(("D:\\Scratch\\*",)), paths=["D:\\Scratch"])["changed"]


def test_exclusions_are_removed_and_those_of_others_are_not(run_action: RunAction) -> None:
    host = protected(("C:\\of others", "d:\\SCRATCH\\"))

    result = run_action(ActionModule, host, state="absent", **TASK)

    assert (result["changed"], result["after"]) == (True, {"paths": ["C:\\of others"], "processes": []})
    assert not run_action(ActionModule, host, state="absent", **TASK)["changed"]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "settings, name",
    [
        ({POLICY: {"DisableLocalAdminMerge": 1}}, "DisableLocalAdminMerge"),
        ({POLICY + r"\Policy Manager": {"DisableLocalAdminMerge": 1}}, "DisableLocalAdminMerge"),
        ({FEATURES: {"TPExclusions": 1}}, "TPExclusions"),
    ],
)
def test_a_policy_that_manages_the_exclusions_is_known_before_the_change(
    run_action: RunAction, settings: dict[str, Any], name: str, check: bool, state: str
) -> None:
    policy_paths = {POLICY + r"\Exclusions\Paths": {"D:\\Scratch": "0"}}
    host = protected(registry=settings | policy_paths, tamper_protection=True)
    untouched = host.windows.state()

    with pytest.raises(AnsibleActionFail, match=rf"a policy manages the exclusions .*\({name}\).*Microsoft Intune"):
        run_action(ActionModule, host, check=check, state=state, **TASK)
    assert host.windows.state() == untouched


def test_what_a_policy_excludes_already_needs_no_change(run_action: RunAction) -> None:
    registry = {POLICY: {"DisableLocalAdminMerge": 1}, POLICY + r"\Exclusions\Paths": {"D:\\MARS": "0"}}

    assert not run_action(ActionModule, protected(registry=registry), paths=["D:\\MARS\\Scratch"])["changed"]


def test_tamper_protection_alone_is_no_obstacle(run_action: RunAction) -> None:
    assert run_action(ActionModule, protected(tamper_protection=True), **TASK)["changed"]


def test_an_exclusion_of_a_policy_is_not_removed_here(run_action: RunAction) -> None:
    host = protected(registry={POLICY + r"\Exclusions\Paths": {"D:\\Scratch": "0"}})

    with pytest.raises(AnsibleActionFail, match=r"did not remove D:\\Scratch: a policy may manage"):
        run_action(ActionModule, host, state="absent", paths=["D:\\Scratch"])


def test_hidden_exclusions_are_not_changed(run_action: RunAction) -> None:
    host = protected(registry={POLICY: {"HideExclusionsFromLocalAdmins": 1}})
    untouched = host.windows.state()

    for state in ("present", "absent"):
        with pytest.raises(AnsibleActionFail, match="HideExclusionsFromLocalAdmins"):
            run_action(ActionModule, host, state=state, **TASK)
    assert host.windows.state() == untouched


def test_a_drive_is_not_excluded(run_action: RunAction) -> None:
    host = protected()
    untouched = host.windows.state()

    with pytest.raises(AnsibleActionFail, match=r"C:\\ is not excluded, because it is a whole drive"):
        run_action(ActionModule, host, paths=["C:\\"])
    assert host.windows.state() == untouched


@pytest.mark.parametrize("profile", [{"defender": None}, {"services": {"WinDefend": {"state": "Stopped"}}}])
def test_without_defender_there_is_nothing_to_manage(run_action: RunAction, profile: dict[str, Any]) -> None:
    service = {"path": r"C:\MsMpEng.exe", **profile.get("services", {}).get("WinDefend", {})}
    host = simulated(defender=profile.get("defender", {"x": 1}), services={"WinDefend": service})

    with pytest.raises(AnsibleActionFail, match="is not installed on the host, or is not running"):
        run_action(ActionModule, host, check=True, **TASK)
