# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete old temporary files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.modules.cim_temporary_files import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.windows.temporary_files import Counts, TemporaryFiles
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Delete them, and count what is left: a file in use is no error, as long as others could be deleted."""
        files = TemporaryFiles(session, args["path"])
        before = files.count()
        after = Counts(all=before.all - before.old, old=0)
        if before.old and not self.check_mode:
            files.delete_old()
            after = files.count()
            if after.old >= before.old:
                raise AnsibleActionFail(
                    f"{self._task.action}: none of the {before.old} old temporary files in {args['path']} could be "
                    "deleted: check whether programs use them, and whether this account may delete files there"
                )
        result: dict[str, Any] = {"changed": before != after, "before": asdict(before), "after": asdict(after)}
        if self._task.diff and before != after:
            result["diff"] = {"before": result["before"], "after": result["after"]}
        return result
