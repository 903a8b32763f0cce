# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say whether a host may be stopped, restarted, or installed on now."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.mars_maintenance import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.maintenance import why_not_now
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Return whether it may be, and why not; nothing is changed."""
        windows = [text.strip() for text in args["window"] if text.strip()]
        reason = why_not_now(session, windows, ignore_backup=args["ignore_backup"])
        return {"changed": False, "allowed": reason is None, "reason": reason or ""}
