# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's encryption key: found, or unknown, and never opened."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.plugins.plugin_utils.mars.conftest import AGENT
from tests.unit.simulated import simulated

FILE = rf"{AGENT}\Scratch\OnlineBackup.KEK"

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("encryption_key_file", "compliant", {"encryption_key.file": FILE}),
    ("encryption_key_file", "unknown", {"encryption_key.file": None}),
    ("encryption_key_file", "unknown", {"encryption_key": ...}),
    ("encryption_key_file", "unknown", {"scratch": ...}),
    ("encryption_key_file", "not_applicable", {"scratch.exists": False}),
    ("encryption_key_file", "not_applicable", {"agent.installed": False}),
]


@pytest.mark.parametrize("base", ["healthy-2022", "german-2019", "japanese-2016"])
@pytest.mark.parametrize(
    "files, found",
    [
        ({}, FILE),
        (
            {FILE: None, rf"{AGENT}\Scratch\Data\x\onlinebackup.kek": {"size": 1}},
            rf"{AGENT}\Scratch\Data\x\onlinebackup.kek",
        ),
        ({FILE: None}, None),
        ({FILE: None, rf"{AGENT}\OnlineBackup.KEK": {"size": 1}}, None),
        ({FILE: None, rf"{AGENT}\Scratch\OnlineBackup.KEK.old": {"size": 1}}, None),
    ],
)
def test_it_is_found_anywhere_in_the_scratch_folder(base: str, files: dict[str, Any], found: str | None) -> None:
    facts = gather(simulated(base=base, files=files).session, ["encryption_key"])

    assert str(facts["encryption_key"]["file"]).lower() == str(found).lower()
    assert facts["unreadable"] == []


def test_without_a_scratch_folder_nothing_is_looked_for() -> None:
    host = simulated()

    assert gather(host.session, ["encryption_key"])["encryption_key"] == {"file": None}
    assert host.actions["Command"] == 0
