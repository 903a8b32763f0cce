# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Event logs by wevtutil.exe, since Win32_NTLogEvent only has the classic ones. Events are read as XML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from ..wsman.errors import ProtocolError
from ..wsman.session import Session
from .command_line import failure, quoted
from .paths import fold

_NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"


@dataclass(frozen=True)
class Event:
    """An event: its ID, and when it was written."""

    id: int
    time: datetime


def newest_event(session: Session, channel: str, ids: Iterable[int]) -> Event | None:
    """Return the newest event with one of these IDs, None if there is none.

    Raises :class:`LookupError` if the host has no such channel, and :class:`CimError` if it cannot be read.
    """
    condition = " or ".join(f"EventID={number}" for number in ids)
    query = f"*[System[({condition})]]"
    command = f"wevtutil qe {quoted(channel)} /q:{quoted(query)} /c:1 /rd:true /f:xml"
    result = session.run(command, repeatable=True)
    if result.exit_code:
        if not _exists(session, channel):
            raise LookupError(channel)
        raise failure(f"the event log {channel} could not be read", result)
    if not result.stdout.strip():
        return None
    try:
        event = ElementTree.fromstring(result.stdout.strip())
        created = event.find(f"{_NAMESPACE}System/{_NAMESPACE}TimeCreated")
        # Windows writes more digits than the six of Python's microseconds.
        time = created.get("SystemTime", "").removesuffix("Z")[:26] if created is not None else ""
        number = int(event.findtext(f"{_NAMESPACE}System/{_NAMESPACE}EventID", ""))
        return Event(number, datetime.fromisoformat(time + "+00:00"))
    except (ElementTree.ParseError, ValueError) as error:
        raise ProtocolError(f"an event of the log {channel} could not be parsed: {error}") from error


def _exists(session: Session, channel: str) -> bool:
    """Return whether the host lists a channel, since no exit code is documented for one that does not exist."""
    result = session.run("wevtutil el", repeatable=True)
    if result.exit_code:
        raise failure("the event logs could not be listed", result)
    return fold(channel) in map(fold, result.stdout.splitlines())
