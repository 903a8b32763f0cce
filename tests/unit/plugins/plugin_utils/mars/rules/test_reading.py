# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules from data: what is accepted, what is refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import (
    RuleError,
    effective_rules,
    read_rules,
    shipped_rules,
)

OWN: dict[str, Any] = {
    "id": "own_agent_version",
    "title": "The agent is new enough",
    "group": "agent",
    "severity": "error",
    "expect": "version_compare(agent.version, '2.0.9262.0') >= `0`",
    "expected": "2.0.9262.0 or later",
    "actual": "{agent.version}",
    "why": "Older agents lack functions.",
    "fix": "Update the agent.",
}


def own(*entries: Any, disabled: tuple[str, ...] = ()) -> list[Any]:
    return effective_rules([("own.yml", list(entries))], disabled)


def test_an_own_rule_comes_after_the_shipped_ones() -> None:
    rules = own(OWN)

    assert [rule.id for rule in rules] == [*shipped_rules(), "own_agent_version"]
    assert find(rules[-1], {"agent": {"version": "2.0.9083.0"}}, {}).status == "noncompliant"


def test_an_override_replaces_the_fields_it_names_and_no_other() -> None:
    shipped = shipped_rules()["task_instances"]

    changed = next(rule for rule in own({"id": "task_instances", "severity": "error"}) if rule.id == "task_instances")

    assert changed.severity == "error"
    assert (changed.title, changed.group, changed.role) == (shipped.title, shipped.group, shipped.role)
    facts = {"agent": {"installed": True}, "tasks": [{"name": "Backup", "multiple_instances": "Queue"}]}
    assert find(changed, facts, {}).status == find(shipped, facts, {}).status == "noncompliant"
    assert shipped.severity == "warning"


def test_an_override_takes_a_condition_away_with_null() -> None:
    changed = next(rule for rule in own({"id": "task_present", "requires": None}) if rule.id == "task_present")

    assert changed.requires == ()


def test_later_rules_lie_over_earlier_ones() -> None:
    rules = effective_rules([("a", [OWN]), ("b", [{"id": "own_agent_version", "title": "Later"}])], ["dotnet_version"])

    assert rules[-1].title == "Later"
    assert "dotnet_version" not in [rule.id for rule in rules]


def test_disabling_an_unknown_rule_names_the_known_ones() -> None:
    with pytest.raises(RuleError, match=r"'dotnet'.*no such rule.*dotnet_version, powershell_version"):
        effective_rules([], ["dotnet"])


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"expect": "agent.version ="}, ["field expect", "not a JMESPath expression"]),
        ({"expect": "versions(agent.version)"}, ["field expect", "no function versions()", "version_compare"]),
        ({"expect": "agent[?versions(@)]"}, ["no function versions()"]),
        ({"expect": "version_compare(agent.version)"}, ["version_compare() takes 2 arguments, not 1"]),
        ({"expect": "agent.version == threshold.agent"}, ["no threshold.agent", "dotnet_version"]),
        ({"expect": "agent.version == threshold"}, ["no threshold;", "dotnet_version"]),
        ({"expect": "agent.version == location.agent"}, ["no location.agent", "setup_key"]),
        ({"expect": "agent.version == wanted.version"}, ["field expect", "no wanted.version", "are none"]),
        ({"expect": "!agent.installed"}, ["field expect", "cannot be derived", "installed"]),
        ({"expect": "agent.*.state == 'Running'"}, ["field expect", "cannot be derived", "*"]),
        ({"expect": "length(@) > `0`"}, ["field expect", "cannot be derived", "@"]),
        ({"actual": "{agent.}"}, ["field actual", "not a JMESPath expression"]),
        ({"actual": "{}"}, ["field actual", "not a JMESPath expression"]),
        ({"expect": True}, ["field expect", "must be text"]),
        ({"expect": None}, ["field expect", "is missing"]),
        ({"severity": "fatal"}, ["field severity", "error, warning"]),
        ({"severity": ["error"]}, ["field severity", "error, warning"]),
        ({"needs": ["agent.version"]}, ["field needs", "is not a known field"]),
        ({"group": None}, ["field group", "is missing"]),
        ({"group": "The agent"}, ["field group", "lower-case letters"]),
        (
            {"requires": "engine"},
            ["field requires", "no requirement 'engine'", "agent, own_backups, protection, backup_task"],
        ),
        ({"requires": [1]}, ["field requires", "name of a requirement"]),
        ({"wanted": ["x"]}, ["field wanted", "mapping"]),
        ({"wanted": {"Path": "agent.version"}}, ["field wanted", "lower-case letters"]),
        ({"wanted": {"enabled": True}}, ["field wanted.enabled", "must be an expression"]),
        ({"wanted": {"path": "agent."}}, ["field wanted.path", "not a JMESPath expression"]),
        ({"wanted": {"a": "wanted.b", "b": "'x'"}}, ["field wanted.a", "no wanted.b"]),
        ({"role": "Agent!"}, ["field role", "name of a role"]),
        ({"applies": [1]}, ["field applies", "condition"]),
        ({"advice": "x"}, ["field advice", "is not a known field; expected one of id, title"]),
        ({"cases": {}}, ["field cases", "list of mappings"]),
        ({"cases": [{"fix": "x"}]}, ["field cases[0].when", "is missing"]),
        ({"cases": [{"when": "`true`"}, {"status": "bad"}]}, ["field cases[1].status", "not_applicable"]),
        ({"cases": [{"when": "a b"}]}, ["field cases[0].when", "not a JMESPath expression"]),
        ({"cases": [{"when": "`true`", "severity": "error"}]}, ["field cases[0].severity", "is not a known field"]),
        ({"title": "   "}, ["field title", "must be text"]),
    ],
    ids=str,
)
def test_a_bad_rule_is_named_with_its_file_id_and_field(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(RuleError) as error:
        own(OWN | changes)

    message = str(error.value)
    assert message.startswith("own.yml: rule own_agent_version, ")
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    "data, words",
    [
        ({"rules": []}, "own.yml: rule list: must be a list of rules"),
        (None, "must be a list of rules"),
        ([{"title": "No id"}], "rule number 1, field id"),
        ([OWN, "text"], "rule number 2, field id"),
        ([{"id": "Agent Version"}], "rule number 1, field id"),
        ([{"id": ["a"]}], "rule number 1, field id"),
        ([OWN, OWN], "rule own_agent_version, field id: is used by two rules"),
    ],
    ids=str,
)
def test_a_bad_list_is_named(data: Any, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        effective_rules([("own.yml", data)], [])


def test_a_file_that_is_not_yaml_is_named_in_one_line() -> None:
    with pytest.raises(RuleError) as error:
        read_rules("- id: a\n  title: [", "own.yml")

    assert str(error.value).startswith("own.yml: ")
    assert "\n" not in str(error.value)


def test_a_file_builds_no_objects() -> None:
    with pytest.raises(RuleError):
        read_rules("- !!python/object/apply:os.getcwd []", "own.yml")


def test_a_file_that_is_nested_deeply_is_an_error_that_names_it() -> None:
    with pytest.raises(RuleError, match=r"^rules.yml: rule list: nested too deeply"):
        read_rules("[" * 100_000, "rules.yml")


def test_a_condition_that_is_nested_deeply_is_an_error_that_names_it() -> None:
    rule = {"id": "task_instances", "expect": "(" * 20_000 + "tasks" + ")" * 20_000}

    with pytest.raises(RuleError, match=r"^own: rule task_instances, field expect: nested too deeply"):
        effective_rules([("own", [rule])], [])
