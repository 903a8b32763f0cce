# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scheduled tasks should be like: enabled or not, run by SYSTEM, how many at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..wsman.session import Session
from .accounts import LOCAL_SYSTEM, Accounts
from .errors import CimError
from .scheduled_tasks import ScheduledTask, ScheduledTasks
from .task_xml import MultipleInstances, TaskDefinition

State = dict[str, Any]

# Logon types whose password Windows asks for again whenever a definition is replaced.
_PASSWORD_LOGONS = ("Password", "InteractiveTokenOrPassword")


class TaskSettings:
    """Settings of one task, or of every task in a folder; None leaves a setting as it is.

    :param enabled: True also enables the tasks' triggers, False leaves those alone.
    :param accepted_sids: accounts and groups that may go on running a task in spite of ``as_system``.
    """

    def __init__(
        self,
        session: Session,
        path: str,
        name: str | None,
        *,
        enabled: bool | None = None,
        as_system: bool = False,
        accepted_sids: Collection[str] = (),
        multiple_instances: MultipleInstances | None = None,
    ) -> None:
        self._scheduler = ScheduledTasks(session)
        self._accounts = Accounts(session)
        self._path = path
        self._name = name
        self._enabled = enabled
        self._as_system = as_system
        self._accepted = {LOCAL_SYSTEM, *(sid.upper() for sid in accepted_sids)}
        self._multiple_instances = multiple_instances
        self._tasks: dict[str, ScheduledTask] = {}

    def read(self) -> State:
        """The tasks by name, as the options see them. Raises :class:`CimError` if there is none."""
        if self._name is None:
            tasks = self._scheduler.in_folder(self._path)
        else:
            task = self._scheduler.task(self._path, self._name)
            tasks = [task] if task else []
        if not tasks:
            wanted = "no scheduled task" if self._name is None else f"no scheduled task {self._name}"
            raise CimError(
                f"there is {wanted} in the folder {self._path} of the task scheduler: let the program it belongs to "
                "create it first"
            )
        self._tasks = {task.name: task for task in tasks}
        return {task.name: self._described(task.definition) for task in tasks}

    def desired(self, current: State) -> State:
        """The same with the wanted settings. Raises :class:`CimError` for a change that would need a password."""
        desired = {}
        for name in current:
            definition = self._tasks[name].definition
            edited = self._edited(definition)
            principal = edited.principal
            if edited != definition and principal.logon_type in _PASSWORD_LOGONS:
                raise CimError(
                    f"the scheduled task {self._path}{name} runs as {principal.id} with a stored password, which "
                    "Windows would ask for again: let SYSTEM run it (run_as: system), or change it by hand"
                )
            desired[name] = self._described(edited)
        return desired

    def apply(self, current: State, desired: State) -> None:
        """Register the definitions that differ."""
        for name, wanted in desired.items():
            if wanted != current[name]:
                self._scheduler.register(self._path, name, self._edited(self._tasks[name].definition).xml)

    def _edited(self, definition: TaskDefinition) -> TaskDefinition:
        if self._enabled is not None:
            definition = definition.with_enabled(self._enabled)
        if self._enabled:
            definition = definition.with_triggers_enabled()
        if self._as_system and self._sid(definition) not in self._accepted:
            definition = definition.with_system_principal()
        if self._multiple_instances is not None:
            definition = definition.with_multiple_instances(self._multiple_instances)
        return definition

    def _sid(self, definition: TaskDefinition) -> str | None:
        return self._accounts.sid_of(definition.principal.id)

    def _described(self, definition: TaskDefinition) -> State:
        return {
            "enabled": definition.enabled,
            "triggers": [{"type": trigger.type, "enabled": trigger.enabled} for trigger in definition.triggers],
            "run_as": self._sid(definition) or definition.principal.id,
            "multiple_instances": definition.multiple_instances,
        }
