# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles report, and when it is shown."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.callback.default import CallbackModule

from ansible_collections.winops.mars.plugins.action.mars_role_outcome import ActionModule
from tests.unit.plugins.controller_only import run

NOTHING = {"changed": False, "restart_required": False, "restart_advised": False, "manual": []}
SENTENCE = "See https://wiki.example.com/pages?id=5, and set dotnet_source."


def outcome(**options: Any) -> dict[str, Any]:
    return run(ActionModule, {}, options)


def test_a_role_with_nothing_to_report_shows_nothing() -> None:
    assert outcome() == NOTHING
    assert outcome(fixes=["Install it."], restart_required="true") == NOTHING | {"restart_required": True}


def test_what_is_left_to_do_is_shown_with_how_to_fix_it() -> None:
    result = outcome(manual=[SENTENCE], fixes=["Install it."], restart_advised=True)

    assert result.pop("_ansible_verbose_always") is True
    assert result == NOTHING | {"restart_advised": True, "manual": [SENTENCE], "fixes": ["Install it."]}
    assert "fixes" not in outcome(manual=[SENTENCE])


@pytest.mark.core_matrix
@pytest.mark.parametrize("manual", [[], [SENTENCE]])
def test_ansible_prints_what_is_left_to_do_and_nothing_else(manual: list[str]) -> None:
    result, callback = outcome(manual=manual), CallbackModule()

    # ansible-core 2.19 and later reads the first of these, older versions the second
    ended: Any = SimpleNamespace(result=result, _result=result)
    assert callback._run_is_verbose(ended) is bool(manual)
    assert json.loads(callback._dump_results(result)) == NOTHING | {"manual": manual}


def test_what_is_no_list_of_sentences_is_an_error() -> None:
    with pytest.raises(AnsibleActionFail, match="manual"):
        outcome(manual={"not": "a list"})
