# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/rules.md and the module's examples show works, and is all there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from jmespath.functions import Functions

from ansible_collections.winops.mars.plugins.modules.mars_compliance import EXAMPLES
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rule_file import effective_rules, shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rule_functions import FUNCTION_ARGUMENTS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.thresholds import THRESHOLD_NAMES, thresholds

ROOT = Path(__file__).resolve().parents[5]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
MODULE = "winops.mars.mars_compliance"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_example_of_a_rule_works() -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)]
    rules = [block for block in blocks if "id" in block[0]]

    assert len(rules) == 2
    assert {rule.id for rule in effective_rules([("docs/rules.md", block) for block in rules], [])} > {"agent_version"}


def test_every_example_of_the_module_works() -> None:
    tasks: list[dict[str, Any]] = [task[MODULE] for task in yaml.safe_load(EXAMPLES) if task.get(MODULE)]

    for options in tasks:
        effective_rules([("example", options.get("rules", []))], options.get("disabled_rules", []))
    assert any("rules" in options for options in tasks)


def test_the_page_lists_the_shipped_rules_with_their_roles() -> None:
    listed = {name.strip("`"): role for name, _unused, role in rows("The shipped rules")}

    assert list(listed) == list(shipped_rules())
    for rule in shipped_rules().values():
        assert listed[rule.id].startswith(f"`{rule.role}`" if rule.role else "none"), rule.id


def test_the_page_lists_the_thresholds_with_their_values() -> None:
    listed = {name.strip("`"): (minimum, current) for name, _unused, minimum, current in rows("Thresholds")}

    assert tuple(listed) == THRESHOLD_NAMES
    for name, values in listed.items():
        for value, baseline in zip(values, ("minimum", "current"), strict=True):
            shipped = thresholds(baseline, {})[name]
            assert value == ("not given" if shipped is None else str(shipped)), name


def test_the_page_lists_the_functions_with_their_arguments() -> None:
    own = {name: count for name, count in FUNCTION_ARGUMENTS.items() if name not in Functions.FUNCTION_TABLE}
    signatures = [re.fullmatch(r"`(\w+)\((.*)\)`", row[0]) for row in rows("Functions")]

    assert {match[1]: len(match[2].split(",")) for match in signatures if match} == own
