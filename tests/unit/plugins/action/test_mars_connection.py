# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_connection: what is wrong with a connection is one sentence with what to do, and the rest a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import mars_connection
from ansible_collections.winops.mars.plugins.action.mars_connection import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.endpoint import Endpoint
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import AuthenticationRejected, Unreachable
from tests.unit.plugins.conftest import RunAction
from tests.unit.plugins.plugin_utils.wsman.http_server import certificate_for, reply, serving
from tests.unit.simulated import SimulatedHost, simulated

UNAUTHORIZED = reply("401 Unauthorized", b"", "WWW-Authenticate: Negotiate")
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run(host, port, **settings)`` returns the result for a host, behind a service on a port of this machine."""

    def check(host: SimulatedHost, port: int, **settings: Any) -> dict[str, Any]:
        given = {"tls": False, "authentication": ("ntlm",), "trusted": None, **settings}
        variables = ("ansible_winrm_scheme", "ansible_winrm_transport", "ansible_winrm_ca_trust_path")
        endpoint = Endpoint(host="127.0.0.1", port=port, path="wsman", proxied=False, variables=variables, **given)
        monkeypatch.setattr(mars_connection, "endpoint_of", lambda connection: endpoint)
        return run_action(ActionModule, host)

    return check


def found(error: AnsibleActionFail) -> list[dict[str, Any]]:
    checks: list[dict[str, Any]] = error.result["checks"]  # type: ignore[assignment]
    return checks


def test_a_connection_without_problems(run: Run) -> None:
    host = simulated()
    before = host.windows.state()

    with serving(UNAUTHORIZED) as server:
        result = run(host, server.port)

    assert not result["changed"]
    assert result["problems"] == 0
    names = [check["id"] for check in result["checks"]]
    assert names[:5] == ["address", "encryption", "authentication", "login", "rights"]
    assert {check["status"] for check in result["checks"]} == {"ok"}
    assert result["report"][0] == f"address: ok: port {server.port} of 127.0.0.1 accepts connections at 127.0.0.1"
    assert host.windows.state() == before


def test_a_problem_that_does_not_end_everything_is_part_of_the_result(run: Run) -> None:
    with serving(UNAUTHORIZED) as server:
        result = run(simulated(elevated=False), server.port)

    assert result["problems"] == 1
    assert "what to do about rights: connect with an account" in result["report"][-1]


def test_a_port_where_nothing_listens_is_one_sentence_and_no_login(run: Run) -> None:
    with serving(UNAUTHORIZED) as server:
        port = server.port
    host = simulated()

    with pytest.raises(
        AnsibleActionFail, match=r"^port \d+ of 127.0.0.1 refuses connections: check ansible_port"
    ) as caught:
        run(host, port)

    assert [check["id"] for check in found(caught.value)] == ["address"]
    assert host.service.statistics.soap == 0


@pytest.mark.parametrize("validates", [True, False])
def test_an_expired_certificate_ends_it_where_certificates_are_validated(
    run: Run, validates: bool, tmp_path: Any
) -> None:
    context, path = certificate_for(tmp_path, days=-1)
    with serving(UNAUTHORIZED, tls=context) as server:
        if validates:
            with pytest.raises(
                AnsibleActionFail, match=r"^the host's certificate has expired .*: give the HTTPS listener"
            ):
                run(simulated(), server.port, tls=True, trusted=path)
        else:
            assert run(simulated(), server.port, tls=True)["problems"] == 1


@pytest.mark.parametrize(
    "error, sentence",
    [
        (
            AuthenticationRejected("the host refused the credentials: check user and password"),
            "^the host refused the credentials: check user and password$",
        ),
        (Unreachable("TLS failed: handshake failure; check the host's certificate"), "^TLS failed: handshake failure"),
    ],
)
def test_a_login_that_fails_is_one_sentence(run: Run, error: Exception, sentence: str) -> None:
    host = simulated()

    def refuse(message: bytes) -> bytes:
        raise error

    host.send = refuse  # type: ignore[method-assign]
    with serving(UNAUTHORIZED) as server, pytest.raises(AnsibleActionFail, match=sentence) as caught:
        run(host, server.port)

    assert [check["status"] for check in found(caught.value)] == ["ok", "ok", "ok", "problem"]
