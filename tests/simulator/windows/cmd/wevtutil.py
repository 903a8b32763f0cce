# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wevtutil.exe: query-events with an XPath filter, and get-log, over the events of the profile."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.simulator.windows.cmd.context import Context

ERROR_EVT_CHANNEL_NOT_FOUND = 15007
ERROR_EVT_INVALID_QUERY = 15001

Event = Mapping[str, Any]
Filter = Callable[[Event], bool]


def wevtutil(context: Context, arguments: list[str]) -> int:
    """The Win32 error as exit code."""
    verbs = {"qe": _query, "query-events": _query, "gl": _get_log, "get-log": _get_log, "el": _list, "enum-logs": _list}
    if not arguments or arguments[0].lower() not in verbs:
        context.complain(context.text("invalid_argument", " ".join(arguments)))
        return 87
    return verbs[arguments[0].lower()](context, arguments[1:])


def _channel(context: Context, name: str) -> list[Event] | None:
    channels = context.host.profile.get("events", {})
    found = next((events for channel, events in channels.items() if channel.lower() == name.lower()), None)
    return found and [{**event, "time": _time(event, context.host.began)} for event in found]


def _time(event: Event, began: datetime) -> str:
    if "hours_ago" not in event:
        return str(event["time"])
    return (began - timedelta(hours=event["hours_ago"])).isoformat()


def _not_found(context: Context) -> int:
    context.complain(context.text("channel_not_found"))
    # No source says that the program ends with the Win32 error; a profile chooses.
    return int(context.host.profile.get("channel_not_found_code", ERROR_EVT_CHANNEL_NOT_FOUND))


def _list(context: Context, _arguments: list[str]) -> int:
    for channel in context.host.profile.get("events", {}):
        context.print(channel)
    return 0


def _get_log(context: Context, arguments: list[str]) -> int:
    if not arguments or _channel(context, arguments[0]) is None:
        return _not_found(context)
    context.print(f"name: {arguments[0]}\r\nenabled: true\r\ntype: Operational")
    return 0


def _query(context: Context, arguments: list[str]) -> int:
    options = {}
    for argument in arguments[1:]:
        name, _unused, value = argument.partition(":")
        options[name.lower().lstrip("/")] = value
    events = _channel(context, arguments[0]) if arguments else None
    if events is None:
        return _not_found(context)
    try:
        matches = parse_filter(options.get("q", options.get("query", "*")), context.host.clock.now())
    except ValueError:
        context.complain(context.text("query_invalid"))
        return ERROR_EVT_INVALID_QUERY
    numbered = [{**event, "record": number + 1, "channel": arguments[0]} for number, event in enumerate(events)]
    found = [event for event in numbered if matches(event)]
    if options.get("rd", options.get("reversedirection", "")).lower() == "true":
        found.reverse()
    count = int(options.get("c", options.get("count", len(found))))
    for event in found[:count]:
        if options.get("f", options.get("format", "xml")).lower() in ("xml", "renderedxml"):
            context.print(_xml(context, event))
        else:
            context.print(f"Event[0]:\r\n  Log Name: {event['channel']}\r\n  Event ID: {event['id']}")
    return 0


def _items(data: Mapping[str, Any]) -> str:
    return "".join(f"<Data Name={quoteattr(str(name))}>{escape(str(value))}</Data>" for name, value in data.items())


def _xml(context: Context, event: Event) -> str:
    payload = f"<EventData>{_items(event.get('data', {}))}</EventData>"
    for name, data in event.get("user_data", {}).items():
        fields = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in data.items())
        payload = f"<UserData><{name} xmlns='http://manifests.microsoft.com/win/2004/08/windows/setup_provider'>"
        payload += f"{fields}</{name}></UserData>"
    time = datetime.fromisoformat(event["time"])
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name={quoteattr(event.get('provider', 'CloudBackup'))}/><EventID>{event['id']}</EventID>"
        f"<Version>0</Version><Level>{event.get('level', 4)}</Level><Task>0</Task><Opcode>0</Opcode>"
        f"<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='{time:%Y-%m-%dT%H:%M:%S.%f}000Z'/>"
        f"<EventRecordID>{event['record']}</EventRecordID><Correlation/><Execution ProcessID='1234' ThreadID='5678'/>"
        f"<Channel>{escape(event['channel'])}</Channel><Computer>{context.host.computer_name}</Computer>"
        f"<Security UserID='S-1-5-18'/></System>{payload}</Event>"
    )


_TOKEN = re.compile(
    r"""\s*(?:(?P<open>[\[(])|(?P<close>[\])])|(?P<word>and\b|or\b)|
    (?P<test>timediff\(@SystemTime\)|@?\w+)\s*(?P<operator><=|>=|!=|=|<|>)\s*(?P<value>'[^']*'|"[^"]*"|\d+)|
    (?P<step>\*|[A-Za-z]\w*))""",
    re.VERBOSE,
)
_STEPS = {"*", "System", "Provider", "TimeCreated", "EventData", "Data", "UserData"}
_FIELDS = {"EventID": "id", "Level": "level", "EventRecordID": "record", "@Name": "provider"}


def parse_filter(query: str, now: datetime) -> Filter:
    """The part of XPath the event log takes: ``*[System[(EventID=1 or EventID=3) and Level=2]]``, and ``timediff``."""
    tokens: list[re.Match[str]] = []
    at = 0
    while at < len(query.rstrip()):
        match = _TOKEN.match(query, at)
        if match is None:
            raise ValueError(query)
        tokens.append(match)
        at = match.end()

    def test(token: re.Match[str], in_user_data: bool) -> Filter:
        value, operator = token["value"].strip("'\""), token["operator"]
        if token["test"].startswith("timediff"):
            return lambda event: _compare(
                (now - datetime.fromisoformat(event["time"])).total_seconds() * 1000,
                operator,
                float(value),
            )
        name = _FIELDS.get(token["test"])
        if name is None and in_user_data:
            return lambda event: (_user_data(event).get(token["test"]) == value) is (operator == "=")
        if name is None:
            raise ValueError(query)
        if value.isdigit():
            return lambda event: _compare(float(event.get(name, 4)), operator, float(value))
        return lambda event: (str(event.get(name, "CloudBackup")) == value) is (operator == "=")

    def factor(in_user_data: bool) -> Filter:
        token = tokens.pop(0) if tokens else None
        if token is None:
            raise ValueError(query)
        if token["open"]:
            inner = disjunction(in_user_data)
            if not tokens or not tokens.pop(0)["close"]:
                raise ValueError(query)
            return inner
        if token["test"]:
            return test(token, in_user_data)
        # Below UserData stands what the provider of the event wrote
        if token["step"] and (in_user_data or token["step"] in _STEPS):
            below = in_user_data or token["step"] == "UserData"
            return factor(below) if tokens and tokens[0]["open"] else lambda _event: True
        raise ValueError(query)

    def conjunction(in_user_data: bool) -> Filter:
        parts = [factor(in_user_data)]
        while tokens and tokens[0]["word"] == "and":
            tokens.pop(0)
            parts.append(factor(in_user_data))
        return lambda event: all(part(event) for part in parts)

    def disjunction(in_user_data: bool = False) -> Filter:
        parts = [conjunction(in_user_data)]
        while tokens and tokens[0]["word"] == "or":
            tokens.pop(0)
            parts.append(conjunction(in_user_data))
        return lambda event: any(part(event) for part in parts)

    result = disjunction()
    if tokens:
        raise ValueError(query)
    return result


def _user_data(event: Event) -> dict[str, str]:
    """The elements of the event's user data, whichever element they are in."""
    return {name: str(value) for data in event.get("user_data", {}).values() for name, value in data.items()}


def _compare(left: float, operator: str, right: float) -> bool:
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]
