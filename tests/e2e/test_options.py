# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user can choose: variables of the playbook, tags, limits, own rules, saved facts.

What a host can choose for itself, many hosts do in the same run, since Ansible takes seconds to start.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import pytest
import yaml

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import role_order, shipped_rules
from tests.e2e.expected import CURRENT, DEMONSTRATION, MINIMUM, open_findings, verdicts
from tests.e2e.runs import MAIN_PLAYBOOK, Fleet, Run, running
from tests.simulator.process import REPOSITORY
from tests.simulator.windows.profile import merge

# Rules of a user's own: a new one, a change of a shipped one, and one with a role of the user's own
OWN_RULES = [
    {
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
    },
    {"id": "task_principal", "severity": "warning"},
]
OWN_ROLE_RULES = [
    {
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
]
DECISION = {"by": "Ann", "until": "9999-12-31"}
A_WARNING: dict[str, Any] = {
    "mars_prereqs_thresholds": {"scratch_advised_percent": 100},
    "mars_protected_data": "500 GB",
    "scratch_space_location": "C:\\MARS\\Scratch",
}
CURRENT_BASELINE = {"mars_prereqs_baseline": "current"}
ONLY_DOTNET = {"mars_prereqs_disabled_rules": sorted(set(shipped_rules()) - {"dotnet_version"})}
# What each host chooses: the host of the demonstration that it is a copy of, and its variables
CHECKED: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown-fails": ("antivirus-2019", {"mars_prereqs_fail_on": "unknown"}),
    "unknown-passes": ("antivirus-2019", {"mars_prereqs_fail_on": "noncompliant"}),
    "violation-fails": ("policy-2022", {"mars_prereqs_fail_on": "noncompliant"}),
    "compliant": ("healthy-2022", {"mars_prereqs_fail_on": "unknown"}),
    "own-rules": (
        "task-2016",
        {
            "mars_prereqs_rules_file": "{{ own_rules }}",
            # Values of an AWX survey are text
            "mars_prereqs_disabled_rules": "task_enabled,task_instances",
            "mars_prereqs_thresholds": {"dotnet_version": "4.7"},
            "mars_prereqs_reboot": "false",
        },
    ),
    "attested": (
        "antivirus-2019",
        {"mars_prereqs_attestations": [{"rule": "antivirus_exclusions", "note": "CHG1", **DECISION}]},
    ),
    "waived": (
        "policy-2022",
        {"mars_prereqs_waivers": [{"rule": "powershell_execution_policy", "reason": "Later.", **DECISION}]},
    ),
    "warning-requested": ("client-11", A_WARNING | {"scratch_space_fix_warnings": True}),
}
FIXED: dict[str, tuple[str, dict[str, Any]]] = {
    "no-installers": (
        "old-2008-r2",
        CURRENT_BASELINE
        | {
            "mars_prereqs_disabled_rules": ["powershell_execution_policy"],
            "dotnet_source": "",
            "powershell_source": "",
        },
    ),
    "no-location": ("scratch-2019", CURRENT_BASELINE | {"scratch_space_location": ""}),
    "windows-folder": ("scratch-2019", {"scratch_space_location": "C:\\Windows"}),
    "warning": ("client-11", A_WARNING),
    "exchange": ("old-2012-r2", ONLY_DOTNET),
    "exchange-allowed": ("old-2012-r2", ONLY_DOTNET | {"mars_prereqs_application_servers": True}),
    "no-such-source": ("task-2016", CURRENT_BASELINE | {"dotnet_source": "C:\\nowhere\\ndp48.exe"}),
    "own-role": ("healthy-2025", {"mars_prereqs_rules_file": "{{ own_role_rules }}"}),
    "no-agent": ("no-agent-2022", {"mars_prereqs_rules_file": "{{ own_role_rules }}"}),
    "no-restart": ("old-2012-r2", CURRENT_BASELINE),
}
EXCHANGE = {"MSExchangeServiceHost": {"path": "C:\\Exchange\\Bin\\Microsoft.Exchange.ServiceHost.exe"}}


def hosts() -> dict[str, Any]:
    """The hosts of the demonstration, and their copies that choose something."""
    hosts = dict(DEMONSTRATION)
    for name, (of, variables) in {**CHECKED, **FIXED}.items():
        hosts[name] = DEMONSTRATION[of] | {"vars": DEMONSTRATION[of].get("vars", {}) | variables}
        if name.startswith("exchange"):
            hosts[name] = merge(hosts[name], {"overrides": {"services": EXCHANGE}})
    return hosts


def write_role(folder: Path) -> None:
    """A role of the user's own, which says what it got."""
    role = folder / "ansible_collections/site/checks/roles/engine"
    for part in ("defaults", "meta", "tasks"):
        (role / part).mkdir(parents=True)
    spec = {"argument_specs": {"main": {"options": {"engine_findings": {"type": "list", "elements": "dict"}}}}}
    outcome = {"restart_required": True, "manual": ["Call the owner."], "seen": "{{ engine_findings }}"}
    tasks = [{"name": "Keep the outcome of the engine", "ansible.builtin.set_fact": {"engine_outcome": outcome}}]
    (role / "meta/argument_specs.yml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    (role / "defaults/main.yml").write_text('engine_findings: "{{ mars_prereqs_findings }}"\n', encoding="utf-8")
    (role / "tasks/main.yml").write_text(yaml.safe_dump(tasks), encoding="utf-8")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(hosts(), tmp_path_factory.mktemp("options")) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def audit(fleet: Fleet) -> Run:
    """A check of the hosts of CHECKED."""
    rules = fleet.folder / "rules.yml"
    rules.write_text(yaml.safe_dump(OWN_RULES), encoding="utf-8")
    return fleet.play(MAIN_PLAYBOOK, "--check", limit=",".join(CHECKED), own_rules=str(rules))


@dataclass(frozen=True)
class Enforcement:
    """A run of the playbook on the hosts of FIXED, and their states before and after it."""

    run: Run
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@pytest.fixture(scope="module")
def enforcement(fleet: Fleet) -> Enforcement:
    write_role(fleet.folder)
    rules = fleet.folder / "role_rules.yml"
    rules.write_text(yaml.safe_dump(OWN_ROLE_RULES), encoding="utf-8")
    before = fleet.states()
    run = fleet.play(
        limit=",".join(FIXED),
        environment={"ANSIBLE_COLLECTIONS_PATH": f"{fleet.folder}:{REPOSITORY / '.build/collections'}"},
        own_role_rules=str(rules),
    )
    return Enforcement(run, before, fleet.states())


def test_a_run_fails_on_the_verdicts_that_it_is_to_fail_on(audit: Run) -> None:
    messages = audit.messages("failed")

    assert set(messages) == {"unknown-fails", "violation-fails"}
    assert audit.rc != 0
    assert set(audit.tasks()) == set(CHECKED)
    assert {"violation-fails", "own-rules"} <= set(audit.artifacts["mars_audit_noncompliant_hosts"])
    assert "powershell_execution_policy is noncompliant" in messages["violation-fails"]
    assert "Group Policy" in messages["violation-fails"]


ALL = CURRENT.roles["german-2019"]


@pytest.mark.parametrize(
    "option, changes",
    [
        # Nothing secret is shown even to the curious: whatever a run shows is searched for passwords, see Fleet.play
        ("--tags=dotnet,antivirus_exclusions -vvvvv --diff", {"dotnet", "antivirus_exclusions"}),
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


def test_thresholds_own_rules_and_disabled_rules(audit: Run) -> None:
    findings = {finding["id"]: finding for finding in audit.results("mars_compliance")["own-rules"]["findings"]}

    # The thresholds given here replace the one of the demonstration, which says what proxy is right
    assert set(open_findings(audit)["own-rules"]) == (
        MINIMUM.found["task-2016"].keys() - {"task_enabled", "task_instances", "proxy"}
        | {"dotnet_version", "agent_of_the_test"}
    )
    own_finding = findings["agent_of_the_test"]
    assert (own_finding["severity"], own_finding["actual"]) == ("warning", "2.0.9262.0")
    assert findings["task_principal"]["severity"] == "warning"
    assert "task_enabled" not in findings
    # Of a disabled rule nothing is enforced, though its role runs
    (change,) = audit.results("cim_scheduled_task")["own-rules"]["after"].values()
    assert (change["enabled"], change["multiple_instances"], change["run_as"]) == (False, "Parallel", "S-1-5-18")


def test_decisions_of_the_inventory_are_shown_and_obeyed(audit: Run) -> None:
    left = {
        "attested": {**MINIMUM.found["antivirus-2019"], "antivirus_exclusions": "attested"},
        "waived": {**MINIMUM.found["policy-2022"], "powershell_execution_policy": "waived"},
    }
    warnings = {"attested": MINIMUM.warnings["antivirus-2019"], "waived": MINIMUM.warnings["policy-2022"]}
    results = audit.results("mars_compliance")

    assert {host: open_findings(audit)[host] for host in left} == left
    assert {host: results[host]["verdict"] for host in left} == verdicts(left, warnings)
    assert left.keys().isdisjoint(audit.changed())
    for words in ("attested by Ann until 9999-12-31 (CHG1)", "accepted by Ann until 9999-12-31 (Later.)"):
        assert words in audit.stdout
    (table,) = audit.reports("Report the verdict of every host").values()
    rows = {row.split()[0]: row.split() for row in table}
    assert "attested" in rows["attested"]
    assert "waived" in rows["waived"]


@pytest.fixture(scope="module")
def gathered(fleet: Fleet) -> tuple[dict[str, Any], dict[str, int]]:
    """The facts of the hosts of the demonstration, and how many requests each took."""
    fleet.reset_requests()
    run = fleet.play([{"winops.mars.mars_facts": {}}], limit=",".join(MINIMUM.found))
    requests = {host: fleet.requests()[host]["http"] for host in MINIMUM.found}
    return {host: result["ansible_facts"]["mars"] for host, result in run.results("mars_facts").items()}, requests


def test_requests_a_host(gathered: tuple[dict[str, Any], dict[str, int]]) -> None:
    facts, requests = gathered

    assert len(facts) == len(requests) == len(MINIMUM.found)
    assert max(requests.values()) <= 45
    assert min(requests.values()) > 10


def test_saved_facts_are_checked_without_the_host_and_sections_can_be_chosen(
    fleet: Fleet, gathered: tuple[dict[str, Any], dict[str, int]], tmp_path: Path
) -> None:
    verdict_of = {"healthy-2022": "compliant", "policy-2022": "noncompliant", "antivirus-2019": "unknown"}
    for host in verdict_of:
        (tmp_path / f"{host}.json").write_text(json.dumps(gathered[0][host]), encoding="utf-8")
    fleet.reset_requests()
    saved = "{{ lookup('ansible.builtin.file', '" + str(tmp_path) + "/' ~ inventory_hostname ~ '.json') | from_json }}"
    run = fleet.play(
        [
            {"winops.mars.mars_compliance": {"facts": saved, "baseline": "current"}},
            {"winops.mars.mars_facts": {"gather_subset": ["os"]}, "when": "inventory_hostname == 'healthy-2022'"},
        ],
        limit=",".join(verdict_of),
    )
    facts = run.results("mars_facts")["healthy-2022"]["ansible_facts"]["mars"]

    assert {host: result["verdict"] for host, result in run.results("mars_compliance").items()} == verdict_of
    assert set(facts) == {"schema", "gathered", "unreadable", "os"}
    assert {host: fleet.requests()[host]["soap"] for host in verdict_of} == {
        "healthy-2022": 1,
        "policy-2022": 0,
        "antivirus-2019": 0,
    }


def test_without_a_source_it_says_what_to_get(enforcement: Enforcement) -> None:
    dotnet, dotnet_source, powershell, powershell_source = enforcement.run.left_to_do("no-installers")
    certificates, certificate_files, *scratch, scratch_location = enforcement.run.left_to_do("no-location")

    for host in ("no-installers", "no-location"):
        assert host not in enforcement.run.messages("failed")
        assert host not in enforcement.run.changed()
        assert enforcement.after[host] == enforcement.before[host]
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
    # Twice, of which the second time changes nothing
    run = fleet.play([*role, *role], **options)

    assert run.changed() == predicted.changed() == {"scratch-2019": ["Trust the root certificates of Azure"]}
    after = predicted.results("cim_root_certificate")["scratch-2019"]["after"]
    assert (len(after["trusted"]), after["missing"]) == (2, ["A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436"])
    assert "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436" in run.left_to_do("scratch-2019")[-1]


def test_a_warning_alone_moves_no_scratch_folder(audit: Run, enforcement: Enforcement) -> None:
    run = enforcement.run

    assert "Move the scratch folder" not in run.changed().get("warning", [])
    assert run.left_to_do("warning")[-1] == "Set scratch_space_fix_warnings to true to let this role fix warnings, too."
    assert run.results("mars_compliance")["warning"]["verdict"] == "compliant"
    assert "Move the scratch folder" in audit.changed()["warning-requested"]


def test_a_folder_of_windows_becomes_neither_scratch_folder_nor_exclusion(enforcement: Enforcement) -> None:
    message = enforcement.run.messages("failed")["windows-folder"]

    assert "C:\\Windows cannot be a scratch folder of its own" in message
    assert enforcement.after["windows-folder"] == enforcement.before["windows-folder"]


def test_exchange_server_is_left_alone_unless_that_is_asked_for(enforcement: Enforcement) -> None:
    assert enforcement.after["exchange"] == enforcement.before["exchange"]
    assert "Microsoft Exchange Server" in " ".join(enforcement.run.left_to_do("exchange"))
    assert enforcement.run.changed()["exchange-allowed"] == ["Install the .NET Framework"]


def test_a_role_that_fails_stops_neither_the_others_nor_the_last_check(enforcement: Enforcement) -> None:
    run = enforcement.run

    message = run.messages("failed", but=["Install the .NET Framework"])["no-such-source"]
    assert "Configure the backup tasks" in run.changed()["no-such-source"]
    assert open_findings(run)["no-such-source"] == {"dotnet_version": "noncompliant", **CURRENT.left["task-2016"]}
    assert message.startswith("role dotnet failed: winops.mars.cim_installer")
    assert "C:\\nowhere\\ndp48.exe" in message
    assert set(run.artifacts["mars_audit_failed_hosts"]) == {"no-such-source", "windows-folder"}
    assert run.rc != 0


def test_a_role_of_ones_own_is_run_like_the_others(enforcement: Enforcement) -> None:
    run = enforcement.run
    (outcome,) = (
        event["event_data"]["res"]["ansible_facts"]["engine_outcome"]
        for event in run.events
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == "Keep the outcome of the engine"
    )

    assert "ansible.builtin.validate_argument_spec" in run.tasks()["own-role"]
    (finding,) = outcome["seen"]
    assert (finding["id"], finding["wanted"]) == ("engine_manual", {"service": "obengine"})
    assert "own-role" in run.artifacts["mars_audit_reboot_required_hosts"]
    assert "Call the owner." in run.stdout


def test_a_restart_that_is_not_allowed_is_reported(fleet: Fleet, enforcement: Enforcement) -> None:
    run = enforcement.run

    assert len(run.changed()["no-restart"]) >= len(CURRENT.roles["old-2012-r2"])
    assert "no-restart" in run.artifacts["mars_audit_reboot_required_hosts"]
    assert open_findings(run)["no-restart"] == {
        **CURRENT.left["old-2012-r2"],
        "powershell_version": "noncompliant",
        "restart_pending": "noncompliant",
    }
    assert enforcement.after["no-restart"]["boots"] == 0
    again = fleet.play(limit="no-restart")
    assert (again.rc, again.changed()) == (0, {})
    assert again.artifacts["mars_audit_reboot_required_hosts"] == ["no-restart"]


# The roles that each host is for: all of them, those about an agent that is not there, and two that cannot fix anything
ALONE = {
    "japanese-2016": role_order(shipped_rules().values()),
    "no-agent-2022": ["agent", "agent_service", "scheduled_task", "scratch_space"],
    "policy-2022": ["powershell"],
    "antivirus-2019": ["antivirus_exclusions"],
}
# Those that have nothing to do on the host of all roles are given that
NOTHING = (
    set(ALONE["japanese-2016"])
    - CURRENT.roles["japanese-2016"]
    - {role for host in list(ALONE)[1:] for role in ALONE[host]}
)
# A role that is given its findings does not check the host
GIVEN: dict[str, Any] = {
    "ansible.builtin.include_role": {"name": "winops.mars.scheduled_task"},
    "vars": {
        "scheduled_task_findings": [
            {
                "id": "our_tasks",
                "role": "scheduled_task",
                "severity": "error",
                "status": "noncompliant",
                "wanted": {"folder": "\\Microsoft\\OnlineBackup\\", "multiple_instances": "Queue"},
            }
        ]
    },
}


def alone(role: str) -> dict[str, Any]:
    """The task that runs a role."""
    findings: dict[str, Any] = {f"{role}_findings": []} if role in NOTHING else {}
    return {"ansible.builtin.include_role": {"name": f"winops.mars.{role}"}, "vars": findings}


def test_roles_alone_decide_as_in_the_playbook_and_by_what_they_are_given(fleet: Fleet) -> None:
    # A play for each, since Ansible starts a process for a skipped task as well
    plays = [{"hosts": host, "tasks": [alone(role) for role in roles]} for host, roles in ALONE.items()]
    check = {"winops.mars.mars_compliance": {"gather": True}}
    last = [{"hosts": "healthy-2025", "tasks": [GIVEN]}, {"hosts": "japanese-2016", "tasks": [check]}]
    run = fleet.play([*plays, *last])

    assert (run.rc, run.messages("failed")) == (0, {})
    assert set(run.changed()) == {"japanese-2016", "healthy-2025"}
    assert open_findings(run)["japanese-2016"] == {}
    said = run.reports("Report what the role cannot fix")
    assert set(said) == {"policy-2022", "antivirus-2019"}
    assert "Group Policy object" in said["policy-2022"][0]
    assert "Ask the administrator of Sophos" in said["antivirus-2019"][0]
    assert "healthy-2025" not in run.results("mars_compliance")
    (after,) = run.results("cim_scheduled_task")["healthy-2025"]["after"].values()
    assert (after["multiple_instances"], after["enabled"]) == ("Queue", True)
