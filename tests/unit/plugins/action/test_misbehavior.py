# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts on which an assumption does not hold: mars_verify says so, and the collection copes with it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import cim_defender_exclusion, mars_agent_module
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import Standing, evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.checks import CHECKS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.run import _tried
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.subject import Subject
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.verdict import Verdict
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.workshop import Workshop
from ansible_collections.winops.mars.plugins.plugin_utils.resources.agent_module import AgentModule
from ansible_collections.winops.mars.plugins.plugin_utils.windows.scheduled_tasks import ScheduledTasks
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import WSManError
from tests.simulator.windows.profile import merge, misbehaviors
from tests.unit.plugins.conftest import RunAction
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


def test_each_assumption_that_a_host_can_show_can_be_broken() -> None:
    assumed = {line.id for line in evidence().values() if line.standing is Standing.ASSUMED and line.shown}

    # What is silent for long has a check of its own
    assert set(MISBEHAVIORS) == assumed | {"silent_command"}


@pytest.mark.parametrize("name", MISBEHAVIORS)
def test_an_assumption_that_does_not_hold_is_reported(name: str) -> None:
    broken = verdict(name, host(name, misbehaves=True))

    assert broken.status == "not_held", broken
    assert broken.seen


@pytest.mark.parametrize("name", sorted(set(MISBEHAVIORS) - {"shadow_storage_on_clients"}))
def test_an_assumption_holds_on_a_host_that_behaves(name: str) -> None:
    assert verdict(name, host(name, misbehaves=False)).status == "held"


# What becomes of the facts: those that cannot be read, and those that are others. Nothing else may change.
UNREADABLE = {
    "query_without_result": {"shadow_storage"},
    "reg_query_absent_key": {
        *("antivirus", "application_control", "connectivity", "internet_options", "powershell", "proxy"),
        *("registration", "restart", "root_certificates", "scratch", "windows_server_backup"),
    },
    "system_volume_information_access": {"system_state"},
    "task_xml_without_declaration": {"connectivity"},
    "proxy_bytes": {"connectivity", "proxy"},
}
OTHERS = {
    "application_services": {"applications"},
    "defender_policy_exclusions": {"antivirus"},
    "antivirus_services": {"antivirus"},
    "registration_values": {"registration"},
    "registration_half_way": {"registration"},
    "encryption_key_file": {"encryption_key"},
    "agent_events": {"backup_history", "last_backup"},
    "event_error_codes": {"backup_history", "last_backup"},
    "engine_log": {"backup_history"},
    "running_backup": {"tasks"},
}


@pytest.mark.parametrize("name", MISBEHAVIORS)
def test_facts_are_as_on_a_host_that_behaves_or_say_why_not(name: str) -> None:
    hosts = [host(name, misbehaves=misbehaves) for misbehaves in (False, True)]

    expected, found = (gather(each.session, list(SECTIONS), sleep=each.sleep) for each in hosts)

    unreadable = [entry for entry in found["unreadable"] if entry not in expected["unreadable"]]
    assert {entry["section"] for entry in unreadable} == UNREADABLE.get(name, set())
    assert [entry["reason"] for entry in unreadable if not entry["reason"] or "\n" in entry["reason"]] == []
    different = {section for section in SECTIONS if found.get(section, "unread") != expected.get(section, "unread")}
    # The clock of the controller goes on
    assert different - {"clock"} == UNREADABLE.get(name, set()) | OTHERS.get(name, set())


# What becomes of changes


def test_an_exclusion_that_defender_only_says_to_have_added_is_an_error(run_action: RunAction) -> None:
    broken = host("defender_add_remove", misbehaves=True)

    with pytest.raises(AnsibleActionFail, match=r"Defender did not add D:.*a policy may manage its exclusions"):
        run_action(cim_defender_exclusion.ActionModule, broken, paths=["D:\\Data"], state="present")


TASK = (
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Principals><Principal>'
    "<UserId>S-1-5-18</UserId></Principal></Principals><Actions><Exec><Command>a.exe</Command></Exec></Actions></Task>"
)


def test_a_task_that_register_by_xml_refuses_is_registered_by_schtasks() -> None:
    broken = host("task_register_by_xml", misbehaves=True)

    ScheduledTasks(broken.session).register("\\", "ours", TASK)

    assert "ours" in ScheduledTasks(broken.session).states("\\")


def test_a_task_whose_definition_is_refused_is_one_error() -> None:
    broken = host("task_xml_without_declaration", misbehaves=True)

    with pytest.raises(WSManError) as caught:
        ScheduledTasks(broken.session).register("\\", "ours", TASK)

    assert "\n" not in str(caught.value)
    assert "ours" not in ScheduledTasks(broken.session).states("\\")


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


def test_a_host_cannot_be_asked_for_what_the_simulator_does_not_know() -> None:
    with pytest.raises(ValueError, match=r"misbehave: unheard_of is not in misbehaviors\.yml"):
        simulated(misbehave=["unheard_of"])
