# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication of one TCP connection (Basic, NTLM, Negotiate) and message encryption (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path

import spnego
from spnego.exceptions import SpnegoError

from tests.simulator.model import Listener

_NTLM_MAGIC = b"NTLMSSP\0"
_PROTOCOL = re.compile(r'protocol="?([^";]+)"?', re.IGNORECASE)
_BOUNDARY = b"--Encrypted Boundary\r\n"
_LAST_BOUNDARY = b"--Encrypted Boundary--\r\n"
_OCTETS = b"\tContent-Type: application/octet-stream\r\n"


class Undecipherable(Exception):
    """An encrypted body for which this connection has no context, or the wrong one."""


@dataclass(frozen=True)
class Account:
    """Who may log on to a host; ``store`` is the file pyspnego's acceptor reads it from."""

    store: Path
    user: str  # ``name`` or ``DOMAIN\\name``
    password: str

    def write(self, machine: str) -> None:
        """Write the store: a local account under every domain a client may give it.

        The store cannot express a colon in a name or password.
        """
        if ":" in self.user + self.password:
            raise ValueError("the simulator's user names and passwords must not contain a colon")
        domain, _unused, name = self.user.rpartition("\\")
        domains = [domain] if domain else ["", ".", machine]
        self.store.touch(mode=0o600)
        self.store.write_text("".join(f"{known}:{name}:{self.password}\n" for known in domains), encoding="utf-8")

    def accepts(self, user: str, password: str) -> bool:
        """Whether these are the credentials; names compare without case, a local one under any domain."""
        known = user.lower() == self.user.lower() or user.rpartition("\\")[2].lower() == self.user.lower()
        return known and hmac.compare_digest(password.encode(), self.password.encode())


class Connection:
    """The authentication state of one TCP connection."""

    def __init__(self, listener: Listener, account: Account) -> None:
        self._listener = listener
        self._account = account
        self._context: spnego.ContextProxy | None = None

    @property
    def challenges(self) -> list[str]:
        """WWW-Authenticate of a first 401, as WinRM advertises."""
        schemes = ["Negotiate"] if self._listener.negotiate else []
        return [*schemes, *(['Basic realm="WSMAN"'] if self._listener.basic else [])]

    @property
    def authenticated(self) -> bool:
        """Whether NTLM or Negotiate has finished on this connection."""
        return self._context is not None and self._context.complete

    def basic(self, parameter: str) -> bool:
        """Check the credentials of a Basic header."""
        try:
            user, _unused, password = base64.b64decode(parameter, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return self._listener.basic and self._account.accepts(user, password)

    def negotiate(self, parameter: str) -> bytes | None:
        """Take one token; the answer's token (may be empty), or None where the client is rejected."""
        if not self._listener.negotiate:
            return None
        try:
            token = base64.b64decode(parameter, validate=True)
        except binascii.Error:
            return None
        # pyspnego's acceptor knows its accounts only by this variable and reads it on every step.
        os.environ["NTLM_USER_FILE"] = str(self._account.store)
        try:
            if self._context is None or self._context.complete:
                raw = token.startswith(_NTLM_MAGIC)
                options = spnego.NegotiateOptions.use_ntlm if raw else spnego.NegotiateOptions.use_negotiate
                self._context = spnego.server(protocol="ntlm" if raw else "negotiate", options=options)
            return self._context.step(token) or b""
        except (SpnegoError, ValueError, struct.error, KeyError, IndexError):
            # pyspnego raises all of these for tokens that are none.
            self._context = None
            return None

    def decrypt(self, body: bytes) -> bytes:
        """The SOAP message in a multipart/encrypted body."""
        if self._context is None or not self._context.complete:
            raise Undecipherable
        try:
            _unused, head, payload = body.split(_BOUNDARY, 2)
            length = int(head.rsplit(b"Length=", 1)[1])
            if not payload.startswith(_OCTETS) or not payload.endswith(_LAST_BOUNDARY):
                raise Undecipherable
            data = payload[len(_OCTETS) : -len(_LAST_BOUNDARY)]
            (size,) = struct.unpack_from("<i", data)
            message = self._context.unwrap_winrm(data[4 : 4 + size], data[4 + size :])
        except (SpnegoError, ValueError, struct.error, IndexError) as error:
            raise Undecipherable from error
        if len(message) != length:
            raise Undecipherable
        return message

    def encrypt(self, message: bytes, content_type: str) -> tuple[bytes, str]:
        """Body and Content-Type of an encrypted answer; ``content_type`` is the request's, whose protocol it echoes."""
        match = _PROTOCOL.search(content_type)
        protocol = match[1] if match else "application/HTTP-SPNEGO-session-encrypted"
        assert self._context is not None
        wrapped = self._context.wrap_winrm(message)
        length = len(message) + wrapped.padding_length
        body = (
            _BOUNDARY
            + f"\tContent-Type: {protocol}\r\n".encode()
            + f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}\r\n".encode()
            + _BOUNDARY
            + _OCTETS
            + struct.pack("<i", len(wrapped.header))
            + wrapped.header
            + wrapped.data
            + _LAST_BOUNDARY
        )
        return body, f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"'
