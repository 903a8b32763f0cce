# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts on which an assumption does not hold: mars_verify says so, and the collection copes with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import (
    cim_defender_exclusion,
    cim_installer,
    cim_scheduled_task,
    cim_shadow_storage,
    mars_agent_module,
    mars_scratch,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import Standing, evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.checks import CHECKS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.run import _tried
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.subject import Subject
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.verdict import Verdict
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.workshop import Workshop
from ansible_collections.winops.mars.plugins.plugin_utils.resources.agent_module import AgentModule
from tests.simulator.windows.profile import always_behaves, merge, misbehaviors
from tests.unit.plugins.action.test_cut_connections import PRODUCT, on_the_clock_of
from tests.unit.plugins.conftest import RunAction
from tests.unit.plugins.plugin_utils.mars.conftest import AGENT
from tests.unit.plugins.plugin_utils.mars.prerequisites.test_agent_module_files import FILES, MODULE, share
from tests.unit.simulated import SimulatedHost, simulated

MISBEHAVIORS = misbehaviors()


def host(name: str, *, misbehaves: bool) -> SimulatedHost:
    """A host that shows whether the line holds, and on which it does not if it misbehaves."""
    entry = MISBEHAVIORS[name]
    profile: dict[str, Any] = merge({"base": entry["base"]}, entry.get("with", {}))
    return simulated(**profile, misbehave=[name] if misbehaves else [])


def verdict(name: str, shown_by: SimulatedHost) -> Verdict:
    check = CHECKS[name]
    workshop = Workshop(shown_by.session, r"C:\Windows")
    if check.changes:
        workshop.open()
    try:
        return _tried(name, check.run, Subject(shown_by.session, workshop if check.changes else None, shown_by.sleep))
    finally:
        if check.changes:
            workshop.close()


SHOWN = sorted(name for name in MISBEHAVIORS if evidence()[name].shown)


def test_each_assumption_can_be_broken_or_it_is_said_why_not() -> None:
    assumed = {line.id for line in evidence().values() if line.standing is Standing.ASSUMED}

    assert assumed - set(MISBEHAVIORS) == set(always_behaves())
    assert set(MISBEHAVIORS) <= set(evidence())


def test_what_a_host_can_show_can_be_broken() -> None:
    assert [name for name in always_behaves() if evidence()[name].shown] == []


@pytest.mark.parametrize("name", SHOWN)
def test_an_assumption_that_does_not_hold_is_reported(name: str) -> None:
    broken = verdict(name, host(name, misbehaves=True))

    assert broken.status == "not_held", broken
    assert broken.seen


@pytest.mark.parametrize("name", SHOWN)
def test_an_assumption_holds_on_a_host_that_behaves(name: str) -> None:
    assert verdict(name, host(name, misbehaves=False)).status == "held"


# What becomes of the facts: those that cannot be read, and those that are others. Nothing else may change.
UNREADABLE = {
    "query_without_result": {"shadow_storage"},
    "shadow_storage_on_clients": {"shadow_storage"},
    "reg_query_absent_key": {
        *("antivirus", "application_control", "connectivity", "internet_options", "powershell", "proxy"),
        *("registration", "restart", "root_certificates", "scratch", "windows_server_backup"),
    },
    "system_volume_information_access": {"system_state"},
    "machine_setting_properties": {"backup"},
}
OTHERS = {
    "defender_policy_exclusions": {"antivirus"},
    "antivirus_services": {"antivirus"},
    "registration_values": {"registration"},
    "registration_half_way": {"registration"},
    "encryption_key_file": {"encryption_key"},
    "job_times": {"backup"},
    "agent_events": {"backup_history", "last_backup"},
    "event_error_codes": {"backup_history", "last_backup"},
    "running_backup": {"tasks"},
    "servicing_events": {"updates"},
    "group_policy_preferences": {"tls"},
}


def facts_of(host: SimulatedHost) -> dict[str, Any]:
    return gather(host.session, list(SECTIONS), sleep=host.sleep)


def facts_of_one_that_behaves(name: str) -> dict[str, Any]:
    """What many lines have in common: they are seen on the same host."""
    entry = MISBEHAVIORS[name]
    key = repr((entry["base"], entry.get("with")))
    if key not in BEHAVING:
        BEHAVING[key] = facts_of(host(name, misbehaves=False))
    facts: dict[str, Any] = BEHAVING[key]
    return facts


#: Facts of hosts, and ends of changes, by what they depend on
BEHAVING: dict[str, Any] = {}


@pytest.mark.parametrize("name", MISBEHAVIORS)
def test_facts_are_as_on_a_host_that_behaves_or_say_why_not(name: str) -> None:
    expected, found = facts_of_one_that_behaves(name), facts_of(host(name, misbehaves=True))

    unreadable = [entry for entry in found["unreadable"] if entry not in expected["unreadable"]]
    assert {entry["section"] for entry in unreadable} == UNREADABLE.get(name, set())
    assert [entry["reason"] for entry in unreadable if not entry["reason"] or "\n" in entry["reason"]] == []
    different = {section for section in SECTIONS if found.get(section, "unread") != expected.get(section, "unread")}
    # The clock of the controller goes on
    assert different - {"clock"} == UNREADABLE.get(name, set()) | OTHERS.get(name, set())


# What becomes of changes


@dataclass(frozen=True)
class Change:
    """A change by a module that relies on a line, or reads what does.

    :ivar fails: what its error says on a host that misbehaves; without, it ends there as on any other host.
    :ivar refused: what its error says on a host that behaves, where that is not to be changed so.
    """

    module: Any
    profile: dict[str, Any]
    options: dict[str, Any]
    fails: str = ""
    refused: str = ""


BACKUP_TASKS = "\\Microsoft\\OnlineBackup\\"
MOVE = Change(mars_scratch, {"base": "scratch-2019"}, {"location": r"E:\MARS\Scratch", "timeout": 60})
EXCLUDE = Change(cim_defender_exclusion, {"base": "healthy-2022"}, {"paths": [r"D:\New"], "processes": [r"D:\e.exe"]})
REGISTER = Change(
    cim_scheduled_task,
    {"base": "task-2016"},
    {"path": BACKUP_TASKS, "enabled": True, "run_as": "system", "multiple_instances": "IgnoreNew"},
)
# Every user may see it
READABLE = "O:BAG:BAD:(A;;FA;;;BA)(A;;FA;;;SY)(A;;FR;;;AU)"
BROKEN_TASK: dict[str, Any] = {
    "xml": '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions><Exec>'
    "<Command>a.exe</Command></Exec></Actions></Task>",
    "broken": 0x80070002,
}
SETUP, SHA256 = r"C:\Install\setup.exe", "ab" * 32
#: Lines that no module that changes hosts asks for are tried with the change that reads most of a host.
CHANGES: dict[str, Change] = {
    "query_without_result": replace(MOVE, fails="the host answered Enumerate Win32_Service with error 0x8033801A"),
    "empty_array": replace(
        MOVE, profile={"base": "old-2008-r2"}, options={"location": r"D:\MARS\Scratch", "timeout": 60}
    ),
    "registry_absent_code_1": MOVE,
    "reg_query_absent_key": replace(EXCLUDE, fails="could not be read with 'reg query'"),
    "shadow_storage_on_clients": Change(
        cim_shadow_storage,
        {"base": "client-11", "shadow_storage": {"C:\\": {"maximum": "1 GiB"}}},
        {"volume": "C:\\", "percent": 50.0},
        fails="The specified class does not exist",
    ),
    "defender_add_remove": replace(EXCLUDE, fails="Defender did not add .*: a policy may manage its exclusions"),
    "defender_policy_exclusions": EXCLUDE,
    "task_register_by_xml": REGISTER,
    "schtasks_goes_on": replace(
        REGISTER,
        profile={"base": "task-2016", "tasks": {r"\Microsoft\Windows\Broken": BROKEN_TASK}},
        fails=r"the scheduled task \\Microsoft\\OnlineBackup\\.* cannot be read",
    ),
    "task_access_kept": REGISTER,
    "task_definition_normalized": replace(
        REGISTER, options={"path": BACKUP_TASKS, "multiple_instances": "Queue"}, fails="applied but is not in effect"
    ),
    "for_f_loses_names": replace(
        MOVE,
        profile={
            "base": "old-2008-r2",
            "files": {rf"{AGENT}\Scratch\VHDs" + "\\\u00fcber.vhd": {"size": 4096}},
        },
        options={"location": r"D:\MARS\Scratch", "timeout": 60},
        refused="cannot be determined: the host reported none for 1 of its",
    ),
    "certutil_memory": Change(
        cim_installer,
        {
            "files": {SETUP: {"size": "2 GiB", "sha256": SHA256}},
            "executables": {"setup.exe": {"effects": {"registry": {PRODUCT: {"Version": "2.10"}}}}},
        },
        {
            "source": SETUP,
            "sha256": SHA256,
            "timeout": 60,
            "creates_key": PRODUCT,
            "creates_name": "Version",
            "creates_minimum": "2",
        },
    ),
    "findstr_copies_input": replace(
        REGISTER,
        profile={"base": "old-2008-r2"},
        options={"path": BACKUP_TASKS, "multiple_instances": "Queue"},
    ),
    "running_backup": replace(MOVE, fails="not moved: a backup is running: the task Microsoft-OnlineBackup is running"),
    "scratch_folder_entries": replace(
        MOVE,
        profile={"base": "healthy-2022"} | MISBEHAVIORS["scratch_folder_entries"]["with"],
        options={"location": r"D:\MARS\Scratch", "timeout": 60},
        fails="Journal",
    ),
    "recovery_target_names": replace(
        MOVE,
        profile=MOVE.profile | MISBEHAVIORS["recovery_target_names"]["with"],
        refused="a recovery volume is mounted",
    ),
}


def lasting(host: SimulatedHost) -> Any:
    """What a host keeps, without the keys of tasks with names of their own, and without what names a moment."""
    state = host.windows.state()
    state["registry"] = {path: key for path, key in state["registry"].items() if "\\winops.mars" not in path}
    return state


def changed(run_action: RunAction, change: Change, host: SimulatedHost, error: str) -> dict[str, Any] | None:
    """Return the result of a change; None if it fails with one error, which leaves the host as it was."""
    before = lasting(host)
    if not error:
        result = run_action(change.module.ActionModule, host, **change.options)
        assert result["changed"]
        return {key: result[key] for key in ("before", "after") if key in result}
    with pytest.raises(AnsibleActionFail, match=error) as caught:
        run_action(change.module.ActionModule, host, **change.options)
    assert "\n" not in str(caught.value)
    assert lasting(host) == before
    return None


@pytest.mark.parametrize("name", sorted(set(MISBEHAVIORS) - {"silent_command"}))
def test_a_change_ends_as_on_a_host_that_behaves_or_with_one_error(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    change = CHANGES.get(name, MOVE)
    # Many lines are tried with the same change
    key = repr(replace(change, fails=""))
    if key not in BEHAVING:
        behaves = simulated(**change.profile)
        on_the_clock_of(behaves, monkeypatch)
        BEHAVING[key] = changed(run_action, change, behaves, change.refused)

    misbehaves = simulated(**change.profile, misbehave=[name])
    on_the_clock_of(misbehaves, monkeypatch)
    end = changed(run_action, change, misbehaves, change.fails)

    if not change.refused and not change.fails:
        assert end == BEHAVING[key]
        assert not run_action(change.module.ActionModule, misbehaves, **change.options)["changed"]


def test_a_silent_command_whose_shell_is_deleted_is_repeated_and_then_its_outcome_is_unknown(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = r"C:\Install\bin"
    folder = MODULE.rpartition("Modules")[0]
    replaced = {
        rf"{MODULE}\MSOnlineBackup.dll": {"version": "2.0.9083.0"},
        rf"{folder}cbengine.exe": FILES["CBEngine.exe"],
    }

    def slow(misbehave: list[str]) -> SimulatedHost:
        copies = {"robocopy.exe": {"duration": 300}}
        made = simulated(
            base="old-2008-r2", files={**share(source), **replaced}, executables=copies, misbehave=misbehave
        )
        monkeypatch.setattr(mars_agent_module, "AgentModule", partial(AgentModule, sleep=made.sleep))
        assert made.windows.shell_idle_seconds() < 300
        return made

    whole = slow([])
    assert run_action(mars_agent_module.ActionModule, whole, source=source)["changed"]
    broken = slow(["silent_command"])

    with pytest.raises(AnsibleActionFail, match=r"whether it still takes effect is unknown: .*0x8033805B") as caught:
        run_action(mars_agent_module.ActionModule, broken, source=source)

    assert "\n" not in str(caught.value)
    # Once the copies do not take as long, nothing shows that they did
    broken.windows.profile["executables"]["robocopy.exe"]["duration"] = 1
    assert run_action(mars_agent_module.ActionModule, broken, source=source)["changed"]
    assert broken.windows.state()["files"] == whole.windows.state()["files"]


def test_who_lost_access_to_a_task_is_said_once(run_action: RunAction) -> None:
    profile = {"base": "task-2016", "tasks": {rf"{BACKUP_TASKS}Microsoft-OnlineBackup": {"sddl": READABLE}}}
    kept, lost = (simulated(**profile, misbehave=misbehave) for misbehave in ([], ["task_access_kept"]))

    results = [run_action(cim_scheduled_task.ActionModule, host, **REGISTER.options) for host in (kept, lost, lost)]

    assert [len(result.get("warnings", [])) for result in results] == [0, 1, 0]
    assert "Microsoft-OnlineBackup the access list of a new one" in results[1]["warnings"][0]


def test_what_a_longer_record_of_fsutil_has_is_not_taken_for_attributes() -> None:
    assert read_virtual_disks("scratch-2019", []) == [True]
    assert read_virtual_disks("scratch-2019", ["fsutil_attributes"]) is None


def read_virtual_disks(base: str, misbehave: list[str]) -> list[bool] | None:
    """Whether each virtual disk in the scratch folder is compressed, None if that is unreadable."""
    facts = gather(simulated(base=base, misbehave=misbehave).session, ["scratch"])
    if "virtual_disks" in facts["scratch"]:
        return [disk["compressed"] for disk in facts["scratch"]["virtual_disks"]]
    assert [entry["fact"] for entry in facts["unreadable"]] == ["scratch.virtual_disks"]
    return None


def test_a_host_cannot_be_asked_for_what_the_simulator_does_not_know() -> None:
    with pytest.raises(ValueError, match=r"misbehave: unheard_of is not in misbehaviors\.yml"):
        simulated(misbehave=["unheard_of"])
