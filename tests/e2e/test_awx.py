# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX starts them: what a survey answers, what one job hands to the next, and what the web page shows."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.expected import open_findings
from tests.e2e.runs import MAIN_PLAYBOOK, Fleet, Run, running
from tests.simulator.process import REPOSITORY

HOSTS = Path(__file__).parent / "fleets/awx.yml"
# Extra variables of the second job's template: the hosts that all slices of the first one found
FOUND = yaml.load(
    (REPOSITORY / "playbooks/vars/awx_templates.yml").read_text(encoding="utf-8").replace("!unsafe ", ""),
    Loader=yaml.SafeLoader,
)["mars_awx_found_by_audit"]
# As much of an event as AWX's web page shows
SHOWN = 1024


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(HOSTS, tmp_path_factory.mktemp("awx")) as fleet:
        yield fleet


def blank(but: str = "") -> dict[str, str]:
    """Every variable of every role, and its name in surveys, left blank."""
    options: set[str] = set()
    for path in REPOSITORY.glob("roles/*/meta/argument_specs.yml"):
        options |= set(yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"])
    names = {name for name in options if not name.endswith("_findings") and name != but}
    return dict.fromkeys(sorted(names | {f"survey_{name}" for name in names}), "")


@pytest.fixture(scope="module")
def check(fleet: Fleet) -> Run:
    """A role alone as its README shows, and then a check in batches; both in check mode, since others fix the host."""
    readme = (REPOSITORY / "roles/dotnet/README.md").read_text(encoding="utf-8")
    ((alone,),) = (yaml.safe_load(block) for block in re.findall("```yaml\n(.*?)```", readme, re.DOTALL))
    role = {"ansible.builtin.import_role": {"name": "winops.mars.mars_prereqs"}}
    batches = {"hosts": "healthy-2022,refuses", "serial": 1, "tasks": [role]}
    answers = blank("dotnet_source") | {
        "dotnet_findings": "",
        "survey_mars_prereqs_baseline": "current",
        "mars_prereqs_report_path": str(fleet.folder / "report"),
        "mars_prereqs_report_formats": "html,json",
    }
    return fleet.play([{"hosts": "task-2016", "tasks": alone["tasks"]}, batches], "--check", launched_with=answers)


def test_a_role_alone_takes_blank_variables_as_its_readme_shows(check: Run) -> None:
    assert "ansible.builtin.validate_argument_spec" in check.tasks()["task-2016"]
    assert set(check.messages("failed")) == {"refuses"}
    assert check.changed() == {"task-2016": ["Install the .NET Framework"]}


@pytest.mark.core_matrix
def test_blank_answers_change_nothing_and_one_job_hands_on_to_the_next(fleet: Fleet) -> None:
    audit = fleet.play(
        "winops.mars.mars_prereqs",
        "--check",
        "--diff",
        launched_with=blank() | {"survey_mars_prereqs_baseline": "current", "awx_job_id": 7},
    )

    found = open_findings(audit)
    assert found["healthy-2022"] == {}
    # Its own list of rules that are off was blanked, and the baseline is that of the survey
    assert {"task_instances", "dotnet_version", "task_enabled"} <= set(found["task-2016"])
    assert audit.messages("failed").keys() == {"refuses", "gone"}
    assert audit.artifacts["mars_audit_noncompliant_hosts_job_7"] == ["task-2016"]
    assert audit.artifacts["mars_audit_not_checked_hosts_job_7"] == ["refuses", "gone"]
    answers = {
        "awx_workflow_job_id": 9,
        "survey_dotnet_source": "",
        "survey_mars_prereqs_baseline": "current",
        "survey_mars_prereqs_reboot": "false",
        "survey_mars_prereqs_disabled_rules": ["task_instances"],
    }
    template = shlex.quote(json.dumps(FOUND))
    enforcement = fleet.play(MAIN_PLAYBOOK, "--tags=dotnet", "-e", template, launched_with=audit.artifacts | answers)

    assert set(enforcement.tasks()) == {"task-2016"}
    # A blank answer leaves the host's own value in effect, and 'false' is not true: the host is not restarted
    assert (enforcement.rc, enforcement.changed()) == (0, {"task-2016": ["Install the .NET Framework"]})
    left = {"restart_pending", "task_enabled", "task_principal"}
    assert open_findings(enforcement) == {"task-2016": dict.fromkeys(left, "noncompliant")}
    assert not {name.partition("_job_")[0] for name in audit.artifacts} & role_variables()
    shows_the_counts_first_and_the_table_last(audit)


def role_variables() -> set[str]:
    """Every name that a role declares or sets."""
    names: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            names.update(value)
            names.add(str(value.get("register")))
            for item in value.values():
                collect(item)
        elif isinstance(value, list):
            for item in value:
                collect(item)

    for path in REPOSITORY.glob("roles/*/*/*.yml"):
        collect(yaml.safe_load(path.read_text(encoding="utf-8")))
    return names


def shows_the_counts_first_and_the_table_last(audit: Run) -> None:
    (summary,) = audit.reports("Report the result").values()
    (table,) = audit.reports("Report the verdict").values()
    attention = audit.reports("Report what needs attention")
    shown = [event["stdout"] for event in audit.events if "Report the result" in event["event_data"].get("task", "")]
    tasks = [event["event_data"].get("task", "") for event in audit.events]

    assert summary[0] == "1 noncompliant, 2 not checked, 0 unknown, 1 compliant"
    assert max(map(len, shown)) < SHOWN
    assert attention.keys() == {"task-2016", "refuses", "gone"}
    assert attention["refuses"][0].startswith("not checked: the host refused the credentials: check user")
    assert attention["gone"][0].startswith("not checked: gone cannot be reached")
    assert attention["task-2016"][0].startswith("FAIL ")
    assert [row.split()[0] for row in table] == ["host", "task-2016", "gone", "refuses", "healthy-2022"]
    order = [
        next(index for index, task in enumerate(tasks) if task.startswith(start))
        for start in ("Report the result", "Report what needs attention", "Report the verdict")
    ]
    assert order == sorted(order)


def test_the_report_of_a_batch_adds_to_those_before_even_if_all_of_its_hosts_fail(check: Run, fleet: Fleet) -> None:
    report = json.loads((fleet.folder / "report/mars-report.json").read_text(encoding="utf-8"))

    assert check.messages("failed")["refuses"].startswith("not checked: the host refused the credentials")
    assert check.artifacts["mars_audit_compliant"] == 1
    assert check.artifacts["mars_audit_not_checked_hosts"] == ["refuses"]
    assert [(host["name"], host["verdict"]) for host in report["hosts"]] == [
        ("refuses", "not_checked"),
        ("healthy-2022", "compliant"),
    ]
    assert report["hosts"][1]["os"].startswith("Windows Server 2022")
    assert str(fleet.folder / "report/mars-report.html") in check.stdout


def test_a_workflow_whose_audit_found_no_host_fixes_none(fleet: Fleet) -> None:
    run = fleet.play(MAIN_PLAYBOOK, "-e", shlex.quote(json.dumps(FOUND)), launched_with={"awx_workflow_job_id": 9})

    assert (run.rc, run.tasks()) == (0, {})
