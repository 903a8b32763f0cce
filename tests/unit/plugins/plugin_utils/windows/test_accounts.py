# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: SIDs decide, in whatever language their names are."""

from __future__ import annotations

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.accounts import ADMINISTRATORS, LOCAL_SYSTEM, Accounts
from tests.unit.simulated import simulated


@pytest.mark.parametrize(
    "language, account", [("en", ("BUILTIN", "Administrators")), ("de", ("VORDEFINIERT", "Administratoren"))]
)
def test_a_sid_has_a_name_in_the_hosts_language(language: str, account: tuple[str, str]) -> None:
    assert Accounts(simulated(language=language).session).account_of(ADMINISTRATORS) == account


def test_a_sid_of_nobody_has_no_account() -> None:
    assert Accounts(simulated().session).account_of("S-1-5-21-1-2-3-4444") is None


@pytest.mark.parametrize(
    "language, principal, sid",
    [
        ("en", r"BUILTIN\Administrators", ADMINISTRATORS),
        ("en", "administrators", ADMINISTRATORS),
        ("de", "Administratoren", ADMINISTRATORS),
        ("de", r"vordefiniert\administratoren", ADMINISTRATORS),
        ("de", r"NT-AUTORITÄT\SYSTEM", LOCAL_SYSTEM),
        ("de", r"NT AUTHORITY\SYSTEM", LOCAL_SYSTEM),
        ("ja", "SYSTEM", LOCAL_SYSTEM),
    ],
)
def test_well_known_principals_are_known_by_their_names(language: str, principal: str, sid: str) -> None:
    assert Accounts(simulated(language=language).session).sid_of(principal) == sid


@pytest.mark.parametrize(
    "language, principal", [("de", "Administrators"), ("en", r"CONTOSO\Administrators"), ("en", "backup")]
)
def test_other_names_are_not_guessed(language: str, principal: str) -> None:
    assert Accounts(simulated(language=language).session).sid_of(principal) is None


def test_a_sid_needs_no_request() -> None:
    host = simulated()

    assert Accounts(host.session).sid_of("s-1-5-21-1-2-3-500") == "S-1-5-21-1-2-3-500"
    assert not host.actions


def test_names_are_read_once() -> None:
    host = simulated()
    accounts = Accounts(host.session)

    for principal in ("backup", "Administrators", "operator"):
        accounts.sid_of(principal)

    assert host.actions["Win32_SID/Get"] == 2
