# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WQL parser and its evaluation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator import wql
from tests.simulator.model import CimClass, Property

CLASS = CimClass(
    "root/cimv2",
    "Test",
    (
        Property("Name", key=True),
        Property("Size", "uint64"),
        Property("Started", "boolean"),
        Property("Since", "datetime"),
        Property("Names", array=True),
    ),
    lambda host: [],
)
ROW = {"Name": r"C:\Program Files\it's", "Size": 2**40, "Started": True, "Since": datetime(2026, 1, 2, 3, 4, 5, 0, UTC)}


def matches(where: str) -> bool:
    return wql.parse(f"select * from Test where {where}").predicate(CLASS)(ROW)


@pytest.mark.parametrize(
    "where",
    [
        r"Name='c:\\program files\\it\'s'",
        r'name = "C:\\Program Files\\it' + "'" + 's"',
        r"Name LIKE '%files%'",
        r"Name LIKE '_:\\%[a-s]'",
        "Size > 5",
        "Size >= 1099511627776 AND Size<=1099511627776",
        "5 < Size",
        "Size = '1099511627776'",
        "Started = TRUE",
        "Started <> False",
        "not Started = false",
        "Names IS NULL",
        "Name is not null",
        "Size = 1 or (Size = 2 or Started = true)",
        "NOT (Size = 1 AND Started = TRUE)",
        "Since < '20260102030406.000000+000'",
        "Since = '20260102040405.000000+060'",
    ],
)
def test_true_conditions(where: str) -> None:
    assert matches(where)


@pytest.mark.parametrize(
    "where",
    [
        "Name = 'x'",
        "Name LIKE 'files'",
        r"Name LIKE '%[^s]'",
        "Size <> 1099511627776",
        "Size < 5 OR Started = false",
        "Names IS NOT NULL",
        "Size = 1 AND Started = TRUE OR Size = 2",
    ],
)
def test_false_conditions(where: str) -> None:
    assert not matches(where)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select",
        "select * from",
        "select * from Test where",
        "select * from Test where Name",
        "select * from Test where Name = ",
        "select * from Test where Name = 'open",
        r"select * from Test where Name = 'C:\single'",
        r"select * from Test where Name = 'ends in \'",
        "select * from Test where Name = 'it's'",
        "select * from Test where (Name = 'a'",
        "select * from Test where Name = 'a')",
        "select * from Test where Name == 'a'",
        "select * from Test; drop",
        "select *, Name from Test",
        "select Name Size from Test",
        "select Name, from Test",
        "update Test set Name = 'a'",
        "select * from Test order by Name",
        "select * from Test where Name LIKE 5",
        "select * from Test where " + "(" * 5000 + "Size = 1" + ")" * 5000,
        "select * from Test where " + "not " * 5000 + "Size = 1",
    ],
)
def test_no_query(text: str) -> None:
    with pytest.raises(wql.InvalidQuery):
        wql.parse(text)


@pytest.mark.parametrize(
    "where",
    [
        "Missing = 1",
        "Size = 'x'",
        "Name = 5",
        "Started = 'maybe'",
        "Names = 'x'",
        "Size LIKE '5'",
        "Since = 'today'",
        "Size < NULL",
    ],
)
def test_conditions_that_do_not_fit_the_class(where: str) -> None:
    with pytest.raises(wql.InvalidQuery):
        matches(where)


def test_selected_properties_take_the_spelling_of_the_class() -> None:
    assert wql.parse("SELECT name,SIZE FROM Test").selected(CLASS) == ("Name", "Size")
    with pytest.raises(wql.InvalidQuery):
        wql.parse("select Nane from Test").selected(CLASS)


@pytest.mark.parametrize(
    "where, keys",
    [
        ("Name='a'", {"Name": "a"}),
        ("name='a' and Size > 5", {"Name": "a"}),
        ("Name='a' or Size > 5", None),
        ("Size = 5", None),
        ("not Name='a'", None),
    ],
)
def test_keys_bound_by_equality(where: str, keys: dict[str, str] | None) -> None:
    assert wql.parse(f"select * from Test where {where}").bound_keys(CLASS) == keys


@given(st.text())
def test_any_text_parses_or_is_refused(text: str) -> None:
    for query in (text, f"select * from Test where {text}", f"select {text} from Test"):
        try:
            parsed = wql.parse(query)
        except wql.InvalidQuery:
            continue
        assert parsed.class_name


_WORDS = st.sampled_from(
    [
        *[
            "select",
            "from",
            "where",
            "and",
            "or",
            "not",
            "is",
            "null",
            "like",
            "*",
            "(",
            ")",
            ",",
            "=",
            "<>",
            "<",
            ">=",
        ],
        *["Name", "Size", "Started", "Test", "'a'", '"b"', "1", "-2", "3.5", "true"],
    ]
)


@given(st.lists(_WORDS, max_size=30))
def test_any_words_evaluate_or_are_refused(words: list[str]) -> None:
    try:
        predicate = wql.parse(" ".join(["select * from Test where", *words])).predicate(CLASS)
    except wql.InvalidQuery:
        return
    assert predicate(ROW) in (True, False)


@given(st.text())
def test_an_escaped_literal_is_the_text_itself(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    where = wql.parse(f"select * from Test where Name = '{escaped}'").where
    assert where == wql.Comparison("Name", "=", text)


@given(st.text())
def test_like_is_total(text: str) -> None:
    try:
        pattern = wql.like_pattern(text)
    except wql.InvalidQuery:
        return
    if not set(text) & set("%_["):
        assert pattern.fullmatch(text)
