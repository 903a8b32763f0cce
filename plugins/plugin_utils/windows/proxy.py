# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Proxy settings of Windows: those of WinINET, which each account has, and those of WinHTTP, which the computer has.

WinINET has them twice, as values with names and in the settings of the connection. Those and the settings of WinHTTP
are bytes of one layout, which Microsoft does not document: three numbers, of which the last has flags, and texts with
their lengths before them.
"""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..wsman.session import Session
from .command_line import failure, quoted
from .errors import CimError
from .registry_query import RegistryKey, read_keys
from .system_command import SystemCommand, temporary_directory

_INTERNET_SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
#: The settings of WinINET for SYSTEM, and those of its connection.
SYSTEM_KEY = rf"HKU\S-1-5-18\{_INTERNET_SETTINGS}"
SYSTEM_CONNECTIONS_KEY = rf"{SYSTEM_KEY}\Connections"
#: The settings of WinINET for all accounts, where the policy says so, and those of WinHTTP.
MACHINE_KEY = rf"HKLM\{_INTERNET_SETTINGS}"
MACHINE_CONNECTIONS_KEY = rf"{MACHINE_KEY}\Connections"
POLICY_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
#: All that is read.
KEYS = (SYSTEM_KEY, SYSTEM_CONNECTIONS_KEY, MACHINE_KEY, MACHINE_CONNECTIONS_KEY, POLICY_KEY)

_CONNECTION = "DefaultConnectionSettings"
_WINHTTP = "WinHttpSettings"
_MANUAL, _SCRIPT, _DETECT = 2, 4, 8
_TIMEOUT = 300.0
_SEPARATORS = re.compile(r"[;\s]+")
_PORT = re.compile(r":\d+$")


@dataclass(frozen=True)
class ProxyUse:
    """Which proxy is used, without credentials.

    :ivar address: host and port of the proxy for HTTPS, in lower case; None for none.
    :ivar bypass: the hosts for which it is not used, with semicolons between them; None for none.
    :ivar auto_config_url: the address of a script that decides instead, without its query; None for none.
    :ivar auto_detect: whether such a script is looked for in the network; None if that is unknown.
    """

    address: str | None = None
    bypass: str | None = None
    auto_config_url: str | None = None
    auto_detect: bool | None = None

    def is_bypassed(self, host: str) -> bool:
        """Return whether this host is reached past the proxy (Microsoft's page on enabling Internet functionality)."""
        entries = [entry.lower().rpartition("://")[2] for entry in (self.bypass or "").split(";")]
        patterns = [re.escape(_PORT.sub("", entry)).replace(r"\*", ".*") for entry in entries if entry]
        return self.address is not None and any(re.fullmatch(pattern, host.lower()) for pattern in patterns)


@dataclass(frozen=True)
class ProxySettings:
    """The proxy settings that matter for SYSTEM.

    :ivar per_machine: whether a policy makes the settings of WinINET those of the computer.
    :ivar connection: the settings of WinINET's connection; None if there are none, and the values count.
    """

    per_machine: bool
    wininet: ProxyUse
    connection: ProxyUse | None
    winhttp: ProxyUse


def proxy_settings(
    system: RegistryKey | None,
    system_connections: RegistryKey | None,
    machine: RegistryKey | None,
    machine_connections: RegistryKey | None,
    policy: RegistryKey | None,
) -> ProxySettings:
    """Return what the registry :data:`KEYS` hold. Raises :class:`CimError` for what has another type or layout."""
    per_machine = policy is not None and policy.dword("ProxySettingsPerUser") == 0
    if per_machine:
        system, system_connections = machine, machine_connections
    connection = system_connections.binary(_CONNECTION) if system_connections else None
    winhttp = machine_connections.binary(_WINHTTP) if machine_connections else None
    return ProxySettings(
        per_machine,
        _of_values(system) if system else ProxyUse(),
        None if connection is None else _of_bytes(connection, _CONNECTION),
        ProxyUse() if winhttp is None else _of_bytes(winhttp, _WINHTTP),
    )


def https_proxy(server: str) -> str | None:
    """Return host and port of the proxy that a list of proxies has for HTTPS, None if it has none.

    Lists look like ``proxy:8080`` or ``http=proxy:80;https=proxy:443``.
    """
    # What is before the last @ may be credentials, in whatever spelling
    entries = [entry for entry in _SEPARATORS.split(server.rpartition("@")[2].lower()) if entry]
    for entry in sorted(entries, key=lambda entry: not entry.startswith("https=")):
        scheme, separator, address = entry.rpartition("=")
        if not separator or scheme == "https":
            return address.rpartition("://")[2].rstrip("/") or None
    return None


def _of_values(key: RegistryKey) -> ProxyUse:
    server = key.string("ProxyServer") if key.dword("ProxyEnable") else None
    url = key.string("AutoConfigURL")
    return ProxyUse(https_proxy(server or ""), _list(key.string("ProxyOverride") or ""), _url(url or ""))


def _of_bytes(data: bytes, name: str) -> ProxyUse:
    texts = _texts(data)
    try:
        (flags,) = struct.unpack_from("<I", data, 8)
        server, bypass = next(texts), next(texts)
    except (struct.error, StopIteration):
        raise CimError(f"the registry value {name} has an unknown layout") from None
    return ProxyUse(
        https_proxy(server) if flags & _MANUAL else None,
        _list(bypass),
        _url(next(texts, "")) if flags & _SCRIPT else None,
        bool(flags & _DETECT),
    )


def _texts(data: bytes) -> Iterator[str]:
    position = 12
    while position + 4 <= len(data):
        (length,) = struct.unpack_from("<I", data, position)
        position += 4
        if position + length > len(data):
            return
        yield data[position : position + length].decode("latin-1")
        position += length


def _list(hosts: str) -> str | None:
    return ";".join(filter(None, _SEPARATORS.split(hosts))) or None


def _url(url: str) -> str | None:
    """Return a URL without credentials, and without a query, in which there may be some."""
    return url.rpartition("@")[2].partition("?")[0].strip() or None


class Proxies:
    """The proxy settings of one host."""

    def __init__(self, session: Session, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._sleep = sleep

    def read(self) -> ProxySettings:
        """Return all of them, by one command."""
        return proxy_settings(*read_keys(self._session, KEYS))

    def set_wininet(self, address: str | None, bypass: str | None) -> None:
        """Let SYSTEM use this proxy, or none, by the program that Windows has for it."""
        usage = f"MANUAL_PROXY {quoted(address)} {quoted(bypass or 'NULL')}" if address else "RESET"
        with temporary_directory(self._session) as directory:
            command = f"bitsadmin /util /setieproxy localsystem {usage}"
            code = SystemCommand(self._session, directory, command, self._sleep).run(_TIMEOUT)
        if code:
            raise CimError(f"the proxy of SYSTEM could not be set with bitsadmin (exit code 0x{code:08X})", code)

    def set_winhttp(self, address: str | None, bypass: str | None) -> None:
        """Let WinHTTP use this proxy, or none."""
        if address:
            command = f"netsh winhttp set proxy proxy-server={quoted(address)}"
            command += f" bypass-list={quoted(bypass)}" if bypass else ""
        else:
            command = "netsh winhttp reset proxy"
        result = self._session.run(command, repeatable=True)
        if result.exit_code:
            raise failure("the proxy of WinHTTP could not be set with netsh", result)
