# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task scheduler of a simulated host: registered tasks, and tasks that run in the background."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from tests.simulator.windows import task_xml
from tests.simulator.windows.accounts import Account
from tests.simulator.windows.background import Background, Pause
from tests.simulator.windows.registry import Key, Value, ValueType
from tests.simulator.windows.security_descriptor import from_sddl
from tests.simulator.windows.task_xml import Element, TaskXmlError

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

ERROR_FILE_NOT_FOUND = 0x80070002
E_ACCESSDENIED = 0x80070005
ERROR_ALREADY_EXISTS = 0x800700B7
ERROR_LOGON_FAILURE = 0x8007052E
ERROR_NONE_MAPPED = 0x80070534
ERROR_INVALID_NAME = 0x8007007B
SCHED_E_TASK_DISABLED = 0x80041326
SCHED_E_START_ON_DEMAND = 0x80041328
SCHED_S_TASK_RUNNING = 0x41301
SCHED_S_TASK_HAS_NOT_RUN = 0x41303
SCHED_S_TASK_TERMINATED = 0x41306

# Between a start and the first thing its action does.
START_SECONDS = 0.1

# Windows registers its own tasks so that every user may read them. Programs run as SYSTEM or an administrator do not.
_FOR_EVERYONE = "\\Microsoft\\Windows\\"

# Where the registry lists the tasks, by their paths
_TREE_KEY = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree"

_IDS = UUID("2a7e5d0e-1f3c-4b86-9a51-6f0d2c7be913")

# Who may do what with a task is the value SD of its key (Microsoft's article on the malware Tarrask). Without a
# security descriptor in its definition ([MS-TSCH] 2.5.2), a new task is for administrators and SYSTEM.
_NEW_TASK = "O:BAG:SYD:(A;;FA;;;BA)(A;;FA;;;SY)"

_SERVICE_ACCOUNTS = ("S-1-5-18", "S-1-5-19", "S-1-5-20")


class TaskError(Exception):
    """Task Scheduler refuses: an HRESULT and, for a bad definition, where it is bad."""

    def __init__(self, hresult: int, where: str = "") -> None:
        super().__init__(f"0x{hresult:08X} {where}")
        self.hresult = hresult
        self.where = where


@dataclass
class Task:
    """One registered task; ``path`` is the whole name, ``\\Microsoft\\OnlineBackup\\Microsoft-OnlineBackup``."""

    path: str
    definition: Element
    last_run: datetime | None = None
    last_result: int = SCHED_S_TASK_HAS_NOT_RUN
    run: Background | None = None
    broken: int = 0  # the HRESULT with which its registration cannot be read

    @property
    def name(self) -> str:
        return self.path.rpartition("\\")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("\\")[0] + "\\"

    @property
    def enabled(self) -> bool:
        return self.definition.value("Settings/Enabled", "true") in ("true", "1")

    @property
    def state(self) -> int:
        """TASK_STATE: 1 disabled, 3 ready, 4 running."""
        if self.run:
            return 4
        return 3 if self.enabled else 1


class Tasks:
    """All tasks of a host, by path without regard to case."""

    def __init__(self, host: Host, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._host = host
        self._tasks: dict[str, Task] = {}
        self._loaded = False
        # A profile writes names in UserId where it shows what an old release stored.
        self._stored_id = host.profile.get("task_user_id", "sid")
        for path, entry in entries.items():
            task = self.register(path, entry["xml"], password=entry.get("password"))
            for name, text in entry.get("set", {}).items():
                task.definition.set(name, text)
            if "sddl" in entry:
                self._key(task).values["sd"] = _access(entry["sddl"])
            task.broken = int(entry.get("broken", 0))
            if "last_result" in entry:
                task.last_result = int(entry["last_result"])
                last_run = entry["last_run"]
                task.last_run = (
                    datetime.fromisoformat(last_run)
                    if isinstance(last_run, str)
                    else host.clock.now() - timedelta(seconds=last_run)
                )
        self._loaded = True

    @staticmethod
    def full_path(path: str) -> str:
        return "\\" + path.strip("\\")

    def find(self, path: str) -> Task | None:
        return self._tasks.get(self.full_path(path).lower())

    def get(self, path: str) -> Task:
        task = self.find(path)
        if task is None or task not in self.visible():
            raise TaskError(ERROR_FILE_NOT_FOUND)
        if task.broken:
            raise TaskError(task.broken)
        return task

    def all(self) -> list[Task]:
        return [self._tasks[path] for path in sorted(self._tasks)]

    def visible(self) -> list[Task]:
        """What a session lists: without elevation only tasks whose security lets every user read them."""
        return [task for task in self.all() if self._host.elevated or task.path.startswith(_FOR_EVERYONE)]

    def _account(self, name: str) -> Account:
        account = self._host.accounts.find(name)
        if account is None:
            raise TaskError(ERROR_NONE_MAPPED)
        return account

    def register(
        self,
        path: str,
        xml: str,
        *,
        force: bool = True,
        user: str | None = None,
        password: str | None = None,
        encodings: tuple[str, ...] = ("UTF-16",),
    ) -> Task:
        """Register a definition; ``encodings`` are those its declaration may name (a string in memory is UTF-16)."""
        try:
            definition = task_xml.parse(xml, encodings)
            task_xml.validate(definition, self._host.build)
        except TaskXmlError as error:
            raise TaskError(error.hresult, error.where) from error
        full = self.full_path(path)
        if any(character in full for character in '/:*?"<>|') or full.endswith("\\"):
            raise TaskError(ERROR_INVALID_NAME)
        existing = self.find(full)
        if existing and not force:
            raise TaskError(ERROR_ALREADY_EXISTS)
        self._store_principal(definition, user, password)
        if self._loaded and not self._host.elevated:
            raise TaskError(E_ACCESSDENIED)
        if self._host.misbehaves("task_definition_normalized"):
            definition.set("Settings/MultipleInstancesPolicy", "Parallel")
        if self._host.build >= 14393:
            definition.set("RegistrationInfo/URI", full)
            task_xml.as_stored(definition)
        task = Task(existing.path if existing else full, definition)
        if existing:
            task.last_run, task.last_result, task.run = existing.last_run, existing.last_result, existing.run
        self._tasks[full.lower()] = task
        self._set_access(task, existing)
        return task

    def _set_access(self, task: Task, existing: Task | None) -> None:
        key = self._key(task)
        sddl = task.definition.value("RegistrationInfo/SecurityDescriptor")
        if sddl or not existing or self._host.misbehaves("task_access_kept"):
            key.values["sd"] = _access(sddl or _NEW_TASK)
        # What tells the key of a task from that of a folder
        key.values.setdefault("id", Value("Id", ValueType.REG_SZ, f"{{{uuid5(_IDS, task.path.lower())}}}".upper()))

    def _key(self, task: Task) -> Key:
        return self._host.registry.create(_TREE_KEY + task.path, trusted=True)

    def _store_principal(self, definition: Element, user: str | None, password: str | None) -> None:
        principal = definition.find("Principals/Principal")
        if principal is None:
            definition.set("Principals/Principal", "")
            principal = definition.find("Principals/Principal")
            assert principal is not None
            principal.attributes["id"] = definition.find("Actions").attributes.setdefault("Context", "Author")  # type: ignore[union-attr]
        if user:
            principal.remove("GroupId")
            principal.remove("LogonType")
            principal.set("UserId", user)
        if principal.find("UserId") is None and principal.find("GroupId") is None:
            principal.set("UserId", self._host.user.sid)
        for name in ("UserId", "GroupId"):
            if element := principal.find(name):
                account = self._account(element.text)
                element.text = account.sid if self._stored_id == "sid" else account.full_name
                if account.sid in _SERVICE_ACCOUNTS:
                    principal.remove("LogonType")
                elif name == "UserId":
                    self._check_logon(principal, password)

    @staticmethod
    def _check_logon(principal: Element, password: str | None) -> None:
        logon = principal.value("LogonType")
        if not logon:
            principal.set("LogonType", "Password" if password else "InteractiveToken")
        elif logon == "Password" and not password:
            raise TaskError(ERROR_LOGON_FAILURE)

    def delete(self, path: str) -> None:
        task = self.get(path)
        self.stop(path)
        del self._tasks[task.path.lower()]
        self._host.registry.delete_key(_TREE_KEY + task.path, recurse=True, trusted=True)

    def set_enabled(self, path: str, enabled: bool) -> Task:
        task = self.get(path)
        task.definition.set("Settings/Enabled", "true" if enabled else "false")
        if self._host.build >= 14393:
            task_xml.as_stored(task.definition)
        return task

    def set_user(self, path: str, user: str, password: str | None) -> None:
        task = self.get(path)
        definition = copy.deepcopy(task.definition)
        self._store_principal(definition, user, password)
        task.definition = definition

    def account_of(self, task: Task) -> Account | None:
        principal = task.definition.find("Principals/Principal")
        if principal is None:
            return None
        return self._host.accounts.find(principal.value("UserId") or principal.value("GroupId"))

    def start(self, path: str) -> None:
        """Start a task; it runs in the background for as long as the programs it starts take."""
        task = self.get(path)
        if not task.enabled:
            raise TaskError(SCHED_E_TASK_DISABLED)
        if task.definition.value("Settings/AllowStartOnDemand", "true") in ("false", "0"):
            raise TaskError(SCHED_E_START_ON_DEMAND)
        if task.run:
            return
        task.last_run, task.last_result = self._host.clock.now(), SCHED_S_TASK_RUNNING
        actions = [
            (action.value("Command"), action.value("Arguments"), action.value("WorkingDirectory"))
            for action in task.definition.find("Actions").children  # type: ignore[union-attr]
            if action.name == "Exec"
        ]
        account = self.account_of(task)
        system = account is not None and account.sid == "S-1-5-18"

        def run(pause: Pause) -> None:
            result = 0
            for command, arguments, directory in actions:
                result = self._host.run_in_background(command, arguments, directory, system=system, pause=pause)
            current = self.find(task.path) or task  # it may have been registered anew
            current.run, current.last_result = None, result

        task.run = Background(self._host.agenda, START_SECONDS, run)

    def stop(self, path: str) -> None:
        self._stop(self.get(path))

    @staticmethod
    def _stop(task: Task) -> None:
        if task.run:
            task.run.end()
            task.run = None
            task.last_result = SCHED_S_TASK_TERMINATED

    def boot(self) -> None:
        """After a restart nothing runs; what did was terminated."""
        for task in self._tasks.values():
            self._stop(task)

    def state(self) -> dict[str, Any]:
        return {
            task.path: {"xml": task_xml.serialise(task.definition), "last_result": task.last_result}
            for task in self.all()
        }


def _access(sddl: str) -> Value:
    return Value("SD", ValueType.REG_BINARY, from_sddl(sddl))
