# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with a simulated host in this process: the whole of the service, without HTTP and authentication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import (
    ConnectionLost,
    ProtocolError,
    Unreachable,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from tests.simulator.model import Faults
from tests.simulator.service import ConnectionDropped, Service
from tests.simulator.windows import Clock, load_host
from tests.simulator.windows.host import Host

T = TypeVar("T")


class StandingClock(Clock):
    """A clock that moves only when it is told to, and while the host waits for a command."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        super().__init__(lambda: self.time)

    async def pause(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class SimulatedHost:
    """A host, a session with it, and the pauses made on its clock, which stands still otherwise."""

    windows: Host
    service: Service
    clock: StandingClock
    pauses: list[float] = field(default_factory=list)

    operation_timeout = 60

    def __post_init__(self) -> None:
        self.session = Session(self, self.sleep)
        self._boots = 0

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.time += seconds

    @property
    def actions(self) -> Counter[str]:
        """How often each action was requested: ``Get``, ``StartService``, ..."""
        return self.service.statistics.actions

    def send(self, message: bytes) -> bytes:
        if not self.windows.reachable():
            raise Unreachable("connection refused")
        if self._boots != self.windows.boots:
            self._boots = self.windows.boots
            self.service.restarted()
        try:
            reply = _returned(self.service.handle(message, "Administrator", "127.0.0.1", "client"))
        except ConnectionDropped:
            raise ConnectionLost("the host closed the connection") from None
        if not reply.message:
            raise ProtocolError(f"the host answered HTTP {reply.status} without a WS-Management message")
        return reply.message

    def reset(self) -> None:
        """Nothing to drop."""


def _returned(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns. It never waits, since its pauses move the clock, so it needs no event loop."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    raise RuntimeError("a simulated host waits for something else than its clock")


def simulated(**profile: Any) -> SimulatedHost:
    """A host of a profile: Windows Server 2022 as installed, unless ``base`` names another, with these differences."""
    clock = StandingClock()
    profile.setdefault("base", "windows-server-2022")
    windows = load_host(profile, "srv01", clock)
    faults = Faults(**windows.profile.get("faults", {}))
    quotas = windows.profile.get("winrm", {}).get("quotas", {})
    return SimulatedHost(windows, Service(windows, "srv01", faults, quotas=quotas), clock)
