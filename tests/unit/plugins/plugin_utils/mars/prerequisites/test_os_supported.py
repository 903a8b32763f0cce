# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The support matrix for the agent: its facts and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars import catalogue
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

LEVELS = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Server\ServerLevels"

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("os_supported", "compliant", {"os_support.edition": "Essentials"}),
    ("os_supported", "noncompliant", {"os.architecture": 32}),
    ("os_supported", "noncompliant", {"os_support.server_core": True}),
    ("os_supported", "noncompliant", {"os_support.server_core": True, "os_support.edition": None}),
    ("os_supported", "noncompliant", {"os_support.edition": "Web Server"}),
    ("os_supported", "noncompliant", {"os_support.editions": []}),
    ("os_supported", "noncompliant", {"os.service_pack": 1, "os_support.service_pack": 2}),
    ("os_supported", "noncompliant", {"os_support.ended": True}),  # a warning
    ("os_supported", "unknown", {"os_support.edition": None}),
    ("os_supported", "unknown", {"os_support.server_core": None}),
    ("os_supported", "unknown", {"os_support.editions": None, "os_support.service_pack": None}),
    ("os_supported", "unknown", {"os_support": ...}),
    ("os_supported", "unknown", {"os_support.server_core": ...}),
]


@pytest.mark.parametrize(
    "base, os, edition, server_core, editions",
    [
        ("windows-server-2022", {}, "Standard", False, ["Standard", "Datacenter", "Essentials"]),
        ("windows-server-2022", {"sku": 8}, "Datacenter", False, ["Standard", "Datacenter", "Essentials"]),
        ("windows-server-2022", {"sku": 4711}, None, False, ["Standard", "Datacenter", "Essentials"]),
        ("windows-server-2008", {}, "Standard", False, ["Standard", "Enterprise", "Datacenter"]),
        ("windows-server-2008", {"sku": 13}, "Standard", True, ["Standard", "Enterprise", "Datacenter"]),
        ("windows-11", {}, "Pro", False, ["Enterprise", "Pro", "Home", "IoT Enterprise"]),
        ("windows-11", {"sku": 121}, "Education", False, ["Enterprise", "Pro", "Home", "IoT Enterprise"]),
        ("german-2019", {}, "Standard", False, ["Standard", "Datacenter", "Essentials"]),
        # Windows Server, version 23H2, which has no desktop, and a Windows of the future
        ("windows-server-2022", {"build": 25398}, "Standard", False, []),
        ("windows-server-2022", {"build": 99999}, "Standard", False, None),
    ],
)
def test_facts(
    base: str, os: dict[str, Any], edition: str | None, server_core: bool, editions: list[str] | None
) -> None:
    facts = gather(simulated(base=base, os=os).session, ["os_support"])["os_support"]

    assert (facts["edition"], facts["server_core"], facts["editions"]) == (edition, server_core, editions)


@pytest.mark.parametrize(
    "levels, server_core",
    [
        ({"Server-Gui-Mgmt": None, "Server-Gui-Shell": None}, True),
        ({"Server-Gui-Mgmt": 0, "Server-Gui-Shell": 0}, True),
        ({"Server-Gui-Shell": None}, False),  # the agent's console runs in what is left
    ],
)
def test_server_core_has_no_graphical_tools(levels: dict[str, Any], server_core: bool) -> None:
    facts = gather(simulated(base="windows-server-2016", registry={LEVELS: levels}).session, ["os_support"])

    assert facts["os_support"]["server_core"] is server_core


def test_without_the_key_it_is_unknown_whether_it_is_server_core() -> None:
    host = simulated(registry={LEVELS: None})

    assert gather(host.session, ["os_support"])["os_support"]["server_core"] is None


@pytest.mark.parametrize(
    "release, end, ended",
    [
        ("Windows Server 2012", "2023-10-10", False),
        ("Windows Server 2012 R2", "2023-10-10", False),
        ("Windows 10 22H2", "2025-10-14", False),
        ("Windows Server 2008 R2", "2020-01-14", True),
        ("Windows Server, version 1809", None, False),
    ],
)
def test_the_line_of_the_matrix_is_that_of_the_release(release: str, end: str | None, ended: bool) -> None:
    support = catalogue.agent_support(release)

    assert (support.end_of_support, support.ended) == (end, ended)


def test_ended_support_is_a_warning_and_says_when_it_ended() -> None:
    facts = gather(simulated(base="windows-server-2008-r2").session, ["os", "os_support"])
    found = find(shipped_rules()["os_supported"], facts, thresholds("minimum", {}))

    assert (found.status, found.severity, found.role) == ("noncompliant", "warning", None)
    assert found.actual.startswith("Windows Server 2008 R2 Standard, 64-bit")
    assert found.actual.endswith("2020-01-14")
