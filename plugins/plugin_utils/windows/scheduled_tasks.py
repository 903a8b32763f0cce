# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Scheduled tasks: by the CIM classes of Windows Server 2012 and later, or by schtasks.exe where they fail.

The provider of the classes fails as a whole if it cannot read a single task, wherever that is. schtasks.exe does not.

Both read and write task definitions as XML, which no version of Windows translates. schtasks.exe translates the state
of a task and the time of its last run, so both are unknown where it is used.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from ..wsman.errors import Fault
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    Value,
    datetime_,
    embedded,
    integer,
    string,
    wql_literal,
)
from .command_line import failure, quoted
from .errors import CimError, return_value
from .paths import fold
from .registry import Registry
from .rights import require_elevation
from .task_xml import TaskDefinition, TaskXmlError, ascii_xml

T = TypeVar("T")

State = Literal["disabled", "queued", "ready", "running"]

_NAMESPACE = "root/Microsoft/Windows/TaskScheduler"
_METHODS = CimPath(_NAMESPACE, "PS_ScheduledTask")
#: Where the registry lists tasks and their folders; only the key of a task has the value Id.
TREE_KEY = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree"
# MSFT_ScheduledTask.State; 0 is unknown.
_STATES: dict[int | None, State] = {1: "disabled", 2: "queued", 3: "ready", 4: "running"}
_SCHED_S_TASK_HAS_NOT_RUN = 0x41303
# ERROR_FILE_NOT_FOUND and ERROR_NOT_FOUND as HRESULTs.
_NO_SUCH_TASK = (0x80070002, 0x80070490)
# The longest line that findstr copies.
_LONGEST_LINE = 8000


@dataclass(frozen=True)
class ScheduledTask:
    """A task.

    :ivar path: its folder, with a backslash at both ends.
    :ivar state: None if it is unknown (schtasks.exe).
    :ivar last_run: None if it never ran or that is unknown.
    :ivar last_result: exit code or HRESULT of the last run, unsigned; None if it never ran or that is unknown.
    """

    name: str
    path: str
    state: State | None
    definition: TaskDefinition
    last_run: datetime | None
    last_result: int | None


class _Backend(Protocol):
    """An interface to the task scheduler."""

    def states(self, folder: str) -> dict[str, State | None]: ...

    def definition(self, folder: str, name: str) -> TaskDefinition | None: ...

    def check(self, folder: str, name: str, xml: str) -> None: ...

    def last_run(self, folder: str, name: str) -> tuple[datetime | None, int | None]: ...

    def register(self, folder: str, name: str, xml: str) -> None: ...

    def start(self, folder: str, name: str, *, repeatable: bool) -> None: ...

    def delete(self, folder: str, name: str) -> None: ...


class ScheduledTasks:
    """The scheduled tasks of one host. Folders are written as in ``\\Microsoft\\OnlineBackup\\``.

    Whatever lists tasks raises :class:`NotElevated` if the account may not see all of them.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._cim = _CimBackend(session)
        self._schtasks = _SchtasksBackend(session)
        self._last: _Backend = self._cim

    def states(self, path: str) -> dict[str, State | None]:
        """Return the states of the tasks in a folder, not in its subfolders, by name; none if there is no such folder.

        A state is None if it is unknown (schtasks.exe).
        """
        return self._list(path, lambda backend: backend.states(path))

    def definitions(self, path: str, name: str | None = None) -> dict[str, TaskDefinition]:
        """Return the definitions of the tasks in a folder by name, or only that of one name in any letter case."""

        def definitions(backend: _Backend) -> dict[str, TaskDefinition]:
            found = sorted(backend.states(path), key=fold)
            names = [task for task in found if name is None or fold(task) == fold(name)]
            read = {task: backend.definition(path, task) for task in names}
            return {task: definition for task, definition in read.items() if definition is not None}

        return self._list(path, definitions)

    def in_folder(self, path: str) -> list[ScheduledTask]:
        """Return every task in a folder, not in its subfolders, by two requests for each."""

        def tasks(backend: _Backend) -> list[ScheduledTask]:
            states = backend.states(path)
            return [
                ScheduledTask(task, path, states[task], definition, *backend.last_run(path, task))
                for task in sorted(states, key=fold)
                if (definition := backend.definition(path, task)) is not None
            ]

        return self._list(path, tasks)

    def check(self, path: str, name: str, xml: str) -> None:
        """Raise :class:`TaskXmlError` for a definition that cannot be registered on this host; sends nothing."""
        self._last.check(path, name, xml)

    def register(self, path: str, name: str, xml: str) -> None:
        """Create a task or replace its definition. The account it runs as must not require a password."""
        self._by(lambda backend: backend.register(path, name, xml))

    def start(self, path: str, name: str, *, repeatable: bool = False) -> None:
        """Start a task now. ``repeatable`` means that a second start does no harm."""
        self._by(lambda backend: backend.start(path, name, repeatable=repeatable))

    def delete(self, path: str, name: str) -> None:
        """Delete a task; it is not an error if it is absent."""
        self._by(lambda backend: backend.delete(path, name))

    def _list(self, path: str, operation: Callable[[_Backend], T]) -> T:
        if not (path.startswith("\\") and path.endswith("\\")):
            raise CimError(f"the folder {path!r} of the task scheduler must begin and end with a backslash")
        require_elevation(self._session, f"which tasks are in the folder {path} of the task scheduler")
        return self._by(operation)

    def _by(self, operation: Callable[[_Backend], T]) -> T:
        """Return the result of an operation by the CIM classes, or by schtasks.exe if they answer with a fault."""
        self._last = self._cim
        try:
            return operation(self._cim)
        except Fault as fault:
            if fault.is_access_denied:
                raise
            failed = fault
        self._last = self._schtasks
        try:
            return operation(self._schtasks)
        except CimError as error:
            if failed.is_absent:
                raise
            raise CimError(f"{error} (before that, its CIM classes failed: {failed})", error.code) from failed


class _CimBackend:
    """MSFT_ScheduledTask, and the static methods of PS_ScheduledTask that the cmdlets of PowerShell call."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def states(self, folder: str) -> dict[str, State | None]:
        wql = f"SELECT TaskName, TaskPath, State FROM MSFT_ScheduledTask WHERE TaskPath = {wql_literal(folder)}"
        return {
            instance.read("TaskName", string) or "": _STATES.get(instance.read("State", integer))
            for instance in self._session.query(_NAMESPACE, wql)
        }

    def definition(self, folder: str, name: str) -> TaskDefinition | None:
        try:
            xml = self._call("ExportByName", folder, name, repeatable=True).read("cmdletOutput", string)
        except Fault as fault:
            if fault.code in _NO_SUCH_TASK:
                return None  # deleted after it was listed
            raise
        if xml is None:
            raise CimError(f"the host's answer contains no definition of the scheduled task {folder}{name}")
        return TaskDefinition.parse(xml)

    def last_run(self, folder: str, name: str) -> tuple[datetime | None, int | None]:
        try:
            info = self._call("GetInfoByName", folder, name, repeatable=True).read("cmdletOutput", embedded)
        except Fault as fault:
            if fault.code in _NO_SUCH_TASK:
                return None, None
            raise
        result = info.read("LastTaskResult", integer) if info else None
        if info is None or result == _SCHED_S_TASK_HAS_NOT_RUN:
            return None, None  # Windows then reports the time 1999-11-30
        return info.read("LastRunTime", datetime_), result

    def check(self, folder: str, name: str, xml: str) -> None:
        _require_intact(folder, name, xml)

    def register(self, folder: str, name: str, xml: str) -> None:
        self.check(folder, name, xml)
        self._call("RegisterByXml", folder, name, {"Force": True, "Xml": xml}, repeatable=True)

    def start(self, folder: str, name: str, *, repeatable: bool) -> None:
        self._call("StartByPath", folder, name, repeatable=repeatable)

    def delete(self, folder: str, name: str) -> None:
        # For a task that is absent, the fault leads to schtasks.exe, which can tell that from missing classes.
        task = CimPath(_NAMESPACE, "MSFT_ScheduledTask", {"TaskName": name, "TaskPath": folder})
        self._session.delete(task, repeatable=True)

    def _call(
        self, method: str, folder: str, name: str, more: dict[str, Value] | None = None, *, repeatable: bool
    ) -> Instance:
        parameters = {**(more or {}), "TaskPath": folder, "TaskName": name}
        output = self._session.invoke(_METHODS, method, parameters, repeatable=repeatable)
        if code := return_value(output):
            raise CimError(f"{method} of the scheduled task {folder}{name} failed with error 0x{code:08X}", code)
        return output


class _SchtasksBackend:
    """schtasks.exe. Its exit code is 1 for every error, so only a list shows whether a task exists."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def states(self, folder: str) -> dict[str, State | None]:
        result = self._session.run("schtasks /query /fo csv /nh", repeatable=True)
        if result.exit_code and not result.stdout:
            raise failure("the scheduled tasks could not be listed", result)
        # The first column is the task with its folder; a task has a row for each of its triggers.
        tasks = {row[0] for row in csv.reader(result.stdout.splitlines()) if row and row[0].startswith("\\")}
        states: dict[str, State | None] = {
            task[len(folder) :]: None for task in tasks if fold(task[: task.rindex("\\") + 1]) == fold(folder)
        }
        # What it prints about a task that it cannot read is translated, as is what it prints about an empty folder.
        # Evidence: schtasks_goes_on
        if not states and (task := self._registered(folder)):
            raise failure(
                f"the scheduled task {folder}{task} cannot be read: repair or delete it, or the task at which "
                '"schtasks /query" ends',
                result,
            )
        return states

    def _registered(self, folder: str) -> str | None:
        """Return the name of a task that the registry lists in a folder, None if there is none."""
        registry = Registry(self._session)
        key = TREE_KEY + folder
        names = registry.subkey_names(key.rstrip("\\"))
        return next((name for name in names if "Id" in registry.value_names(key + name)), None)

    def definition(self, folder: str, name: str) -> TaskDefinition | None:
        result = self._session.run(f"schtasks /query /tn {quoted(folder + name)} /xml", repeatable=True)
        if result.exit_code:
            if self._exists(folder, name):
                raise failure(f"the scheduled task {folder}{name} could not be read", result)
            return None
        # The encoding that the XML declares is not that of this output.
        return TaskDefinition.parse(result.stdout)

    def last_run(self, folder: str, name: str) -> tuple[datetime | None, int | None]:
        return None, None  # schtasks.exe translates it

    def check(self, folder: str, name: str, xml: str) -> None:
        _require_intact(folder, name, xml)
        if any(len(line) > _LONGEST_LINE for line in ascii_xml(xml).splitlines()):
            raise TaskXmlError(
                f"the definition of the scheduled task {folder}{name} has a line of more than {_LONGEST_LINE} "
                "characters, which cannot be written on this Windows: change this task by hand"
            )

    def register(self, folder: str, name: str, xml: str) -> None:
        self.check(folder, name, xml)
        file = f'"%SystemRoot%\\Temp\\winops-mars-{uuid.uuid4().hex}.xml"'
        # It is one command, so that no file is left if the connection breaks. Unlike "type con" and "more", findstr
        # copies its input line by line and adds nothing.
        command = (
            f'(findstr "^" > {file}) & (schtasks /create /tn {quoted(folder + name)} /xml {file} /f) & '
            f"if errorlevel 1 ((del /f /q {file}) & (exit 1)) else (del /f /q {file})"
        )
        # Evidence: lost_shell_waits_for_input
        lines = ascii_xml(xml).splitlines()
        result = self._session.run(command, stdin="\r\n".join([*lines, ""]), repeatable=True)
        if result.exit_code:
            raise failure(f"the scheduled task {folder}{name} could not be registered", result)

    def start(self, folder: str, name: str, *, repeatable: bool) -> None:
        result = self._session.run(f"schtasks /run /tn {quoted(folder + name)}", repeatable=repeatable)
        if result.exit_code:
            raise failure(f"the scheduled task {folder}{name} could not be started", result)

    def delete(self, folder: str, name: str) -> None:
        result = self._session.run(f"schtasks /delete /tn {quoted(folder + name)} /f", repeatable=True)
        if result.exit_code and self._exists(folder, name):
            raise failure(f"the scheduled task {folder}{name} could not be deleted", result)

    def _exists(self, folder: str, name: str) -> bool:
        return fold(name) in map(fold, self.states(folder))


def _require_intact(folder: str, name: str, xml: str) -> None:
    if "\ufffd" in xml:
        raise TaskXmlError(
            f"the definition of the scheduled task {folder}{name} contains characters that the host could not send and "
            "would be damaged if it were written back: change this task by hand"
        )
