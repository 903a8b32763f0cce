# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a login shows: each simulated mistake is a problem with its remedy, and what may not be seen is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.connection_check import check_session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.endpoint import Check, Status
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import AuthenticationRejected
from tests.unit.plugins.plugin_utils.wsman.scripted import scripted
from tests.unit.simulated import simulated


def checks(**profile: Any) -> dict[str, Check]:
    return {check.id: check for check in check_session(simulated(**profile).session)}


@pytest.mark.parametrize("base", ["windows-server-2022", "windows-server-2008-r2", "windows-11"])
def test_a_host_without_problems(base: str) -> None:
    found = checks(base=base)

    assert [check for check in found.values() if check.status is not Status.OK] == []
    assert found["login"].seen.startswith("the host accepts the account: Windows ")
    assert found["MaxEnvelopeSizekb"].seen == "500"


def test_namespaces_that_this_windows_does_not_have_are_no_problem() -> None:
    found = checks(base="windows-server-2008-r2")

    assert "schtasks.exe is used" in found["namespace root/Microsoft/Windows/TaskScheduler"].seen
    assert found["namespace root/cimv2"].seen == "is there"


def test_an_account_without_rights_is_a_problem_and_quotas_are_unknown() -> None:
    found = checks(elevated=False)

    assert found["rights"].status is Status.PROBLEM
    assert "LocalAccountTokenFilterPolicy" in str(found["rights"].remedy)
    assert found["quotas"].status is Status.UNKNOWN
    assert "access" in found["quotas"].seen.lower()


@pytest.mark.parametrize(
    "name, value",
    [("MaxEnvelopeSizekb", 32), ("MaxConcurrentOperationsPerUser", 5), ("MaxShellsPerUser", 1), ("IdleTimeout", 10000)],
)
def test_a_quota_that_is_too_small(name: str, value: int) -> None:
    found = checks(winrm={"quotas": {name: value}})

    assert [check.id for check in found.values() if check.status is Status.PROBLEM] == [name]
    assert found[name].seen.startswith(f"{value}: ")
    assert f'@{{{name}="' in str(found[name].remedy)


def test_commands_that_are_not_allowed() -> None:
    found = checks(winrm={"quotas": {"AllowRemoteShellAccess": "false"}})

    assert "AllowRemoteShellAccess" in str(found["AllowRemoteShellAccess"].remedy)


def test_a_namespace_that_each_windows_has_is_missing() -> None:
    found = checks(missing_namespaces=["root/default"])

    assert [check.id for check in found.values() if check.status is Status.PROBLEM] == ["namespace root/default"]
    assert "winmgmt /verifyrepository" in str(found["namespace root/default"].remedy)


def test_a_namespace_that_the_account_may_not_read_is_unknown() -> None:
    found = checks(faults={"denied_namespaces": ["root/standardcimv2"]})

    assert found["namespace root/standardcimv2"].status is Status.UNKNOWN


def test_a_refused_login_is_one_problem_and_the_end() -> None:
    session, _transport, _pauses = scripted(AuthenticationRejected("the host refused the credentials: check user"))

    [check] = check_session(session)

    assert (check.id, check.status, check.remedy) == ("login", Status.PROBLEM, "check user")
