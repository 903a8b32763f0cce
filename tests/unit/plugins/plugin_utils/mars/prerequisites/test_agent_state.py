# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent itself: installed, new enough, registered, and running."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.plugins.plugin_utils.mars.conftest import AGENT
from tests.unit.simulated import simulated

CONFIG = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"
MANAGEMENT = {"name": "OBRecoveryServicesManagementAgent", "state": "Running", "start_mode": "Auto"}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("agent_installed", "noncompliant", {"agent.installed": False}),
    ("agent_installed", "unknown", {"agent": ...}),
    ("agent_version", "compliant", {"agent.version": "2.0.9249.0"}),
    ("agent_version", "noncompliant", {"agent.version": "2.0.9082.0"}),
    ("agent_version", "noncompliant", {"agent.version": "2.0.9248.0"}),  # a warning
    ("agent_version", "unknown", {"agent.version": None}),
    ("agent_version", "unknown", {"agent.version": ...}),
    ("agent_version", "not_applicable", {"agent.installed": False}),
    ("agent_registered", "noncompliant", {"registration.registered": False}),
    ("agent_registered", "unknown", {"registration": ...}),
    ("agent_registered", "not_applicable", {"agent.installed": False}),
    ("agent_services", "compliant", {"agent.management": MANAGEMENT}),
    ("agent_services", "noncompliant", {"agent.engine.state": "Stopped"}),
    ("agent_services", "noncompliant", {"agent.engine.state": "Start Pending"}),
    ("agent_services", "noncompliant", {"agent.management": {**MANAGEMENT, "state": "Stopped"}}),  # a warning
    ("agent_services", "noncompliant", {"agent.management": None}),  # a warning
    ("agent_services", "unknown", {"agent.engine": ...}),
    ("agent_services", "unknown", {"agent.management": ...}),
    ("agent_services", "not_applicable", {"agent.engine": None}),
    ("agent_services", "not_applicable", {"agent.installed": False}),
]


def registration(**values: Any) -> dict[str, Any]:
    facts = gather(simulated(base="healthy-2022", registry={CONFIG: values}).session, ["registration"])
    section: dict[str, Any] = facts["registration"]
    return section


def test_a_registered_agent_names_its_vault() -> None:
    assert registration(MachineId="id-1", ServiceResourceName="vault-1", ResourceId="17") == {
        "registered": True,
        "machine_id": "id-1",
        "vault": "vault-1",
        "resource_id": "17",
    }


@pytest.mark.parametrize("machine_id", [None, ""])
def test_an_agent_without_a_machine_id_is_not_registered(machine_id: str | None) -> None:
    facts = registration(MachineId=machine_id, ServiceResourceName=None, ResourceId=None)

    assert facts == {"registered": False, "machine_id": None, "vault": None, "resource_id": None}


def test_without_the_agent_nothing_is_registered() -> None:
    assert gather(simulated().session, ["registration"])["registration"]["registered"] is False


def test_a_value_of_an_unexpected_type_costs_its_own_fact() -> None:
    facts = registration(ResourceId={"qword": 17})

    assert facts["registered"] is True
    assert "resource_id" not in facts


@pytest.mark.parametrize("display_name", ["Microsoft Azure Recovery Services 管理エージェント", "Verwaltungs-Agent"])
def test_the_management_agent_is_found_where_its_name_is_translated(display_name: str) -> None:
    host = simulated(base="healthy-2022", services={MANAGEMENT["name"]: {"display_name": display_name}})

    assert gather(host.session, ["agent"])["agent"]["management"] == MANAGEMENT


@pytest.mark.parametrize(
    "version, minimum", [("2.0.9070.0", "2.0.9083.0"), ("2.0.9145.0", "2.0.9249.0")], ids=["error", "warning"]
)
def test_the_role_is_to_bring_about_the_version_that_was_missed(host: Any, version: str, minimum: str) -> None:
    finding = find(shipped_rules()["agent_version"], host({"agent.version": version}), thresholds("minimum", {}))

    assert finding.role == "agent"
    assert finding.wanted == {"program": {"path": rf"{AGENT}\bin\CBEngine.exe", "minimum": minimum}}


def test_the_services_to_start_are_those_that_do_not_run(host: Any) -> None:
    facts = host({"agent.engine.state": "Stopped", "agent.management": MANAGEMENT})

    finding = find(shipped_rules()["agent_services"], facts, thresholds("minimum", {}))

    assert (finding.role, finding.wanted) == ("agent_service", {"services": ["obengine", ""]})


@pytest.mark.parametrize(
    "changes",
    [
        {"agent.engine": {"name": "obengine", "state": "Stopped", "start_mode": "Disabled"}},
        {"agent.management": {**MANAGEMENT, "state": "Stopped", "start_mode": "Disabled"}},
        {"agent.management": None},
    ],
)
def test_what_somebody_disabled_or_removed_is_not_started(host: Any, changes: dict[str, Any]) -> None:
    finding = find(shipped_rules()["agent_services"], host(changes), thresholds("minimum", {}))

    assert (finding.status, finding.role) == ("noncompliant", None)
