# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configure scheduled tasks that exist."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_scheduled_task import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction
from ansible_collections.winops.mars.plugins.plugin_utils.resources.task_settings import TaskSettings
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC

    def resource(self, args: dict[str, Any], session: Session) -> TaskSettings:
        return TaskSettings(
            session,
            args["path"],
            args["name"],
            enabled=args["enabled"],
            as_system=args["run_as"] == "system",
            accepted_sids=args["accept_run_as"],
            multiple_instances=args["multiple_instances"],
        )
