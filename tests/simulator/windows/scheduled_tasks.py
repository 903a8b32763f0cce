# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""root/Microsoft/Windows/TaskScheduler: MSFT_ScheduledTask and the static methods of PS_ScheduledTask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimFailure, CimValue, Embedded, Method
from tests.simulator.windows import task_xml
from tests.simulator.windows.messages import hresult_text
from tests.simulator.windows.schema import properties, row
from tests.simulator.windows.task_xml import Element
from tests.simulator.windows.tasks import Task, TaskError

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

NAMESPACE = "root/Microsoft/Windows/TaskScheduler"

_TASK = properties("""
    Actions:instance[] Author Date Description Documentation Principal:instance SecurityDescriptor Settings:instance
    Source State:sint32 *TaskName *TaskPath Triggers:instance[] URI Version
""")

_LOGON_TYPES = {"": 0, "Password": 1, "S4U": 2, "InteractiveToken": 3, "InteractiveTokenOrPassword": 6}
_POLICIES = {"Parallel": 0, "Queue": 1, "IgnoreNew": 2, "StopExisting": 3}
_TRIGGER_CLASSES = {
    "BootTrigger": "MSFT_TaskBootTrigger",
    "RegistrationTrigger": "MSFT_TaskRegistrationTrigger",
    "IdleTrigger": "MSFT_TaskIdleTrigger",
    "TimeTrigger": "MSFT_TaskTimeTrigger",
    "EventTrigger": "MSFT_TaskEventTrigger",
    "LogonTrigger": "MSFT_TaskLogonTrigger",
    "SessionStateChangeTrigger": "MSFT_TaskSessionStateChangeTrigger",
}


def _true(text: str) -> bool:
    return text in ("true", "1")


def _text(element: Element, name: str) -> str | None:
    found = element.find(name)
    return found.text.strip() if found else None


def _action(action: Element) -> Embedded:
    if action.name == "Exec":
        return Embedded(
            "MSFT_TaskExecAction",
            {
                "Id": action.attributes.get("id"),
                "Arguments": _text(action, "Arguments"),
                "Execute": _text(action, "Command"),
                "WorkingDirectory": _text(action, "WorkingDirectory"),
            },
        )
    return Embedded("MSFT_TaskComHandlerAction", {"ClassId": _text(action, "ClassId"), "Data": _text(action, "Data")})


def _trigger(trigger: Element) -> Embedded:
    name = _TRIGGER_CLASSES.get(trigger.name, "MSFT_TaskTrigger")
    own: dict[str, CimValue] = {}
    if day := trigger.find("ScheduleByDay"):
        name, own = "MSFT_TaskDailyTrigger", {"DaysInterval": int(day.value("DaysInterval", "1"))}
    elif week := trigger.find("ScheduleByWeek"):
        days = week.find("DaysOfWeek")
        names = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
        mask = sum(1 << names.index(child.name) for child in (days.children if days else ()))
        name = "MSFT_TaskWeeklyTrigger"
        own = {"DaysOfWeek": mask, "WeeksInterval": int(week.value("WeeksInterval", "1"))}
    return Embedded(
        name,
        {
            "Enabled": _true(trigger.value("Enabled", "true")),
            "EndBoundary": _text(trigger, "EndBoundary"),
            "ExecutionTimeLimit": _text(trigger, "ExecutionTimeLimit"),
            "Id": trigger.attributes.get("id"),
            "Repetition": Embedded(
                "MSFT_TaskRepetitionPattern",
                {
                    "Duration": trigger.value("Repetition/Duration") or None,
                    "Interval": trigger.value("Repetition/Interval") or None,
                    "StopAtDurationEnd": _true(trigger.value("Repetition/StopAtDurationEnd", "false")),
                },
            ),
            "StartBoundary": _text(trigger, "StartBoundary"),
            **own,
        },
    )


def _principal(host: Host, task: Task) -> Embedded:
    principal = task.definition.find("Principals/Principal") or Element("Principal")
    account = host.tasks.account_of(task)
    group = principal.find("GroupId") is not None
    logon = _LOGON_TYPES[principal.value("LogonType")]
    if account and account.sid in ("S-1-5-18", "S-1-5-19", "S-1-5-20"):
        logon = 5
    # The provider translates identifiers into names, in the language of the system.
    name = account.name if account else principal.value("UserId") or principal.value("GroupId")
    return Embedded(
        "MSFT_TaskPrincipal2",
        {
            "DisplayName": _text(principal, "DisplayName"),
            "GroupId": name if group else None,
            "Id": principal.attributes.get("id"),
            "LogonType": 4 if group else logon,
            "ProcessTokenSidType": 2,
            "RequiredPrivilege": None,
            "RunLevel": 1 if principal.value("RunLevel") == "HighestAvailable" else 0,
            "UserId": None if group else name,
        },
    )


def _settings(task: Task) -> Embedded:
    settings = task.definition.find("Settings") or Element("Settings")
    version = task.definition.attributes.get("version", "1.0")

    def flag(name: str, default: str) -> bool:
        return _true(settings.value(name, default))

    return Embedded(
        "MSFT_TaskSettings3",
        {
            "AllowDemandStart": flag("AllowStartOnDemand", "true"),
            "AllowHardTerminate": flag("AllowHardTerminate", "true"),
            "Compatibility": min(int(version.partition(".")[2] or 2), 4),
            "DeleteExpiredTaskAfter": _text(settings, "DeleteExpiredTaskAfter"),
            "DisallowStartIfOnBatteries": flag("DisallowStartIfOnBatteries", "true"),
            "DisallowStartOnRemoteAppSession": flag("DisallowStartOnRemoteAppSession", "false"),
            "Enabled": flag("Enabled", "true"),
            "ExecutionTimeLimit": settings.value("ExecutionTimeLimit", "PT72H"),
            "Hidden": flag("Hidden", "false"),
            "MultipleInstances": _POLICIES[settings.value("MultipleInstancesPolicy", "IgnoreNew")],
            "Priority": int(settings.value("Priority", "7")),
            "RestartCount": int(settings.value("RestartOnFailure/Count", "0")),
            "RestartInterval": settings.value("RestartOnFailure/Interval") or None,
            "RunOnlyIfIdle": flag("RunOnlyIfIdle", "false"),
            "RunOnlyIfNetworkAvailable": flag("RunOnlyIfNetworkAvailable", "false"),
            "StartWhenAvailable": flag("StartWhenAvailable", "false"),
            "StopIfGoingOnBatteries": flag("StopIfGoingOnBatteries", "true"),
            "UseUnifiedSchedulingEngine": flag("UseUnifiedSchedulingEngine", "false"),
            "volatile": flag("Volatile", "false"),
            "WakeToRun": flag("WakeToRun", "false"),
        },
    )


def _children(task: Task, name: str) -> list[Element]:
    element = task.definition.find(name)
    return element.children if element else []


def _instance(host: Host, task: Task) -> dict[str, CimValue]:
    information = task.definition.find("RegistrationInfo") or Element("RegistrationInfo")
    described = ("Author", "Date", "Description", "Documentation", "SecurityDescriptor", "Source", "URI", "Version")
    return row(
        _TASK,
        {
            **{name: _text(information, name) for name in described},
            "Actions": [_action(action) for action in _children(task, "Actions")],
            "Principal": _principal(host, task),
            "Settings": _settings(task),
            "State": 4 if host.misbehaves("running_backup") and "OnlineBackup" in task.path else task.state,
            "TaskName": task.name,
            "TaskPath": task.folder,
            "Triggers": [_trigger(trigger) for trigger in _children(task, "Triggers")] or None,
        },
    )


def _instances(host: Host) -> list[dict[str, CimValue]]:
    """The provider reads all tasks, whatever the query, and fails as a whole for one that it cannot read."""
    tasks = host.tasks.visible()
    if broken := next((task.broken for task in tasks if task.broken), 0):
        raise CimFailure(broken, hresult_text(host.language, broken))
    return [_instance(host, task) for task in tasks]


def _embedded(host: Host, task: Task) -> Embedded:
    return Embedded("MSFT_ScheduledTask", _instance(host, task))


def _path(parameters: Mapping[str, CimValue]) -> str:
    folder = str(parameters.get("TaskPath") or "\\").strip("\\")
    name = str(parameters.get("TaskName") or "")
    if not name:
        raise CimFailure(0x80070057, "The parameter is incorrect.")
    return f"\\{folder}\\{name}" if folder else f"\\{name}"


Work = Callable[["Host", Mapping[str, CimValue]], CimValue]


def _method(name: str, work: Work, parameters: str, output: str = "") -> Method:
    """The provider reports errors of Task Scheduler as failures, not as return values."""

    def call(host: Host, _keys: Mapping[str, str], values: Mapping[str, CimValue]) -> dict[str, CimValue]:
        try:
            result = work(host, values)
        except TaskError as error:
            message = hresult_text(host.language, error.hresult)
            raise CimFailure(error.hresult, f"{message}\r\n{error.where}" if error.where else message) from error
        return {"ReturnValue": 0, "cmdletOutput": result} if output else {"ReturnValue": 0}

    return Method(name, call, properties(parameters), properties(output), static=True)


def _export(host: Host, parameters: Mapping[str, CimValue]) -> str:
    return task_xml.serialise(host.tasks.get(_path(parameters)).definition)


def _info(host: Host, parameters: Mapping[str, CimValue]) -> Embedded:
    task = host.tasks.get(_path(parameters))
    return Embedded(
        "MSFT_TaskDynamicInfo",
        {
            "LastRunTime": task.last_run,
            "LastTaskResult": task.last_result,
            "NextRunTime": None,
            "NumberOfMissedRuns": 0,
            "TaskName": task.name,
            "TaskPath": task.folder,
        },
    )


def _register(host: Host, parameters: Mapping[str, CimValue]) -> Embedded:
    if host.misbehaves("task_register_by_xml"):
        raise CimFailure(0x80041008, "Invalid parameter")
    task = host.tasks.register(
        _path(parameters),
        str(parameters.get("Xml") or ""),
        force=bool(parameters.get("Force")),
        user=parameters.get("User"),
        password=parameters.get("Password"),
    )
    return _embedded(host, task)


def _delete(host: Host, keys: Mapping[str, str]) -> None:
    values = {name.lower(): value for name, value in keys.items()}
    try:
        host.tasks.delete(_path({"TaskName": values.get("taskname"), "TaskPath": values.get("taskpath")}))
    except TaskError as error:
        raise CimFailure(0x80041002, "Not found") from error


_NAMED = "TaskName TaskPath"
_METHODS = (
    _method("ExportByName", _export, _NAMED, "cmdletOutput"),
    _method("GetInfoByName", _info, _NAMED, "cmdletOutput:instance"),
    _method(
        "EnableByName",
        lambda host, values: _embedded(host, host.tasks.set_enabled(_path(values), True)),
        _NAMED,
        "cmdletOutput:instance",
    ),
    _method(
        "DisableByName",
        lambda host, values: _embedded(host, host.tasks.set_enabled(_path(values), False)),
        _NAMED,
        "cmdletOutput:instance",
    ),
    _method("RegisterByXml", _register, "Force:boolean Xml Password User TaskPath TaskName", "cmdletOutput:instance"),
    _method("StartByPath", lambda host, values: host.tasks.start(_path(values)), "TaskPath TaskName"),
    _method("StopByPath", lambda host, values: host.tasks.stop(_path(values)), "TaskPath TaskName"),
)


def classes() -> list[CimClass]:
    return [
        CimClass(
            NAMESPACE,
            "MSFT_ScheduledTask",
            _TASK,
            _instances,
            delete=_delete,
        ),
        CimClass(NAMESPACE, "PS_ScheduledTask", (), lambda _host: (), _METHODS),
    ]
