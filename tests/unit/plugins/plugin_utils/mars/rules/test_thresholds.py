# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thresholds and their baselines."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import (
    THRESHOLDS,
    Threshold,
    ThresholdError,
    thresholds,
)


def test_the_baselines_promise_what_is_documented() -> None:
    minimum, current = thresholds("minimum", {}), thresholds("current", {})

    assert (minimum["dotnet_version"], minimum["powershell_version"]) == ("4.5.2", "3.0")
    assert (current["dotnet_version"], current["powershell_version"]) == ("4.8", "5.0")


@pytest.mark.parametrize("baseline", ["minimum", "current"])
def test_shipped_values_are_values_a_user_could_give(baseline: str) -> None:
    values = thresholds(baseline, {})

    assert thresholds(baseline, values) == values


def test_every_threshold_is_described() -> None:
    for name, threshold in THRESHOLDS.items():
        assert threshold.description.endswith("."), name
        assert threshold.form


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("dotnet_version", "4.10", "4.10"),
        ("scratch_free_percent", 7.5, 7.5),
        ("scratch_free_percent", "7.5", 7.5),
        ("scratch_free_percent", 0, 0),
        ("scratch_system_state_space", "2000000000000", 2_000_000_000_000),
        ("proxy", "None", "none"),
        ("proxy", "Proxy.example.com:8080 ", "proxy.example.com:8080"),
        ("proxy", "[fd00::1]:3128", "[fd00::1]:3128"),
    ],
)
def test_single_thresholds_can_be_replaced(name: str, value: Any, expected: Any) -> None:
    values = thresholds("current", {name: value})

    assert values == thresholds("current", {}) | {name: expected}


@pytest.mark.parametrize(
    "overrides, words",
    [
        (
            {"dotnet": "4.8"},
            "no threshold dotnet; there are dotnet_version, dotnet_advised_version, powershell_version",
        ),
        (
            {"dotnet_version": 4.8},
            "dotnet_version must be a version in quotes, '4.8' for example, not 4.8",
        ),
        ({"dotnet_version": "newest"}, "must be a version in quotes"),
        ({"dotnet_version": None}, "must be a version in quotes"),
        ({"scratch_free_percent": 101}, "must be a number from 0 to 100, not 101"),
        ({"scratch_free_percent": True}, "must be a number from 0 to 100"),
        ({"scratch_free_percent": "5 %"}, "must be a number from 0 to 100"),
        ({"scratch_system_state_space": 0}, "must be a whole number of bytes above 0"),
        ({"scratch_system_state_space": 1.5}, "must be a whole number of bytes above 0"),
        ({"scratch_system_state_space": "2 TB"}, "must be a whole number of bytes above 0"),
        ({"proxy": "proxy.example.com"}, "must be none, or host and port such as proxy.example.com:8080, or null, not"),
        ({"proxy": "http://user:secret@proxy.example.com:8080"}, "or null$"),
    ],
    ids=str,
)
def test_a_wrong_threshold_is_named_with_what_is_possible(overrides: dict[str, Any], words: str) -> None:
    with pytest.raises(ThresholdError, match=words):
        thresholds("minimum", overrides)


@pytest.mark.parametrize(
    "type_, value, expected",
    [
        ("text", "W. Europe Standard Time ", "W. Europe Standard Time"),
        ("text", None, None),
        ("text", " ", None),
        ("texts", ["D:", " E: "], ["D:", "E:"]),
        ("texts", "D:\nE:\n", ["D:", "E:"]),
        ("texts", [], None),
        ("texts", "", None),
        ("bytes", "", None),
    ],
)
def test_what_only_the_user_knows_may_be_left_blank(type_: str, value: Any, expected: Any) -> None:
    assert Threshold(type_, "Known to the user.", None, None).read(value) == expected


@pytest.mark.parametrize("type_, value", [("text", 7), ("text", ["a"]), ("texts", [1]), ("texts", ["a", ""])])
def test_text_is_text(type_: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"a (list of texts|text), or null"):
        Threshold(type_, "Known to the user.", None, None).read(value)
