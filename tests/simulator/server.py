# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side of one simulated host: listeners, authentication per connection, encryption, refused connections."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from weakref import WeakKeyDictionary

from aiohttp import web

from tests.simulator.authentication import Account, Connection, Undecipherable
from tests.simulator.model import Listener, Windows
from tests.simulator.service import ConnectionDropped, Service

_SOAP = "application/soap+xml"
_MAXIMUM_BODY = 1024 * 1024


class HostServer:
    """Serves one host on one loopback address; ``ports`` maps each port to its TLS context (None: HTTP)."""

    def __init__(
        self,
        service: Service,
        listener: Listener,
        account: Account,
        address: str,
        ports: dict[int, ssl.SSLContext | None],
    ) -> None:
        self.service = service
        self.listener = listener
        self.address = address
        self.ports = ports
        self._account = account
        self._connections: WeakKeyDictionary[asyncio.BaseTransport, Connection] = WeakKeyDictionary()
        self._web: web.Server | None = None
        self._listening: list[asyncio.Server] = []

    @property
    def windows(self) -> Windows:
        """The host behind the service."""
        return self.service.windows

    @property
    def listening(self) -> bool:
        """Whether the host accepts connections."""
        return bool(self._listening)

    async def open(self) -> None:
        """Listen on all ports; raises OSError where one is taken."""
        self._web = web.Server(self._handle, access_log=None)
        loop = asyncio.get_running_loop()
        try:
            for port, context in self.ports.items():
                self._listening.append(await loop.create_server(self._web, self.address, port, ssl=context, backlog=64))
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        """Refuse connections and reset those that are open."""
        for listening in self._listening:
            listening.close()
        self._listening.clear()
        for transport in list(self._connections):
            transport.close()
        if self._web is not None:
            # With 0, it waits for the end of all answers
            await self._web.shutdown(0.01)
            self._web = None

    async def follow_host(self) -> None:
        """Stop listening while the host restarts, listen again when it is back."""
        reachable = self.windows.reachable()
        if not reachable and self._listening:
            self.service.restarted()
            await self.close()
        elif reachable and not self._listening:
            await self.open()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        if transport is None:
            return web.Response(status=400)
        if not self.windows.reachable():
            transport.abort()
            return web.Response(status=503)
        statistics = self.service.statistics
        statistics.http += 1
        connection = self._connections.get(transport)
        if connection is None:
            statistics.connections += 1
            connection = self._connections[transport] = Connection(self.listener, self._account)
        try:
            response = await self._answer(request, connection)
        except ConnectionDropped:
            transport.abort()
            return web.Response(status=503)
        if not self.windows.reachable():
            transport.abort()
        return response

    async def _answer(self, request: web.BaseRequest, connection: Connection) -> web.Response:
        if request.method != "POST":
            return web.Response(status=405)
        if request.path.rstrip("/").lower() not in ("/wsman", "/wsman-anon/identify"):
            return web.Response(status=404)
        body = await request.content.read(-1) if (request.content_length or 0) <= _MAXIMUM_BODY else None
        if body is None:
            return web.Response(status=413)
        if request.headers.get("WSMANIDENTIFY", "").lower() == "unauthenticated":
            return _soap_response(200, self.service.identify(anonymous=True))
        if self.service.misbehavior.unauthorized:
            return _unauthorized(connection.challenges)
        scheme, _unused, parameter = request.headers.get("Authorization", "").partition(" ")
        headers: dict[str, str] = {}
        if scheme.lower() == "basic":
            if not connection.basic(parameter):
                return _unauthorized(connection.challenges)
        elif scheme.lower() in ("negotiate", "ntlm"):
            token = connection.negotiate(parameter)
            if token is None:
                return _unauthorized(connection.challenges)
            answer = f"{scheme} {base64.b64encode(token).decode()}"
            if not connection.authenticated:
                return _unauthorized([answer])
            if token:
                headers["WWW-Authenticate"] = answer
            if not body:
                return web.Response(status=200, headers=headers)
        elif scheme or not connection.authenticated:
            # Http.sys hands an encrypted body to WinRM, which has no context for it on this connection.
            encrypted = request.content_type.startswith("multipart/")
            return web.Response(status=400) if encrypted else _unauthorized(connection.challenges)
        response = await self._message(request, connection, body, basic=scheme.lower() == "basic")
        response.headers.extend(headers)
        return response

    async def _message(
        self, request: web.BaseRequest, connection: Connection, body: bytes, *, basic: bool
    ) -> web.Response:
        encrypted = request.content_type == "multipart/encrypted"
        if encrypted and not basic:
            try:
                body = connection.decrypt(body)
            except Undecipherable:
                return web.Response(status=400)
        elif request.content_type != _SOAP:
            return web.Response(status=415)
        elif not basic and not request.secure and not self.listener.allow_unencrypted:
            return web.Response(status=500)
        scheme = "https" if request.secure else "http"
        url = f"{scheme}://{request.host}/wsman"
        reply = await self.service.handle(body, self.listener.user, url, request.remote or "")
        if reply.manner == "redirect":
            return web.Response(status=307, headers={"Location": url})
        if not encrypted or not reply.message:
            return _soap_response(reply.status, _sent(reply.message, reply.manner))
        wrapped, content_type = connection.encrypt(reply.message, request.headers["Content-Type"])
        sent = _sent(wrapped, reply.manner)
        return web.Response(status=reply.status, body=sent, headers={"Content-Type": content_type})


def _sent(message: bytes, manner: str) -> bytes | AsyncIterator[bytes]:
    if manner == "garble":
        # In the middle there is neither a header nor a boundary.
        middle = len(message) // 2
        return message[:middle] + bytes([message[middle] ^ 1]) + message[middle + 1 :]
    if manner == "drip":
        return _dripping(message)
    return _flooding() if manner == "flood" else message


async def _dripping(message: bytes) -> AsyncIterator[bytes]:
    for octet in message:
        yield bytes([octet])
        await asyncio.sleep(1)


async def _flooding() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536


def _soap_response(status: int, message: bytes | AsyncIterator[bytes]) -> web.Response:
    headers = {"Content-Type": f"{_SOAP};charset=UTF-8"} if message else {}
    return web.Response(status=status, body=message, headers=headers)


def _unauthorized(challenges: list[str]) -> web.Response:
    response = web.Response(status=401)
    for challenge in challenges:
        response.headers.add("WWW-Authenticate", challenge)
    return response
