# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution policy of PowerShell: its facts and its rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

Host = Callable[[dict[str, Any]], dict[str, Any]]

PREFERENCE = r"Software\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
POLICY = r"Software\Policies\Microsoft\Windows\PowerShell"
EFFECTIVE = "powershell.execution_policy.effective"
UNDEFINED = {EFFECTIVE: None, "powershell.execution_policy.local_machine": None}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("powershell_execution_policy", "compliant", {EFFECTIVE: "Unrestricted"}),
    ("powershell_execution_policy", "compliant", {EFFECTIVE: "Bypass"}),
    ("powershell_execution_policy", "noncompliant", {EFFECTIVE: "Restricted"}),
    ("powershell_execution_policy", "noncompliant", {EFFECTIVE: "AllSigned"}),
    ("powershell_execution_policy", "noncompliant", UNDEFINED),  # a warning
    ("powershell_execution_policy", "unknown", {"powershell.execution_policy": ...}),
    ("powershell_execution_policy", "unknown", {EFFECTIVE: ...}),
]


def facts_of(registry: dict[str, Any]) -> dict[str, Any]:
    """Windows Server 2022 with these values in the registry."""
    facts: dict[str, Any] = gather(
        simulated(base="windows-server-2022", registry=registry).session, ["os", "powershell"]
    )
    return facts


def effective(registry: dict[str, Any]) -> Any:
    return facts_of(registry)["powershell"]["execution_policy"]["effective"]


def test_the_scopes_come_in_the_order_of_powershell() -> None:
    scopes = [
        (rf"HKLM\{PREFERENCE}", {"ExecutionPolicy": "AllSigned"}, "AllSigned"),
        (rf"HKU\S-1-5-18\{PREFERENCE}", {"ExecutionPolicy": "Bypass"}, "Bypass"),
        (rf"HKU\S-1-5-18\{POLICY}", {"EnableScripts": 1, "ExecutionPolicy": "Unrestricted"}, "Unrestricted"),
        (rf"HKLM\{POLICY}", {"EnableScripts": 1, "ExecutionPolicy": "RemoteSigned"}, "RemoteSigned"),
    ]
    registry: dict[str, Any] = {}

    assert effective(registry) is None
    for key, values, policy in scopes:
        registry[key] = values
        assert effective(registry) == policy


@pytest.mark.parametrize(
    "data, policy",
    [
        ("unrestricted", "Unrestricted"),
        ("REMOTESIGNED", "RemoteSigned"),
        ("restricted", "Restricted"),
        ("Undefined", "Restricted"),
        ("whatever", "Restricted"),
        ({"expand": "RemoteSigned"}, "RemoteSigned"),
        ("", None),
        (1, None),
    ],
)
def test_a_policy_counts_as_powershell_reads_it(data: Any, policy: str | None) -> None:
    assert effective({rf"HKLM\{PREFERENCE}": {"ExecutionPolicy": data}}) == policy


@pytest.mark.parametrize(
    "values, policy",
    [
        ({"EnableScripts": 0, "ExecutionPolicy": "Unrestricted"}, "Restricted"),
        ({"EnableScripts": "0"}, "Restricted"),
        ({"EnableScripts": "1", "ExecutionPolicy": "unrestricted"}, "Unrestricted"),
        ({"EnableScripts": 1}, None),
        ({"EnableScripts": 2, "ExecutionPolicy": "AllSigned"}, None),
        ({"ExecutionPolicy": "AllSigned"}, None),
    ],
)
def test_a_group_policy_counts_as_powershell_reads_it(values: dict[str, Any], policy: str | None) -> None:
    assert effective({rf"HKLM\{POLICY}": values}) == policy


@pytest.mark.parametrize(
    "base, policy",
    [
        ("windows-server-2008-r2", "Restricted"),
        ("windows-11", "Restricted"),
        ("windows-server-2012-r2", None),
        ("windows-server-2025", None),
    ],
)
def test_where_none_is_set_the_windows_release_decides_unless_sources_differ(base: str, policy: str | None) -> None:
    host = simulated(base=base, registry={rf"HKLM\{PREFERENCE}": {"ExecutionPolicy": None}})

    assert gather(host.session, ["powershell"])["powershell"]["execution_policy"]["effective"] == policy


def test_a_scope_that_cannot_be_read_leaves_open_what_applies() -> None:
    facts = facts_of({rf"HKLM\{POLICY}": {"EnableScripts": 1, "ExecutionPolicy": 3}})

    assert "effective" not in facts["powershell"]["execution_policy"]
    assert [entry["fact"] for entry in facts["unreadable"]] == ["powershell.execution_policy.group_policy"]


@pytest.mark.parametrize(
    "registry, severity, key",
    [
        ({}, "warning", rf"HKLM\{PREFERENCE}"),
        ({rf"HKLM\{PREFERENCE}": {"ExecutionPolicy": "restricted"}}, "error", rf"HKLM\{PREFERENCE}"),
        ({rf"HKU\S-1-5-18\{PREFERENCE}": {"ExecutionPolicy": "Nonsense"}}, "error", rf"HKU\S-1-5-18\{PREFERENCE}"),
        ({rf"HKLM\{PREFERENCE}": {"ExecutionPolicy": "allsigned"}}, "error", None),
        ({rf"HKLM\{POLICY}": {"EnableScripts": 0}}, "error", None),
        ({rf"HKU\S-1-5-18\{POLICY}": {"EnableScripts": 0}}, "error", None),
    ],
)
def test_the_role_writes_the_scope_that_applies_unless_somebody_chose_it(
    registry: dict[str, Any], severity: str, key: str | None
) -> None:
    found = find(shipped_rules()["powershell_execution_policy"], facts_of(registry), thresholds("minimum", {}))

    assert (found.status, found.severity) == ("noncompliant", severity)
    assert found.role == ("powershell" if key else None)
    if key:
        written = found.wanted["execution_policy"]
        assert (written["key"].upper(), written["data"]) == (key.upper(), "RemoteSigned")


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"powershell.execution_policy.group_policy": "Restricted", EFFECTIVE: "Restricted"}, "Group Policy object"),
        ({"powershell.execution_policy.user_policy": "Restricted", EFFECTIVE: "Restricted"}, "Group Policy object"),
        ({EFFECTIVE: "AllSigned"}, "AllSigned"),
    ],
)
def test_an_execution_policy_that_somebody_chose_is_not_fought(host: Host, changes: dict[str, Any], words: str) -> None:
    found = find(shipped_rules()["powershell_execution_policy"], host(changes), thresholds("minimum", {}))

    assert found.status == "noncompliant"
    assert found.role is None
    assert words in str(found.fix)
