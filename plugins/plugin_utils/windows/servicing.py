# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Updates of Windows, by the events of its servicing in the log Setup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from .event_log import events_query, parse_events

#: The event log.
CHANNEL = "Setup"
#: The ID of the events in which the state of an update changed.
CHANGED = 2
#: The state in which an update is installed.
INSTALLED = "5112"
_NUMBER = re.compile(r"KB\d+")
#: Who had it installed: Windows Update, and since 2021 the part of it for cumulative updates.
# Evidence: servicing_events
CLIENTS = ("UpdateAgentLCU", "WindowsUpdateAgent")
_BY_CLIENT = " or ".join(f"Client='{client}'" for client in CLIENTS)

#: The command that prints the newest of them as XML. The first may be an update that was removed.
INSTALLED_UPDATES = events_query(
    CHANNEL,
    f"*[System[(EventID={CHANGED})] and UserData[CbsPackageChangeState[({_BY_CLIENT}) and ErrorCode='0x0']]]",
    3,
)


@dataclass(frozen=True)
class Update:
    """An update that was installed: its number, such as ``KB5032198``, and when that was."""

    name: str
    time: datetime


def last_installed(text: str) -> Update | None:
    """Return the newest update in what :data:`INSTALLED_UPDATES` printed, None if there is none.

    Raises :class:`ProtocolError` for any other text.
    """
    for event in parse_events(CHANNEL, text):
        name = _NUMBER.match(event.user_data.get("PackageIdentifier", ""))
        if name and event.user_data.get("IntendedPackageState") == INSTALLED:
            return Update(name[0], event.time)
    return None
