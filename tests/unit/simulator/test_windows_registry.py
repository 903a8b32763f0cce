# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry, and StdRegProv in front of it."""

from __future__ import annotations

import pytest

from tests.simulator.model import CimFailure
from tests.unit.simulator.windows_hosts import Machine

ENVIRONMENT = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
WRONG_TYPE = 0x80041005


def test_typed_getters_answer_their_type_only() -> None:
    machine = Machine()
    release = machine.registry("GetDWORDValue", r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "release")
    assert release == {"ReturnValue": 0, "uValue": 528449}
    assert machine.registry("GetStringValue", r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release") == {
        "ReturnValue": WRONG_TYPE,
    }


def test_expanded_strings_come_expanded() -> None:
    machine = Machine()
    path = machine.registry("GetExpandedStringValue", ENVIRONMENT, "PSModulePath")["sValue"]
    assert path.startswith(r"C:\Windows\system32\WindowsPowerShell")
    raw = machine.run(rf'reg query "HKLM\{ENVIRONMENT}" /v PSModulePath').stdout
    assert r"%SystemRoot%\system32\WindowsPowerShell" in raw


@pytest.mark.parametrize(("profile", "code"), [("healthy-2022", 2), ("german-2019", 1)])
def test_a_missing_value_has_either_code_and_a_missing_key_has_one(profile: str, code: int) -> None:
    machine = Machine(profile)
    assert machine.registry("GetStringValue", r"SOFTWARE\Microsoft", "Nothing") == {"ReturnValue": code}
    assert machine.registry("GetStringValue", r"SOFTWARE\Nothing", "Nothing") == {"ReturnValue": 2}


def test_values_survive_a_round_trip_with_their_types() -> None:
    machine = Machine()
    key = r"SOFTWARE\Contoso\Test"
    assert machine.registry("SetDWORDValue", key, "Number", uValue=1) == {"ReturnValue": 2}
    assert machine.registry("CreateKey", key) == {"ReturnValue": 0}
    machine.registry("SetDWORDValue", key, "Number", uValue=4294967295)
    machine.registry("SetQWORDValue", key, "Long", uValue=2**63)
    machine.registry("SetMultiStringValue", key, "Many", sValue=["a", "b"])
    machine.registry("SetBinaryValue", key, "Octets", uValue=[0, 255])
    machine.registry("SetStringValue", key, "", sValue="default")
    assert machine.registry("EnumValues", key) == {
        "ReturnValue": 0,
        "sNames": ["Number", "Long", "Many", "Octets", ""],
        "Types": [4, 11, 7, 3, 1],
    }
    assert machine.registry("GetQWORDValue", key, "long")["uValue"] == 2**63
    assert machine.registry("GetMultiStringValue", key, "Many")["sValue"] == ["a", "b"]
    assert machine.registry("GetBinaryValue", key, "Octets")["uValue"] == [0, 255]
    assert machine.registry("GetStringValue", key, "")["sValue"] == "default"


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(CimFailure):
        Machine().registry("SetDWORDValue", r"SOFTWARE\Microsoft", "Number", uValue=2**32)


def test_a_key_with_subkeys_is_not_deleted() -> None:
    machine = Machine()
    machine.registry("CreateKey", r"SOFTWARE\Contoso\Below")
    assert machine.registry("DeleteKey", r"SOFTWARE\Contoso") == {"ReturnValue": 5}
    assert machine.registry("DeleteKey", r"SOFTWARE\Contoso\Below") == {"ReturnValue": 0}
    assert machine.registry("DeleteKey", r"SOFTWARE\Contoso") == {"ReturnValue": 0}
    assert machine.registry("DeleteKey", r"SOFTWARE\Contoso") == {"ReturnValue": 2}
    assert machine.registry("DeleteValue", r"SOFTWARE\Microsoft", "Nothing") == {"ReturnValue": 2}


def test_protected_keys_refuse_writing_but_not_reading() -> None:
    machine = Machine()
    key = r"SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths"
    assert machine.registry("EnumValues", key)["ReturnValue"] == 0
    assert machine.registry("SetDWORDValue", key, r"C:\x", uValue=0) == {"ReturnValue": 5}


def test_an_empty_key_enumerates_as_null_and_an_unknown_hive_is_refused() -> None:
    machine = Machine()
    assert machine.registry("EnumKey", r"SOFTWARE\Policies\Microsoft\Windows")["sNames"] is None
    assert machine.registry("EnumKey", "SOFTWARE", hDefKey=1) == {"ReturnValue": 6}


def test_the_current_control_set_is_a_link() -> None:
    machine = Machine()
    machine.registry("SetStringValue", ENVIRONMENT, "LINKED", sValue="yes")
    linked = ENVIRONMENT.replace("CurrentControlSet", "ControlSet001")
    assert machine.registry("GetStringValue", linked, "linked")["sValue"] == "yes"


def test_group_policy_comes_back() -> None:
    machine = Machine("policy-2022")
    key = r"SOFTWARE\Policies\Microsoft\Windows\PowerShell"
    assert machine.registry("SetStringValue", key, "ExecutionPolicy", sValue="Unrestricted") == {"ReturnValue": 0}
    assert machine.registry("GetStringValue", key, "ExecutionPolicy")["sValue"] == "AllSigned"
    machine.registry("DeleteKey", key)
    assert machine.registry("GetDWORDValue", key, "EnableScripts")["uValue"] == 1


def test_reg_add_asks_before_it_overwrites() -> None:
    machine = Machine()
    add = r'reg add HKLM\SOFTWARE\Contoso /v "My Value" /t REG_DWORD /d 0x10'
    assert machine.run(add).exit_code == 0
    assert machine.run(add.replace("0x10", "17")).exit_code == 1
    assert machine.registry("GetDWORDValue", r"SOFTWARE\Contoso", "My Value")["uValue"] == 16
    assert machine.run(add.replace("0x10", "17") + " /f").exit_code == 0
    assert machine.registry("GetDWORDValue", r"SOFTWARE\Contoso", "My Value")["uValue"] == 17


def test_reg_query_exit_codes_do_not_depend_on_the_language() -> None:
    machine = Machine("japanese-2016")
    missing = machine.run(r"reg query HKLM\SOFTWARE\Nothing")
    assert missing.exit_code == 1
    assert missing.stderr.startswith("エラー")
    assert machine.run(r"reg query HKLM\SOFTWARE\Microsoft\PowerShell\1 /v Install").exit_code == 0
    assert machine.run(r"reg query NOHIVE\SOFTWARE").exit_code == 1
