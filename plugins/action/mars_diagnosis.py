# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which known error something is, and which of its causes are there on a host, without contacting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.mars_compliance import read_facts
from ansible_collections.winops.mars.plugins.modules.mars_diagnosis import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import ValidatedAction, plain
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.backups import (
    backup_state,
    errors_of_backups,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.diagnosis import diagnose
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.errors import known_errors
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.recognition import nearest, recognize
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.report import report
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import check
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds


class ActionModule(ValidatedAction):
    spec = ARGUMENT_SPEC
    _requires_connection = False

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Recognize the error, or those of the events, and diagnose each."""
        given = args["facts"] or task_vars.get("ansible_facts", {}).get("mars")
        facts = read_facts(given, self._task.action) if given is not None else None
        text = (args["error"] or "").strip()
        if not text and facts is None:
            raise AnsibleActionFail(
                f"{self._task.action}: give an error in the option 'error', or gather the facts of the host with "
                "winops.mars.mars_facts, whose events have the errors of its backups"
            )
        try:
            errors = known_errors()
            findings = plain(args["findings"])
            if findings is None and facts is not None:
                findings = check(facts, list(shipped_rules().values()), thresholds("minimum", {})).as_dict()["findings"]
        except (ValueError, ImportError) as error:
            raise AnsibleActionFail(f"{self._task.action}: {error}") from None
        matches = recognize(text, errors) if text or facts is None else errors_of_backups(facts, errors)
        diagnoses = [
            {"found_by": match.found_by, "found": match.found, **diagnose(match.error, facts, findings).as_dict()}
            for match in matches
        ]
        hints = nearest(text, errors) if text and not matches else []
        result = {
            "changed": False,
            "host_checked": facts is not None,
            "backup": vars(backup_state(facts)) if facts is not None else None,
            "errors": diagnoses,
            "nearest": [{"id": error.id, "title": error.title, "codes": [*error.codes]} for error in hints],
            "roles": list(dict.fromkeys(role for diagnosis in diagnoses for role in diagnosis["roles"])),
        }
        return {**result, "report": report(result, given=bool(text))}
