# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on a real socket, in either library, ends in the right error and a sentence that says what to do."""

from __future__ import annotations

import importlib
import re
import socket
import ssl
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pypsrp.exceptions
import pypsrp.powershell
import pypsrp.wsman
import pytest
import winrm.transport
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible.utils.display import Display

from ansible_collections.winops.mars.plugins.plugin_utils.wsman import connection as connection_module
from ansible_collections.winops.mars.plugins.plugin_utils.wsman import session as session_module
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.connection import (
    LibraryTransport,
    UnsupportedConnection,
    open_session,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import (
    AuthenticationRejected,
    ConnectionLost,
    Fault,
    OutcomeUnknown,
    ProtocolError,
    StaleContext,
    TimedOut,
    Unreachable,
    WSManError,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.values import CimPath, string
from tests.unit.plugins.plugin_utils.wsman.http_server import (
    FAULT,
    FOUND,
    PASSWORD,
    Behavior,
    Library,
    Server,
    certificate_for,
    half,
    hang_up,
    libraries,
    pywinrm,
    reply,
    reset,
    serving,
)
from tests.unit.plugins.plugin_utils.wsman.scripted import action, envelope, related

pytestmark = pytest.mark.core_matrix

SPOOLER = CimPath("root/cimv2", "Win32_Service", {"Name": "Spooler"})


def error_of(transport: LibraryTransport) -> WSManError:
    with pytest.raises(WSManError) as caught:
        transport.send(b"<request/>")
    sentence = str(caught.value)
    # For people: no objects, no traces, no secrets
    for noise in (
        "0x",
        "<urllib3",
        "object at",
        "HTTPConnection(",
        "HTTPSConnection(",
        "Traceback",
        "(_ssl.c",
        "\n",
        PASSWORD,
    ):
        assert noise not in sentence
    return caught.value


# -- Answers


@libraries
@pytest.mark.parametrize("status, body", [("200 OK", FOUND), ("500 Internal Server Error", FAULT), ("400 Bad", FAULT)])
def test_an_envelope_is_an_answer_whatever_the_status(library: Library, status: str, body: bytes) -> None:
    with serving(reply(status, body, "Content-Type: application/soap+xml;charset=UTF-8")) as server:
        assert library(server.port).send(b"<request>\xc3\xbc</request>") == related(body, b"")
        assert server.requests[0].endswith(b"\r\n\r\n<request>\xc3\xbc</request>")


@libraries
@pytest.mark.parametrize(
    "status, body, kind, advice",
    [
        ("400 Bad Request", b"", StaleContext, "could not decrypt"),
        ("401 Unauthorized", b"", AuthenticationRejected, "check user, password"),
        ("403 Forbidden", b"<html>no</html>", ProtocolError, "HTTP 403.*check port, path and proxy"),
        ("404 Not Found", b"", ProtocolError, "HTTP 404.*check port, path and proxy"),
        ("405 Method Not Allowed", b"", ProtocolError, "HTTP 405.*check port, path and proxy"),
        ("413 Request Entity Too Large", b"", ProtocolError, "HTTP 413"),
        ("500 Internal Server Error", b"", ProtocolError, "HTTP 500.*check port, path and proxy"),
        (
            "503 Service Unavailable",
            b"<html>Dienst nicht verf\xfcgbar</html>",
            ProtocolError,
            "check port, path and proxy",
        ),
        ("407 Proxy Authentication Required", b"", ProtocolError, "HTTP 407.*proxy"),
    ],
)
def test_a_status_without_envelope_is_one_sentence(
    library: Library, status: str, body: bytes, kind: type[WSManError], advice: str
) -> None:
    with serving(reply(status, body, "Content-Type: text/html")) as server:
        error = error_of(library(server.port))

    assert error.__class__ is kind
    assert re.search(advice, str(error))


# -- No answer


@libraries
def test_a_refused_connection(library: Library) -> None:
    with serving(hang_up) as server:
        port = server.port

    error = error_of(library(port))

    assert error.__class__ is Unreachable
    assert "check address, port and the WinRM service" in str(error)


@libraries
def test_a_name_that_does_not_resolve(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    transport = library(5985)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = error_of(transport)

    assert error.__class__ is Unreachable
    assert "Name or service not known" in str(error)


@libraries
@pytest.mark.parametrize("behavior", [hang_up, reset, half])
def test_a_connection_closed_before_the_whole_answer(library: Library, behavior: Behavior) -> None:
    with serving(behavior) as server:
        error = error_of(library(server.port))

    assert error.__class__ is ConnectionLost
    assert "closed the connection" in str(error)


@libraries
def test_an_answer_that_does_not_come_in_time(library: Library) -> None:
    with serving(lambda connection, request: None) as server:
        error = error_of(library(server.port, read_timeout=0.05))

    assert error.__class__ is TimedOut
    assert "check its load" in str(error)


@libraries
def test_something_that_does_not_speak_http(library: Library) -> None:
    with serving(lambda connection, request: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")) as server:
        error = error_of(library(server.port))

    assert error.__class__ is ConnectionLost


@libraries
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "503 Service Unavailable"])
def test_a_web_server_where_ntlm_was_expected(library: Library, status: str) -> None:
    with serving(reply(status, b"<html>hello</html>", "Content-Type: text/html")) as server:
        error = error_of(library(server.port, transport="ntlm"))

    assert error.__class__ in (ProtocolError, AuthenticationRejected)
    assert "check" in str(error)


@libraries
@pytest.mark.parametrize("offer", ["Basic realm=x", "Negotiate", "Kerberos"])
def test_ntlm_refused(library: Library, offer: str) -> None:
    with serving(reply("401 Unauthorized", b"", f"WWW-Authenticate: {offer}")) as server:
        error = error_of(library(server.port, transport="ntlm"))

    assert error.__class__ is AuthenticationRejected


class NoTicket(ModuleType):
    """A Kerberos library (MIT, as pykerberos hands on its errors) on a controller without a ticket for the account."""

    GSS_C_MUTUAL_FLAG, GSS_C_SEQUENCE_FLAG = 2, 8

    class GSSError(Exception):
        pass

    def authGSSClientInit(self, *args: Any, **kwargs: Any) -> Any:
        raise self.GSSError(
            ("No credentials were supplied, or the credentials were unavailable or inaccessible", 458752),
            ("Can't find client principal ann@EXAMPLE.COM in cache collection", -1765328243),
        )


def test_no_kerberos_ticket_is_no_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*(name for name in sys.modules if name.startswith("winrm.vendor.requests_kerberos")), "kerberos"]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "kerberos", NoTicket("kerberos"))
    vendored = importlib.import_module("winrm.vendor.requests_kerberos")
    monkeypatch.setattr(winrm.transport, "HTTPKerberosAuth", vendored.HTTPKerberosAuth, raising=False)
    monkeypatch.setattr(winrm.transport, "REQUIRED", vendored.REQUIRED, raising=False)
    monkeypatch.setattr(winrm.transport, "HAVE_KERBEROS", True)
    with serving(reply("401 Unauthorized", b"", "WWW-Authenticate: Negotiate")) as server:
        error = error_of(pywinrm(server.port, transport="kerberos"))

    assert error.__class__ is AuthenticationRejected
    assert "(Can't find client principal ann@EXAMPLE.COM in cache collection): check user, password" in str(error)


# -- TLS


@pytest.fixture(scope="module")
def tls_and_path(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    return certificate_for(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(tls_and_path: tuple[ssl.SSLContext, str]) -> ssl.SSLContext:
    return tls_and_path[0]


@pytest.fixture
def certificate(tls_and_path: tuple[ssl.SSLContext, str]) -> str:
    """Where the certificate is, for who trusts it."""
    return tls_and_path[1]


@libraries
def test_a_certificate_nobody_trusts(library: Library, tls: ssl.SSLContext) -> None:
    with serving(reply("200 OK", FOUND), tls=tls) as server:
        error = error_of(library(server.port, scheme="https"))
        assert server.requests == []

    assert error.__class__ is Unreachable
    assert "check the host's certificate" in str(error)
    assert "certificate verify failed" in str(error)


@libraries
def test_a_certificate_that_is_trusted(library: Library, tls: ssl.SSLContext, certificate: str) -> None:
    with serving(reply("200 OK", FOUND), tls=tls) as server:
        assert library(server.port, scheme="https", trust=certificate).send(b"<request/>") == related(FOUND, b"")


@libraries
def test_tls_to_a_port_without(library: Library) -> None:
    with serving(reply("400 Bad Request")) as server:
        error = error_of(library(server.port, scheme="https"))

    assert error.__class__ is Unreachable


@libraries
def test_no_tls_to_a_port_with(library: Library, tls: ssl.SSLContext) -> None:
    with serving(reply("200 OK", FOUND), tls=tls) as server:
        error = error_of(library(server.port))

    assert error.__class__ is ConnectionLost


@libraries
def test_a_tls_connection_broken_after_the_request_leaves_the_outcome_open(
    library: Library, tls: ssl.SSLContext, certificate: str
) -> None:
    for behavior in (hang_up, reset, half):
        with serving(behavior, tls=tls) as server:
            error = error_of(library(server.port, scheme="https", trust=certificate))

        assert error.__class__ is ConnectionLost


@libraries
def test_a_tls_connection_broken_while_the_request_is_sent_leaves_the_outcome_open(
    library: Library, tls: ssl.SSLContext, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise ssl.SSLEOFError(8, "EOF occurred in violation of protocol (_ssl.c:2427)")

    with serving(reply("200 OK", FOUND), tls=tls) as server:
        transport = library(server.port, scheme="https", trust=certificate)
        monkeypatch.setattr(ssl.SSLSocket, "sendall", broken)
        error = error_of(transport)

    assert error.__class__ is ConnectionLost
    assert "the host closed the connection: EOF occurred" in str(error)


@libraries
def test_after_a_reset_a_new_connection_is_made(library: Library) -> None:
    with serving(reply("200 OK", FOUND)) as server:
        transport = library(server.port)
        transport.reset()
        transport.send(b"<request/>")
        transport.send(b"<request/>")
        assert server.connections == 1

        transport.reset()
        transport.send(b"<request/>")
        assert server.connections == 2
        transport.reset()


@libraries
def test_a_reset_forgets_what_the_old_connection_agreed_on(library: Library) -> None:
    with serving(reply("200 OK", FOUND, "Set-Cookie: context=old")) as server:
        transport = library(server.port)
        transport.send(b"<request/>")
        transport._transport.encryption = object()  # the keys of that connection; used on, it would fail

        transport.reset()
        transport.send(b"<request/>")
        transport.send(b"<request/>")

        # Only a new session of the library authenticates anew; its cookies tell the two apart
        assert [b"context=old" in request for request in server.requests] == [False, False, True]


# -- Through Ansible's own connection plugins


def plugin(name: str, port: int, **options: Any) -> Any:
    connection = connection_loader.get(name, PlayContext(), "/dev/null")
    variables = {
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_user": "user",
        "ansible_password": PASSWORD,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "basic",
        "ansible_psrp_protocol": "http",
        "ansible_psrp_auth": "basic",
        "ansible_psrp_message_encryption": "never",
        **options,
    }
    extras = {key: value for key, value in options.items() if key.startswith("ansible_winrm_")}
    connection.set_options(var_options={**variables, "_extras": extras})
    return connection


plugins = pytest.mark.parametrize("name", ["winrm", "psrp"])


def actions(server: Server) -> list[str]:
    return [action(request.decode()).rpartition("/")[2] for request in server.requests]


@plugins
def test_a_session_over_a_plugin_sends_nothing_but_its_operations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pypsrp.powershell, "RunspacePool", MagicMock(side_effect=AssertionError("a runspace")))
    with serving(reply("200 OK", FOUND)) as server:
        connection = plugin(name, server.port)
        session = open_session(connection)
        assert server.requests == []

        assert session.get(SPOOLER).read("Name", string) == "Spooler"
        session.close()
        connection.close()

        assert actions(server) == ["Get"]
        assert server.requests[0].startswith(b"POST /wsman HTTP/1.1\r\n")


def test_the_shell_that_tries_an_authentication_is_opened_where_there_are_several() -> None:
    created = envelope('<x:ResourceCreated><w:Selector Name="ShellId">S</w:Selector></x:ResourceCreated>')
    with serving(reply("200 OK", created), reply("200 OK", FOUND)) as server:
        connection = plugin("winrm", server.port, ansible_winrm_transport=["plaintext", "basic"])
        open_session(connection).get(SPOOLER)

        assert actions(server) == ["Create", "Get"]
        assert connection.shell_id == "S"  # the plugin closes what it opened


def test_a_winrm_connection_in_use_is_used_on() -> None:
    with serving(reply("200 OK", FOUND)) as server:
        connection = plugin("winrm", server.port)
        open_session(connection).get(SPOOLER)
        protocol = connection.protocol
        connection.shell_id = "somebody's"

        open_session(connection).get(SPOOLER)

        assert connection.protocol is protocol
        assert connection.shell_id == "somebody's"


@plugins
def test_the_operation_timeout_is_that_of_the_plugin(name: str) -> None:
    timeouts = {"ansible_winrm_operation_timeout_sec": 17, "ansible_psrp_operation_timeout": 17}
    with serving(reply("200 OK", FOUND)) as server:
        open_session(plugin(name, server.port, **timeouts)).get(SPOOLER)

        assert b"OperationTimeout>PT17S<" in server.requests[0]


@plugins
def test_a_host_that_hangs_up_once_is_asked_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "PAUSES", (0.0,))
    with serving(hang_up, reply("200 OK", FOUND)) as server:
        assert open_session(plugin(name, server.port)).get(SPOOLER).read("Name", string) == "Spooler"
        assert server.connections == 2


@plugins
def test_a_change_the_host_hangs_up_on_is_sent_once(name: str) -> None:
    with serving(hang_up, reply("200 OK", FOUND)) as server, pytest.raises(OutcomeUnknown):
        open_session(plugin(name, server.port)).put(SPOOLER, {"StartMode": "Auto"})
    assert len(server.requests) == 1


@plugins
def test_a_fault_over_a_plugin_is_a_fault(name: str) -> None:
    with serving(reply("500 Internal Server Error", FAULT)) as server, pytest.raises(Fault) as caught:
        open_session(plugin(name, server.port)).get(SPOOLER)
    assert caught.value.is_access_denied


# -- The log


@plugins
@pytest.mark.parametrize("verbosity, lines", [(2, 0), (3, 1), (5, 1)])
def test_requests_are_displayed_from_vvv_on(
    name: str, verbosity: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    displayed: list[tuple[str, str | None]] = []
    monkeypatch.setattr(Display(), "verbosity", verbosity)
    monkeypatch.setattr(Display(), "vvv", lambda message, host=None: displayed.append((message, host)))

    with serving(reply("200 OK", FOUND)) as server:
        open_session(plugin(name, server.port)).get(SPOOLER)

    mine = [(message, host) for message, host in displayed if "Win32_Service" in message]
    assert len(mine) == lines
    for message, host in mine:
        assert re.fullmatch(r"WS-Management: Get Win32_Service: ok in \d+\.\d{3} s", message)
        assert host == "127.0.0.1"


# -- Connections that cannot be used


@pytest.mark.parametrize("transport", ["ssh", "local", "community.docker.docker"])
def test_another_connection_is_refused_in_one_sentence(transport: str) -> None:
    connection = MagicMock(transport=transport)

    with pytest.raises(UnsupportedConnection, match=f"'{transport}'.*set ansible_connection to winrm or psrp"):
        open_session(connection)
    assert connection.method_calls == []


@pytest.mark.parametrize(
    "transport, flag, library",
    [
        ("winrm", "HAS_PYWINRM", "pywinrm"),
        ("psrp", "HAS_PYWINRM", "pywinrm"),
        ("psrp", "HAS_PYPSRP", "pypsrp"),
    ],
)
def test_a_missing_library_is_named(transport: str, flag: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, flag, False)

    with pytest.raises(UnsupportedConnection, match=f"{library} is missing on the controller"):
        open_session(MagicMock(transport=transport))


def test_psrp_options_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(UnsupportedConnection, match="contradict each other"):
        open_session(plugin("psrp", 5985, ansible_psrp_message_encryption="always"))
