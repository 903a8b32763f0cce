# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the connection to a host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.modules.mars_connection import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.windows.connection_check import check_session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.connection import endpoint_of
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.endpoint import Check, Status, inspect
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session

# Checks without which nothing else works
_NECESSARY = ("address", "tls", "service", "authentication", "login")


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Look at the service before anybody logs in, and then at what a login shows."""
        endpoint = endpoint_of(self._connection)
        self._checks = inspect(endpoint) if endpoint else []
        self._end_at_problems(trusted=endpoint is not None and endpoint.trusted is not None)
        return super().run_validated(args, task_vars)

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Return all checks; nothing is changed."""
        self._checks += check_session(session)
        self._end_at_problems(trusted=False)
        return {"changed": False, **_shown(self._checks)}

    def _end_at_problems(self, *, trusted: bool) -> None:
        for check in self._checks:
            fatal = check.id in _NECESSARY or (check.id == "certificate" and trusted)
            if fatal and check.status is Status.PROBLEM:
                raise AnsibleActionFail(f"{check.seen}: {check.remedy}", result=_shown(self._checks))


def _shown(checks: list[Check]) -> dict[str, Any]:
    problems = [check for check in checks if check.status is Status.PROBLEM]
    report = [f"{check.id}: {check.status}: {check.seen}" for check in checks]
    return {
        "checks": [{**asdict(check), "status": str(check.status)} for check in checks],
        "problems": len(problems),
        "report": [*report, *(f"what to do about {check.id}: {check.remedy}" for check in problems)],
    }
