# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""HTTP below pywinrm and pypsrp: what has gone out to the host, and limits on what comes back.

The errors of the libraries do not show whether the host got the message: TLS fails in the handshake as well as in the
middle of an answer, and an answer that cannot be decrypted raises the error of refused credentials. So this is observed
where the octets pass.
"""

from __future__ import annotations

import http.client
import io
import time
from typing import TYPE_CHECKING, Any

try:
    from requests.adapters import HTTPAdapter
except ImportError:
    # Without it there is no connection either, whose plugin says what to install
    HTTPAdapter = object  # type: ignore[assignment, misc]

from .envelope import MAX_ANSWER_SIZE
from .errors import LimitExceeded, ProtocolError

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from urllib3.util.retry import Retry

_UNAUTHORIZED = 401


class Exchange:
    """One message and its answer, with the requests that authenticate the connection for them.

    :ivar sent: whether the host may have got the message. It has not if it answered HTTP 401.
    """

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, seconds: float) -> None:
        """Start over: nothing has been sent, and the answer has to be complete within so many seconds."""
        self.sent = False
        self._carries_message = False
        self._deadline = time.monotonic() + seconds
        self._room = MAX_ANSWER_SIZE

    def prepare(self, body: object) -> None:
        """Note whether the next request carries the message, or only authenticates."""
        self._carries_message = bool(body)

    def sending(self) -> None:
        """Note that a connection is established, and that the request goes out."""
        self.sent = self.sent or self._carries_message

    def refused(self) -> None:
        """Note that the host did not process the request."""
        self.sent = False

    def remaining(self) -> float:
        """Return the seconds left for the answer. Raises TimeoutError if there are none."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the answer was not complete in time")
        return seconds

    def received(self, octets: int) -> None:
        """Count what comes in. Raises :class:`LimitExceeded` for more than any answer has."""
        self._room -= octets
        if self._room < 0:
            raise LimitExceeded(f"the host's answer has more than {MAX_ANSWER_SIZE} bytes")


class LimitedAdapter(HTTPAdapter):
    """What a session of requests sends over: observes an exchange, and ends it where its limits are exceeded.

    A session follows redirects and decompresses what is compressed; neither is part of WS-Management. The only thing
    that urllib3 may repeat is to connect.
    """

    def __init__(self, exchange: Exchange, retries: Retry) -> None:
        self.exchange = exchange
        super().__init__(max_retries=retries.new(read=False, status=0, other=0))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self._observe(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Return the pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        self._observe(manager)
        return manager

    def _observe(self, manager: Any) -> None:
        manager.pool_classes_by_scheme = {
            scheme: _observed(pool, self.exchange) for scheme, pool in manager.pool_classes_by_scheme.items()
        }

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send one request. Raises :class:`ProtocolError` for redirects and compressed answers."""
        self.exchange.prepare(request.body)
        response = super().send(request, *args, **kwargs)
        if response.status_code == _UNAUTHORIZED:
            self.exchange.refused()
        if response.is_redirect:
            # Its target is not quoted, since it may contain credentials.
            raise ProtocolError(
                f"the host redirects to another address (HTTP {response.status_code}), which is not followed: "
                "check port, path and proxy"
            )
        if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
            raise ProtocolError("the host's answer is compressed, although that was not asked for: check the proxy")
        return response


def _observed(pool: Any, exchange: Exchange) -> Any:
    """Return a class of connection pools, of which nothing differs but that its connections belong to an exchange."""
    if issubclass(pool.ConnectionCls, _Connection):
        return pool
    connection = type(pool.ConnectionCls.__name__, (_Connection, pool.ConnectionCls), {"exchange": exchange})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class _Connection(http.client.HTTPConnection):
    exchange: Exchange

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        """Send the headers, and with some versions of urllib3 the body."""
        if self.sock is None:
            self.connect()
        self.exchange.sending()
        super().endheaders(*args, **kwargs)

    def response_class(self, *args: Any, **kwargs: Any) -> _Response:  # type: ignore[override]
        """Return the answer that will be read from this connection."""
        return _Response(self.exchange, *args, **kwargs)


class _Response(http.client.HTTPResponse):
    def __init__(self, exchange: Exchange, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp = io.BufferedReader(_LimitedReader(self.fp.detach(), exchange))


class _LimitedReader(io.RawIOBase):
    """The octets of a socket, as many and as long as an exchange allows."""

    def __init__(self, raw: Any, exchange: Exchange) -> None:
        super().__init__()
        self._raw = raw
        self._exchange = exchange
        #: Libraries take the host's certificate from here.
        self._sock = raw._sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._exchange.remaining()
        timeout = self._sock.gettimeout()
        self._sock.settimeout(remaining if timeout is None else min(timeout, remaining))
        octets: int | None = self._raw.readinto(buffer)
        self._exchange.received(octets or 0)
        return octets

    def close(self) -> None:
        self._raw.close()
        super().close()
