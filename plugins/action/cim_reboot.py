# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart a Windows host."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_reboot import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.idle import wait_until_idle
from ansible_collections.winops.mars.plugins.plugin_utils.windows.operating_system import last_boot, reboot
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Restart the host, or in check mode only verify that it answers."""
        if self.check_mode:
            return {"changed": True, "rebooted": False, "last_boot": last_boot(session).isoformat(), "elapsed": 0}
        if not args["ignore_backup"]:
            wait_until_idle(session, args["backup_timeout"])
        start = time.monotonic()
        booted = reboot(session, args["timeout"])
        elapsed = round(time.monotonic() - start)
        return {"changed": True, "rebooted": True, "last_boot": booted.isoformat(), "elapsed": elapsed}
