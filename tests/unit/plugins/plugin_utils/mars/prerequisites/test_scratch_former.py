# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A former scratch folder that waits to be removed: its fact and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.simulated import simulated

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("scratch_former", "compliant", {"scratch.former_location": None}),
    ("scratch_former", "noncompliant", {"scratch.former_location": r"D:\Old"}),
    ("scratch_former", "compliant", {"scratch.former_location": r"D:\Same", "scratch.location": r"D:\Same"}),
    ("scratch_former", "not_applicable", {"agent.installed": False}),
    ("scratch_former", "unknown", {"scratch.former_location": ...}),
    ("scratch_former", "unknown", {"agent": ...}),
]


@pytest.mark.parametrize("folder", [None, r"D:\MARS\Scratch"])
def test_fact(folder: str | None) -> None:
    kept = {r"HKLM\SOFTWARE\winops.mars": {"FormerScratchLocation": folder}} if folder else {}

    facts = gather(simulated(base="healthy-2022", registry=kept).session, ["scratch"])

    assert facts["scratch"]["former_location"] == folder
