# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with vault credentials: whether it can be used, without its content leaving the host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.host import Given
from tests.unit.simulated import simulated

FILE = r"C:\Install\vault.VaultCredentials"
SECRET = "c2VjcmV0"
COMPLETE = f"<RSBackupVaultAADCreds><ManagementCert>{SECRET}</ManagementCert></RSBackupVaultAADCreds>"
GOOD = {"path": FILE, "local": True, "exists": True, "hours_old": 1.5, "complete": True}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("vault_credentials", "not_applicable", {}),
    ("vault_credentials", "compliant", {"vault_credentials": GOOD}),
    ("vault_credentials", "compliant", {"vault_credentials": {**GOOD, "path": FILE.lower()}}),
    ("vault_credentials", "noncompliant", {"vault_credentials": {**GOOD, "hours_old": 240}}),
    ("vault_credentials", "noncompliant", {"vault_credentials": {**GOOD, "complete": False}}),
    ("vault_credentials", "noncompliant", {"vault_credentials": {**GOOD, "path": r"C:\Install\vault.xml"}}),
    ("vault_credentials", "noncompliant", {"vault_credentials": {**GOOD, "exists": False, "hours_old": None}}),
    ("vault_credentials", "noncompliant", {"vault_credentials": {**GOOD, "local": False, "exists": None}}),
    ("vault_credentials", "unknown", {"vault_credentials": {**GOOD, "hours_old": None}}),
    ("vault_credentials", "unknown", {"vault_credentials": ...}),
]


def vault_credentials(path: str = FILE, **entry: Any) -> Any:
    host = simulated(base="healthy-2022", files={FILE: entry} if entry else {})
    facts = gather(host.session, ["vault_credentials"], Given(path))
    assert SECRET not in str(facts)
    return facts["vault_credentials"]


def test_a_file_that_can_be_used() -> None:
    assert vault_credentials(content=COMPLETE, hours_old=1.5) == GOOD


@pytest.mark.parametrize("content", ["", COMPLETE[:-8], "<RSBackupVaultAADCreds></RSBackupVaultAADCreds>"])
def test_a_file_that_was_cut_off_is_not_complete(content: str) -> None:
    assert vault_credentials(content=content, hours_old=1)["complete"] is False


def test_a_file_that_is_not_there() -> None:
    assert vault_credentials() == {**GOOD, "exists": False, "hours_old": None, "complete": None}


@pytest.mark.parametrize("path", [r"\\files\share\x.VaultCredentials", "x.VaultCredentials", r"..\x", "C:x", "/x", ""])
def test_what_is_not_on_a_drive_is_not_looked_for(path: str) -> None:
    assert vault_credentials(path) == {
        "path": path,
        "local": False,
        "exists": None,
        "hours_old": None,
        "complete": None,
    }


def test_a_path_that_cannot_be_quoted_is_said_and_not_run() -> None:
    host = simulated(base="healthy-2022")

    facts = gather(host.session, ["vault_credentials", "os"], Given('C:\\x" & del y'))

    assert facts["vault_credentials"]["exists"] is False
    assert host.actions["Command"] == 0


def test_without_a_path_nothing_is_asked() -> None:
    host = simulated()

    assert gather(host.session, ["vault_credentials"])["vault_credentials"] is None
    assert host.actions.total() == 0
