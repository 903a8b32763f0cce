# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the scheduled tasks that start the agent's backups."""

from __future__ import annotations

from typing import Any

from ...windows.accounts import Accounts
from ...windows.scheduled_tasks import ScheduledTask, ScheduledTasks
from .. import locations
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
"""


def gather(host: Host) -> list[dict[str, Any]]:
    """Every task in the agent's folder of the task scheduler."""
    accounts = Accounts(host.session)
    return [_task(task, accounts) for task in ScheduledTasks(host.session).in_folder(locations.TASK_FOLDER)]


def _task(task: ScheduledTask, accounts: Accounts) -> dict[str, Any]:
    definition = task.definition
    principal = definition.principal
    return {
        "name": task.name,
        "path": task.path,
        "enabled": definition.enabled,
        "state": task.state,
        "principal": {"id": principal.id, "sid": accounts.sid_of(principal.id), "kind": principal.kind},
        "triggers": [
            {"type": trigger.type, "enabled": trigger.enabled, "interval_hours": trigger.interval_hours}
            for trigger in definition.triggers
        ],
        "multiple_instances": definition.multiple_instances,
        "last_run": task.last_run.isoformat() if task.last_run else None,
        "last_result": task.last_result,
    }
