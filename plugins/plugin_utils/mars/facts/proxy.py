# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the proxies that services use."""

from __future__ import annotations

from typing import Any

from ...windows import proxy
from ..host import Host

DESCRIPTION = r"""
description:
  - The proxies that services use, without credentials.
  - The agent has a setting of its own beside them, which is in the section C(backup).
type: dict
contains:
  per_machine:
    description: Whether a policy makes the settings of WinINET those of the computer.
    type: bool
    sample: false
  wininet:
    description: The settings of WinINET for the SYSTEM account.
    type: dict
    contains: &use
      address:
        description: Host and port of the proxy for HTTPS, V(null) for none.
        type: str
        sample: proxy.example.com:8080
      bypass:
        description: The hosts for which it is not used, V(null) for none.
        type: str
        sample: '*.example.com;<local>'
      auto_config_url:
        description: The address of an automatic configuration script, V(null) for none.
        type: str
        sample: http://wpad.example.com/proxy.pac
      auto_detect:
        description: Whether such a script is looked for in the network, V(null) if that is not stored.
        type: bool
        sample: false
  connection:
    description: The settings of the connection, which WinINET has beside them, V(null) for none.
    type: dict
    contains: *use
  winhttp:
    description: The settings of WinHTTP.
    type: dict
    contains: *use
  bypassed:
    description: Hosts of O(cloud) and O(endpoints) that SYSTEM reaches past its proxy, by its settings.
    type: list
    elements: str
    sample: []
"""

KEYS = proxy.KEYS


def gather(host: Host) -> dict[str, Any]:
    """What the registry says about the proxies of SYSTEM and of the computer."""
    settings = proxy.proxy_settings(*map(host.key, KEYS))
    use = settings.connection or settings.wininet
    return {
        "per_machine": settings.per_machine,
        "wininet": vars(settings.wininet),
        "connection": vars(settings.connection) if settings.connection else None,
        "winhttp": vars(settings.winhttp),
        "bypassed": list(filter(use.is_bypassed, host.endpoints)),
    }
