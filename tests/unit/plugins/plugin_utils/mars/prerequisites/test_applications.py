# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server applications: their fact, and what the findings about .NET Framework and Windows PowerShell pass on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

CASES: list[tuple[str, str, dict[str, Any]]] = []


@pytest.mark.parametrize(
    "services, applications",
    [
        ([], []),
        (["MSExchangeServiceHost", "MSEXCHANGEADTOPOLOGY"], ["Microsoft Exchange Server"]),
        (["SPTimerV4"], ["Microsoft SharePoint Server"]),
    ],
)
def test_fact(services: list[str], applications: list[str]) -> None:
    host = simulated(services={name: {"path": r"C:\x.exe"} for name in services})

    assert gather(host.session, ["applications"])["applications"] == applications


@pytest.mark.parametrize(
    "rule, fact", [("dotnet_version", "dotnet.version"), ("powershell_version", "powershell.version")]
)
def test_the_findings_name_them(host: Callable[[dict[str, Any]], dict[str, Any]], rule: str, fact: str) -> None:
    facts = host({"applications": ["Microsoft Exchange Server"], fact: "2.0"})

    finding = find(shipped_rules()[rule], facts, thresholds("minimum", {}))

    assert finding.wanted["applications"] == ["Microsoft Exchange Server"]
