# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about what SYSTEM reaches of Azure, gathered on request."""

from __future__ import annotations

from typing import Any

from ...windows import proxy
from ...windows.connectivity import FIRST_BUILD, attempts
from ...windows.errors import CimError
from ...windows.network_profiles import network_verdict
from ..host import Host

ON_REQUEST = True

DESCRIPTION = r"""
description: What SYSTEM reaches of Azure on TCP 443, tried with a TLS handshake. Gathered only on request.
type: dict
contains:
  cloud:
    description: The value of O(cloud).
    type: str
    sample: public
  proxy:
    description: The proxy that SYSTEM uses, V(null) for none.
    type: str
    sample: proxy.example.com:8080
  windows_verdict:
    description:
      - How far Windows itself believes to reach, V(internet), V(local_network), V(subnet), V(no_traffic), or
        V(disconnected). V(null) before Windows Server 2012.
      - Windows tries a web page of its own, so this is a hint only. No rule decides on it.
    type: str
    sample: internet
  endpoints:
    description: What was tried.
    type: list
    elements: dict
    contains:
      host:
        description: Name of the host.
        type: str
        sample: login.microsoftonline.com
      result:
        description:
          - V(reached), or what failed.
          - V(name) is the resolution of its name, V(connection) TCP, V(proxy) the proxy, V(tls) the
            handshake, and V(timeout) any of these that took too long.
        type: str
        sample: reached
      code:
        description: Exit code of curl.
        type: int
        sample: 0
      address:
        description: IP address of the host, V(null) if it is unknown, as behind a proxy.
        type: str
        sample: 20.190.160.14
      private:
        description: Whether the address is one of a private network, such as that of a private endpoint.
        type: bool
        sample: false
"""

KEYS = proxy.KEYS


def gather(host: Host) -> dict[str, Any]:
    """Try every endpoint of the cloud, and those that the user names, by one command as SYSTEM."""
    settings = proxy.proxy_settings(*map(host.key, KEYS))
    use = settings.connection or settings.wininet
    if host.operating_system.build < FIRST_BUILD:
        raise CimError(
            f"build {host.operating_system.build} of Windows does not have curl.exe: try the endpoints on the host, "
            "for example with a browser that runs as SYSTEM"
        )
    verdict = host.read_each("connectivity", {"windows_verdict": lambda: network_verdict(host.session)})
    return verdict | {
        "cloud": host.given.cloud,
        "proxy": use.address,
        "endpoints": [
            {**vars(attempt), "private": attempt.private}
            for attempt in attempts(host.session, host.endpoints, use, host.sleep)
        ],
    }
