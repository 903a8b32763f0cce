# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try on one host what the collection relies on."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.modules.mars_verify import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import EvidenceError
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.report import as_dict
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.run import verify
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Try every line that the host can show, and leave it as it was."""
        unchanged = None
        if not args["changes"]:
            unchanged = "it needs changes on the host, which were not asked for"
        elif self.check_mode:
            unchanged = "it needs changes on the host, and this is check mode"
        try:
            verification = verify(session, unchanged=unchanged, slow=args["slow"])
        except EvidenceError as error:
            raise AnsibleActionFail(f"{self._task.action}: {error}") from None
        result = {"changed": unchanged is None and bool(verification.left), **as_dict(verification)}
        if verification.left:
            left = "; ".join(f"{leftover.what} ({leftover.remove})" for leftover in verification.left)
            result["warnings"] = [f"this could not be taken away from the host, remove it by hand: {left}"]
        return result
