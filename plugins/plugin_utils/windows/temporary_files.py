# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Temporary files: those directly in a folder whose name ends in ``.tmp``. The host counts them, so no name is sent.

The wildcard ``*.tmp`` alone does not decide, since it also finds ``a.tmpx`` by its short name.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..wsman.session import Session
from .command_batch import CommandBatch, Output
from .command_line import quoted
from .errors import CimError

# How many lines end in .tmp
_COUNTED = 'findstr /i /e /l /c:".tmp" | find /c /v ""'
# A folder that does not exist, and is not created.
_NOWHERE = "\\winops.mars"
# A folder may have hundreds of thousands of them, in seconds.
_TIMEOUT = 3600.0


@dataclass(frozen=True)
class Counts:
    """Numbers of temporary files: all, and those last written more than a day ago."""

    all: int
    old: int


class TemporaryFiles:
    """The temporary files directly in one folder."""

    def __init__(self, session: Session, folder: str) -> None:
        self._session = session
        self._folder = folder

    def count(self) -> Counts:
        """Count them. Raises :class:`CimError` if the folder cannot be listed."""
        batch = CommandBatch(
            self._session,
            {"all": count_command(self._folder), "old": f"{self._list_old()} | {_COUNTED}"},
        )
        return Counts(*(counted(batch.output(name), self._folder) for name in ("all", "old")))

    def delete_old(self) -> None:
        """Delete those last written more than a day ago, but for those in use or read-only."""
        delete = '@if /i "%~xf"==".tmp" del /q /a "%f" >nul 2>nul'
        line = f"""for /f "tokens=*" %f in ('{self._list_old()}') do {delete}"""
        self._session.run(line, repeatable=True, timeout=_TIMEOUT)

    def _list_old(self) -> str:
        # robocopy only lists here. It alone compares ages independently of the host's date format.
        folders = f"{quoted(self._folder)} {quoted(self._folder + _NOWHERE)}"
        return f"robocopy {folders} *.tmp /l /lev:1 /minage:1 /r:0 /w:0 /fp /np /njh /njs /ndl /nc /ns"


def count_command(folder: str) -> str:
    """Return the command that prints the number of temporary files in a folder, or fails if it cannot list it."""
    # Only the first dir, which also shows the folder itself, distinguishes an empty folder from one it cannot list.
    return f"dir /a {quoted(folder)} >nul && dir /a-d /b {quoted(folder)} 2>nul | {_COUNTED}"


def counted(output: Output, folder: str) -> int:
    """Return the number that :func:`count_command` printed. Raises :class:`CimError` if it printed none."""
    if not (output.text.isascii() and output.text.isdigit()):
        raise CimError(f"the files in {folder} cannot be counted: {' '.join(output.text.split())}")
    return int(output.text)
