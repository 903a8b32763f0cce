# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Whether a host may be stopped, restarted, or installed on now: in a maintenance window, and while no backup runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..windows.errors import CimError
from ..windows.operating_system import OperatingSystem
from ..windows.services import Services
from ..wsman.session import Session
from . import locations
from .idle import Undetermined, running_backup

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WINDOW = re.compile(
    rf"(?:(?P<days>(?:{'|'.join(_DAYS)})(?:,(?:{'|'.join(_DAYS)}))*) )?"
    r"(?P<begin>(?:[01]\d|2[0-3]):[0-5]\d)-(?P<end>(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
)


@dataclass(frozen=True)
class Window:
    """A time of the day, on some days of the week; one that ends before it begins goes on after midnight.

    :ivar days: on which it begins, 0 for Monday.
    :ivar begin: minutes after midnight.
    :ivar end: the same; not part of the window.
    """

    days: frozenset[int]
    begin: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Window:
        """Return the window of a text such as ``Sat,Sun 22:00-04:00``. Raises :class:`CimError` for another text."""
        match = _WINDOW.fullmatch(text)
        if match is None or match["begin"] == match["end"]:
            raise CimError(
                f"{text!r} is not a maintenance window: write, for example, 22:00-04:00 or Sat,Sun 08:00-24:00"
            )
        days = match["days"].split(",") if match["days"] else _DAYS
        return cls(frozenset(map(_DAYS.index, days)), _minutes(match["begin"]), _minutes(match["end"]))

    def __contains__(self, time: datetime) -> bool:
        """Whether it is open at a time, without regard to time zones."""
        minute, day = time.hour * 60 + time.minute, time.weekday()
        if self.begin < self.end:
            return day in self.days and self.begin <= minute < self.end
        return (day in self.days and minute >= self.begin) or ((day - 1) % 7 in self.days and minute < self.end)


def why_not_now(session: Session, windows: Sequence[str], *, ignore_backup: bool) -> str | None:
    """Return why the host must not be stopped, restarted, or installed on now; None if it may be.

    :param windows: maintenance windows in the host's local time; empty for no limit.
    :param ignore_backup: whether a running backup is no reason.

    Raises :class:`CimError` for a text that is not a window.
    """
    open_windows = [Window.parse(text) for text in windows]
    if open_windows:
        now = OperatingSystem.read(session).local_time
        if not any(now in window for window in open_windows):
            return (
                f"it is {_DAYS[now.weekday()]} {now:%H:%M} on the host, outside of the maintenance window "
                + " and ".join(windows)
            )
    if ignore_backup:
        return None
    engine = Services(session).get(locations.ENGINE_SERVICE)
    if engine is None:
        return None
    try:
        return running_backup(session, engine.state)
    except Undetermined as error:
        return str(error)


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
