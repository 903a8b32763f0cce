# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry: typed reads and writes on a simulated host, and answers only other hosts give."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.registry import Kind, Registry, RegistryValue
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import ProtocolError
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    SHELL_CREATED,
    SIGNALED,
    envelope,
    received,
    scripted,
)
from tests.unit.simulated import simulated

KEY = r"HKLM\SOFTWARE\Contoso"
VALUES = {
    "Text": "a text",
    "Empty": "",
    "Number": 4294967295,
    "Large": {"qword": 18446744073709551615},
    "Bytes": {"binary": "00ff10"},
    "One": ["alone"],
    "Several": ["a", "", "c"],
    "Expand": {"expand": r"%SystemRoot%\Temp"},
    "": "the default",
}


def registry(**profile: object) -> Registry:
    return Registry(simulated(registry={KEY: VALUES}, **profile).session)


def provider(method: str, **results: object) -> bytes:
    """An answer of StdRegProv."""
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/StdRegProv"
    values = "".join(
        f"<r:{name}>{item}</r:{name}>"
        for name, value in results.items()
        for item in (value if isinstance(value, list) else [value])
    )
    return envelope(f'<r:{method}_OUTPUT xmlns:r="{uri}">{values}</r:{method}_OUTPUT>')


def printed(text: str, exit_code: int = 0) -> list[bytes]:
    """The answers to a command that prints a text."""
    output = base64.b64encode(text.encode()).decode()
    return [SHELL_CREATED, COMMAND_STARTED, received(("stdout", output), exit_code=str(exit_code)), SIGNALED]


def test_a_typed_read_is_one_request_and_one_of_either_type_two() -> None:
    host = simulated(registry={KEY: VALUES})
    reads = Registry(host.session)

    assert reads.string(KEY, "Text") == "a text"
    assert reads.dword(KEY, "Number") == 0xFFFFFFFF
    assert reads.expanded_string(KEY, "Expand") == r"C:\Windows\Temp"
    assert host.service.statistics.soap == 4


def test_names_and_hives_are_compared_without_case() -> None:
    assert registry().string(r"hkey_local_machine\software\CONTOSO", "TEXT") == "a text"


def test_an_empty_text_is_there() -> None:
    assert registry().string(KEY, "Empty") == ""


@pytest.mark.parametrize("code", [0x80041005, 1, 2, 13])
def test_a_variable_list_stored_as_plain_text_is_read_as_it_is_whatever_the_code_for_another_type(code: int) -> None:
    assert registry(registry_wrong_type_code=code).expanded_string(KEY, "text") == "a text"


def test_a_number_is_not_a_variable_list() -> None:
    with pytest.raises(CimError, match=r"Contoso\\Number is not of type REG_EXPAND_SZ"):
        registry().expanded_string(KEY, "Number")


@pytest.mark.parametrize("code", [1, 2, 6])
def test_absent_is_none_whichever_code_the_host_answers(code: int) -> None:
    reads = registry(registry_missing_value_code=code)

    assert reads.string(KEY, "Nothing") is None
    assert reads.dword(KEY, "Nothing") is None
    assert reads.expanded_string(KEY, "Nothing") is None
    assert reads.value(KEY, "Nothing") is None
    assert reads.string(KEY + r"\Nothing", "Nothing") is None
    assert reads.value(KEY + r"\Nothing", "Nothing") is None


def test_code_1_for_a_value_that_is_there_is_no_absence() -> None:
    session, *_unused = scripted(
        provider("GetStringValue", ReturnValue=1), provider("EnumValues", ReturnValue=0, sNames=["Text"], Types=[1])
    )

    with pytest.raises(CimError, match=r"Contoso\\text could not be read: error 1"):
        Registry(session).string(KEY, "text")


def test_another_type_is_named() -> None:
    with pytest.raises(CimError, match=r"HKLM\\SOFTWARE\\Contoso\\Number is not of type REG_SZ") as caught:
        registry().string(KEY, "Number")
    assert caught.value.code == 0x80041005


@pytest.mark.parametrize("sent", [-2147217403, 2147749893])
def test_an_hresult_may_come_signed(sent: int) -> None:
    session, *_unused = scripted(provider("GetDWORDValue", ReturnValue=sent))

    with pytest.raises(CimError, match="is not of type REG_DWORD"):
        Registry(session).dword(KEY, "Text")


def test_denied_access_is_said() -> None:
    session, *_unused = scripted(provider("GetStringValue", ReturnValue=5))

    with pytest.raises(CimError, match=r"Contoso\\Text could not be read: access is denied") as caught:
        Registry(session).string(KEY, "Text")
    assert caught.value.code == 5


@pytest.mark.parametrize(
    "name, value",
    [
        ("Text", RegistryValue(Kind.STRING, "a text")),
        ("Number", RegistryValue(Kind.DWORD, 4294967295)),
        ("Large", RegistryValue(Kind.QWORD, 18446744073709551615)),
        ("Bytes", RegistryValue(Kind.BINARY, b"\x00\xff\x10")),
        ("One", RegistryValue(Kind.MULTI_STRING, ("alone",))),
        ("Several", RegistryValue(Kind.MULTI_STRING, ("a", "", "c"))),
        ("", RegistryValue(Kind.STRING, "the default")),
    ],
)
def test_a_value_is_read_with_its_type(name: str, value: RegistryValue) -> None:
    assert registry().value(KEY, name) == value


@pytest.mark.parametrize(
    "name, value",
    [
        ("Text", RegistryValue(Kind.DWORD, 0)),
        ("New", RegistryValue(Kind.STRING, "Größe\r\n<&> 漢字")),
        ("New", RegistryValue(Kind.QWORD, 2**63)),
        ("New", RegistryValue(Kind.BINARY, bytes(range(256)))),
        ("New", RegistryValue(Kind.MULTI_STRING, ("one",))),
    ],
)
def test_what_is_written_is_read_again(name: str, value: RegistryValue) -> None:
    edited = registry()

    edited.set(KEY, name, value)

    assert edited.value(KEY, name) == value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff")))
def test_any_text_survives_the_way_there_and_back(text: str) -> None:
    edited = registry()

    edited.set(KEY, "Text", RegistryValue(Kind.STRING, text))

    assert edited.string(KEY, "Text") == text


def test_a_missing_key_is_created_with_its_parents() -> None:
    edited = registry()

    edited.set(KEY + r"\One\Two", "Name", RegistryValue(Kind.STRING, "text"))

    assert edited.string(KEY + r"\One\Two", "Name") == "text"


def test_an_existing_key_is_not_created_again() -> None:
    host = simulated(registry={KEY: VALUES})

    Registry(host.session).set(KEY, "Text", RegistryValue(Kind.STRING, "text"))

    assert "StdRegProv/CreateKey" not in host.actions


def test_a_refused_write_is_an_error() -> None:
    host = simulated(registry={KEY: VALUES}, registry_read_only=[KEY])

    with pytest.raises(CimError, match=r"Contoso\\Text could not be written: access is denied"):
        Registry(host.session).set(KEY, "Text", RegistryValue(Kind.STRING, "other"))


@pytest.mark.parametrize("value", [RegistryValue(Kind.MULTI_STRING, ()), RegistryValue(Kind.BINARY, b"")])
def test_an_empty_array_is_refused_before_anything_is_sent(value: RegistryValue) -> None:
    session, transport, _unused = scripted()

    with pytest.raises(CimError, match="an empty REG_"):
        Registry(session).set(KEY, "Text", value)
    assert transport.sent == []


@pytest.mark.parametrize("code", [1, 6])
def test_a_value_that_the_key_does_not_have_is_deleted_whatever_the_code(code: int) -> None:
    listed = provider("EnumValues", ReturnValue=0, sNames=["Text"], Types=[1])
    session, *_unused = scripted(*[provider("DeleteValue", ReturnValue=code), listed] * 2)

    Registry(session).delete(KEY, "Nothing")
    with pytest.raises(CimError, match=rf"Contoso\\Text could not be deleted: error {code} "):
        Registry(session).delete(KEY, "Text")


def test_a_deleted_value_is_absent_and_its_neighbors_are_not() -> None:
    edited = registry()

    edited.delete(KEY, "Text")
    edited.delete(KEY, "Text")

    assert edited.value(KEY, "Text") is None
    assert edited.value(KEY, "Number") == RegistryValue(Kind.DWORD, 4294967295)


def test_a_path_without_hive_is_refused_before_anything_is_sent() -> None:
    session, transport, _unused = scripted()

    with pytest.raises(CimError, match=r"'SOFTWARE\\\\X' must begin with one of HKU, HKCR"):
        Registry(session).string(r"SOFTWARE\X", "Name")
    assert transport.sent == []


def test_a_key_without_values_is_empty_also_if_its_arrays_are_elements_without_content() -> None:
    session, *_unused = scripted(*[provider("EnumValues", ReturnValue=0, sNames=[""], Types=[""])] * 2)

    assert Registry(session).value(KEY, "a") is None
    assert Registry(session).is_empty(KEY)


def test_names_and_types_that_do_not_match_are_not_paired() -> None:
    session, *_unused = scripted(provider("EnumValues", ReturnValue=0, sNames=["a", "b"], Types=[1]))

    with pytest.raises(ProtocolError, match=r"2 values of the key .* but 1 types"):
        Registry(session).value(KEY, "a")


def test_a_type_nobody_uses_is_refused() -> None:
    session, *_unused = scripted(provider("EnumValues", ReturnValue=0, sNames=["a"], Types=[8]))

    with pytest.raises(CimError, match=r"Contoso\\a has type 8, which is not supported"):
        Registry(session).value(KEY, "a")


@pytest.mark.parametrize(
    "name, printed_name, data",
    [
        ("Expand", "Expand", r"%SystemRoot%\Temp"),
        ("A name", "A name", "two  blanks, and    REG_EXPAND_SZ    in the data"),
        ("", "(Standard)", r"%ProgramFiles%\Größe"),
        ("Empty", "Empty", ""),
        ("Lines", "Lines", "one\r\ntwo"),
    ],
)
def test_text_with_variables_is_read_unexpanded(name: str, printed_name: str, data: str) -> None:
    output = f"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso\r\n    {printed_name}    REG_EXPAND_SZ    {data}\r\n\r\n"
    types = provider("EnumValues", ReturnValue=0, sNames=[name], Types=[2])
    session, *_unused = scripted(types, *printed(output))

    assert Registry(session).value(KEY, name) == RegistryValue(Kind.EXPAND_STRING, data)


@pytest.mark.parametrize(
    "name",
    [
        "A    REG_EXPAND_SZ    B",
        "    REG_EXPAND_SZ    ",
        "REG_EXPAND_SZ    REG_SZ",
        "A    REG_SZ    B",
        "(.*) [a-z] \\",
        "HKEY_LOCAL_MACHINE",
        "Grün & mehr",
    ],
)
@pytest.mark.parametrize("data", ["%SystemRoot%", "", "    REG_EXPAND_SZ    ", "one\r\n    A    REG_EXPAND_SZ    two"])
def test_a_name_or_data_with_the_separators_of_reg_query_is_not_misread(name: str, data: str) -> None:
    reads = Registry(simulated(registry={KEY: {name: {"expand": data}}}).session)

    assert reads.value(KEY, name.upper()) == RegistryValue(Kind.EXPAND_STRING, data)


def test_a_failing_reg_query_is_an_error() -> None:
    types = provider("EnumValues", ReturnValue=0, sNames=["Expand"], Types=[2])
    session, *_unused = scripted(types, *printed("FEHLER: Zugriff verweigert\r\n", exit_code=1))

    with pytest.raises(CimError, match=r"with 'reg query' \(exit code 1\): FEHLER: Zugriff verweigert"):
        Registry(session).value(KEY, "Expand")


def test_output_of_reg_query_that_cannot_be_read_is_not_repeated() -> None:
    types = provider("EnumValues", ReturnValue=0, sNames=["Expand"], Types=[2])
    session, *_unused = scripted(types, *printed("something else\r\n    Expand    REG_SZ    the secret\r\n"))

    with pytest.raises(CimError, match="cannot be read") as caught:
        Registry(session).value(KEY, "Expand")
    assert "secret" not in str(caught.value)


def test_text_in_another_encoding_than_asked_for_is_not_taken() -> None:
    printed_key = "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso\r\n"
    output = base64.b64encode(f"{printed_key}    Expand    REG_EXPAND_SZ    Größe\r\n\r\n".encode("cp850")).decode()
    types = provider("EnumValues", ReturnValue=0, sNames=["Expand"], Types=[2])
    answer = received(("stdout", output), exit_code="0")
    session, *_unused = scripted(types, SHELL_CREATED, COMMAND_STARTED, answer, SIGNALED)

    with pytest.raises(CimError, match="is not valid UTF-8"):
        Registry(session).value(KEY, "Expand")


@pytest.mark.parametrize("name", ['a"b', "%PATH%", "a\r\nb"])
def test_a_name_with_no_safe_notation_in_a_command_is_refused(name: str) -> None:
    types = provider("EnumValues", ReturnValue=0, sNames=[name.replace("\r", "&#13;")], Types=[2])
    session, transport, _unused = scripted(types)

    with pytest.raises(CimError, match="cannot be used in a command"):
        Registry(session).value(KEY, name)
    assert transport.actions == ["EnumValues"]


def test_the_simulated_reg_query_agrees() -> None:
    assert registry().value(KEY, "Expand") == RegistryValue(Kind.EXPAND_STRING, r"%SystemRoot%\Temp")
