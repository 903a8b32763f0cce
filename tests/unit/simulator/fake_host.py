# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Windows for testing the protocol side alone: one class of each kind and a cmd that echoes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulator.model import CimClass, CimFailure, CimValue, Embedded, Method, Process, Property, Ref, Row

BOOT = datetime(2026, 1, 2, 3, 4, 5, 500000, UTC)


class FakeHost:
    def __init__(self, profile: Mapping[str, Any], name: str) -> None:
        self.name = name
        self.up = True
        self.services = {
            f"Service{number:03d}": {"State": "Running", "StartMode": "Auto"}
            for number in range(profile.get("services", 130))
        }
        self.calls: list[tuple[str, dict[str, CimValue]]] = []
        self.ran: list[tuple[str, bytes, int, bool]] = []
        self.process = Process(b"ok\r\n")
        self.time = 1_800_000_000.0
        self.idle_seconds = 7200.0
        self.elevated = True

    def misbehaves(self, name: str) -> bool:
        return False

    def classes(self, namespace: str) -> Mapping[str, CimClass] | None:
        known = {c.name.lower(): c for c in CLASSES if c.namespace == namespace}
        return known or None

    def run_command(self, command: str, stdin: bytes, codepage: int, skip_cmd_shell: bool) -> Process:
        self.ran.append((command, stdin, codepage, skip_cmd_shell))
        if skip_cmd_shell and "\\" not in command:
            raise CimFailure(0x80070002, "The system cannot find the file specified. ")
        if command.startswith("sort"):
            return Process(b"".join(sorted(stdin.splitlines(keepends=True))))
        if command == "shutdown":
            self.up = False
        return self.process

    def version(self) -> str:
        return "10.0.20348 SP: 0.0"

    def reachable(self) -> bool:
        return self.up

    def seconds(self) -> float:
        return self.time

    async def pause(self, seconds: float) -> None:
        self.time += seconds

    def shell_idle_seconds(self) -> float:
        return self.idle_seconds

    def state(self) -> Any:
        return {"services": self.services, "ran": len(self.ran)}


def _service_rows(host: FakeHost) -> list[Row]:
    return [
        {
            "Name": name,
            "DisplayName": f"{name} & <Ünïcode 中>",
            "ProcessId": 7,
            "Started": True,
            "Description": None,
            **values,
        }
        for name, values in host.services.items()
    ]


def _change_service(host: FakeHost, keys: Mapping[str, str], parameters: Mapping[str, CimValue]) -> Row:
    host.services[keys["Name"]]["StartMode"] = parameters["StartMode"]
    return {"ReturnValue": 0}


def _put_service(host: FakeHost, keys: Mapping[str, str], changes: Row) -> None:
    host.services[keys["Name"]].update({name: value for name, value in changes.items() if name != "Name"})


def _create_service(host: FakeHost, row: Row) -> Mapping[str, str]:
    if row["Name"] in host.services:
        raise CimFailure(0x80041019)
    host.services[row["Name"]] = {"State": "Stopped", "StartMode": "Manual"}
    return {"Name": row["Name"]}


def _delete_service(host: FakeHost, keys: Mapping[str, str]) -> None:
    del host.services[keys["Name"]]


def _record(name: str, result: Mapping[str, CimValue]) -> Any:
    def call(host: FakeHost, keys: Mapping[str, str], parameters: Mapping[str, CimValue]) -> Mapping[str, CimValue]:
        host.calls.append((name, dict(parameters)))
        return result

    return call


def _refuse(hresult: int) -> Any:
    def call(*_: object) -> Mapping[str, CimValue]:
        raise CimFailure(hresult)

    return call


def _get_file(host: FakeHost, keys: Mapping[str, str]) -> Row:
    if keys["Name"].lower() != r"c:\windows\notepad.exe":
        raise CimFailure(0x80041002)
    return {"Name": r"c:\windows\notepad.exe", "FileSize": 201216}


def _scan(host: FakeHost) -> list[Row]:
    raise AssertionError("a scan of the disk")


_VOLUME = Ref("root/cimv2", "Win32_Volume", {"DeviceID": "\\\\?\\Volume{1}\\"})
_ACTION = Embedded("MSFT_TaskExecAction", {"Execute": "cmd.exe", "Arguments": None})

CLASSES = (
    CimClass(
        "root/cimv2",
        "Win32_Service",
        (
            Property("Description"),
            Property("DisplayName"),
            Property("Name", key=True),
            Property("ProcessId", "uint32"),
            Property("Started", "boolean"),
            Property("StartMode"),
            Property("State"),
        ),
        _service_rows,
        (
            Method("ChangeStartMode", _change_service, (Property("StartMode"),), (Property("ReturnValue", "uint32"),)),
            Method("StopService", _refuse(0x80041003)),
        ),
        put=_put_service,
        create=_create_service,
        delete=_delete_service,
    ),
    CimClass(
        "root/cimv2",
        "Win32_OperatingSystem",
        (
            Property("LastBootUpTime", "datetime"),
            Property("MUILanguages", array=True),
            Property("Name", key=True),
            Property("Uptime", "datetime"),
        ),
        lambda host: [
            {
                "Name": r"Windows|C:\Windows",
                "LastBootUpTime": BOOT,
                "MUILanguages": ["en-US", "de-DE"],
                "Uptime": timedelta(seconds=100),
            }
        ],
        (Method("Reboot", _record("Reboot", {"ReturnValue": 0})),),
        singleton=True,
    ),
    CimClass(
        "root/cimv2",
        "CIM_DataFile",
        (Property("FileSize", "uint64"), Property("Name", key=True)),
        _scan,
        get=_get_file,
    ),
    CimClass(
        "root/cimv2",
        "Win32_ShadowStorage",
        (Property("DiffVolume", "reference", key=True), Property("MaxSpace", "uint64")),
        lambda host: [{"DiffVolume": _VOLUME, "MaxSpace": 2**63}],
    ),
    CimClass(
        "root/cimv2",
        "StdRegProv",
        (),
        lambda host: [],
        (
            Method(
                "SetBinaryValue",
                _record("SetBinaryValue", {"ReturnValue": 0}),
                (
                    Property("hDefKey", "uint32"),
                    Property("sSubKeyName"),
                    Property("sValueName"),
                    Property("uValue", "uint8", array=True),
                ),
                static=True,
            ),
            Method(
                "EnumValues",
                _record("EnumValues", {"ReturnValue": 0, "sNames": ["a", ""], "Types": [1, 4]}),
                (Property("hDefKey", "uint32"), Property("sSubKeyName")),
                (Property("sNames", array=True), Property("Types", "sint32", array=True)),
                static=True,
            ),
        ),
    ),
    CimClass(
        "root/microsoft/windows/taskscheduler",
        "PS_ScheduledTask",
        (),
        lambda host: [],
        (
            Method(
                "RegisterByUser",
                _record("RegisterByUser", {"ReturnValue": 0, "cmdletOutput": _ACTION}),
                (
                    Property("Force", "boolean"),
                    Property("Action", "instance", array=True),
                    Property("Until", "datetime"),
                ),
                (Property("cmdletOutput", "instance"),),
                static=True,
            ),
            Method("ExportByName", _refuse(0x80070002), (Property("TaskName"),), static=True),
        ),
    ),
)
