# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""A diagnosis as lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "confirmed": "CONFIRMED",
    "possible": "possible",
    "unknowable": "not knowable here",
    "excluded": "excluded",
}

_RUNNING = {"running": "yes", "idle": "no", "unknown": "unknown"}


def report(result: Mapping[str, Any], *, given: bool) -> list[str]:
    """Return the result of winops.mars.mars_diagnosis for people, line by line.

    :param given: whether somebody gave an error, so that there should be one.
    """
    lines: list[str] = []
    for error in result["errors"]:
        lines += [*([""] if lines else []), *_error(error, host_checked=result["host_checked"])]
    if lines:
        return lines + _backup(result["backup"])
    if not given:
        return ["The events of this host show no failed backup after the last good one.", *_backup(result["backup"])]
    lines = ["No known error of the agent was recognized."]
    if result["nearest"]:
        lines.append("The nearest ones, which may be others:")
        lines += [f"  {error['title']} ({', '.join([*error['codes'], error['id']])})" for error in result["nearest"]]
    return lines


def _backup(backup: Mapping[str, Any] | None) -> list[str]:
    if backup is None:
        return []
    return [
        f"Last good backup: {backup['succeeded'] or 'unknown'}",
        f"A backup is running: {_RUNNING[backup['state']]}. {backup['rests_on']}",
    ]


def _error(error: Mapping[str, Any], *, host_checked: bool) -> list[str]:
    codes = ", ".join([*error["codes"], error["id"]])
    lines = [f"{error['title']} ({codes})"]
    if host_checked and not any(cause["status"] == "confirmed" for cause in error["causes"]):
        lines.append("  None of its causes is confirmed on this host.")
    for cause in error["causes"]:
        role = f" [role {cause['role']}]" if cause["role"] else ""
        evidence = f" {cause['evidence']}" if host_checked and cause["evidence"] else ""
        lines.append(f"  {_WORDS[cause['status']]}: {cause['title']}.{evidence}{role}")
    lines.append("  What to do, in this order:")
    lines += [f"  {number}. {action}" for number, action in enumerate(error["actions"], 1)]
    return [*lines, f"  Source: {error['source']}"]
