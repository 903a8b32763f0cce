# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognizing errors: each message finds its own, in any shape, and nothing else does."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.errors import LANGUAGES, known_errors
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.recognition import nearest, recognize

# The messages themselves are Microsoft's, and not part of this project
RECORDED = Path(__file__).resolve().parents[7] / "shared/reference/errors.yml"
# Where an error has another name there than its slug
OTHER_NAMES = {
    "vault_credential_download_failed": "vault_credentials_download",
    "cannot_connect_to_azure_backup": "azure_backup_unreachable",
    "proxy_authentication_required": "proxy_authentication",
    "vault_credential_of_other_vault": "credentials_of_other_vault",
    "skipped_file_0x80070570": "file_corrupted",
    "skipped_file_0x80070002": "file_not_found",
    "skipped_file_0x80070003": "path_not_found",
    "skipped_file_0x80070005": "file_access_denied",
    "skipped_file_0x8007018b": "cloud_file_denied",
    "sal_checksum_store_initialization_failed": "checksum_store",
    "sal_vhd_initialization_error": "virtual_disk",
    "sal_low_disk_space": "scratch_low_space",
    "sal_bitmap_error": "changes_not_found",
    "restore_mount_stuck": "restore_mount",
    "stale_in_progress_job": "job_in_progress_for_days",
    "offline_seeding_api_retired": "offline_seeding_retired",
    "cbengine_crash": "engine_crash",
    "not_configured_warning": "backups_not_configured",
    "agent_update_failed_1612": "agent_update_failed",
    "system_state_invalid_path": "system_state_path",
    "wsb_vss_error": "vss_writer",
    "shadow_volume_cannot_grow": "shadow_copy_growth",
    "efi_partition_locked": "efi_partition",
    "wsb_missing": "windows_server_backup",
    "offline_seeding_stuck": "offline_seeding_waiting",
    "tls_connection_closed": "connection_closed",
    "keyvault_391224": "vault_identity",
    "keyvault_391225": "vault_permissions",
    "keyvault_100272": "key_vault_uri",
    "keyvault_391282": "key_vault_secret",
    "keyvault_391283": "key_vault_deleted",
    "registration_incomplete": "registration_not_completed",
    "security_0x29834": "policy_change_blocked",
    "security_100130": "security_pin",
    "security_120002": "passphrase_change",
    "security_810001": "immutable_vault",
    "security_130001": "immutable_vault_old_agent",
    "management_agent_stuck": "jobs_not_in_portal",
}


def found(text: str) -> list[str]:
    return [match.error.id for match in recognize(text, known_errors())]


@cache
def recorded() -> list[tuple[str, str, str]]:
    """Error, language, and text of every recorded title and message."""
    if not RECORDED.exists():
        pytest.skip("the recorded messages are not part of the project")
    entries = yaml.safe_load(RECORDED.read_text(encoding="utf-8"))["errors"]
    return [
        (OTHER_NAMES.get(entry["slug"], entry["slug"]), language, text)
        for entry in entries
        for part in ("title", "message")
        for language, text in entry[part].items()
    ]


def test_every_recorded_message_finds_its_error_and_no_other() -> None:
    wrong = {text: found(text) for error, _language, text in recorded() if found(text) != [error]}

    assert wrong == {}
    assert {error for error, _language, _text in recorded()} <= set(known_errors())
    assert {language for _error, language, _text in recorded()} == {"en", "de", "nl", "zh", "pt-BR", "ja"}


def test_recorded_messages_are_found_by_their_words_where_the_code_was_not_copied() -> None:
    without = {
        text: re.sub(r"\d{3,}|0x[0-9A-F]+|[A-Z][a-z]+[A-Z]\w+", "", text, flags=re.ASCII)
        for _error, language, text in recorded()
        if language != "en"
    }
    wrong = {text: found(without[text]) for error, language, text in recorded() if language != "en"}
    expected = {text: [error] for error, language, text in recorded() if language != "en"}

    assert wrong == expected


def test_recorded_messages_are_found_in_any_shape() -> None:
    for error, _language, text in recorded():
        shapes = [
            text.upper(),
            # No program breaks a name
            textwrap.fill(text, 24, break_long_words=not text.isascii()),
            text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
            f"> {text}\r\n> {text}",
            unicodedata.normalize("NFD", text),
        ]
        assert [found(shape) for shape in shapes] == [[error]] * len(shapes), text


def messages() -> Iterator[tuple[str, str]]:
    """A text of the words of each error in each language, as far apart as in a message."""
    for error in known_errors().values():
        for lists in error.words.values():
            for words in lists:
                yield error.id, " xyz ".join(word for word in words if not word.startswith("!"))


def test_the_words_of_an_error_find_no_other() -> None:
    assert {text: found(text) for _error, text in messages()} == {text: [error] for error, text in messages()}


def test_the_errors_of_the_articles_are_known_in_their_languages() -> None:
    # These have no code that every language repeats, or are found by people who have only the text
    for error in (
        "encryption_key_not_set",
        "activation_incomplete",
        "invalid_vault_credentials",
        "proxy_authentication",
    ):
        assert set(known_errors()[error].words) == set(LANGUAGES)


@pytest.mark.parametrize(
    "text, error",
    [
        ("34513", "invalid_vault_credentials"),
        ("ID: 34513", "invalid_vault_credentials"),
        ("ID:34513", "invalid_vault_credentials"),
        ("(ID：34513)", "invalid_vault_credentials"),
        ("error 34513", "invalid_vault_credentials"),
        ("Fehlercode: 34506", "passphrase_not_configured"),
        ("0x86D1", "invalid_vault_credentials"),  # the same number
        ("403", "vault_credentials_download"),
        ("[407]", "proxy_authentication"),
        ("error 407", "proxy_authentication"),
        ("0x1FC07", "activation_incomplete"),
        ("0x0001fc07", "activation_incomplete"),
        ("1FC07", "activation_incomplete"),
        ("8007007B", "system_state_path"),
        ("it ended with HResult: 8007007b today", "system_state_path"),
        ("hr=0x80070005, retrying", "file_access_denied"),
        ("sallowdiskspace", "scratch_low_space"),
        ("at Sal.Init: SalVhdInitializationError.", "virtual_disk"),
        ("backups_not_on_schedule", "backups_not_on_schedule"),
        ("restore_mount", "restore_mount"),
        ("2147942405", "file_access_denied"),  # what YAML makes of 0x80070005
        ("-2147024891", "file_access_denied"),  # what Windows PowerShell makes of it
        ("ended with -2139619244.", "offline_seeding_waiting"),
    ],
)
def test_a_code_or_a_name_is_found(text: str, error: str) -> None:
    assert found(text) == [error]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "last night's backup failed",
        "HTTP/1.1 403 Forbidden",
        "Event ID: 403 Engine state is changed",
        "Ereignis-ID: 403",
        "Process ID: 34513",
        "10.0.0.1:34513 connected",
        "port 34506, 10054 bytes",
        "C:\\Temp\\(407).txt at line 407",
        "sshd[10054]: error 403",
        "{00034513-0403-0407-1612-80070005abcd}",
        "2026-11-20T10:05:40.34513Z",
        "error 34513.5 or error 345130",
        "error at 34513",
        "of-2147024891, 1-2147024891, 10:-2147024891, -21470248910 and -2147024891.5",
        "0x80070005abc and a0x1FC07 and 0x1FC0",
        "NotSalLowDiskSpace SalLowDiskSpaceMonitor",
        "the portal says invalid " + "x" * 300 + " vault credentials",
    ],
)
def test_other_texts_and_numbers_are_no_error(text: str) -> None:
    assert found(text) == []


def test_a_log_with_several_errors_gives_each_once_in_its_order() -> None:
    log = "ok\n".join(["hr=0x80070002 ", "(ID: 34513) ", "hr=0x80070002 ", "SalBitmapError "])

    assert found(log) == ["file_not_found", "invalid_vault_credentials", "changes_not_found"]


def test_messages_only_count_where_there_is_no_code() -> None:
    assert found("The activation did not complete successfully. (ID: 34513)") == ["invalid_vault_credentials"]


NUMBERS = sorted({code for error in known_errors().values() for code in error.codes if not code.startswith("0x")})
number = st.sampled_from(NUMBERS)
# How the numbers of a log look
elsewhere = st.one_of(
    st.builds("10.{0}.1:{1}".format, st.integers(0, 255), number),
    st.builds("[{0}.{1}]".format, st.integers(0, 23), number),
    st.builds("{{{0:08d}-{1:04d}-4c1a-9b2f-{2:012d}}}".format, number.map(int), st.integers(0, 9999), number.map(int)),
    st.builds("pid={0} tid={0}".format, number),
    st.builds("Event ID: {0}".format, number),
    st.builds("{0} bytes in {0} ms".format, number),
    st.builds("line {0}".format, number),
    st.builds("0x{0:016X}".format, st.integers(2**33, 2**64 - 1)),
    st.text(max_size=20).filter(lambda text: not any(character.isdigit() for character in text)),
    st.sampled_from(["Sicherung", "バックアップ", "备份", "falha", "mislukt", "agent", "vault", "activation", "0x"]),
)


@settings(max_examples=40)
@given(st.lists(elsewhere, min_size=2, max_size=40))
def test_logs_of_other_numbers_and_mixed_languages_give_no_error(parts: list[str]) -> None:
    assert found("\n".join(["log", *parts])) == []


@settings(max_examples=40)
@given(st.text())
def test_whatever_is_pasted_gives_an_answer(text: str) -> None:
    matches = recognize(text, known_errors())

    assert all(match.found_by in ("id", "code", "name", "message") for match in matches)
    assert len(nearest(text, known_errors())) <= 3


@settings(max_examples=40)
@given(st.lists(elsewhere, max_size=10), st.sampled_from(sorted(known_errors())), st.lists(elsewhere, max_size=10))
def test_a_code_is_found_in_the_middle_of_a_log(before: list[str], name: str, after: list[str]) -> None:
    error: Any = known_errors()[name]
    code = next(iter(error.codes), None)
    if code is not None:
        shown = code if code.startswith("0x") else f"(ID: {code})"
        assert name in found("\n".join(["log", *before, f"failed {shown} here", *after]))


@pytest.mark.parametrize(
    "text, error",
    [
        ("34531", "invalid_vault_credentials"),
        ("SalLowDiskSpce", "scratch_low_space"),
        ("the vault credential was wrong", "invalid_vault_credentials"),
    ],
)
def test_what_is_nearly_an_error_is_only_a_hint(text: str, error: str) -> None:
    assert found(text) == []
    assert error in [hint.id for hint in nearest(text, known_errors())]


def test_nothing_is_near_to_nonsense() -> None:
    assert nearest("qqqqqqqqq", known_errors()) == []
