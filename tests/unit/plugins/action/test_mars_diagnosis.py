# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin mars_diagnosis: with and without facts, findings, and an error."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.mars_diagnosis import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules import expressions
from tests.unit.plugins import controller_only
from tests.unit.simulated import simulated

FAILED = {"id": 11, "hours_ago": 1, "data": {"Code": "0x80070002"}}
FULL: dict[str, Any] = {"volumes": {"C:\\": {"capacity": "100 GiB", "free": "20 MiB"}}}


def facts_of(**profile: Any) -> dict[str, Any]:
    return gather(simulated(base="healthy-2022", **profile).session, DEFAULT_SECTIONS)


def run(host_facts: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    variables = {"inventory_hostname": "files01", "ansible_facts": host_facts or {}}
    return controller_only.run(ActionModule, variables, options)


def confirmed(result: dict[str, Any]) -> list[str]:
    return [cause["id"] for error in result["errors"] for cause in error["causes"] if cause["status"] == "confirmed"]


def test_an_error_is_explained_without_any_host() -> None:
    result = run(error="34513")

    assert (result["changed"], result["host_checked"], result["roles"]) == (False, False, [])
    assert result["backup"] is None
    assert [(error["id"], error["found_by"], error["found"]) for error in result["errors"]] == [
        ("invalid_vault_credentials", "code", "34513")
    ]
    assert result["report"][0] == "The vault credentials are not valid (34513, invalid_vault_credentials)"
    assert "  possible: TLS 1.2 cannot be used." in result["report"]
    assert not any("is confirmed" in line for line in result["report"])


@pytest.mark.parametrize("where", ["host", "option"])
def test_the_causes_are_checked_by_the_facts(where: str) -> None:
    facts = facts_of(**FULL)
    result = (
        run({"mars": facts}, error="SalLowDiskSpace") if where == "host" else run(error="SalLowDiskSpace", facts=facts)
    )

    assert result["host_checked"] is True
    assert [cause["id"] for cause in result["errors"][0]["causes"] if cause["status"] == "confirmed"] == [
        "scratch_full"
    ]
    assert result["roles"] == result["errors"][0]["roles"] == ["scratch_space"]
    assert result["report"][1].startswith("  CONFIRMED: The scratch volume has too little free space. ")
    assert result["report"][1].endswith("[role scratch_space]")


def test_findings_that_are_given_count_instead_of_the_shipped_rules() -> None:
    result = run({"mars": facts_of(**FULL)}, error="SalLowDiskSpace", findings=[])

    assert confirmed(result) == []
    assert "  None of its causes is confirmed on this host." in result["report"]


def test_without_an_error_those_of_the_events_are_diagnosed() -> None:
    result = run({"mars": facts_of(events={"CloudBackup/Operational": [FAILED]}, **FULL)})

    assert [(error["id"], error["found_by"]) for error in result["errors"]] == [("file_not_found", "event")]
    assert result["roles"] == ["scratch_space"]


@pytest.mark.parametrize("error", [None, "", "  "])
def test_where_no_backup_failed_it_says_so(error: str | None) -> None:
    result = run({"mars": facts_of()}, error=error)

    assert (result["errors"], result["nearest"]) == ([], [])
    assert result["report"][0] == "The events of this host show no failed backup after the last good one."
    assert result["report"][1] == f"Last good backup: {result['backup']['succeeded']}"
    assert result["report"][2].startswith("A backup is running: no. No task of the agent runs")


def test_what_is_not_recognized_is_said_with_the_nearest_errors() -> None:
    result = run(error="34531")

    hint = {"id": "invalid_vault_credentials", "title": "The vault credentials are not valid", "codes": ["34513"]}
    assert (result["errors"], hint in result["nearest"]) == ([], True)
    assert result["report"][0] == "No known error of the agent was recognized."


@pytest.mark.parametrize("error", ["0x80790407", "2155414535", "-2139552761", "ID: 0x80790407"])
def test_a_code_that_no_source_explains_is_not_taken_for_another(error: str) -> None:
    result = run(error=error)

    assert (result["errors"], result["roles"]) == ([], [])
    assert result["report"][:2] == [
        "No known error of the agent was recognized.",
        "The nearest ones, which may be others:",
    ]
    assert len(result["report"]) == 2 + len(result["nearest"])


def test_without_error_and_facts_there_is_nothing_to_do() -> None:
    with pytest.raises(AnsibleActionFail, match="give an error in the option 'error', or gather the facts"):
        run()


def test_facts_of_another_schema_are_refused() -> None:
    with pytest.raises(AnsibleActionFail, match="these facts have the schema 99"):
        run({"mars": {"schema": 99}}, error="34513")


def test_without_jmespath_the_message_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis import errors

    errors.known_errors.cache_clear()
    monkeypatch.setattr(expressions, "HAS_JMESPATH", False)
    with pytest.raises(AnsibleActionFail, match="the Python library jmespath is missing on the controller"):
        run(error="34513")
