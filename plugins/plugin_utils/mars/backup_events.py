# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The agent's event log as sections of the facts read it: by commands that run together with all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ..windows.errors import CimError
from ..windows.event_log import Event, parse_events
from ..windows.paths import fold
from . import backup_log
from .host import Command, Host

# The sections share it, so that it runs once. No exit code is documented for a log that does not exist.
_LOGS = "backup_logs"


class BackupEvents:
    """The events that queries of a section find, whichever of its names the log has.

    :param queries: the channel of each query and its command line, which may depend on the host, by a name that no
        other command has.
    """

    def __init__(self, queries: Mapping[str, tuple[str, str | Callable[[Host], str]]]) -> None:
        self._queries = queries

    @property
    def commands(self) -> dict[str, Command]:
        """What the section has to plan."""
        lines = {name: line for name, (_unused, line) in self._queries.items()}
        lines[_LOGS] = "wevtutil el | findstr /i CloudBackup"
        return {name: partial(_where_installed, line) for name, line in lines.items()}

    def channels(self, host: Host) -> list[str]:
        """Return which of the log's names the host has."""
        existing = {fold(line.strip()) for line in host.output(_LOGS).text.splitlines()}
        return [channel for channel in backup_log.CHANNELS if fold(channel) in existing]

    def read(self, host: Host) -> set[Event]:
        """Return the events, each once. Raises :class:`CimError` for a log that cannot be read."""
        channels = self.channels(host)
        return {
            event
            for name, (channel, _unused) in self._queries.items()
            if channel in channels
            for event in _events(host, name, channel)
        }


def _where_installed(line: str | Callable[[Host], str], host: Host) -> str | None:
    if not host.install_path:
        return None
    return line if isinstance(line, str) else line(host)


def _events(host: Host, name: str, channel: str) -> list[Event]:
    output = host.output(name)
    if not output.succeeded:
        raise CimError(f"the event log {channel} could not be read: {' '.join(output.text.split())}")
    return parse_events(channel, output.text)
