# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugins that contact no host."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.template import Templar


def run(
    action_module: Any, variables: Mapping[str, Any], options: dict[str, Any], *, check_mode: bool = False
) -> dict[str, Any]:
    """The result of a task with these options on a host with these variables."""
    task = Task()
    task.args = options
    task.action = f"winops.mars.{action_module.__module__.rpartition('.')[2]}"
    task.check_mode = check_mode
    # It has no more than ansible-core itself looks at: whatever else is asked of it fails
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    loader = DataLoader()
    action = action_module(task, connection, None, loader, Templar(loader=loader, variables=dict(variables)), None)
    result: dict[str, Any] = action.run(task_vars=variables)
    return result
