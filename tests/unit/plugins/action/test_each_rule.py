# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that no host of a fleet violates: the module finds that on a host that differs in one thing, and only there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.action.mars_compliance import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

AGENT = r"C:\Program Files\Microsoft Azure Recovery Services Agent"
TASK = r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup"
RECOVERY = "iqn.2016-01.microsoft.azure.backup:recovery"
CONFIG = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"


@dataclass(frozen=True)
class Violation:
    """What a host has that violates a rule.

    :ivar differs: the profile, beside that of the host that meets the rule.
    :ivar base: the profile that both have.
    :ivar options: of the module.
    """

    differs: dict[str, Any]
    base: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


VIOLATIONS = {
    "agent_installation": Violation({"files": {rf"{AGENT}\bin\cbengine.exe": None}}),
    "agent_proxy": Violation(
        {"powershell": {"answer": {"setting": {"proxy": "True", "server": "http://old.example.test", "port": "80"}}}},
        options={"gather_subset": ["agent", "backup"], "thresholds": {"proxy": "none"}},
    ),
    "task_present": Violation({"tasks": {TASK: None}}),
    "task_schedule": Violation(
        {"tasks": {TASK: {"set": {"Triggers/CalendarTrigger/StartBoundary": "2099-03-11T21:00:00"}}}}
    ),
    "task_runs": Violation({"tasks": {TASK: {"last_run": 3600, "last_result": 1}}}),
    "scratch_location": Violation({"registry": {CONFIG: {"ScratchLocation": r"D:\Moved"}}}),
    "scratch_access": Violation({"files": {AGENT + "\\Scratch\\": {"sddl": "D:PAI(A;OICI;FR;;;SY)"}}}),
    "system_state": Violation(
        {"features": {"WindowsServerBackup": 3}},
        {"features": {"WindowsServerBackup": 1}},
        {"gather_subset": ["all", "system_state"], "system_state": True},
    ),
    "instant_restore": Violation({"iscsi_targets": [RECOVERY]}, {"services": {"MSiSCSI": {"state": "Running"}}}),
}


@pytest.mark.parametrize("language", ["english", "german", "japanese"])
@pytest.mark.parametrize("rule", VIOLATIONS)
def test_a_host_violates_it_and_one_that_differs_in_nothing_else_meets_it(
    run_action: RunAction, rule: str, language: str
) -> None:
    violation = VIOLATIONS[rule]
    profile = {"base": ["healthy-2022", *([language] if language != "english" else [])], **violation.base}
    options = {"gather": True, "gather_subset": ["all"]} | violation.options

    found = []
    for host in (simulated(**profile), simulated(**profile | violation.differs)):
        result = run_action(ActionModule, host, **options)
        found += [finding for finding in result["findings"] if finding["id"] == rule]

    assert [finding["status"] for finding in found] == ["compliant", "noncompliant"]
    assert found[1]["fix"]
    assert found[1]["role"] in (shipped_rules()[rule].role, None)
