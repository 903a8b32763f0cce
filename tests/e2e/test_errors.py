# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error of Microsoft's articles: on a host with one of its causes, and on one without any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.runs import Fleet, Run, declared_hosts, running
from tests.e2e.test_diagnosis import report

HOSTS = Path(__file__).parent / "fleets/errors.yml"
ENTRIES = declared_hosts(HOSTS)
#: Error and cause by host.
EXPECTED = {host: next(iter(entry["expect"].items())) for host, entry in ENTRIES.items() if "expect" in entry}
ERRORS = {ENTRIES[host]["vars"]["mars_diagnose_error"]: error for host, (error, _cause) in EXPECTED.items()}
DOWNLOAD = "Unable to download the vault credentials file. (ID: 403)"
# As saved facts have it
OTHERS = {
    f"srv{number}": {
        "registration": {
            "registered": True,
            "vault": "vault-westeurope",
            "resource_id": "5012345678901234567",
            "machine_id": f"id-{number}",
        }
    }
    for number in range(49)
}
ON_THE_HEALTHY_HOST: list[dict[str, Any]] = [
    {
        "ansible.builtin.include_role": {
            "name": "winops.mars.mars_prereqs",
            "tasks_from": "check_host",
            "rolespec_validate": False,
        }
    },
    {
        "winops.mars.mars_diagnosis": {"error": "{{ item }}", "findings": "{{ mars_prereqs_compliance.findings }}"},
        "loop": [*ERRORS, DOWNLOAD],
    },
    {"winops.mars.mars_fleet": {"facts": "{{ others }}"}, "register": "fleet"},
    {"winops.mars.mars_diagnosis": {"error": DOWNLOAD, "findings": "{{ fleet.findings }}"}},
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(HOSTS, tmp_path_factory.mktemp("errors")) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def run(fleet: Fleet) -> Run:
    return fleet.play("winops.mars.mars_diagnose")


@pytest.fixture(scope="module")
def on_the_healthy_host(fleet: Fleet) -> Run:
    return fleet.play(ON_THE_HEALTHY_HOST, limit="healthy", others=OTHERS)


def of_loop(run: Run) -> dict[str, dict[str, Any]]:
    """The results of the loop by what was given."""
    (task,) = (
        event["event_data"]["res"]["results"]
        for event in run.events
        if event["event"] == "runner_on_ok"
        and event["event_data"]["res"].get("results")
        and event["event_data"]["task_action"] == "winops.mars.mars_diagnosis"
    )
    return {result["item"]: result for result in task}


def causes(error: Mapping[str, Any], status: str) -> set[str]:
    return {cause["id"] for cause in error["causes"] if cause["status"] == status}


def test_on_each_host_exactly_its_cause_is_confirmed_and_what_is_known_of_a_healthy_host_excluded(
    run: Run, on_the_healthy_host: Run
) -> None:
    healthy = of_loop(on_the_healthy_host)
    results = run.results("mars_diagnosis")

    assert (run.rc, run.changed()) == (0, {})
    for host, (error, cause) in EXPECTED.items():
        (found,) = results[host]["errors"]
        (without,) = healthy[ENTRIES[host]["vars"]["mars_diagnose_error"]]["errors"]
        assert (host, found["id"], causes(found, "confirmed")) == (host, error, {cause})
        assert cause in causes(without, "excluded"), host
        assert causes(found, "excluded") == causes(without, "excluded") - {cause}, host
    assert run.artifacts["mars_diagnose_confirmed"] == {
        cause: [host for host, (_error, other) in EXPECTED.items() if other == cause]
        for _error, cause in EXPECTED.values()
    }


def test_on_a_healthy_host_no_cause_is_confirmed_and_that_is_said(run: Run, on_the_healthy_host: Run) -> None:
    for given, result in of_loop(on_the_healthy_host).items():
        (error,) = result["errors"]
        assert error["id"] == ERRORS.get(given, "vault_credentials_download")
        assert causes(error, "confirmed") == set(), given
        assert "None of its causes is confirmed" in "\n".join(result["report"]), given
    (shared,) = (line for line in report(run) if line.startswith("The scratch volume has too little space"))
    assert shared.endswith(": healthy, full-too")
    assert "  excluded: The scratch volume has too little free space (healthy)" in report(run)


def test_a_vault_that_is_full_is_seen_from_all_its_machines(on_the_healthy_host: Run) -> None:
    (error,) = on_the_healthy_host.results("mars_diagnosis")["healthy"]["errors"]

    assert (error["id"], causes(error, "confirmed")) == ("vault_credentials_download", {"vault_full"})
