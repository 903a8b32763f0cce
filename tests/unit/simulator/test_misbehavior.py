# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failures a profile asks for, as a client sees them."""

from __future__ import annotations

import asyncio
import time
from xml.etree import ElementTree

import pytest
import requests

from tests.simulator.model import Faults
from tests.simulator.service import ConnectionDropped, Service
from tests.unit.simulator.conftest import PASSWORD, USER, Running, Start
from tests.unit.simulator.fake_host import FakeHost
from tests.unit.simulator.messages import (
    CIMV2,
    ENUMERATION,
    NS,
    SHELL,
    SHELL_CMD,
    TRANSFER,
    exchange,
    fault,
    message,
    succeed,
)

OS = f"{CIMV2}/Win32_OperatingSystem"
GET = message(f"{TRANSFER}/Get", OS)
CREATE = message(
    f"{TRANSFER}/Create", SHELL_CMD, "<rsp:Shell><rsp:OutputStreams>stdout</rsp:OutputStreams></rsp:Shell>"
)
REBOOT = message(f"{OS}/Reboot", OS, f'<q:Reboot_INPUT xmlns:q="{OS}"/>')


def make(**asked: object) -> Service:
    return Service(FakeHost({}, "win1"), "win1", Faults(**asked))  # type: ignore[arg-type]


def post(running: Running, text: str, *, stream: bool = False) -> requests.Response:
    url = f"http://{running.address}:{running.fleet.http_port}/wsman"
    headers = {"Content-Type": "application/soap+xml;charset=UTF-8"}
    return requests.post(url, data=text.encode(), headers=headers, auth=(USER, PASSWORD), timeout=10, stream=stream)


@pytest.mark.parametrize("names", [[2], ["Get"], ["Win32_OperatingSystem/Get"]])
def test_each_entry_hits_once(names: list[int | str]) -> None:
    service = make(quota=names)
    release = message(f"{ENUMERATION}/Release", OS, "<n:Release/>")
    fault(service, release)
    seen = fault(service, GET)
    assert (seen.code, seen.subcode) == (2150859174, "w:InternalError")
    succeed(service, GET)


def test_quota_of_a_shell_operation_is_a_wmi_error() -> None:
    _unused, body = exchange(make(quota=["Create"]), CREATE)
    assert body.findtext(".//e:error_Code", namespaces=NS) == "2150859174"


def test_internal_error_has_no_body_and_no_effect() -> None:
    service = make(internal_error=["Reboot"])
    reply = asyncio.run(service.handle(REBOOT.encode(), "", "", ""))
    assert (reply.status, reply.message) == (500, b"")
    assert service.windows.calls == []  # type: ignore[attr-defined]


def test_truncated_answers_are_no_xml() -> None:
    reply = asyncio.run(make(truncate=[1]).handle(GET.encode(), "", "", ""))
    assert reply.status == 200
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(reply.message)


@pytest.mark.parametrize("kind, done", [("drop_before", 0), ("drop_after", 1)])
def test_dropped_connections(kind: str, done: int) -> None:
    service = make(**{kind: ["Reboot"]})
    with pytest.raises(ConnectionDropped):
        asyncio.run(service.handle(REBOOT.encode(), "", "", ""))
    assert len(service.windows.calls) == done  # type: ignore[attr-defined]


def test_a_command_whose_answer_is_lost_has_run() -> None:
    service = make(drop_after=["Command"])
    shell = succeed(service, CREATE).findtext("rsp:Shell/rsp:ShellId", "", NS)
    line = "<rsp:CommandLine><rsp:Command>echo</rsp:Command></rsp:CommandLine>"
    with pytest.raises(ConnectionDropped):
        asyncio.run(
            service.handle(message(f"{SHELL}/Command", SHELL_CMD, line, {"ShellId": shell}).encode(), "", "", "")
        )
    assert len(service.windows.ran) == 1  # type: ignore[attr-defined]


def test_a_dropped_connection_on_the_wire(start: Start) -> None:
    running = start({"faults": {"drop_before": [1], "drop_after": [2], "internal_error": [3]}})
    for _unused in range(2):
        with pytest.raises(requests.ConnectionError):
            post(running, GET)
    failed = post(running, GET)
    assert (failed.status_code, failed.content) == (500, b"")
    assert post(running, GET).status_code == 200


def test_unauthorized(start: Start) -> None:
    assert post(start({"faults": {"unauthorized": True}}), GET).status_code == 401


def test_latency(start: Start) -> None:
    running = start({"faults": {"latency": 0.05}})
    before = time.monotonic()
    post(running, GET)
    assert time.monotonic() - before >= 0.05


def wait_until(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def refused(running: Running) -> bool:
    try:
        post(running, GET)
    except requests.ConnectionError:
        return True
    return False


@pytest.mark.parametrize("manner", ["flood", "drip"])
def test_a_fleet_stops_while_a_host_still_answers(start: Start, manner: str) -> None:
    running = start({"faults": {manner: [1]}})
    with post(running, GET, stream=True) as answer:
        assert answer.status_code == 200
        running.submit(running.fleet.stop()).result(10)


def test_a_host_that_restarts_refuses_connections(start: Start) -> None:
    running = start()
    assert post(running, CREATE).status_code == 200
    session = requests.Session()
    running.host().up = False
    assert refused(running)
    wait_until(lambda: not running.fleet.hosts[0].server.listening)
    assert refused(running)
    running.host().up = True
    wait_until(lambda: not refused(running))
    session.close()


def test_shells_and_enumerations_end_with_a_restart(start: Start) -> None:
    running = start()
    shell = ElementTree.fromstring(post(running, CREATE).content).findtext(".//rsp:ShellId", "", NS)
    running.host().up = False
    wait_until(lambda: not running.fleet.hosts[0].server.listening)
    running.host().up = True
    wait_until(lambda: running.fleet.hosts[0].server.listening)
    answer = post(running, message(f"{TRANSFER}/Delete", SHELL_CMD, selectors={"ShellId": shell}))
    assert b'Code="2150858843"' in answer.content


def test_the_answer_to_the_request_that_ends_the_host_is_lost(start: Start) -> None:
    running = start()
    shell = ElementTree.fromstring(post(running, CREATE).content).findtext(".//rsp:ShellId", "", NS)
    line = "<rsp:CommandLine><rsp:Command>shutdown</rsp:Command></rsp:CommandLine>"
    options = {"WINRS_SKIP_CMD_SHELL": "FALSE"}
    answer = post(running, message(f"{SHELL}/Command", SHELL_CMD, line, {"ShellId": shell}, options))
    command = ElementTree.fromstring(answer.content).findtext(".//rsp:CommandId", "", NS)
    wanted = f'<rsp:Receive><rsp:DesiredStream CommandId="{command}">stdout</rsp:DesiredStream></rsp:Receive>'
    with pytest.raises(requests.ConnectionError):
        post(running, message(f"{SHELL}/Receive", SHELL_CMD, wanted, {"ShellId": shell}))


@pytest.mark.parametrize(
    "method, path, headers, status",
    [
        ("GET", "/wsman", {}, 405),
        ("POST", "/", {}, 404),
        ("POST", "/wsman", {"Content-Type": "text/xml"}, 415),
        ("POST", "/wsman", {"Content-Type": 'multipart/encrypted;protocol="x";boundary="Encrypted Boundary"'}, 415),
        ("POST", "/wsman", {"Authorization": "Basic !"}, 401),
        ("POST", "/wsman", {"Authorization": "Negotiate AAAA"}, 401),
        ("POST", "/wsman", {"Authorization": "Bearer x"}, 401),
    ],
)
def test_http_is_checked(start: Start, method: str, path: str, headers: dict[str, str], status: int) -> None:
    running = start()
    url = f"http://{running.address}:{running.fleet.http_port}{path}"
    auth = None if "Authorization" in headers else (USER, PASSWORD)
    assert requests.request(method, url, data=b"<x/>", headers=headers, auth=auth, timeout=10).status_code == status


def test_an_operation_that_times_out_has_its_effect() -> None:
    service = make(time_out=["Reboot"])

    assert fault(service, REBOOT).subcode == "w:TimedOut"
    assert [call for call, _unused in service.windows.calls] == ["Reboot"]  # type: ignore[attr-defined]


def test_a_stray_answer_is_the_one_before() -> None:
    service = make(stray=["Reboot"])
    succeed(service, GET)
    reply = asyncio.run(service.handle(REBOOT.encode(), "", "", ""))

    assert b"Win32_OperatingSystem_OUTPUT" not in reply.message
    assert b"GetResponse" in reply.message
    assert [call for call, _unused in service.windows.calls] == ["Reboot"]  # type: ignore[attr-defined]


def test_a_redirect_leads_back_here(start: Start) -> None:
    response = requests.post(
        f"http://{(running := start({'faults': {'redirect': ['Get']}})).address}:{running.fleet.http_port}/wsman",
        data=GET.encode(),
        headers={"Content-Type": "application/soap+xml;charset=UTF-8"},
        auth=(USER, PASSWORD),
        timeout=10,
        allow_redirects=False,
    )

    assert response.status_code == 307
    assert response.headers["Location"].endswith("/wsman")


def test_a_garbled_answer_differs_in_one_octet(start: Start) -> None:
    running = start({"faults": {"garble": [1]}})
    garbled, sound = post(running, GET).content, post(running, GET).content

    # Message and operation have other identifiers each time
    assert len(garbled) == len(sound)


@pytest.mark.parametrize("cut, calls", [("before", 0), ("after", 1)])
def test_each_change_is_cut_once_and_reads_are_not(cut: str, calls: int) -> None:
    service = make(cut_changes=cut)
    succeed(service, GET)
    with pytest.raises(ConnectionDropped):
        asyncio.run(service.handle(REBOOT.encode(), "", "", ""))
    assert len(service.windows.calls) == calls  # type: ignore[attr-defined]
    succeed(service, REBOOT)
    assert len(service.windows.calls) == calls + 1  # type: ignore[attr-defined]
