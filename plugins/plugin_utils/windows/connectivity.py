# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Whether SYSTEM reaches hosts over HTTPS, tried with curl.exe, which is part of Windows 10 1803 and Server 2019."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from ..wsman.session import Session
from .command_line import failure, quoted
from .errors import CimError
from .proxy import ProxyUse
from .system_command import SystemCommand, temporary_directory

#: The first build of Windows with curl.exe.
FIRST_BUILD = 17763

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_CONNECT_SECONDS, _MAX_SECONDS = 15, 30
# Exit codes of curl (its manual, EXIT CODES) before the handshake is complete; with any other, the host was reached.
_STAGES = {
    5: "proxy",
    6: "name",
    7: "connection",
    28: "timeout",
    35: "tls",
    51: "tls",
    58: "tls",
    59: "tls",
    60: "tls",
    77: "tls",
    83: "tls",
    90: "tls",
    91: "tls",
    97: "proxy",
}
_RECEIVE_ERROR = 56
# curl itself does not work; says nothing about the host
_UNUSABLE = {1, 2, 3, 4, 23, 26, 27}


@dataclass(frozen=True)
class Attempt:
    """An attempt to reach a host on TCP 443.

    :ivar result: ``reached``, or what failed: ``name``, ``connection``, ``proxy``, ``tls`` or ``timeout``.
    :ivar code: the exit code of curl.
    :ivar address: the IP address of the host, None if it is unknown or a proxy was used.
    """

    host: str
    result: str
    code: int
    address: str | None

    @property
    def private(self) -> bool | None:
        """Whether the address is one of a private network, None if it is unknown."""
        return None if self.address is None else ip_address(self.address).is_private


def attempts(
    session: Session, hosts: Sequence[str], proxy: ProxyUse, sleep: Callable[[float], None] = time.sleep
) -> list[Attempt]:
    """Try to reach each host as SYSTEM, with a TLS handshake. Raises :class:`CimError` if that cannot be tried.

    :param proxy: what SYSTEM uses.
    """
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise CimError(f"{host!r} is not the name of a host")
    if proxy.auto_config_url:
        raise CimError(
            "SYSTEM uses an automatic configuration script for its proxy, which cannot be followed from outside: set "
            "the proxy itself, or check the connection on the host"
        )
    with temporary_directory(session) as directory:
        output = f"{directory}\\output.txt"
        command = f"({_command(hosts, proxy)}) >{quoted(output)} 2>&1"
        SystemCommand(session, directory, command, sleep).run(60 + (_MAX_SECONDS + 5) * len(hosts))
        result = session.run(f"type {quoted(output)}", repeatable=True)
    if result.exit_code:
        raise failure("what curl.exe printed could not be read", result)
    return _read(result.stdout, hosts, uses_proxy=proxy.address is not None)


def _command(hosts: Sequence[str], proxy: ProxyUse) -> str:
    # Revocation lists are often not reachable where Azure is, and the agent does not need them
    options = f"--silent --show-error --output nul --ssl-no-revoke --tlsv1.2 --connect-timeout {_CONNECT_SECONDS}"
    options += f" --max-time {_MAX_SECONDS}"
    if proxy.address:
        # The proxy gets the credentials of the computer, as from the agent
        options += f" --proxy {quoted(f'http://{proxy.address}')} --proxy-anyauth --proxy-user :"
        options += f" --noproxy {quoted(','.join(filter(proxy.is_bypassed, hosts)) or 'localhost')}"
    else:
        options += ' --noproxy "*"'
    curl = f'curl.exe {options} --write-out "%{{remote_ip}}\\n" https://%i/'
    return f"for %i in ({' '.join(hosts)}) do @(echo *%i& {curl})"


def _read(output: str, hosts: Sequence[str], *, uses_proxy: bool) -> list[Attempt]:
    records = re.split(r"^\*", output, flags=re.MULTILINE)[1:]
    if len(records) != len(hosts):
        raise CimError(f"curl.exe could not be run: {' '.join(output.split())[:200]}")
    found = []
    for host, record in zip(hosts, records, strict=True):
        # Not translated
        complaint = re.search(r"^curl: \((\d+)\)", record, re.MULTILINE)
        code = int(complaint[1]) if complaint else 0
        address = re.search(r"^[0-9a-f.:]{3,}\s*$", record, re.MULTILINE)
        if code in _UNUSABLE or (complaint is None and address is None):
            raise CimError(f"curl.exe could not try {host}: {' '.join(record.split())[:200]}")
        stage = "proxy" if uses_proxy and code == _RECEIVE_ERROR else _STAGES.get(code, "reached")
        if uses_proxy and stage == "connection":
            stage = "proxy"
        found.append(Attempt(host, stage, code, address[0].strip() if address and not uses_proxy else None))
    return found
