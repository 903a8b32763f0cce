# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions are compared by their numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.windows.versions import find, parse

numbers = st.lists(st.integers(0, 10**9 - 1), min_size=1)


def written(version: list[int]) -> str:
    return ".".join(map(str, version))


@pytest.mark.parametrize(
    "older, newer", [("4", "5.1"), ("5.1", "5.1.14409"), ("4.8", "4.10"), ("9.9", "10.0"), ("0", "0.0.1")]
)
def test_parts_count_as_numbers_from_the_left(older: str, newer: str) -> None:
    first, second = parse(older), parse(newer)

    assert first is not None
    assert second is not None
    assert first < second
    assert find(older) < find(newer)


@given(numbers, numbers)
def test_versions_are_ordered_as_their_numbers_are(one: list[int], other: list[int]) -> None:
    length = max(len(one), len(other))
    first, second = ([*version, *[0] * (length - len(version))] for version in (one, other))

    assert (find(written(one)) < find(written(other))) == (first < second)
    assert (find(written(one)) == find(written(other))) == (first == second)


@given(numbers, st.integers(0, 5))
def test_zeros_at_the_end_do_not_count(version: list[int], zeros: int) -> None:
    assert parse(written([*version, *[0] * zeros])) == parse(written(version))


@given(numbers)
def test_both_readers_agree_on_what_is_a_version(version: list[int]) -> None:
    assert parse(written(version)) == find(written(version))


@pytest.mark.parametrize(
    "text", ["", " ", ".", "4.", ".8", "4..8", "v4.8", "4.8 ", "4.8\n", "4,8", "-1", "٤", "4.8-preview", "1" * 10]
)
def test_anything_else_is_not_a_version(text: str) -> None:
    assert parse(text) is None


@given(st.text(st.characters(exclude_characters="0123456789")))
def test_what_has_no_digit_is_not_a_version(text: str) -> None:
    assert parse(text) is None
    assert find(text) == ()


@pytest.mark.parametrize(
    "text, version",
    [("v4.8 (3761)", (4, 8, 3761)), ("528049", (528049,)), ("2,0,9262,0", (2, 0, 9262)), ("5.1-rc", (5, 1))],
)
def test_numbers_are_found_among_other_characters(text: str, version: tuple[int, ...]) -> None:
    assert find(text) == version
