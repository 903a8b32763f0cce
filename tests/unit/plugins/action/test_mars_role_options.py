# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of roles: blank variables, answers of surveys, and what is wrong in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action.validate_argument_spec import ActionModule as ValidationByAnsible
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.winops.mars.plugins.action.mars_role_options import ActionModule
from tests.unit.plugins.controller_only import run

ROLES = Path(__file__).resolve().parents[4] / "roles"
DOCUMENTED = {
    path.parents[1].name: yaml.safe_load(path.read_text(encoding="utf-8"))["options"]
    for path in sorted(ROLES.glob("*/meta/options.yml"))
}
# What no variable of these types takes
UNSUITABLE = {"int": "soon", "bool": "perhaps", "dict": "soon", "list": {"not": "a list"}}


FOUND: list[dict[str, Any]] = [
    {
        "id": "dotnet_version",
        "role": "dotnet",
        "severity": "error",
        "wanted": {"applications": ["A"], "windows_build": 1},
    },
    {"id": "dotnet_advised", "role": "dotnet", "severity": "warning", "wanted": {"applications": ["B"]}},
    {"id": "tls", "role": "tls", "severity": "error", "wanted": {"registry": []}},
    {"id": "clock", "role": None, "severity": "error", "wanted": {}},
]
CHECKED = {"mars_prereqs_compliance": {"findings": FOUND}}


def given(role: str, **variables: Any) -> dict[str, Any]:
    return run(ActionModule, CHECKED | variables, {"role": role})


def options(role: str, **variables: Any) -> dict[str, Any]:
    result: dict[str, Any] = given(role, **variables)["options"]
    return result


def ids(findings: list[dict[str, Any]]) -> list[str]:
    return [finding["id"] for finding in findings]


def test_a_role_gets_its_findings_of_the_last_check_and_what_they_want() -> None:
    dotnet = given("dotnet")

    assert ids(dotnet["fixable"]) == ["dotnet_version", "dotnet_advised"]
    assert dotnet["wanted"] == {"applications": ["B"], "windows_build": 1}
    assert (given("clock")["fixable"], given("clock")["wanted"]) == ([], {})


def test_warnings_are_acted_on_where_that_is_asked_for_or_is_no_question() -> None:
    assert ids(given("dotnet")["selected"]) == ["dotnet_version"]
    assert ids(given("dotnet", dotnet_fix_warnings="yes")["selected"]) == ["dotnet_version", "dotnet_advised"]
    warning = [FOUND[2] | {"severity": "warning"}]
    assert ids(given("tls", tls_findings=warning)["selected"]) == ["tls"]


def test_findings_that_are_given_come_before_those_of_the_check_even_if_there_are_none() -> None:
    assert ids(given("dotnet", dotnet_findings=FOUND[1:])["fixable"]) == ["dotnet_advised"]
    assert given("dotnet", dotnet_findings=[])["fixable"] == []
    assert given("dotnet", dotnet_findings="")["fixable"] == given("dotnet")["fixable"]


@pytest.mark.parametrize("name", ["role", "severity", "wanted"])
def test_a_finding_that_lacks_something_is_refused(name: str) -> None:
    finding = {key: value for key, value in FOUND[0].items() if key != name}

    with pytest.raises(AnsibleActionFail, match=f"a finding in dotnet_findings has no '{name}'"):
        given("dotnet", dotnet_findings=[finding])


def test_without_any_check_a_role_says_how_it_gets_findings() -> None:
    with pytest.raises(AnsibleActionFail, match=r"there are no findings .* run it without 'tasks_from'"):
        run(ActionModule, {}, {"role": "dotnet"})


def test_a_role_that_fixes_nothing_itself_needs_no_findings() -> None:
    assert run(ActionModule, {}, {"role": "mars_diagnose"}).keys() == {"changed", "options"}


def test_what_is_not_given_or_blank_has_its_default() -> None:
    usual = options("mars_prereqs")

    assert usual["baseline"] == "minimum"
    assert usual["reboot"] is False
    assert options("mars_prereqs", mars_prereqs_baseline="", mars_prereqs_reboot=None) == usual


def test_values_have_the_types_of_the_documentation() -> None:
    taken = options("mars_prereqs", mars_prereqs_reboot="true", mars_prereqs_disabled_rules="clock,tls")

    assert taken["reboot"] is True
    assert taken["disabled_rules"] == ["clock", "tls"]


def test_a_date_that_yaml_has_read_is_a_text() -> None:
    waiver = {"rule": "clock", "until": date(2026, 12, 31)}

    assert options("mars_prereqs", mars_prereqs_waivers=[waiver])["waivers"] == [waiver | {"until": "2026-12-31"}]


def test_the_answer_of_a_survey_comes_first_unless_it_is_blank() -> None:
    own = {"mars_prereqs_baseline": "current"}

    assert options("mars_prereqs", **own, survey_mars_prereqs_baseline="legacy_ie")["baseline"] == "legacy_ie"
    assert options("mars_prereqs", **own, survey_mars_prereqs_baseline="")["baseline"] == "current"


@pytest.mark.core_matrix
@pytest.mark.parametrize("blank", [None, "", wrap_var("")])
@pytest.mark.parametrize("role", DOCUMENTED)
def test_ansible_which_validates_before_the_role_does_takes_every_blank_variable(role: str, blank: str | None) -> None:
    spec = yaml.safe_load((ROLES / role / "meta/argument_specs.yml").read_text(encoding="utf-8"))
    task = {"argument_spec": spec["argument_specs"]["main"]["options"], "provided_arguments": {}}

    assert task["argument_spec"].keys() == DOCUMENTED[role].keys()
    # Those that a play has, and those that a play gives to the role
    result = run(ValidationByAnsible, dict.fromkeys(DOCUMENTED[role], blank), task)
    assert result.get("argument_errors", []) == []
    result = run(ValidationByAnsible, {}, task | {"provided_arguments": dict.fromkeys(DOCUMENTED[role], blank)})
    assert result.get("argument_errors", []) == []


@pytest.mark.core_matrix
@pytest.mark.parametrize("role", DOCUMENTED)
def test_what_a_variable_does_not_take_is_one_sentence_that_names_it(role: str) -> None:
    for name, option in DOCUMENTED[role].items():
        value = "other" if "choices" in option else UNSUITABLE.get(option["type"])
        if value is None:
            continue  # any text will do
        with pytest.raises(AnsibleActionFail, match=name) as caught:
            options(role, **{name: value})
        assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "variables, complaint",
    [
        ({"dotnet_timeout": "soon"}, "dotnet_timeout"),
        ({"survey_dotnet_timeout": "soon"}, "dotnet_timeout"),
        ({"dotnet_reboot": "perhaps"}, "dotnet_reboot"),
    ],
)
def test_a_value_of_another_type_is_one_sentence(variables: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AnsibleActionFail, match=complaint) as caught:
        options("dotnet", **variables)
    assert "\n" not in caught.value.message


def test_a_role_of_another_collection_is_refused() -> None:
    with pytest.raises(AnsibleActionFail, match=r"has no role contoso\.fleet\.own"):
        options("contoso.fleet.own")


def test_sources_and_findings_are_not_returned() -> None:
    secret = "https://user:secret@files.example.com/setup.exe?sig=token"
    result = given("dotnet", dotnet_source=secret, dotnet_findings=FOUND, dotnet_timeout=60)

    assert result["options"]["timeout"] == 60
    assert not {"source", "findings"} & result["options"].keys()
    assert "secret" not in str(result)
