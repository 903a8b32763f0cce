# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Task definitions of the Task Scheduler 2.0 ([MS-TSCH] 2.5): read them, and change a few things in them.

An edit does not change the meaning of anything else in a definition: the schedule, the actions, elements of later
Windows versions. It may change the notation, which the Task Scheduler normalizes anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from .accounts import LOCAL_SYSTEM
from .errors import CimError

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
#: Without an encoding, a declaration fits a text in memory as well as a file in ASCII.
DECLARATION = '<?xml version="1.0"?>'

MultipleInstances = Literal["IgnoreNew", "Parallel", "Queue", "StopExisting"]

# Unprefixed, as Windows writes it
ElementTree.register_namespace("", NAMESPACE)

_TASK = f"{{{NAMESPACE}}}"
_TRUE = ("true", "1")  # xs:boolean
_FINER = re.compile(r"(\.\d{6})\d+")
_WEEK = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


class TaskXmlError(CimError):
    """The text is not a task definition."""


@dataclass(frozen=True)
class Trigger:
    """One trigger.

    :ivar type: its element name, such as ``CalendarTrigger``.
    :ivar interval_hours: the longest time between two starts; None for schedules other than daily and weekly ones.
    :ivar start: when it begins to count, None if at once. Without a zone it is in the host's local time.
    :ivar end: when it ends to count, None if never; likewise.
    :ivar once: whether it starts the task at ``start`` and at no other time.
    :ivar days: days of the week, 0 for Sunday, on which it may start the task at the time of ``start``, and at no other
        time of that day; None for schedules other than daily and weekly ones.
    """

    type: str
    enabled: bool
    interval_hours: int | None
    start: datetime | None
    end: datetime | None
    once: bool
    days: tuple[int, ...] | None


@dataclass(frozen=True)
class Principal:
    """The account or group a task runs as.

    :ivar id: as in the definition, a SID or a name in the host's language; "" if there is none.
    :ivar logon_type: ``Password``, ``S4U``, ``InteractiveToken``, ...; None for service accounts and groups.
    """

    id: str
    kind: Literal["user", "group"]
    logon_type: str | None


@dataclass(frozen=True)
class TaskDefinition:
    """A task's XML, what is read from it, and edits, each of which returns a new definition.

    The elements that edits add may be in any order (``xs:all`` in taskType, settingsType and principalType). Only in
    triggers the order is fixed, and no edit adds an element there, since an absent Enabled means true.
    """

    xml: str
    enabled: bool
    triggers: tuple[Trigger, ...]
    principal: Principal
    multiple_instances: str

    @classmethod
    def parse(cls, xml: str) -> TaskDefinition:
        """Read a definition; a declared encoding is ignored. Raises :class:`TaskXmlError`."""
        xml = xml.lstrip("\ufeff \t\r\n")  # nothing may precede an XML declaration
        return cls._of(_parse(xml), xml)

    @classmethod
    def _of(cls, task: Element, xml: str) -> TaskDefinition:
        return cls(
            xml=xml,
            enabled=_is_enabled(task.find(f"{_TASK}Settings")),
            triggers=tuple(map(_trigger, _triggers(task))),
            principal=_principal(task),
            multiple_instances=_text(task, "Settings", "MultipleInstancesPolicy") or "IgnoreNew",
        )

    def with_enabled(self, enabled: bool) -> TaskDefinition:
        """Enable or disable the task; its triggers stay as they are."""
        return self if enabled == self.enabled else self._with_setting("Enabled", str(enabled).lower())

    def with_triggers_enabled(self) -> TaskDefinition:
        """Enable all triggers."""
        if all(trigger.enabled for trigger in self.triggers):
            return self

        def enable(task: Element) -> None:
            for trigger in _triggers(task):
                if not _is_enabled(trigger):
                    _set(trigger, "Enabled", "true")

        return self._edited(enable)

    def with_multiple_instances(self, policy: MultipleInstances) -> TaskDefinition:
        """Set what happens if the task is to start while it is running."""
        return self if policy == self.multiple_instances else self._with_setting("MultipleInstancesPolicy", policy)

    def with_system_principal(self) -> TaskDefinition:
        """Let SYSTEM run the task, at the same run level.

        In the schema, a service account has no logon type. Windows asks for no password for it.
        """
        if self.principal.id == LOCAL_SYSTEM and self.principal.kind == "user":
            return self

        def let_system_run_it(task: Element) -> None:
            principals = _part(task, "Principals")
            principal = principals.find(f"{_TASK}Principal")
            if principal is None:
                principal = SubElement(principals, f"{_TASK}Principal")
                if context := task.find(f"{_TASK}Actions").get("Context"):  # type: ignore[union-attr]  # parsed
                    principal.set("id", context)
            for name in ("GroupId", "LogonType"):
                for child in principal.findall(_TASK + name):
                    principal.remove(child)
            _set(principal, "UserId", LOCAL_SYSTEM)

        return self._edited(let_system_run_it)

    def _with_setting(self, name: str, value: str) -> TaskDefinition:
        return self._edited(lambda task: _set(_part(task, "Settings"), name, value))

    def _edited(self, edit: Callable[[Element], None]) -> TaskDefinition:
        task = _parse(self.xml)
        edit(task)
        return TaskDefinition._of(task, _serialize(task))


def ascii_xml(xml: str) -> str:
    """Return the definition in ASCII without a declared encoding, so that every host reads a file of it alike.

    Raises :class:`TaskXmlError` if that is impossible, for example because of a comment in another script.
    """
    body = re.sub(r"^\s*<\?xml[^>]*\?>\s*", "", xml)
    text = body.encode("ascii", "xmlcharrefreplace").decode()
    if _content(text) != _content(body):
        raise TaskXmlError("the task definition contains characters outside ASCII where XML does not allow references")
    return f"{DECLARATION}\n{text}"


def _content(xml: str) -> str:
    return ElementTree.canonicalize(xml, with_comments=True)


class _Builder(ElementTree.TreeBuilder):
    def __init__(self) -> None:
        super().__init__(insert_comments=True, insert_pis=True)

    def doctype(self, *_unused: object) -> None:
        """Refuse a document type, which no real definition has: it could redefine the content."""
        raise TaskXmlError("the task definition contains a document type declaration")


def _parse(xml: str) -> Element:
    try:
        task = ElementTree.fromstring(xml, ElementTree.XMLParser(target=_Builder()))
    except (ElementTree.ParseError, UnicodeEncodeError) as error:
        raise TaskXmlError(f"the task definition is not well-formed XML ({error})") from error
    if task.tag != f"{_TASK}Task" or task.find(f"{_TASK}Actions") is None:
        raise TaskXmlError(f"the XML is not a task definition of the namespace {NAMESPACE}")
    return task


def _serialize(task: Element) -> str:
    if any(isinstance(node.tag, str) and not node.tag.startswith("{") for node in task.iter()):
        # It would be serialized into the namespace of the task.
        raise TaskXmlError("the task definition contains an element without a namespace: change this task by hand")
    xml: str = ElementTree.tostring(task, encoding="unicode")
    # A parser reads a carriage return as a line feed, unless it is a character reference.
    return xml.replace("\r", "&#13;")


def _triggers(task: Element) -> list[Element]:
    # The tag of a comment is a function
    return [node for node in task.findall(f"{_TASK}Triggers/*") if isinstance(node.tag, str)]


def _trigger(node: Element) -> Trigger:
    days = _longest_gap(node)
    kind = node.tag.removeprefix(_TASK)
    return Trigger(
        type=kind,
        enabled=_is_enabled(node),
        interval_hours=None if days is None else 24 * days,
        start=_time(_text(node, "StartBoundary")),
        end=_time(_text(node, "EndBoundary")),
        once=kind == "TimeTrigger" and _text(node, "Repetition", "Interval") is None,
        days=_days(node),
    )


def _days(trigger: Element) -> tuple[int, ...] | None:
    if _text(trigger, "StartBoundary") is None or _text(trigger, "Repetition", "Interval") is not None:
        return None
    if trigger.find(f"{_TASK}ScheduleByDay") is not None:
        return tuple(range(len(_WEEK)))
    return tuple(_chosen_days(trigger)) or None


def _chosen_days(trigger: Element) -> list[int]:
    """Return the days of a weekly schedule, 0 for Sunday; none for other schedules."""
    chosen = {str(day.tag).removeprefix(_TASK) for day in trigger.findall(f"{_TASK}ScheduleByWeek/{_TASK}DaysOfWeek/*")}
    return [number for number, day in enumerate(_WEEK) if day in chosen]


def _longest_gap(trigger: Element) -> int | None:
    """Return the most days between two starts of a daily or weekly schedule ([MS-TSCH] 2.5.3.3)."""
    if trigger.find(f"{_TASK}ScheduleByDay") is not None:
        return _number(trigger, "ScheduleByDay", "DaysInterval")
    weeks = _number(trigger, "ScheduleByWeek", "WeeksInterval")
    days = _chosen_days(trigger)
    if weeks is None or not days:
        return None
    return max(later - day for day, later in zip(days, [*days[1:], days[0] + 7 * weeks], strict=True))


def _number(node: Element, *path: str) -> int | None:
    """Return a number of a schedule, which is 1 where the element is missing; None for what is no number."""
    if node.find(_TASK + path[0]) is None:
        return None
    text = _text(node, *path)
    return 1 if text is None else int(text) if text.isascii() and text.isdigit() else None


def _time(text: str | None) -> datetime | None:
    """Return an xs:dateTime. Windows writes more digits of a second than Python knows."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(_FINER.sub(r"\1", text.replace("Z", "+00:00")))
    except ValueError as error:
        raise TaskXmlError(f"the task definition contains the time {text[:40]!r}, which is not one") from error


def _part(task: Element, name: str) -> Element:
    """Return a part of the definition, which is added before the actions if it is missing."""
    part = task.find(_TASK + name)
    if part is None:
        part = Element(_TASK + name)
        task.insert([node.tag for node in task].index(f"{_TASK}Actions"), part)
    return part


def _set(parent: Element, name: str, text: str) -> None:
    node = parent.find(_TASK + name)
    if node is None:
        node = SubElement(parent, _TASK + name)
    node.text = text


def _text(parent: Element, *path: str) -> str | None:
    text = parent.findtext("/".join(_TASK + name for name in path))
    return text.strip() if text is not None else None


def _is_enabled(node: Element | None) -> bool:
    value = _text(node, "Enabled") if node is not None else None
    return value is None or value.lower() in _TRUE


def _principal(task: Element) -> Principal:
    group = _text(task, "Principals", "Principal", "GroupId")
    return Principal(
        id=group or _text(task, "Principals", "Principal", "UserId") or "",
        kind="group" if group else "user",
        logon_type=_text(task, "Principals", "Principal", "LogonType") or None,
    )
