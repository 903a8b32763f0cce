# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the clock and the time zone."""

from __future__ import annotations

from typing import Any

from ...windows.clock import TIME_SERVICE, TIME_ZONE_KEY
from ..host import Host

DESCRIPTION = r"""
description: The clock of Windows.
type: dict
contains:
  offset:
    description: By how many seconds it is ahead of the controller's clock, negative if it is behind.
    type: float
    sample: 0.4
  time_zone:
    description: The name of the time zone, untranslated, V(null) if Windows has none.
    type: str
    sample: W. Europe Standard Time
  service:
    description: The Windows Time service, V(null) if there is none.
    type: dict
    contains:
      state:
        description: Its state.
        type: str
        sample: Running
      start_mode:
        description: Its start mode.
        type: str
        sample: Auto
"""

KEYS = (TIME_ZONE_KEY,)


def gather(host: Host) -> dict[str, Any]:
    """The clock against the controller's, the time zone, and what keeps the clock right."""
    return host.read_each(
        "clock",
        {
            "offset": lambda: round(host.clock_offset.total_seconds(), 1),
            "time_zone": lambda: key.string("TimeZoneKeyName") if (key := host.key(TIME_ZONE_KEY)) else None,
            "service": lambda: host.service_facts(TIME_SERVICE),
        },
    )
