# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the task scheduler answers."""

from __future__ import annotations

import re

from ...windows.accounts import LOCAL_SYSTEM, Accounts
from ...windows.errors import return_value
from ...windows.scheduled_tasks import TREE_KEY, ScheduledTasks
from ...windows.system_command import task_definition
from ...windows.task_xml import NAMESPACE, TaskDefinition, TaskXmlError
from ...wsman.errors import Fault
from ...wsman.values import CimPath, Value, embedded, integer, string
from .checks import shows
from .subject import Subject, said
from .verdict import NotHeld, NotTried, require

_NAMESPACE = "root/Microsoft/Windows/TaskScheduler"
_METHODS = CimPath(_NAMESPACE, "PS_ScheduledTask")
_SECONDS = 60
_EXIT_CODE = 7


def _some_task(subject: Subject) -> tuple[str, str]:
    """Return folder and name of a task of Windows."""
    tasks = subject.query("SELECT TaskName, TaskPath FROM MSFT_ScheduledTask", _NAMESPACE)
    for task in tasks:
        folder, name = task.read("TaskPath", string) or "", task.read("TaskName", string) or ""
        if folder.startswith("\\Microsoft\\Windows\\"):
            return folder, name
    raise NotTried("Windows has no task of its own")


def _with_classes(subject: Subject) -> None:
    """Raise :class:`NotTried` where Windows does not have the classes."""
    try:
        subject.query("SELECT State FROM MSFT_ScheduledTask WHERE TaskPath = '\\\\'", _NAMESPACE)
    except Fault as fault:
        if fault.is_absent:
            raise NotTried("this Windows does not have the classes of the task scheduler") from None
        raise


@shows("task_scheduler_classes")
def _classes(subject: Subject) -> None:
    _with_classes(subject)
    for task in subject.query("SELECT TaskName, TaskPath, State FROM MSFT_ScheduledTask", _NAMESPACE):
        path = task.read("TaskPath", string) or ""
        require(path.startswith("\\") and path.endswith("\\"), f"a task has the folder {path!r}")
        state = task.read("State", integer)
        require(state in range(5), f"a task has the state {state}")


@shows("task_methods")
def _methods(subject: Subject) -> None:
    _with_classes(subject)
    folder, name = _some_task(subject)
    where = {"TaskPath": folder, "TaskName": name}
    xml = subject.session.invoke(_METHODS, "ExportByName", where, repeatable=True).read("cmdletOutput", string) or ""
    require(f'xmlns="{NAMESPACE}"' in xml, f"ExportByName answers {xml[:100]!r}")
    info = subject.session.invoke(_METHODS, "GetInfoByName", where, repeatable=True).read("cmdletOutput", embedded)
    require(
        info is not None and info.read("LastTaskResult", integer) is not None, "GetInfoByName has no LastTaskResult"
    )


@shows("task_provider_fails_as_a_whole")
def _fails_as_a_whole(subject: Subject) -> None:
    _with_classes(subject)
    if not subject.misses_tasks():
        raise NotTried("schtasks can read every task of this host")
    subject.fault(lambda: subject.query("SELECT TaskName FROM MSFT_ScheduledTask", _NAMESPACE))


@shows("schtasks_xml")
def _schtasks_xml(subject: Subject) -> None:
    tasks = [task for task in subject.tasks() if task.startswith("\\Microsoft\\Windows\\")]
    if not tasks:
        raise NotTried("Windows has no task of its own")
    printed = subject.printed(f'schtasks /query /tn "{tasks[0]}" /xml')
    try:
        TaskDefinition.parse(printed)
    except TaskXmlError as error:
        raise NotHeld(f"it prints no definition: {error}") from None


@shows("schedule_triggers")
def _triggers(subject: Subject) -> None:
    found = [task for task in subject.tasks() if task.startswith("\\Microsoft\\OnlineBackup\\")]
    if not found:
        raise NotTried("the agent has no task")
    for task in found:
        xml = subject.printed(f'schtasks /query /tn "{task}" /xml')
        for trigger in re.findall(r"<CalendarTrigger.*?</CalendarTrigger>", xml, re.DOTALL):
            known = re.search(r"<DaysInterval>\d+</|<ScheduleByDay\s*/>|<DaysOfWeek>", trigger)
            require(known is not None, "a trigger of the agent has neither DaysInterval nor DaysOfWeek")


# Changes: the task of the module


def _definition(command: str) -> str:
    return task_definition("cmd.exe", command, "<ExecutionTimeLimit>PT1H</ExecutionTimeLimit>")


_NOTHING = _definition("exit 0")
# A task that every user of the host may see
_READABLE = "<SecurityDescriptor>D:(A;;FA;;;BA)(A;;FA;;;SY)(A;;FR;;;AU)</SecurityDescriptor>"
# S-1-5-11 as it stands in a security descriptor
_AUTHENTICATED_USERS = "01010000000000050B000000"


@shows("task_register_by_xml", changes=True)
def _register(subject: Subject) -> None:
    _with_classes(subject)
    folder, name = subject.workshop.task()
    where: dict[str, Value] = {"TaskPath": folder, "TaskName": name, "Xml": _NOTHING, "Force": True}
    # The second time, the task is there
    for _time in range(2):
        code = return_value(subject.session.invoke(_METHODS, "RegisterByXml", where, repeatable=True))
        require(code == 0, f"RegisterByXml returns 0x{code:08X}")
        subject.printed(f'schtasks /query /tn "{folder}{name}" /xml')


@shows("task_xml_without_encoding", changes=True)
def _without_encoding(subject: Subject) -> None:
    _registered(subject, _NOTHING)


@shows("system_task_without_password", changes=True)
def _system_task(subject: Subject) -> None:
    principal = TaskDefinition.parse(_registered(subject, _NOTHING)).principal.id
    require(Accounts(subject.session).sid_of(principal) == LOCAL_SYSTEM, f"the registered task runs as {principal}")


@shows("task_definition_normalized", changes=True)
def _normalized(subject: Subject) -> None:
    registered = TaskDefinition.parse(_registered(subject, _NOTHING))
    ours = TaskDefinition.parse(_NOTHING)
    account = Accounts(subject.session).sid_of
    meanings = [
        (task.enabled, task.triggers, account(task.principal.id), task.multiple_instances)
        for task in (registered, ours)
    ]
    require(meanings[0] == meanings[1], f"the registered task means {meanings[0]}")
    require("".join(registered.xml.split()) != "".join(ours.xml.split()), "the definition stays as it was written")


@shows("task_access_kept", changes=True)
def _access(subject: Subject) -> None:
    key = TREE_KEY + "".join(subject.workshop.task())
    # Without a descriptor of its own, a new task would have the same access as one that keeps it
    _registered(subject, _NOTHING.replace("<Actions", f"<RegistrationInfo>{_READABLE}</RegistrationInfo><Actions", 1))
    before = _descriptor(subject, key)
    if _AUTHENTICATED_USERS not in before:
        raise NotTried("Windows did not give the task the access of its definition")
    _registered(subject, _NOTHING)
    after = _descriptor(subject, key)
    require(after == before, f"the security descriptor was {before}, and is {after}")


def _descriptor(subject: Subject, key: str) -> str:
    """Return the security descriptor of a task in hexadecimal digits."""
    printed = subject.printed(f'reg query "{key}" /v SD')
    found = re.search(r"REG_BINARY\s+([0-9A-Fa-f]+)", printed)
    if found is None:
        raise NotTried("the registry does not show the security descriptor of the task")
    return found[1].upper()


@shows("schtasks_ascii_xml", changes=True)
def _ascii(subject: Subject) -> None:
    folder, name = subject.workshop.task()
    file = f"{subject.workshop.folder()}\\task.xml"
    subject.printed(f'findstr "^" >"{file}"', _NOTHING.replace("><", ">\r\n<") + "\r\n")
    subject.printed(f'schtasks /create /tn "{folder}{name}" /xml "{file}" /f')


@shows("system_command_exit_code", changes=True)
def _as_system(subject: Subject) -> None:
    folder, name = subject.workshop.task()
    made = subject.workshop.folder()
    who, code = f"{made}\\who.txt", f"{made}\\code.txt"
    command = f'whoami /user /fo csv /nh >"{who}" & cmd /c exit {_EXIT_CODE} & >"{code}" echo !errorlevel!'
    _registered(subject, _definition(command))
    ScheduledTasks(subject.session).start(folder, name)
    for _second in range(_SECONDS):
        result = subject.run(f'type "{code}"')
        if result.exit_code == 0 and result.stdout.strip():
            break
        subject.sleep(1)
    else:
        raise NotHeld(f"the task did not write its exit code within {_SECONDS} seconds")
    require(result.stdout.strip() == str(_EXIT_CODE), f"its exit code is {said(result)} instead of {_EXIT_CODE}")
    account = subject.printed(f'type "{who}"')
    require(LOCAL_SYSTEM in account, f"it runs as {account!r}")


def _registered(subject: Subject, xml: str) -> str:
    """Register the task with a definition, in whatever way works, and return what schtasks prints of it."""
    folder, name = subject.workshop.task()
    ScheduledTasks(subject.session).register(folder, name, xml)
    return subject.printed(f'schtasks /query /tn "{folder}{name}" /xml')
