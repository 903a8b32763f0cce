# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the facts say about the backups of a host: the errors of those that failed, and whether one is running.

Pure functions. Where a fact was not read, the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..rules.fact_path import Facts, mapping
from .errors import Error
from .recognition import Match, recognize

#: The error of a backup that failed without a known one, and that of one that left out files.
BACKUP_FAILED, WITH_WARNINGS = "backup_failed", "completed_with_warnings"


@dataclass(frozen=True)
class BackupState:
    """Whether a backup is running.

    :ivar state: ``running``, ``idle``, or ``unknown``.
    :ivar rests_on: what shows that, as a sentence.
    :ivar succeeded: when the last good backup ended, as an ISO 8601 time; None if that is not known.
    """

    state: str
    rests_on: str
    succeeded: str | None


def errors_of_backups(facts: Facts, errors: Mapping[str, Error]) -> list[Match]:
    """Return the errors of the backups that failed after the last good one, and of the files that this skipped.

    A failure without a known code, in the events and at the end of the engine's log, is ``backup_failed``.
    """
    last_backup = mapping(facts.get("last_backup"))
    history = mapping(facts.get("backup_history"))
    found: list[Match] = []
    if any(entry.get("outcome") == "failed" for entry in _entries(last_backup.get("since"))):
        found += _recognized(_failure_codes(last_backup), errors, "event")
        found = found or _recognized(map(str, history.get("engine_log") or ()), errors, "log")
        found = found or [Match(errors[BACKUP_FAILED], "event", "no known code")]
    if last_backup.get("warnings") is True:
        skipped = _entries(mapping(history.get("skipped_files")).get("codes"))
        found += _recognized((str(entry.get("code")) for entry in skipped), errors, "log")
        found.append(Match(errors[WITH_WARNINGS], "event", "the last backup completed with warnings"))
    return list({match.error.id: match for match in reversed(found)}.values())[::-1]


def backup_state(facts: Facts) -> BackupState:
    """Return whether a backup is running, by the tasks, the engine's service, and the newest event of its log."""
    state, rests_on = _state(facts)
    succeeded = mapping(facts.get("last_backup")).get("succeeded")
    return BackupState(state, rests_on, succeeded if isinstance(succeeded, str) else None)


def _state(facts: Facts) -> tuple[str, str]:
    for task in _entries(facts.get("tasks")):
        if task.get("state") in ("running", "queued"):
            return "running", f"The task {task.get('name')} is {task.get('state')}."
    agent = mapping(facts.get("agent"))
    if agent.get("installed") is False:
        return "idle", "The agent is not installed."
    if mapping(agent.get("engine")).get("state") == "Stopped":
        return "idle", "The service obengine is stopped."
    last_backup = mapping(facts.get("last_backup"))
    if not last_backup.get("log"):
        return "unknown", "No event log of the agent could be read."
    newest = next(_entries(last_backup.get("since")), None)
    if newest is None or newest.get("outcome") != "started":
        if not isinstance(facts.get("tasks"), list):
            return "unknown", "The tasks of the agent could not be read."
        return "idle", "No task of the agent runs, and the newest event of its log is not the start of a backup."
    booted = mapping(facts.get("os")).get("last_boot")
    if not isinstance(booted, str):
        return "unknown", "A backup started, and when Windows started after it is not known."
    if datetime.fromisoformat(str(newest.get("time"))) < datetime.fromisoformat(booted):
        return "idle", f"The backup that started at {newest.get('time')} ended with the restart of Windows at {booted}."
    return "running", f"A backup started at {newest.get('time')}, and the agent's log does not show its end."


def _failure_codes(last_backup: Mapping[str, Any]) -> Iterator[str]:
    for entry in _entries(last_backup.get("since")):
        if entry.get("outcome") == "failed":
            yield from map(str, entry.get("codes") or ())


def _recognized(texts: Iterator[str], errors: Mapping[str, Error], found_by: str) -> list[Match]:
    return [replace(match, found_by=found_by) for text in texts for match in recognize(text, errors)]


def _entries(value: Any) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())
