# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Settings of scheduled tasks: whether they are enabled, their account, and their instance policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..windows.accounts import LOCAL_SYSTEM, Accounts
from ..windows.errors import CimError
from ..windows.registry import Registry
from ..windows.scheduled_tasks import TREE_KEY, ScheduledTasks
from ..windows.task_xml import MultipleInstances, TaskDefinition
from ..wsman.errors import Fault
from ..wsman.session import Session
from .resource import Resource

# Logon types whose password Windows asks for again whenever a definition is replaced.
_PASSWORD_LOGONS = ("Password", "InteractiveTokenOrPassword")


@dataclass(frozen=True)
class TaskState:
    """A task's definition and its account: the SID if it is known, otherwise the name in the definition.

    :ivar access: its security descriptor, None if that cannot be read.
    """

    definition: TaskDefinition
    run_as: str
    access: bytes | None = field(default=None, compare=False)


class TaskSettings(Resource[Mapping[str, TaskState]]):
    """Settings of one task, or of every task in a folder. The state is the tasks by name; None keeps a setting.

    :param enabled: True also enables the tasks' triggers; False does not change them.
    :param as_system: let SYSTEM run the tasks.
    :param accepted_sids: accounts and groups that may keep running a task in spite of ``as_system``.
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
        self._tasks = ScheduledTasks(session)
        self._accounts = Accounts(session)
        self._registry = Registry(session)
        self._path = path
        self._name = name
        self._enabled = enabled
        self._as_system = as_system
        self._accepted = {LOCAL_SYSTEM, *(sid.upper() for sid in accepted_sids)}
        self._multiple_instances = multiple_instances

    def read(self) -> Mapping[str, TaskState]:
        """Return the tasks. Raises :class:`CimError` if there are none."""
        definitions = self._tasks.definitions(self._path, self._name)
        if not definitions:
            wanted = "no scheduled task" if self._name is None else f"no scheduled task {self._name}"
            raise CimError(
                f"there is {wanted} in the folder {self._path} of the task scheduler: create it first with the program "
                "it belongs to"
            )
        return {
            name: TaskState(
                definition,
                self._accounts.sid_of(definition.principal.id) or definition.principal.id,
                self._access(name),
            )
            for name, definition in definitions.items()
        }

    def desired(self, current: Mapping[str, TaskState]) -> Mapping[str, TaskState]:
        """Return the tasks with the wanted settings. Raises :class:`CimError` if a change requires a password."""
        desired = {name: self._edited(task) for name, task in current.items()}
        for name, task in desired.items():
            principal = task.definition.principal
            if task != current[name] and principal.logon_type in _PASSWORD_LOGONS:
                raise CimError(
                    f"the scheduled task {self._path}{name} runs as {principal.id} with a stored password, and a "
                    "change would require that password: let SYSTEM run it (run_as: system), or change it by hand"
                )
            if task != current[name]:
                self._tasks.check(self._path, name, task.definition.xml)
        return desired

    def apply(self, current: Mapping[str, TaskState], desired: Mapping[str, TaskState]) -> None:
        """Register the definitions that differ."""
        for name, task in desired.items():
            if task != current[name]:
                self._tasks.register(self._path, name, task.definition.xml)

    # Evidence: task_access_kept
    def warnings(self, before: Mapping[str, TaskState], after: Mapping[str, TaskState]) -> list[str]:
        """Return the tasks that another access list has replaced that of."""
        return [
            f"Windows gave the scheduled task {self._path}{name} the access list of a new one when it was registered "
            "again: SYSTEM and the administrators have access; allow it again whoever else is to see or start the task"
            for name, task in after.items()
            if None not in (task.access, before[name].access) and task.access != before[name].access
        ]

    def show(self, state: Mapping[str, TaskState]) -> dict[str, Any]:
        """Return the tasks in terms of the module's options."""
        return {
            name: {
                "enabled": task.definition.enabled,
                "triggers": [
                    {"type": trigger.type, "enabled": trigger.enabled} for trigger in task.definition.triggers
                ],
                "run_as": task.run_as,
                "multiple_instances": task.definition.multiple_instances,
            }
            for name, task in state.items()
        }

    def _edited(self, task: TaskState) -> TaskState:
        definition, run_as = task.definition, task.run_as
        if self._enabled is not None:
            definition = definition.with_enabled(self._enabled)
        if self._enabled:
            definition = definition.with_triggers_enabled()
        if self._as_system and run_as not in self._accepted:
            definition, run_as = definition.with_system_principal(), LOCAL_SYSTEM
        if self._multiple_instances is not None:
            definition = definition.with_multiple_instances(self._multiple_instances)
        return TaskState(definition, run_as, task.access)

    def _access(self, name: str) -> bytes | None:
        with suppress(CimError, Fault):
            return self._registry.binary(f"{TREE_KEY}{self._path}{name}", "SD")
        return None
