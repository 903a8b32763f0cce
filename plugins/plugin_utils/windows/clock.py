# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The clock of Windows and its time zone: read over CIM, and changed by tzutil and w32tm, since CIM has no methods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..wsman.session import Session
from .command_line import failure, quoted
from .operating_system import OperatingSystem
from .registry import Registry

TIME_ZONE_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
TIME_SERVICE = "W32Time"
_TIME_ZONES_KEY = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Time Zones"
# w32tm waits for a server that may be slow or not answer.
_TIMEOUT = 120.0


class Clock:
    """The clock of one host."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._registry = Registry(session)

    def offset(self) -> timedelta:
        """Return by how much it is surely ahead of the controller's; negative if it is behind."""
        asked = controller_time()
        return offset(OperatingSystem.read(self._session).local_time, asked, controller_time())

    def time_zone(self) -> str | None:
        """Return the name of the time zone as Windows keeps it, untranslated: ``W. Europe Standard Time``."""
        return self._registry.string(TIME_ZONE_KEY, "TimeZoneKeyName")

    def has_time_zone(self, name: str) -> bool:
        """Return whether Windows knows a time zone of this name."""
        return self._registry.string(f"{_TIME_ZONES_KEY}\\{name}", "Std") is not None

    def set_time_zone(self, name: str) -> None:
        """Set the time zone, which takes effect at once."""
        result = self._session.run(f"tzutil /s {quoted(name)}", repeatable=True)
        if result.exit_code:
            raise failure(f"the time zone {name} could not be set", result)

    def resynchronize(self) -> None:
        """Have the Windows Time service correct the clock, and wait until it has tried."""
        result = self._session.run("w32tm /resync", repeatable=True, timeout=_TIMEOUT)
        if result.exit_code:
            raise failure("the Windows Time service could not correct the clock", result)


def controller_time() -> datetime:
    """Return the controller's clock."""
    return datetime.now(UTC)


def offset(clock: datetime, asked: datetime, answered: datetime) -> timedelta:
    """Return by how much a host's clock, read between two times of the controller, is surely ahead of that."""
    return max(clock - answered, timedelta()) + min(clock - asked, timedelta())
