# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage exclusions of Microsoft Defender Antivirus."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_defender_exclusion import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction
from ansible_collections.winops.mars.plugins.plugin_utils.resources.defender_exclusions import (
    DefenderExclusions,
    Exclusions,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC

    def resource(self, args: dict[str, Any], session: Session) -> DefenderExclusions:
        named = Exclusions(paths=args["paths"], processes=args["processes"])
        return DefenderExclusions(session, named, present=args["state"] == "present")
