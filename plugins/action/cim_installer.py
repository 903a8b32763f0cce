# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install a product unless the registry proves that it is installed."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_installer import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.windows.installer import Installer, Proof, install
from ansible_collections.winops.mars.plugins.plugin_utils.windows.registry import Registry
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Read the proof, check a local source, and install the product if the proof is not met."""
        proof = Proof(args["creates_key"], args["creates_name"], args["creates_minimum"])
        installer = Installer(session, args["source"], args["sha256"], args["arguments"], args["timeout"])
        before = proof.read(Registry(session))
        unchanged = {"exit_code": None, "restarted": False, "reboot_required": False}
        if proof.is_met_by(before):
            return {"changed": False, "before": before, "after": before, **unchanged}
        installer.check_source()
        value = f"{proof.key}\\{proof.name}"
        wanted = f"at least {proof.minimum}" if proof.minimum else "present"
        shown = {"diff": {"before": {value: before}, "after": {value: wanted}}} if self._task.diff else {}
        if self.check_mode:
            notice = installer.predict_sum()
            warned = {"warnings": [notice]} if notice else {}
            return {"changed": True, "before": before, "after": args["creates_minimum"], **unchanged, **shown, **warned}
        done = install(session, installer, proof, reboot_timeout=args["reboot_timeout"] if args["reboot"] else None)
        return {
            "changed": done.changed,
            "before": before,
            "after": done.value,
            "exit_code": done.exit_code,
            "restarted": done.restarted,
            "reboot_required": done.reboot_required,
            **(shown if done.changed else {}),
        }
