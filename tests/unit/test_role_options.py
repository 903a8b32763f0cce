# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the roles that are blank, as surveys of AWX leave them, and the answers of surveys."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from jinja2 import Environment, nodes

ROLES = Path(__file__).resolve().parents[2] / "roles"
WITH_OPTIONS = sorted(
    path.parents[1].name for path in ROLES.glob("*/vars/main.yml") if "_options:" in path.read_text(encoding="utf-8")
)
# A value of each type that no role has by default
VALUES = {"str": "D:\\given", "int": 7, "bool": True, "list": ["given"], "dict": {"given": "1"}}


@cache
def load(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = DataLoader().load_from_file(str(path), trusted_as_template=True)
    return data


def options(role: str) -> dict[str, dict[str, Any]]:
    """What the spec of a role says about its variables, but for the findings."""
    spec = load(ROLES / role / "meta/options.yml")["options"]
    return {name: option for name, option in spec.items() if not name.endswith("_findings")}


def effective(role: str, given: dict[str, Any]) -> dict[str, Any]:
    """The options that a role works with, if these variables are given."""
    variables: dict[str, Any] = {}
    for name in ("mars_prereqs", role):
        variables |= load(ROLES / name / "defaults/main.yml") | load(ROLES / name / "vars/main.yml")
    templar = Templar(loader=DataLoader(), variables=variables | given)
    result: dict[str, Any] = templar.template(variables[f"{role}_options"])
    return result


def test_there_are_roles_with_options() -> None:
    assert {"mars_prereqs", "dotnet", "scratch_space"} <= set(WITH_OPTIONS)


@pytest.mark.parametrize("blank", [None, ""])
@pytest.mark.parametrize("role", WITH_OPTIONS)
def test_a_blank_variable_is_not_given(role: str, blank: str | None) -> None:
    names = options(role) | options("mars_prereqs")
    blanks = {**dict.fromkeys(names, blank), **{f"survey_{name}": blank for name in names}}
    defaults = {name: option["default"] for name, option in names.items() if "default" in option}
    common = {name.removeprefix("mars_prereqs_"): value for name, value in defaults.items()}

    assert effective(role, blanks) == {
        short: defaults.get(f"{role}_{short}", common.get(short))
        for short in (name.removeprefix(f"{role}_") for name in options(role))
    }


@pytest.mark.parametrize("role", WITH_OPTIONS)
def test_the_answer_of_a_survey_comes_before_the_hosts_own_value_and_a_blank_one_leaves_it(role: str) -> None:
    for name, option in options(role).items():
        short = name.removeprefix(f"{role}_")
        own = {name: option["choices"][-1] if "choices" in option else VALUES[option["type"]]}

        assert effective(role, own | {f"survey_{name}": ""})[short] == own[name]
        assert effective(role, {name: "", f"survey_{name}": own[name]})[short] == own[name]


@pytest.mark.parametrize("role", [role for role in WITH_OPTIONS if "dotnet" in role])
def test_a_survey_answers_in_words(role: str) -> None:
    assert effective(role, {f"{role}_reboot": True, f"survey_{role}_reboot": "false"})["reboot"] is False
    assert effective(role, {f"survey_{role}_timeout": "90"})["timeout"] == 90


# Values of these keys are expressions without braces
EXPRESSIONS = ("when", "that", "until", "failed_when", "changed_when")


def names_in(data: Any, expression: bool = False) -> set[str]:
    """The variables that templates in this data read."""
    if isinstance(data, dict):
        return {name for key, value in data.items() for name in names_in(value, key in EXPRESSIONS)}
    if isinstance(data, list):
        return {name for item in data for name in names_in(item, expression)}
    if not isinstance(data, str):
        return set()
    template = Environment().parse(f"{{{{ {data} }}}}" if expression else data)
    return {node.name for node in template.find_all(nodes.Name)}


@pytest.mark.parametrize("role", WITH_OPTIONS)
def test_the_tasks_of_a_role_read_its_options_and_not_the_variables_which_may_be_blank(role: str) -> None:
    read: set[str] = set()
    for path in (ROLES / role / "tasks").glob("*.yml"):
        read |= names_in(yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in (ROLES / role / "templates").glob("*"):
        read |= names_in(path.read_text(encoding="utf-8"))

    assert read & set(options(role)) == set()
    assert f"{role}_options" in read
