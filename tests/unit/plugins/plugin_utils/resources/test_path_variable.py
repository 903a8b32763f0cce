# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which entries a variable has already, and what it is after others were appended."""

from __future__ import annotations

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.resources.path_variable import (
    PathVariable,
    PathVariableState,
)
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.registry import Kind
from tests.unit.simulated import simulated

AGENT = "C:\\Agent\\bin"


def variable(*entries: str) -> PathVariable:
    return PathVariable(simulated().session, "PATH", entries)


@pytest.mark.parametrize("present", [AGENT, "c:\\AGENT\\BIN\\", f" {AGENT} ", "C:/Agent/bin"])
def test_an_entry_is_recognized_however_it_is_written(present: str) -> None:
    current = PathVariableState(Kind.STRING, f"C:\\Windows;{present};", f"C:\\Windows;{present};")

    assert variable(AGENT).desired(current) is current


def test_a_quoted_entry_is_none_that_programs_find() -> None:
    current = PathVariableState(Kind.STRING, f'"{AGENT}"', f'"{AGENT}"')

    assert variable(AGENT).desired(current).value == f'"{AGENT}";{AGENT}'


def test_an_entry_is_recognized_by_what_its_variables_stand_for() -> None:
    current = PathVariableState(Kind.EXPAND_STRING, "%ProgramFiles%\\Agent", "C:\\Program Files\\Agent")

    assert variable("C:\\Program Files\\Agent", "%programfiles%\\agent").desired(current) is current


def test_missing_entries_are_appended_in_their_order() -> None:
    current = PathVariableState(Kind.EXPAND_STRING, "%SystemRoot%;;", "C:\\Windows;;")

    desired = variable("D:\\b", AGENT, "D:\\a").desired(current)

    assert (desired.kind, desired.value) == (Kind.EXPAND_STRING, f"%SystemRoot%;D:\\b;{AGENT};D:\\a")


@pytest.mark.parametrize("entry", ["", "C:\\a;C:\\b"])
def test_what_cannot_be_an_entry_is_refused(entry: str) -> None:
    with pytest.raises(CimError, match="cannot be an entry of PATH"):
        variable(entry)
