# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits for a restart: its facts and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.simulated import simulated

SERVICING = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
UPDATES = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"
SESSION_MANAGER = r"HKLM\SYSTEM\ControlSet001\Control\Session Manager"
OLD_FILE = r"C:\Windows\Temp\old.dll"
RENAMES = {SESSION_MANAGER: {"PendingFileRenameOperations": ["\\??\\" + OLD_FILE, ""]}}
NOTHING = {"servicing": False, "updates": False, "file_renames": False}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("restart_pending", "compliant", {}),
    ("restart_pending", "noncompliant", {"restart.servicing": True}),
    ("restart_pending", "noncompliant", {"restart.updates": True}),
    ("restart_pending", "noncompliant", {"restart.file_renames": True}),
    ("restart_pending", "unknown", {"restart": ...}),
    ("restart_pending", "unknown", {"restart.file_renames": ...}),
]


@pytest.mark.parametrize("base", ["windows-server-2008", "windows-server-2022", "german-2019", "japanese-2016"])
@pytest.mark.parametrize(
    "registry, pending",
    [
        ({}, None),
        ({SERVICING: {}}, "servicing"),
        ({UPDATES: {"f4b7": 1}}, "updates"),
        (RENAMES, "file_renames"),
        ({SESSION_MANAGER: {"PendingFileRenameOperations": []}}, None),
    ],
)
def test_facts(base: str, registry: dict[str, Any], pending: str | None) -> None:
    facts = gather(simulated(base=base, registry=registry).session, ["restart"])

    assert facts["unreadable"] == []
    assert facts["restart"] == NOTHING | ({pending: True} if pending else {})


def test_a_restart_finishes_what_waited_for_it() -> None:
    host = simulated(registry={SERVICING: {}, UPDATES: {}, **RENAMES}, files={OLD_FILE: {}})

    host.windows.restart()
    host.clock.time += 60

    assert gather(host.session, ["restart"])["restart"] == NOTHING
    assert host.windows.files.find(OLD_FILE) is None


def test_what_cannot_be_read_is_not_taken_for_nothing() -> None:
    host = simulated(registry={SESSION_MANAGER: {"BootExecute": None}})

    facts = gather(host.session, ["restart"])

    assert facts["restart"] == {"servicing": False, "updates": False}
    assert [entry["section"] for entry in facts["unreadable"]] == ["restart"]
