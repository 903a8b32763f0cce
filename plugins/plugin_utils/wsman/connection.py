# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""From an Ansible connection to a WS-Management session; only this module knows both.

It opens neither a PowerShell runspace (``psrp``) nor a command shell (``winrm``) on the host. Credentials, TLS, proxies
and Kerberos are as the connection plugin has configured them in the object of its library.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ansible.utils.display import Display

try:
    import requests
    import spnego.exceptions
    import urllib3.exceptions
    import winrm.exceptions

    HAS_PYWINRM = True
except ImportError:
    HAS_PYWINRM = False

try:
    import pypsrp.exceptions
    import pypsrp.wsman

    HAS_PYPSRP = True
except ImportError:
    HAS_PYPSRP = False

from .errors import (
    AuthenticationRejected,
    ConnectionLost,
    ProtocolError,
    StaleContext,
    TimedOut,
    Unreachable,
    WSManError,
)
from .session import Session

# Of "-vvv"
_LOG_VERBOSITY = 3
_CHECK = "check port, path and proxy"
_REJECTED = "the host refused the credentials: check user, password, and which authentication the host allows"


class UnsupportedConnection(WSManError):
    """This Ansible connection cannot carry WS-Management; nothing was sent."""


def open_session(connection: Any) -> Session:
    """Return a session over an Ansible ``winrm`` or ``psrp`` connection; nothing is sent before its first operation.

    From ``-vvv`` on, Ansible displays one line for each request.

    Raises :class:`UnsupportedConnection` for other connections, missing libraries and contradictory options.
    """
    if connection.transport not in ("winrm", "psrp"):
        raise UnsupportedConnection(
            f"the connection '{connection.transport}' cannot carry WS-Management: "
            "set ansible_connection to winrm or psrp"
        )
    if not HAS_PYWINRM:
        raise UnsupportedConnection("the Python library pywinrm is missing on the controller: install it there")
    transport = _winrm(connection) if connection.transport == "winrm" else _psrp(connection)
    return Session(transport, log=_log(connection))


def _log(connection: Any) -> Callable[[str], None] | None:
    display = Display()
    if display.verbosity < _LOG_VERBOSITY:
        return None
    host = connection.get_option("remote_addr")
    return lambda line: display.vvv(f"WS-Management: {line}", host=host)


def _winrm(connection: Any) -> LibraryTransport:
    """Connect with the plugin's own code, but without the command shell that it opens at the end.

    The shell is only a test of the authentication. It is needed where several are configured, so that the plugin can
    try the next one.
    """
    connection._build_winrm_kwargs()
    if connection.protocol is None:
        single = len(connection._winrm_transport) == 1
        connection.shell_id = "none" if single else None
        connection._connect()
        if single:
            connection.shell_id = None
    protocol = connection.protocol
    return LibraryTransport(
        protocol.transport, protocol.transport.send_message, protocol.operation_timeout_sec, winrm.exceptions
    )


def _psrp(connection: Any) -> LibraryTransport:
    if not HAS_PYPSRP:
        raise UnsupportedConnection("the Python library pypsrp is missing on the controller: install it there")
    connection._build_kwargs()
    try:
        wsman = pypsrp.wsman.WSMan(**connection._psrp_conn_kwargs)
    except ValueError as error:
        raise UnsupportedConnection(f"the options of the connection 'psrp' contradict each other: {error}") from error
    return LibraryTransport(wsman.transport, wsman.transport.send, wsman.operation_timeout, pypsrp.exceptions)


class LibraryTransport:
    """Sends envelopes over the HTTP transport of pywinrm or pypsrp, whose interfaces are alike."""

    def __init__(self, transport: Any, post: Any, operation_timeout: int, exceptions: ModuleType) -> None:
        self.operation_timeout = operation_timeout
        self._transport = transport
        self._post = post
        self._exceptions = exceptions

    def send(self, message: bytes) -> bytes:
        """Post one envelope and return the answer, which may be a SOAP fault."""
        if self._transport.session is not None:
            # The library has put proxies and certificates of the environment into the session already. Without this,
            # requests looks them up again for every request.
            self._transport.session.trust_env = False
        try:
            answer: bytes = self._post(message)
            return answer
        except self._exceptions.WinRMTransportError as error:
            return _fault_envelope(error.code, error.response_text.encode())
        except self._exceptions.AuthenticationError as error:
            raise AuthenticationRejected(_REJECTED) from error
        except (spnego.exceptions.SpnegoError, PermissionError) as error:  # the latter from requests_ntlm
            raise AuthenticationRejected(f"{_REJECTED} ({error})") from error
        except self._exceptions.WinRMError as error:
            raise ProtocolError(str(error)) from error
        except requests.RequestException as error:
            raise _connection_error(error) from error
        except UnicodeDecodeError as error:
            # pywinrm decodes every page with an error status as UTF-8.
            raise ProtocolError(f"the host sent a response that is not valid UTF-8: {_CHECK}") from error
        except ValueError as error:
            # pypsrp, where the host does not offer the configured authentication.
            raise AuthenticationRejected(f"{_REJECTED} ({error})") from error
        except (AttributeError, KeyError) as error:
            # Both libraries need the keys of an authentication, and the host did not ask for one.
            raise ProtocolError(
                f"the host did not ask for authentication, so messages cannot be encrypted: {_CHECK}"
            ) from error

    def reset(self) -> None:
        """Drop the TCP connection and its keys, with which the library would encrypt for a connection that is gone."""
        if self._transport.session is not None:
            self._transport.session.close()
        self._transport.session = None
        self._transport.encryption = None


def _fault_envelope(status: int, body: bytes) -> bytes:
    if b"Envelope" in body:
        return body
    if status == 400 and not body.strip():
        raise StaleContext("the host could not decrypt the request (HTTP 400)")
    raise ProtocolError(f"the host answered HTTP {status} without a WS-Management message: {_CHECK}")


def _connection_error(error: requests.RequestException) -> WSManError:
    # If TLS ends after the handshake, the request may have arrived.
    if isinstance(error, requests.exceptions.SSLError) and not isinstance(_innermost(error), ssl.SSLEOFError):
        return Unreachable(f"TLS failed: {_cause(error)}; check the host's certificate and the validation settings")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable(f"the proxy cannot be used: {_cause(error)}")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable("the connection timed out: check address, port and firewall")
    if isinstance(error, requests.exceptions.ReadTimeout):
        return TimedOut("the host accepted the request but did not answer in time: check its load")
    if isinstance(_reason(error), urllib3.exceptions.NewConnectionError):
        return Unreachable(f"{_cause(error)}; check address, port and the WinRM service")
    return ConnectionLost(f"the host closed the connection: {_cause(error)}")


def _reason(error: requests.RequestException) -> BaseException:
    """Return the error of urllib3 inside that of requests."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, urllib3.exceptions.MaxRetryError) and inner.reason is not None:
        return inner.reason
    return inner if isinstance(inner, BaseException) else error


def _innermost(error: requests.RequestException) -> BaseException:
    reason = _reason(error)
    while reason.args and isinstance(reason.args[-1], BaseException):
        reason = reason.args[-1]
    return reason


def _cause(error: requests.RequestException) -> str:
    # Some texts of urllib3 begin with its connection object, "HTTPConnection(host='h', port=5985): Failed to ...", and
    # those of OpenSSL end with a source line, "... self-signed certificate (_ssl.c:1006)".
    text = re.sub(r"^(<.*?>|\w+\(.*?\)): | \(_ssl\.c:\d+\)$", "", str(_innermost(error)))
    return " ".join(text.split())
