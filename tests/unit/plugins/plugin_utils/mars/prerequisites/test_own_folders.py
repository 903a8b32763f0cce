# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders in the registry that are not the agent's own: no role writes them anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds

CASES: list[tuple[str, str, dict[str, Any]]] = []

FOLDERS = [
    "C:\\",
    "C:\\*",
    "C:",
    r"C:\Windows",
    r"C:\WINDOWS\System32",
    r"C:\Program Files",
    r"C:\Users",
    r"Agent",
    r"\Agent",
    r'"C:\Agent"',
    r"C:\Agent\..",
    r"C:\Agent\*",
    r"%TEMP%\Agent",
    r"\\server\share\Agent",
]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "rule, facts",
    [
        ("scratch_location", ["scratch.location", "scratch.provider_location"]),
        ("powershell_module_path", ["agent.install_path"]),
    ],
)
def test_they_are_reported_and_left_alone(
    host: Callable[[dict[str, Any]], dict[str, Any]], rule: str, facts: list[str], folder: str
) -> None:
    changed: dict[str, Any] = dict.fromkeys(facts, folder)
    changed |= {"powershell.module_path": [folder.rstrip("\\") + r"\bin\Modules"]}

    finding = find(shipped_rules()[rule], host(changed), thresholds("minimum", {}))

    assert (finding.status, finding.role) == ("noncompliant", None)
    assert folder not in (finding.fix or "")
    assert folder in str(finding.actual)
