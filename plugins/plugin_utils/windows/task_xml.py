# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task definitions of the Task Scheduler 2.0 ([MS-TSCH] 2.5): read them, and change a few things in them.

An edit replaces characters of the original text, so whatever it is not about stays as it was, character by character:
the schedule, the actions, comments, prefixes, elements of later Windows versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import escape

from .accounts import LOCAL_SYSTEM
from .errors import CimError

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"

MultipleInstances = Literal["IgnoreNew", "Parallel", "Queue", "StopExisting"]

_TAG_END = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*')*>""")
_TRUE = ("true", "1")  # xs:boolean


class TaskXmlError(CimError):
    """The text is no task definition."""


@dataclass(frozen=True)
class Trigger:
    """One trigger: its element name, such as ``CalendarTrigger``, and whether it is enabled."""

    type: str
    enabled: bool


@dataclass(frozen=True)
class Principal:
    """Who a task runs as.

    :ivar id: the account as the definition has it, a SID or a name in the host's language; "" if it names none.
    :ivar logon_type: ``Password``, ``S4U``, ``InteractiveToken``, ...; None for service accounts and groups.
    """

    id: str
    kind: Literal["user", "group"]
    logon_type: str | None
    run_level: str


@dataclass(frozen=True)
class TaskDefinition:
    """A task's XML, what this collection reads in it, and edits of it; each returns a new definition.

    The schema leaves the order of the elements added here free (``xs:all`` in taskType, settingsType, principalType).
    Only in triggers it is fixed, and nothing is added there: an absent Enabled means true.
    """

    xml: str
    enabled: bool
    triggers: tuple[Trigger, ...]
    principal: Principal
    multiple_instances: str

    @classmethod
    def parse(cls, xml: str) -> TaskDefinition:
        """Read a definition; an encoding it declares does not matter. Raises :class:`TaskXmlError`."""
        xml = xml.lstrip("\ufeff \t\r\n")  # nothing may be in front of an XML declaration
        task = _Document(xml).root
        settings = task.child("Settings")
        triggers = task.child("Triggers")
        return cls(
            xml=xml,
            enabled=_is_enabled(settings),
            triggers=tuple(Trigger(node.name, _is_enabled(node)) for node in (triggers.children if triggers else ())),
            principal=_principal(task),
            multiple_instances=(settings and settings.value("MultipleInstancesPolicy")) or "IgnoreNew",
        )

    def with_enabled(self, enabled: bool) -> TaskDefinition:
        """The task itself enabled or not; its triggers stay as they are."""
        return self if enabled == self.enabled else self._with_setting("Enabled", str(enabled).lower())

    def with_triggers_enabled(self) -> TaskDefinition:
        """Every trigger enabled."""
        document = _Document(self.xml)
        triggers = document.root.child("Triggers")
        for node in triggers.children if triggers else ():
            if not _is_enabled(node):
                document.set_text(node.required("Enabled"), "true")
        return self._edited(document)

    def with_multiple_instances(self, policy: MultipleInstances) -> TaskDefinition:
        """What happens when the task is to start while it runs."""
        return self if policy == self.multiple_instances else self._with_setting("MultipleInstancesPolicy", policy)

    def with_system_principal(self) -> TaskDefinition:
        """The task run by SYSTEM, with the run level it has.

        A service account has no logon type in the schema, and no password is asked for one.
        """
        if self.principal.id == LOCAL_SYSTEM and self.principal.kind == "user":
            return self
        document = _Document(self.xml)
        task = document.root
        principals = task.child("Principals")
        principal = principals.child("Principal") if principals else None
        if principal is not None:
            for name in ("GroupId", "LogonType"):
                document.remove(principal.child(name))
            document.set_child(principal, "UserId", LOCAL_SYSTEM)
            return self._edited(document)
        actions = task.required("Actions")
        prefix = task.prefix
        identifier = f' id="{escape(context)}"' if (context := actions.attributes.get("Context")) else ""
        inner = f"<{prefix}Principal{identifier}><{prefix}UserId>{LOCAL_SYSTEM}</{prefix}UserId></{prefix}Principal>"
        if principals is not None:
            document.insert_into(principals, inner)
        else:
            document.insert_before(actions, f"<{prefix}Principals>{inner}</{prefix}Principals>")
        return self._edited(document)

    def _with_setting(self, name: str, value: str) -> TaskDefinition:
        document = _Document(self.xml)
        task = document.root
        settings = task.child("Settings")
        if settings is not None:
            document.set_child(settings, name, value)
        else:
            prefix = task.prefix
            inner = f"<{prefix}{name}>{value}</{prefix}{name}>"
            document.insert_before(task.required("Actions"), f"<{prefix}Settings>{inner}</{prefix}Settings>")
        return self._edited(document)

    def _edited(self, document: _Document) -> TaskDefinition:
        xml = document.edited()
        return self if xml == self.xml else TaskDefinition.parse(xml)


def ascii_xml(xml: str) -> str:
    """The same definition in ASCII and without a declared encoding: a file of it reads alike on every host.

    Raises :class:`TaskXmlError` for a definition that cannot be written so (CDATA in another script, for example).
    """
    body = re.sub(r"^\s*<\?xml[^>]*\?>\s*", "", xml)
    text = body.encode("ascii", "xmlcharrefreplace").decode()
    if _content(text) != _content(body):
        raise TaskXmlError("the task definition has characters outside ASCII where XML has no references for them")
    return text


def _content(xml: str) -> str:
    return ElementTree.canonicalize(xml, with_comments=True)


@dataclass
class _Node:
    """An element and where its tags are: byte offsets into the document."""

    name: str
    prefix: str
    attributes: dict[str, str]
    start: int
    content_start: int
    content_end: int = 0
    end: int = 0
    text: str = ""
    children: list[_Node] = field(default_factory=list)

    @property
    def is_collapsed(self) -> bool:
        return self.content_end == self.end

    def child(self, name: str) -> _Node | None:
        return next((node for node in self.children if node.name == name), None)

    def required(self, name: str) -> _Node:
        node = self.child(name)
        if node is None:
            raise TaskXmlError(f"the task definition has no {name} in {self.name}")
        return node

    def value(self, name: str) -> str | None:
        node = self.child(name)
        return node.text.strip() if node is not None else None


class _Document:
    """A definition's text with the places of its elements, and replacements to be made in it."""

    def __init__(self, xml: str) -> None:
        try:
            self._data = xml.encode()
        except UnicodeEncodeError as error:
            raise TaskXmlError(f"the task definition holds characters that are none: {error}") from error
        self._edits: list[tuple[int, int, bytes]] = []
        self._open: list[_Node] = []
        self._root: _Node | None = None
        # The declared encoding is that of the file the text came from, not of the text.
        self._parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self._parser.namespace_prefixes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise TaskXmlError(f"the task definition is not well-formed XML ({error})") from error
        if self._root is None or self._root.name != "Task":
            raise TaskXmlError(f"the XML is no task definition of the namespace {NAMESPACE}")
        self.root: _Node = self._root

    def set_child(self, parent: _Node, name: str, text: str) -> None:
        """Set the text of a child, which is added if it is not there."""
        node = parent.child(name)
        if node is not None:
            self.set_text(node, text)
        else:
            self.insert_into(parent, f"<{parent.prefix}{name}>{escape(text)}</{parent.prefix}{name}>")

    def set_text(self, node: _Node, text: str) -> None:
        """Set the text of an element."""
        if node.text.strip() != text:
            self._set_content(node, escape(text))

    def insert_into(self, parent: _Node, xml: str) -> None:
        """Insert XML as the first child."""
        if parent.is_collapsed:
            self._set_content(parent, xml)
        else:
            self._edits.append((parent.content_start, parent.content_start, xml.encode()))

    def insert_before(self, node: _Node, xml: str) -> None:
        """Insert XML before an element."""
        self._edits.append((node.start, node.start, xml.encode()))

    def remove(self, node: _Node | None) -> None:
        """Remove an element, if it is there."""
        if node is not None:
            self._edits.append((node.start, node.end, b""))

    def edited(self) -> str:
        """The text with all replacements made."""
        data = self._data
        for start, end, replacement in sorted(self._edits, reverse=True):
            data = data[:start] + replacement + data[end:]
        return data.decode()

    def _set_content(self, node: _Node, xml: str) -> None:
        if node.is_collapsed:
            tag = self._data[node.start : node.end].removesuffix(b"/>").rstrip()
            name = tag[1:].split(maxsplit=1)[0]
            self._edits.append((node.start, node.end, tag + b">" + xml.encode() + b"</" + name + b">"))
        else:
            self._edits.append((node.content_start, node.content_end, xml.encode()))

    def _tag_end(self, start: int) -> int:
        match = _TAG_END.match(self._data, start)
        if match is None:  # the parser has been here and found the end
            raise TaskXmlError("the XML of the task has a tag without an end")
        return match.end()

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        namespace, name, prefix = ([*qualified.split(" "), ""] if " " in qualified else ["", qualified, ""])[:3]
        if namespace != NAMESPACE:
            name = f"{{{namespace}}}{name}"
        start = self._parser.CurrentByteIndex
        node = _Node(name, f"{prefix}:" if prefix else "", attributes, start, self._tag_end(start))
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node
        self._open.append(node)

    def _end(self, _qualified: str) -> None:
        node = self._open.pop()
        if self._data[: node.content_start].endswith(b"/>"):
            node.content_end = node.end = node.content_start
        else:
            node.content_end = self._parser.CurrentByteIndex
            node.end = self._tag_end(node.content_end)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text


def _refuse_doctype(*_unused: object) -> None:
    raise TaskXmlError("the task definition has a document type, which no task definition has")


def _is_enabled(node: _Node | None) -> bool:
    value = node.value("Enabled") if node is not None else None
    return value is None or value.lower() in _TRUE


def _principal(task: _Node) -> Principal:
    principals = task.child("Principals")
    node = principals.child("Principal") if principals is not None else None
    if node is None:
        return Principal("", "user", None, "LeastPrivilege")
    group = node.value("GroupId")
    return Principal(
        id=group or node.value("UserId") or "",
        kind="group" if group else "user",
        logon_type=node.value("LogonType") or None,
        run_level=node.value("RunLevel") or "LeastPrivilege",
    )
