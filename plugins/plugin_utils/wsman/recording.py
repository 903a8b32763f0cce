# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Record the messages of a session, and write them to a folder without what identifies the host or is secret.

What is recorded are envelopes, as they are before encryption and after decryption. Headers of HTTP, where credentials
are, never pass here.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from pathlib import Path

from .envelope import open_body
from .errors import Fault, WSManError
from .scrubbing import Scrubber, collection_words, words_of
from .session import Transport

_ACTION = re.compile(r"<(?:[\w-]+:)?Action\b[^>]*>\s*([^<\s]+)\s*<")
_RESOURCE = re.compile(r"<(?:[\w-]+:)?ResourceURI\b[^>]*>\s*([^<\s]+)\s*<")
_PRODUCT = re.compile(r"<(?:[\w-]+:)?ProductVersion\b[^>]*>\s*([\w:. ]+?)\s*<")
# A piece of what a command reads or prints; the stream ends anywhere, also in the middle of a word.
_STREAM = re.compile(
    r"(?P<tag><(?:[\w-]+:)?Stream\b(?=[^>]*\sName=[\"'](?P<name>\w+))(?=[^>]*\sCommandId=[\"'](?P<command>[^\"']+))[^>]*[^/]>)"
    r"(?P<data>[^<]+)(?=<)"
)

_INDEX = """\
# Recorded WS-Management traffic

Names, addresses, SIDs, GUIDs, and all words that the collection does not know are replaced, the same ones by the same.

| file | real | shows |
|---|---|---|"""


@dataclass
class Exchanged:
    """A request, and its answer or the kind of error that there was instead."""

    request: str
    answer: str = ""
    error: str = ""


class Recorder:
    """A transport that keeps all messages of another one."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.operation_timeout = transport.operation_timeout
        self.exchanged: list[Exchanged] = []

    def send(self, message: bytes) -> bytes:
        """Post one envelope and return the answer, which may be a SOAP fault."""
        exchanged = Exchanged(message.decode())
        self.exchanged.append(exchanged)
        try:
            answer = self._transport.send(message)
        except WSManError as error:
            exchanged.error = type(error).__name__
            raise
        exchanged.answer = answer.decode(errors="replace")
        return answer

    def reset(self) -> None:
        """Drop the connection."""
        self._transport.reset()

    def write(self, folder: Path, names: Iterable[str]) -> Path:
        """Write all messages to a new folder in ``folder``, which is there, and return its path.

        :param names: names of the host and the account, whose words alone do not show that they are names.

        Raises OSError. The new folder appears when it is complete, and only its owner can read it.
        """
        name = f"host-{secrets.token_hex(4)}"
        incomplete = folder / f".{name}"
        incomplete.mkdir(mode=0o700)
        try:
            for file, text in _files(scrubbed(self.exchanged, names), name):
                descriptor = os.open(incomplete / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
                    opened.write(text)
            return incomplete.rename(folder / name)
        except BaseException:
            shutil.rmtree(incomplete, ignore_errors=True)
            raise


def scrubbed(exchanged: list[Exchanged], names: Iterable[str]) -> list[Exchanged]:
    """Return messages without names, addresses, identifiers and secrets, the same ones replaced by the same."""
    # The client composes the names of methods; no value is part of these headers.
    asked = (
        found[1] for each in exchanged for pattern in (_ACTION, _RESOURCE) if (found := pattern.search(each.request))
    )
    scrubber = Scrubber(collection_words() | words_of(" ".join(asked)), names)
    streams = _streams(exchanged)
    decoded = {stream: b"".join(pieces).decode(errors="surrogateescape") for stream, pieces in streams.items()}
    for text in decoded.values():
        scrubber.learn(text)
    for each in exchanged:
        for said in (each.request, each.answer):
            scrubber.learn_message(_STREAM.sub(r"\g<tag>", said))
    replaced = {}
    for stream, text in decoded.items():
        octets = b"".join(streams[stream])
        # No UTF-8 text has octets that are 0: this is binary data, or UTF-16.
        clean = scrubber.octets(octets) if b"\0" in octets else scrubber.text(text).encode(errors="surrogateescape")
        replaced[stream] = _divided(clean, [len(piece) for piece in streams[stream]])

    def message(text: str) -> str:
        pieces: list[bytes] = []

        def numbered(match: re.Match[str]) -> str:
            pieces.append(replaced[_stream(match)].pop(0))
            return f"{match['tag']}{len(pieces) - 1}"

        def encoded(match: re.Match[str]) -> str:
            return match["tag"] + base64.b64encode(pieces[int(match["data"])]).decode()

        # The scrubber leaves numbers as they are, and would take base64 for a secret.
        return _STREAM.sub(encoded, scrubber.message(_STREAM.sub(numbered, text)))

    return [Exchanged(message(each.request), message(each.answer), each.error) for each in exchanged]


def _stream(match: re.Match[str]) -> tuple[str, str]:
    return match["command"], match["name"]


def _streams(exchanged: list[Exchanged]) -> dict[tuple[str, str], list[bytes]]:
    """Return the pieces of what each command has read and printed."""
    streams: dict[tuple[str, str], list[bytes]] = {}
    for message in chain.from_iterable((each.request, each.answer) for each in exchanged):
        for match in _STREAM.finditer(message):
            try:
                piece = base64.b64decode(match["data"])
            except binascii.Error:
                piece = b""
            streams.setdefault(_stream(match), []).append(piece)
    return streams


def _divided(octets: bytes, sizes: list[int]) -> list[bytes]:
    """Divide a stream where it was divided before, as far as its length allows."""
    ends = [*accumulate(sizes[:-1]), len(octets)]
    return [octets[start:end] for start, end in pairwise([0, *ends])]


def _files(exchanged: list[Exchanged], folder: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file: the messages in their order, and an index of them."""
    product = next((found[1] for each in exchanged if (found := _PRODUCT.search(each.answer))), "Windows")
    rows = []
    width = max(2, len(str(len(exchanged) - 1)))
    for number, each in enumerate(exchanged):
        action = _ACTION.search(each.request)
        verb = action[1].rpartition("/")[2] if action else "Identify"
        resource = _RESOURCE.search(each.request)
        shown = f"{verb} of {resource[1].rpartition('/')[2]}" if resource else verb
        name = f"{number:0{width}}-request-{verb}.xml"
        rows.append((name, f"{shown} ({each.error}: no answer)" if each.error else shown))
        yield name, each.request
        if each.answer:
            fault = _fault(each.answer)
            name = f"{number:0{width}}-response-{'fault' if fault else verb + 'Response'}.xml"
            rows.append((name, fault or f"{verb}Response"))
            yield name, each.answer
    lines = [f"| {folder}/{name} | {product} | {shown} |" for name, shown in rows]
    yield "INDEX.md", "\n".join([_INDEX, *lines, ""])


def _fault(answer: str) -> str:
    """Return subcode and code of a fault and what they mean; nothing for other answers."""
    try:
        open_body(answer.encode(), None)
    except Fault as fault:
        meanings = {
            "TimedOut": fault.is_timeout,
            "max concurrent": fault.is_quota,
            "class not found": fault.is_absent,
            "access denied": fault.is_access_denied,
        }
        said = [f"w:{fault.subcode}", str(fault.code or ""), *(meaning for meaning, holds in meanings.items() if holds)]
        return " ".join(["fault", *filter(None, said)])
    except WSManError as error:
        return f"not a message: {error}"
    return ""
