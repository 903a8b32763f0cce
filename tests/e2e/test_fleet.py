# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet of the demonstration, checked and fixed, with some of its hosts over every kind of connection."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import role_order, shipped_rules
from tests.e2e.expected import DEMONSTRATION, Expected, expected, open_findings, verdicts
from tests.e2e.runs import HTTP, Run, over, running
from tests.simulator.windows.profile import merge

AGENT_CONFIG = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"


PSRP = HTTP | {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "ntlm"}
# What depends on the connection, a copy, an installer, and a restart, over the others: a copy of which host, and how
COPIES: dict[str, tuple[str, dict[str, str]]] = {
    "psrp-2012-r2": ("old-2012-r2", PSRP),
    "psrp-scratch": ("scratch-2019", PSRP),
    "https-scratch": ("scratch-2019", {}),
}


def hosts() -> dict[str, Any]:
    """The hosts of the demonstration over HTTP, and copies of some of them over other connections."""
    hosts = {name: over(HTTP, host) for name, host in DEMONSTRATION.items()}
    for number, (name, (of, connection)) in enumerate(COPIES.items()):
        machine = {"overrides": {"registry": {AGENT_CONFIG: {"MachineId": str(uuid.UUID(int=number))}}}}
        hosts[name] = over(connection, merge(DEMONSTRATION[of], machine))
    return hosts


@dataclass(frozen=True)
class Outcome:
    """The playbook on one fleet: in check mode, for real, and again; with the states in between."""

    expected: Expected
    audit: Run
    enforcement: Run
    again: Run
    states: tuple[bytes, bytes, bytes, bytes]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with running(hosts(), tmp_path_factory.mktemp("fleet"), "--https") as fleet:

        def play(*options: str) -> tuple[Run, bytes]:
            run = fleet.play(
                "winops.mars.mars_prereqs", *options, mars_prereqs_baseline="current", mars_prereqs_reboot=True
            )
            return run, fleet.state()

        before = fleet.state()
        audit, audited = play("--check", "--diff")
        enforcement, enforced = play()
        again, last = play("--diff")
    return Outcome(expected(hosts(), "current"), audit, enforcement, again, (before, audited, enforced, last))


# After a change of these, Microsoft advises a restart
RESTART_ADVISED = {
    "powershell_execution_policy",
    "powershell_module_path",
    "powershell_lost_modules",
    "antivirus_exclusions",
}


def changed_roles(run: Run) -> dict[str, set[str]]:
    changes: dict[str, set[str]] = {}
    for event in run.events:
        data = event.get("event_data", {})
        if event["event"] == "runner_on_ok" and data["res"].get("changed"):
            changes.setdefault(data["host"], set()).add(data["role"])
    return changes


def test_no_run_fails(outcome: Outcome) -> None:
    for run in (outcome.audit, outcome.enforcement, outcome.again):
        assert (run.rc, run.messages("failed"), run.messages("unreachable")) == (0, {}, {})


def test_every_host_has_the_findings_it_is_there_for(outcome: Outcome) -> None:
    assert open_findings(outcome.audit) == outcome.expected.found


def test_the_audit_leaves_the_hosts_byte_for_byte_as_they_were(outcome: Outcome) -> None:
    before, after_audit, after_enforcement, *_unused = outcome.states

    assert after_audit == before
    assert after_enforcement != before  # the state does show changes


def test_check_mode_predicts_what_changes(outcome: Outcome) -> None:
    assert outcome.audit.changed() == outcome.enforcement.changed()
    assert changed_roles(outcome.enforcement) == outcome.expected.roles


def test_roles_run_in_the_order_of_the_catalogue_on_every_host(outcome: Outcome) -> None:
    order = role_order(shipped_rules().values())
    roles: dict[str, list[str]] = {}
    for event in outcome.enforcement.events:
        data = event.get("event_data", {})
        if event["event"] == "runner_on_ok" and data.get("role") in order:
            roles.setdefault(data["host"], []).append(data["role"])

    assert len(roles) > 5
    for host, names in roles.items():
        assert names == sorted(names, key=order.index), host


def test_every_predicted_change_is_shown(outcome: Outcome) -> None:
    shown = {
        (event["event_data"]["host"], event["event_data"]["task"])
        for event in outcome.audit.events
        if event["event"] in ("runner_on_ok", "runner_item_on_ok") and event["event_data"]["res"].get("diff")
    }

    # A restart has no before and after to show
    assert shown == {
        (host, task) for host, tasks in outcome.audit.changed().items() for task in tasks if task != "Restart the host"
    }


def test_what_can_be_fixed_is_fixed_in_the_end(outcome: Outcome) -> None:
    assert open_findings(outcome.enforcement) == outcome.expected.left


def test_the_second_run_changes_nothing(outcome: Outcome) -> None:
    assert outcome.again.changed() == {}
    assert open_findings(outcome.again) == outcome.expected.left
    assert outcome.states[3] == outcome.states[2]


def test_a_compliant_host_costs_one_task(outcome: Outcome) -> None:
    ours = [action for action in outcome.audit.tasks()["healthy-2025"] if action.startswith("winops.mars.")]

    assert ours == ["winops.mars.mars_compliance"]


def test_a_role_costs_three_tasks_beside_what_it_changes(outcome: Outcome) -> None:
    # Those that are skipped, too: Ansible starts a process for each
    actions = [
        event["event_data"]["task_action"]
        for event in outcome.audit.events
        if event["event"] == "runner_on_start" and event["event_data"]["host"] == "task-2016"
    ]

    change = actions.index("winops.mars.cim_scheduled_task")
    assert actions[change - 3 : change + 3] == [
        "winops.mars.mars_role_outcome",  # of the role before
        "ansible.builtin.include_role",
        "winops.mars.mars_role_options",
        "winops.mars.cim_scheduled_task",
        "winops.mars.mars_role_outcome",
        "ansible.builtin.include_tasks",  # which would check the host again, once for all roles
    ]


def test_the_table_shows_every_host_and_verdict(outcome: Outcome) -> None:
    (table,) = outcome.enforcement.reports("Report the verdict of every host").values()
    header, *rows = (row.split() for row in table)

    assert header == ["host", "verdict", "last_backup", *dict.fromkeys(rule.group for rule in shipped_rules().values())]
    assert {row[0]: row[1] for row in rows} == verdicts(outcome.expected.left, outcome.expected.warnings)
    facts = outcome.audit.results("mars_compliance")
    backups = {host: result["ansible_facts"]["mars"]["last_backup"] for host, result in facts.items()}
    assert {row[0]: row[2] for row in rows} == {
        host: f"{backup['succeeded'][:16]}Z" if backup else "-" for host, backup in backups.items()
    }


def test_what_several_hosts_have_in_common_is_reported(outcome: Outcome) -> None:
    findings = next(iter(outcome.audit.results("mars_fleet").values()))["findings"]

    assert [(finding["id"], finding["status"], finding["hosts"]) for finding in findings[1:]] == [
        ("vault_duplicates", "noncompliant", ["exclusions-2019", "client-11"])
    ]
    (limit, *_unused) = findings
    assert (limit["id"], limit["status"]) == ("vault_machine_limit", "unknown")
    assert limit["actual"].startswith(f"at least {len(limit['hosts'])} of 50 machines in vault-westeurope")


def test_artifacts_count_and_name_the_hosts_that_need_attention(outcome: Outcome) -> None:
    verdict_of = verdicts(outcome.expected.left, outcome.expected.warnings)
    names = {
        verdict: [host for host in verdict_of if verdict_of[host] == verdict]
        for verdict in ("compliant", "noncompliant", "unknown")
    }

    fixed = {host: found.keys() - outcome.expected.left[host].keys() for host, found in outcome.expected.found.items()}
    # Programs use what was set for TLS after a restart, which nothing here makes
    restart_required = [host for host, rules in fixed.items() if "tls" in rules]

    assert outcome.enforcement.artifacts == {
        "mars_audit_compliant": len(names["compliant"]),
        "mars_audit_noncompliant": len(names["noncompliant"]),
        "mars_audit_unknown": len(names["unknown"]),
        "mars_audit_not_checked": 0,
        "mars_audit_noncompliant_hosts": names["noncompliant"],
        "mars_audit_unknown_hosts": names["unknown"],
        "mars_audit_not_checked_hosts": [],
        "mars_audit_failed_hosts": [],
        "mars_audit_reboot_required_hosts": restart_required,
        "mars_audit_reboot_advised_hosts": [
            host for host, rules in fixed.items() if RESTART_ADVISED & rules and host not in restart_required
        ],
    }


def test_facts_are_small_and_complete(outcome: Outcome) -> None:
    facts = {host: result["ansible_facts"]["mars"] for host, result in outcome.audit.results("mars_compliance").items()}

    assert set(facts) == set(outcome.expected.found)
    assert {host: fact["unreadable"] for host, fact in facts.items() if fact["unreadable"]} == {}
    assert max(len(json.dumps(fact)) for fact in facts.values()) <= 20_000


def test_localized_hosts_are_read_without_their_language(outcome: Outcome) -> None:
    results = outcome.audit.results("mars_compliance")
    german, japanese = (results[host]["ansible_facts"]["mars"] for host in ("german-2019", "japanese-2016"))

    assert (german["os"]["language"], german["os"]["architecture"]) == (1031, 64)
    assert german["tasks"][0]["principal"]["sid"] == "S-1-5-18"
    assert (japanese["os"]["language"], japanese["os"]["architecture"]) == (1041, 64)
    assert japanese["tasks"][0]["principal"]["sid"] == "S-1-5-19"


def test_schedule_and_actions_of_the_task_stay_as_they_are(outcome: Outcome) -> None:
    path = r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup"
    before, after = (json.loads(outcome.states[index])["task-2016"]["tasks"][path] for index in (0, 2))

    assert before != after
    for part in ("<ScheduleByWeek>", "<StartBoundary>2025-03-11T21:00:00", "Start-OBBackup", "<ExecutionTimeLimit>P3D"):
        assert part in str(before)
        assert part in str(after)
