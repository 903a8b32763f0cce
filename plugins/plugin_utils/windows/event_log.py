# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Event logs by wevtutil.exe, since Win32_NTLogEvent only has the classic ones. Events are read as XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..wsman.errors import ProtocolError
from ..wsman.session import Session
from .command_line import failure, quoted
from .paths import fold

_NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"
# Unlike the words around it, an error code is the same in every language.
# Evidence: event_error_codes
_CODE = re.compile(r"\b0x[0-9A-Fa-f]{5,8}\b")


@dataclass(frozen=True)
class Event:
    """An event: its ID, when it was written, and the error codes in its data, such as ``0x80070005``.

    :ivar user_data: what its provider wrote beside the usual data, by the names of the elements.
    """

    id: int
    time: datetime
    codes: tuple[str, ...] = ()
    user_data: Mapping[str, str] = field(default_factory=dict, compare=False)


def newest_events_query(channel: str, ids: Iterable[int], count: int) -> str:
    """Return the command that prints at most ``count`` events with one of these IDs as XML, the newest first."""
    return events_query(channel, f"*[System[({_any_of(ids)})]]", count)


def recent_events_query(channel: str, ids: Iterable[int], days: int, count: int) -> str:
    """Return the command that prints at most ``count`` events with these IDs of the last days as XML."""
    since = f"TimeCreated[timediff(@SystemTime) <= {days * 86_400_000}]"
    return events_query(channel, f"*[System[({_any_of(ids)}) and {since}]]", count)


def events_query(channel: str, query: str, count: int) -> str:
    """Return the command that prints at most ``count`` events that this XPath selects as XML, the newest first."""
    return f"wevtutil qe {quoted(channel)} /q:{quoted(query)} /c:{count} /rd:true /f:xml"


def _any_of(ids: Iterable[int]) -> str:
    return " or ".join(f"EventID={number}" for number in ids)


def parse_events(channel: str, text: str) -> list[Event]:
    """Return the events that the command printed. Raises :class:`ProtocolError` for any other text."""
    try:
        # The command prints one element after the other
        events = ElementTree.fromstring(f"<Events>{text}</Events>")
        if any(between and between.strip() for between in (events.text, *(event.tail for event in events))):
            raise ValueError("there is text between events")
        return list(map(_event, events))
    except (ElementTree.ParseError, ValueError) as error:
        raise ProtocolError(f"an event of the log {channel} could not be parsed: {error}") from error


def newest_event(session: Session, channel: str, ids: Iterable[int]) -> Event | None:
    """Return the newest event with one of these IDs, None if there is none.

    Raises :class:`LookupError` if the host has no such channel, and :class:`CimError` if it cannot be read.
    """
    result = session.run(newest_events_query(channel, ids, 1), repeatable=True)
    if result.exit_code:
        if not _exists(session, channel):
            raise LookupError(channel)
        raise failure(f"the event log {channel} could not be read", result)
    return next(iter(parse_events(channel, result.stdout)), None)


def _exists(session: Session, channel: str) -> bool:
    """Return whether the host lists a channel, since no exit code is documented for one that does not exist."""
    result = session.run("wevtutil el", repeatable=True)
    if result.exit_code:
        raise failure("the event logs could not be listed", result)
    return fold(channel) in map(fold, result.stdout.splitlines())


def _event(element: Element) -> Event:
    created = element.find(f"{_NAMESPACE}System/{_NAMESPACE}TimeCreated")
    # Windows writes more digits than the six of Python's microseconds.
    time = created.get("SystemTime", "").removesuffix("Z")[:26] if created is not None else ""
    number = int(element.findtext(f"{_NAMESPACE}System/{_NAMESPACE}EventID", ""))
    data = [
        text
        for part in ("EventData", "UserData")
        for node in element.findall(_NAMESPACE + part)
        for text in node.itertext()
    ]
    codes = dict.fromkeys(code for text in data for code in _CODE.findall(text))
    user_data = {
        node.tag.rpartition("}")[2]: (node.text or "").strip() for node in element.iterfind(f"{_NAMESPACE}UserData/*/*")
    }
    return Event(number, datetime.fromisoformat(time + "+00:00"), tuple(codes), user_data)
