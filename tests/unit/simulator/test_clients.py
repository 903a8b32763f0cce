# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator serves clients nobody here wrote: pypsrp's WSMan and pywinrm's Protocol."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from pypsrp.exceptions import AuthenticationError
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError
from winrm.protocol import Protocol

from tests.simulator.soap import q
from tests.unit.simulator.conftest import PASSWORD, USER, Running, Start

SERVICE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_OperatingSystem"
CLASS = f"{{{SERVICE}}}"


def wsman(running: Running, auth: str, password: str = PASSWORD, https: bool = False, **extra: Any) -> WSMan:
    if auth == "basic" and not https:
        extra["encryption"] = "never"
    port = running.fleet.https_port if https else running.fleet.http_port
    return WSMan(running.address, port=port, username=USER, password=password, ssl=https, auth=auth, **extra)


def protocol(running: Running, transport: Any, password: str = PASSWORD, https: bool = False, **extra: Any) -> Protocol:
    port = running.fleet.https_port if https else running.fleet.http_port
    endpoint = f"{'https' if https else 'http'}://{running.address}:{port}/wsman"
    return Protocol(endpoint=endpoint, transport=transport, username=USER, password=password, **extra)


@pytest.mark.parametrize("auth", ["ntlm", "negotiate", "basic"])
def test_pypsrp_gets_an_instance(start: Start, auth: str) -> None:
    with wsman(start(), auth) as client:
        body = client.get(SERVICE)
        assert body.findtext(f"{CLASS}Win32_OperatingSystem/{CLASS}Name") == r"Windows|C:\Windows"
        assert client.transport.wrap_required == (auth != "basic")


@pytest.mark.parametrize("auth", ["ntlm", "negotiate", "basic"])
def test_pypsrp_over_https_validates_the_certificate(start: Start, auth: str) -> None:
    running = start(https=True)
    with wsman(
        running,
        auth,
        https=True,
        cert_validation=running.fleet.inventory("")["all"]["vars"]["ansible_winrm_ca_trust_path"],
    ) as client:
        assert client.get(SERVICE).find(f"{CLASS}Win32_OperatingSystem") is not None


def test_https_is_not_trusted_without_its_authority(start: Start) -> None:
    with wsman(start(https=True), "basic", https=True) as client, pytest.raises(requests.exceptions.SSLError):
        client.get(SERVICE)


@pytest.mark.parametrize("auth", ["ntlm", "negotiate", "basic"])
def test_pypsrp_wrong_password(start: Start, auth: str) -> None:
    with wsman(start(), auth, password="wrong") as client, pytest.raises(AuthenticationError):
        client.get(SERVICE)


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_pywinrm_runs_a_command(start: Start, transport: str) -> None:
    running = start()
    client = protocol(running, transport)
    shell = client.open_shell(codepage=65001)
    command = client.run_command(shell, "echo", ["hi", '"a b"'])
    assert client.get_command_output(shell, command) == (b"ok\r\n", b"", 0)
    client.cleanup_command(shell, command)
    client.close_shell(shell)
    assert running.host().ran == [('echo hi "a b"', b"", 65001, False)]


def test_pywinrm_ntlm_over_https(start: Start) -> None:
    running = start(https=True)
    ca = running.fleet.inventory("")["all"]["vars"]["ansible_winrm_ca_trust_path"]
    client = protocol(running, "ntlm", https=True, ca_trust_path=ca)
    client.close_shell(client.open_shell())


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_pywinrm_wrong_password(start: Start, transport: str) -> None:
    with pytest.raises(InvalidCredentialsError):
        protocol(start(), transport, password="wrong").open_shell()


def test_unencrypted_ntlm_over_http_is_refused(start: Start) -> None:
    with pytest.raises(WinRMTransportError) as caught:
        protocol(start(), "ntlm", message_encryption="never").open_shell()
    assert caught.value.code == 500
    assert caught.value.response_text in ("", b"")


def test_a_stale_context_is_an_empty_400(start: Start) -> None:
    running = start()
    client = protocol(running, "ntlm")
    shell = client.open_shell()
    assert client.transport.session is not None
    client.transport.session.close()  # drops the TCP connection, keeps the keys
    with pytest.raises(WinRMTransportError) as caught:
        client.close_shell(shell)
    assert caught.value.code == 400
    client.transport.close_session()
    client.close_shell(shell)


def test_identify(start: Start) -> None:
    running = start()
    client = protocol(running, "ntlm")
    message = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
        "<s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>"
    )
    answer = ElementTree.fromstring(client.send_message(message))
    assert answer.findtext(f".//{q('wsmid:ProductVersion')}") == "OS: 10.0.20348 SP: 0.0 Stack: 3.0"


def test_anonymous_identify_hides_the_version(start: Start) -> None:
    running = start()
    url = f"http://{running.address}:{running.fleet.http_port}/wsman"
    answer = requests.post(url, data=b"", headers={"WSMANIDENTIFY": "unauthenticated"}, timeout=10)
    assert answer.status_code == 200
    assert b"OS: 0.0.0 SP: 0.0" in answer.content


def test_basic_can_be_switched_off(start: Start) -> None:
    running = start({"winrm": {"basic": False}})
    with pytest.raises(InvalidCredentialsError):
        protocol(running, "basic").open_shell()
    url = f"http://{running.address}:{running.fleet.http_port}/wsman"
    assert requests.post(url, data=b"", timeout=10).headers["WWW-Authenticate"] == "Negotiate"


def test_envelope_size_of_the_server(start: Start) -> None:
    with wsman(start(), "ntlm") as client:
        client.update_max_payload_size()
        assert client.max_envelope_size == 512000
