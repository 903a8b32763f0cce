# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user can choose: variables of the playbook, tags, limits, own rules, saved facts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
import yaml

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import role_order, shipped_rules
from tests.e2e.expected import CURRENT, FLEET, MINIMUM, open_findings, verdicts
from tests.e2e.runs import Fleet, running
from tests.simulator.process import REPOSITORY

THREE = "healthy-2022,policy-2022,antivirus-2019"  # compliant, noncompliant, unknown


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(FLEET, tmp_path_factory.mktemp("options")) as fleet:
        yield fleet


@pytest.mark.parametrize(
    "fail_on, failing",
    [
        ("noncompliant", {"policy-2022"}),
        ("unknown", {"policy-2022", "antivirus-2019"}),
    ],
)
def test_fail_on(fleet: Fleet, fail_on: str, failing: set[str]) -> None:
    run = fleet.play("winops.mars.mars_prereqs", "--check", limit=THREE, mars_prereqs_fail_on=fail_on)
    messages = run.messages("failed")

    assert set(run.tasks()) == set(THREE.split(","))
    assert set(messages) == failing
    assert (run.rc != 0) == bool(failing)
    assert run.artifacts["mars_audit_noncompliant_hosts"] == ["policy-2022"]
    if failing:
        assert "powershell_execution_policy is noncompliant" in messages["policy-2022"]
        assert "Group Policy" in messages["policy-2022"]


ALL = CURRENT.roles["german-2019"]


@pytest.mark.parametrize(
    "option, changes",
    [
        ("--tags=dotnet,antivirus_exclusions", {"dotnet", "antivirus_exclusions"}),
        ("--skip-tags=" + ",".join(sorted(ALL - {"dotnet"})), {"dotnet"}),
    ],
)
def test_tags_limit_what_is_fixed_and_not_what_is_checked(fleet: Fleet, option: str, changes: set[str]) -> None:
    run = fleet.play(
        "winops.mars.mars_prereqs", "--check", option, limit="german-2019", mars_prereqs_baseline="current"
    )
    roles = {
        event["event_data"]["role"]
        for event in run.events
        if event["event"] == "runner_on_ok" and event["event_data"]["res"].get("changed")
    }

    assert roles == changes
    assert open_findings(run)["german-2019"] == CURRENT.found["german-2019"]
    assert run.artifacts["mars_audit_noncompliant"] == 1


def test_thresholds_own_rules_and_disabled_rules(fleet: Fleet, tmp_path: Path) -> None:
    own = {
        "id": "agent_of_the_test",
        "title": "The agent is new enough",
        "group": "agent",
        "severity": "warning",
        "requires": "agent",
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

    # The thresholds given here replace the one of the inventory, which says what proxy is right
    assert set(open_findings(run)["task-2016"]) == (
        MINIMUM.found["task-2016"].keys() - {"task_enabled", "task_instances", "proxy"}
        | {"dotnet_version", "agent_of_the_test"}
    )
    own_finding = findings["agent_of_the_test"]
    assert (own_finding["severity"], own_finding["actual"]) == ("warning", "2.0.9262.0")
    assert findings["task_principal"]["severity"] == "warning"
    assert "task_enabled" not in findings
    # Of a disabled rule nothing is enforced, though its role runs
    (change,) = run.results("cim_scheduled_task")["task-2016"]["after"].values()
    assert (change["enabled"], change["multiple_instances"], change["run_as"]) == (False, "Parallel", "S-1-5-18")


def test_saved_facts_are_checked_without_the_host(fleet: Fleet, tmp_path: Path) -> None:
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

    assert len(facts) == len(requests) == len(MINIMUM.found)
    assert max(requests.values()) <= 45
    assert min(requests.values()) > 10


def test_sections_can_be_chosen(fleet: Fleet) -> None:
    fleet.reset_requests()
    run = fleet.play([{"winops.mars.mars_facts": {"gather_subset": ["os"]}}], limit="healthy-2022")
    facts = run.results("mars_facts")["healthy-2022"]["ansible_facts"]["mars"]

    assert set(facts) == {"schema", "gathered", "unreadable", "os"}
    assert fleet.requests()["healthy-2022"]["soap"] == 1


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
    dotnet, dotnet_source, powershell, powershell_source = run.left_to_do("old-2008-r2")
    certificates, certificate_files, *scratch, scratch_location = run.left_to_do("scratch-2019")

    assert (run.rc, run.changed()) == (0, {})
    assert fleet.host_state("old-2008-r2") == before
    assert "Install .NET Framework 4.8 from its offline installer (https://dotnet.microsoft.com/" in dotnet
    assert "Set dotnet_source" in dotnet_source
    assert "Windows Management Framework 5.1 for Windows Server 2008 R2 (https://learn.microsoft.com/" in powershell
    assert "Set powershell_source" in powershell_source
    assert "add each as an administrator" in certificates
    assert "Add files to root_certificates_files" in certificate_files
    assert len(scratch) == 2
    assert "move the scratch folder to a larger local NTFS volume" in " ".join(scratch)
    assert "Set scratch_space_location" in scratch_location


def test_root_certificates_are_added_from_files_that_may_have_others(fleet: Fleet) -> None:
    role = [{"ansible.builtin.include_role": {"name": "winops.mars.root_certificates"}}]
    # It no longer has DigiCert Global Root CA
    options: dict[str, Any] = {"limit": "scratch-2019", "root_certificates_files": [certifi.where()]}
    predicted = fleet.play(role, "--check", **options)
    run = fleet.play(role, **options)

    assert run.changed() == predicted.changed() == {"scratch-2019": ["Trust the root certificates of Azure"]}
    after = run.results("cim_root_certificate")["scratch-2019"]["after"]
    assert (len(after["trusted"]), after["missing"]) == (2, ["A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436"])
    assert "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436" in run.left_to_do("scratch-2019")[-1]
    assert fleet.play(role, **options).changed() == {}


def test_a_warning_alone_moves_no_scratch_folder(fleet: Fleet) -> None:
    variables: dict[str, Any] = {
        "limit": "client-11",
        "mars_prereqs_thresholds": {"scratch_advised_percent": 100},
        "mars_protected_data": "500 GB",
        "scratch_space_location": "C:\\MARS\\Scratch",
    }
    run = fleet.play(**variables)

    assert "Move the scratch folder" not in run.changed().get("client-11", [])
    assert (
        run.left_to_do("client-11")[-1] == "Set scratch_space_fix_warnings to true to let this role fix warnings, too."
    )
    assert run.artifacts["mars_audit_compliant"] == 1
    requested = fleet.play("winops.mars.mars_prereqs", "--check", scratch_space_fix_warnings=True, **variables)
    assert "Move the scratch folder" in requested.changed()["client-11"]


def test_a_folder_of_windows_becomes_neither_scratch_folder_nor_exclusion(fleet: Fleet) -> None:
    before = fleet.host_state("scratch-2019")

    run = fleet.play("winops.mars.mars_prereqs", limit="scratch-2019", scratch_space_location="C:\\Windows")

    assert "C:\\Windows cannot be a scratch folder of its own" in run.messages("failed")["scratch-2019"]
    assert fleet.host_state("scratch-2019") == before


def test_exchange_server_is_left_alone_unless_that_is_asked_for(tmp_path: Path) -> None:
    host = {
        "profile": "old-2012-r2",
        "overrides": {
            "services": {"MSExchangeServiceHost": {"path": "C:\\Exchange\\Bin\\Microsoft.Exchange.ServiceHost.exe"}}
        },
        "vars": {"dotnet_source": "C:\\Install\\NDP48-x86-x64-AllOS-ENU.exe"},
    }
    hosts = tmp_path / "exchange.yml"
    hosts.write_text(yaml.safe_dump({"hosts": {"exchange": host}}), encoding="utf-8")
    with running(hosts, tmp_path) as fleet:
        before = fleet.host_state("exchange")
        run = fleet.play("winops.mars.mars_prereqs", "--tags=dotnet")
        assert fleet.host_state("exchange") == before
        assert "Microsoft Exchange Server" in run.stdout

        run = fleet.play("winops.mars.mars_prereqs", "--tags=dotnet", mars_prereqs_application_servers=True)
        assert run.changed() == {"exchange": ["Install the .NET Framework"]}


def test_a_role_that_fails_stops_neither_the_others_nor_the_last_check(fleet: Fleet) -> None:
    run = fleet.play(limit="task-2016", mars_prereqs_baseline="current", dotnet_source="C:\\nowhere\\ndp48.exe")

    message = run.messages("failed", but=["Install the .NET Framework"])["task-2016"]
    assert "Configure the backup tasks" in run.changed()["task-2016"]
    assert open_findings(run)["task-2016"] == {"dotnet_version": "noncompliant", **CURRENT.left["task-2016"]}
    assert message.startswith("role dotnet failed: winops.mars.cim_installer")
    assert "C:\\nowhere\\ndp48.exe" in message
    assert run.artifacts["mars_audit_failed_hosts"] == ["task-2016"]
    assert run.rc != 0


def test_a_role_of_ones_own_is_run_like_the_others(fleet: Fleet, tmp_path: Path) -> None:
    role = tmp_path / "ansible_collections/site/checks/roles/engine"
    (role / "defaults").mkdir(parents=True)
    (role / "tasks").mkdir()
    (role / "defaults/main.yml").write_text('engine_findings: "{{ mars_prereqs_findings }}"\n', encoding="utf-8")
    outcome = {"restart_required": True, "manual": ["Call the owner."], "seen": "{{ engine_findings }}"}
    tasks = [{"name": "Keep the outcome of the engine", "ansible.builtin.set_fact": {"engine_outcome": outcome}}]
    (role / "tasks/main.yml").write_text(yaml.safe_dump(tasks), encoding="utf-8")
    rule = {
        "id": "engine_manual",
        "title": "The engine starts by hand",
        "group": "engine",
        "severity": "error",
        "requires": "agent",
        "expect": "agent.engine.start_mode == 'Manual'",
        "wanted": {"service": "agent.engine.name"},
        "expected": "Manual",
        "actual": "{agent.engine.start_mode}",
        "why": "For the test.",
        "fix": "Set it to Manual.",
        "role": "site.checks.engine",
    }
    (tmp_path / "rules.yml").write_text(yaml.safe_dump([rule]), encoding="utf-8")
    collections = f"{tmp_path}:{REPOSITORY / '.build/collections'}"
    run = fleet.play(
        limit="healthy-2025,no-agent-2022",
        environment={"ANSIBLE_COLLECTIONS_PATH": collections},
        mars_prereqs_rules_file=str(tmp_path / "rules.yml"),
    )

    (outcome,) = (
        event["event_data"]["res"]["ansible_facts"]["engine_outcome"]
        for event in run.events
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == "Keep the outcome of the engine"
    )
    (finding,) = outcome["seen"]
    assert (finding["id"], finding["wanted"]) == ("engine_manual", {"service": "obengine"})
    assert run.artifacts["mars_audit_reboot_required_hosts"] == ["healthy-2025"]
    assert "Call the owner." in run.stdout


def test_a_restart_that_is_not_allowed_is_reported(fleet: Fleet) -> None:
    run = fleet.play(limit="old-2012-r2", mars_prereqs_baseline="current")

    assert len(run.changed()["old-2012-r2"]) >= len(CURRENT.roles["old-2012-r2"])
    assert run.artifacts["mars_audit_reboot_required_hosts"] == ["old-2012-r2"]
    assert open_findings(run)["old-2012-r2"] == {
        **CURRENT.left["old-2012-r2"],
        "powershell_version": "noncompliant",
        "restart_pending": "noncompliant",
    }
    assert fleet.host_state("old-2012-r2")["boots"] == 0
    again = fleet.play(limit="old-2012-r2", mars_prereqs_baseline="current")
    assert (again.rc, again.changed()) == (0, {})
    assert again.artifacts["mars_audit_reboot_required_hosts"] == ["old-2012-r2"]


def test_nothing_secret_is_shown_even_to_the_curious(fleet: Fleet) -> None:
    # Whatever a run shows is searched for passwords, see Fleet.play
    run = fleet.play("winops.mars.mars_prereqs", "-vvvvv", "--diff", limit="german-2019")

    assert set(run.changed()) == {"german-2019"}


# The roles that each host is for: all of them, those about an agent that is not there, and two that cannot fix anything
ALONE = {
    "japanese-2016": role_order(shipped_rules().values()),
    "no-agent-2022": ["agent", "agent_service", "scheduled_task", "scratch_space"],
    "policy-2022": ["powershell"],
    "antivirus-2019": ["antivirus_exclusions"],
}
ROLES = [
    {
        "ansible.builtin.include_role": {"name": f"winops.mars.{role}"},
        "when": f"inventory_hostname in {[host for host, roles in ALONE.items() if role in roles]}",
    }
    for role in ALONE["japanese-2016"]
]


def test_roles_alone_decide_as_in_the_playbook(fleet: Fleet) -> None:
    last = {"winops.mars.mars_compliance": {"gather": True}, "when": "inventory_hostname == 'japanese-2016'"}
    run = fleet.play([*ROLES, last], limit=",".join(ALONE))

    assert (run.rc, run.messages("failed")) == (0, {})
    assert set(run.changed()) == {"japanese-2016"}
    assert open_findings(run)["japanese-2016"] == {}
    said = {
        event["event_data"]["host"]: event["event_data"]["res"]["msg"]
        for event in run.events
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == "Report what the role cannot fix"
    }
    assert set(said) == {"policy-2022", "antivirus-2019"}
    assert "Group Policy object" in said["policy-2022"][0]
    assert "Ask the administrator of Sophos" in said["antivirus-2019"][0]


def test_findings_that_are_given_to_a_role_are_not_gathered_again(fleet: Fleet) -> None:
    finding = {
        "id": "our_tasks",
        "role": "scheduled_task",
        "severity": "error",
        "status": "noncompliant",
        "wanted": {"folder": "\\Microsoft\\OnlineBackup\\", "multiple_instances": "Queue"},
    }
    run = fleet.play(
        [{"ansible.builtin.include_role": {"name": "winops.mars.scheduled_task"}}],
        "--check",
        limit="healthy-2025",
        scheduled_task_findings=[finding],
    )

    assert run.results("mars_compliance") == {}
    (after,) = run.results("cim_scheduled_task")["healthy-2025"]["after"].values()
    assert (after["multiple_instances"], after["enabled"]) == ("Queue", True)


def test_decisions_of_the_inventory_are_shown_and_obeyed(fleet: Fleet) -> None:
    decision = {"by": "Ann", "until": "9999-12-31"}
    run = fleet.play(
        "winops.mars.mars_prereqs",
        "--check",
        limit="antivirus-2019,policy-2022",
        mars_prereqs_attestations=[{"rule": "antivirus_exclusions", "note": "CHG1", **decision}],
        mars_prereqs_waivers=[{"rule": "powershell_execution_policy", "reason": "Later.", **decision}],
    )
    results = run.results("mars_compliance")

    left = {
        "antivirus-2019": {**MINIMUM.found["antivirus-2019"], "antivirus_exclusions": "attested"},
        "policy-2022": {**MINIMUM.found["policy-2022"], "powershell_execution_policy": "waived"},
    }
    assert open_findings(run) == left
    assert {host: result["verdict"] for host, result in results.items()} == verdicts(left, MINIMUM.warnings)
    assert run.changed() == {}
    for words in ("attested by Ann until 9999-12-31 (CHG1)", "accepted by Ann until 9999-12-31 (Later.)"):
        assert words in run.stdout
    (table,) = (
        event["event_data"]["res"]["msg"]
        for event in run.events
        if event["event"] == "runner_on_ok" and "verdict of every host" in event["event_data"]["task"]
    )
    rows = {row.split()[0]: row.split() for row in table}
    assert "attested" in rows["antivirus-2019"]
    assert "waived" in rows["policy-2022"]
