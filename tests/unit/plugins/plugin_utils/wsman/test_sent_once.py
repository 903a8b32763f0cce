# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change is never sent twice, whatever error of whatever library ends the exchange, and wherever it does."""

from __future__ import annotations

import inspect
import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

import pypsrp.exceptions
import pytest
import requests
import requests.adapters
import requests.exceptions
import spnego.exceptions
import urllib3.exceptions
import winrm.exceptions
from urllib3.util.retry import Retry

from ansible_collections.winops.mars.plugins.plugin_utils.wsman import session as session_module
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import OutcomeUnknown, WSManError
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.values import CimPath, string
from tests.unit.plugins.plugin_utils.wsman.http_server import (
    Behavior,
    Library,
    Server,
    certificate_for,
    encrypting,
    libraries,
    psrp,
    reply,
    serving,
)
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    EMPTY,
    SENT,
    SHELL_CREATED,
    SIGNALED,
    action,
    envelope,
    first_page,
    next_page,
    received,
    service,
)
from tests.unit.simulator.conftest import PASSWORD, USER, Running, Start, loop, start

__all__ = ["loop", "start"]

SPOOLER = CimPath("root/cimv2", "Win32_Service", {"Name": "Spooler"})
EVERY_SERVICE = "SELECT * FROM Win32_Service"
ANSWERS = {
    "Get": envelope(service("Spooler")),
    "Put": envelope(service("Spooler")),
    "Delete": EMPTY,
    "StopService": envelope("<p:StopService_OUTPUT><p:ReturnValue>0</p:ReturnValue></p:StopService_OUTPUT>"),
    "Create": SHELL_CREATED,
    "Command": COMMAND_STARTED,
    "Send": SENT,
    "Receive": received(exit_code="0"),
    "Signal": SIGNALED,
    "Enumerate": first_page([service("Spooler")], "more"),
    "Pull": next_page([service("W32Time")], None),
    "Identify": envelope(
        '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
        "<i:ProductVendor>Microsoft Corporation</i:ProductVendor></i:IdentifyResponse>"
    ),
}

# The operation, and the requests of which it must not send any twice: with a command, that is the one that starts it
Operation = Callable[[Session], object]
Operations = dict[str, tuple[Operation, list[str]]]
CHANGES: Operations = {
    "put": (lambda session: session.put(SPOOLER, {"StartMode": "Auto"}), ["Put"]),
    "delete": (lambda session: session.delete(SPOOLER), ["Delete"]),
    "invoke": (lambda session: session.invoke(SPOOLER, "StopService", {}), ["StopService"]),
    "run": (lambda session: session.run("sort", "input"), ["Create", "Command", "Send", "Receive", "Signal"]),
}
ONCE = {"Put", "Delete", "StopService", "Command"}


READS: Operations = {
    "get": (lambda session: session.get(SPOOLER).read("Name", string), ["Get"]),
    "query": (
        lambda session: [
            found.read("Name", string) for found in session.query("root/cimv2", "SELECT * FROM Win32_Service")
        ],
        ["Enumerate", "Pull"],
    ),
    "identify": (lambda session: session.identify(), ["Identify"]),
}


def verb(request: bytes) -> str:
    # Identify is the only request without an action
    return "Identify" if b":Identify" in request else action(request.decode(errors="replace")).rpartition("/")[2]


def answering(connection: socket.socket, request: bytes) -> None:
    reply("200 OK", ANSWERS[verb(request)], "Content-Type: application/soap+xml;charset=UTF-8")(connection, request)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "PAUSES", (0.0, 0.0, 0.0))


def classes(module: ModuleType) -> Iterator[type[Exception]]:
    for _unused, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, Exception) and not issubclass(found, Warning) and not found.__name__.startswith("_"):
            yield found


def instance(kind: type[Exception]) -> Exception:
    """An error as the library raises it, as far as it can be made without its objects."""
    if kind.__name__ == "WinRMTransportError":
        return kind("http", 500, "")
    if kind.__name__ in ("InvalidPipelineStateError", "InvalidRunspacePoolStateError"):
        return kind(0, 0, "injected")
    for arguments in (("injected",), (None, "injected"), (None, "/wsman", "injected"), (1, 2), (1,) * 6, ()):
        with suppress(Exception):
            error = kind(*arguments)
            str(error)
            return error
    return kind.__new__(kind, "injected")


LIBRARIES = (requests.exceptions, urllib3.exceptions, ssl, winrm.exceptions, pypsrp.exceptions, spnego.exceptions)
ERRORS = sorted(
    {kind for module in LIBRARIES for kind in classes(module)} | {OSError, ValueError, KeyError, RuntimeError},
    key=lambda kind: (kind.__module__, kind.__qualname__),
)
# With four, each error meets a change, and something that may be repeated
TURNS = 4


class Injection:
    """Raises an error at one request of a kind: before it goes out, or after the whole answer is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.where, self.when, self.error = "", "", Exception()
        original = requests.adapters.HTTPAdapter.send

        def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            hit = bool(self.where) and verb(request.body or b"") == self.where
            if hit:
                self.where = ""
            if hit and self.when == "before":
                raise self.error
            response = original(adapter, request, *args, **kwargs)
            if hit:
                assert response.content
                raise self.error
            return response

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)


def injected(
    server: Server, library: Library, kind: type[Exception], monkeypatch: pytest.MonkeyPatch, operations: Operations
) -> Iterator[tuple[str, str, str, Session]]:
    """Some requests of the operations, by their names, each disturbed before and after it, with a session for it.

    Errors are told apart in one place for all requests. So not each of them meets each request, but those of the same
    module, which are next to each other, meet all of them by turns.
    """
    injection = Injection(monkeypatch)
    transport = library(server.port)
    places = [(name, where) for name, (_unused, requests_of_it) in operations.items() for where in requests_of_it]
    # Stable: what must not be sent twice comes first
    places.sort(key=lambda place: place[1] not in ONCE)
    for name, where in places[ERRORS.index(kind) % TURNS :: TURNS]:
        for when in ("before", "after"):
            session = Session(transport)
            session.get(SPOOLER)
            server.requests.clear()
            injection.where, injection.when, injection.error = where, when, instance(kind)
            yield name, where, when, session
    transport.reset()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(answering) as server:
        yield server


@libraries
@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_no_error_of_a_library_lets_a_change_be_sent_twice(
    server: Server, library: Library, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, where, when, session in injected(server, library, kind, monkeypatch, CHANGES):
        operation, requests_of_it = CHANGES[name]
        outcome: WSManError | None = None
        try:
            operation(session)
        except WSManError as error:
            outcome = error
        sent = [verb(request) for request in server.requests]
        case = f"{name}, {when} {where}: {outcome!r}, {sent}"
        for change in ONCE:
            assert sent.count(change) <= 1, case
        changed = requests_of_it[-1] in ONCE
        if when == "after" and where in ONCE:
            assert isinstance(outcome, OutcomeUnknown), case
        if when == "before" and changed:
            # Nothing went out, so it is sent again, or it is not said that it may have been done
            assert sent == requests_of_it if outcome is None else not sent, case
            assert not isinstance(outcome, OutcomeUnknown), case


@pytest.fixture(scope="module")
def undisturbed(server: Server) -> dict[str, object]:
    return {name: operation(Session(psrp(server.port))) for name, (operation, _unused) in READS.items()}


@libraries
@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_an_error_of_a_library_costs_a_read_one_repetition_or_is_an_error_of_ours(
    server: Server,
    library: Library,
    kind: type[Exception],
    undisturbed: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, where, when, session in injected(server, library, kind, monkeypatch, READS):
        # Any other error would fail the test
        with suppress(WSManError):
            assert READS[name][0](session) == undisturbed[name]
        sent = [verb(request) for request in server.requests]
        assert max(map(sent.count, sent), default=0) <= 2, (name, when, where, sent)


# -- Where errors come from: TLS


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    return certificate_for(tmp_path_factory.mktemp("tls"))


def bad_record(connection: socket.socket, request: bytes) -> None:
    """A TLS record that nobody can decrypt, where the answer should be."""
    with socket.socket(fileno=os.dup(connection.fileno())) as plain:
        plain.sendall(b"\x17\x03\x03\x00\x20" + b"\x00" * 32)


def bad_record_in_the_answer(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<s:Envelope")
    bad_record(connection, request)


def after_the_first(behavior: Behavior) -> Behavior:
    """Answer what only reads, and behave otherwise so."""

    def behave(connection: socket.socket, request: bytes) -> None:
        (answering if verb(request) == "Get" else behavior)(connection, request)

    return behave


@libraries
@pytest.mark.parametrize("behavior", [bad_record, bad_record_in_the_answer])
@pytest.mark.parametrize("name", ["put", "delete", "invoke"])
def test_a_tls_record_that_cannot_be_decrypted_leaves_the_outcome_open(
    library: Library, behavior: Behavior, name: str, tls: tuple[ssl.SSLContext, str]
) -> None:
    context, trusted = tls
    operation, (change,) = CHANGES[name]
    with serving(after_the_first(behavior), tls=context) as server:
        session = Session(library(server.port, scheme="https", trust=trusted))
        session.get(SPOOLER)
        with pytest.raises(OutcomeUnknown, match="TLS failed after the request was sent"):
            operation(session)

        assert [verb(request) for request in server.requests].count(change) == 1


@pytest.mark.parametrize("behavior", [bad_record, bad_record_in_the_answer])
def test_retries_of_the_library_do_not_repeat_what_went_out(
    behavior: Behavior, tls: tuple[ssl.SSLContext, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Retry, "sleep", lambda *args: None)
    context, trusted = tls
    with serving(behavior, tls=context) as server:
        session = Session(psrp(server.port, scheme="https", trust=trusted, reconnection_retries=3))
        with pytest.raises(OutcomeUnknown):
            session.put(SPOOLER, {"StartMode": "Auto"})

        assert [verb(request) for request in server.requests] == ["Put"]


# -- Where errors come from: encryption


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
@pytest.mark.parametrize("name", ["pywinrm", "pypsrp"])
def test_an_answer_that_cannot_be_decrypted_leaves_the_outcome_open(start: Start, name: str, auth: str) -> None:
    if (name, auth) == ("pywinrm", "negotiate"):
        pytest.skip("pywinrm has no negotiate")
    running = start({"faults": {"garble": ["Reboot"]}})
    session = encrypted(running, name, auth)
    system = CimPath("root/cimv2", "Win32_OperatingSystem")
    session.get(system)

    with pytest.raises(OutcomeUnknown, match=r"could not be (decrypted|read)"):
        session.invoke(system, "Reboot", {})
    assert [call for call, _unused in running.host().calls] == ["Reboot"]


@pytest.mark.parametrize("name", ["pywinrm", "pypsrp"])
def test_an_answer_to_the_first_request_that_cannot_be_decrypted_is_not_taken_for_refused_credentials(
    start: Start, name: str
) -> None:
    running = start({"faults": {"garble": [1]}})

    with pytest.raises(OutcomeUnknown) as caught:
        encrypted(running, name, "ntlm").invoke(CimPath("root/cimv2", "Win32_OperatingSystem"), "Reboot", {})
    assert not re.search("credentials|password", str(caught.value))
    assert [call for call, _unused in running.host().calls] == ["Reboot"]


@pytest.mark.parametrize("name", ["pywinrm", "pypsrp"])
def test_a_read_whose_answer_cannot_be_decrypted_is_repeated(start: Start, name: str) -> None:
    session = encrypted(start({"faults": {"garble": ["Get"]}}), name, "ntlm")

    assert session.get(CimPath("root/cimv2", "Win32_OperatingSystem")).class_name == "Win32_OperatingSystem"


def encrypted(running: Running, name: str, auth: str) -> Session:
    return Session(encrypting(name, running.address, running.fleet.http_port, USER, PASSWORD, auth))


@pytest.mark.parametrize("manner, read", [("stray", True), ("time_out", True), ("stray", False), ("time_out", False)])
def test_a_stray_answer_and_a_timeout_of_the_host_are_not_taken_for_the_outcome(
    start: Start, manner: str, read: bool
) -> None:
    running = start({"faults": {manner: ["Get" if read else "Reboot"]}})
    session = encrypted(running, "pywinrm", "ntlm")
    system = CimPath("root/cimv2", "Win32_OperatingSystem")
    session.identify()

    if read:
        assert session.get(system).class_name == "Win32_OperatingSystem"
    else:
        session.get(system)
        with pytest.raises(OutcomeUnknown):
            session.invoke(system, "Reboot", {})
        assert [call for call, _unused in running.host().calls] == ["Reboot"]


def test_the_server_of_these_tests_counts_what_it_got() -> None:
    with serving(answering) as server:
        assert isinstance(server, Server)
        session = Session(psrp(server.port))
        session.get(SPOOLER)
        session.get(SPOOLER)

        assert [verb(request) for request in server.requests] == ["Get", "Get"]
