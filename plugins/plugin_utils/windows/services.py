# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Windows services: Win32_Service (root/cimv2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..wsman.errors import Fault, OutcomeUnknown
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    integer,
    string,
    wql_literal,
)
from .command_line import failure, quoted
from .errors import CimError, return_value
from .registry import Registry
from .rights import require_elevation

_NAMESPACE = "root/cimv2"
_PROPERTIES = "Name, DisplayName, State, StartMode, PathName, ProcessId, ExitCode, ServiceSpecificExitCode"

_SERVICES_KEY = r"HKLM\SYSTEM\CurrentControlSet\Services"

_ACCEPTED = 0
_ALREADY_RUNNING = 10
_CANNOT_ACCEPT = 5
_NOT_ACTIVE = 6
# ReturnValue of the class's methods, as documented with Win32_Service.
_COMPLAINTS = {
    1: "the request is not supported",
    2: "access is denied to the account",
    3: "services that depend on it are running",
    4: "the service does not support this control",
    5: "the service cannot accept this control in its current state",
    7: "the service did not respond in time",
    8: "an unknown failure occurred when it was started",
    9: "its executable was not found",
    11: "the service database is locked",
    12: "a service it depends on was removed",
    13: "a service it depends on could not be found",
    14: "the service is disabled",
    15: "the service could not log on with its account",
    16: "the service is being removed",
    17: "the service could not create a thread",
    18: "its dependencies are circular",
    19: "a service of this name is already running",
    20: "its name has invalid characters",
    21: "invalid parameters were passed",
    22: "its account is invalid or may not log on as a service",
    23: "the service is not in the service database",
    24: "the service is paused",
}
_ERROR_SERVICE_SPECIFIC_ERROR = 1066

# Seconds between two reads of a service that is starting or stopping.
_INTERVAL = 1.0


@dataclass(frozen=True)
class Service:
    """A service.

    :ivar state: ``Running``, ``Stopped``, ``Start Pending``, ``Stop Pending``, ``Paused``, ...; not translated.
    :ivar start_mode: ``Boot``, ``System``, ``Auto``, ``Manual`` or ``Disabled``.
    :ivar path: the command line of its executable.
    :ivar process_id: None unless it runs.
    :ivar exit_code: of its last end: a Win32 error, or the service's own code.
    """

    name: str
    display_name: str
    state: str
    start_mode: str
    path: str | None
    process_id: int | None
    exit_code: int


def _service(instance: Instance) -> Service:
    exit_code = instance.read("ExitCode", integer) or 0
    if exit_code == _ERROR_SERVICE_SPECIFIC_ERROR:
        exit_code = instance.read("ServiceSpecificExitCode", integer) or exit_code
    return Service(
        name=instance.read("Name", string) or "",
        display_name=instance.read("DisplayName", string) or "",
        state=instance.read("State", string) or "",
        start_mode=instance.read("StartMode", string) or "",
        path=instance.read("PathName", string),
        process_id=instance.read("ProcessId", integer) or None,
        exit_code=exit_code,
    )


@dataclass(frozen=True)
class _Control:
    """A method that changes the state of a service.

    :ivar already: what the method returns if there is nothing to do.
    :ivar transition: the state until the change is complete.
    :ivar final: the state then.
    """

    verb: str
    method: str
    already: int
    transition: str
    final: str

    def complaint(self, name: str) -> str:
        return f"the service {name} did not {self.verb}"


_START = _Control("start", "StartService", _ALREADY_RUNNING, "Start Pending", "Running")
_STOP = _Control("stop", "StopService", _NOT_ACTIVE, "Stop Pending", "Stopped")


class Services:
    """The services of one host."""

    def __init__(self, session: Session, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._sleep = sleep

    def find(
        self, names: Iterable[str] = (), display_names: Iterable[str] = (), programs: Iterable[str] = ()
    ) -> list[Service]:
        """Return the services with one of these names, display names, or file names of their programs, by one query.

        All of them are compared in any letter case. In a name, ``*`` stands for any text.
        """
        conditions = [
            f"Name LIKE {wql_literal(name.replace('_', '[_]').replace('*', '%'))}"
            if "*" in name
            else f"Name={wql_literal(name)}"
            for name in names
        ]
        conditions += [f"DisplayName={wql_literal(name)}" for name in display_names]
        conditions += [f"PathName LIKE {wql_literal(f'%{program}%')}" for program in programs]
        if not conditions:
            return []
        require_elevation(self._session, "which services there are")
        wql = f"SELECT {_PROPERTIES} FROM Win32_Service WHERE {' OR '.join(conditions)}"
        return [_service(instance) for instance in self._session.query(_NAMESPACE, wql)]

    def get(self, name: str) -> Service | None:
        """Return the service of this name, None if there is none."""
        try:
            return _service(self._session.get(_path(name)))
        except Fault as fault:
            if fault.is_absent:
                require_elevation(self._session, f"whether there is a service {name}")
                return None
            raise

    def start(self, name: str, timeout: float = 60) -> Service:
        """Start a service and wait at most ``timeout`` seconds until it runs."""
        service = self._control(name, _START, timeout)
        if service.state != _START.final:
            reason = f"its exit code is {service.exit_code} (0x{service.exit_code:08X})"
            raise CimError(f"{_START.complaint(name)}: it is {service.state.lower()}, {reason}", service.exit_code)
        return service

    def stop(self, name: str, timeout: float = 60) -> Service:
        """Stop a service and wait at most ``timeout`` seconds until it has stopped."""
        service = self._control(name, _STOP, timeout)
        if service.state != _STOP.final:
            raise CimError(f"{_STOP.complaint(name)}: it is {service.state.lower()}")
        return service

    def is_delayed(self, name: str) -> bool:
        """Return whether a service that starts automatically does so some minutes after Windows."""
        # Win32_Service has this since Windows Server 2016 only.
        return Registry(self._session).dword(f"{_SERVICES_KEY}\\{name}", "DelayedAutostart") == 1

    def delay_start(self, name: str) -> None:
        """Let a service start automatically, some minutes after Windows, for which Win32_Service has no method."""
        result = self._session.run(f"sc.exe config {quoted(name)} start= delayed-auto", repeatable=True)
        if result.exit_code:
            raise failure(f"the start mode of the service {name} was not changed", result)

    def set_start_mode(self, name: str, start_mode: str) -> None:
        """Set the start mode to a value of the property: ``Auto``, ``Manual`` or ``Disabled``."""
        # The method has another name for it than the property.
        word = {"Auto": "Automatic"}.get(start_mode, start_mode)
        code = return_value(self._session.invoke(_path(name), "ChangeStartMode", {"StartMode": word}, repeatable=True))
        if code != _ACCEPTED:
            raise _refusal(f"the start mode of the service {name} was not changed", code)

    def _control(self, name: str, control: _Control, timeout: float) -> Service:
        """Request a change and return the service once it is no longer in transition.

        A request without an answer is sent once more if the state shows that it did not arrive.
        """
        accepted = [_ACCEPTED, control.already]
        for _unused in range(2):
            try:
                code = return_value(self._session.invoke(_path(name), control.method, {}))
                answered = True
            except OutcomeUnknown:
                code, answered = _ACCEPTED, False
            if code not in accepted:
                raise _refusal(control.complaint(name), code)
            service = self._wait(name, control, timeout)
            if answered or service.state == control.final:
                break
            accepted.append(_CANNOT_ACCEPT)  # where the first request did arrive, only later
        return service

    def _wait(self, name: str, control: _Control, timeout: float) -> Service:
        """Return the service once it is no longer in transition."""
        for _unused in range(max(1, round(timeout / _INTERVAL))):
            service = self.get(name)
            if service is None:
                raise CimError(f"{control.complaint(name)}: it no longer exists")
            if service.state != control.transition:
                return service
            self._sleep(_INTERVAL)
        raise CimError(f"{control.complaint(name)} within {timeout:.0f} seconds")


def _path(name: str) -> CimPath:
    return CimPath(_NAMESPACE, "Win32_Service", {"Name": name})


def _refusal(complaint: str, code: int) -> CimError:
    return CimError(f"{complaint}: {_COMPLAINTS.get(code, 'unknown error')} (Win32_Service code {code})", code)
