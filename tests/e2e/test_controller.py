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

from tests.e2e.runs import Fleet, Run, running

FACTS: dict[str, Any] = {"winops.mars.mars_facts": {}}
_CANNOT_CARRY = "cannot carry WS-Management: set ansible_connection to winrm"
_NO_BECOME = "'become' has no effect over WS-Management; remove it from this task"
# What is wrong with each host where all libraries but pywinrm are missing, and what is said about it
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "local": ({"ansible_connection": "local"}, f"the connection 'local' {_CANNOT_CARRY}"),
    "ssh": ({"ansible_connection": "ssh"}, f"the connection 'ssh' {_CANNOT_CARRY}"),
    "become": ({"ansible_become": True}, _NO_BECOME),
    "runas": ({"ansible_become": True, "ansible_become_method": "runas", "ansible_become_user": "SYSTEM"}, _NO_BECOME),
    "pypsrp": (
        {"ansible_connection": "psrp", "ansible_psrp_protocol": "http"},
        "the Python library pypsrp is missing on the controller",
    ),
}
# Hosts on which nothing is wrong, for a controller without these
PYWINRM, JMESPATH = "pywinrm", "jmespath"
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
# What each host has as a file of rules, and what of it is said
BROKEN: dict[str, tuple[Any, list[str]]] = {
    "expression": ([RULE | {"expect": "agent.engine.state =="}], ["engine_runs", "expect"]),
    "severity": ([RULE | {"severity": "fatal"}], ["engine_runs", "severity"]),
    "incomplete": ([{"id": "engine_runs", "title": "The engine runs"}], ["engine_runs", "group"]),
    "unknown-field": ([RULE | {"reason": "none"}], ["engine_runs", "reason"]),
    "no-list": ("no list", ["list"]),
}
NO_FILE = "no-file"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    hosts = {host: {"profile": "healthy-2022"} for host in (PYWINRM, JMESPATH, *BROKEN, NO_FILE)}
    wrong = {host: {"profile": "healthy-2022", "vars": variables} for host, (variables, _unused) in WRONG.items()}
    with running(hosts | wrong, tmp_path_factory.mktemp("controller")) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def without_pywinrm(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Rules are read without a connection."""
    for host, (content, _unused) in BROKEN.items():
        (fleet.folder / f"{host}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    role = {"name": "winops.mars.mars_prereqs", "rolespec_validate": False}
    rules = {
        "hosts": [*BROKEN, NO_FILE],
        "vars": {"mars_prereqs_rules_file": f"{fleet.folder}/{{{{ inventory_hostname }}}}.yml"},
        "tasks": [{"ansible.builtin.import_role": role}],
    }
    facts = {"hosts": PYWINRM, "ignore_errors": True, "tasks": [FACTS]}
    return fleet.play([facts, rules], environment=without(tmp_path_factory.mktemp("libraries"), "winrm"))


def without(folder: Path, *libraries: str) -> dict[str, str]:
    """An environment in which Python libraries are missing."""
    for library in libraries:
        (folder / f"{library}.py").write_text(f"raise ImportError('no {library} here')\n", encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def test_a_missing_library_of_the_connection(without_pywinrm: Run) -> None:
    message = without_pywinrm.messages("failed")[PYWINRM]

    assert "the Python library pywinrm is missing on the controller" in message
    assert "\n" not in message


def test_a_broken_rule_is_named_by_file_id_and_field(without_pywinrm: Run, fleet: Fleet) -> None:
    messages = without_pywinrm.messages("failed")

    for host, (_unused, told) in BROKEN.items():
        assert [word for word in [f"{host}.yml", *told] if word not in messages[host]] == []
        assert "\n" not in messages[host]
    assert f"rules_file {fleet.folder}/{NO_FILE}.yml cannot be read" in messages[NO_FILE]


def test_a_connection_that_cannot_carry_it_become_and_other_missing_libraries(fleet: Fleet, tmp_path: Path) -> None:
    fleet.reset_requests()
    messages = fleet.play(
        [FACTS, {"winops.mars.mars_compliance": {}}],
        environment=without(tmp_path, "pypsrp", "jmespath"),
        limit=",".join([*WRONG, JMESPATH]),
    ).messages("failed")

    assert set(messages) == {*WRONG, JMESPATH}
    assert "the Python library jmespath is missing on the controller" in messages[JMESPATH]
    assert {host for host, asked in fleet.requests().items() if asked["http"]} == {JMESPATH}
    for host, (_unused, sentence) in WRONG.items():
        assert sentence in messages[host]
        assert "\n" not in messages[host]
