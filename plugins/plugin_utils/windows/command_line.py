# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Commands in cmd.exe: how to quote an argument, and how to report a command that failed."""

from __future__ import annotations

import re

from ..wsman.shell import Result
from .errors import CimError

#: cmd.exe takes lines of up to 8,191 characters (Microsoft's page "Command prompt line string limitation").
LONGEST_LINE = 8000

# A quotation mark ends the quotation, % begins a variable even within it, and a line break ends the command.
_UNQUOTABLE = re.compile(r'["%\r\n]')


def quoted(text: str) -> str:
    """Return the text as one argument. Raises :class:`CimError` for a text that cmd.exe cannot quote safely."""
    if _UNQUOTABLE.search(text):
        raise CimError(f"{text!r} cannot be used in a command: it contains a quotation mark, % or line break")
    # Programs read \" as a quotation mark, and \\" as a backslash at the end of the quotation.
    return f'"{text}\\"' if text.endswith("\\") else f'"{text}"'


def failure(complaint: str, result: Result) -> CimError:
    """Return the error for a command that failed, with its exit code and its output in the host's language."""
    message = " ".join((result.stderr or result.stdout).split())
    return CimError(f"{complaint} (exit code {result.exit_code}): {message}", result.exit_code)
