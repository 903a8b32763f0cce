# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that creates templates, schedule, and workflow, with the real modules of awx.awx against AWX's API."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_runner.interface import run as run_playbook

from tests.e2e.awx_api import TOKEN, Awx, served
from tests.e2e.runs import Run
from tests.simulator.process import REPOSITORY
from tests.tools.awx import COLLECTIONS

COLLECTION = REPOSITORY / ".build/collections"
needs_awx = pytest.mark.skipif(
    not (COLLECTIONS / "ansible_collections/awx/awx").is_dir(), reason="awx.awx is not there: run 'make awx'"
)


def play(folder: Path, address: str, *options: str, collections: Path = COLLECTIONS) -> Run:
    """Run the playbook against this AWX."""
    folder.mkdir()
    run = run_playbook(
        private_data_dir=str(folder),
        playbook=str(REPOSITORY / "playbooks/awx.yml"),
        inventory="localhost,",
        cmdline=" ".join(options) or None,
        extravars={"mars_awx_playbooks": dict.fromkeys(["audit", "enforce", "diagnose", "report"], "mars.yml")},
        envvars={
            "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, [COLLECTION, collections])),
            "CONTROLLER_HOST": address,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
        },
        quiet=True,
    )
    return Run(run.rc, run.stdout.read(), list(run.events))


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Awx, str, Path]]:
    folder = tmp_path_factory.mktemp("awx_objects")
    awx = Awx("mars.yml")
    with served(awx) as address:
        run = play(folder / "first", address)
        assert (run.rc, run.messages("failed")) == (0, {}), run.stdout
        yield awx, address, folder


@needs_awx
def test_templates_have_what_their_jobs_need(created: tuple[Awx, str, Path]) -> None:
    awx, *_unused = created
    audit, enforce = (awx.named("job_templates", name) for name in ("MARS audit", "MARS enforce"))
    assert [awx.named("job_templates", f"MARS {name}")["job_type"] for name in ("diagnose", "report")] == ["check"] * 2
    credentials = awx.associated["job_templates", audit["id"], "credentials"]

    assert (audit["job_type"], audit["diff_mode"], audit["survey_enabled"]) == ("check", True, True)
    assert (enforce["job_type"], enforce["allow_simultaneous"]) == ("run", False)
    assert credentials == [awx.named("credentials", "MARS hosts")["id"]]
    # For the job to evaluate, and not for the playbook that creates its template
    assert json.loads(enforce["extra_vars"])["mars_prereqs_hosts"].startswith("{{ query('ansible.builtin.vars'")
    options: set[str] = set()
    for path in REPOSITORY.glob("roles/*/meta/argument_specs.yml"):
        options |= set(yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"])
    questions = [question for survey in awx.surveys.values() for question in survey["spec"]]
    assert {question["variable"] for question in questions} <= {f"survey_{name}" for name in options}
    assert not any(question["required"] for question in questions)


@needs_awx
def test_the_workflow_goes_on_after_a_failed_audit_but_not_without_approval(created: tuple[Awx, str, Path]) -> None:
    awx, *_unused = created

    assert awx.links("audit", "always_nodes") == ["approve"]
    assert awx.links("audit", "success_nodes") == []
    assert awx.links("approve", "success_nodes") == ["enforce"]
    assert awx.links("approve", "always_nodes") == []


@needs_awx
def test_check_mode_and_a_second_run_change_nothing(created: tuple[Awx, str, Path]) -> None:
    awx, address, folder = created
    before = json.dumps([awx.objects, awx.surveys, list(awx.associated.values())])
    for name, options in {"check": ["--check"], "again": []}.items():
        run = play(folder / name, address, *options)
        assert (run.rc, run.changed()) == (0, {}), run.stdout
    assert json.dumps([awx.objects, awx.surveys, list(awx.associated.values())]) == before


def test_a_missing_collection_is_said_so(tmp_path: Path) -> None:
    run = play(tmp_path / "run", "http://127.0.0.1:9", collections=tmp_path)

    assert "the collection awx.awx is missing on the controller: install" in run.messages("failed")["localhost"]
