# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the facts of many hosts show together."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.fleet import fleet_findings


def machine(number: int, vault: str | None = "vault-1", **registration: Any) -> dict[str, Any]:
    return {
        "os": {"computer_name": f"FILES{number:02d}"},
        "registration": {
            "registered": True,
            "machine_id": f"id-{number}",
            "vault": vault,
            "resource_id": None,
            **registration,
        },
    }


def found(facts: dict[str, Any], rule: str) -> list[tuple[str, str, list[str]]]:
    findings = (finding for finding in fleet_findings(facts) if finding["id"] == rule)
    return [(finding["status"], finding["actual"], finding["hosts"]) for finding in findings]


def test_machines_are_counted_by_vault() -> None:
    facts = {"a": machine(1), "b": machine(2), "c": machine(3, "vault-2")}

    assert found(facts, "vault_machine_limit") == [
        ("unknown", "at least 2 of 50 machines in vault-1", ["a", "b"]),
        ("unknown", "at least 1 of 50 machines in vault-2", ["c"]),
    ]
    assert found(facts, "vault_duplicates") == []


@pytest.mark.parametrize("count, status", [(49, "unknown"), (50, "noncompliant"), (51, "noncompliant")])
def test_a_vault_is_full_or_unknown_but_never_compliant(count: int, status: str) -> None:
    ((actual, _unused, hosts),) = found({str(n): machine(n) for n in range(count)}, "vault_machine_limit")

    assert (actual, len(hosts)) == (status, count)


def test_vaults_of_one_name_are_told_apart_by_their_number() -> None:
    facts = {"a": machine(1, resource_id="17"), "b": machine(2, resource_id="18")}

    assert len(found(facts, "vault_machine_limit")) == 2


def test_machines_of_one_name_in_a_vault_are_found_in_any_letter_case() -> None:
    facts = {"a": machine(1), "b": machine(2), "c": machine(3, "vault-2")}
    facts["b"]["os"]["computer_name"] = facts["c"]["os"]["computer_name"] = "files01"

    assert found(facts, "vault_duplicates") == [
        ("noncompliant", "a, b have the same computer name: FILES01 (vault: vault-1)", ["a", "b"])
    ]


@pytest.mark.parametrize("vault, shown", [("vault-1", "vault-1"), (None, "unknown")])
def test_clones_are_found_even_where_their_vault_is_unknown(vault: str | None, shown: str) -> None:
    facts = {"a": machine(1, vault), "b": machine(2, vault, machine_id="id-1")}

    assert found(facts, "vault_duplicates") == [
        ("noncompliant", f"a, b have the same machine ID: id-1 (vault: {shown})", ["a", "b"])
    ]


@pytest.mark.parametrize(
    "fact",
    [
        {},
        {"registration": None},
        {"registration": {"registered": False}},
        {"registration": {"registered": True}, "os": 1},
    ],
)
def test_hosts_that_say_nothing_about_a_vault_are_not_counted(fact: dict[str, Any]) -> None:
    assert fleet_findings({"a": fact, "b": fact}) == []


def with_module(version: str = "2.0.9262.0", **files: Any) -> dict[str, Any]:
    """A host with these files: their versions, or None for those that it lacks."""
    entries = {"manifest.psd1": "1", "module.dll": "9262"} | {name.replace("_", "."): to for name, to in files.items()}
    listed = [{"path": path, "size": 1, "version": to} for path, to in entries.items() if to is not None]
    return {"agent": {"version": version}, "agent_module_files": {"files": listed, "source": None}}


def test_the_majority_of_five_hosts_with_the_same_agent_says_which_files_are_right() -> None:
    facts = {str(number): with_module() for number in range(3)}
    facts |= {"old": with_module(module_dll="9083"), "bare": with_module(manifest_psd1=None, own_ps1="1")}

    assert found(facts, "agent_module_files") == [
        (
            "noncompliant",
            "of 5 hosts with the agent 2.0.9262.0: bare lacks manifest.psd1, has in addition own.ps1; "
            "old has another module.dll",
            ["bare", "old"],
        )
    ]


def test_without_a_majority_it_is_unknown_which_file_is_right() -> None:
    facts = {str(number): with_module(module_dll=str(number)) for number in range(5)}

    ((status, actual, hosts),) = found(facts, "agent_module_files")
    assert (status, len(hosts)) == ("unknown", 5)
    assert actual == "of 5 hosts with the agent 2.0.9262.0: no majority has the same module.dll"


@pytest.mark.parametrize(
    "others",
    [
        {str(number): with_module() for number in range(3)},
        {str(number): with_module("2.0.9506.0") for number in range(9)},
        {str(number): {"agent": {"version": "2.0.9262.0"}} for number in range(9)},
        {str(number): {"agent": {"version": "2.0.9262.0"}, "agent_module_files": None} for number in range(9)},
    ],
)
def test_fewer_than_five_hosts_with_the_same_agent_decide_nothing(others: dict[str, Any]) -> None:
    assert found({"bare": with_module(module_dll=None), **others}, "agent_module_files") == []


def test_five_equal_hosts_give_no_finding() -> None:
    assert found({str(number): with_module() for number in range(5)}, "agent_module_files") == []
