# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only some hosts need, as their inventory says: checked and fixed there, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from tests.e2e.expected import expected, open_findings
from tests.e2e.runs import Fleet, Run, declared_hosts, running

HOSTS = Path(__file__).parent / "fleets/storage.yml"
RULES = {
    "unsupported_volumes",
    "shadow_storage",
    "windows_server_backup",
    "system_state",
    "system_state_services",
    "instant_restore",
    "iscsi_initiator",
}
ONLY_THESE: dict[str, Any] = {"mars_prereqs_disabled_rules": sorted(set(shipped_rules()) - RULES)}
EXPECTED = expected(declared_hosts(HOSTS), "minimum")
ROLES = {
    "Raise the space that shadow copies may use": "shadow_storage",
    "Start the Microsoft iSCSI Initiator service": "iscsi_initiator",
    "Start the services that are always needed": "system_state_services",
    "Let Windows start the services that are needed at times": "system_state_services",
}
GIB = 1024**3


@dataclass(frozen=True)
class Outcome:
    """The playbook in check mode, for real, and again; with the states in between."""

    fleet: Fleet
    audit: Run
    enforcement: Run
    again: Run
    states: list[bytes]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    with running(HOSTS, tmp_path_factory.mktemp("storage")) as fleet:
        states = [fleet.state()]

        def play(*options: str) -> Run:
            run = fleet.play("winops.mars.mars_prereqs", *options, **ONLY_THESE)
            states.append(fleet.state())
            return run

        yield Outcome(fleet, play("--check"), play(), play(), states)


def changed_by(run: Run) -> dict[str, set[str]]:
    """The roles that changed something on each host."""
    return {host: {ROLES[task] for task in tasks} for host, tasks in run.changed().items()}


def test_check_mode_finds_everything_shows_what_changes_and_changes_nothing(outcome: Outcome) -> None:
    assert open_findings(outcome.audit) == EXPECTED.found
    # That a service does not start is seen only when it is tried
    assert changed_by(outcome.audit) == EXPECTED.roles | {"refuses": {"iscsi_initiator"}}
    assert outcome.states[0] == outcome.states[1]


def test_the_real_run_changes_just_that(outcome: Outcome) -> None:
    assert open_findings(outcome.enforcement) == EXPECTED.left
    assert changed_by(outcome.enforcement) == EXPECTED.roles
    assert outcome.fleet.host_state("limited")["shadow_storage"] == {
        "C:\\ on C:\\": 40 * GIB,
        "D:\\ on D:\\": 50 * GIB,
    }
    assert outcome.fleet.host_state("german")["services"]["MSiSCSI"]["state"] == "Running"
    services = outcome.fleet.host_state("system-state")["services"]
    assert {
        name: (services[name]["start_mode"], services[name]["state"]) for name in ("EventSystem", "SENS", "swprv")
    } == {
        "EventSystem": ("Auto", "Running"),
        "SENS": ("Auto", "Running"),
        "swprv": ("Manual", "Stopped"),
    }


def test_what_a_host_refuses_is_said_and_the_other_roles_run(outcome: Outcome) -> None:
    policy = "sets the start mode of the service VSS to disabled, and would undo a change: change it there"
    initiator = (
        "role iscsi_initiator failed: winops.mars.cim_service: the change failed: the service MSiSCSI did not start"
    )

    for run, said in ((outcome.audit, [policy]), (outcome.enforcement, [policy, initiator])):
        (message,) = run.messages("failed", but=list(ROLES)).values()
        assert [text for text in (policy, initiator) if text in message] == said
        assert run.artifacts["mars_audit_failed_hosts"] == ["refuses"]


def test_a_second_run_changes_nothing(outcome: Outcome) -> None:
    assert outcome.again.changed() == {}
    assert outcome.states[2] == outcome.states[3]


def test_a_host_of_which_nothing_is_said_is_not_asked_for_more(outcome: Outcome) -> None:
    facts = {
        host: result["ansible_facts"]["mars"]["gathered"]
        for host, result in outcome.again.results("mars_compliance").items()
    }

    assert set(facts["system-state"]) - set(facts["limited"]) == {"system_state"}
    assert set(facts["german"]) - set(facts["limited"]) == {"iscsi"}
    assert set(facts["limited"]) - set(facts["plain"]) == {"shadow_storage", "volume_access"}
