# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set the time zone, and have Windows correct its clock."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_clock import ARGUMENT_SPEC, CONSTRAINTS
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction
from ansible_collections.winops.mars.plugins.plugin_utils.resources.clock import ClockResource
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC
    constraints = CONSTRAINTS

    def resource(self, args: dict[str, Any], session: Session) -> ClockResource:
        return ClockResource(session, time_zone=args["time_zone"], max_offset=args["max_offset"])
