# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_Process: processes of running services, and Create, which starts a command in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimFailure, CimValue, Method
from tests.simulator.windows.background import Background
from tests.simulator.windows.schema import properties, row
from tests.simulator.windows.services import Service

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

# Return values of Create.
SUCCESS = 0
PATH_NOT_FOUND = 9
INVALID_PARAMETER = 21


@dataclass
class Process:
    """A running process."""

    pid: int
    name: str
    command_line: str | None
    created: datetime | None
    parent: int = 4
    session: int = 0
    program: Background | None = None  # what it runs


@dataclass
class Processes:
    """Process identifiers are multiples of four, as Windows gives them out."""

    host: Host
    _next_pid: int = 600
    _services: dict[str, int] = field(default_factory=dict)
    _commands: dict[int, Process] = field(default_factory=dict)

    def _new_pid(self) -> int:
        self._next_pid += 4
        return self._next_pid

    def of_service(self, service: Service) -> int:
        """The process of a service; 0 while it is stopped."""
        if service.state == "Stopped":
            self._services.pop(service.name.lower(), None)
            return 0
        return self._services.setdefault(service.name.lower(), self._new_pid())

    def add(self, command_line: str) -> Process:
        name = command_line.strip().lstrip('"').split('"')[0].split(" ")[0].rpartition("\\")[2] or "cmd.exe"
        process = Process(self._new_pid(), name, command_line, self.host.clock.now(), parent=self._next_pid)
        self._commands[process.pid] = process
        return process

    def remove(self, pid: int) -> None:
        self._commands.pop(pid, None)

    def end(self, pid: int) -> bool:
        process = self._commands.pop(pid, None)
        if process and process.program:
            process.program.end()
        return process is not None

    def clear(self) -> None:
        self._services.clear()
        for pid in list(self._commands):
            self.end(pid)

    def running(self) -> list[Process]:
        boot = self.host.last_boot
        found = [Process(0, "System Idle Process", None, None, 0), Process(4, "System", None, boot, 0)]
        for service in self.host.services.all():
            if pid := self.of_service(service):
                image = service.path.strip('"').split('"')[0]
                executable = image.split(" -")[0].rpartition("\\")[2]
                found.append(Process(pid, executable, service.path, boot, 604))
        return found + list(self._commands.values())


_PROPERTIES = properties("""
    Caption CommandLine CreationClassName CreationDate:datetime CSCreationClassName CSName Description
    ExecutablePath ExecutionState:uint16 *Handle HandleCount:uint32 InstallDate:datetime KernelModeTime:uint64
    MaximumWorkingSetSize:uint32 MinimumWorkingSetSize:uint32 Name OSCreationClassName OSName
    OtherOperationCount:uint64 OtherTransferCount:uint64 PageFaults:uint32 PageFileUsage:uint32
    ParentProcessId:uint32 PeakPageFileUsage:uint32 PeakVirtualSize:uint64 PeakWorkingSetSize:uint32 Priority:uint32
    PrivatePageCount:uint64 ProcessId:uint32 QuotaNonPagedPoolUsage:uint32 QuotaPagedPoolUsage:uint32
    QuotaPeakNonPagedPoolUsage:uint32 QuotaPeakPagedPoolUsage:uint32 ReadOperationCount:uint64
    ReadTransferCount:uint64 SessionId:uint32 Status TerminationDate:datetime ThreadCount:uint32 UserModeTime:uint64
    VirtualSize:uint64 WindowsVersion WorkingSetSize:uint64 WriteOperationCount:uint64 WriteTransferCount:uint64
""")


def _instance(host: Host, process: Process) -> dict[str, CimValue]:
    return row(
        _PROPERTIES,
        {
            "Caption": process.name,
            "CommandLine": process.command_line,
            "CreationClassName": "Win32_Process",
            "CreationDate": process.created,
            "CSCreationClassName": "Win32_ComputerSystem",
            "CSName": host.computer_name,
            "Description": process.name,
            "Handle": str(process.pid),
            "HandleCount": 120,
            "KernelModeTime": 156250,
            "Name": process.name,
            "OSCreationClassName": "Win32_OperatingSystem",
            "OSName": host.profile["os"]["caption"],
            "ParentProcessId": process.parent,
            "Priority": 8,
            "ProcessId": process.pid,
            "SessionId": process.session,
            "ThreadCount": 4,
            "UserModeTime": 156250,
            "WindowsVersion": host.profile["os"]["version"],
            "WorkingSetSize": 8388608,
        },
    )


def _create(host: Host, _keys: Mapping[str, str], parameters: Mapping[str, CimValue]) -> dict[str, CimValue]:
    command = str(parameters.get("CommandLine") or "").strip()
    if not command:
        return {"ReturnValue": INVALID_PARAMETER, "ProcessId": None}
    pid = host.start_process(command, str(parameters.get("CurrentDirectory") or ""))
    if pid is None:
        return {"ReturnValue": PATH_NOT_FOUND, "ProcessId": None}
    return {"ReturnValue": SUCCESS, "ProcessId": pid}


def _terminate(host: Host, keys: Mapping[str, str], _parameters: Mapping[str, CimValue]) -> dict[str, CimValue]:
    handle = next((value for key, value in keys.items() if key.lower() == "handle"), "")
    if not handle.isdigit() or all(process.pid != int(handle) for process in host.processes.running()):
        raise CimFailure(0x80041002, "Not found")
    return {"ReturnValue": 0 if host.processes.end(int(handle)) else 2}


def classes() -> list[CimClass]:
    return [
        CimClass(
            "root/cimv2",
            "Win32_Process",
            _PROPERTIES,
            lambda host: [_instance(host, process) for process in host.processes.running()],
            (
                Method(
                    "Create",
                    _create,
                    properties("CommandLine CurrentDirectory ProcessStartupInformation:instance"),
                    properties("ProcessId:uint32"),
                    static=True,
                ),
                Method("Terminate", _terminate, properties("Reason:uint32")),
            ),
        ),
    ]
