# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring one Windows service into its desired state."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_service import ARGUMENT_SPEC, CONSTRAINTS
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction, State
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.services import Services
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session

_STATES = {"Running": "started", "Stopped": "stopped"}
_START_MODES = {"auto": "Auto", "manual": "Manual", "disabled": "Disabled"}


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC
    constraints = CONSTRAINTS

    def resource(self, args: dict[str, Any], session: Session) -> ServiceResource:
        """The service the options name."""
        return ServiceResource(args, Services(session))


class ServiceResource:
    """One service and what it should be."""

    def __init__(self, args: dict[str, Any], services: Services) -> None:
        self._name = args["name"]
        self._wanted = {option: args[option] for option in ("state", "start_mode") if args[option] is not None}
        self._timeout = args["timeout"]
        self._services = services

    def read(self) -> State:
        """State and start mode in the words of the options."""
        service = self._services.get(self._name)
        if service is None:
            raise CimError(f"there is no service {self._name} on the host; give its name, not its display name")
        return {
            "state": _STATES.get(service.state, service.state.lower()),
            "start_mode": service.start_mode.lower(),
        }

    def desired(self, current: State) -> State:
        """What the options say, and for the rest what is."""
        return {**current, **self._wanted}

    def apply(self, current: State, desired: State) -> None:
        """Set the start mode first: a disabled service cannot be started."""
        if desired["start_mode"] != current["start_mode"]:
            self._services.set_start_mode(self._name, _START_MODES[desired["start_mode"]])
        if desired["state"] != current["state"]:
            change = self._services.start if desired["state"] == "started" else self._services.stop
            change(self._name, self._timeout)
