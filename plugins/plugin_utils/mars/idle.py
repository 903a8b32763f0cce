# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Whether the agent is idle: no backup is running, by its scheduled tasks and by its event log."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from ..windows.errors import CimError
from ..windows.event_log import Event, newest_event
from ..windows.operating_system import last_boot
from ..windows.scheduled_tasks import ScheduledTasks
from ..windows.services import Services
from ..wsman.session import Session
from . import backup_log, locations

# Seconds between two checks while a backup is running.
_INTERVAL = 30.0


class Undetermined(CimError):
    """Whether a backup is running cannot be determined."""


def wait_until_idle(
    session: Session,
    timeout: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Wait until no backup is running, at most ``timeout`` seconds. On a host without the agent, none is.

    Raises :class:`CimError` if one is still running then, or if this cannot be determined.
    """
    deadline = clock() + timeout
    while True:
        engine = Services(session).get(locations.ENGINE_SERVICE)
        reason = running_backup(session, engine.state) if engine else None
        if reason is None:
            return
        if clock() >= deadline:
            raise CimError(f"{reason}; wait for its end and try again")
        sleep(_INTERVAL)


# Evidence: running_backup
def running_backup(session: Session, engine_state: str) -> str | None:
    """Return which backup is running, None if none is. Raises :class:`Undetermined` if this cannot be determined.

    :param engine_state: of the service ``obengine``, as in :class:`Service`; if it is stopped, no backup is running.
    """
    for name, state in ScheduledTasks(session).states(locations.TASK_FOLDER).items():
        if state in ("running", "queued"):
            return f"a backup is running: the task {name} is {state}"
    if engine_state == "Stopped":
        return None
    events = _newest_events(session, backup_log.STARTED, *backup_log.ENDED)
    if not events:
        raise Undetermined(
            f"it cannot be determined whether a backup is running: the host has neither of the event logs "
            f"{' and '.join(backup_log.CHANNELS)}; if none is running, stop {locations.ENGINE_SERVICE} first"
        )
    newest = max((event for event in events if event is not None), key=lambda event: event.time, default=None)
    # A restart ends a backup without an event.
    if newest is not None and newest.id == backup_log.STARTED and newest.time > last_boot(session):
        return (
            f"a backup is running: it started at {newest.time:%Y-%m-%d %H:%M:%S} UTC, and the agent's event log does "
            "not show its end"
        )
    return None


# Evidence: success_event
def last_success(session: Session) -> datetime | None:
    """Return when the last backup that succeeded ended, without warnings; None where the event logs show none."""
    events = _newest_events(session, backup_log.SUCCEEDED)
    return max((event.time for event in events if event is not None), default=None)


def _newest_events(session: Session, *ids: int) -> list[Event | None]:
    """Return the newest event with one of these IDs from each existing log, None for a log without one."""
    events = []
    for channel in backup_log.CHANNELS:
        try:
            events.append(newest_event(session, channel, ids))
        except LookupError:
            continue
    return events
