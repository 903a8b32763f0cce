# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Move the agent's scratch folder."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.mars_scratch import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.agent_role import ROLE_SERVICES, agent_role
from ansible_collections.winops.mars.plugins.plugin_utils.resources.scratch_folder import ScratchFolder
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.services import Services
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC

    def resource(self, args: dict[str, Any], session: Session) -> ScratchFolder:
        role = agent_role(Services(session).find(names=ROLE_SERVICES))
        if role != "backup":
            raise CimError(
                f"the agent of this host works for another product ({role}), whose backups would be stopped: move the "
                "scratch folder by that product's own documentation"
            )
        return ScratchFolder(session, args["location"], remove_old=args["remove_old"], timeout=args["timeout"])
