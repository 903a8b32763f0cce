# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return what a role reports, and show it if something is left to do by hand, without contacting the host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.winops.mars.plugins.modules.mars_role_outcome import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import ValidatedAction


class ActionModule(ValidatedAction):
    spec = ARGUMENT_SPEC
    _requires_connection = False

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was given; without anything to do by hand, it is not shown."""
        fixes = args.pop("fixes")
        if not args["manual"]:
            return {"changed": False, **args}
        # As debug does it
        shown = {"changed": False, "_ansible_verbose_always": True, **args}
        return {**shown, "fixes": fixes} if fixes else shown

    def _more_secrets(self, args: Mapping[str, Any]) -> Iterator[str]:
        """Yield nothing: the query of an address is part of a sentence that a user is to read."""
        return iter(())
