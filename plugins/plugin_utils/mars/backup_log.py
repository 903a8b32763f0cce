# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The agent's logs: its event log (third-party monitoring; Microsoft lists neither names nor events), and its files."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: The log has one of these names.
# Evidence: agent_events
CHANNELS = ("CloudBackup/Operational", "CloudBackup")

STARTED = 1
SUCCEEDED = 3
SUCCEEDED_WITH_WARNINGS = 10
FAILED = 11
NOT_STARTED = 18

#: After one of these, the backup no longer runs.
ENDED = (SUCCEEDED, SUCCEEDED_WITH_WARNINGS, FAILED, NOT_STARTED)

#: The lists of files that the last backup skipped, and the engine's log, in the folder Temp of the agent.
SKIPPED_FILES = "LastBackupFailedFiles*.txt"
ENGINE_LOG = "CBEngineCurr.errlog"
#: The codes that Microsoft explains for skipped files.
SKIPPED_FILE_CODES = ("0x80070002", "0x80070003", "0x80070005", "0x8007018b", "0x80070570")
#: How many lines of the engine's log are looked at, and for findstr, what makes one telling.
TAIL = 300
TELLING = '/c:"0x8" /c:"0x1" /c:"Sal" /c:"(ID"'

_MOST_LINES, _LONGEST_LINE = 20, 300
_SUCCESS = re.compile(r"0x0+\b")
# Paths may have blanks: they end before what a path cannot have. What follows a word such as password, and what has the
# length of a key and a digit in it, is taken for a secret.
_PRIVATE = re.compile(
    r"""[a-z][a-z0-9+.-]*://\S+
    | (?:[a-z]:|\\)\\[^"'<>|,;]*
    | \b\d{1,3}(?:\.\d{1,3}){3}\b
    | [\w.+-]+@[\w.-]+
    | \b[\w-]+\\[\w.$-]+
    | \b(?:password|passphrase|passwd|pwd|pin|secret|token|key|sig|credential)s?\b\W*\S+
    | (?=[a-z+/=_-]*\d)[a-z0-9+/=_-]{24,}""",
    re.IGNORECASE | re.VERBOSE,
)


def scrubbed(lines: Iterable[str]) -> list[str]:
    """Return the last of these lines, without what might be private."""
    telling = [_PRIVATE.sub("...", " ".join(line.split())) for line in lines if not _SUCCESS.search(line)]
    return [line[:_LONGEST_LINE] for line in telling[-_MOST_LINES:]]
