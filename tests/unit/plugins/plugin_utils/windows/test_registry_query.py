# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry keys read by 'reg query' in a batch of commands."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.command_batch import Output
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.registry_query import (
    RegistryKey,
    read_keys,
    registry_key,
)
from tests.unit.simulated import simulated

KEY = r"HKLM\SOFTWARE\Contoso"
VALUES: dict[str, Any] = {
    "": "default",
    "Number": 0xFFFFFFFF,
    "Text": "a  REG_SZ  b",
    "Empty": "",
    "Lines": "one\r\ntwo",
    "Path": {"expand": r"%SystemRoot%\Temp"},
    "Bytes": {"binary": "46000000ff"},
    "With blanks": 7,
}


def read(key: str = KEY, **profile: Any) -> RegistryKey | None:
    profile.setdefault("registry", {KEY: VALUES, rf"{KEY}\Sub Key": {"Number": 2}, rf"{KEY}\Other\Below": {}})
    return read_keys(simulated(**profile).session, [key])[0]


def present(key: str = KEY, **profile: Any) -> RegistryKey:
    found = read(key, **profile)
    assert found is not None
    return found


@pytest.mark.parametrize("base", ["windows-server-2022", "german-2019", "japanese-2016"])
def test_values_are_read_by_their_types(base: str) -> None:
    key = present(base=base)

    assert (key.dword("Number"), key.dword("NUMBER"), key.dword("With blanks")) == (0xFFFFFFFF, 0xFFFFFFFF, 7)
    assert (key.string("Text"), key.string("Empty")) == ("a  REG_SZ  b", "")
    assert (key.string("Path"), key.binary("bytes")) == (r"%SystemRoot%\Temp", b"F\0\0\0\xff")
    assert key.string("Lines") == "one\ntwo"


def test_an_absent_value_is_none_and_one_of_another_type_an_error() -> None:
    key = present()

    assert (key.dword("Nothing"), key.string("Nothing"), key.binary("Nothing")) == (None, None, None)
    for reads, name in ((key.dword, "Text"), (key.string, "Number"), (key.binary, "Text")):
        with pytest.raises(CimError, match=rf"Contoso\\{name} is not of type REG_"):
            reads(name)


@pytest.mark.parametrize(
    "other",
    [
        {"Text    REG_SZ    false": ""},
        {"TEXT    REG_DWORD    0x1": 2},
        {"Lines": "a\r\n    Text    REG_SZ    false", "Text": "true"},
    ],
)
def test_a_value_that_looks_like_another_does_not_pass_for_it(other: dict[str, Any]) -> None:
    for values in (other, {"Text": "true", **other}, {**other, "Text": "true"}):
        key = present(registry={KEY: values})

        for read_ in (key.string, key.dword, key.printed):
            with pytest.raises(CimError, match=r"Contoso\\Text cannot be read with 'reg query'"):
                read_("Text")


def test_a_text_that_looks_like_another_value_is_not_misread() -> None:
    key = present(registry={KEY: {"Text": "a    REG_SZ    b"}})

    with pytest.raises(CimError, match="cannot be read"):
        key.string("Text")


def test_subkeys_are_named_without_those_below_them() -> None:
    assert sorted(present().subkeys) == ["Other", "Sub Key"]
    assert present(rf"{KEY}\Other").subkeys == ("Below",)
    assert present(rf"{KEY}\Sub Key").subkeys == ()


def test_an_empty_key_is_there() -> None:
    key = present(rf"{KEY}\Other\Below")

    assert (key.subkeys, key.dword("Number")) == ((), None)


@pytest.mark.parametrize("base", ["windows-server-2022", "german-2019", "japanese-2016"])
def test_an_absent_key_is_none_and_an_unreadable_one_an_error(base: str) -> None:
    assert read(r"HKLM\SOFTWARE\Fabrikam", base=base) is None
    assert read(r"HKLM\SOFTWARE\Fabrikam\Below", base=base) is None
    with pytest.raises(CimError, match=r"registry key HKLM\\SOFTWARE\\Contoso could not be read"):
        read(base=base, registry_hidden=[KEY])


def test_a_host_on_which_reg_exe_does_not_run_has_no_absent_keys() -> None:
    with pytest.raises(CimError, match="could not be read with 'reg query': This program is blocked"):
        read(r"HKLM\SOFTWARE\Fabrikam", blocked_programs=["reg"])
    with pytest.raises(CimError, match="could not be read"):
        registry_key(KEY, Output(False, ""), Output(False, ""))


def test_text_that_is_not_utf_8_is_not_decided_on() -> None:
    output = Output(True, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso\r\n    Text    REG_SZ    caf\ufffd")
    key = registry_key(KEY, output, Output(False, ""))

    assert key is not None
    with pytest.raises(CimError, match="UTF-8"):
        key.string("Text")


def test_of_a_key_that_is_printed_in_part_only_the_complaint_is_repeated() -> None:
    text = f"\r\n{KEY}\r\n    Password    REG_SZ    the secret\r\n\r\nFEHLER: Zugriff verweigert\r\n"

    with pytest.raises(CimError, match=r"'reg query': FEHLER: Zugriff verweigert$") as caught:
        registry_key(KEY, Output(False, text), Output(False, "FEHLER"))
    assert "secret" not in str(caught.value)
