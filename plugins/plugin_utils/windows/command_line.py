# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands in cmd.exe: their arguments, and what to tell a user about one that failed."""

from __future__ import annotations

import re

from ..wsman.shell import Result
from .errors import CimError

# A quotation mark ends the quotation, % begins a variable even inside of one, and a line break ends the command.
_UNQUOTABLE = re.compile(r'["%\r\n]')


def quoted(text: str) -> str:
    """The text as one argument. Raises :class:`CimError` for what has no safe notation in cmd.exe."""
    if _UNQUOTABLE.search(text):
        raise CimError(f"{text!r} cannot be used in a command: it holds a quotation mark, % or line break")
    # Programs take \" for a quotation mark, and \\" for a backslash and the end of the quotation.
    return f'"{text}\\"' if text.endswith("\\") else f'"{text}"'


def failure(complaint: str, result: Result) -> CimError:
    """The error of a command that failed: its exit code, and what it printed in the host's language."""
    message = " ".join((result.stderr or result.stdout).split())
    return CimError(f"{complaint} (exit code {result.exit_code}): {message}", result.exit_code)
