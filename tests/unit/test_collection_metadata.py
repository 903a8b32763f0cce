# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several files say about the collection's content says the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from ansible_collections.winops.mars.plugins.plugin_utils.mars.facts import SCHEMA
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.expressions import Expression
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import role_order, shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.rule import Rule
from tests.e2e.expected import CURRENT, MINIMUM, expected
from tests.e2e.runs import declared_hosts
from tests.tools.generate import section_documentation, stale_files
from tests.unit.plugins.action.test_each_rule import VIOLATIONS

ROOT = Path(__file__).resolve().parents[2]


def plugins(kind: str) -> set[str]:
    return {path.stem for path in (ROOT / "plugins" / kind).glob("*.py") if path.stem != "__init__"}


def test_every_module_is_done_by_an_action_plugin() -> None:
    assert plugins("modules") == plugins("action")


def test_the_action_group_has_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))

    assert runtime["action_groups"]["mars"] == sorted(plugins("modules"))


def test_what_is_generated_is_current() -> None:
    assert [str(path.relative_to(ROOT)) for path in stale_files()] == []


def test_every_role_is_named_by_a_rule_and_the_other_way_round() -> None:
    folders = {path.name for path in (ROOT / "roles").iterdir()}

    assert folders == {*role_order(shipped_rules().values()), "mars_prereqs", "mars_diagnose", "mars_verify"}


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("role", [path.name for path in sorted((ROOT / "roles").iterdir())])
def test_a_role_says_the_same_everywhere(role: str) -> None:
    folder = ROOT / "roles" / role
    spec = load(folder / "meta/options.yml")
    defaults = load(folder / "defaults/main.yml")
    described = {name: option["default"] for name, option in spec["options"].items() if "default" in option}

    assert list(defaults) == list(spec["options"])
    assert {name: value for name, value in defaults.items() if "{{" not in str(value)} == described
    assert load(folder / "meta/main.yml")["galaxy_info"]["description"] == spec["short_description"]
    if role not in ("mars_prereqs", "mars_diagnose", "mars_verify"):
        assert f"{role}_findings" in defaults


def documented_facts(entries: dict[str, Any], prefix: str = "") -> set[str]:
    """The path of every documented fact, as rules write it."""
    paths = set()
    for name, entry in entries.items():
        path = f"{prefix}{name}"
        items = f"{path}[]" if entry["type"] == "list" else path
        paths |= {path, items, *documented_facts(entry.get("contains", {}), f"{items}.")}
    return paths


def expressions(rule: Rule) -> list[Expression]:
    conditions = [rule.expect, rule.unknown_if, rule.advise, rule.impossible, *rule.applies, *rule.wanted.values()]
    conditions += [requirement.condition for requirement in rule.requires] + [case.when for case in rule.cases]
    return [condition for condition in conditions if condition is not None]


def test_every_fact_a_rule_reads_is_documented() -> None:
    # Which sections were gathered is a fact, too, and documented above them
    documented = {"gathered", *documented_facts(yaml.safe_load(section_documentation()))}

    for rule in shipped_rules().values():
        assert {fact.path for expression in expressions(rule) for fact in expression.facts} <= documented, rule.id


#: The fleets that playbooks fix, each with what is expected of its hosts
FLEETS = [MINIMUM, CURRENT, expected(declared_hosts(ROOT / "tests/e2e/fleets/roles.yml"), "minimum")]


def test_every_rule_is_met_and_not_met_by_simulated_hosts() -> None:
    shown = {rule for fleet in FLEETS for found in fleet.found.values() for rule in found}

    assert shown <= set(shipped_rules())
    # What no fleet shows has a host of its own
    assert set(shipped_rules()) - shown == set(VIOLATIONS)
    assert {} in CURRENT.found.values()


def test_every_role_fixes_a_simulated_host() -> None:
    fixing = {role for fleet in FLEETS for roles in fleet.roles.values() for role in roles}

    # Without its files, and without a source, they say what to get: tests/e2e/test_options.py, test_roles.py
    assert set(role_order(shipped_rules().values())) - fixing == {"root_certificates"}


#: For each role, a test of a host that refuses it, on which it fails, or on which it must not act.
REFUSED = {
    "dotnet": "test_options.py: test_a_role_that_fails_stops_neither_the_others_nor_the_last_check",
    "powershell": "test_options.py: test_without_a_source_it_says_what_to_get",
    "tls": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "root_certificates": "test_options.py: test_without_a_source_it_says_what_to_get",
    "proxy": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "internet_options": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "agent": "test_fleet.py: test_what_can_be_fixed_is_fixed_in_the_end",
    "agent_service": "test_roles.py: test_services_are_restarted_on_request_but_not_during_a_backup",
    "agent_module": "test_roles.py: test_a_module_is_not_repaired_while_a_backup_needs_it",
    "temp_files": "test_roles.py: test_files_in_use_stay_and_are_reported",
    "clock": "test_roles.py: test_a_clock_without_a_source_stays_wrong_and_the_role_says_so",
    "antivirus_exclusions": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "scheduled_task": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "scratch_space": "test_faults.py: test_a_failed_move_puts_both_registry_values_back",
    "shadow_storage": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "system_state_services": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "iscsi_initiator": "test_roles.py: test_what_is_refused_is_said_and_left_as_it_is",
    "restart": "test_roles.py: test_a_pending_restart_is_made_only_where_no_backup_runs",
}


def test_every_role_has_a_host_that_refuses_it() -> None:
    assert set(REFUSED) == set(role_order(shipped_rules().values()))
    for place in REFUSED.values():
        name, _unused, test = place.partition(": ")
        assert f"def {test}(" in (ROOT / "tests/e2e" / name).read_text(encoding="utf-8")


def test_the_schema_of_the_facts_is_that_of_the_documentation() -> None:
    module = (ROOT / "plugins/modules/mars_facts.py").read_text(encoding="utf-8")

    assert f"sample: {SCHEMA}\n" in module.split("schema:")[1].split("gathered:")[0]


def test_the_picture_in_the_readme_has_the_hosts_and_columns_of_today() -> None:
    picture = ElementTree.parse(ROOT / "docs/images/table.svg")
    lines = ["".join(text.itertext()).split() for text in picture.iter("{http://www.w3.org/2000/svg}text")]

    # 'make site' makes it anew
    assert set(lines[0]) == {"host", "verdict", "last_backup", *(rule.group for rule in shipped_rules().values())}
    assert {line[0] for line in lines[1:]} == set(load(ROOT / "tests/simulator/fleets/demo.yml")["hosts"])


def test_every_link_to_a_file_leads_to_one() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))]

    assert (ROOT / "README.md", "docs/images/table.svg") in links
    assert [(page.name, link) for page, link in links if ":" not in link and not (page.parent / link).exists()] == []


def test_every_variable_that_a_guide_names_is_one_of_a_role() -> None:
    specs = [load(path)["options"] for path in ROOT.glob("roles/*/meta/options.yml")]
    # Of the playbooks, what roles give to roles, and what modules return
    variables = {"mars_prereqs_hosts", "mars_prereqs_findings", "mars_prereqs_compliance"}.union(*specs)
    pages = {
        path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/docsite/rst/*.rst")]
    }
    named = {name for text in pages.values() for name in re.findall(r"\bmars_(?:prereqs|diagnose|verify)_\w+", text)}

    assert "mars_prereqs_report_path" in named
    assert named - variables == set()


def test_an_execution_environment_gets_what_every_connection_needs() -> None:
    def requirements(*names: str) -> set[str]:
        lines = [line for name in names for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
        return {line for line in lines if line and not line.startswith("#")}

    assert requirements("meta/ee-requirements.txt") == requirements("requirements.txt", "requirements-psrp.txt")


def test_the_execution_environment_is_made_of_files_that_are_there() -> None:
    definition = load(ROOT / "execution-environment.yml")
    files = [entry["src"] for entry in definition["additional_build_files"]]

    assert [name for name in [*files, definition["dependencies"]["system"]] if not (ROOT / name).exists()] == []
    # What a role or plugin needs of the repository at run time
    assert {"galaxy.yml", "meta", "playbooks", "plugins", "roles"} <= set(files)


def test_each_release_of_ansible_core_is_locked_under_its_name() -> None:
    for path in (ROOT / "tests" / "requirements").glob("core-*.txt"):
        version = path.stem.removeprefix("core-")
        assert f"ansible-core=={version}." in path.read_text(encoding="utf-8"), path
