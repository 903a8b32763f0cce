# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as text: what means the same place, and what is inside of what."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.windows.paths import (
    expand_variables,
    fold,
    is_within,
    normalize,
    parent,
    same_path,
    steps,
)

WINDOWS = r"C:\Windows"

characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters)
# Blanks and quotation marks at the ends do not count, which a name cannot have there anyway
names = st.text(characters, min_size=1).filter(
    lambda name: not set('\\/"*%') & set(name) and name == name.strip(" ") and not name.endswith(":")
)
roots = st.sampled_from(["C:", "d:", r"\\server\share", "\\\\server", r"\\?\Volume{540106a1}"])
paths = st.builds(lambda root, rest: "\\".join([root, *rest]), roots, st.lists(names, max_size=4))
spellings = st.sampled_from(
    [str, lambda path: path + "\\", lambda path: path.replace("\\", "/"), lambda path: f"{path}  ", normalize]
)


# -- Letter case


@pytest.mark.parametrize(
    "small, capital",
    [
        ("readme.txt", "README.TXT"),
        ("größe", "GRÖßE"),
        ("ÿ", "Ÿ"),
        ("сервер", "СЕРВЕР"),
        ("ἀρχή", "ἈΡΧΉ"),
        ("ᾀ", "ᾈ"),
        ("ǆ", "Ǆ"),
        ("ｆ", "Ｆ"),
    ],
)
def test_letters_compare_by_their_capitals(small: str, capital: str) -> None:
    assert fold(small) == fold(capital) == capital


@pytest.mark.parametrize(
    "one, other",
    [
        ("ı", "I"),
        ("ı", "i"),
        ("İ", "I"),
        ("İ", "i"),
        ("ſ", "S"),
        ("ſ", "s"),
        ("\u212a", "K"),
        ("\u212a", "k"),
        ("\u212b", "å"),
        ("ß", "ss"),
        ("ß", "ẞ"),
        ("ﬁ", "fi"),
        ("ŉ", "ʼn"),
        ("ς", "Σ"),
        ("µ", "Μ"),
        ("ǅ", "Ǆ"),
        ("\U00010428", "\U00010400"),
        ("é", "e\u0301"),
    ],
)
def test_windows_takes_these_for_different_letters(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(texts)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    folded = fold(text)

    assert len(folded.encode("utf-16")) == len(text.encode("utf-16"))
    assert [character.isascii() for character in folded] == [character.isascii() for character in text]
    assert fold("x".join(text)) == "X".join(folded)


# -- Steps


@pytest.mark.parametrize(
    "path, expected",
    [
        ("", ()),
        ("\\", ()),
        ("C:", ("C:",)),
        ("c:\\", ("C:",)),
        (r"C:\Data", ("C:", "DATA")),
        ("C:/Data//Inside/", ("C:", "DATA", "INSIDE")),
        ("C:\\Data  ", ("C:", "DATA")),
        (' "C:\\Data\\" ', (' "C:', "DATA", '"')),
        (r"\\?\C:\Data", ("C:", "DATA")),
        (r"\\?\Volume{540106a1}\Data", (r"\\?", "VOLUME{540106A1}", "DATA")),
        ("engine.exe", ("ENGINE.EXE",)),
        (r"\\server\share\Data", (r"\\SERVER", "SHARE", "DATA")),
        ("//server/share", (r"\\SERVER", "SHARE")),
        (r"\Data", (r"\DATA",)),
    ],
)
def test_a_path_is_made_of_these_steps(path: str, expected: tuple[str, ...]) -> None:
    assert steps(path) == expected


@given(paths, spellings)
def test_a_path_stays_the_same_however_it_is_written(path: str, spelling: object) -> None:
    assert callable(spelling)
    assert same_path(path, spelling(path))
    assert same_path(path, fold(path))


@pytest.mark.parametrize(
    "one, other", [(r"C:\Data", r"D:\Data"), (r"C:\Data", r"C:\Data2"), (r"\Data", "Data"), (r"\\C\x", r"\C\x")]
)
def test_other_paths_differ(one: str, other: str) -> None:
    assert not same_path(one, other)


@given(paths, st.lists(names))
def test_what_is_below_a_folder_is_within_it(outer: str, below: list[str]) -> None:
    inner = "\\".join([outer, *below])

    assert is_within(inner, outer)
    assert is_within(outer, inner) == (not below)


@given(paths, names)
def test_a_longer_name_is_another_folder(folder: str, suffix: str) -> None:
    assert not is_within(f"{folder}\\Data{suffix}", f"{folder}\\Data")


@given(texts)
def test_nothing_is_within_an_empty_path(path: str) -> None:
    assert not is_within(path, "")
    assert not is_within(path, "\\")


@given(paths)
@example("C:")
@example("C:\\\\x//")
def test_normalizing_changes_how_a_path_is_written_only(path: str) -> None:
    normal = normalize(path)

    assert same_path(normal, path)
    assert normalize(normal) == normal
    assert normal.endswith("\\") == normal.endswith(":\\")
    assert "\\\\" not in normal[1:]


def test_the_root_of_a_drive_keeps_its_backslash() -> None:
    assert normalize("D:") == normalize("D:\\") == normalize("D:/") == parent(r"D:\Data") == "D:\\"


@given(paths, names)
def test_a_path_is_within_its_parent(folder: str, name: str) -> None:
    assert parent(f"{folder}\\{name}") == normalize(folder)
    assert is_within(f"{folder}\\{name}", parent(f"{folder}\\{name}"))


@pytest.mark.parametrize("path", ["", "\\", "C:", "C:\\", "engine.exe"])
def test_what_has_no_parent_has_an_empty_one(path: str) -> None:
    assert parent(path) == ""


# -- Variables


@pytest.mark.parametrize(
    "path, expected",
    [
        (r"%SystemRoot%\Temp", r"E:\Windows\Temp"),
        (r"%windir%", r"E:\Windows"),
        (r"%SYSTEMDRIVE%\Data", r"E:\Data"),
        (r"%ProgramFiles%\Agent", r"E:\Program Files\Agent"),
        (r"%ProgramW6432%\Agent", r"E:\Program Files\Agent"),
        (r"%programfiles(x86)%\Agent", r"E:\Program Files (x86)\Agent"),
        (r"%ProgramData%\Agent", r"E:\ProgramData\Agent"),
        (r"%AllUsersProfile%\Agent", r"E:\ProgramData\Agent"),
        (r"%DATA%\Agent", r"%DATA%\Agent"),
        (r"E:\100%", r"E:\100%"),
        (r"%%SystemDrive%", r"%E:"),
    ],
)
def test_the_variables_of_every_windows_are_replaced(path: str, expected: str) -> None:
    assert expand_variables(path, r"E:\Windows") == expected


@given(texts.filter(lambda text: "%" not in text))
def test_a_path_without_variables_stays(path: str) -> None:
    assert expand_variables(path, WINDOWS) == path
