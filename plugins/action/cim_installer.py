# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install a product unless a registry value or a file proves that it is installed."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_installer import ARGUMENT_SPEC, CONSTRAINTS
from ansible_collections.winops.mars.plugins.plugin_utils._action import WindowsAction
from ansible_collections.winops.mars.plugins.plugin_utils.mars.idle import wait_until_idle
from ansible_collections.winops.mars.plugins.plugin_utils.mars.locations import FORMER, KEPT_KEY
from ansible_collections.winops.mars.plugins.plugin_utils.resources.path_variable import PathVariable, is_absolute
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.installer import (
    FileProof,
    Installer,
    Proof,
    RegistryProof,
    install,
)
from ansible_collections.winops.mars.plugins.plugin_utils.windows.paths import entries
from ansible_collections.winops.mars.plugins.plugin_utils.windows.registry import Kind, Registry, RegistryValue
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(WindowsAction):
    spec = ARGUMENT_SPEC
    constraints = CONSTRAINTS

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Read the proof, check a local source, and install the product if the proof is not met."""
        proof = _proof(args)
        installer = Installer(session, args["source"], args["sha256"], args["arguments"], args["timeout"])
        before = proof.read(session)
        unchanged: dict[str, Any] = {"exit_code": None, "restarted": False, "reboot_required": False, "entries": {}}
        if proof.is_met_by(before):
            return {"changed": False, "before": before, "after": before, **unchanged}
        installer.check_source()
        wanted = f"at least {proof.minimum}" if proof.minimum else "present"
        shown = {"diff": {"before": {proof.place: before}, "after": {proof.place: wanted}}} if self._task.diff else {}
        if self.check_mode:
            notice = installer.predict_sum()
            warned = {"warnings": [notice]} if notice else {}
            return {"changed": True, "before": before, "after": args["creates_minimum"], **unchanged, **shown, **warned}
        if args["requires_key"] is not None:
            requirement = RegistryProof(args["requires_minimum"], args["requires_key"], args["requires_name"])
            if not requirement.is_met_by(requirement.read(session)):
                raise CimError(f"the installer {installer} was not run: it requires {requirement}")
        variables = {name: PathVariable(session, name, ()).read() for name in args["keep_entries"]}
        done = install(
            session,
            installer,
            proof,
            reboot_timeout=args["reboot_timeout"] if args["reboot"] else None,
            gate=lambda: None if args["ignore_backup"] else wait_until_idle(session, args["backup_timeout"]),
        )
        for name, state in variables.items():
            _restore_entries(session, name, state.value)
            if done.reboot_required:
                _keep_entries(session, name, state.expanded)
        postponed = f"The host was not restarted, although the installation requires it: {done.postponed}"
        return {
            "changed": done.changed,
            "before": before,
            "after": done.value,
            "exit_code": done.exit_code,
            "restarted": done.restarted,
            "reboot_required": done.reboot_required,
            "entries": {name: state.value for name, state in variables.items()},
            **({"warnings": [postponed]} if done.postponed else {}),
            **(shown if done.changed else {}),
        }


def _restore_entries(session: Session, name: str, value: str) -> None:
    variable = PathVariable(session, name, entries(value))
    current = variable.read()
    desired = variable.desired(current)
    if current != desired:
        variable.apply(current, desired)
        if variable.desired(variable.read()) != variable.read():
            raise CimError(
                f"the product was installed, but the environment variable {name} has lost entries that could not be "
                f"appended again; it was: {value}"
            )


def _keep_entries(session: Session, name: str, value: str) -> None:
    """Keep what the restart may lose, for :mod:`...mars.facts.powershell` to compare."""
    kept = ";".join(filter(is_absolute, entries(value)))
    if kept:
        Registry(session).set(KEPT_KEY, FORMER + name, RegistryValue(Kind.STRING, kept))


def _proof(args: dict[str, Any]) -> Proof:
    if args["creates_path"] is not None:
        return FileProof(args["creates_minimum"], args["creates_path"])
    return RegistryProof(args["creates_minimum"], args["creates_key"], args["creates_name"])
