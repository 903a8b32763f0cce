# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""From an Ansible connection to a WS-Management session; only this module knows both.

It opens neither a PowerShell runspace (``psrp``) nor a command shell (``winrm``) on the host. Credentials, TLS, proxies
and Kerberos are as the connection plugin has configured them in the object of its library.
"""

from __future__ import annotations

import os
import re
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ansible.utils.display import Display

try:
    import requests
    import spnego.exceptions
    import urllib3.exceptions
    import winrm.exceptions

    from .exchange import Exchange, LimitedAdapter

    HAS_PYWINRM = True
except ImportError:
    HAS_PYWINRM = False

try:
    import pypsrp.exceptions
    import pypsrp.wsman

    HAS_PYPSRP = True
except ImportError:
    HAS_PYPSRP = False

from .endpoint import Endpoint
from .errors import (
    AuthenticationRejected,
    ConnectionLost,
    ProtocolError,
    StaleContext,
    TimedOut,
    Unanswered,
    Unreachable,
    WSManError,
)
from .session import Session

# Of "-vvv"
_LOG_VERBOSITY = 3
# What pywinrm calls "as the environment says"
_OF_REQUESTS = "legacy_requests"
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
    return PywinrmTransport(connection.protocol)


def _psrp(connection: Any) -> LibraryTransport:
    if not HAS_PYPSRP:
        raise UnsupportedConnection("the Python library pypsrp is missing on the controller: install it there")
    connection._build_kwargs()
    try:
        wsman = pypsrp.wsman.WSMan(**connection._psrp_conn_kwargs)
    except ValueError as error:
        raise UnsupportedConnection(f"the options of the connection 'psrp' contradict each other: {error}") from error
    return PypsrpTransport(wsman)


def endpoint_of(connection: Any) -> Endpoint | None:
    """Return where an Ansible connection leads; None for one that cannot carry WS-Management."""
    if not HAS_PYWINRM or connection.transport not in ("winrm", "psrp"):
        return None
    if connection.transport == "winrm":
        connection._build_winrm_kwargs()
        settings = connection._winrm_kwargs
        host, port, tls = connection._winrm_host, int(connection._winrm_port), connection._winrm_scheme == "https"
        bundle = settings.get("ca_trust_path", _OF_REQUESTS)
        proxy = settings.get("proxy", _OF_REQUESTS)
        return Endpoint(
            host=host,
            port=port,
            tls=tls,
            path=connection._winrm_path,
            authentication=tuple(connection._winrm_transport),
            trusted=_trusted(None if bundle == _OF_REQUESTS else bundle)
            if settings.get("server_cert_validation") != "ignore"
            else None,
            proxied=_is_proxied(host, port, tls=tls) if proxy == _OF_REQUESTS else bool(proxy),
            variables=("ansible_winrm_scheme", "ansible_winrm_transport", "ansible_winrm_ca_trust_path"),
        )
    connection._build_kwargs()
    settings = connection._psrp_conn_kwargs
    host, port, tls = settings["server"], settings["port"], settings["ssl"]
    validation = settings["cert_validation"]
    return Endpoint(
        host=host,
        port=port,
        tls=tls,
        path=settings["path"],
        authentication=(settings["auth"],),
        trusted=_trusted(None if validation is True else validation) if validation else None,
        proxied=bool(settings["proxy"]) or (not settings["no_proxy"] and _is_proxied(host, port, tls=tls)),
        variables=("ansible_psrp_protocol", "ansible_psrp_auth", "ansible_psrp_ca_cert"),
    )


def _trusted(given: str | None) -> str:
    """Return the certificates that the library trusts: those given, of the environment, or its own."""
    named = given or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return named or str(requests.utils.DEFAULT_CA_BUNDLE_PATH)


def _is_proxied(host: str, port: int, *, tls: bool) -> bool:
    """Return whether the environment has a proxy for this address."""
    scheme = "https" if tls else "http"
    return bool(
        requests.utils.select_proxy(url := f"{scheme}://{host}:{port}/", requests.utils.get_environ_proxies(url))
    )


class LibraryTransport(ABC):
    """Sends envelopes over the HTTP transport of pywinrm or pypsrp, whose interfaces are alike.

    An answer has to be complete within three times the read timeout of the connection: this is what it may take to
    connect, to wait for the beginning of the answer, and to read the rest.
    """

    def __init__(self, transport: Any, exceptions: ModuleType, operation_timeout: int, read_timeout: float) -> None:
        self.operation_timeout = operation_timeout
        self._transport = transport
        self._exceptions = exceptions
        self._answer_timeout = 3 * read_timeout
        self._exchange = Exchange()

    def send(self, message: bytes) -> bytes:
        """Post one envelope and return the answer, which may be a SOAP fault."""
        self._exchange.begin(self._answer_timeout)
        try:
            try:
                return self._post(message)
            except self._exceptions.WinRMTransportError as error:
                return _fault_envelope(error.code, error.response_text.encode())
            except WSManError:
                raise
            except Exception as error:
                raise self._error(error) from error
        except Unanswered as error:
            error.may_have_acted = self._exchange.sent
            raise

    @abstractmethod
    def _post(self, message: bytes) -> bytes:
        """Post the message by the library, in a session of requests that :meth:`_equip` has equipped."""

    def reset(self) -> None:
        """Drop the TCP connection and its keys, with which the library would encrypt for a connection that is gone."""
        if self._transport.session is not None:
            self._transport.session.close()
        self._transport.session = None
        self._transport.encryption = None

    def _equip(self) -> None:
        """Let the library's session observe the limits of the exchange."""
        session = self._transport.session
        present = session.get_adapter("https://")
        if not (isinstance(present, LimitedAdapter) and present.exchange is self._exchange):
            adapter = LimitedAdapter(self._exchange, present.max_retries)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
        session.headers["Accept-Encoding"] = "identity"
        # The library has put proxies and certificates of the environment into the session already. Without this,
        # requests looks them up again for every request.
        session.trust_env = False

    def _error(self, error: Exception) -> WSManError:
        # Of requests_kerberos, which can be imported only where a Kerberos library is
        if type(error).__name__ == "KerberosExchangeError":
            return _without_token(error)
        if isinstance(error, requests.RequestException):
            return _connection_error(error, sent=self._exchange.sent)
        if isinstance(error, UnicodeDecodeError):
            # pywinrm decodes every page with an error status as UTF-8.
            return ProtocolError(f"the host sent a response that is not valid UTF-8: {_CHECK}")
        if self._exchange.sent:
            if isinstance(error, (spnego.exceptions.SpnegoError, self._exceptions.WinRMError)):
                return ConnectionLost(f"the host's answer could not be decrypted: {error}")
            return ConnectionLost(f"the host's answer could not be read ({type(error).__name__})")
        if isinstance(error, self._exceptions.AuthenticationError):
            return AuthenticationRejected(_REJECTED)
        if isinstance(error, self._exceptions.WinRMError):
            return UnsupportedConnection(f"the library of the connection cannot use its options: {error}")
        if isinstance(error, spnego.exceptions.SpnegoError):
            return _without_token(error)
        # PermissionError is raised by requests_ntlm; ValueError by pypsrp, where the host does not offer the configured
        # authentication.
        if isinstance(error, (PermissionError, ValueError)):
            return AuthenticationRejected(f"{_REJECTED} ({error})")
        if isinstance(error, (AttributeError, KeyError)):
            # Both libraries need the keys of an authentication, and the host did not ask for one.
            return ProtocolError(f"the host did not ask for authentication, so messages cannot be encrypted: {_CHECK}")
        return ProtocolError(f"the host could not be asked to authenticate ({type(error).__name__}): {_CHECK}")


class PywinrmTransport(LibraryTransport):
    """The transport of a protocol of pywinrm."""

    def __init__(self, protocol: Any) -> None:
        transport = protocol.transport
        super().__init__(
            transport, winrm.exceptions, protocol.operation_timeout_sec, read_timeout=transport.read_timeout_sec
        )

        def setup_encryption(*args: Any) -> None:
            self._equip()
            type(transport).setup_encryption(transport, *args)

        # The library sends the first request as soon as it has a session.
        transport.setup_encryption = setup_encryption

    def _post(self, message: bytes) -> bytes:
        self._transport.build_session()
        self._equip()
        answer: bytes = self._transport.send_message(message)
        return answer


class PypsrpTransport(LibraryTransport):
    """The transport of a WSMan object of pypsrp."""

    def __init__(self, wsman: Any) -> None:
        transport = wsman.transport
        super().__init__(transport, pypsrp.exceptions, wsman.operation_timeout, read_timeout=transport.read_timeout)

    def _post(self, message: bytes) -> bytes:
        if self._transport.session is None:
            self._transport.session = self._transport._build_session()
        self._equip()
        answer: bytes = self._transport.send(message)
        return answer


def _without_token(error: Exception) -> AuthenticationRejected:
    """Return the error where the controller has nothing to authenticate with, such as no Kerberos ticket."""
    # Each message of Kerberos has a number, and the last one says what is wrong: (('...', 851968), ('...', -1))
    messages = re.findall(r"\(([\"'])(.*?)\1, -?\d+\)", str(error))
    reason = messages[-1][1] if messages else " ".join(str(error).split())
    return AuthenticationRejected(
        f"the authentication failed ({reason}): check user, password, the Kerberos ticket, and which authentication "
        "the host allows"
    )


def _fault_envelope(status: int, body: bytes) -> bytes:
    if b"Envelope" in body:
        return body
    if status == 400 and not body.strip():
        raise StaleContext("the host could not decrypt the request (HTTP 400)")
    raise ProtocolError(f"the host answered HTTP {status} without a WS-Management message: {_CHECK}")


def _connection_error(error: requests.RequestException, *, sent: bool) -> WSManError:
    reason = _reason(error)
    if isinstance(error, requests.exceptions.ReadTimeout) or isinstance(reason, urllib3.exceptions.ReadTimeoutError):
        return TimedOut("the host accepted the request but did not answer in time: check its load")
    # A host that is starting or busy may end a connection at any time, also while TLS is being negotiated.
    broken = isinstance(error, requests.exceptions.SSLError) and not isinstance(_innermost(error), ssl.SSLEOFError)
    if sent and broken:
        return ConnectionLost(f"TLS failed after the request was sent: {_cause(error)}")
    if sent:
        return ConnectionLost(f"the host closed the connection: {_cause(error)}")
    if broken:
        return Unreachable(f"TLS failed: {_cause(error)}; check the host's certificate and the validation settings")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable(f"the proxy cannot be used: {_cause(error)}")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable("the connection timed out: check address, port and firewall")
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
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
    # Those of a proxy may contain its URL with user and password.
    text = re.sub(r"^(<.*?>|\w+\(.*?\)): | \(_ssl\.c:\d+\)$", "", str(_innermost(error)))
    return " ".join(re.sub(r"//[^/\s]*@", "//", text).split())
