# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring exclusions of Microsoft Defender Antivirus into their desired state."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_defender_exclusion import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction, State
from ansible_collections.winops.mars.plugins.plugin_utils.windows import paths
from ansible_collections.winops.mars.plugins.plugin_utils.windows.defender import Defender
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC

    def resource(self, args: dict[str, Any], session: Session) -> ExclusionsResource:
        """The exclusions of the host."""
        return ExclusionsResource(args, Defender(session))


class ExclusionsResource:
    """All exclusions, of which some should be there or not."""

    def __init__(self, args: dict[str, Any], defender: Defender) -> None:
        self._named: dict[str, list[str]] = {"paths": args["paths"], "processes": args["processes"]}
        self._present = args["state"] == "present"
        self._defender = defender

    def read(self) -> State:
        """Both lists."""
        preferences = self._defender.preferences()
        if preferences is None:
            raise CimError("Microsoft Defender Antivirus is not installed on the host, or does not run")
        if preferences.exclusions_hidden:
            raise CimError(
                "a policy hides Defender's exclusions from administrators (HideExclusionsFromLocalAdmins), so that "
                "they cannot be judged here; manage them where that policy is managed"
            )
        return {"paths": preferences.exclusion_paths, "processes": preferences.exclusion_processes}

    def desired(self, current: State) -> State:
        """The lists with the named exclusions, or without them."""
        return {kind: self._with(current[kind], names) for kind, names in self._named.items()}

    def apply(self, current: State, desired: State) -> None:
        """Add or remove what differs, and find out why if Defender does not do it."""
        change = self._defender.add_exclusions if self._present else self._defender.remove_exclusions
        change(*(_difference(current[kind], desired[kind]) for kind in ("paths", "processes")))
        now = self.read()
        ignored = [
            exclusion for kind, wanted in self.desired(now).items() for exclusion in _difference(now[kind], wanted)
        ]
        if ignored:
            raise CimError(
                f"Defender did not {'add' if self._present else 'remove'} {', '.join(ignored)}: {self._why()}"
            )

    def _with(self, exclusions: list[str], named: list[str]) -> list[str]:
        if self._present:
            known = {_comparable(exclusion) for exclusion in exclusions}
            return exclusions + [name for name in dict.fromkeys(named) if _comparable(name) not in known]
        unwanted = {_comparable(name) for name in named}
        return [exclusion for exclusion in exclusions if _comparable(exclusion) not in unwanted]

    def _why(self) -> str:
        status = self._defender.status()
        if status and status.tamper_protected:
            return (
                "tamper protection is on; add the exclusions where it is managed (Microsoft Intune, Defender for "
                "Endpoint), or turn it off for the change"
            )
        return "a policy seems to manage its exclusions (Group Policy, Intune); change them there"


def _difference(one: list[str], other: list[str]) -> list[str]:
    return [item for item in (*one, *other) if (item in one) != (item in other)]


def _comparable(exclusion: str) -> tuple[str, ...]:
    return paths.steps(paths.without_wildcard(exclusion))
