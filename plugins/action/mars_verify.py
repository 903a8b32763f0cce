# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try on one host what the collection relies on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.modules.mars_verify import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import EvidenceError
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.report import as_dict
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.run import verify
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.recording import Recorder
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Note by what names a recording would give the host away."""
        self._names = [str(task_vars.get("inventory_hostname", ""))]
        return super().run_validated(args, task_vars)

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Try every line that the host can show, and record the messages where that is asked for."""
        if not args["record"]:
            return self._verified(args, session)
        folder = Path(args["record"])
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = f"{self._task.action}: the folder {folder} for the recording cannot be created: {reason}"
            raise AnsibleActionFail(message) from None
        options = (self._connection.get_option(name) for name in ("remote_addr", "remote_user", "remote_password"))
        self._names += [str(value) for value in options if value]
        recorder = session.route(Recorder)
        recording = warning = None
        try:
            result = self._verified(args, session)
            session.close_shell()
        finally:
            # What went wrong is worth to be sent, too.
            try:
                recording = str(recorder.write(folder, self._names))
            except OSError as error:
                warning = f"the recording could not be written to {folder}: {error.strerror or type(error).__name__}"
        if recording:
            result["report"].append(f"recorded in {recording}: please look at the files before you send them")
        return {
            **result,
            "recording": recording,
            "warnings": [*result.get("warnings", []), *([warning] if warning else [])],
        }

    def _verified(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
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
            left = "; ".join(map(str, verification.left))
            result["warnings"] = [f"this could not be taken away from the host, remove it by hand: {left}"]
        return result
