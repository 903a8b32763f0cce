# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP server that behaves as told, and transports of both libraries to it."""

from __future__ import annotations

import ipaddress
import os
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypsrp.wsman
import pytest
import winrm.protocol
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.winops.mars.plugins.plugin_utils.wsman.connection import (
    LibraryTransport,
    PypsrpTransport,
    PywinrmTransport,
)
from tests.unit.plugins.plugin_utils.wsman.scripted import envelope, fault, related, service

PASSWORD = "pass-phrase-4711"
FOUND = envelope(service("Spooler"))
FAULT = fault("AccessDenied", 5)

# Answers one request over its connection; what it leaves open the server closes
Behavior = Callable[[socket.socket, bytes], None]


def reply(status: str, body: bytes = b"", *headers: str) -> Behavior:
    def answer(connection: socket.socket, request: bytes) -> None:
        content = related(body, request)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode() + content)

    return answer


def hang_up(connection: socket.socket, request: bytes) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket, request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def half(connection: socket.socket, request: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(FOUND)}\r\n\r\n"
    connection.sendall(head.encode() + FOUND[: len(FOUND) // 2])
    connection.shutdown(socket.SHUT_RDWR)


class Server(socketserver.ThreadingTCPServer):
    """Behaves as told, to every request or connection after connection, and remembers what it was asked."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, *behaviors: Behavior, tls: ssl.SSLContext | None = None) -> None:
        self.behaviors = list(behaviors)
        self.requests: list[bytes] = []
        self.connections = 0
        self.over = threading.Event()
        self._tls = tls
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections += 1
        if self._tls:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                raise
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about."""

    def behave(self, connection: socket.socket, request: bytes) -> None:
        self.requests.append(request)
        behavior = self.behaviors.pop(0) if len(self.behaviors) > 1 else self.behaviors[0]
        behavior(connection, request)


class Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        if self.connection.__class__ is socket.socket and self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
            self.server.behave(self.connection, b"")  # a TLS handshake
            return
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline()
                if not line:
                    return
                head += line
            length = next((int(h.split(b":")[1]) for h in head.lower().splitlines() if b"content-length" in h), 0)
            self.server.behave(self.connection, head + self.rfile.read(length))


@contextmanager
def serving(*behaviors: Behavior, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(*behaviors, tls=tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def pywinrm(port: int, **options: Any) -> LibraryTransport:
    settings = {"transport": "plaintext", "scheme": "http", "read_timeout": 30.0, "trust": None, **options}
    protocol = winrm.protocol.Protocol(
        f"{settings['scheme']}://127.0.0.1:{port}/wsman",
        transport=settings["transport"],
        username="user",
        password=PASSWORD,
        ca_trust_path=settings["trust"],
        proxy=None,
    )
    protocol.transport.read_timeout_sec = settings["read_timeout"]
    return PywinrmTransport(protocol)


def psrp(port: int, **options: Any) -> LibraryTransport:
    settings = {"transport": "basic", "scheme": "http", "read_timeout": 30.0, "trust": True, **options}
    encryption = "never" if settings["transport"] == "basic" else "auto"
    wsman = pypsrp.wsman.WSMan(
        "127.0.0.1",
        port=port,
        username="user",
        password=PASSWORD,
        ssl=settings["scheme"] == "https",
        auth=settings["transport"],
        encryption=encryption,
        no_proxy=True,
        read_timeout=settings["read_timeout"],
        cert_validation=settings["trust"],
        reconnection_retries=settings.get("reconnection_retries", 0),
    )
    return PypsrpTransport(wsman)


Library = Callable[..., LibraryTransport]
libraries = pytest.mark.parametrize("library", [pywinrm, psrp], ids=["pywinrm", "pypsrp"])


def encrypting(name: str, address: str, port: int, user: str, password: str, auth: str) -> LibraryTransport:
    """A transport with message encryption, as over HTTP."""
    if name == "pypsrp":
        return PypsrpTransport(
            pypsrp.wsman.WSMan(
                address, port=port, username=user, password=password, ssl=False, auth=auth, no_proxy=True
            )
        )
    endpoint = f"http://{address}:{port}/wsman"
    return PywinrmTransport(
        winrm.protocol.Protocol(endpoint, transport="ntlm", username=user, password=password, proxy=None)
    )


def certificate_for(
    directory: Path, address: str = "127.0.0.1", begin: int = -2, days: int = 1
) -> tuple[ssl.SSLContext, str]:
    """The TLS of a server with a self-signed certificate, and the path of the certificate.

    It is valid from ``begin`` to ``days`` days from now, which is at least a day.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + timedelta(days=begin))
        .not_valid_after(now + timedelta(days=max(days, begin + 1)))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, str(path)
