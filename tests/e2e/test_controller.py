# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong on the controller is said in a sentence, before any host is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.expected import FLEET
from tests.e2e.runs import Fleet, running

HOST = "healthy-2022"
FACTS: list[dict[str, Any]] = [{"winops.mars.mars_facts": {}}, {"winops.mars.mars_compliance": {}}]
PSRP = {"ansible_connection": "psrp", "ansible_psrp_protocol": "http"}
RULE = {
    "id": "engine_runs",
    "title": "The engine runs",
    "group": "agent",
    "severity": "error",
    "expect": "agent.engine.state == 'Running'",
    "expected": "Running",
    "actual": "{agent.engine.state}",
    "why": "It does the work.",
    "fix": "Start it.",
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(FLEET, tmp_path_factory.mktemp("controller")) as fleet:
        yield fleet


def failure(fleet: Fleet, *options: str, environment: dict[str, str] | None = None, **variables: Any) -> str:
    """The one sentence the host fails with, without having been asked anything."""
    fleet.reset_requests()
    run = fleet.play(FACTS, *options, environment=environment, limit=HOST, **variables)
    assert fleet.requests()[HOST]["http"] == 0
    message = run.messages("failed")[HOST]
    assert "\n" not in message
    return message


@pytest.mark.parametrize("connection", ["local", "ssh"])
def test_a_connection_that_cannot_carry_it(fleet: Fleet, connection: str) -> None:
    message = failure(fleet, ansible_connection=connection)

    assert f"the connection '{connection}' cannot carry WS-Management: set ansible_connection to winrm" in message


@pytest.mark.parametrize("method", [{}, {"ansible_become_method": "runas", "ansible_become_user": "SYSTEM"}])
def test_become(fleet: Fleet, method: dict[str, Any]) -> None:
    message = failure(fleet, "--become", **method)

    assert "'become' has no effect over WS-Management; remove it from this task" in message


def without(library: str, folder: Path) -> dict[str, str]:
    """An environment in which a Python library is missing."""
    (folder / f"{library}.py").write_text(f"raise ImportError('no {library} here')\n", encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.parametrize("library, variables", [("winrm", {}), ("pypsrp", PSRP)])
def test_a_missing_library_of_the_connection(
    fleet: Fleet, tmp_path: Path, library: str, variables: dict[str, str]
) -> None:
    message = failure(fleet, environment=without(library, tmp_path), **variables)

    assert f"the Python library {'pywinrm' if library == 'winrm' else library} is missing on the controller" in message


def test_missing_jmespath(fleet: Fleet, tmp_path: Path) -> None:
    run = fleet.play(FACTS, environment=without("jmespath", tmp_path), limit=HOST)

    assert "the Python library jmespath is missing on the controller" in run.messages("failed")[HOST]


BROKEN: dict[str, tuple[Any, list[str]]] = {
    "healthy-2022": ([RULE | {"expect": "agent.engine.state =="}], ["engine_runs", "expect"]),
    "healthy-2025": ([RULE | {"severity": "fatal"}], ["engine_runs", "severity"]),
    "policy-2022": ([{"id": "engine_runs", "title": "The engine runs"}], ["engine_runs", "group"]),
    "moved-2022": ([RULE | {"reason": "none"}], ["engine_runs", "reason"]),
    "antivirus-2019": ("no list", ["list"]),
}


def test_a_broken_rule_is_named_by_file_id_and_field(fleet: Fleet, tmp_path: Path) -> None:
    for host, (content, _unused) in BROKEN.items():
        (tmp_path / f"{host}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    run = fleet.play(limit=",".join(BROKEN), mars_prereqs_rules_file=f"{tmp_path}/{{{{ inventory_hostname }}}}.yml")

    for host, (_unused, told) in BROKEN.items():
        message = run.messages("failed")[host]
        assert [word for word in [f"{host}.yml", *told] if word not in message] == []
        assert "\n" not in message


def test_a_rules_file_that_is_not_there(fleet: Fleet) -> None:
    run = fleet.play(limit=HOST, mars_prereqs_rules_file="/nowhere/rules.yml")

    assert "rules_file /nowhere/rules.yml cannot be read" in run.messages("failed")[HOST]
