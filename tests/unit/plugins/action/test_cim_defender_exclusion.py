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
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions"
TASK = {"paths": ["D:\\Scratch", "D:\\bin"], "processes": ["engine.exe"]}


def protected(paths: tuple[str, ...] = (), *, policy_paths: tuple[str, ...] = (), **defender: Any) -> SimulatedHost:
    return simulated(
        defender={"running_mode": "Normal", **defender},
        services={"WinDefend": {"path": r"C:\MsMpEng.exe"}},
        registry={
            EXCLUSIONS + r"\Paths": dict.fromkeys(paths, 0),
            EXCLUSIONS + r"\Processes": {},
            POLICY + r"\Paths": dict.fromkeys(policy_paths, "0"),
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


@pytest.mark.parametrize("state, verb", [("present", "add"), ("absent", "remove")])
def test_tamper_protection_is_named(run_action: RunAction, state: str, verb: str) -> None:
    host = protected(("D:\\Scratch",), tamper_protection=True)

    with pytest.raises(
        AnsibleActionFail, match=f"Defender did not {verb} D:.*tamper protection is on.*nothing was changed"
    ):
        run_action(ActionModule, host, state=state, **TASK)


def test_an_exclusion_of_a_policy_is_not_removed_here(run_action: RunAction) -> None:
    host = protected(policy_paths=("D:\\Scratch",))

    with pytest.raises(AnsibleActionFail, match=r"did not remove D:\\Scratch: a policy may manage"):
        run_action(ActionModule, host, state="absent", paths=["D:\\Scratch"])


@pytest.mark.parametrize("profile", [{"defender": None}, {"services": {"WinDefend": {"state": "Stopped"}}}])
def test_without_defender_there_is_nothing_to_manage(run_action: RunAction, profile: dict[str, Any]) -> None:
    service = {"path": r"C:\MsMpEng.exe", **profile.get("services", {}).get("WinDefend", {})}
    host = simulated(defender=profile.get("defender", {"x": 1}), services={"WinDefend": service})

    with pytest.raises(AnsibleActionFail, match="is not installed on the host, or is not running"):
        run_action(ActionModule, host, check=True, **TASK)
