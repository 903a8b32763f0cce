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
from .host import Host


def tasks(host: Host) -> list[dict[str, Any]]:
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
        "triggers": [{"type": trigger.type, "enabled": trigger.enabled} for trigger in definition.triggers],
        "multiple_instances": definition.multiple_instances,
        "last_run": task.last_run.isoformat() if task.last_run else None,
        "last_result": task.last_result,
    }
