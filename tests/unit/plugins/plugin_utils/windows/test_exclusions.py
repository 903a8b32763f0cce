# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for exclusions of any folder. Single cases are in the tests of the functions and of the resource."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.windows.exclusions import (
    covers_folder,
    covers_program,
    exclusion,
    meaning,
    why_never,
)

WINDOWS = r"C:\Windows"

names = st.text(st.characters(exclude_characters='\\/:*?"<>|', exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
folders = st.lists(names, min_size=1, max_size=4).map(lambda parts: "\\".join(["D:", *parts]))


@given(folders)
def test_a_folder_is_covered_by_itself_and_all_its_content_but_not_as_a_pattern_of_files(folder: str) -> None:
    for entry in (folder, f"{folder}\\", f"{folder}\\*"):
        assert covers_folder(entry, folder, [])
        assert meaning(entry) == meaning(folder)
    assert not covers_folder(f"{folder}*", folder, [])
    assert not covers_folder(f"{folder}\\*.*", folder, [])


@given(folders, names)
def test_a_folder_covers_what_is_below_it_and_never_what_is_above(folder: str, name: str) -> None:
    below = f"{folder}\\{name}"

    assert covers_folder(folder, below, [])
    assert not covers_folder(below, folder, [])
    assert not covers_folder(folder, below, [f"{below}\\"])
    assert covers_program(f"{folder}\\*", below)
    assert not covers_program(folder, below)


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_an_entry_is_it_is_read_and_nothing_is_covered_by_accident(entry: str, folder: str) -> None:
    if covers_folder(entry, folder, []):
        assert entry[1:3] == folder[1:3] == ":\\"
    if covers_program(entry, folder):
        assert folder[1:3] == ":\\"
    safe = exclusion(entry, WINDOWS)
    if safe is not None:
        assert covers_folder(safe, safe, [])
        assert why_never(safe, WINDOWS) is None


@pytest.mark.parametrize("folder", ["C:\\", r"C:\Windows", r"C:\Windows\System32", r"C:\Program Files", r"C:\Users\me"])
@given(data=st.data())
def test_no_spelling_of_a_folder_of_windows_is_excluded(folder: str, data: st.DataObject) -> None:
    """Every character may be in another case, or a wildcard."""
    spelled = "".join(
        data.draw(st.sampled_from([letter.lower(), letter.upper(), "?", "*"])) if letter.isalpha() else letter
        for letter in folder[3:]
    )
    ending = data.draw(st.sampled_from(["", "\\", "\\*"]))

    assert why_never(folder[:3] + spelled + ending, WINDOWS) is not None
