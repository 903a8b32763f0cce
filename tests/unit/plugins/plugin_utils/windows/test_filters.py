# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File system filters as fltmc lists them, in any language."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.command_batch import CommandBatch, Output
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.filters import COMMAND, Filter, filters
from tests.unit.simulated import simulated


def listed(**profile: Any) -> list[Filter]:
    return filters(CommandBatch(simulated(**profile).session, {"filters": COMMAND}).output("filters"))


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_filters_are_read_by_the_order_of_the_columns(language: str) -> None:
    assert listed(language=language, filters={"Name with blanks": "320000.5", "Old": ""}) == [
        Filter("WdFilter", "328010"),
        Filter("Name with blanks", "320000.5"),
        Filter("luafv", "135000"),
        Filter("npsvctrig", "46000"),
        Filter("FileInfo", "40500"),
        Filter("Old", None),
    ]


@pytest.mark.parametrize(
    "altitude, scanner",
    [("319999.9", False), ("320000", True), ("328010", True), ("329999.9", True), ("330000", False), (None, None)],
)
def test_the_altitude_says_whether_it_is_a_scanner(altitude: str | None, scanner: bool | None) -> None:
    assert Filter("x", altitude).is_scanner is scanner


def test_without_an_elevated_administrator_nothing_is_known() -> None:
    with pytest.raises(CimError, match="elevated administrator: Access is denied"):
        listed(filters=None)


def test_an_output_without_filters_is_no_list_of_them() -> None:
    with pytest.raises(CimError, match="lists no file system filter"):
        filters(Output(True, "This is something else"))
