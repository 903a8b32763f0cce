# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gather the facts of one host."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.mars_facts import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import (
    DEFAULT_SECTIONS,
    SECTIONS,
    gather,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.host import Given
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Gather the requested sections into ``ansible_facts.mars``."""
        session.allow(args["timeout"])
        if args["event_days"] < 1:
            raise CimError(f"event_days must be at least 1, not {args['event_days']}")
        given = Given(
            args["vault_credentials"],
            args["agent_module_source"],
            args["cloud"],
            tuple(args["endpoints"]),
            args["event_days"],
        )
        facts = gather(session, _sections(args["gather_subset"]), given)
        return {"changed": False, "ansible_facts": {"mars": facts}}


def _sections(subset: list[str]) -> list[str]:
    """The sections a gather_subset stands for, in their own order; only exclusions mean all but those."""
    excluded = {name[1:] for name in subset if name.startswith("!")}
    included = {name for name in subset if not name.startswith("!")} or {"all"}
    if "all" in included:
        included.update(DEFAULT_SECTIONS)
    return [name for name in SECTIONS if name in included - excluded]
