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
