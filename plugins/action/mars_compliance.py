# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the MARS facts of a host by rules."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.winops.mars.plugins.action.mars_role_options import validated_options
from ansible_collections.winops.mars.plugins.modules.mars_compliance import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction, plain
from ansible_collections.winops.mars.plugins.plugin_utils.mars.facts import SCHEMA
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather_as_asked
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import check
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.decisions import (
    DecisionError,
    Decisions,
    read_decisions,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.inventory import INVENTORY, needed_sections
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import (
    RuleError,
    effective_rules,
    read_rules,
    shipped_rules,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.rule import Rule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import ThresholdError, thresholds
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session

# Here the process is still the one that all hosts' workers are forked from. An error is reported when rules are used.
with contextlib.suppress(RuleError, ImportError):
    shipped_rules()


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def arguments(self, task_vars: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments of the task, and before them what variables say if they are asked for."""
        given = super().arguments(task_vars)
        if not boolean(given.get("from_variables", False), strict=False):
            return given
        template = self._templar.template
        options = validated_options("mars_prereqs", task_vars, template, self._task.action)
        options |= {name: template(task_vars.get(f"mars_{name}")) for name in INVENTORY}
        # As a survey has lists
        options["gather_subset"] = [name.strip() for name in options["gather_subset"]]
        if isinstance(options["protected_volumes"], str):
            options["protected_volumes"] = options["protected_volumes"].splitlines()
        usual = {name: value for name, value in options.items() if name in self.spec and value not in (None, "")}
        return {**usual, **given}

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Check the facts, which are gathered only where that is asked for, and return the findings."""
        if args["gather"] and args["facts"] is not None:
            raise AnsibleActionFail(
                f"{self._task.action}: either give saved facts in the option 'facts', or have them gathered by 'gather'"
            )
        try:
            rules = self._rules(args)
            limits = thresholds(args["baseline"], plain(args["thresholds"]))
            # Also of rules that are disabled or not asked for here, since a group of hosts may have them in common
            known = [*(rule.id for rule in rules), *args["disabled_rules"]]
            decisions = Decisions(
                attestations=read_decisions(args["attestations"], "attestations", known),
                waivers=read_decisions(args["waivers"], "waivers", known),
            )
        except (RuleError, ThresholdError, DecisionError, ImportError) as error:
            raise AnsibleActionFail(f"{self._task.action}: {error}") from None
        if args["roles"] is not None:
            rules = [rule for rule in rules if set(rule.roles) & set(args["roles"])]
        inventory = {name: args[name] for name in INVENTORY}
        needed = needed_sections(inventory, limits)
        gathered = super().run_validated(args | {"needed": needed}, task_vars) if args["gather"] else {}
        facts = gathered["ansible_facts"]["mars"] if gathered else self._known_facts(args, task_vars)
        compliance = check(facts, rules, limits, inventory, decisions)
        return {
            "changed": False,
            "baseline": args["baseline"],
            "thresholds": limits,
            **compliance.as_dict(),
            **gathered,
        }

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Gather the facts."""
        return {"ansible_facts": {"mars": gather_as_asked(session, args, args["needed"])}}

    def _known_facts(self, args: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        facts = args["facts"]
        if facts is None:
            facts = task_vars.get("ansible_facts", {}).get("mars")
        if facts is None:
            host = task_vars.get("inventory_hostname")
            raise AnsibleActionFail(
                f"{self._task.action}: there are no facts about MARS on {host} yet: run winops.mars.mars_facts first, "
                "set the option 'gather', or give saved facts in the option 'facts'"
            )
        return read_facts(facts, self._task.action)

    def _rules(self, args: Mapping[str, Any]) -> list[Rule]:
        own = []
        if args["rules_file"] is not None:
            own.append((args["rules_file"], self._read(args["rules_file"])))
        if args["rules"]:
            own.append(("option rules", plain(args["rules"])))
        return effective_rules(own, args["disabled_rules"])

    def _read(self, name: str) -> Any:
        try:
            text = Path(self._find_needle("files", name)).read_text(encoding="utf-8")
        except (AnsibleError, OSError, UnicodeDecodeError) as error:
            raise AnsibleActionFail(f"{self._task.action}: rules_file {name} cannot be read: {error}") from None
        return read_rules(text, name)


def read_facts(facts: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The facts of a host as plain data. Raises :class:`AnsibleActionFail` if this version cannot read them."""
    schema = facts.get("schema")
    if schema != SCHEMA:
        raise AnsibleActionFail(
            f"{action}: these facts have the schema {schema!r}, but the rules read {SCHEMA}: gather them with "
            "winops.mars.mars_facts of this version, and give the value of ansible_facts.mars"
        )
    data: dict[str, Any] = plain(facts)
    return data
