# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of simulated hosts in one process: each on its own loopback address, all on the same port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulator.authentication import Account
from tests.simulator.certificates import Authority
from tests.simulator.model import Faults, Listener, Windows
from tests.simulator.server import HostServer
from tests.simulator.service import Service, Statistics

_FOLLOW_SECONDS = 0.1
_PORT_ATTEMPTS = 10
LoadHost = Callable[[dict[str, Any], str], Windows]


@dataclass(frozen=True)
class Options:
    """How to serve a fleet."""

    https: bool = False
    transport: str = "ntlm"  # ansible_winrm_transport in the inventory


@dataclass(frozen=True)
class FleetHost:
    """One host to run: inventory name, loopback address, complete profile, and its part of the inventory."""

    name: str
    address: str
    profile: dict[str, Any]
    groups: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Host:
    """One running host and its part of the inventory."""

    declared: FleetHost
    server: HostServer

    def state(self) -> Any:
        """The whole state of the Windows side, JSON-able."""
        self.server.service.shells.run_started()
        return self.server.windows.state()  # type: ignore[attr-defined]


class Fleet:
    """Starts, follows and stops hosts; ``directory`` holds credentials and certificates."""

    def __init__(
        self,
        hosts: Sequence[FleetHost],
        load_host: LoadHost,
        directory: Path,
        options: Options | None = None,
    ) -> None:
        self.options = options or Options()
        self._authority = Authority(directory) if self.options.https else None
        self._directory = directory
        self.http_port = 0
        self.https_port = 0
        self.hosts = [self._host(host, load_host) for host in hosts]
        self._following: asyncio.Task[None] | None = None

    def _host(self, host: FleetHost, load_host: LoadHost) -> Host:
        listener = Listener(**host.profile.get("winrm", {}))
        account = Account(self._directory / f"{host.name}.ntlm", listener.user, listener.password)
        account.write(host.name)
        misbehavior = Faults(**host.profile.get("faults", {}))
        service = Service(load_host(host.profile, host.name), host.name, misbehavior, quotas=listener.quotas)
        return Host(host, HostServer(service, listener, account, host.address, {}))

    async def start(self) -> None:
        """Listen on all addresses; raises OSError if no free port is found."""
        _raise_file_limit()
        for attempt in range(_PORT_ATTEMPTS):
            self.http_port, self.https_port = _free_port(), _free_port()
            for host in self.hosts:
                host.server.ports = {self.http_port: None}
                if self._authority:
                    host.server.ports[self.https_port] = self._authority.context(
                        host.declared.name, host.server.address
                    )
            try:
                for host in self.hosts:
                    await host.server.open()
            except OSError:
                await self._close()
                if attempt == _PORT_ATTEMPTS - 1:
                    raise
            else:
                break
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop listening and end all connections."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        await self._close()

    async def _close(self) -> None:
        await asyncio.gather(*(host.server.close() for host in self.hosts))

    async def _follow(self) -> None:
        while True:
            for host in self.hosts:
                await host.server.follow_host()
            await asyncio.sleep(_FOLLOW_SECONDS)

    def inventory(self, control_url: str) -> dict[str, Any]:
        """The Ansible inventory of the running fleet."""
        shared: dict[str, Any] = {
            "ansible_connection": "winrm",
            "ansible_port": self.https_port if self.options.https else self.http_port,
            "ansible_winrm_scheme": "https" if self.options.https else "http",
            "ansible_winrm_transport": self.options.transport,
            "simulator_control_url": control_url,
            # For hosts with another scheme than the others
            "simulator_http_port": self.http_port,
        }
        if self._authority:
            shared["ansible_winrm_server_cert_validation"] = "validate"
            shared["ansible_winrm_ca_trust_path"] = str(self._authority.ca_path)
        hosts = {}
        groups: dict[str, Any] = {}
        for host in self.hosts:
            name = host.declared.name
            hosts[name] = {
                "ansible_host": host.server.address,
                "ansible_user": host.server.listener.user,
                "ansible_password": host.server.listener.password,
                **host.declared.variables,
            }
            for group in host.declared.groups:
                groups.setdefault(group, {"hosts": {}})["hosts"][name] = {}
        return {"all": {"vars": shared, "hosts": hosts, **({"children": groups} if groups else {})}}

    def states(self) -> bytes:
        """The state of every host as canonical JSON: equal states are equal octets."""
        state = {host.declared.name: host.state() for host in self.hosts}
        return json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def requests(self) -> dict[str, Any]:
        """Requests since the last reset, in total and by host."""
        hosts = {}
        total = Statistics()
        for host in self.hosts:
            part = host.server.service.statistics
            hosts[host.declared.name] = _count(part)
            total.connections += part.connections
            total.http += part.http
            total.soap += part.soap
            total.actions += part.actions
        return {**_count(total), "hosts": hosts}

    def reset_requests(self) -> None:
        """Start counting again."""
        for host in self.hosts:
            host.server.service.statistics = Statistics()


def _count(statistics: Statistics) -> dict[str, Any]:
    return {
        "connections": statistics.connections,
        "http": statistics.http,
        "soap": statistics.soap,
        "actions": dict(statistics.actions),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))  # every address: each host needs this port on its own one
        port: int = probe.getsockname()[1]
        return port


def _raise_file_limit() -> None:
    _unused, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
