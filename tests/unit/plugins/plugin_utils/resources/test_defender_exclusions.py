# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which exclusions mean the same, which cover others, and which are refused."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.resources.defender_exclusions import (
    DefenderExclusions,
    Exclusions,
)
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from tests.unit.simulated import simulated

OTHERS = Exclusions(paths=["C:\\Other\\*", "c:\\other"], processes=["other.exe"])


def exclusions(named: Exclusions, *, present: bool = True) -> DefenderExclusions:
    return DefenderExclusions(simulated().session, named, present=present)


@pytest.mark.parametrize("known", ["D:\\Größe", "d:\\GRÖßE\\", "D:\\Größe\\*"])
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

    desired = exclusions(named, present=present).desired(copy.deepcopy(OTHERS))

    assert desired["paths"][:2] == OTHERS["paths"]
    assert desired["processes"][:1] == OTHERS["processes"]
    assert len(desired["paths"]) == (3 if present else 2)


@pytest.mark.parametrize(
    "known",
    ["D:/Größe", '"D:\\Größe"', "D:\\Größe ", "D:\\GRÖẞE", "D:\\Größe\\*\\*", "D:\\Gr*", "D:\\Größe\\Sub"],
)
def test_what_defender_may_read_as_another_folder_is_another_folder(known: str) -> None:
    named = Exclusions(paths=["D:\\größe"], processes=[])
    current = Exclusions(paths=[known], processes=[])

    assert exclusions(named).desired(current)["paths"] == [known, "D:\\größe"]
    assert exclusions(named, present=False).desired(current) == current


@pytest.mark.parametrize(
    "known",
    [
        Exclusions(paths=["D:\\MARS"], processes=["engine.exe"]),
        Exclusions(paths=["D:\\*"], processes=["D:\\MARS\\*\\engine.exe"]),
        Exclusions(paths=["D:\\MARS\\Scr*\\*"], processes=["D:\\MARS\\bin\\*"]),
        Exclusions(paths=["%SystemDrive%\\X", "d:\\mars\\scratch\\*"], processes=["ENGINE.EXE"]),
    ],
)
def test_what_is_covered_already_is_not_added_again(known: Exclusions) -> None:
    named = Exclusions(paths=["D:\\MARS\\Scratch"], processes=["D:\\MARS\\bin\\engine.exe"])

    assert exclusions(named).desired(known) == known


def test_variables_are_those_of_the_host() -> None:
    named = Exclusions(paths=["C:\\Program Files\\Agent\\bin"], processes=[])
    known = Exclusions(paths=["%ProgramFiles%\\Agent"], processes=[])

    assert exclusions(named).desired(known) == known


def test_an_exclusion_above_a_mounted_volume_does_not_cover_what_is_on_it() -> None:
    named = Exclusions(paths=["D:\\Mounted\\Scratch"], processes=[])
    known = Exclusions(paths=["D:\\"], processes=[])
    host = simulated(volumes={"D:\\Mounted\\": {"capacity": "10 GiB", "free": "5 GiB"}}, files={"D:\\Mounted\\": {}})

    assert DefenderExclusions(host.session, named, present=True).desired(known)["paths"] == [
        "D:\\",
        "D:\\Mounted\\Scratch",
    ]
    assert exclusions(named).desired(known) == known


@pytest.mark.parametrize(
    "path, reason",
    [
        ("C:\\", "whole drive"),
        ("D:\\*", "whole drive"),
        ("%SystemDrive%\\", "whole drive"),
        ("C:\\*\\System32", "folder of Windows"),
        ("C:\\Win*", "folder of Windows"),
        ("%windir%\\Temp", "folder of Windows"),
        ("%ProgramFiles%", "folder of Windows"),
        ("C:\\Users", "folder of Windows"),
        ("E:\\System Volume Information\\x\\..\\..", "Windows reads as another one"),
        ("C:\\Data\\.", "Windows reads as another one"),
        ("Scratch", "not an absolute path"),
        ("*\\Scratch", "not an absolute path"),
        ("D:Scratch", "not an absolute path"),
        ("%DATA%\\Scratch", "not an absolute path"),
        ("\\\\?\\D:\\Scratch", "not an absolute path"),
    ],
)
def test_what_would_weaken_the_host_is_not_excluded_but_can_be_removed(path: str, reason: str) -> None:
    named = Exclusions(paths=[path], processes=[])

    with pytest.raises(CimError, match=f"is not excluded, because it .*{reason}"):
        exclusions(named).desired(Exclusions(paths=[], processes=[]))
    assert exclusions(named, present=False).desired(copy.deepcopy(named))["paths"] == []
