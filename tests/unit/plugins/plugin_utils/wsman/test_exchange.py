# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server answers ends within limits of time and size, in either library, in one error."""

from __future__ import annotations

import gzip
import socket
import time
from contextlib import suppress

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.wsman.connection import LibraryTransport
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import (
    LimitExceeded,
    OutcomeUnknown,
    ProtocolError,
    TimedOut,
    Unanswered,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.values import CimPath
from tests.unit.plugins.plugin_utils.wsman.http_server import (
    FOUND,
    Behavior,
    Library,
    encrypting,
    libraries,
    reply,
    serving,
)
from tests.unit.simulator.conftest import PASSWORD, USER, Start, loop, start

__all__ = ["loop", "start"]

SPOOLER = CimPath("root/cimv2", "Win32_Service", {"Name": "Spooler"})
OK = b"HTTP/1.1 200 OK\r\n"


def repeating(begin: bytes, part: bytes, pause: float = 0) -> Behavior:
    """Begin an answer, and go on with the same part until the client has enough."""

    def behave(connection: socket.socket, request: bytes) -> None:
        with suppress(OSError):
            connection.sendall(begin)
            while True:
                connection.sendall(part)
                time.sleep(pause)

    return behave


DRIPPING = {
    "status": repeating(b"", b"H", 0.01),
    "headers": repeating(OK, b"X: y\r\n", 0.01),
    "a header": repeating(OK + b"X: ", b"y", 0.01),
    "continue": repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    "body": repeating(OK + b"Content-Length: 100000\r\n\r\n", b" ", 0.01),
    "chunks": repeating(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.01),
}
BLOCK = b" " * 65536
FLOODING = {
    "continue": repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "long continue": repeating(b"", b"HTTP/1.1 100 Continue\r\n" + b"X: y\r\n" * 90 + b"\r\n"),
    "body": repeating(OK + b"Content-Length: 1000000000\r\n\r\n", BLOCK),
    "body without length": repeating(OK + b"Connection: close\r\n\r\n", BLOCK),
    "chunks": repeating(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + BLOCK + b"\r\n"),
    "error page": repeating(b"HTTP/1.1 500 No\r\nContent-Length: 1000000000\r\n\r\n", BLOCK),
    "refusal": repeating(b"HTTP/1.1 401 No\r\nContent-Length: 1000000000\r\n\r\n", BLOCK),
}


def failing(transport: LibraryTransport) -> Unanswered:
    with pytest.raises(Unanswered) as caught:
        transport.send(b"<request/>")
    return caught.value


@libraries
@pytest.mark.parametrize("behavior", DRIPPING.values(), ids=DRIPPING)
def test_an_answer_that_drips_is_not_waited_for(library: Library, behavior: Behavior) -> None:
    with serving(behavior) as server:
        error = failing(library(server.port, read_timeout=0.2))

    assert isinstance(error, TimedOut)
    assert error.may_have_acted


@libraries
@pytest.mark.parametrize("behavior", FLOODING.values(), ids=FLOODING)
def test_an_answer_without_end_is_not_read(library: Library, behavior: Behavior) -> None:
    with serving(behavior) as server:
        error = failing(library(server.port))

    assert isinstance(error, LimitExceeded)
    assert str(error) == "the host's answer has more than 2048000 bytes"


@libraries
def test_headers_without_end_are_not_read(library: Library) -> None:
    with serving(repeating(OK, b"X: y\r\n" * 1000)) as server:
        error = failing(library(server.port))

    assert error.may_have_acted


@libraries
def test_a_compressed_answer_is_not_decompressed(library: Library) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    with serving(reply("200 OK", bomb, "Content-Encoding: gzip")) as server:
        error = failing(library(server.port))
        assert b"Accept-Encoding: identity" in server.requests[0]

    assert isinstance(error, ProtocolError)
    assert "compressed" in str(error)


@libraries
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(library: Library, status: str) -> None:
    with serving(reply("200 OK", FOUND)) as other:
        location = f"Location: http://user:secret@127.0.0.1:{other.port}/wsman?token=secret"
        with serving(reply(status, b"", location)) as server:
            error = failing(library(server.port))
            assert len(server.requests) == 1
        assert other.requests == []

    assert isinstance(error, ProtocolError)
    assert "redirects to another address" in str(error)
    assert "secret" not in str(error)


@libraries
def test_a_change_whose_answer_exceeds_the_limits_has_an_unknown_outcome(library: Library) -> None:
    for behavior in (DRIPPING["body"], FLOODING["body"], reply("200 OK", b"", "Content-Encoding: gzip")):
        with serving(behavior) as server:
            session = Session(library(server.port, read_timeout=0.2 if behavior is DRIPPING["body"] else 30.0))
            with pytest.raises(OutcomeUnknown):
                session.put(SPOOLER, {"StartMode": "Auto"})
            assert len(server.requests) == 1


@libraries
def test_an_answer_of_the_allowed_size_is_read(library: Library) -> None:
    large = FOUND + b" " * 1_900_000
    with serving(reply("200 OK", large, "Content-Type: application/soap+xml;charset=UTF-8")) as server:
        assert len(library(server.port).send(b"<request/>")) > 1_900_000


@pytest.mark.parametrize("manner, message", [("flood", "more than 2048000 bytes"), ("redirect", "redirects")])
def test_a_host_that_answers_so_costs_one_error(start: Start, manner: str, message: str) -> None:
    running = start({"faults": {manner: ["Reboot"]}})
    session = Session(encrypting("pywinrm", running.address, running.fleet.http_port, USER, PASSWORD, "ntlm"))
    system = CimPath("root/cimv2", "Win32_OperatingSystem")
    session.get(system)

    with pytest.raises(OutcomeUnknown, match=message):
        session.invoke(system, "Reboot", {})
    assert session.get(system).class_name == "Win32_OperatingSystem"
