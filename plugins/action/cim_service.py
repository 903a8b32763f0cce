# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start, stop and configure one Windows service."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_service import ARGUMENT_SPEC, CONSTRAINTS
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction
from ansible_collections.winops.mars.plugins.plugin_utils.resources.service import ServiceResource
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC
    constraints = CONSTRAINTS

    def resource(self, args: dict[str, Any], session: Session) -> ServiceResource:
        return ServiceResource(
            session, args["name"], state=args["state"], start_mode=args["start_mode"], timeout=args["timeout"]
        )

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Restart a service that runs; anything else is to bring about a state."""
        restart = args["state"] == "restarted"
        if restart:
            args["state"] = "started"
            resource = self.resource(args, session)
            restart = resource.read()["state"] == "started"
            if restart and not self.check_mode:
                resource.restart()
        result = super().run_on_host(args, session)
        return {**result, "changed": True} if restart else result
