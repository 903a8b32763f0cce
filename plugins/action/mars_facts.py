# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gather the facts of one host."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.mars_facts import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather_as_asked
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Gather the requested sections into ``ansible_facts.mars``."""
        return {"changed": False, "ansible_facts": {"mars": gather_as_asked(session, args)}}
