# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""schtasks.exe: query, create, change, run, end, delete. Exit code 0 or 1; with /hresult the HRESULT."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from datetime import datetime

from tests.simulator.windows import task_xml
from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.filesystem import FileError
from tests.simulator.windows.messages import hresult_text
from tests.simulator.windows.task_xml import SCHED_E_INVALIDVALUE
from tests.simulator.windows.tasks import ERROR_FILE_NOT_FOUND, SCHED_S_TASK_HAS_NOT_RUN, Task, TaskError

E_INVALIDARG = 0x80070057
_MAXIMUM_COMMAND = 261

_COLUMNS = {
    "en": "TaskName|Next Run Time|Status",
    "de": "Aufgabenname|Nächste Laufzeit|Status",
    "ja": "タスク名|次回の実行時刻|状態",
}
_VERBOSE_COLUMNS = {
    "en": (
        "HostName|TaskName|Next Run Time|Status|Logon Mode|Last Run Time|Last Result|Author|Task To Run|Start In|"
        "Comment|Scheduled Task State|Idle Time|Power Management|Run As User|Delete Task If Not Rescheduled|"
        "Stop Task If Runs X Hours and X Mins|Schedule|Schedule Type|Start Time|Start Date|End Date|Days|Months|"
        "Repeat: Every|Repeat: Until: Time|Repeat: Until: Duration|Repeat: Stop If Still Running"
    ),
    "de": (
        "Hostname|Aufgabenname|Nächste Laufzeit|Status|Anmeldemodus|Letzte Laufzeit|Letztes Ergebnis|Autor|"
        "Auszuführende Aufgabe|Starten in|Kommentar|Status der geplanten Aufgabe|Leerlaufzeit|Energieverwaltung|"
        "Als Benutzer ausführen|Aufgabe löschen, wenn nicht neu geplant|"
        "Aufgabe, die X Stunden und X Minuten ausgeführt wurde, beenden|Zeitplan|Zeitplantyp|Startzeit|Startdatum|"
        "Enddatum|Tage|Monate|Wiederholen: jede|Wiederholen: bis: Zeit|Wiederholen: bis: Dauer|"
        "Wiederholen: beenden, wenn noch aktiv"
    ),
    "ja": (
        "ホスト名|タスク名|次回の実行時刻|状態|ログオン モード|前回の実行時刻|前回の結果|作成者|"
        "実行するタスク|開始|コメント|スケジュールされたタスクの状態|アイドル時間|電源管理|"
        "ユーザーとして実行|再度スケジュールされない場合はタスクを削除する|タスクを停止するまでの時間|"
        "スケジュール|スケジュールの種類|開始時刻|開始日|終了日|日|月|"
        "繰り返し: 間隔|繰り返し: 終了時刻|繰り返し: 期間|繰り返し: 実行中の場合は停止"
    ),
}
# Short dates as /sd takes them.
_DATES = {"en": "%m/%d/%Y", "de": "%d.%m.%Y", "ja": "%Y/%m/%d"}
_OPTIONS_WITH_VALUE = frozenset(
    "/tn /fo /ru /rp /u /p /s /tr /sc /mo /d /m /i /st /ri /et /du /sd /ed /ec /delay /rl".split(),  # noqa: SIM905
)
_FLAGS = frozenset(["/nh", "/v", "/f", "/k", "/it", "/np", "/z", "/v1", "/enable", "/disable", "/hresult", "/i"])


class _Refused(Exception):
    """The program ends with a message and an HRESULT."""

    def __init__(self, hresult: int, message: str) -> None:
        super().__init__(message)
        self.hresult = hresult
        self.message = message


def schtasks(context: Context, arguments: list[str]) -> int:
    """The exit code."""
    verbs: dict[str, Callable[[Context, dict[str, str]], None]] = {
        "/query": _query,
        "/create": _create,
        "/change": _change,
        "/run": _run,
        "/end": _end,
        "/delete": _delete,
    }
    verb = arguments[0].lower().replace("-", "/", 1) if arguments else "/query"
    with_result = any(argument.lower() == "/hresult" for argument in arguments)
    try:
        if verb not in verbs:
            raise _Refused(E_INVALIDARG, context.text("invalid_argument", arguments[0]))
        verbs[verb](context, _options(context, verb, arguments[1:]))
    except (_Refused, TaskError) as refusal:
        if isinstance(refusal, TaskError):
            message = hresult_text(context.host.language, refusal.hresult)
            message += f"\r\n{refusal.where}" if refusal.where else ""
        else:
            message = refusal.message
        context.complain(context.text("error") + message)
        return refusal.hresult if with_result else 1
    return 0


def _options(context: Context, verb: str, arguments: list[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    position = 0
    while position < len(arguments):
        option = arguments[position].lower()
        following = arguments[position + 1] if position + 1 < len(arguments) else None
        if option == "/xml" or (option == "/i" and verb == "/create"):
            takes_value = following is not None and not following.startswith("/")
        else:
            takes_value = option in _OPTIONS_WITH_VALUE and option != "/i"
        if not takes_value and option not in _FLAGS and option != "/xml":
            raise _Refused(E_INVALIDARG, context.text("invalid_argument", arguments[position]))
        if option in options:
            raise _Refused(E_INVALIDARG, context.text("invalid_syntax"))
        if takes_value:
            if following is None:
                raise _Refused(E_INVALIDARG, context.text("invalid_syntax"))
            options[option] = following
            position += 1
        else:
            options[option] = ""
        position += 1
    return options


def _name(context: Context, options: dict[str, str]) -> str:
    if not options.get("/tn"):
        raise _Refused(E_INVALIDARG, context.text("missing_option", "/tn"))
    return options["/tn"]


def _existing(context: Context, options: dict[str, str]) -> Task:
    name = _name(context, options)
    task = context.host.tasks.find(name)
    if task is None or task not in context.host.tasks.visible():
        raise _Refused(ERROR_FILE_NOT_FOUND, context.text("task_not_there", name))
    return task


def _query(context: Context, options: dict[str, str]) -> None:
    tasks = context.host.tasks.visible()
    if "/tn" in options:
        name = context.host.tasks.full_path(options["/tn"]).lower()
        below = options["/tn"].endswith("\\")
        if below:
            tasks = [task for task in tasks if task.folder.lower() == name.rstrip("\\") + "\\"]
        else:
            tasks = [task for task in tasks if task.path.lower() == name]
        if not tasks:
            raise _Refused(ERROR_FILE_NOT_FOUND, hresult_text(context.host.language, ERROR_FILE_NOT_FOUND))
    # A task that cannot be read costs a line; scripts find that about a bad definition among the rows of other tasks.
    for task in tasks:
        if task.broken:
            reason = hresult_text(context.host.language, task.broken)
            if task.broken == SCHED_E_INVALIDVALUE:
                context.print(context.text("error") + context.text("task_not_loaded", reason))
            else:
                context.complain(context.text("error") + reason)
            if context.host.misbehaves("schtasks_goes_on"):
                return
    if "/tn" in options and all(task.broken for task in tasks):
        raise _Refused(tasks[0].broken, hresult_text(context.host.language, tasks[0].broken))
    tasks = [task for task in tasks if not task.broken]
    if "/xml" in options:
        _print_xml(context, tasks, one=options["/xml"].lower() == "one", single="/tn" in options)
        return
    style = options.get("/fo", "table").lower()
    if style not in ("table", "list", "csv"):
        raise _Refused(E_INVALIDARG, context.text("invalid_argument", style))
    verbose = "/v" in options
    header = (_VERBOSE_COLUMNS if verbose else _COLUMNS)[context.host.language].split("|")
    folder = None
    shown = {task.folder for task in tasks}
    for task in tasks:
        # One table a folder: the header comes again and again, in CSV too.
        new_folder = task.folder != folder
        folder = task.folder
        for empty in _above(folder) if "/tn" not in options else ():
            if empty not in shown:
                shown.add(empty)
                if style != "csv":
                    context.print()
                    context.say("folder", empty.rstrip("\\") or "\\")
                context.say("no_tasks")
        row = _verbose_row(context, task) if verbose else _row(context, task)
        if style == "csv":
            rows = [header, row] if new_folder and "/nh" not in options else [row]
            context.print(_csv(rows), end="")
            continue
        if new_folder:
            context.print()
            context.say("folder", task.folder.rstrip("\\") or "\\")
            if style == "table" and "/nh" not in options:
                context.print(f"{header[0]:<40} {header[1]:<22} {header[2]:<15}")
                context.print("=" * 40 + " " + "=" * 22 + " " + "=" * 15)
        if style == "table":
            context.print(f"{task.name:<40} {row[1]:<22} {row[2]:<15}")
        else:
            for title, value in zip(header, row, strict=True):
                context.print(f"{title + ':':<38}{value}")


def _above(folder: str) -> list[str]:
    """The folders in which a folder is, from the root on."""
    names = folder.strip("\\").split("\\")
    return ["\\".join(["", *names[:depth], ""]) for depth in range(len(names))]


def _csv(rows: list[list[str]]) -> str:
    output = io.StringIO()
    csv.writer(output, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return output.getvalue()


def _print_xml(context: Context, tasks: list[Task], *, one: bool, single: bool) -> None:
    if single and not one:
        for task in tasks:
            context.print(task_xml.serialise(task.definition))
        return
    if one:
        context.print('<?xml version="1.0" encoding="UTF-16"?>\r\n<Tasks>')
    for task in tasks:
        context.print(f"<!-- {task.path} -->")
        context.print(task_xml.serialise(task.definition, declaration=not one))
    if one:
        context.print("</Tasks>")


def _row(context: Context, task: Task) -> list[str]:
    return [task.path, context.text("not_available"), context.text(f"state_{task.state}")]


def _verbose_row(context: Context, task: Task) -> list[str]:
    missing = context.text("not_available")
    action = task.definition.find("Actions/Exec")
    command = f"{action.value('Command')} {action.value('Arguments')}".strip() if action else "COM handler"
    principal = context.host.tasks.account_of(task)
    language = context.host.language
    last = task.last_run or datetime(1999, 11, 30)
    never = task.last_result == SCHED_S_TASK_HAS_NOT_RUN
    values = {
        0: context.host.computer_name,
        1: task.path,
        2: missing,
        3: context.text(f"state_{task.state}"),
        4: "Interactive/Background",
        5: datetime(1999, 11, 30).strftime(_DATES[language] + " %H:%M:%S")
        if never
        else f"{last:{_DATES[language]} %H:%M:%S}",
        6: str(task.last_result if task.last_result < 2**31 else task.last_result - 2**32),
        7: task.definition.value("RegistrationInfo/Author", missing),
        8: command,
        9: action.value("WorkingDirectory", missing) if action else missing,
        10: task.definition.value("RegistrationInfo/Description", missing),
        11: context.text("task_enabled" if task.enabled else "state_1"),
        14: principal.name if principal else missing,
    }
    return [values.get(column, missing) for column in range(28)]


def _create(context: Context, options: dict[str, str]) -> None:
    name = _name(context, options)
    tasks = context.host.tasks
    if tasks.find(name) and "/f" not in options:
        # It asks; without an answer on standard input nothing happens.
        context.print(f'WARNING: The task name "{name}" already exists. Do you want to replace it (Y/N)? ', end="")
        if context.decode(context.stdin.read_line()).strip().lower() not in ("y", "j"):
            raise _Refused(0x800700B7, hresult_text(context.host.language, 0x800700B7))
    if "/xml" in options:
        xml, encodings = _read_definition(context, options["/xml"])
        tasks.register(name, xml, user=options.get("/ru"), password=options.get("/rp"), encodings=encodings)
    else:
        tasks.register(name, _definition(context, options), user=options.get("/ru"), password=options.get("/rp"))
    context.print(context.text("success") + context.text("task_created", name))


def _read_definition(context: Context, path: str) -> tuple[str, tuple[str, ...]]:
    try:
        data = context.read(path)
    except FileError as error:
        raise _Refused(0x80070000 | error.code, hresult_text(context.host.language, 0x80070000 | error.code)) from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16"), ("UTF-16",)
    return data.decode("utf-8-sig", errors="replace"), ("UTF-8",)


_SCHEDULES = {"once": "TimeTrigger", "daily": "CalendarTrigger", "onstart": "BootTrigger"}


def _definition(context: Context, options: dict[str, str]) -> str:
    """The definition ``/sc`` and its companions stand for (once, daily and onstart only)."""
    schedule = options.get("/sc", "").lower()
    for option in ("/sc", "/tr"):
        if not options.get(option):
            raise _Refused(E_INVALIDARG, context.text("missing_option", option))
    if schedule not in _SCHEDULES:
        raise _Refused(E_INVALIDARG, context.text("invalid_argument", schedule))
    if len(options["/tr"]) > _MAXIMUM_COMMAND:
        raise _Refused(E_INVALIDARG, context.text("option_too_long", "/TR", _MAXIMUM_COMMAND))
    if schedule == "once" and "/st" not in options:
        raise _Refused(E_INVALIDARG, context.text("missing_option", "/st"))
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", options.get("/st", "00:00")):
        raise _Refused(E_INVALIDARG, context.text("invalid_argument", "/st"))
    command, arguments = _split_command(options["/tr"])
    root = task_xml.Element("Task", {"version": "1.2"})
    root.set("RegistrationInfo/Date", f"{context.host.clock.now():%Y-%m-%dT%H:%M:%S}")
    root.set("RegistrationInfo/Author", context.host.user.full_name)
    trigger = f"Triggers/{_SCHEDULES[schedule]}"
    if schedule == "onstart":
        root.set(f"{trigger}/Enabled", "true")
    else:
        root.set(f"{trigger}/StartBoundary", f"{_start_date(context, options)}T{options.get('/st', '00:00')}:00")
        root.set(f"{trigger}/Enabled", "true")
    if schedule == "daily":
        root.set(f"{trigger}/ScheduleByDay/DaysInterval", options.get("/mo", "1"))
    if options.get("/rl", "").lower() == "highest":
        root.set("Principals/Principal/RunLevel", "HighestAvailable")
    root.set("Principals/Principal/UserId", context.host.user.sid)
    principal = root.find("Principals/Principal")
    assert principal is not None
    principal.attributes["id"] = "Author"
    root.set("Actions/Exec/Command", command)
    if arguments:
        root.set("Actions/Exec/Arguments", arguments)
    actions = root.find("Actions")
    assert actions is not None
    actions.attributes["Context"] = "Author"
    return task_xml.serialise(root)


def _start_date(context: Context, options: dict[str, str]) -> str:
    if "/sd" not in options:
        return f"{context.host.clock.now():%Y-%m-%d}"
    try:
        return f"{datetime.strptime(options['/sd'], _DATES[context.host.language]):%Y-%m-%d}"
    except ValueError as error:
        raise _Refused(E_INVALIDARG, context.text("invalid_argument", "/sd")) from error


def _split_command(text: str) -> tuple[str, str]:
    if text.startswith('"'):
        command, _unused, rest = text[1:].partition('"')
        return command, rest.strip()
    command, _unused, rest = text.partition(" ")
    return command, rest.strip()


def _change(context: Context, options: dict[str, str]) -> None:
    task = _existing(context, options)
    if not {"/enable", "/disable", "/ru", "/rp", "/tr", "/st", "/sd", "/rl"} & set(options):
        raise _Refused(E_INVALIDARG, context.text("invalid_syntax"))
    tasks = context.host.tasks
    if "/ru" in options:
        tasks.set_user(task.path, options["/ru"], options.get("/rp"))
    if "/tr" in options:
        command, arguments = _split_command(options["/tr"])
        task.definition.set("Actions/Exec/Command", command)
        task.definition.set("Actions/Exec/Arguments", arguments)
    if "/enable" in options or "/disable" in options:
        tasks.set_enabled(task.path, "/enable" in options)
    context.print(context.text("success") + context.text("task_changed", options["/tn"]))


def _run(context: Context, options: dict[str, str]) -> None:
    context.host.tasks.start(_existing(context, options).path)
    context.print(context.text("success") + context.text("task_run", options["/tn"]))


def _end(context: Context, options: dict[str, str]) -> None:
    context.host.tasks.stop(_existing(context, options).path)
    context.print(context.text("success") + context.text("task_ended", options["/tn"]))


def _delete(context: Context, options: dict[str, str]) -> None:
    task = _existing(context, options)
    if "/f" not in options:
        context.print(f'WARNING: Are you sure you want to remove the task "{task.path}" (Y/N)? ', end="")
        if context.decode(context.stdin.read_line()).strip().lower() not in ("y", "j"):
            raise _Refused(0x800704C7, context.text("cancelled"))
    context.host.tasks.delete(task.path)
    context.print(context.text("success") + context.text("task_deleted", options["/tn"]))
