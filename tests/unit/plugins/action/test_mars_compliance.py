# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin mars_compliance: its options, its result, and when it leaves the host alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.mars_compliance import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules import expressions
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from tests.unit.plugins import controller_only
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

# A Windows Server 2016 as it was installed, without the agent
FACTS: dict[str, Any] = gather(simulated(base="no-agent-2022").session, DEFAULT_SECTIONS) | {
    "os": {
        "name": "Windows Server 2016",
        "build": 14393,
        "service_pack": 0,
        "architecture": 64,
        "newest_dotnet": "4.8",
        "newest_powershell": "5.1",
    },
    "clock": {"offset": 0.0, "time_zone": "UTC", "service": {"state": "Running", "start_mode": "Auto"}},
    "dotnet": {"release": 394802, "version": "4.6.2"},
    "powershell": {
        "version": "5.1.14393.1",
        "execution_policy": {"group_policy": None, "local_machine": None, "effective": "RemoteSigned"},
        "module_path": [],
    },
}


def run(host_facts: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    variables = {"inventory_hostname": "files01", "ansible_facts": host_facts or {}}
    return controller_only.run(ActionModule, variables, options)


def failure(host_facts: dict[str, Any] | None = None, **options: Any) -> str:
    with pytest.raises(AnsibleActionFail) as error:
        run(host_facts, **options)
    return str(error.value)


def status(result: dict[str, Any], rule: str) -> str:
    return next(str(finding["status"]) for finding in result["findings"] if finding["id"] == rule)


def test_facts_that_are_gathered_are_returned_and_checked_whatever_was_gathered_before(run_action: RunAction) -> None:
    options: dict[str, Any] = {"gather": True, "gather_subset": ["agent", "clock"]}
    result = run_action(ActionModule, simulated(base="healthy-2022"), **options)

    facts = result["ansible_facts"]["mars"]
    assert facts["gathered"] == ["agent", "clock"]
    assert status(result, "agent_services") == "compliant"
    assert {key: run({"mars": facts})[key] for key in ("findings", "verdict")} == {
        key: result[key] for key in ("findings", "verdict")
    }


def from_variables(*, options: dict[str, Any] | None = None, **variables: Any) -> dict[str, Any]:
    """Check the facts of a host by its variables."""
    host = {"inventory_hostname": "files01", "ansible_facts": {"mars": FACTS}}
    return controller_only.run(ActionModule, host | variables, {"from_variables": True, **(options or {})})


def test_variables_of_the_role_say_what_the_task_does_not() -> None:
    own: dict[str, Any] = {"mars_prereqs_baseline": "current", "mars_prereqs_disabled_rules": "clock,tls"}

    assert from_variables()["baseline"] == "minimum"
    assert from_variables(mars_prereqs_baseline="", mars_prereqs_thresholds=None)["baseline"] == "minimum"
    assert from_variables(**own)["baseline"] == "current"
    assert from_variables(**own, survey_mars_prereqs_baseline="legacy_ie")["baseline"] == "legacy_ie"
    assert from_variables(**own, options={"baseline": "minimum"})["baseline"] == "minimum"
    found = {finding["id"] for finding in from_variables(**own)["findings"]}
    assert found == {finding["id"] for finding in run({"mars": FACTS})["findings"]} - {"clock", "tls"}


def test_without_being_asked_for_variables_say_nothing() -> None:
    variables = {"ansible_facts": {"mars": FACTS}, "mars_prereqs_baseline": "current", "mars_protection": "odd"}

    assert controller_only.run(ActionModule, variables, {"from_variables": False})["baseline"] == "minimum"


@pytest.mark.parametrize(
    "variables, sentence",
    [
        ({"mars_prereqs_baseline": "newest"}, "value of mars_prereqs_baseline must be one of"),
        ({"mars_protection": "stopped"}, "value of protection must be one of"),
        ({"mars_protected_data": "a lot"}, "protected_data"),
        ({"mars_prereqs_rules_file": "https://ann:secret@example.com/own.yml"}, "example.com/own.yml cannot be read"),
    ],
)
def test_a_variable_that_is_wrong_is_named_without_secrets(variables: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        from_variables(**variables)

    assert caught.value.message.startswith("winops.mars.mars_compliance: ")
    assert sentence in caught.value.message
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    "options, sections",
    [
        ({"protected_volumes": ["D:\\"]}, {"shadow_storage", "volume_access"}),
        ({"system_state": True}, {"system_state"}),
        ({"restore": True}, {"iscsi"}),
        ({"baseline": "legacy_ie"}, {"internet_options"}),
        ({"thresholds": {"internet_explorer": True}}, {"internet_options"}),
        ({"restore": True, "gather_subset": ["agent", "clock", "!iscsi"]}, set()),
        ({"restore": False, "protected_volumes": []}, set()),
    ],
)
def test_what_is_said_about_a_host_is_gathered_for(
    options: dict[str, Any], sections: set[str], run_action: RunAction
) -> None:
    asked: dict[str, Any] = {"gather": True, "gather_subset": ["agent", "clock"], **options}
    result = run_action(ActionModule, simulated(base="healthy-2022"), **asked)

    assert set(result["ansible_facts"]["mars"]["gathered"]) == {"agent", "clock"} | sections


def test_exclusions_mean_all_others_with_what_is_said_about_a_host_too(run_action: RunAction) -> None:
    options: dict[str, Any] = {"gather": True, "gather_subset": ["!clock"], "restore": True}
    result = run_action(ActionModule, simulated(base="healthy-2022"), **options)

    assert set(result["ansible_facts"]["mars"]["gathered"]) == {*DEFAULT_SECTIONS, "iscsi"} - {"clock"}


def test_a_survey_has_lists_as_lines_or_with_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, Any] = {
        "mars_prereqs_gather_subset": ["agent ", " volumes"],
        "mars_protected_volumes": "D:\\\nE:\\Data",
        "mars_system_state": "no",
    }
    monkeypatch.setattr(ActionModule, "run_validated", lambda self, args, task_vars: args)
    args = from_variables(**said)

    assert (args["gather_subset"], args["protected_volumes"]) == (["agent", "volumes"], ["D:\\", "E:\\Data"])
    assert args["system_state"] is False


def test_a_broken_rule_is_named_before_the_host_is_asked(run_action: RunAction) -> None:
    host = simulated(base="healthy-2022")

    with pytest.raises(AnsibleActionFail, match="option rules: rule dotnet_version"):
        run_action(ActionModule, host, gather=True, rules=[{"id": "dotnet_version", "expect": "("}])
    assert not host.actions


def test_the_facts_of_the_host_are_checked() -> None:
    result = run({"mars": FACTS}, baseline="current")

    assert result["changed"] is False
    assert result["baseline"] == "current"
    assert status(result, "dotnet_version") == "noncompliant"
    assert status(result, "task_present") == "not_applicable"
    assert (result["verdict"], result["roles"]) == ("noncompliant", ["dotnet", "agent"])
    assert sum(result["summary"].values()) == len(result["findings"]) == len(shipped_rules())
    assert set(result["summary"]) == {
        "compliant",
        "noncompliant",
        "unknown",
        "not_applicable",
        "impossible",
        "attested",
        "waived",
    }


def test_the_minimum_is_the_default() -> None:
    result = run({"mars": FACTS})

    assert (result["baseline"], result["verdict"], result["roles"]) == ("minimum", "noncompliant", ["agent"])


def test_the_result_is_plain_data() -> None:
    result = run({"mars": FACTS})

    assert json.loads(json.dumps(result["findings"])) == result["findings"]


def test_given_facts_go_before_those_of_the_host() -> None:
    saved = FACTS | {"dotnet": {"release": None, "version": None}}

    assert run({"mars": FACTS}, facts=saved)["verdict"] == "noncompliant"


# What ansible-core up to 2.18 makes of text from hosts: str() does not turn it into a plain one
UnsafeText = type("UnsafeText", (str,), {"__str__": lambda self: self})


def test_text_that_ansible_marked_is_text() -> None:
    path = UnsafeText(r"C:\Program Files\Microsoft Azure Recovery Services Agent")
    facts = FACTS | {
        "os": FACTS["os"] | {"windows_directory": UnsafeText(r"C:\Windows")},
        "agent": FACTS["agent"] | {"installed": True, "install_path": path, "role": "backup", "module": True},
        "powershell": FACTS["powershell"] | {"module_path": [UnsafeText(rf"{path}\bin\Modules")]},
    }

    assert status(run({"mars": facts}), "powershell_module_path") == "compliant"


def test_facts_from_a_yaml_file_may_have_dates() -> None:
    saved = yaml.safe_load("last_boot: 2026-11-01T03:12:45+00:00") | FACTS["os"]

    assert run(facts=FACTS | {"os": saved}, disabled_rules=["agent_installed"])["verdict"] == "compliant"


def test_single_thresholds() -> None:
    assert run({"mars": FACTS}, thresholds={"dotnet_version": "4.8"})["roles"] == ["dotnet", "agent"]


def test_rules_come_from_a_file_and_from_the_task(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text("- {id: dotnet_version, severity: warning, title: From the file}\n", encoding="utf-8")

    result = run(
        {"mars": FACTS},
        baseline="current",
        rules_file=str(file),
        rules=[{"id": "dotnet_version", "title": "From the task"}],
        disabled_rules=["powershell_version", "agent_installed"],
    )

    (finding,) = (finding for finding in result["findings"] if finding["id"] == "dotnet_version")
    assert (finding["title"], finding["severity"]) == ("From the task", "warning")
    assert result["verdict"] == "compliant"
    assert "powershell_version" not in {finding["id"] for finding in result["findings"]}


@pytest.mark.parametrize(
    "host_facts, options, words",
    [
        (None, {}, "there are no facts about MARS on files01 yet: run winops.mars.mars_facts first"),
        ({"mars": FACTS | {"schema": 2}}, {}, "have the schema 2, but the rules read 1"),
        ({"mars": {}}, {}, "have the schema None"),
        ({"mars": FACTS}, {"facts": {"mars": FACTS}}, "have the schema None"),
        (
            None,
            {"facts": FACTS, "gather": True},
            "either give saved facts in the option 'facts', or",
        ),
        ({"mars": FACTS}, {"baseline": "best"}, "value of baseline must be one of: minimum, current"),
        ({"mars": FACTS}, {"thresholds": {"dotnet": "4.8"}}, "no threshold dotnet"),
        ({"mars": FACTS}, {"disabled_rules": ["dotnet"]}, "'dotnet'"),
        ({"mars": FACTS}, {"rules": [{"id": "dotnet_version", "expect": "("}]}, "option rules: rule dotnet_version"),
        ({"mars": FACTS}, {"rules_file": "/nowhere/rules.yml"}, "rules_file /nowhere/rules.yml cannot be read"),
        ({"mars": FACTS}, {"rule": []}, "rule"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_done_is_said(host_facts: dict[str, Any] | None, options: dict[str, Any], words: str) -> None:
    message = failure(host_facts, **options)

    assert message.startswith("winops.mars.mars_compliance: ")
    assert words in message


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "HAS_JMESPATH", False)

    assert "jmespath is missing on the controller" in failure({"mars": FACTS}, rules=[{"id": "dotnet_version"}])


def test_a_broken_rules_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_bytes(b"\xff\xfe")
    assert f"rules_file {file} cannot be read" in failure({"mars": FACTS}, rules_file=str(file))

    file.write_text("- id: dotnet_version\n  requires: [", encoding="utf-8")
    assert f"{file}: " in failure({"mars": FACTS}, rules_file=str(file))


def test_findings_are_attested_and_waived_by_options() -> None:
    facts = FACTS | {"dotnet": {"release": 1, "version": None}}
    del facts["powershell"]
    forever = {"by": "Ann", "until": "9999-12-31"}
    waivers = [{"rule": rule, "reason": "Later.", **forever} for rule in ("dotnet_version", "powershell_version")]

    result = run({"mars": facts}, waivers=waivers, disabled_rules=["powershell_execution_policy", "agent_installed"])
    assert status(result, "dotnet_version") == status(result, "powershell_version") == "waived"
    assert (result["verdict"], result["roles"]) == ("compliant", [])

    attestations = [{"rule": "powershell_version", **forever}]
    assert status(run({"mars": facts}, attestations=attestations), "powershell_version") == "unknown"


def test_decisions_about_rules_that_are_not_checked_here_do_no_harm() -> None:
    waiver = {"rule": "tls", "by": "Ann", "until": "2026-12-31", "reason": "Later."}

    assert run({"mars": FACTS}, waivers=[waiver], disabled_rules=["tls", "agent_installed"])["verdict"] == "compliant"
    assert run({"mars": FACTS}, waivers=[waiver], roles=["dotnet"])["verdict"] == "compliant"


@pytest.mark.parametrize(
    "entry, problem",
    [
        ({"rule": "nothing"}, "waivers: there is no rule 'nothing'"),
        ({"until": "soon"}, "'until' must be a date such as 2026-12-31, not 'soon'"),
        ({"reason": None}, "reason"),
    ],
)
def test_a_decision_that_cannot_be_used_is_named(entry: dict[str, Any], problem: str) -> None:
    waiver = {"rule": "tls", "by": "Ann", "until": "2026-12-31", "reason": "Later.", **entry}

    assert problem in failure({"mars": FACTS}, waivers=[{key: value for key, value in waiver.items() if value}])
