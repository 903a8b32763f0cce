# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the schedule of Windows Server Backup, which must not get in the way of the agent's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...windows.command_line import quoted
from ...windows.errors import CimError
from ...windows.task_xml import TaskDefinition, Trigger
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: The schedule of Windows Server Backup, V(null) if it has none.
type: dict
contains:
  enabled:
    description: Whether its task is enabled.
    type: bool
    sample: true
  both_scheduled:
    description: Whether both this task and one of the agent have triggers.
    type: bool
    sample: true
  nearest_minutes:
    description:
      - The shortest time between a start of this task and one of the agent's, in minutes.
      - Only daily and weekly schedules are compared. It is V(null) if one of the two has none.
    type: int
    sample: 180
  other_schedules:
    description: Whether one of them has schedules that are neither daily nor weekly, and are not compared.
    type: bool
    sample: false
"""

KEYS = (locations.BACKUP_TASK_KEY,)
COMMANDS = {"windows_server_backup": lambda host: f"schtasks /query /tn {quoted(locations.BACKUP_TASK)} /xml"}
_DAY = 24 * 60
_WEEK = 7 * _DAY


def gather(host: Host) -> dict[str, Any] | None:
    """Its task, and how near its starts are to those of the agent's tasks."""
    if host.key(locations.BACKUP_TASK_KEY) is None:
        return None
    output = host.output("windows_server_backup")
    if not output.succeeded:
        raise CimError(f"the task {locations.BACKUP_TASK} could not be read: {' '.join(output.text.split())[:200]}")
    definition = TaskDefinition.parse(output.text)
    ours = [trigger for task in host.backup_tasks for trigger in _enabled(task.definition)]
    theirs = _enabled(definition)
    now = host.operating_system.local_time if ours and theirs else datetime.min
    gaps = [
        min((start - other) % _WEEK, (other - start) % _WEEK)
        for start in _starts(ours, now)
        for other in _starts(theirs, now)
    ]
    return {
        "enabled": definition.enabled,
        "both_scheduled": bool(ours and theirs),
        "nearest_minutes": min(gaps, default=None),
        "other_schedules": any(trigger.days is None for trigger in [*ours, *theirs]),
    }


def _enabled(definition: TaskDefinition) -> list[Trigger]:
    return [trigger for trigger in definition.triggers if trigger.enabled]


# Evidence: backups_within_an_hour
def _starts(triggers: list[Trigger], now: datetime) -> set[int]:
    """When they may start their task, in minutes of the host's week, as if they did so every day or week."""
    starts = set()
    for trigger in triggers:
        if trigger.start is not None and trigger.days is not None:
            # Without a zone, a time is the host's local one
            start = trigger.start.astimezone(now.tzinfo) if trigger.start.tzinfo else trigger.start
            shift = (start.date() - trigger.start.date()).days
            starts |= {((day + shift) * _DAY + start.hour * 60 + start.minute) % _WEEK for day in trigger.days}
    return starts
