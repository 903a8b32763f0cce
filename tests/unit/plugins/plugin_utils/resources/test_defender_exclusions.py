# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which exclusions mean the same."""

from __future__ import annotations

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.resources.defender_exclusions import (
    DefenderExclusions,
    Exclusions,
)
from tests.unit.simulated import simulated

OTHERS = Exclusions(paths=["C:\\Other\\*", "c:\\other"], processes=["other.exe"])


def exclusions(named: Exclusions, *, present: bool = True) -> DefenderExclusions:
    return DefenderExclusions(simulated().session, named, present=present)


@pytest.mark.parametrize("known", ["D:\\Größe", "d:\\GRÖßE\\", "D:\\Größe\\*", "D:/Größe"])
def test_a_folder_is_recognized_however_it_is_written(known: str) -> None:
    named = Exclusions(paths=["D:\\größe"], processes=[])
    current = Exclusions(paths=[*OTHERS["paths"], known], processes=[])

    assert exclusions(named).desired(current) == current
    assert exclusions(named, present=False).desired(current)["paths"] == OTHERS["paths"]


def test_a_program_in_a_folder_is_not_every_program_in_it() -> None:
    named = Exclusions(paths=[], processes=["C:\\Agent\\*"])
    current = Exclusions(paths=[], processes=["C:\\Agent", "c:\\AGENT\\engine.exe"])

    assert exclusions(named).desired(current)["processes"] == [*current["processes"], "C:\\Agent\\*"]


@pytest.mark.parametrize("present", [True, False])
def test_the_exclusions_of_others_stay_as_they_are(present: bool) -> None:
    named = Exclusions(paths=["D:\\Scratch", "d:\\scratch\\"], processes=["engine.exe"])

    desired = exclusions(named, present=present).desired(OTHERS)

    assert desired["paths"][:2] == OTHERS["paths"]
    assert desired["processes"][:1] == OTHERS["processes"]
    assert len(desired["paths"]) == (3 if present else 2)
