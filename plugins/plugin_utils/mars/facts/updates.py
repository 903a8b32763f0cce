# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the updates of Windows, from the event log Setup: Win32_QuickFixEngineering has translated dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...windows.errors import CimError
from ...windows.servicing import INSTALLED_UPDATES, last_installed
from ..host import Command, Host

DESCRIPTION = r"""
description: The last update that Windows Update installed, V(null) if the event log Setup shows none.
type: dict
contains:
  name:
    description: Its number.
    type: str
    sample: KB5032198
  installed:
    description: When it was installed, as an ISO 8601 time.
    type: str
    sample: '2026-11-11T02:14:09+00:00'
  days_ago:
    description: How long ago that was by the host's clock, in days, when the facts were gathered.
    type: float
    sample: 9.3
"""

COMMANDS: dict[str, Command] = {"updates": lambda host: INSTALLED_UPDATES}


# Evidence: servicing_events
def gather(host: Host) -> dict[str, Any] | None:
    """The newest event of an update that is installed."""
    output = host.output("updates")
    if not output.succeeded:
        raise CimError(f"the event log Setup could not be read: {' '.join(output.text.split())}")
    update = last_installed(output.text)
    if update is None:
        return None
    return {
        "name": update.name,
        "installed": update.time.isoformat(timespec="seconds"),
        "days_ago": round((host.operating_system.local_time - update.time) / timedelta(days=1), 1),
    }
