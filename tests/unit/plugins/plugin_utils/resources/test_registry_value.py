# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which registry value plain data stands for."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.resources.registry_value import (
    RegistryValueResource,
    registry_value,
)
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.registry import Kind, RegistryValue
from tests.unit.simulated import simulated


@pytest.mark.parametrize(
    "kind, data, value",
    [
        ("string", "text", "text"),
        ("string", 5, "5"),
        ("expand_string", "%SystemRoot%", "%SystemRoot%"),
        ("multi_string", ["a", 1], ("a", "1")),
        ("multi_string", "alone", ("alone",)),
        ("dword", "0x10", 16),
        ("dword", -1, 2**32 - 1),
        ("qword", -1, 2**64 - 1),
        ("binary", "00 FF,10", b"\x00\xff\x10"),
    ],
)
def test_data_may_be_written_in_several_ways(kind: str, data: Any, value: Any) -> None:
    assert registry_value(Kind(kind), data) == RegistryValue(Kind(kind), value)


@pytest.mark.parametrize(
    "kind, data, complaint",
    [
        ("dword", 2**32, "not of type dword: it must fit into 32 bits"),
        ("dword", -(2**31) - 1, "not of type dword: it must fit into 32 bits"),
        ("dword", "many", "not of type dword: it must be a whole number"),
        ("dword", "010", "not of type dword: it must be a whole number"),
        ("dword", True, "not of type dword: it must be a whole number"),
        ("binary", "0", "not of type binary: it must consist of pairs of hexadecimal digits"),
        ("string", ["a"], "not of type string: it must be text or a number"),
        ("multi_string", [["a"]], "not of type multi_string"),
    ],
)
def test_data_of_another_kind_is_refused(kind: str, data: Any, complaint: str) -> None:
    with pytest.raises(CimError, match=complaint) as caught:
        registry_value(Kind(kind), data)
    assert str(data) not in str(caught.value)


@pytest.mark.parametrize(
    "kind, current, expected",
    [
        (None, None, Kind.STRING),
        (None, RegistryValue(Kind.DWORD, 1), Kind.DWORD),
        ("qword", None, Kind.QWORD),
        ("qword", RegistryValue(Kind.DWORD, 1), Kind.QWORD),
    ],
)
def test_a_value_keeps_its_type_unless_another_is_asked_for(
    kind: str | None, current: RegistryValue | None, expected: Kind
) -> None:
    resource = RegistryValueResource(simulated().session, r"HKLM\X", "Name", kind=kind, data=2, present=True)

    desired = resource.desired(current)

    assert desired is not None
    assert desired.kind is expected
