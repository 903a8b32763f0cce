# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What restricts scripts: its facts and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.simulated import simulated

SCRIPT = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Script"
RULE = {SCRIPT + r"\06dce67b-934c-454f-a263-2515c8796a5d": {"Value": "<FilePathRule/>"}}
ENVIRONMENT = r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Environment"
NO_AGENT = {"agent": {"installed": False, "install_path": None, "version": None}}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("application_control", "compliant", {"application_control.applocker": "audited"}),
    ("application_control", "compliant", {"application_control.applocker": "enforced"}),  # its service does not run
    ("application_control", "compliant", {"application_control.code_integrity": None}),
    (
        "application_control",
        "noncompliant",
        {"application_control.applocker": "enforced", "application_control.applocker_running": True},
    ),
    ("application_control", "noncompliant", {"application_control.code_integrity": "enforced"}),
    ("application_control", "noncompliant", {"application_control.powershell_lockdown": True}),
    ("application_control", "not_applicable", NO_AGENT),
    ("application_control", "unknown", {"application_control": ...}),
    ("application_control", "unknown", {"application_control.code_integrity": ...}),
    ("application_control", "unknown", {"application_control.powershell_lockdown": ...}),
]


def facts_of(**profile: Any) -> dict[str, Any]:
    facts = gather(simulated(**profile).session, ["application_control"])
    assert facts["unreadable"] == []
    section: dict[str, Any] = facts["application_control"]
    return section


@pytest.mark.parametrize("base, code_integrity", [("windows-server-2012-r2", None), ("windows-server-2022", "off")])
def test_windows_as_installed_restricts_nothing(base: str, code_integrity: str | None) -> None:
    assert facts_of(base=base) == {
        "applocker": None,
        "applocker_running": False,
        "code_integrity": code_integrity,
        "powershell_lockdown": False,
    }


@pytest.mark.parametrize(
    "policy, applocker",
    [
        ({SCRIPT: {"EnforcementMode": 1}}, None),  # there is no rule
        ({**RULE, SCRIPT: {"EnforcementMode": 1}}, "enforced"),
        ({**RULE, SCRIPT: {"EnforcementMode": 0}}, "audited"),
        (RULE, "enforced"),
    ],
)
def test_applocker(policy: dict[str, Any], applocker: str | None) -> None:
    service = {"display_name": "Application Identity", "path": r"C:\Windows\system32\svchost.exe -k LocalService"}

    facts = facts_of(base="german-2019", registry=policy, services={"AppIDSvc": service})

    assert (facts["applocker"], facts["applocker_running"]) == (applocker, True)


@pytest.mark.parametrize("policy, status", [(1, "audited"), (2, "enforced")])
def test_application_control(policy: int, status: str) -> None:
    assert facts_of(code_integrity=policy)["code_integrity"] == status


@pytest.mark.parametrize("value, locked_down", [("4", True), ("0x80000004", True), ("8", False), ("0", False)])
def test_constrained_language_mode(value: str, locked_down: bool) -> None:
    assert facts_of(registry={ENVIRONMENT: {"__PSLockdownPolicy": value}})["powershell_lockdown"] is locked_down


def test_a_lockdown_that_is_not_a_number_is_unknown() -> None:
    host = simulated(registry={ENVIRONMENT: {"__PSLockdownPolicy": "full"}})

    facts = gather(host.session, ["application_control"])

    assert "powershell_lockdown" not in facts["application_control"]
    assert "__PSLockdownPolicy is not a number: 'full'" in facts["unreadable"][0]["reason"]
