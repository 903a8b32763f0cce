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
from collections.abc import Sequence
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
class Accounts:
    """Who may log on to a host; ``store`` is the file pyspnego's acceptor reads them from."""

    store: Path
    users: Sequence[tuple[str, str]]  # name (``name`` or ``DOMAIN\\name``) and password

    def write(self, machine: str) -> None:
        """Write the store: a local account under every domain a client may give it.

        The store cannot express a colon in a name or password.
        """
        if any(":" in name + password for name, password in self.users):
            raise ValueError("the simulator's user names and passwords must not contain a colon")
        self.store.touch(mode=0o600)
        lines = []
        for user, password in self.users:
            domain, _, name = user.rpartition("\\")
            lines += [f"{known}:{name}:{password}\n" for known in ([domain] if domain else ["", ".", machine])]
        self.store.write_text("".join(lines), encoding="utf-8")

    def find(self, user: str, password: str) -> str | None:
        """The account with these credentials; names compare without case."""
        for name, expected in self.users:
            known = (name.lower(), name.rpartition("\\")[2].lower())
            if user.lower() in known and hmac.compare_digest(password.encode(), expected.encode()):
                return name
        return None


class Connection:
    """The authentication state of one TCP connection."""

    def __init__(self, listener: Listener, accounts: Accounts) -> None:
        self._listener = listener
        self._accounts = accounts
        self.user = ""  # who authenticated
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
            user, _, password = base64.b64decode(parameter, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        found = self._accounts.find(user, password) or self._accounts.find(user.rpartition("\\")[2], password)
        self.user = found or ""
        return self._listener.basic and found is not None

    def negotiate(self, parameter: str) -> bytes | None:
        """Take one token; the answer's token (may be empty), or None where the client is rejected."""
        if not self._listener.negotiate:
            return None
        try:
            token = base64.b64decode(parameter, validate=True)
        except binascii.Error:
            return None
        # pyspnego's acceptor knows its accounts only by this variable and reads it on every step.
        os.environ["NTLM_USER_FILE"] = str(self._accounts.store)
        try:
            if self._context is None or self._context.complete:
                raw = token.startswith(_NTLM_MAGIC)
                options = spnego.NegotiateOptions.use_ntlm if raw else spnego.NegotiateOptions.use_negotiate
                self._context = spnego.server(protocol="ntlm" if raw else "negotiate", options=options)
            answer = self._context.step(token) or b""
            self.user = self._context.client_principal or ""
        except (SpnegoError, ValueError, struct.error, KeyError, IndexError):
            # pyspnego raises all of these for tokens that are none.
            self._context = None
            return None
        return answer

    def decrypt(self, body: bytes) -> bytes:
        """The SOAP message in a multipart/encrypted body."""
        if self._context is None or not self._context.complete:
            raise Undecipherable
        try:
            _, head, payload = body.split(_BOUNDARY, 2)
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
