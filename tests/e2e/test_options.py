# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user can choose: variables of the playbook, tags, limits, own rules, saved facts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.expected import FLEET, open_findings
from tests.e2e.runs import Fleet, running

THREE = "healthy-2022,policy-2022,antivirus-2019"  # compliant, noncompliant, unknown


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(FLEET, tmp_path_factory.mktemp("options")) as fleet:
        yield fleet


@pytest.mark.parametrize(
    "fail_on, failing",
    [
        ("none", set()),
        ("noncompliant", {"policy-2022"}),
        ("unknown", {"policy-2022", "antivirus-2019"}),
    ],
)
def test_fail_on(fleet: Fleet, fail_on: str, failing: set[str]) -> None:
    run = fleet.play("winops.mars.mars_prereqs", "--check", limit=THREE, mars_prereqs_fail_on=fail_on)
    messages = run.messages("failed")

    assert set(messages) == failing
    assert (run.rc != 0) == bool(failing)
    assert run.artifacts["mars_prereqs_noncompliant_hosts"] == ["policy-2022"]
    if failing:
        assert "powershell_execution_policy is noncompliant" in messages["policy-2022"]
        assert "Group Policy" in messages["policy-2022"]


@pytest.mark.parametrize(
    "options, changes",
    [
        (("--tags=scheduled_task",), ["scheduled_task"]),
        (("--tags=dotnet,antivirus_exclusions",), ["dotnet", "antivirus_exclusions"]),
        (("--skip-tags=scheduled_task",), ["dotnet", "antivirus_exclusions"]),
        (("--skip-tags=dotnet,scheduled_task,antivirus_exclusions",), []),
    ],
)
def test_tags_limit_what_is_enforced_and_not_what_is_judged(
    fleet: Fleet, options: tuple[str, ...], changes: list[str]
) -> None:
    run = fleet.play(
        "winops.mars.mars_prereqs", "--check", *options, limit="german-2019", mars_prereqs_baseline="current"
    )
    roles = {
        event["event_data"]["role"]
        for event in run.events
        if event["event"] == "runner_on_ok" and event["event_data"]["res"].get("changed")
    }

    assert roles == set(changes)
    assert set(open_findings(run)["german-2019"]) == {"dotnet_version", "antivirus_exclusions", "task_enabled"}
    assert run.artifacts["mars_prereqs_noncompliant"] == 1


def test_limit(fleet: Fleet) -> None:
    run = fleet.play("winops.mars.mars_prereqs", "--check", limit=THREE)

    assert set(run.tasks()) == set(THREE.split(","))


def test_thresholds_own_rules_and_disabled_rules(fleet: Fleet, tmp_path: Path) -> None:
    own = {
        "id": "agent_version",
        "title": "The agent is new enough",
        "severity": "warning",
        "applies": "agent.installed",
        "needs": ["agent.installed", "agent.version"],
        "expect": "version_compare(agent.version, '3.0') >= `0`",
        "expected": "3.0 or later",
        "actual": "{agent.version}",
        "why": "For the test.",
        "fix": "Update it.",
    }
    override = {"id": "task_principal", "severity": "warning"}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump([own, override]), encoding="utf-8")
    # Values of an AWX survey are text
    run = fleet.play(
        "winops.mars.mars_prereqs",
        "--check",
        limit="task-2016",
        mars_prereqs_rules_file=str(tmp_path / "rules.yml"),
        mars_prereqs_disabled_rules="task_enabled,task_instances",
        mars_prereqs_thresholds={"dotnet_version": "4.7"},
        mars_prereqs_reboot="false",
    )
    findings = {finding["id"]: finding for finding in run.results("mars_compliance")["task-2016"]["findings"]}

    assert open_findings(run)["task-2016"] == dict.fromkeys(
        ["dotnet_version", "task_principal", "agent_version"], "noncompliant"
    )
    assert (findings["agent_version"]["severity"], findings["agent_version"]["actual"]) == ("warning", "2.0.9262.0")
    assert findings["task_principal"]["severity"] == "warning"
    assert "task_enabled" not in findings
    # Of a disabled rule nothing is enforced, though its role runs
    (change,) = run.results("cim_scheduled_task")["task-2016"]["after"].values()
    assert (change["enabled"], change["multiple_instances"], change["run_as"]) == (False, "Parallel", "S-1-5-18")


def test_saved_facts_are_judged_without_the_host(fleet: Fleet, tmp_path: Path) -> None:
    gathered = fleet.play([{"winops.mars.mars_facts": {}}], limit=THREE).results("mars_facts")
    for host, result in gathered.items():
        (tmp_path / f"{host}.json").write_text(json.dumps(result["ansible_facts"]["mars"]), encoding="utf-8")
    fleet.reset_requests()
    saved = "{{ lookup('ansible.builtin.file', '" + str(tmp_path) + "/' ~ inventory_hostname ~ '.json') | from_json }}"
    run = fleet.play([{"winops.mars.mars_compliance": {"facts": saved, "baseline": "current"}}], limit=THREE)

    assert {host: result["verdict"] for host, result in run.results("mars_compliance").items()} == {
        "healthy-2022": "compliant",
        "policy-2022": "noncompliant",
        "antivirus-2019": "unknown",
    }
    assert sum(host["http"] for host in fleet.requests().values()) == 0


def test_requests_a_host(fleet: Fleet) -> None:
    fleet.reset_requests()
    facts = fleet.play([{"winops.mars.mars_facts": {}}]).results("mars_facts")
    requests = {host: counts["http"] for host, counts in fleet.requests().items()}

    assert len(facts) == len(requests) == 14
    assert max(requests.values()) <= 35
    assert min(requests.values()) > 10


def test_sections_can_be_chosen(fleet: Fleet) -> None:
    fleet.reset_requests()
    run = fleet.play([{"winops.mars.mars_facts": {"gather_subset": ["dotnet"]}}], limit="healthy-2022")
    facts = run.results("mars_facts")["healthy-2022"]["ansible_facts"]["mars"]

    assert set(facts) == {"schema", "gathered", "unreadable", "dotnet"}
    assert fleet.requests()["healthy-2022"]["soap"] == 1


def manual(run: Any, host: str) -> list[str]:
    return [
        event["event_data"]["res"]["msg"]
        for event in run.events
        if event["event"] in ("runner_on_ok", "runner_item_on_ok")
        and event["event_data"]["host"] == host
        and str(event["event_data"]["res"].get("msg", "")).startswith("manual: ")
    ]


def test_without_a_source_it_says_what_to_get(fleet: Fleet) -> None:
    before = fleet.host_state("old-2008-r2")
    run = fleet.play(
        limit="old-2008-r2,scratch-2019",
        mars_prereqs_baseline="current",
        mars_prereqs_disabled_rules=["powershell_execution_policy"],
        dotnet_source="",
        powershell_source="",
        scratch_space_location="",
    )
    dotnet, powershell = manual(run, "old-2008-r2")
    scratch = manual(run, "scratch-2019")

    assert (run.rc, run.changed()) == (0, {})
    assert fleet.host_state("old-2008-r2") == before
    assert ".NET Framework 4.8" in dotnet
    assert "dotnet_source" in dotnet
    assert "Windows Management Framework for Microsoft Windows Server 2008 R2" in powershell
    assert len(scratch) == 2
    assert "which is 2 % of 100 GiB" in " ".join(scratch)


def test_a_restart_that_is_not_allowed_is_reported(fleet: Fleet) -> None:
    predicted = fleet.play(
        "winops.mars.mars_prereqs", "--check", limit="old-2012-r2", mars_prereqs_baseline="current"
    ).changed()
    run = fleet.play(limit="old-2012-r2", mars_prereqs_baseline="current")

    assert run.changed() == predicted
    assert len(predicted["old-2012-r2"]) == 2
    assert run.artifacts["mars_prereqs_reboot_required_hosts"] == ["old-2012-r2"]
    assert open_findings(run)["old-2012-r2"] == {"powershell_version": "noncompliant"}
    assert fleet.host_state("old-2012-r2")["boots"] == 0
    again = fleet.play(limit="old-2012-r2", mars_prereqs_baseline="current")
    assert (again.rc, again.changed()) == (0, {})
    assert again.artifacts["mars_prereqs_reboot_required_hosts"] == ["old-2012-r2"]


def test_nothing_secret_is_shown_even_to_the_curious(fleet: Fleet) -> None:
    # Whatever a run shows is searched for passwords, see Fleet.play
    run = fleet.play("winops.mars.mars_prereqs", "-vvvvv", "--diff", limit="german-2019,exclusions-2019")

    assert set(run.changed()) == {"german-2019", "exclusions-2019"}


def test_roles_alone_touch_only_hosts_that_need_them(fleet: Fleet) -> None:
    roles = [
        {"ansible.builtin.include_role": {"name": f"winops.mars.{role}"}}
        for role in ("dotnet", "powershell", "antivirus_exclusions", "scheduled_task", "scratch_space")
    ]
    run = fleet.play(roles, limit="healthy-2025,no-agent-2022,japanese-2016")

    assert (run.rc, run.messages("failed")) == (0, {})
    assert set(run.changed()) == {"japanese-2016"}
    assert open_findings(fleet.play("winops.mars.mars_prereqs", "--check", limit="japanese-2016")) == {
        "japanese-2016": {}
    }
