# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Reading commands that are run together, since each command of its own would cost three requests."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..wsman.errors import ProtocolError, WSManError
from ..wsman.session import Session
from .command_line import LONGEST_LINE

_TIMEOUT = 120


@dataclass(frozen=True)
class Output:
    """What a command wrote to both of its streams, without empty lines around it. It is in the host's language."""

    succeeded: bool
    text: str


class CommandBatch:
    """Commands that change nothing, run when the first of their outputs is asked for.

    :param commands: command lines of cmd.exe by the names under which their output is asked for.
    :param template: a command line with ``%i`` in place of an item.
    :param items: what to run it for, without the wildcards of ``for``; each is the name of its output, too.
    """

    def __init__(
        self, session: Session, commands: Mapping[str, str], template: str = "", items: Sequence[str] = ()
    ) -> None:
        self._session = session
        self._names = (*items, *commands)
        self._commands = commands
        self._template = template
        self._items = items
        # No command can write what ends its output, since nobody knows it in advance.
        self._mark = secrets.token_hex(8)
        self._failure: WSManError | None = None

    def output(self, name: str) -> Output:
        """Return the output of a command. Raises :class:`WSManError` if the commands could not be run."""
        if self._failure is not None:
            raise self._failure
        try:
            return self._outputs[name]
        except WSManError as error:
            self._failure = error
            raise

    @cached_property
    def _outputs(self) -> dict[str, Output]:
        written = "".join(self._session.run(line, repeatable=True, timeout=_TIMEOUT).stdout for line in self._lines())
        pieces = re.split(rf"{self._mark} ([01])\s*", written)
        texts, codes = pieces[:-1:2], pieces[1::2]
        if len(texts) != len(self._names):
            raise ProtocolError(f"the output of {len(self._names)} commands ended after that of {len(texts)}")
        return {
            name: Output(code == "0", text.strip("\r\n"))
            for name, text, code in zip(self._names, texts, codes, strict=True)
        }

    def _lines(self) -> Iterator[str]:
        """Yield as few lines as the commands fit into."""
        line = ""
        for part in self._parts():
            if line and len(line) + len(part) > LONGEST_LINE:
                yield line
                line = ""
            line = f"{line} & ({part})" if line else f"({part})"
        if line:
            yield line

    def _parts(self) -> Iterator[str]:
        if self._items:
            # Shorter than a command for each of them
            yield f"for %i in ({' '.join(self._items)}) do @({self._marked(self._template)})"
        yield from map(self._marked, self._commands.values())

    def _marked(self, command: str) -> str:
        # The parentheses leave one way to read this to every version of cmd.exe
        return f"((({command}) 2>&1) && (echo {self._mark} 0)) || (echo {self._mark} 1)"
