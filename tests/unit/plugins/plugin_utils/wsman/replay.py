# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded conversation, to be had again with the client."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from itertools import accumulate, pairwise
from pathlib import Path

import pytest

from tests.unit.plugins.plugin_utils.wsman.scripted import action, recorded, related

# A piece of what a command prints
_PIECE = re.compile(r"(<rsp:Stream\b[^>]*[^/>]>)([^<]+)")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def commands(message: str) -> str:
    return "".join(re.findall(r"<rsp:Command>([^<]*)", message))


class Recording:
    """A recorded conversation as a transport: answers each request as the next one of the same action was.

    A request that was not answered was repeated, or the conversation ended there. A word that the client made up for a
    command, to find it again in the output, is another one this time.
    """

    operation_timeout = 20

    def __init__(self, folder: Path) -> None:
        answers = {path.name.partition("-")[0]: path for path in folder.glob("*-response-*")}
        self.exchanges = [
            (text_of(request), recorded(text_of(answers[request.name.partition("-")[0]])))
            for request in sorted(folder.glob("*-request-*"))
            if request.name.partition("-")[0] in answers
        ]
        self.answers = [answer.decode("utf-8-sig") for _unused, answer in self.exchanges]
        self.pairs: list[tuple[str, str]] = []

    def send(self, message: bytes) -> bytes:
        while self.exchanges:
            request, answer = self.exchanges.pop(0)
            if action(request) == action(message.decode()):
                self.pairs.append((request, message.decode()))
                if "/shell/Command<" in request:
                    before, now = (re.findall(r"\w+", commands(text)) for text in self.pairs[-1])
                    self._print({old: new for old, new in zip(before, now, strict=False) if old != new})
                return related(answer, message)
        pytest.fail(f"{action(message.decode())} was not recorded here")

    def _print(self, words: Mapping[str, str]) -> None:
        """Replace words in what the commands from here on print, of which a piece may end in the middle of one."""
        texts = [answer.decode("utf-8-sig") for _unused, answer in self.exchanges]
        printed: dict[tuple[str, ...], list[bytes]] = {}
        for match in _PIECE.finditer("".join(texts)):
            printed.setdefault(_stream(match), []).append(base64.b64decode(match[2]))
        replaced = {stream: _replaced(pieces, words) for stream, pieces in printed.items()}

        def piece(match: re.Match[str]) -> str:
            return match[1] + base64.b64encode(replaced[_stream(match)].pop(0)).decode()

        requests = [request for request, _unused in self.exchanges]
        self.exchanges = list(zip(requests, (_PIECE.sub(piece, text).encode() for text in texts), strict=True))

    def reset(self) -> None:
        """Nothing to drop."""


def _stream(piece: re.Match[str]) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r'\b(?:Name|CommandId)="[^"]*"', piece[1])))


def _replaced(pieces: list[bytes], words: Mapping[str, str]) -> list[bytes]:
    """The pieces of a stream with these words replaced, divided where they were as far as the length allows."""
    printed = b"".join(pieces)
    for old, new in words.items():
        printed = re.sub(rb"\b%b\b" % re.escape(old.encode()), new.encode(), printed)
    ends = [*accumulate(map(len, pieces[:-1])), len(printed)]
    return [printed[start:end] for start, end in pairwise([0, *ends])]
