# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The clock and its time zone."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from ..windows.clock import Clock
from ..windows.errors import CimError
from ..wsman.session import Session
from .resource import Resource


class ClockState(TypedDict):
    """The time zone, and whether the clock differs from the controller's by no more than is accepted."""

    time_zone: str | None
    accurate: bool


class ClockResource(Resource[ClockState]):
    """The clock of a host; None keeps its time zone or its time.

    :param max_offset: seconds by which it may differ from the controller's.
    """

    def __init__(self, session: Session, *, time_zone: str | None, max_offset: float | None) -> None:
        self._clock = Clock(session)
        self._time_zone = time_zone
        self._max_offset = max_offset

    def read(self) -> ClockState:
        """Return the state of the clock; it counts as accurate where that does not matter."""
        return ClockState(
            time_zone=self._clock.time_zone(),
            accurate=self._max_offset is None or self._deviation() <= self._max_offset,
        )

    def desired(self, current: ClockState) -> ClockState:
        """Return the wanted time zone and an accurate clock. Raises :class:`CimError` for an unknown time zone."""
        if self._time_zone not in (None, current["time_zone"]) and not self._clock.has_time_zone(str(self._time_zone)):
            raise CimError(
                f"Windows knows no time zone {self._time_zone!r}: 'tzutil /l' lists the names, such as UTC and "
                "Tokyo Standard Time"
            )
        return ClockState(time_zone=self._time_zone or current["time_zone"], accurate=True)

    def apply(self, current: ClockState, desired: ClockState) -> None:
        """Set the time zone, and have the Windows Time service correct the clock."""
        if desired["time_zone"] != current["time_zone"]:
            self._clock.set_time_zone(str(desired["time_zone"]))
        if not current["accurate"]:
            self._clock.resynchronize()
            deviation = self._deviation()
            if deviation > (self._max_offset or 0):
                raise CimError(
                    f"the Windows Time service did not correct the clock, which still differs by {deviation:.0f} "
                    "seconds: check its source with 'w32tm /query /source' on the host, and the controller's clock"
                )

    def _deviation(self) -> float:
        return abs(self._clock.offset()) / timedelta(seconds=1)
