# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the last backup, from the agent's event log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...windows.event_log import Event, newest_events_query
from .. import backup_log
from ..backup_events import BackupEvents
from ..host import Host

DESCRIPTION = r"""
description: The last backup by the agent's event log, V(null) where the agent is not installed.
type: dict
contains:
  log:
    description: Name of the event log, V(null) where the host has none of the agent.
    type: str
    sample: CloudBackup/Operational
  succeeded:
    description: When the last successful backup ended, as an ISO 8601 time, V(null) where the log shows none.
    type: str
    sample: '2026-11-19T21:41:37+00:00'
  hours_ago:
    description: How long ago that was by the host's clock, in hours, when the facts were gathered.
    type: float
    sample: 13.2
  warnings:
    description: Whether that backup completed with warnings.
    type: bool
    sample: false
  since:
    description: What the log shows after that, the newest first, at most ten events.
    type: list
    elements: dict
    contains:
      outcome:
        description: V(started) or V(failed).
        type: str
        sample: failed
      event:
        description: ID of the event.
        type: int
        sample: 11
      time:
        description: When the event was written, as an ISO 8601 time.
        type: str
        sample: '2026-11-20T21:00:10+00:00'
      codes:
        description: Error codes in its data.
        type: list
        elements: str
        sample: ['0x80070005']
"""

_SUCCEEDED = (backup_log.SUCCEEDED, backup_log.SUCCEEDED_WITH_WARNINGS)
_OUTCOMES = {backup_log.STARTED: "started", backup_log.FAILED: "failed", backup_log.NOT_STARTED: "failed"}
_COUNT = 10

# What is asked of each log: the newest success may be older than the newest events
_EVENTS = BackupEvents(
    {
        f"last_backup_{what}_{number}": (channel, newest_events_query(channel, ids, count))
        for number, channel in enumerate(backup_log.CHANNELS)
        for what, ids, count in (("success", _SUCCEEDED, 1), ("since", _OUTCOMES, _COUNT))
    }
)


COMMANDS = _EVENTS.commands


# Evidence: agent_events
def gather(host: Host) -> dict[str, Any] | None:
    """The newest success, and what came after it."""
    if host.install_path is None:
        return None
    logs = _EVENTS.channels(host)
    events = sorted(_EVENTS.read(host), key=lambda event: event.time, reverse=True)
    success = next((event for event in events if event.id in _SUCCEEDED), None)
    since = [event for event in events if event.id in _OUTCOMES and (success is None or event.time > success.time)]
    return {
        "log": next(iter(logs), None),
        "succeeded": success.time.isoformat(timespec="seconds") if success else None,
        "hours_ago": _hours(host.operating_system.local_time - success.time) if success else None,
        "warnings": success.id == backup_log.SUCCEEDED_WITH_WARNINGS if success else None,
        "since": [_since(event) for event in since[:_COUNT]],
    }


def _hours(duration: timedelta) -> float:
    return round(duration / timedelta(hours=1), 1)


def _since(event: Event) -> dict[str, Any]:
    return {
        "outcome": _OUTCOMES[event.id],
        "event": event.id,
        "time": event.time.isoformat(timespec="seconds"),
        "codes": list(event.codes),
    }
