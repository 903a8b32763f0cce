# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the protocol side and the Windows side of the simulator agree on: CIM classes, their providers, and failures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

# A CIM value as Python data: str, bool, int, float, datetime, timedelta, None (NULL), bytes (uint8[] octets),
# list of those, a Ref, or an Embedded instance.
CimValue = Any


@dataclass(frozen=True)
class Property:
    """A property or parameter with its DMTF type.

    ``string``, ``uint32``, ``boolean``, ``datetime``, ``reference``, ``instance`` (embedded) ...
    """

    name: str
    type: str = "string"
    array: bool = False
    key: bool = False


@dataclass(frozen=True)
class Ref:
    """A reference to an instance: class and keys."""

    namespace: str
    class_name: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Embedded:
    """An embedded instance, as MI providers pass it."""

    class_name: str
    properties: Mapping[str, CimValue]


@dataclass(frozen=True)
class Method:
    """A CIM method; ``call(host, keys, parameters)`` returns the out parameters including ``ReturnValue``."""

    name: str
    call: Callable[[Any, Mapping[str, str], Mapping[str, CimValue]], Mapping[str, CimValue]]
    parameters: tuple[Property, ...] = ()
    results: tuple[Property, ...] = ()
    static: bool = False


class CimFailure(Exception):
    """A provider refuses: an HRESULT (``0x80041002`` not found, ``0x80041003`` access denied ...) and a message."""

    def __init__(self, hresult: int, message: str = "") -> None:
        super().__init__(f"0x{hresult:08X} {message}")
        self.hresult = hresult
        self.message = message


Row = Mapping[str, CimValue]


def _unsupported(*_: object) -> None:
    raise CimFailure(0x8004100C, "Not supported")


@dataclass(frozen=True)
class CimClass:
    """A class as its provider serves it on one host."""

    namespace: str  # root/cimv2
    name: str
    properties: tuple[Property, ...]
    instances: Callable[[Any], Iterable[Row]]
    methods: tuple[Method, ...] = ()
    # Keyed reads for classes that must not be enumerated (CIM_DataFile); None: filter ``instances`` by key.
    get: Callable[[Any, Mapping[str, str]], Row] | None = None
    # Queries that fix these properties by equality, for classes that must not be enumerated
    indexed: tuple[str, ...] = ()
    search: Callable[[Any, Mapping[str, str]], Iterable[Row]] = _unsupported  # type: ignore[assignment]
    put: Callable[[Any, Mapping[str, str], Row], None] = _unsupported
    create: Callable[[Any, Row], Mapping[str, str]] = _unsupported  # type: ignore[assignment]
    delete: Callable[[Any, Mapping[str, str]], None] = _unsupported
    # [Singleton] classes (Win32_OperatingSystem): Get, Put and methods work without selectors, as they do on Windows.
    singleton: bool = False


@dataclass
class Process:
    """A command the cmd shell runs: output arrives in chunks, then the exit code."""

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0
    duration: float = 0.0  # seconds until output and exit code are there; Receive times out before that


class Windows(Protocol):
    """The Windows side of one simulated host, as the protocol side sees it."""

    def classes(self, namespace: str) -> Mapping[str, CimClass] | None:
        """The classes of a namespace by lower-case name; None: the namespace does not exist."""

    def run_command(self, command: str, stdin: bytes, codepage: int, skip_cmd_shell: bool) -> Process:
        """Run one command line in cmd.exe; without cmd a missing executable is :class:`CimFailure` 0x80070002."""

    def version(self) -> str:
        """``10.0.20348 SP: 0.0`` and so on, for Identify."""

    def reachable(self) -> bool:
        """False while the host restarts."""

    def seconds(self) -> float:
        """The host's clock, in seconds since the epoch."""

    async def pause(self, seconds: float) -> None:
        """Let time pass on the host's clock."""

    def misbehaves(self, name: str) -> bool:
        """Whether it does otherwise than is assumed of every host (``misbehaviors.yml``)."""

    @property
    def elevated(self) -> bool:
        """Whether the account of the sessions has the rights of an administrator."""

    def shell_idle_seconds(self) -> float:
        """After how many seconds without activity WinRM deletes a remote shell (winrm/config/winrs, IdleTimeout)."""


@dataclass(frozen=True)
class Listener:
    """What the protocol side reads from a profile's ``winrm:`` (all keys optional).

    Besides, it reads ``faults:`` (:class:`Faults`). All other keys belong to the Windows side.
    Fleets of hosts are described in ``tests/simulator/fleet_file.py``.
    """

    user: str = "Administrator"  # who may log on, and the account everything runs as
    password: str = "P@ssw0rd!"
    basic: bool = True  # Service/Auth/Basic
    negotiate: bool = True  # Service/Auth/Negotiate
    quotas: Mapping[str, int | str] = field(default_factory=dict)  # of its configuration, where they differ
    allow_unencrypted: bool = False  # for Negotiate over HTTP; Basic over HTTP works when ``basic`` is on


@dataclass
class Faults:
    """Misbehavior asked for in a host's profile (``faults:``), all off by default.

    A list names SOAP requests to hit, each once: a number counts the host's requests from 1, a text is the last part of
    the request's action URI (``Pull``, ``SetDWORDValue``) or of that and the class (``StdRegProv/SetDWORDValue``).
    """

    latency: float = 0.0  # seconds before every answer
    drop_before: list[int | str] = field(default_factory=list)  # nth SOAP requests whose connection closes unprocessed
    drop_after: list[int | str] = field(default_factory=list)  # nth SOAP requests processed, then the connection closes
    cut_changes: str = ""  # before or after: the connection closes so at each request that may change the host, once
    unauthorized: bool = False  # 401 for everything
    internal_error: list[int | str] = field(default_factory=list)  # nth SOAP requests answered HTTP 500 without a fault
    truncate: list[int | str] = field(default_factory=list)  # nth SOAP requests answered with cut-off XML
    denied_namespaces: list[str] = field(default_factory=list)  # access denied to these namespaces
    # Errors of whole namespaces: {namespace: {type, code}} with a type of :func:`tests.simulator.faults.typed_error`.
    namespace_errors: dict[str, dict[str, Any]] = field(default_factory=dict)
    quota: list[int | str] = field(default_factory=list)  # nth SOAP requests answered with the quota fault
    time_out: list[int | str] = field(default_factory=list)  # processed, but not within w:OperationTimeout: w:TimedOut
    stray: list[int | str] = field(default_factory=list)  # processed, but answered with the answer before
    garble: list[int | str] = field(default_factory=list)  # processed, and one octet of the (encrypted) answer changed
    # No Windows does the following. It is what a broken or hostile service at its address may do.
    drip: list[int | str] = field(default_factory=list)  # answered octet by octet, a second apart
    flood: list[int | str] = field(default_factory=list)  # answered without end
    redirect: list[int | str] = field(default_factory=list)  # answered with HTTP 307 to this very address
