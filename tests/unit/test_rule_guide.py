# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide to rules and the module's examples show works, and is all there is."""

from __future__ import annotations

import re
import textwrap
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.winops.mars.plugins.modules.mars_compliance import EXAMPLES
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.decisions import read_decisions
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import effective_rules, shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.rule import Rule

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/docsite/rst/guide_rules.rst").read_text(encoding="utf-8")
MODULE = "winops.mars.mars_compliance"


def examples() -> list[Any]:
    """The YAML of the guide."""
    blocks = re.findall(r"^\.\. code-block:: yaml\n\n((?:  .*\n|\n)+)", GUIDE, re.MULTILINE)
    return [yaml.safe_load(textwrap.dedent(block)) for block in blocks]


def lists() -> list[Any]:
    """The rules and the tasks of the guide."""
    return [block for block in examples() if isinstance(block, list)]


def test_every_example_of_a_decision_works() -> None:
    variables = [block for block in examples() if isinstance(block, dict)]
    decided = {
        rule: decision.by
        for block in variables
        for name, entries in block.items()
        for rule, decision in read_decisions(entries, name, shipped_rules()).items()
    }

    assert [list(block) for block in variables] == [["mars_prereqs_attestations"], ["mars_prereqs_waivers"]]
    assert decided == {"antivirus_exclusions": "Security operations", "scratch_free_space": "Storage team"}


def test_every_example_of_a_rule_works() -> None:
    rules = [block for block in lists() if "id" in block[0]]

    assert len(rules) == 3
    known = {rule.id for block in rules for rule in effective_rules([("guide", block)], [])}
    assert known > {"our_agent_version", "agent_service"}


def test_every_example_of_a_task_works() -> None:
    tasks: list[dict[str, Any]] = [*yaml.safe_load(EXAMPLES), *(task for block in lists() for task in block)]
    options = [task[MODULE] for task in tasks if task.get(MODULE)]

    for task in options:
        effective_rules([("example", task.get("rules", []))], task.get("disabled_rules", []))
    assert any("rules" in task for task in options)


def test_the_guide_explains_every_field_of_a_rule() -> None:
    table = GUIDE.split("Write a rule\n")[1].split("Write a role for a rule\n")[0]
    explained = set(re.findall(r"``(\w+)``", "".join(re.findall(r"^  \* - (.*)$", table, re.MULTILINE))))
    texts = {"expected", "actual", "why", "fix", "no_role"}

    assert explained == {field.name for field in fields(Rule)} - {"texts"} | texts
