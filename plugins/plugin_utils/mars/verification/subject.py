# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The host that is looked at: what it answers, word by word."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ...windows.errors import return_value
from ...windows.files import existence_query, reads_as_existing
from ...windows.operating_system import OperatingSystem
from ...wsman import namespaces as ns
from ...wsman.errors import Fault
from ...wsman.session import Session
from ...wsman.shell import Result
from ...wsman.values import CimPath, Instance, Value, string
from .. import locations
from .verdict import NotHeld, NotTried, require
from .workshop import Workshop

T = TypeVar("T")

HKLM = 0x80000002
REGISTRY = CimPath("root/cimv2", "StdRegProv")


class Subject:
    """One host.

    :ivar session: the session with it.
    :ivar largest: octets of its longest answer.
    """

    def __init__(
        self, session: Session, workshop: Workshop | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.session = session
        self.sleep = sleep
        self.largest = 0
        self._workshop = workshop
        self._exchanged: list[tuple[bytes, bytes]] = []
        session.listen(self._listen)

    def _listen(self, message: bytes, answer: bytes) -> None:
        self.largest = max(self.largest, len(answer))
        self._exchanged.append((message, answer))

    @cached_property
    def system(self) -> OperatingSystem:
        """Its Windows."""
        return OperatingSystem.read(self.session)

    @property
    def release(self) -> tuple[int, int]:
        """The version of its Windows: (6, 1) for Windows Server 2008 R2, (10, 0) since 2016."""
        major, minor = self.system.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def workshop(self) -> Workshop:
        """What the checks that change something make."""
        if self._workshop is None:
            raise NotTried("nothing is changed")
        return self._workshop

    def messages(self, operation: Callable[[], object]) -> list[tuple[Element, Element]]:
        """Return the messages that an operation sends, with their answers, which may be faults."""
        self._exchanged.clear()
        try:
            operation()
        except Fault:
            if not self._exchanged:
                raise
        return [(ElementTree.fromstring(sent), ElementTree.fromstring(answer)) for sent, answer in self._exchanged]

    def answer(self, operation: Callable[[], object]) -> Element:
        """Return all answers that an operation gets, in one element: Windows may divide any result into pages."""
        answers = Element("Answers")
        answers.extend(answer for _sent, answer in self.messages(operation))
        return answers

    def fault(self, operation: Callable[[], object]) -> Fault:
        """Return the fault that the host answers an operation with. Raises :class:`NotHeld` if there is none."""
        try:
            operation()
        except Fault as fault:
            return fault
        raise NotHeld("no error")

    def query(self, wql: str, namespace: str = "root/cimv2") -> list[Instance]:
        """Return the results of a query."""
        return self.session.query(namespace, wql)

    def instances(self, namespace: str, class_name: str) -> list[Instance]:
        """Return all instances of a class. Raises :class:`NotTried` where Windows does not have the class."""
        try:
            return self.session.enumerate(CimPath(namespace, class_name))
        except Fault as fault:
            if fault.is_absent:
                raise NotTried(f"this Windows does not have {class_name}") from None
            raise

    def registry(self, method: str, key: str, name: str | None = None) -> Instance:
        """Return what a method of StdRegProv answers about a key below HKEY_LOCAL_MACHINE, whatever its return code."""
        parameters: dict[str, Value] = {"hDefKey": HKLM, "sSubKeyName": key.removeprefix("HKLM\\")}
        if name is not None:
            parameters["sValueName"] = name
        return self.session.invoke(REGISTRY, method, parameters, repeatable=True)

    def text(self, key: str, name: str) -> str | None:
        """Return a text of the registry; None where StdRegProv has none, for whatever reason."""
        return self.registry("GetStringValue", key, name).read("sValue", string)

    def has_key(self, key: str) -> bool:
        """Return whether StdRegProv lists a registry key."""
        return return_value(self.registry("EnumKey", key)) == 0

    def run(self, command: str, stdin: str | None = None, timeout: float = 60) -> Result:
        """Run a command of cmd.exe that changes nothing, or only what this module made."""
        return self.session.run(command, stdin, repeatable=True, timeout=timeout)

    def printed(self, command: str, stdin: str | None = None) -> str:
        """Return what a command prints. Raises :class:`NotHeld` if it fails."""
        result = self.run(command, stdin)
        require(result.exit_code == 0, f"{command!r} ended with exit code {result.exit_code}: {said(result)}")
        return result.stdout

    def exists(self, path: str) -> bool:
        """Return whether cmd.exe finds a file or folder."""
        return reads_as_existing(self.run(existence_query(path)).stdout)

    def tasks(self) -> list[str]:
        """Return the scheduled tasks that schtasks can read, with their folders."""
        return list(dict.fromkeys(re.findall(r'^"(\\[^"]+)"', self._listed_tasks.stdout, re.MULTILINE)))

    def misses_tasks(self) -> bool:
        """Return whether schtasks says that it cannot read a task, on either stream."""
        # About empty folders, it prints one line again and again
        others = {line for line in self._listed_tasks.stdout.splitlines() if line.strip() and not line.startswith('"')}
        return bool(self._listed_tasks.stderr.strip()) or len(others) > 1

    @cached_property
    def _listed_tasks(self) -> Result:
        return self.run("schtasks /query /fo csv /nh")

    def service(self, name: str) -> Instance | None:
        """Return a service, None if there is none."""
        found = self.query(f"SELECT Name, State, PathName FROM Win32_Service WHERE Name = '{name}'")
        return found[0] if found else None

    @cached_property
    def install_path(self) -> str:
        """The agent's folder. Raises :class:`NotTried` where there is no agent."""
        path = self.text(locations.SETUP_KEY, "InstallPath")
        if not path:
            raise NotTried("the agent is not installed")
        return path.rstrip("\\")

    def require_agent(self) -> None:
        """Raise :class:`NotTried` where there is no agent."""
        _unused = self.install_path

    @cached_property
    def build(self) -> int:
        """The build number of its Windows."""
        return self.system.build


def said(result: Result) -> str:
    """Return what a command wrote, on one line."""
    return " ".join((result.stdout + " " + result.stderr).split())[:200] or "it printed nothing"


def named(answer: Element, *names: str) -> list[Element]:
    """Return the elements with these local names in an answer, in any namespace."""
    return [element for element in answer.iter() if ns.local_name(element) in names]
