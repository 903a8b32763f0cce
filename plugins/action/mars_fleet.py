# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the MARS facts of all hosts of the play together, without contacting them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.winops.mars.plugins.modules.mars_fleet import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import ValidatedAction, plain
from ansible_collections.winops.mars.plugins.plugin_utils.mars.fleet import fleet_findings


class ActionModule(ValidatedAction):
    spec = ARGUMENT_SPEC
    _requires_connection = False

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Return the findings over the saved facts and those of the hosts of the play."""
        facts = {host: fact for host, fact in args["facts"].items() if isinstance(fact, Mapping)}
        for host in task_vars.get("ansible_play_hosts_all", ()):
            # As they were returned: to look for templates in the facts of a fleet takes long
            fact = task_vars["hostvars"].raw_get(host).get("ansible_facts", {}).get("mars")
            if fact is not None:
                facts[host] = fact
        return {"changed": False, "findings": fleet_findings(plain(facts))}
