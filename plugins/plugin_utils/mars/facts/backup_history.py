# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the backups of the last days, from the agent's event log and its log files; gathered on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from ...windows.command_line import failure, quoted
from ...windows.errors import CimError
from ...windows.event_log import Event, recent_events_query
from .. import backup_log
from ..backup_events import BackupEvents
from ..host import Command, Host

DESCRIPTION = r"""
description:
  - The backups of the last O(event_days) days, V(null) where the agent is not installed.
  - Gathered only if O(gather_subset) names it, since it takes some requests more.
type: dict
contains:
  days:
    description: How many days the events are of.
    type: int
    sample: 14
  started:
    description: How many backups started, V(null) where the host has no event log of the agent.
    type: int
    sample: 10
  succeeded:
    description: How many succeeded, without warnings.
    type: int
    sample: 7
  succeeded_with_warnings:
    description: How many succeeded with warnings.
    type: int
    sample: 1
  failed:
    description: How many failed or did not start.
    type: int
    sample: 2
  codes:
    description: The error codes in these events, the most frequent first.
    type: list
    elements: dict
    contains: &codes
      code:
        description: The code.
        type: str
        sample: '0x80070005'
      count:
        description: How often it is there.
        type: int
        sample: 2
  skipped_files:
    description: What the agent's lists of skipped files (C(LastBackupFailedFiles*.txt)) have but for names.
    type: dict
    contains:
      lists:
        description: How many such lists there are.
        type: int
        sample: 1
      codes:
        description: The known error codes in them.
        type: list
        elements: dict
        contains: *codes
  engine_log:
    description:
      - The lines with an error code or name among the last 300 of the engine's log, at most 20.
      - V(null) if there is no such log.
      - Paths, addresses, accounts, and whatever might be a secret are replaced by C(...).
    type: list
    elements: str
    sample: ['11B4 0D08 11/20 21:10:09.201 32 ... NORMAL  hr: 0x80070005']
"""

#: Not a part of V(all).
ON_REQUEST = True

_MOST_EVENTS = 200
_FAILED = (backup_log.FAILED, backup_log.NOT_STARTED)


def _query(channel: str, host: Host) -> str:
    return recent_events_query(channel, (backup_log.STARTED, *backup_log.ENDED), host.given.event_days, _MOST_EVENTS)


_EVENTS = BackupEvents(
    {
        f"backup_history_{number}": (channel, partial(_query, channel))
        for number, channel in enumerate(backup_log.CHANNELS)
    }
)


def _in_temp(line: str, name: str, host: Host) -> str | None:
    if host.install_path is None:
        return None
    return line.replace("PATH", quoted(f"{host.install_path}\\Temp\\{name}"))


COMMANDS: dict[str, Command] = {
    **_EVENTS.commands,
    "skipped_files": partial(_in_temp, "dir /b /a-d PATH", backup_log.SKIPPED_FILES),
    # Only numbers leave the host
    **{
        f"skipped_files_{code}": partial(
            _in_temp, f'findstr /i /l /c:"{code}" PATH 2>nul | find /c /v ""', backup_log.SKIPPED_FILES
        )
        for code in backup_log.SKIPPED_FILE_CODES
    },
    "engine_log": partial(_in_temp, 'find /c /v "" <PATH', backup_log.ENGINE_LOG),
}


def gather(host: Host) -> dict[str, Any] | None:
    """Count the events and codes, and read the end of the engine's log."""
    if host.install_path is None:
        return None
    return host.read_each(
        "backup_history",
        {
            "days": lambda: host.given.event_days,
            "skipped_files": lambda: _skipped_files(host),
            "engine_log": lambda: _engine_log(host),
        },
    ) | _events(host)


def _events(host: Host) -> dict[str, Any]:
    if not _EVENTS.channels(host):
        return dict.fromkeys(("started", "succeeded", "succeeded_with_warnings", "failed")) | {"codes": []}
    events = _EVENTS.read(host)
    return {
        "started": _count(events, backup_log.STARTED),
        "succeeded": _count(events, backup_log.SUCCEEDED),
        "succeeded_with_warnings": _count(events, backup_log.SUCCEEDED_WITH_WARNINGS),
        "failed": _count(events, *_FAILED),
        "codes": _codes(code for event in events for code in event.codes),
    }


def _count(events: Iterable[Event], *ids: int) -> int:
    return sum(event.id in ids for event in events)


def _codes(codes: Iterable[str]) -> list[dict[str, Any]]:
    return [{"code": code, "count": count} for code, count in Counter(codes).most_common()]


def _skipped_files(host: Host) -> dict[str, Any]:
    listed = host.output("skipped_files")
    lists = len(listed.text.splitlines()) if listed.succeeded else 0
    counts = {code: _number(host, f"skipped_files_{code}") for code in backup_log.SKIPPED_FILE_CODES} if lists else {}
    return {"lists": lists, "codes": [{"code": code, "count": count} for code, count in counts.items() if count]}


def _number(host: Host, name: str) -> int:
    text = host.output(name).text
    if not text.isdecimal():
        raise CimError(f"a number was expected, and the host wrote {text!r}")
    return int(text)


def _engine_log(host: Host) -> list[str] | None:
    counted = host.output("engine_log")
    if not counted.succeeded:
        return None
    first = max(_number(host, "engine_log") - backup_log.TAIL, 0)
    path = quoted(f"{host.install_path}\\Temp\\{backup_log.ENGINE_LOG}")
    result = host.session.run(f"more +{first} {path} | findstr /l {backup_log.TELLING}", repeatable=True)
    # findstr ends with 1 where no line is telling
    if result.exit_code not in (0, 1):
        raise failure("the log of the backup engine could not be read", result)
    return backup_log.scrubbed(result.stdout.splitlines())
