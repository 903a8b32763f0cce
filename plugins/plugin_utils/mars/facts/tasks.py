# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the scheduled tasks that start the agent's backups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ...windows.accounts import Accounts
from ...windows.scheduled_tasks import ScheduledTask
from ...windows.task_xml import Trigger
from ..host import Host

DESCRIPTION = r"""
description: Every scheduled task in C(\Microsoft\OnlineBackup\).
type: list
elements: dict
contains:
  name:
    description: Name of the task.
    type: str
    sample: Microsoft-OnlineBackup
  path:
    description: Folder of the task, with backslashes around.
    type: str
    sample: \Microsoft\OnlineBackup\
  enabled:
    description: Whether the task is enabled.
    type: bool
    sample: true
  state:
    description: V(ready), V(running), V(queued), V(disabled), or V(null) where the state is unknown.
    type: str
    sample: ready
  principal:
    description: The account the task runs as.
    type: dict
    contains:
      id:
        description: The account as the task stores it, a SID or a name.
        type: str
        sample: S-1-5-18
      sid:
        description: SID of SYSTEM or the local Administrators group if it is one of them or stored as a SID.
        type: str
        sample: S-1-5-18
      kind:
        description: V(user) or V(group).
        type: str
        sample: user
  triggers:
    description: The triggers.
    type: list
    elements: dict
    contains:
      type:
        description: Name of the trigger's element in the task's definition.
        type: str
        sample: CalendarTrigger
      enabled:
        description: Whether the trigger is enabled.
        type: bool
        sample: true
      interval_hours:
        description: Longest time between two starts, V(null) for schedules other than daily and weekly ones.
        type: int
        sample: 24
      over:
        description: Whether its end or its only time is past, so that it cannot start the task any more.
        type: bool
        sample: false
      starts_in_days:
        description: Days until it begins to count, V(0) if it does.
        type: float
        sample: 0
  multiple_instances:
    description: What happens if the task is to start while it runs.
    type: str
    sample: IgnoreNew
  last_run:
    description: When the task last started, as an ISO 8601 time, V(null) if never or unknown.
    type: str
    sample: '2026-11-19T21:00:00+00:00'
  last_result:
    description: Exit code of that run.
    type: int
    sample: 0
  overdue:
    description:
      - Whether the task has not started for a day longer than its daily or weekly schedule allows.
      - V(null) if it has no such schedule or the time of its last run is unknown.
    type: bool
    sample: false
"""


_NEVER = datetime.min.replace(tzinfo=UTC)
# A host that is off, or a backup that takes long, may put off a start.
_SPARE_DAYS = 1


def gather(host: Host) -> list[dict[str, Any]]:
    """Every task in the agent's folder of the task scheduler."""
    accounts = Accounts(host.session)
    tasks = host.backup_tasks
    now = host.operating_system.local_time if tasks else _NEVER
    return [_task(task, accounts, now) for task in tasks]


def _task(task: ScheduledTask, accounts: Accounts, now: datetime) -> dict[str, Any]:
    definition = task.definition
    principal = definition.principal
    return {
        "name": task.name,
        "path": task.path,
        "enabled": definition.enabled,
        "state": task.state,
        "principal": {"id": principal.id, "sid": accounts.sid_of(principal.id), "kind": principal.kind},
        "triggers": [
            {
                "type": trigger.type,
                "enabled": trigger.enabled,
                "interval_hours": trigger.interval_hours,
                "over": _is_over(trigger, now),
                "starts_in_days": round(max(_days(now, _local(trigger.start, now)), 0), 1) if trigger.start else 0,
            }
            for trigger in definition.triggers
        ],
        "multiple_instances": definition.multiple_instances,
        "last_run": task.last_run.isoformat() if task.last_run else None,
        "last_result": task.last_result,
        "overdue": _is_overdue(task, now),
    }


def _is_over(trigger: Trigger, now: datetime) -> bool:
    if trigger.end is not None and _local(trigger.end, now) <= now:
        return True
    return trigger.once and trigger.start is not None and _local(trigger.start, now) <= now


def _is_overdue(task: ScheduledTask, now: datetime) -> bool | None:
    if task.state is None:
        return None  # schtasks.exe, which translates the time of the last run
    waits = []
    for trigger in task.definition.triggers:
        if trigger.interval_hours is not None and trigger.start is not None and not _is_over(trigger, now):
            since = max(_local(trigger.start, now), task.last_run or _NEVER)
            waits.append(_days(since, now) > trigger.interval_hours / 24 + _SPARE_DAYS)
    return any(waits) if waits else None


def _local(time: datetime, now: datetime) -> datetime:
    """A time of a definition, which is in the host's time zone unless it names another."""
    return time if time.tzinfo else time.replace(tzinfo=now.tzinfo)


def _days(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(days=1)
