# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure: its facts, and the rule on offline seeding."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import ThresholdError, thresholds
from tests.unit.simulated import simulated

MODULES = r"C:\Program Files\WindowsPowerShell\Modules"

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("offline_backup", "compliant", {"agent.version": "2.0.9250.0"}),
    ("offline_backup", "noncompliant", {"agent.version": "2.0.9249.0"}),
    ("offline_backup", "noncompliant", {"azure.powershell": []}),
    ("offline_backup", "not_applicable", {"agent": {"installed": False, "install_path": None, "version": None}}),
    ("offline_backup", "unknown", {"agent.version": None}),
    ("offline_backup", "unknown", {"azure": ...}),
    ("offline_backup", "unknown", {"azure.powershell": ...}),
]


@pytest.mark.parametrize(
    "tag, vm", [("7783-7084-3265-9085-8269-3286-77", True), ("No Asset Tag", False), ("", False), (None, False)]
)
@pytest.mark.parametrize("base", ["windows-server-2008-r2", "windows-server-2022"])
def test_a_virtual_machine_in_azure_is_known_by_its_asset_tag(base: str, tag: str | None, vm: bool) -> None:
    assert gather(simulated(base=base, asset_tag=tag).session, ["azure"])["azure"]["vm"] is vm


@pytest.mark.parametrize(
    "folders, modules",
    [
        ([], []),
        ([rf"{MODULES}\Az.Accounts\2.12.1"], ["Az"]),
        ([rf"{MODULES}\AzureRM\3.7.0", rf"{MODULES}\Az.Accounts"], ["Az", "AzureRM"]),
        ([r"C:\Program Files (x86)\Microsoft SDKs\Azure\PowerShell\ResourceManager"], ["AzureRM"]),
    ],
)
def test_modules_are_known_by_their_folders(folders: list[str], modules: list[str]) -> None:
    host = simulated(files={folder + "\\": {} for folder in folders})

    assert gather(host.session, ["azure"])["azure"]["powershell"] == modules


@pytest.mark.parametrize("given", [None, "", False, "no"])
def test_offline_seeding_matters_only_on_request(given: object) -> None:
    found = find(shipped_rules()["offline_backup"], AGENT, thresholds("current", {"offline_backup": given}))

    assert (found.status, found.actual) == ("not_applicable", "offline seeding was not asked for")


@pytest.mark.parametrize("given", [True, "true", "Yes"])
def test_a_survey_may_ask_for_it(given: object) -> None:
    found = find(shipped_rules()["offline_backup"], AGENT, thresholds("current", {"offline_backup": given}))

    assert (found.status, found.severity, found.role) == ("noncompliant", "warning", None)


def test_anything_else_is_refused() -> None:
    with pytest.raises(ThresholdError, match="threshold offline_backup must be true or false, or null, not 'perhaps'"):
        thresholds("current", {"offline_backup": "perhaps"})


AGENT: dict[str, Any] = {
    "gathered": ["agent", "azure"],
    "agent": {"installed": True, "version": "2.0.9262.0"},
    "azure": {"vm": False, "powershell": []},
}
