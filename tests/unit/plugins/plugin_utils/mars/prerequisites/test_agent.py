# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent: whether all of it is installed, what it is for, and whether its engine can start."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from tests.unit.plugins.plugin_utils.mars.checking import facts_of, finding

SETUP = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Setup"
FOLDER = r"C:\Program Files\Microsoft Azure Recovery Services Agent"
PROGRAM = rf"{FOLDER}\bin\cbengine.exe"
MODULE = rf"{FOLDER}\bin\Modules\MSOnlineBackup\MSOnlineBackup.psd1"
NO_INSTALL_PATH = {"registry": {SETUP: {"InstallPath": None}}}
NO_SERVICE = {"services": {"obengine": None}}
NO_PROGRAM = {"files": {PROGRAM: None}}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("agent_installation", "noncompliant", {"agent.missing": ["bin"], "agent.installed": None}),
    ("agent_installation", "noncompliant", {"agent.engine.start_mode": "Disabled"}),
    ("agent_installation", "compliant", {"agent.engine.start_mode": "Manual"}),
    ("agent_installation", "not_applicable", {"agent.installed": False}),
    ("agent_installation", "unknown", {"agent.install_path": None}),
    ("agent_installation", "unknown", {"agent": ...}),
]


@pytest.mark.parametrize(
    "profile, status, words",
    [
        (NO_SERVICE, "noncompliant", "the service obengine"),
        (NO_PROGRAM, "noncompliant", "CBEngine.exe"),
        (NO_SERVICE | NO_PROGRAM, "noncompliant", "the service obengine"),
        (NO_INSTALL_PATH, "unknown", "no InstallPath"),
        ({"services": {"obengine": {"start_mode": "Disabled", "state": "Stopped"}}}, "noncompliant", "Disabled"),
    ],
)
def test_a_part_of_an_installation_is_a_finding(profile: dict[str, Any], status: str, words: str) -> None:
    found = finding(facts_of(**profile), "agent_installation")

    assert (found.status, found.role) == (status, None)
    assert words in found.actual


def test_without_any_part_the_agent_is_not_installed() -> None:
    facts = facts_of(registry={SETUP: {"InstallPath": None}}, services={"obengine": None})

    assert facts["agent"]["installed"] is False
    assert finding(facts, "agent_installation").actual == "the MARS agent is not installed"


@pytest.mark.parametrize("profile", [NO_SERVICE, NO_PROGRAM, NO_INSTALL_PATH])
def test_what_needs_the_agent_is_unknown_where_only_a_part_of_it_is_there(profile: dict[str, Any]) -> None:
    facts = facts_of(**profile)

    for rule in shipped_rules().values():
        if any(requirement.unclear for requirement in rule.requires):
            found = finding(facts, rule.id)
            assert found.status == "unknown", rule.id
            assert found.actual.startswith("only a part of the MARS agent is installed"), rule.id
            assert "Complete or remove" in str(found.fix)


@pytest.mark.parametrize(
    "service, role",
    [("MSDPM", "data_protection_manager"), ("dra", "site_recovery"), ("CxProcessServer", "site_recovery")],
)
def test_other_products_use_the_agent_without_its_task(service: str, role: str) -> None:
    facts = facts_of(
        services={service: {"display_name": service, "path": "service.exe"}},
        tasks={r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup": None},
    )

    assert facts["agent"]["role"] == role
    assert finding(facts, "task_present").status == "not_applicable"
    assert role in finding(facts, "task_present").actual


def test_a_module_that_is_gone_is_no_work_for_the_role() -> None:
    found = finding(facts_of(files={MODULE: None}), "powershell_module_path")

    assert (found.status, found.role) == ("noncompliant", None)
    assert "Install the agent again" in str(found.fix)
