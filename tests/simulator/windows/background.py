# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs in the background, whose effects come one after the other while the host's time passes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Semaphore, Thread, current_thread

from tests.simulator.windows.clock import Agenda, Entry

#: Lets seconds of the host's time pass.
Pause = Callable[[float], None]


class _Ended(BaseException):
    """The program is ended from outside; nothing but the program's own thread may catch it."""


class Background:
    """A program that goes on when the time it takes has passed, as the host's agenda says.

    It has a thread, since the interpreter of cmd.exe runs a line at once. Either this thread or that of the host runs,
    never both, so nothing needs a lock.
    """

    def __init__(self, agenda: Agenda, begin: float, run: Callable[[Pause], None]) -> None:
        self._agenda = agenda
        self._run = run
        self._turn, self._back = Semaphore(0), Semaphore(0)
        self._thread = Thread(target=self._work, daemon=True)
        self._failure: BaseException | None = None
        self._ending = False
        self._time = agenda.clock.seconds()
        self._pending = self._later(begin, self._begin)

    def end(self) -> None:
        """End it where it is: nothing of it happens any more."""
        self._pending.cancelled = self._ending = True
        # A program may end its own task
        if self._thread.is_alive() and self._thread is not current_thread():
            self._resume()

    def _later(self, seconds: float, action: Callable[[], None]) -> Entry:
        self._time += seconds
        return self._agenda.at(self._time, action)

    def _begin(self) -> None:
        self._thread.start()
        self._resume()

    def _resume(self) -> None:
        self._turn.release()
        self._back.acquire()
        if self._failure:
            raise self._failure

    def _work(self) -> None:
        self._turn.acquire()
        try:
            self._run(self._pause)
        except _Ended:
            pass
        except BaseException as failure:  # noqa: BLE001 - it belongs to the thread of the host
            self._failure = failure
        self._back.release()

    def _pause(self, seconds: float) -> None:
        if not self._ending:
            self._pending = self._later(seconds, self._resume)
            self._back.release()
            self._turn.acquire()
        if self._ending:
            raise _Ended
