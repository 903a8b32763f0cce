# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""State and start mode of a Windows service."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypedDict

from ..windows.errors import CimError
from ..windows.group_policy import require_free_start_mode
from ..windows.services import Services
from ..wsman.session import Session
from .resource import Resource

_STATES = {"Running": "started", "Stopped": "stopped"}
_START_MODES = {"auto": "Auto", "manual": "Manual", "disabled": "Disabled"}


class ServiceState(TypedDict):
    """State and start mode in terms of the module's options; others as Windows names them, in lower case."""

    state: str
    start_mode: str


class ServiceResource(Resource[ServiceState]):
    """A service; None keeps its state or start mode.

    :param timeout: seconds the service may take to start or stop.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        *,
        state: str | None,
        start_mode: str | None,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = session
        self._services = Services(session, sleep)
        self._name = name
        self._state = state
        self._start_mode = start_mode
        self._timeout = timeout

    def read(self) -> ServiceState:
        """Return state and start mode. Raises :class:`CimError` if the service does not exist."""
        service = self._services.get(self._name)
        if service is None:
            raise CimError(
                f"the service {self._name} does not exist on the host: specify its name, not its display name"
            )
        return ServiceState(
            state=_STATES.get(service.state, service.state.lower()), start_mode=service.start_mode.lower()
        )

    def desired(self, current: ServiceState) -> ServiceState:
        """Return the wanted state and start mode. Raises :class:`CimError` if a policy gives it another start mode."""
        start_mode = self._start_mode or current["start_mode"]
        if start_mode != current["start_mode"]:
            require_free_start_mode(self._session, self._name, start_mode)
        return ServiceState(state=self._state or current["state"], start_mode=start_mode)

    def apply(self, current: ServiceState, desired: ServiceState) -> None:
        """Set the start mode, then start or stop: a disabled service cannot be started."""
        if desired["start_mode"] != current["start_mode"]:
            self._services.set_start_mode(self._name, _START_MODES[desired["start_mode"]])
        if desired["state"] != current["state"]:
            change = self._services.start if desired["state"] == "started" else self._services.stop
            change(self._name, self._timeout)

    def restart(self) -> None:
        """Stop the service and start it again. Raises :class:`CimError` that says if it stays stopped."""
        self._services.stop(self._name, self._timeout)
        try:
            self._services.start(self._name, self._timeout)
        except CimError as error:
            raise CimError(f"{error}; it was stopped to be restarted, and does not run now", error.code) from error
