# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is gathered only on request: found, fixed where a role may, and left alone otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.expected import expected, open_findings
from tests.e2e.runs import Fleet, Run, declared_hosts, running

HOSTS = Path(__file__).parent / "fleets/agent_files.yml"
EXPECTED = expected(declared_hosts(HOSTS), "minimum")
REQUEST: dict[str, Any] = {
    "mars_prereqs_gather_subset": ["all", "agent_module_files", "connectivity"],
    # Others have tests of their own
    "mars_prereqs_disabled_rules": [
        "antivirus_exclusions",
        "antivirus_compilers",
        "last_backup",
        "powershell_module_path",
        "task_enabled",
    ],
}


@dataclass(frozen=True)
class Runs:
    """The playbook in check mode, for real, and again."""

    audit: Run
    real: Run
    again: Run
    restart: Run
    untouched: bool
    unchanged: bool


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with running(HOSTS, tmp_path_factory.mktemp("agent_files")) as fleet:
        yield play(fleet)


def play(fleet: Fleet) -> Runs:
    before = fleet.state()
    audit = fleet.play("winops.mars.mars_prereqs", "--check", "--diff", **REQUEST)
    audited = fleet.state()
    real = fleet.play(**REQUEST)
    done = fleet.state()
    again = fleet.play(**REQUEST)
    last = fleet.state()
    restart = fleet.play(
        [{"ansible.builtin.include_role": {"name": "winops.mars.agent_service"}}],
        agent_service_restart=True,
        mars_prereqs_gather_subset=["agent"],
    )
    return Runs(audit, real, again, restart, before == audited, last == done)


def test_check_mode_finds_everything_and_changes_nothing(runs: Runs) -> None:
    assert open_findings(runs.audit) == EXPECTED.found
    assert runs.untouched


def test_the_real_run_changes_what_check_mode_predicts(runs: Runs) -> None:
    repaired = ["Repair the files of the module"]

    assert runs.audit.changed() == {"local": repaired, "share": [*repaired, "Set the options of Internet Explorer"]}
    assert runs.real.changed() == runs.audit.changed()
    assert runs.real.rc == 0


def test_a_module_is_not_repaired_while_a_backup_needs_it(runs: Runs) -> None:
    assert open_findings(runs.real) == EXPECTED.left
    (sentence,) = runs.real.left_to_do("busy")
    assert sentence.startswith("The files of the module were not repaired: a backup is running: it started at 2099")


def test_services_are_restarted_on_request_but_not_during_a_backup(runs: Runs) -> None:
    assert runs.restart.changed() == {host: ["Restart the services of the agent"] for host in ("local", "share")}
    (sentence,) = runs.restart.left_to_do("busy")
    assert sentence.startswith("The services were not restarted: a backup is running: it started at 2099")


def test_a_second_run_changes_nothing(runs: Runs) -> None:
    assert (runs.again.changed(), runs.unchanged) == ({}, True)
