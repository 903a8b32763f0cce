# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of the System State: what they need of Windows, and where they are possible."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.plugins.plugin_utils.mars.checking import facts_of, finding

SECTIONS = ("agent", "azure", "os", "os_support", "system_state")
AZURE = "7783-7084-3265-9085-8269-3286-77"
FOLDER = "C:\\System Volume Information\\"
INSTALLED = {"WindowsServerBackup": 1}
NO_AGENT = {"agent": {"installed": False}}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("system_state", "compliant", {}),
    ("system_state", "noncompliant", {"os_support.edition": "Storage Server Standard"}),
    ("system_state", "noncompliant", {"os.build": 6003}),
    ("system_state", "compliant", {"os_support.edition": None}),
    ("system_state", "noncompliant", {"azure.vm": True}),
    ("system_state", "noncompliant", {"os.product_type": "workstation"}),
    ("system_state", "noncompliant", {"system_state.feature": False}),
    ("system_state", "noncompliant", {"system_state.folder_access": False}),
    ("system_state", "unknown", {"system_state.feature": None}),
    ("system_state", "unknown", {"system_state": ...}),
    ("system_state", "unknown", {"azure": ...}),
    ("system_state", "not_applicable", NO_AGENT),
    ("system_state_services", "compliant", {"system_state.services.3.start_mode": "Auto"}),
    ("system_state_services", "noncompliant", {"system_state.services.0.start_mode": "Manual"}),
    ("system_state_services", "noncompliant", {"system_state.services.2.state": "Stopped"}),
    ("system_state_services", "noncompliant", {"system_state.services.4.start_mode": "Disabled"}),
    ("system_state_services", "unknown", {"system_state.services": ...}),
    ("system_state_services", "not_applicable", NO_AGENT),
]


@pytest.mark.parametrize(
    "profile, status, text",
    [
        ({}, "compliant", ""),
        ({"features": {"WindowsServerBackup": 2}}, "noncompliant", "Install-WindowsFeature"),
        ({"features": {"WindowsServerBackup": 3}}, "noncompliant", "Install-WindowsFeature"),
        ({"features": {"WindowsServerBackup": None}}, "noncompliant", "Install-WindowsFeature"),
        ({"features": {"WindowsServerBackup": 4}}, "unknown", "Server Manager"),
        ({"asset_tag": AZURE}, "noncompliant", "Take the System State out"),
        ({"files": {FOLDER: {"sddl": "D:PAI(A;OICI;FA;;;BU)(A;OICI;0x1301bf;;;SY)"}}}, "noncompliant", "full control"),
        ({"files": {FOLDER: {"sddl": "D:PAI(A;OICI;FA;;;SY)(A;OICI;FR;;;BU)"}}}, "compliant", ""),
        ({"files": {FOLDER: None}}, "unknown", "Fix the read failure"),
    ],
)
@pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2", "german-2019"])
def test_what_the_host_lacks_for_the_system_state_is_found(
    base: str, profile: dict[str, Any], status: str, text: str
) -> None:
    features = {**INSTALLED, **profile.get("features", {})}
    facts = facts_of(*SECTIONS, base=base, **{**profile, "features": features})

    found = finding(facts, "system_state", system_state=True)

    assert (found.status, found.role) == (status, None)
    assert text in str(found.fix)


def test_windows_server_2008_does_not_say_which_features_it_has() -> None:
    facts = facts_of(*SECTIONS, base="hopeless-2008")

    assert [entry["fact"] for entry in facts["unreadable"]] == ["system_state.feature"]
    assert finding(facts, "system_state", system_state=True).status == "unknown"


def test_clients_cannot_back_it_up() -> None:
    facts = facts_of(*SECTIONS, base="client-11", features=INSTALLED)

    assert finding(facts, "system_state", system_state=True).status == "noncompliant"


@pytest.mark.parametrize("base", ["healthy-2022", "japanese-2016"])
def test_services_are_wanted_as_they_should_be(base: str) -> None:
    services = {
        "SENS": {"state": "Stopped"},
        "EventSystem": {"start_mode": "Disabled", "state": "Stopped"},
        "VSS": {"start_mode": "Disabled"},
    }
    found = finding(facts_of(*SECTIONS, base=base, services=services), "system_state_services", system_state=True)

    assert (found.status, found.role) == ("noncompliant", "system_state_services")
    assert found.wanted == {"automatic": ["EventSystem", "SENS"], "manual": ["VSS"]}


def test_a_service_that_is_missing_is_for_a_person_to_repair() -> None:
    found = finding(facts_of(*SECTIONS, services={"swprv": None}), "system_state_services", system_state=True)

    assert (found.status, found.role) == ("noncompliant", None)
    assert "lacks the services swprv" in str(found.fix)


@pytest.mark.parametrize("rule", ["system_state", "system_state_services"])
@pytest.mark.parametrize("protected", [None, False])
def test_where_it_is_not_protected_nothing_is_checked(rule: str, protected: bool | None) -> None:
    assert finding(facts_of("agent"), rule, system_state=protected).status == "not_applicable"
    assert finding(facts_of("agent"), rule, system_state=True).status == "unknown"
