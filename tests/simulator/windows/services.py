# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: the service control manager of a simulated host, and Win32_Service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulator.model import CimClass, CimFailure, CimValue, Method
from tests.simulator.windows.clock import Agenda
from tests.simulator.windows.registry import Registry, Value, ValueType
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

# Win32_Service method return values (the provider's own table, not Win32 errors).
SUCCESS = 0
DEPENDENTS_RUNNING = 3
CANNOT_ACCEPT_CONTROL = 5
NOT_ACTIVE = 6
REQUEST_TIMEOUT = 7
UNKNOWN_FAILURE = 8
ALREADY_RUNNING = 10
DISABLED = 14
INVALID_PARAMETER = 21

# ChangeStartMode's words, the property's words, and the Start value below the service's registry key.
_START_MODES = {"boot": "Boot", "system": "System", "automatic": "Auto", "manual": "Manual", "disabled": "Disabled"}
_START_VALUES = {"Boot": 0, "System": 1, "Auto": 2, "Manual": 3, "Disabled": 4}
_KEY = r"HKLM\SYSTEM\CurrentControlSet\Services"


@dataclass
class Service:
    """One service. ``starts``: true, ``code`` (StartService answers 7) or ``dies`` (it answers 0, then is Stopped)."""

    name: str
    display_name: str
    path: str
    start_mode: str = "Auto"
    state: str = "Running"
    account: str = "LocalSystem"
    delayed: bool = False
    description: str = ""
    starts: bool | str = True
    accepts_stop: bool = True
    depends_on: tuple[str, ...] = ()
    exit_code: int = 0
    # Something, such as monitoring, starts the service again that many seconds after it stopped
    revived_after: float | None = None
    revived_if_disabled: bool = False
    next_state: str | None = None  # where a pending state leads
    pending_reads: int = 0  # reads that still see the pending state


class Services:
    """All services. Start and stop are asynchronous: for one read the state is pending."""

    def __init__(self, entries: Mapping[str, Mapping[str, Any]], registry: Registry, agenda: Agenda) -> None:
        self._registry = registry
        self._agenda = agenda
        self._services: dict[str, Service] = {}
        self.declare(entries)

    def declare(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Add services, by the notation of profiles; those that exist stay as they are."""
        for name, entry in entries.items():
            if self.find(name):
                continue
            fields = dict(entry)
            fields["depends_on"] = tuple(fields.get("depends_on", ()))
            service = Service(name, fields.pop("display_name", name), fields.pop("path"), **fields)
            if service.start_mode not in _START_VALUES:
                raise ValueError(f"service {name}: start_mode is one of {', '.join(_START_VALUES)}")
            self._services[name.lower()] = service
            self._publish(service)

    def _publish(self, service: Service) -> None:
        key = rf"{_KEY}\{service.name}"
        self._registry.create(key, trusted=True)
        values = [
            Value("Start", ValueType.REG_DWORD, _START_VALUES[service.start_mode]),
            Value("Type", ValueType.REG_DWORD, 16),
            Value("ErrorControl", ValueType.REG_DWORD, 1),
            Value("ImagePath", ValueType.REG_EXPAND_SZ, service.path),
            Value("DisplayName", ValueType.REG_SZ, service.display_name),
            Value("ObjectName", ValueType.REG_SZ, service.account),
        ]
        if service.delayed or self._registry.data(key, "DelayedAutostart") is not None:
            values.append(Value("DelayedAutostart", ValueType.REG_DWORD, int(service.delayed)))
        for value in values:
            self._registry.set(key, value, trusted=True)

    def find(self, name: str) -> Service | None:
        return self._services.get(name.lower())

    def all(self) -> list[Service]:
        return sorted(self._services.values(), key=lambda service: service.name.lower())

    def _settle(self, service: Service) -> None:
        if service.next_state and service.pending_reads <= 0:
            service.state, service.next_state = service.next_state, None
        service.pending_reads -= 1

    def read(self) -> list[Service]:
        """All services as one look at them finds them; looking is what lets pending states pass."""
        for service in self._services.values():
            self._settle(service)
        return self.all()

    def _go(self, service: Service, pending: str, final: str) -> None:
        service.state, service.next_state, service.pending_reads = pending, final, 1

    def start(self, name: str) -> int:
        service = self._services[name.lower()]
        if service.start_mode == "Disabled":
            return DISABLED
        if service.state in ("Running", "Start Pending"):
            return ALREADY_RUNNING
        if service.state == "Stop Pending":
            return CANNOT_ACCEPT_CONTROL
        for dependency in service.depends_on:
            needed = self.find(dependency)
            if needed and needed.state == "Stopped" and (code := self.start(dependency)):
                return code
        if service.starts == "code":
            return REQUEST_TIMEOUT
        if service.starts == "dies":
            service.exit_code = 1067
            self._go(service, "Start Pending", "Stopped")
            return SUCCESS
        service.exit_code = 0
        self._go(service, "Start Pending", "Running")
        return SUCCESS

    def dependents(self, name: str) -> list[Service]:
        """Services that run and need this one."""
        return [
            service
            for service in self._services.values()
            if name.lower() in (dependency.lower() for dependency in service.depends_on) and service.state == "Running"
        ]

    def stop(self, name: str) -> int:
        service = self._services[name.lower()]
        if service.state == "Stopped":
            return NOT_ACTIVE
        if service.state != "Running" or not service.accepts_stop:
            return CANNOT_ACCEPT_CONTROL
        if self.dependents(name):
            return DEPENDENTS_RUNNING
        self._go(service, "Stop Pending", "Stopped")
        if service.revived_after is not None:
            self._agenda.after(service.revived_after, lambda: self._revive(service))
        return SUCCESS

    def _revive(self, service: Service) -> None:
        if service.start_mode == "Disabled" and service.revived_if_disabled:
            self.change_start_mode(service.name, "Automatic")
        if service.state == "Stop Pending":
            service.state, service.next_state = "Stopped", None
        self.start(service.name)

    def change_start_mode(self, name: str, mode: str, *, delayed: bool = False) -> int:
        """Set the start mode; any change ends a delayed start that it does not ask for."""
        if mode.lower() not in _START_MODES:
            return INVALID_PARAMETER
        service = self._services[name.lower()]
        service.start_mode = _START_MODES[mode.lower()]
        service.delayed = delayed
        self._publish(service)
        return SUCCESS

    def keep_start_mode(self, name: str, mode: str) -> None:
        """Set the start mode if it is another, as a policy does that is applied again."""
        service = self.find(name)
        if service and service.start_mode != _START_MODES[mode.lower()]:
            self.change_start_mode(name, mode)

    def boot(self) -> None:
        """After a restart: automatic services run, the others do not."""
        for service in self._services.values():
            starts = service.start_mode in ("Auto", "Boot", "System") and service.starts is True
            service.state, service.next_state = ("Running" if starts else "Stopped"), None

    def state(self) -> dict[str, Any]:
        return {
            service.name: {
                "state": service.next_state or service.state,
                "start_mode": service.start_mode,
                "account": service.account,
                "delayed": service.delayed,
            }
            for service in self.all()
        }


_PROPERTIES = properties("""
    AcceptPause:boolean AcceptStop:boolean Caption CheckPoint:uint32 CreationClassName DelayedAutoStart:boolean
    Description DesktopInteract:boolean DisplayName ErrorControl ExitCode:uint32 InstallDate:datetime *Name PathName
    ProcessId:uint32 ServiceSpecificExitCode:uint32 ServiceType Started:boolean StartMode StartName State Status
    SystemCreationClassName SystemName TagId:uint32 WaitHint:uint32
""")


def _declared(host: Host) -> tuple[Any, ...]:
    # DelayedAutoStart came with Windows Server 2016; recorded 2008 R2 instances have no such property.
    if host.build >= 14393:
        return _PROPERTIES
    return tuple(declaration for declaration in _PROPERTIES if declaration.name != "DelayedAutoStart")


def _instance(host: Host, service: Service) -> dict[str, CimValue]:
    running = service.state == "Running"
    values: dict[str, CimValue] = {
        "AcceptPause": False,
        "AcceptStop": running and service.accepts_stop,
        "Caption": service.display_name,
        "CheckPoint": 0,
        "CreationClassName": "Win32_Service",
        "DelayedAutoStart": service.delayed,
        "Description": service.description,
        "DesktopInteract": False,
        "DisplayName": service.display_name,
        "ErrorControl": "Normal",
        "ExitCode": service.exit_code or (0 if running else 1077),
        "Name": service.name,
        "PathName": service.path,
        "ProcessId": host.processes.of_service(service),
        "ServiceSpecificExitCode": 0,
        "ServiceType": "Share Process" if "svchost" in service.path.lower() else "Own Process",
        "Started": service.state != "Stopped",
        "StartMode": service.start_mode,
        "StartName": service.account,
        "State": service.state,
        "Status": "OK",
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": host.computer_name,
        "TagId": 0,
        "WaitHint": 0,
    }
    declared = _declared(host)
    names = {declaration.name for declaration in declared}
    return row(declared, {name: value for name, value in values.items() if name in names})


def _named(host: Host, keys: Mapping[str, str]) -> str:
    name = next((value for key, value in keys.items() if key.lower() == "name"), "")
    if host.services.find(name) is None:
        raise CimFailure(0x80041002, "Not found")
    return name


def _start(host: Host, keys: Mapping[str, str], _parameters: Mapping[str, CimValue]) -> dict[str, CimValue]:
    return {"ReturnValue": host.services.start(_named(host, keys))}


def _stop(host: Host, keys: Mapping[str, str], _parameters: Mapping[str, CimValue]) -> dict[str, CimValue]:
    return {"ReturnValue": host.services.stop(_named(host, keys))}


def _change_start_mode(host: Host, keys: Mapping[str, str], parameters: Mapping[str, CimValue]) -> dict[str, CimValue]:
    return {"ReturnValue": host.services.change_start_mode(_named(host, keys), str(parameters.get("StartMode") or ""))}


def classes(host: Host) -> list[CimClass]:
    return [
        CimClass(
            "root/cimv2",
            "Win32_Service",
            _declared(host),
            # Without elevation, the service control manager lets nobody enumerate services over the network.
            lambda host: [_instance(host, service) for service in host.services.read() if host.elevated],
            (
                Method("StartService", _start),
                Method("StopService", _stop),
                Method("ChangeStartMode", _change_start_mode, properties("StartMode")),
            ),
        ),
    ]
