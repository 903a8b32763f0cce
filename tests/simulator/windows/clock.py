# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time on a simulated host: a clock, and an agenda of what happens later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, from ``source`` so that a test can move time."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self.seconds = source

    async def pause(self, seconds: float) -> None:
        """Wait; on a clock that a test moves, move it."""
        await asyncio.sleep(seconds)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)


class SkippingClock(Clock):
    """A clock on which the time for which a client has to wait has gone by at once."""

    def __init__(self) -> None:
        self._skipped = 0.0
        super().__init__(lambda: time.time() + self._skipped)

    async def pause(self, seconds: float) -> None:
        self._skipped += seconds


@dataclass
class Entry:
    """Something that happens at ``due`` unless it is cancelled first."""

    due: float
    action: Callable[[], None]
    cancelled: bool = False


@dataclass
class Agenda:
    """What is still to happen. Nothing runs by itself: the host calls :meth:`run_due` before each request."""

    clock: Clock
    entries: list[Entry] = field(default_factory=list)

    def after(self, seconds: float, action: Callable[[], None]) -> Entry:
        return self.at(self.clock.seconds() + seconds, action)

    def at(self, due: float, action: Callable[[], None]) -> Entry:
        entry = Entry(due, action)
        self.entries.append(entry)
        return entry

    def run_due(self) -> None:
        while due := [entry for entry in self.entries if entry.due <= self.clock.seconds()]:
            first = min(due, key=lambda entry: entry.due)
            self.entries.remove(first)
            if not first.cancelled:
                first.action()

    def clear(self) -> None:
        self.entries.clear()
