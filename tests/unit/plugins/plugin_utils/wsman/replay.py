# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded conversation, to be had again with the client."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.unit.plugins.plugin_utils.wsman.scripted import action, recorded, related


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
        self._made_up: dict[str, str] = {}

    def send(self, message: bytes) -> bytes:
        while self.exchanges:
            request, answer = self.exchanges.pop(0)
            if action(request) == action(message.decode()):
                self.pairs.append((request, message.decode()))
                if "/shell/Command<" in request:
                    before, now = (re.findall(r"\w+", commands(text)) for text in self.pairs[-1])
                    self._made_up = {old: new for old, new in zip(before, now, strict=False) if old != new}
                return self._printed(related(answer, message))
        pytest.fail(f"{action(message.decode())} was not recorded here")

    def _printed(self, answer: bytes) -> bytes:
        def printed(match: re.Match[str]) -> str:
            output = base64.b64decode(match[2])
            for old, new in self._made_up.items():
                # At the end of a piece, it may be the beginning of another word
                output = re.sub(rb"\b%b\b(?!\Z)" % re.escape(old.encode()), new.encode(), output)
            return match[1] + base64.b64encode(output).decode()

        return re.sub(r"(<rsp:Stream\b[^>]*[^/>]>)([^<]+)", printed, answer.decode("utf-8-sig")).encode()

    def reset(self) -> None:
        """Nothing to drop."""
