# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Management service of one host: one SOAP message in, one out, with the misbehavior its profile asks for."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from tests.simulator import faults, soap
from tests.simulator.faults import WSManFault
from tests.simulator.model import Faults, Windows
from tests.simulator.operations import TRANSFER, Answer, Operations
from tests.simulator.shells import SHELL_URI, Shells
from tests.simulator.soap import Request, escape

CONFIG_URI = "http://schemas.microsoft.com/wbem/wsman/1/config"
# [MS-WSMV] 2.2.4.6 ConfigType, 2.2.4.42 WinrsType, and the quotas that Microsoft documents as defaults since WinRM 3.0
_QUOTAS: dict[str, dict[str, int | str]] = {
    "": {"MaxEnvelopeSizekb": 500, "MaxTimeoutms": 60000, "MaxBatchItems": 32000, "MaxProviderRequests": 4294967295},
    "Service": {
        "MaxConcurrentOperations": 4294967295,
        "MaxConcurrentOperationsPerUser": 1500,
        "EnumerationTimeoutms": 240000,
        "MaxConnections": 300,
        "MaxPacketRetrievalTimeSeconds": 120,
        "AllowUnencrypted": "false",
    },
    "Winrs": {
        "AllowRemoteShellAccess": "true",
        "IdleTimeout": 7200000,
        "MaxConcurrentUsers": 2147483647,
        "MaxShellRunTime": 2147483647,
        "MaxProcessesPerShell": 2147483647,
        "MaxMemoryPerShellMB": 2147483647,
        "MaxShellsPerUser": 2147483647,
    },
}


# The beginnings of actions that change nothing, and of those that only serve a command or its shell
_NO_CHANGE = ("Get", "Enum", "Pull", "Release", "Check", "Export", "Create", "Send", "Receive", "Signal", "Delete")


class ConnectionDropped(Exception):
    """The connection closes without an answer."""


@dataclass(frozen=True)
class Reply:
    """An HTTP status and a SOAP message (empty: none); ``manner`` is the fault that it is sent with, if any."""

    status: int
    message: bytes
    manner: str = ""


@dataclass
class Statistics:
    """Requests since the last reset."""

    connections: int = 0
    http: int = 0
    soap: int = 0
    actions: Counter[str] = field(default_factory=Counter)


@dataclass
class Service:
    """One host's service; ``machine`` is the name it gives itself in faults."""

    windows: Windows
    machine: str
    misbehavior: Faults = field(default_factory=Faults)
    statistics: Statistics = field(default_factory=Statistics)
    #: What its configuration has instead of the defaults
    quotas: Mapping[str, int | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        denied = frozenset(soap.normal_namespace(name) for name in self.misbehavior.denied_namespaces)
        errors = self.misbehavior.namespace_errors.items()
        failing = {soap.normal_namespace(name): faults.typed_error(**error) for name, error in errors}
        self.operations = Operations(self.windows, denied, failing)
        self.shells = Shells(self.windows)
        if "MaxShellsPerUser" in self.quotas:
            self.shells.maximum = int(self.quotas["MaxShellsPerUser"])
        self._pending = dataclasses.asdict(self.misbehavior)
        self._requests = 0
        self._last = b""
        self._changes: set[object] = set()

    def restarted(self) -> None:
        """Shells and enumerations do not survive a restart."""
        self.shells.clear()
        self.operations.enumerations.clear()

    async def handle(self, message: bytes, user: str, address: str, client: str) -> Reply:
        """Answer one message; raises :class:`ConnectionDropped` where the client gets no answer."""
        if self.misbehavior.latency:
            await asyncio.sleep(self.misbehavior.latency)
        relates_to = ""
        request: Request | None = None
        try:
            envelope = soap.parse_xml(message)
            if soap.is_identify(envelope):
                self._count("Identify")
                return Reply(200, self.identify())
            relates_to = soap.peek_message_id(envelope)
            request = soap.parse_request(envelope)
            names = _names(request)
            self._count(names[-1])
            cut = self.misbehavior.cut_changes if self._is_new_change(request, names) else ""
            if self._hit("drop_before", names) or cut == "before":
                raise ConnectionDropped
            if self._hit("internal_error", names):
                return Reply(500, b"")
            if self._hit("quota", names):
                raise faults.quota(shells=False, mi_error=request.resource_uri == SHELL_URI)
            answer = await self._dispatch(request, user, address, client)
            reply = Reply(200, soap.envelope(answer.prefixes, answer.action, answer.body, relates_to, request))
            before, self._last = self._last, reply.message
            if self._hit("drop_after", names) or cut == "after":
                self.shells.run_started()
                raise ConnectionDropped
            if self._hit("time_out", names):
                raise faults.timed_out()
            if self._hit("stray", names):
                return Reply(200, before)
            for manner in ("garble", "drip", "flood", "redirect"):
                if self._hit(manner, names):
                    return dataclasses.replace(reply, manner=manner)
            if self._hit("truncate", names):
                return Reply(200, reply.message[: len(reply.message) * 2 // 3])
            return reply
        except WSManFault as fault:
            body = fault.body(self.machine, request.language if request else "en-US")
            return Reply(500, soap.envelope("x e n w p", fault.action, body, relates_to, request))

    def identify(self, *, anonymous: bool = False) -> bytes:
        """The wsmid:IdentifyResponse; the anonymous one hides the version of the system."""
        version = "0.0.0 SP: 0.0" if anonymous else self.windows.version()
        namespaces = soap.NAMESPACES
        return (
            f'<s:Envelope xml:lang="en-US" xmlns:s="{namespaces["s"]}"><s:Header/><s:Body>'
            f'<wsmid:IdentifyResponse xmlns:wsmid="{namespaces["wsmid"]}">'
            f"<wsmid:ProtocolVersion>{namespaces['w']}</wsmid:ProtocolVersion>"
            "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
            f"<wsmid:ProductVersion>OS: {escape(version)} Stack: 3.0</wsmid:ProductVersion>"
            "</wsmid:IdentifyResponse></s:Body></s:Envelope>"
        ).encode()

    async def _dispatch(self, request: Request, user: str, address: str, client: str) -> Answer:
        if request.resource_uri.lower() == SHELL_URI.lower():
            return await self.shells.handle(request, user, address, client)
        self.shells.run_started()
        if request.resource_uri.lower() == CONFIG_URI:
            if request.action != f"{TRANSFER}/Get":
                raise faults.action_not_supported(request.action)
            if not self.windows.elevated:
                raise WSManFault(5, "w:AccessDenied", "Access is denied.")
            return Answer(f"{request.action}Response", self._config(), "x w p")
        return self.operations.handle(request)

    def _config(self) -> str:
        def elements(part: str) -> str:
            values = {**_QUOTAS[part], "IdleTimeout": int(self.windows.shell_idle_seconds() * 1000), **self.quotas}
            return "".join(f"<cfg:{name}>{values[name]}</cfg:{name}>" for name in _QUOTAS[part])

        parts = "".join(f"<cfg:{part}>{elements(part)}</cfg:{part}>" for part in ("Service", "Winrs"))
        return f'<cfg:Config xmlns:cfg="{CONFIG_URI}">{elements("")}{parts}</cfg:Config>'

    def _count(self, name: str) -> None:
        self._requests += 1
        self.statistics.soap += 1
        self.statistics.actions[name] += 1

    def _is_new_change(self, request: Request, names: tuple[str, ...]) -> bool:
        if not self.misbehavior.cut_changes or (names[0].startswith(_NO_CHANGE) and "DeleteValue" not in names):
            return False
        keys = {name: str(value) for name, value in request.selectors.items() if name != "ShellId"}
        change = (*names, str(keys), ElementTree.tostring(request.body))
        is_new = change not in self._changes
        self._changes.add(change)
        return is_new

    def _hit(self, kind: str, names: tuple[str, ...]) -> bool:
        pending: list[int | str] = self._pending[kind]
        for name in (self._requests, *names):
            if name in pending:
                pending.remove(name)
                return True
        return False


def _names(request: Request) -> tuple[str, ...]:
    """What faults and statistics call a request: ``Pull``, ``StdRegProv/SetDWORDValue``."""
    action = request.action.rpartition("/")[2]
    resource = request.resource_uri.rpartition("/")[2]
    return (action, f"{resource}/{action}")
