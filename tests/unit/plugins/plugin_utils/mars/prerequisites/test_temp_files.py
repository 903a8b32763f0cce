# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary files: their facts and their rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.simulated import simulated

TEMP = r"C:\Windows\Temp"

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("temp_files", "compliant", {"temp_files.count": 60000}),
    ("temp_files", "compliant", {"temp_files.count": 0}),
    ("temp_files", "noncompliant", {"temp_files.count": 60001}),
    ("temp_files", "unknown", {"temp_files": ...}),
]


@pytest.mark.parametrize("base", ["windows-server-2008", "windows-server-2022", "german-2019", "japanese-2016"])
def test_only_files_whose_names_end_exactly_in_tmp_are_counted(base: str) -> None:
    files = {
        rf"{TEMP}\a.tmp": {},
        rf"{TEMP}\B C.TMP": {"attributes": ["hidden"]},
        rf"{TEMP}\c.tmpx": {},
        rf"{TEMP}\d.tmp.log": {},
        rf"{TEMP}\folder.tmp" + "\\": {},
        rf"{TEMP}\folder\e.tmp": {},
    }
    before = gather(simulated(base=base).session, ["temp_files"])["temp_files"]["count"]

    facts = gather(simulated(base=base, files=files).session, ["temp_files"])

    assert facts["temp_files"] == {"folder": TEMP, "count": before + 2}


def test_an_empty_folder_has_none_and_one_that_is_missing_is_unreadable() -> None:
    host = simulated()
    for path, _node in host.windows.files.children(TEMP):
        host.windows.files.delete(path)

    assert gather(host.session, ["os", "temp_files"])["temp_files"]["count"] == 0

    host.windows.files.delete(TEMP)
    facts = gather(host.session, ["os", "temp_files"])
    assert "count" not in facts["temp_files"]
    assert [entry["fact"] for entry in facts["unreadable"]] == ["temp_files.count"]


def test_however_many_they_are_no_name_is_sent() -> None:
    host = simulated(files={rf"{TEMP}\x<n>.tmp": {"count": 3000}})

    assert gather(host.session, ["temp_files"])["temp_files"]["count"] == 3003
    assert host.actions["cmd/Receive"] == 1
