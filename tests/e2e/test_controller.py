# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong on the controller is said in a sentence, before any host is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.expected import DEMONSTRATION
from tests.e2e.runs import Fleet, running

FACTS: list[dict[str, Any]] = [{"winops.mars.mars_facts": {}}, {"winops.mars.mars_compliance": {}}]
_CANNOT_CARRY = "cannot carry WS-Management: set ansible_connection to winrm"
_NO_BECOME = "'become' has no effect over WS-Management; remove it from this task"
# What is wrong with each host, and what is said about it
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "local": ({"ansible_connection": "local"}, f"the connection 'local' {_CANNOT_CARRY}"),
    "ssh": ({"ansible_connection": "ssh"}, f"the connection 'ssh' {_CANNOT_CARRY}"),
    "become": ({"ansible_become": True}, _NO_BECOME),
    "runas": ({"ansible_become": True, "ansible_become_method": "runas", "ansible_become_user": "SYSTEM"}, _NO_BECOME),
}
# The same where the library is missing
WITHOUT: dict[str, tuple[dict[str, Any], str]] = {
    "winrm": ({}, "the Python library pywinrm is missing on the controller"),
    "pypsrp": (
        {"ansible_connection": "psrp", "ansible_psrp_protocol": "http"},
        "the Python library pypsrp is missing on the controller",
    ),
}
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
    wrong = {
        host: {"profile": "healthy-2022", "vars": variables} for host, (variables, _unused) in (WRONG | WITHOUT).items()
    }
    with running(DEMONSTRATION | wrong, tmp_path_factory.mktemp("controller")) as fleet:
        yield fleet


def without(library: str, folder: Path) -> dict[str, str]:
    """An environment in which a Python library is missing."""
    (folder / f"{library}.py").write_text(f"raise ImportError('no {library} here')\n", encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def fails_as_said(
    fleet: Fleet, hosts: Mapping[str, tuple[dict[str, Any], str]], environment: dict[str, str] | None = None
) -> None:
    """Each host fails with its one sentence, without having been asked anything."""
    fleet.reset_requests()
    messages = fleet.play(FACTS, environment=environment, limit=",".join(hosts)).messages("failed")

    assert {host: fleet.requests()[host]["http"] for host in hosts} == dict.fromkeys(hosts, 0)
    assert set(messages) == set(hosts)
    for host, (_unused, sentence) in hosts.items():
        assert sentence in messages[host]
        assert "\n" not in messages[host]


def test_a_connection_that_cannot_carry_it_and_become(fleet: Fleet) -> None:
    fails_as_said(fleet, WRONG)


@pytest.mark.parametrize("library", WITHOUT)
def test_a_missing_library_of_the_connection(fleet: Fleet, tmp_path: Path, library: str) -> None:
    fails_as_said(fleet, {library: WITHOUT[library]}, without(library, tmp_path))


def test_missing_jmespath(fleet: Fleet, tmp_path: Path) -> None:
    run = fleet.play(FACTS, environment=without("jmespath", tmp_path), limit="healthy-2022")

    assert "the Python library jmespath is missing on the controller" in run.messages("failed")["healthy-2022"]


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
    missing = "german-2019"
    run = fleet.play(
        limit=",".join([*BROKEN, missing]), mars_prereqs_rules_file=f"{tmp_path}/{{{{ inventory_hostname }}}}.yml"
    )

    for host, (_unused, told) in BROKEN.items():
        message = run.messages("failed")[host]
        assert [word for word in [f"{host}.yml", *told] if word not in message] == []
        assert "\n" not in message
    assert f"rules_file {tmp_path}/{missing}.yml cannot be read" in run.messages("failed")[missing]
