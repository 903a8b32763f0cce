# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What is at the other end of a connection before anybody logs in: address, certificate, and authentication offered."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_SECONDS = 20.0
_UNAUTHORIZED = 401
# X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python has no name for
_ANY_TIME = 0x200000
# Results of a verification, as OpenSSL numbers them (x509_vfy.h)
_NOT_YET_VALID, _EXPIRED, _SELF_SIGNED, _HOST_MISMATCH, _ADDRESS_MISMATCH = 9, 10, 18, 62, 64
# The schemes of WWW-Authenticate over which WinRM takes the authentications of the connection plugins
_SCHEMES = {
    "basic": {"basic"},
    "plaintext": {"basic"},
    "ssl": {"basic"},
    "ntlm": {"negotiate", "ntlm"},
    "negotiate": {"negotiate"},
    "kerberos": {"kerberos", "negotiate"},
    "credssp": {"credssp"},
}
_READABLE = {"basic", "plaintext"}


class Status(StrEnum):
    """What a check of the connection says."""

    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """One check of a connection.

    :ivar seen: what was seen, or why it is unknown.
    :ivar remedy: what to do, where there is a problem.
    """

    id: str
    status: Status
    seen: str
    remedy: str | None = None


@dataclass(frozen=True)
class Endpoint:
    """The service that a connection is configured for.

    :ivar authentication: what the connection may log in with, as its plugin calls it.
    :ivar trusted: the file with the certificates to trust; None if any certificate is accepted.
    :ivar variables: Ansible's variables for scheme, authentication, and trusted certificates of this connection.
    """

    host: str
    port: int
    tls: bool
    path: str
    authentication: tuple[str, ...]
    trusted: str | None
    proxied: bool
    variables: tuple[str, str, str]


def inspect(endpoint: Endpoint) -> list[Check]:
    """Return what can be seen without logging in, up to the first problem after which nothing more can be seen."""
    if endpoint.proxied:
        reason = "the connection goes through a proxy, behind which only a login shows the host"
        return [Check(name, Status.UNKNOWN, reason) for name in ("address", "encryption", "authentication")]
    checks = [_address(endpoint)]
    if checks[-1].status is Status.OK:
        checks.append(_certificate(endpoint) if endpoint.tls else _plain(endpoint))
    # The last one has these names only if it is a problem
    if checks[-1].id not in ("address", "tls"):
        checks.append(_authentication(endpoint))
    return checks


def _address(endpoint: Endpoint) -> Check:
    where = f"port {endpoint.port} of {endpoint.host}"

    def problem(seen: str, remedy: str) -> Check:
        return Check("address", Status.PROBLEM, seen, remedy)

    listens = (
        "check ansible_port (WinRM listens on 5985 for HTTP and on 5986 for HTTPS), and that the WinRM service of the "
        "host runs with such a listener: winrm enumerate winrm/config/listener"
    )
    try:
        with socket.create_connection((endpoint.host, endpoint.port), _SECONDS) as connected:
            return Check("address", Status.OK, f"{where} accepts connections at {connected.getpeername()[0]}")
    except socket.gaierror:
        return problem(f"the name {endpoint.host} does not resolve", "set ansible_host to the host's address or name")
    except ConnectionRefusedError:
        return problem(f"{where} refuses connections", listens)
    except TimeoutError:
        firewall = "check ansible_host, that the host is running, and firewalls between it and the controller"
        return problem(f"{where} does not answer", firewall)
    except OSError as error:
        return problem(f"{where} cannot be reached: {error.strerror or error}", "check ansible_host and the network")


def _plain(endpoint: Endpoint) -> Check:
    readable = [name for name in endpoint.authentication if name in _READABLE]
    if not readable:
        return Check("encryption", Status.OK, "HTTP, with messages encrypted by the authentication")
    scheme, authentication, _unused = endpoint.variables
    return Check(
        "encryption",
        Status.PROBLEM,
        f"HTTP with {readable[0]}: everybody on the network can read the password and all messages",
        f"set {scheme} to https with the port of an HTTPS listener, or {authentication} to ntlm or kerberos",
    )


def _certificate(endpoint: Endpoint) -> Check:
    scheme, _unused, trust = endpoint.variables
    try:
        presented = _handshake(endpoint, _accepting())[1]
        pinned = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        pinned.check_hostname = False
        pinned.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _ANY_TIME)
        pinned.load_verify_locations(cadata=presented)
        seen = _described(_handshake(endpoint, pinned)[0])
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        return Check(
            "tls",
            Status.PROBLEM,
            f"port {endpoint.port} of {endpoint.host} does not speak TLS as it should ({reason})",
            f"set ansible_port to that of an HTTPS listener (5986), or {scheme} to http",
        )
    try:
        _handshake(endpoint, ssl.create_default_context(cafile=endpoint.trusted))
    except ssl.SSLCertVerificationError as error:
        wrong, remedy = _explained(error.verify_code, endpoint.host, trust)
        ignored = "" if endpoint.trusted else "; the connection accepts it all the same, as any other"
        return Check("certificate", Status.PROBLEM, f"{wrong} ({seen}){ignored}", remedy)
    return Check("certificate", Status.OK, f"HTTPS with a certificate {seen}")


def _accepting() -> ssl.SSLContext:
    """Return a context for any certificate: nothing is sent that anybody must not read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _handshake(endpoint: Endpoint, context: ssl.SSLContext) -> tuple[dict[str, Any], bytes]:
    """Return the certificate of the host, what it says only if the context trusts it."""
    with (
        socket.create_connection((endpoint.host, endpoint.port), _SECONDS) as connected,
        context.wrap_socket(connected, server_hostname=endpoint.host) as secured,
    ):
        return secured.getpeercert() or {}, secured.getpeercert(binary_form=True) or b""


def _described(certificate: dict[str, Any]) -> str:
    names = [value for _unused, value in certificate.get("subjectAltName", ())]
    return f"for {', '.join(names) or 'no name'}, valid from {certificate['notBefore']} to {certificate['notAfter']}"


def _explained(code: int, host: str, trust: str) -> tuple[str, str]:
    """Return what is wrong with a certificate, and what to do."""
    renew = "give the HTTPS listener of the host a current certificate"
    if code == _EXPIRED:
        return "the host's certificate has expired", renew
    if code == _NOT_YET_VALID:
        return "the host's certificate is not valid yet", "check the clocks of controller and host"
    if code in (_HOST_MISMATCH, _ADDRESS_MISMATCH):
        return f"the host's certificate is not for {host}", (
            "set ansible_host to a name in the certificate, or give the HTTPS listener a certificate for this name"
        )
    if code == _SELF_SIGNED:
        return "the host's certificate is signed by itself", f"set {trust} to a file with this certificate"
    return "the host's certificate is of no authority that the controller trusts", (
        f"set {trust} to a file with the certificate of the authority that signed it"
    )


def _authentication(endpoint: Endpoint) -> Check:
    scheme, variable, _unused = endpoint.variables
    try:
        status, offered = _challenge(endpoint)
    except (http.client.HTTPException, OSError):
        other = "http" if endpoint.tls else "https"
        return Check(
            "service",
            Status.PROBLEM,
            f"port {endpoint.port} of {endpoint.host} does not speak HTTP{'S' if endpoint.tls else ''} as it should",
            f"check ansible_port, or set {scheme} to {other}",
        )
    if status != _UNAUTHORIZED:
        return Check(
            "service",
            Status.PROBLEM,
            f"HTTP {status} at {endpoint.path} of port {endpoint.port}: this is not a WinRM service",
            "check ansible_port, the path, and whether a proxy or another web server answers there",
        )
    used = ", ".join(endpoint.authentication)
    seen = f"the host offers {', '.join(offered) or 'nothing'}; the connection uses {used}"
    known = [_SCHEMES[name] for name in endpoint.authentication if name in _SCHEMES]
    if known and all(schemes.isdisjoint(map(str.lower, offered)) for schemes in known):
        return Check(
            "authentication",
            Status.PROBLEM,
            seen,
            f"set {variable} to what the host offers, or allow {used} there: winrm get winrm/config/service/auth",
        )
    return Check("authentication", Status.OK, seen)


def _challenge(endpoint: Endpoint) -> tuple[int, list[str]]:
    """Return the status of a request without credentials, and the schemes of WWW-Authenticate."""
    connection = (
        http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=_SECONDS, context=_accepting())
        if endpoint.tls
        else http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=_SECONDS)
    )
    try:
        connection.request("POST", f"/{endpoint.path.strip('/')}", headers={"Content-Length": "0"})
        response = connection.getresponse()
        values = response.headers.get_all("WWW-Authenticate") or []
        return response.status, [value.split()[0] for value in values if value.split()]
    finally:
        connection.close()
