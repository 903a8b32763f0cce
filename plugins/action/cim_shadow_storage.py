# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raise the space that shadow copies of a volume may use."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_shadow_storage import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction
from ansible_collections.winops.mars.plugins.plugin_utils.resources.shadow_storage import ShadowStorageResource
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC

    def resource(self, args: dict[str, Any], session: Session) -> ShadowStorageResource:
        return ShadowStorageResource(session, args["volume"], args["percent"])
