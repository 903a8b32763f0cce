# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task definitions: the XML of Task Scheduler 2.0, checked as a task is registered and rewritten as Windows stores it.

Children of Task, RegistrationInfo, Principal, Settings and Exec come in any order (``xs:all`` in Microsoft's schema);
in a trigger the elements of its own kind come after those every trigger has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"

SCHED_E_UNEXPECTEDNODE = 0x80041316
SCHED_E_NAMESPACE = 0x80041317
SCHED_E_INVALIDVALUE = 0x80041318
SCHED_E_MISSINGNODE = 0x80041319
SCHED_E_MALFORMEDXML = 0x8004131A


class TaskXmlError(Exception):
    """Task Scheduler refuses a definition: an HRESULT and where, as ``(line,column):Element:value``."""

    def __init__(self, hresult: int, where: str) -> None:
        super().__init__(f"0x{hresult:08X} {where}")
        self.hresult = hresult
        self.where = where


@dataclass
class Element:
    """An element in the task namespace, without prefixes."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)
    position: tuple[int, int] = (1, 1)

    def find(self, path: str) -> Element | None:
        """The first element below, by names separated with ``/``."""
        name, _unused, rest = path.partition("/")
        child = next((child for child in self.children if child.name == name), None)
        return child.find(rest) if child and rest else child

    def value(self, path: str, default: str = "") -> str:
        found = self.find(path)
        return found.text.strip() if found else default

    def set(self, path: str, text: str) -> None:
        name, _unused, rest = path.partition("/")
        child = self.find(name)
        if child is None:
            child = Element(name)
            self.children.append(child)
        if rest:
            child.set(rest, text)
        else:
            child.text = text

    def remove(self, name: str) -> None:
        self.children = [child for child in self.children if child.name != name]

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.walk()


def parse(text: str, encodings: tuple[str, ...]) -> Element:
    """The document; ``encodings`` are those its declaration may name, given how the text was stored."""
    declared = re.match(r"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)["']""", text)
    if declared and declared[1].upper() not in encodings:
        raise TaskXmlError(SCHED_E_MALFORMEDXML, f"(1,{declared.end()})::ERROR: unable to switch the encoding")
    body = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", lambda match: " " * len(match[0]), text, count=1)
    parser = expat.ParserCreate(namespace_separator="|")
    stack: list[Element] = []
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        position = (parser.CurrentLineNumber, parser.CurrentColumnNumber + 2)
        namespace, _unused, local = name.rpartition("|")
        if namespace != NAMESPACE:
            raise TaskXmlError(SCHED_E_NAMESPACE, f"({position[0]},{position[1]}):{local}:")
        element = Element(local, dict(attributes), position=position)
        (stack[-1].children if stack else roots).append(element)
        stack.append(element)

    def data(text: str) -> None:
        stack[-1].text += text

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = data
    try:
        parser.Parse(body.encode("utf-8"), True)
    except expat.ExpatError as error:
        raise TaskXmlError(SCHED_E_MALFORMEDXML, f"({error.lineno},{error.offset})::ERROR: not well-formed") from error
    return roots[0]


Check = Callable[[str], bool]
_BOOLEAN: Check = re.compile("true|false|0|1").fullmatch  # type: ignore[assignment]
_DURATION: Check = re.compile(  # type: ignore[assignment]
    r"P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?",
).fullmatch
_DATETIME: Check = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?").fullmatch  # type: ignore[assignment]
_NUMBER: Check = str.isdigit


def _text(_value: str) -> bool:
    return True


def _one_of(*values: str) -> Check:
    return lambda value: value in values


@dataclass(frozen=True)
class Complex:
    """An element with children: by name a check of the text, or another element's rule."""

    children: dict[str, Check | Complex]
    required: tuple[str, ...] = ()
    repeated: bool = False
    # Children that must come before all others (the base type of an extended sequence).
    first: frozenset[str] = frozenset()


_DAYS = Complex(dict.fromkeys(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), _text))
_MONTHS = Complex(
    dict.fromkeys(
        (
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        _text,
    ),
)
_TRIGGER_BASE: dict[str, Check | Complex] = {
    "Enabled": _BOOLEAN,
    "StartBoundary": _DATETIME,
    "EndBoundary": _DATETIME,
    "Repetition": Complex({"Interval": _DURATION, "Duration": _DURATION, "StopAtDurationEnd": _BOOLEAN}, ("Interval",)),
    "ExecutionTimeLimit": _DURATION,
}


def _trigger(own: dict[str, Check | Complex], required: tuple[str, ...] = ()) -> Complex:
    return Complex({**_TRIGGER_BASE, **own}, required, first=frozenset(_TRIGGER_BASE))


_CALENDAR = _trigger(
    {
        "RandomDelay": _DURATION,
        "ScheduleByDay": Complex({"DaysInterval": _NUMBER}),
        "ScheduleByWeek": Complex({"WeeksInterval": _NUMBER, "DaysOfWeek": _DAYS}),
        "ScheduleByMonth": Complex({"DaysOfMonth": Complex({"Day": _text}, repeated=True), "Months": _MONTHS}),
        "ScheduleByMonthDayOfWeek": Complex(
            {"Weeks": Complex({"Week": _text}, repeated=True), "DaysOfWeek": _DAYS, "Months": _MONTHS},
        ),
    },
    ("StartBoundary",),
)
_SETTINGS = Complex(
    {
        "AllowStartOnDemand": _BOOLEAN,
        "RestartOnFailure": Complex({"Interval": _DURATION, "Count": _NUMBER}, ("Interval", "Count")),
        "MultipleInstancesPolicy": _one_of("Parallel", "Queue", "IgnoreNew", "StopExisting"),
        "DisallowStartIfOnBatteries": _BOOLEAN,
        "StopIfGoingOnBatteries": _BOOLEAN,
        "AllowHardTerminate": _BOOLEAN,
        "StartWhenAvailable": _BOOLEAN,
        "NetworkProfileName": _text,
        "RunOnlyIfNetworkAvailable": _BOOLEAN,
        "WakeToRun": _BOOLEAN,
        "Enabled": _BOOLEAN,
        "Hidden": _BOOLEAN,
        "DeleteExpiredTaskAfter": _DURATION,
        "IdleSettings": Complex(
            {"Duration": _DURATION, "WaitTimeout": _DURATION, "StopOnIdleEnd": _BOOLEAN, "RestartOnIdle": _BOOLEAN},
        ),
        "NetworkSettings": Complex({"Name": _text, "Id": _text}),
        "ExecutionTimeLimit": _DURATION,
        "Priority": lambda value: value.isdigit() and int(value) <= 10,
        "RunOnlyIfIdle": _BOOLEAN,
        "DisallowStartOnRemoteAppSession": _BOOLEAN,
        "UseUnifiedSchedulingEngine": _BOOLEAN,
        "MaintenanceSettings": Complex(
            {"Period": _DURATION, "Deadline": _DURATION, "Exclusive": _BOOLEAN}, ("Period",)
        ),
        "Volatile": _BOOLEAN,
    },
)
_SINCE = {
    "DisallowStartOnRemoteAppSession": "1.3",
    "UseUnifiedSchedulingEngine": "1.3",
    "ProcessTokenSidType": "1.3",
    "RequiredPrivileges": "1.3",
    "MaintenanceSettings": "1.4",
    "Volatile": "1.4",
}
_TASK = Complex(
    {
        "RegistrationInfo": Complex(
            {
                **dict.fromkeys(("URI", "SecurityDescriptor", "Source", "Author", "Version", "Description"), _text),
                "Documentation": _text,
                "Date": _DATETIME,
            },
        ),
        "Triggers": Complex(
            {
                "BootTrigger": _trigger({"Delay": _DURATION}),
                "RegistrationTrigger": _trigger({"Delay": _DURATION}),
                "IdleTrigger": _trigger({}),
                "TimeTrigger": _trigger({"RandomDelay": _DURATION}, ("StartBoundary",)),
                "EventTrigger": _trigger(
                    {
                        "Subscription": _text,
                        "Delay": _DURATION,
                        "ValueQueries": Complex({"Value": _text}, repeated=True),
                    },
                    ("Subscription",),
                ),
                "LogonTrigger": _trigger({"UserId": _text, "Delay": _DURATION}),
                "SessionStateChangeTrigger": _trigger(
                    {"UserId": _text, "Delay": _DURATION, "StateChange": _text},
                    ("StateChange",),
                ),
                "CalendarTrigger": _CALENDAR,
            },
            repeated=True,
        ),
        "Settings": _SETTINGS,
        "Data": _text,
        "Principals": Complex(
            {
                "Principal": Complex(
                    {
                        "UserId": _text,
                        "LogonType": _one_of("S4U", "Password", "InteractiveToken", "InteractiveTokenOrPassword"),
                        "GroupId": _text,
                        "DisplayName": _text,
                        "RunLevel": _one_of("LeastPrivilege", "HighestAvailable"),
                        "ProcessTokenSidType": _one_of("None", "Unrestricted", "Default"),
                        "RequiredPrivileges": Complex({"Privilege": _text}, repeated=True),
                    },
                ),
            },
        ),
        "Actions": Complex(
            {
                "Exec": Complex({"Command": _text, "Arguments": _text, "WorkingDirectory": _text}, ("Command",)),
                "ComHandler": Complex({"ClassId": _text, "Data": _text}, ("ClassId",)),
            },
            repeated=True,
        ),
    },
    ("Actions",),
)


def newest_version(build: int) -> str:
    """The newest task schema version a release reads."""
    for first_build, version in ((14393, "1.6"), (10240, "1.5"), (9200, "1.4"), (7600, "1.3")):
        if build >= first_build:
            return version
    return "1.2"


def _where(element: Element, value: str = "") -> str:
    return f"({element.position[0]},{element.position[1]}):{element.name}:{value}"


def _check(element: Element, rule: Check | Complex, version: str) -> None:
    if not isinstance(rule, Complex):
        if element.children:
            raise TaskXmlError(SCHED_E_UNEXPECTEDNODE, _where(element.children[0]))
        if not rule(element.text.strip()):
            raise TaskXmlError(SCHED_E_INVALIDVALUE, _where(element, element.text.strip()))
        return
    seen: set[str] = set()
    for child in element.children:
        expected = rule.children.get(child.name)
        out_of_order = child.name in rule.first and bool(seen - rule.first)
        too_new = _SINCE.get(child.name, "1.0") > version
        if expected is None or too_new or out_of_order or (child.name in seen and not rule.repeated):
            raise TaskXmlError(SCHED_E_UNEXPECTEDNODE, _where(child))
        seen.add(child.name)
        _check(child, expected, version)
    for name in rule.required:
        if name not in seen:
            raise TaskXmlError(SCHED_E_MISSINGNODE, _where(element, name))


def validate(root: Element, build: int) -> None:
    """Raise :class:`TaskXmlError` where this release of Windows would refuse the definition."""
    if root.name != "Task":
        raise TaskXmlError(SCHED_E_UNEXPECTEDNODE, _where(root))
    version = root.attributes.get("version", "1.0")
    if not re.fullmatch(r"1\.\d", version) or version > newest_version(build):
        raise TaskXmlError(SCHED_E_INVALIDVALUE, _where(root, version))
    _check(root, _TASK, newest_version(build) if version == "1.0" else version)
    actions = root.find("Actions")
    if actions is None or not actions.children:
        raise TaskXmlError(SCHED_E_MISSINGNODE, _where(actions or root))
    principal = root.find("Principals/Principal")
    context = actions.attributes.get("Context")
    if context is not None and (principal is None or principal.attributes.get("id") != context):
        raise TaskXmlError(SCHED_E_INVALIDVALUE, _where(actions, context))
    if principal and principal.find("UserId") and principal.find("GroupId"):
        raise TaskXmlError(SCHED_E_UNEXPECTEDNODE, _where(principal.find("GroupId") or principal))


_ORDER = ("RegistrationInfo", "Principals", "Settings", "Triggers", "Actions", "Data")
_DEFAULTS = {
    "AllowStartOnDemand": "true",
    "AllowHardTerminate": "true",
    "StartWhenAvailable": "false",
    "RunOnlyIfNetworkAvailable": "false",
    "WakeToRun": "false",
    "Enabled": "true",
    "Hidden": "false",
    "ExecutionTimeLimit": "PT72H",
    "Priority": "7",
    "RunOnlyIfIdle": "false",
}


def as_stored(root: Element) -> None:
    """Rewrite the definition in place as Windows 10 and Server 2016 and later return it: their order, no defaults."""
    settings = root.find("Settings")
    if settings is None:
        settings = Element("Settings")
        root.children.append(settings)
    settings.children = [
        child for child in settings.children if _DEFAULTS.get(child.name) != child.text.strip() or child.children
    ]
    for name, default in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "true"),
        ("StopIfGoingOnBatteries", "true"),
    ):
        if settings.find(name) is None:
            settings.set(name, default)
    if settings.find("IdleSettings") is None:
        settings.set("IdleSettings/StopOnIdleEnd", "true")
        settings.set("IdleSettings/RestartOnIdle", "false")
    root.children.sort(key=lambda child: _ORDER.index(child.name))


def serialise(root: Element, declaration: bool = True) -> str:
    """The document as Windows prints it: two spaces a level, CRLF, declared as UTF-16."""
    lines = ['<?xml version="1.0" encoding="UTF-16"?>'] if declaration else []

    def emit(element: Element, depth: int) -> None:
        attributes = dict(element.attributes)
        if depth == 0:
            attributes["xmlns"] = NAMESPACE
        opening = element.name + "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        indent = "  " * depth
        if element.children:
            lines.append(f"{indent}<{opening}>")
            for child in element.children:
                emit(child, depth + 1)
            lines.append(f"{indent}</{element.name}>")
        elif element.text.strip():
            lines.append(f"{indent}<{opening}>{escape(element.text)}</{element.name}>")
        else:
            lines.append(f"{indent}<{opening} />")

    emit(root, 0)
    return "\r\n".join(lines)
