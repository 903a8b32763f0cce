# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be seen of a service without logging in: each problem is one sentence, with what to do."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.wsman.connection import endpoint_of
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.endpoint import Check, Endpoint, Status, inspect
from tests.unit.plugins.plugin_utils.wsman.http_server import certificate_for, hang_up, reply, serving
from tests.unit.plugins.plugin_utils.wsman.test_connection import plugin

VARIABLES = ("ansible_winrm_scheme", "ansible_winrm_transport", "ansible_winrm_ca_trust_path")
UNAUTHORIZED = reply("401 Unauthorized", b"", "WWW-Authenticate: Negotiate", 'WWW-Authenticate: Basic realm="WSMAN"')
NOW = datetime.now(UTC)


def endpoint(port: int, **settings: Any) -> Endpoint:
    given = {"host": "127.0.0.1", "tls": False, "authentication": ("ntlm",), "trusted": None, "proxied": False}
    return Endpoint(port=port, path="wsman", variables=VARIABLES, **{**given, **settings})


def statuses(checks: list[Check]) -> dict[str, Status]:
    return {check.id: check.status for check in checks}


def problem(checks: list[Check]) -> Check:
    [found] = [check for check in checks if check.status is Status.PROBLEM]
    assert found.remedy
    return found


def test_a_service_that_offers_what_the_connection_uses() -> None:
    with serving(UNAUTHORIZED) as server:
        checks = inspect(endpoint(server.port))

    assert set(statuses(checks).values()) == {Status.OK}
    assert [check.id for check in checks] == ["address", "encryption", "authentication"]
    assert checks[-1].seen == "the host offers Negotiate, Basic; the connection uses ntlm"
    # Nothing of the account goes out
    assert b"authorization" not in server.requests[-1].lower()


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    found = problem(inspect(endpoint(5985, host="files01.example.com")))

    assert found.seen == "the name files01.example.com does not resolve"
    assert "ansible_host" in str(found.remedy)


def test_a_port_where_nothing_listens() -> None:
    with serving(UNAUTHORIZED) as server:
        port = server.port

    found = problem(inspect(endpoint(port)))

    assert found.seen == f"port {port} of 127.0.0.1 refuses connections"
    assert "5986 for HTTPS" in str(found.remedy)


def test_another_web_server() -> None:
    with serving(reply("404 Not Found")) as server:
        found = problem(inspect(endpoint(server.port)))

    assert found.id == "service"
    assert "HTTP 404 at wsman" in found.seen


def test_https_at_a_port_for_http() -> None:
    with serving(hang_up) as server:
        found = problem(inspect(endpoint(server.port, tls=True)))

    assert found.id == "tls"
    assert "ansible_winrm_scheme to http" in str(found.remedy)


def test_http_at_a_port_for_https(tmp_path: Path) -> None:
    context, _path = certificate_for(tmp_path)
    with serving(UNAUTHORIZED, tls=context) as server:
        found = problem(inspect(endpoint(server.port)))

    assert found.id == "service"
    assert "ansible_winrm_scheme to https" in str(found.remedy)


def test_basic_over_http_can_be_read_by_everybody() -> None:
    with serving(UNAUTHORIZED) as server:
        found = problem(inspect(endpoint(server.port, authentication=("basic",))))

    assert (found.id, "can read the password" in found.seen) == ("encryption", True)


def test_an_authentication_that_the_host_does_not_offer() -> None:
    with serving(reply("401 Unauthorized", b"", "WWW-Authenticate: Negotiate")) as server:
        found = problem(inspect(endpoint(server.port, authentication=("credssp",))))

    assert found.id == "authentication"
    assert found.seen == "the host offers Negotiate; the connection uses credssp"


def test_behind_a_proxy_nothing_can_be_seen() -> None:
    assert set(statuses(inspect(endpoint(5985, proxied=True))).values()) == {Status.UNKNOWN}


# -- Certificates


def test_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    context, path = certificate_for(tmp_path)
    with serving(UNAUTHORIZED, tls=context) as server:
        checks = inspect(endpoint(server.port, tls=True, trusted=path))

    assert set(statuses(checks).values()) == {Status.OK}
    [seen] = [check.seen for check in checks if check.id == "certificate"]
    assert "for 127.0.0.1, valid from" in seen


@pytest.mark.parametrize(
    "made, sentence, remedy",
    [
        ({"days": -1}, "the host's certificate has expired", "current certificate"),
        ({"begin": 1}, "the host's certificate is not valid yet", "clocks"),
        ({"address": "127.9.9.9"}, "the host's certificate is not for 127.0.0.1", "ansible_host"),
    ],
)
def test_a_certificate_with_a_mistake(made: dict[str, Any], sentence: str, remedy: str, tmp_path: Path) -> None:
    context, path = certificate_for(tmp_path, **made)
    with serving(UNAUTHORIZED, tls=context) as server:
        found = problem(inspect(endpoint(server.port, tls=True, trusted=path)))

    assert found.id == "certificate"
    assert found.seen.startswith(f"{sentence} (for 127.")
    assert remedy in str(found.remedy)


@pytest.mark.parametrize("validates", [True, False])
def test_a_certificate_that_nobody_trusts(validates: bool, tmp_path: Path) -> None:
    context, _path = certificate_for(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _unused, trusted = certificate_for(other)
    with serving(UNAUTHORIZED, tls=context) as server:
        found = problem(inspect(endpoint(server.port, tls=True, trusted=trusted if validates else None)))

    assert found.id == "certificate"
    assert "signed by itself" in found.seen
    assert ("accepts it all the same" in found.seen) != validates


# -- Ansible's settings


@pytest.mark.parametrize(
    "name, options, expected",
    [
        ("winrm", {}, {"tls": False, "authentication": ("basic",), "path": "/wsman"}),
        (
            "winrm",
            {"ansible_winrm_scheme": "https", "ansible_winrm_ca_trust_path": "/ca.pem"},
            {"tls": True, "trusted": "/ca.pem"},
        ),
        (
            "winrm",
            {"ansible_winrm_scheme": "https", "ansible_winrm_server_cert_validation": "ignore"},
            {"trusted": None},
        ),
        ("winrm", {"ansible_winrm_proxy": "http://proxy:8080"}, {"proxied": True}),
        ("psrp", {}, {"tls": False, "authentication": ("basic",), "path": "wsman"}),
        ("psrp", {"ansible_psrp_protocol": "https", "ansible_psrp_cert_validation": "ignore"}, {"trusted": None}),
        (
            "psrp",
            {"ansible_psrp_protocol": "https", "ansible_psrp_ca_cert": "/ca.pem"},
            {"tls": True, "trusted": "/ca.pem"},
        ),
    ],
)
def test_the_settings_of_the_connection(name: str, options: dict[str, Any], expected: dict[str, Any]) -> None:
    found = endpoint_of(plugin(name, 5985, **options))

    assert found is not None
    assert (found.host, found.port) == ("127.0.0.1", 5985)
    assert {field: getattr(found, field) for field in expected} == expected
