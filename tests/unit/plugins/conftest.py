# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running an action plugin on a simulated host, as a task would."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task

from ansible_collections.winops.mars.plugins.plugin_utils import _action
from tests.unit.simulated import SimulatedHost

RunAction = Callable[..., dict[str, Any]]


@pytest.fixture
def run_action(monkeypatch: pytest.MonkeyPatch) -> RunAction:
    """``run_action(ActionModule, host, check=False, diff=False, **options)`` returns the task's result."""

    def run(
        action: type, host: SimulatedHost, *, check: bool = False, diff: bool = False, **options: Any
    ) -> dict[str, Any]:
        monkeypatch.setattr(_action, "open_session", lambda connection: host.session)
        task = Task()
        task.action = action.__module__.rpartition(".")[2]
        task.args = options
        task.check_mode = check
        task.diff = diff
        task.async_val = 0
        connection = SimpleNamespace(
            become=None,
            transport="winrm",
            _shell=SimpleNamespace(tmpdir=None),
            get_option={"remote_addr": "192.0.2.7", "remote_user": "Administrator", "remote_password": "P@ssw0rd!"}.get,
        )
        plugin = action(task, connection, SimpleNamespace(), DataLoader(), None, None)
        result: dict[str, Any] = plugin.run(task_vars={"inventory_hostname": "srv01"})
        return result

    return run
