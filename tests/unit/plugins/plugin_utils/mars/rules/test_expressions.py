# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions, texts and the functions in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.functions import Functions

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.expressions import Expression, Text
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.fact_path import Document
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.functions import (
    FUNCTION_ARGUMENTS,
    RuleFunctions,
)

WINDOWS = r"C:\Windows"


def call(function: str, *arguments: Any) -> Any:
    names = [f"a{index}" for index in range(len(arguments))]
    return Expression(f"{function}({', '.join(names)})", {}).search(dict(zip(names, arguments, strict=True)))


@pytest.mark.parametrize(
    "left, right, order",
    [
        ("4.8", "4.8", 0),
        ("4.8", "4.8.0", 0),
        ("4.8", "4.10", -1),
        ("4.8.1", "4.8", 1),
        ("5.1.20348.1", "5.0", 1),
        ("0", "0.0", 0),
        ("4.x", "4.8", None),
        (4.8, "4.8", None),
        (None, "4.8", None),
        ("", "4.8", None),
    ],
)
def test_version_compare(left: Any, right: Any, order: int | None) -> None:
    assert call("version_compare", left, right) == order


@given(*[st.lists(st.integers(0, 10**6), min_size=1, max_size=4)] * 2)
def test_versions_are_ordered_by_their_numbers(left: list[int], right: list[int]) -> None:
    def filled(parts: list[int]) -> list[int]:
        return parts + [0] * (4 - len(parts))

    def written(parts: list[int]) -> str:
        return ".".join(map(str, parts))

    order = call("version_compare", written(left), written(right))

    assert (order < 0) == (filled(left) < filled(right))
    assert (order > 0) == (filled(left) > filled(right))


@pytest.mark.parametrize(
    "part, whole, percent",
    [(50, 200, 25.0), (0, 10, 0.0), (1, 0, None), (None, 10, None), (True, 10, None), ("1", 10, None), (5, -1, None)],
)
def test_percent(part: Any, whole: Any, percent: float | None) -> None:
    assert call("percent", part, whole) == percent


@pytest.mark.parametrize(
    "left, right, same",
    [
        ("D:\\Scratch", "d:\\SCRATCH\\", True),
        ("D:/Scratch", "D:\\Scratch", True),
        ("D:\\", "D:", True),
        ("D:\\Scratch", "D:\\Scratch2", False),
        ("D:\\Straße", "D:\\STRASSE", False),
        (None, "D:\\Scratch", None),
    ],
)
def test_same_path(left: Any, right: Any, same: bool | None) -> None:
    assert call("same_path", left, right) is same


@pytest.mark.parametrize(
    "entries, covered",
    [
        ([r"D:\Scratch"], True),
        (["D:\\SCRATCH\\"], True),
        ([r"d:\scratch\*"], True),
        (["D:\\"], True),
        ([r"D:\Scratch\Sub"], False),
        ([r"D:\Scra"], False),
        ([r"D:\Scratch*"], False),
        ([r"D:\Scratch\*.vhd"], False),
        ([r"D:\*"], True),
        ([r"D:\*\*"], True),
        ([r"D:\*\*\*"], False),
        ([r"D:\Scratch\*\*"], False),
        ([r"D:\Scr?tch\*"], True),
        ([r"D:\Scr?tch"], False),
        ([r"?:\Scratch"], False),
        ([r"*\Scratch"], False),
        (["D:"], False),
        (["Scratch"], False),
        (["D:/Scratch"], False),
        (['"D:\\Scratch"'], False),
        ([" D:\\Scratch"], False),
        (["D:\\Scratch "], False),
        ([r"\\?\D:\Scratch"], False),
        ([r"D:\SCRAT~1"], False),
        (["D:\\\\Scratch"], False),
        (["*"], False),
        ([""], False),
        ([], False),
        (["", None, 1, r"D:\Scratch"], True),
        (None, None),
        (r"D:\Scratch", None),
    ],
)
def test_covers_paths(entries: Any, covered: bool | None) -> None:
    assert call("covers_paths", entries, [r"D:\Scratch"], WINDOWS, []) is covered


@pytest.mark.parametrize(
    "entry",
    [
        r"%ProgramFiles%\Agent",
        r"%programfiles%\AGENT\*",
        r"%ProgramW6432%\Agent",
        r"%SystemDrive%\Program Files\Agent",
        r"%windir%\..\Program Files\Agent",
    ],
)
def test_variables_are_those_of_the_host(entry: str) -> None:
    expected = ".." not in entry

    assert call("covers_paths", [entry], [r"E:\Program Files\Agent"], r"E:\Windows", []) is expected
    assert call("covers_paths", [entry], [r"C:\Program Files\Agent"], r"E:\Windows", []) is False
    assert call("covers_paths", [entry], [r"E:\Program Files\Agent"], None, []) is None


@pytest.mark.parametrize("stars, covered", [(6, True), (7, False)])
def test_defender_takes_six_wildcards_in_an_entry(stars: int, covered: bool) -> None:
    folder = "D:" + r"\a" * stars
    assert call("covers_paths", ["D:" + r"\*" * stars], [folder], WINDOWS, []) is covered


def test_letters_are_the_same_only_if_they_are_to_windows() -> None:
    assert call("covers_paths", ["D:\\\u212aeep"], ["D:\\Keep"], WINDOWS, []) is False
    assert call("covers_processes", ["\u212aeep.exe"], ["D:\\Keep.exe"], WINDOWS) is False
    assert call("covers_paths", ["D:\\GRÖẞE"], ["D:\\größe"], WINDOWS, []) is False
    assert call("covers_paths", ["D:\\ÉTÉ"], ["D:\\été"], WINDOWS, []) is True


def test_an_exclusion_ends_at_a_mount_point_below_it() -> None:
    mounts = ["C:\\", "D:\\", "D:\\Mounted\\", "\\\\?\\Volume{1}\\"]

    def covers(entry: str, folder: str) -> object:
        return call("covers_paths", [entry], [folder], WINDOWS, mounts)

    assert covers("D:\\", r"D:\Mounted\Scratch") is False
    assert covers(r"D:\*", r"D:\Mounted\Scratch") is False
    assert covers(r"D:\Mounted", r"D:\mounted\Scratch") is True
    assert covers(r"D:\Mounted\Scratch", r"D:\Mounted\Scratch") is True
    assert covers("D:\\", r"D:\Mounted2\Scratch") is True
    assert covers(r"D:\*\Scratch", r"D:\Mounted\Scratch") is True


def test_an_unknown_variable_stays_what_it_is() -> None:
    assert call("covers_paths", [r"%DATA%\Scratch"], [r"D:\Scratch"], WINDOWS, []) is False


@pytest.mark.parametrize(
    "entries, covered",
    [
        ([r"C:\Agent\bin\cbengine.exe"], True),
        (["CBENGINE.EXE"], True),
        ([r"%SystemDrive%\agent\bin\CBEngine.exe"], True),
        (["C:\\Agent\\bin\\*"], True),
        ([r"C:\Agent\bin"], False),
        (["C:\\Agent\\*"], False),
        ([r"D:\Agent\bin\cbengine.exe"], False),
        (["engine.exe"], False),
        (["cb*.exe"], False),
        ([r"C:\*\bin\CB*.exe"], True),
        ([r"C:\*\cbengine.exe"], False),
        ([r"C:\Agent\bin\cbengine.exe\\"[:-1]], False),
        (["C:\\Agent\\bin\\"], False),
        ([r"cbengine.exe\*"], False),
        ([r"C:\Agent\bin\cbengine.exe\*"], False),
        (["C:/Agent/bin/cbengine.exe"], False),
        (['"C:\\Agent\\bin\\cbengine.exe"'], False),
        ([" cbengine.exe"], False),
        ([], False),
        (None, None),
    ],
)
def test_covers_processes(entries: Any, covered: bool | None) -> None:
    assert call("covers_processes", entries, [r"C:\Agent\bin\CBEngine.exe"], WINDOWS) is covered


@pytest.mark.parametrize(
    "entries, listed",
    [
        ([r"c:\agent\BIN"], True),
        (["C:\\Agent\\bin\\"], True),
        ([r"C:\Agent"], False),
        ([r"%SystemDrive%\Agent\bin"], False),
        ([r'"C:\Agent\bin"'], False),
        ([r"C:\AGENT~1\bin"], None),
        ([r"C:\AGENT~1\bin", r"\\?\C:\Agent\bin"], True),
    ],
)
def test_lists_path(entries: Any, listed: bool | None) -> None:
    assert call("lists_path", entries, r"C:\Agent\bin") is listed


@pytest.mark.parametrize(
    "count, text",
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (2**40, "1 TiB"), (2**51, "2048 TiB"), ("1", None)],
)
def test_size(count: Any, text: str | None) -> None:
    assert call("size", count) == text


@pytest.mark.parametrize(
    "paths, covered", [([r"D:\A", r"E:\B"], True), ([r"D:\A", r"F:\C"], False), ([], True), ([None], None)]
)
def test_every_path_has_to_be_covered(paths: list[Any], covered: bool | None) -> None:
    assert call("covers_paths", ["D:\\", "E:\\"], paths, WINDOWS, []) is covered
    assert call("covers_processes", [r"D:\A", r"E:\B"], paths, WINDOWS) is covered


@pytest.mark.parametrize(
    "version, release",
    [("4.8", 528040), ("4.7.0", 460798), ("4.5.3", 393295), ("1.1", 378389), ("4.9", None), ("new", None), (4.8, None)],
)
def test_dotnet_release(version: Any, release: int | None) -> None:
    assert call("dotnet_release", version) == release


OWN_FUNCTIONS = sorted(set(RuleFunctions.FUNCTION_TABLE) - set(Functions.FUNCTION_TABLE))


@given(st.data())
def test_own_functions_take_anything(data: st.DataObject) -> None:
    function = data.draw(st.sampled_from(OWN_FUNCTIONS))
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=5,
    )
    count = FUNCTION_ARGUMENTS[function]
    assert count is not None

    call(function, *[data.draw(anything) for _unused in range(count)])


@pytest.mark.parametrize(
    "expression",
    [
        "length(a)",
        "join('', [a, 'x'])",
        "max([a, `1`])",
        "sort_by(b, &c)",
        "a.b.c[0]",
        "b[?c > `1`]",
        "to_number(b)",
        "abs(a)",
    ],
)
def test_what_a_value_cannot_do_gives_nothing(expression: str) -> None:
    assert Expression(expression, {}).search({"a": None, "b": [{"c": 1}, {"c": "x"}, 2]}) in (None, [])


@pytest.mark.parametrize(
    "text, shown",
    [
        ("{a} and {b}", "none and none"),
        ("{yes}/{no}", "yes/no"),
        ("{ratio}, {whole}, {count}", "4.2, 5, 7"),
        ("{list}", "x, none, 2"),
        ("{empty}", "none"),
        ("{object}", '{"straße": 1}'),
        ("plain", "plain"),
        ("{list[0]}{join('-', ['a', 'b'])}", "xa-b"),
    ],
)
def test_texts(text: str, shown: str) -> None:
    document = {
        "a": None,
        "b": "",
        "yes": True,
        "no": False,
        "ratio": 4.26,
        "whole": 5.0,
        "count": 7,
        "list": ["x", None, 2],
        "empty": [],
        "object": {"straße": 1},
    }

    assert Text(text, {}).render(Document(document)) == shown
