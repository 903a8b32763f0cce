# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of errors: what is shipped is complete, and what is wrong in it is named."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.backups import BACKUP_FAILED, WITH_WARNINGS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.errors import (
    CatalogueError,
    Cause,
    known_errors,
    read_errors,
)
from tests.tools.generate import section_documentation
from tests.unit.test_collection_metadata import documented_facts

GOOD: dict[str, Any] = {
    "causes": [
        {"id": "full", "title": "It is full", "rules": ["scratch_free_space"], "action": "Make room."},
        {
            "id": "old",
            "title": "It is old",
            "confirmed": "agent.version == '1'",
            "evidence": "{agent.version}",
            "action": "Update it.",
        },
        {"id": "far", "title": "It is far away", "unknowable": "Nobody sees it.", "action": "Look there."},
    ],
    "errors": [
        {
            "id": "first",
            "title": "First",
            "kind": "backup",
            "codes": ["34513"],
            "causes": ["full", "far"],
            "source": "x",
        },
        {"id": "second", "title": "Second", "kind": "backup", "names": ["SalLow"], "causes": ["old"], "source": "x"},
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good data with something else at a dotted path, or without it if the value is ``...``."""
    data = copy.deepcopy(GOOD)
    target: Any = data
    *parents, last = path.split(".")
    for step in parents:
        target = target[int(step) if step.isdigit() else step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return data


def test_good_data_is_read() -> None:
    first, second = read_errors(GOOD).values()

    assert (first.numbers, [cause.id for cause in first.causes]) == ({34513}, ["full", "far"])
    assert (second.names, second.causes[0].action) == (("SalLow",), "Update it.")


@pytest.mark.parametrize(
    "path, value, message",
    [
        ("causes", {}, "the causes must be a list"),
        ("errors", ..., "must have 'causes' and 'errors'"),
        ("causes.0.id", "Full", "cause number 1, field id: must be lower-case letters"),
        ("causes.0.id", "old", "cause old, field id: is used by two causes"),
        ("causes.0.rules", ["no_such_rule"], "cause full, field rules: there is no rule 'no_such_rule'"),
        ("causes.0.unknowable", "So it is.", "cause full, field rules: must be known by rules or conditions"),
        ("causes.0.rules", ..., "cause full, field rules: must be known by rules or conditions"),
        ("causes.0.not_applicable", "possible", "cause full, field not_applicable: must be excluded"),
        ("causes.0.action", " ", "cause full, field action: must be text"),
        ("causes.0.actions", "x", "cause full, field actions: is not a known field"),
        ("causes.1.confirmed", "agent.version ==", "cause old, field confirmed: not a JMESPath expression"),
        ("causes.1.confirmed", "is_old(agent)", "cause old, field confirmed: there is no function is_old"),
        ("causes.1.evidence", ..., "cause old, field evidence: is missing"),
        ("errors.0.codes", ["0x1fc07"], "error first, field codes: must be a list of texts"),
        ("errors.0.codes", [34513], "error first, field codes: must be a list of texts"),
        ("errors.1.codes", ["0x86D1"], "error second, field codes: 34513 is one of first, too"),
        ("errors.0.words", {"fr": [["panne"]]}, "error first, field words: must have lists of lists"),
        ("errors.0.causes", ["none"], "error first, field causes: there is no cause 'none'"),
        ("errors.0.causes", [], "error first, field causes: must be a list of ids"),
        ("errors.0.source", ..., "error first, field source: must be text"),
        ("errors.1.causes", ["far"], "cause old, field id: is the cause of no error"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(path: str, value: Any, message: str) -> None:
    with pytest.raises(CatalogueError) as error:
        read_errors(changed(path, value))

    assert message in str(error.value)


def test_every_condition_reads_facts_that_are_documented_and_no_thresholds() -> None:
    documented = documented_facts(yaml.safe_load(section_documentation()))
    causes: dict[str, Cause] = {cause.id: cause for error in known_errors().values() for cause in error.causes}
    conditions = [
        condition for cause in causes.values() for condition in (cause.confirmed, cause.excluded) if condition
    ]

    assert {fact.path for condition in conditions for fact in condition.facts} - documented == set()
    assert len(conditions) > 10


def test_a_backup_that_fails_without_a_known_code_has_an_error_of_its_own() -> None:
    assert known_errors()[BACKUP_FAILED].codes == known_errors()[WITH_WARNINGS].codes == ()
