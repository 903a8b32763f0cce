# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_report: which hosts are in the report, and where it goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.winops.mars.plugins.action.mars_report import ActionModule
from tests.unit.plugins import controller_only

FINDING: dict[str, Any] = {
    "id": "tls",
    "title": "TLS",
    "group": "network",
    "severity": "error",
    "status": "noncompliant",
    "expected": "on",
    "actual": "off",
    "why": "It is needed.",
    "fix": "Enable it.",
    "role": "tls",
    "wanted": {},
    "source": None,
    "decision": None,
}
RESULT: dict[str, Any] = {"findings": [FINDING], "verdict": "noncompliant", "baseline": "minimum", "thresholds": {}}


def run(hosts: dict[str, Any], check_mode: bool = False, **options: Any) -> dict[str, Any]:
    loader = DataLoader()
    inventory = InventoryManager(loader, sources=[])
    manager = VariableManager(loader, inventory)
    for name, variables in hosts.items():
        for group in variables.get("group_names", ["ungrouped"]):
            inventory.add_group(group)
            inventory.add_host(name, group)
        inventory.get_host(name).vars = {key: value for key, value in variables.items() if key != "ansible_facts"}
        manager.set_host_facts(name, variables.get("ansible_facts", {}))
    play = {"ansible_play_hosts_all": list(hosts), "hostvars": HostVars(inventory, manager, loader)}
    return controller_only.run(ActionModule, play, options, check_mode=check_mode)


def test_the_report_is_on_the_hosts_of_the_play_and_on_saved_results(tmp_path: Path) -> None:
    facts = {"mars": {"os": {"name": "Windows Server 2022"}}}
    hosts: dict[str, Any] = {
        "a": {"mars_prereqs_compliance": RESULT, "ansible_facts": facts, "group_names": ["files"]},
        "gone": {},
        "later": {},
    }
    result = run(
        hosts,
        check_mode=True,
        path=str(tmp_path / "new/folder"),
        results={"saved": RESULT, "a": {**RESULT, "verdict": "compliant"}},
        not_checked={"gone": "refused"},
    )
    (page, saved) = map(Path, result["files"])
    document = json.loads(saved.read_text(encoding="utf-8"))
    shown = {host["name"]: (host["verdict"], host["os"], host["groups"]) for host in document["hosts"]}

    assert not result["changed"]
    assert result["totals"] == document["totals"]
    assert shown == {
        "a": ("noncompliant", "Windows Server 2022", ["files"]),
        "saved": ("noncompliant", None, []),
        "gone": ("not_checked", None, []),
    }
    assert (page.name, saved.name) == ("mars-report.html", "mars-report.json")
    assert sorted(file.name for file in page.parent.iterdir()) == ["mars-report.html", "mars-report.json"]


def test_the_result_of_a_host_may_come_from_a_template(tmp_path: Path) -> None:
    hosts = {
        "a": {"kept": trust_as_template("{{ saved[inventory_hostname] }}"), "saved": {"a": RESULT}},
        "b": {"kept": {**RESULT, "findings": []}},
    }
    result = run(hosts, path=str(tmp_path), compliance_variable="kept", formats=["json"])

    document = json.loads(Path(result["files"][0]).read_text(encoding="utf-8"))
    assert {host["name"]: len(host["findings"]) for host in document["hosts"]} == {"a": 1, "b": 0}


def test_every_format_is_a_file_and_ohdf_one_for_each_host(tmp_path: Path) -> None:
    result = run(
        {"a/../b": {"mars_prereqs_compliance": RESULT}, "c": {"mars_prereqs_compliance": RESULT}},
        path=str(tmp_path),
        name="fleet",
        formats=["html", "json", "csv", "junit", "ohdf"],
    )

    names = ["fleet.html", "fleet.json", "fleet.csv", "fleet.xml", "fleet-a_.._b.ohdf.json", "fleet-c.ohdf.json"]
    assert sorted(Path(file).name for file in result["files"]) == sorted(names)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names)


def test_it_compares_with_an_earlier_report(tmp_path: Path) -> None:
    run({"a": {"mars_prereqs_compliance": RESULT}}, path=str(tmp_path), name="before", formats=["json"])
    fixed = {**RESULT, "findings": [{**FINDING, "status": "compliant", "fix": None}], "verdict": "compliant"}
    result = run(
        {"a": {"mars_prereqs_compliance": fixed}},
        path=str(tmp_path),
        formats=["json"],
        previous=str(tmp_path / "before.json"),
    )

    document = json.loads(Path(result["files"][0]).read_text(encoding="utf-8"))
    assert document["comparison"]["fixed"] == [{"host": "a", "rule": "tls"}]


@pytest.mark.parametrize(
    "options, words",
    [
        ({"previous": "/nowhere/report.json"}, ["previous report /nowhere/report.json cannot be read"]),
        ({"previous": "{folder}/other.json"}, ["schema version 0", "1 can be compared"]),
        ({"path": "{folder}/other.json"}, ["cannot be written to"]),
        ({"results": {"a": {"ansible_facts": {}}}}, ["result of a", "it has no findings"]),
        ({"formats": ["pdf"]}, ["html, json, csv, junit, ohdf"]),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, options: dict[str, Any], words: list[str]) -> None:
    (tmp_path / "other.json").write_text('{"schema_version": 0}', encoding="utf-8")
    given: dict[str, Any] = {"path": "{folder}", **options}
    given = {name: value.format(folder=tmp_path) if isinstance(value, str) else value for name, value in given.items()}
    with pytest.raises(AnsibleActionFail) as error:
        run({}, False, **given)

    assert [word for word in words if word not in str(error.value)] == []
    assert "\n" not in str(error.value)
