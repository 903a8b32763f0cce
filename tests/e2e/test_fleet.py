# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet of the demonstration, checked and fixed, over every kind of connection; all of it over one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import role_order, shipped_rules
from tests.e2e.expected import CURRENT, FLEET, MINIMUM, Expected, open_findings, verdicts
from tests.e2e.runs import Run, running


@dataclass(frozen=True)
class Scenario:
    """How the fleet is contacted, and what it is checked against."""

    options: tuple[str, ...]
    variables: Mapping[str, Any]
    expected: Expected


# What depends on the connection: a copy; an installer and a restart, which the other library reconnects after
SCENARIOS = {
    "winrm-ntlm": Scenario((), {"mars_prereqs_baseline": "current"}, CURRENT),
    "winrm-https": Scenario(("--https",), {}, MINIMUM.of(["scratch-2019"])),
    "psrp": Scenario(
        (),
        {
            "ansible_connection": "psrp",
            "ansible_psrp_protocol": "http",
            "ansible_psrp_auth": "ntlm",
            "mars_prereqs_baseline": "current",
        },
        CURRENT.of(["old-2012-r2", "scratch-2019"]),
    ),
}


@dataclass(frozen=True)
class Outcome:
    """The playbook on one fleet: in check mode, for real, and again; with the states in between."""

    scenario: Scenario
    audit: Run
    enforcement: Run
    again: Run
    states: tuple[bytes, bytes, bytes, bytes]


def run_scenario(scenario: Scenario, folder: Path) -> Outcome:
    with running(FLEET, folder, *scenario.options) as fleet:

        def play(*options: str) -> tuple[Run, bytes]:
            run = fleet.play(
                "winops.mars.mars_prereqs",
                *options,
                limit=",".join(scenario.expected.found),
                mars_prereqs_reboot=True,
                **scenario.variables,
            )
            return run, fleet.state()

        before = fleet.state()
        audit, audited = play("--check", "--diff")
        enforcement, enforced = play()
        again, last = play("--diff")
    return Outcome(scenario, audit, enforcement, again, (before, audited, enforced, last))


# After a change of these, Microsoft advises a restart
RESTART_ADVISED = {
    "powershell_execution_policy",
    "powershell_module_path",
    "powershell_lost_modules",
    "antivirus_exclusions",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All of them at once, since they mostly wait: for installers, restarts and services."""
    with ThreadPoolExecutor(len(SCENARIOS)) as pool:
        runs = {
            name: pool.submit(run_scenario, scenario, tmp_path_factory.mktemp(name))
            for name, scenario in SCENARIOS.items()
        }
        return {name: outcome.result() for name, outcome in runs.items()}


@pytest.fixture(params=list(SCENARIOS))
def outcome(request: pytest.FixtureRequest, outcomes: dict[str, Outcome]) -> Outcome:
    return outcomes[request.param]


@pytest.fixture
def of_all_hosts(outcomes: dict[str, Outcome]) -> Outcome:
    return outcomes["winrm-ntlm"]


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
    assert open_findings(outcome.audit) == outcome.scenario.expected.found


def test_the_audit_leaves_the_hosts_byte_for_byte_as_they_were(outcome: Outcome) -> None:
    before, after_audit, after_enforcement, *_unused = outcome.states

    assert after_audit == before
    assert after_enforcement != before  # the state does show changes


def test_check_mode_predicts_what_changes(outcome: Outcome) -> None:
    assert outcome.audit.changed() == outcome.enforcement.changed()
    assert changed_roles(outcome.enforcement) == outcome.scenario.expected.roles


def test_roles_run_in_the_order_of_the_catalogue_on_every_host(of_all_hosts: Outcome) -> None:
    order = role_order(shipped_rules().values())
    roles: dict[str, list[str]] = {}
    for event in of_all_hosts.enforcement.events:
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
    assert open_findings(outcome.enforcement) == outcome.scenario.expected.left


def test_the_second_run_changes_nothing(outcome: Outcome) -> None:
    assert outcome.again.changed() == {}
    assert open_findings(outcome.again) == outcome.scenario.expected.left
    assert outcome.states[3] == outcome.states[2]


def test_a_compliant_host_costs_one_task_beside_the_validation_of_its_options(of_all_hosts: Outcome) -> None:
    ours = [action for action in of_all_hosts.audit.tasks()["healthy-2025"] if action.startswith("winops.mars.")]

    assert ours == [f"winops.mars.{name}" for name in ("mars_role_options", "mars_compliance")]


def test_the_table_shows_every_host_and_verdict(outcome: Outcome) -> None:
    (table,) = (
        event["event_data"]["res"]["msg"]
        for event in outcome.enforcement.events
        if event["event"] == "runner_on_ok" and "verdict of every host" in event["event_data"]["task"]
    )
    header, *rows = (row.split() for row in table)

    assert header == ["host", "verdict", "last_backup", *dict.fromkeys(rule.group for rule in shipped_rules().values())]
    assert {row[0]: row[1] for row in rows} == verdicts(outcome.scenario.expected.left)
    facts = outcome.audit.results("mars_compliance")
    backups = {host: result["ansible_facts"]["mars"]["last_backup"] for host, result in facts.items()}
    assert {row[0]: row[2] for row in rows} == {
        host: f"{backup['succeeded'][:16]}Z" if backup else "-" for host, backup in backups.items()
    }


def test_what_several_hosts_have_in_common_is_reported(of_all_hosts: Outcome) -> None:
    findings = next(iter(of_all_hosts.audit.results("mars_fleet").values()))["findings"]

    assert [(finding["id"], finding["status"], finding["hosts"]) for finding in findings[1:]] == [
        ("vault_duplicates", "noncompliant", ["exclusions-2019", "client-11"])
    ]
    (limit, *_unused) = findings
    assert (limit["id"], limit["status"]) == ("vault_machine_limit", "unknown")
    assert limit["actual"].startswith(f"at least {len(limit['hosts'])} of 50 machines in vault-westeurope")


def test_artifacts_count_and_name_the_hosts_that_need_attention(outcome: Outcome) -> None:
    expected = verdicts(outcome.scenario.expected.left)
    names = {
        verdict: [host for host in expected if expected[host] == verdict]
        for verdict in ("compliant", "noncompliant", "unknown")
    }

    fixed = {
        host: found.keys() - outcome.scenario.expected.left[host].keys()
        for host, found in outcome.scenario.expected.found.items()
    }
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

    assert set(facts) == set(outcome.scenario.expected.found)
    assert {host: fact["unreadable"] for host, fact in facts.items() if fact["unreadable"]} == {}
    assert max(len(json.dumps(fact)) for fact in facts.values()) <= 20_000


def test_localized_hosts_are_read_without_their_language(of_all_hosts: Outcome) -> None:
    results = of_all_hosts.audit.results("mars_compliance")
    german, japanese = (results[host]["ansible_facts"]["mars"] for host in ("german-2019", "japanese-2016"))

    assert (german["os"]["language"], german["os"]["architecture"]) == (1031, 64)
    assert german["tasks"][0]["principal"]["sid"] == "S-1-5-18"
    assert (japanese["os"]["language"], japanese["os"]["architecture"]) == (1041, 64)
    assert japanese["tasks"][0]["principal"]["sid"] == "S-1-5-19"


def test_schedule_and_actions_of_the_task_stay_as_they_are(of_all_hosts: Outcome) -> None:
    path = r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup"
    before, after = (json.loads(of_all_hosts.states[index])["task-2016"]["tasks"][path] for index in (0, 2))

    assert before != after
    for part in ("<ScheduleByWeek>", "<StartBoundary>2025-03-11T21:00:00", "Start-OBBackup", "<ExecutionTimeLimit>P3D"):
        assert part in str(before)
        assert part in str(after)
