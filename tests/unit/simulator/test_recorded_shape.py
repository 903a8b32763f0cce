# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers have the element names, namespaces and nesting of answers recorded from real hosts.

The recordings are not part of this repository; without them these tests are skipped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.simulator import faults
from tests.simulator.model import Process
from tests.simulator.service import Service
from tests.unit.simulator.fake_host import FakeHost
from tests.unit.simulator.messages import (
    CIMV2,
    ENUMERATION,
    NS,
    SHELL,
    SHELL_CMD,
    TRANSFER,
    exchange,
    message,
    succeed,
)
from tests.unit.simulator.test_enumeration import ANY, context_of, enumerate_, pull
from tests.unit.simulator.test_shells import command_line, create, open_shell, receive, run, send, signal

RECORDINGS = Path(__file__).parents[4] / "shared" / "captures"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings of real hosts beside the repository")

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Written by newer versions only, or by choice of the client.
OPTIONAL = {f"{{{NS['p']}}}ActivityId"}


def shape(element: ElementTree.Element, depth: int = 99) -> tuple[object, ...]:
    """Tag, attribute names and the children's shapes, equal neighbors once."""
    children: list[object] = []
    for child in element if depth else ():
        if child.tag in OPTIONAL:
            continue
        below = shape(child, depth - 1)
        if not children or children[-1] != below:
            children.append(below)
    return (element.tag, tuple(sorted(element.attrib)), tuple(children))


def recorded(path: str) -> ElementTree.Element:
    return ElementTree.parse(RECORDINGS / path).getroot()


def declared(message_text: str) -> dict[str, str]:
    """Prefixes the envelope declares."""
    parser: Any = ElementTree.XMLPullParser(events=("start-ns", "start"))
    parser.feed(message_text)
    found: dict[str, str] = {}
    for kind, value in parser.read_events():
        if kind == "start":
            break
        found[value[0]] = value[1]
    return found


def compare(reply: bytes, path: str, depth: int = 99) -> None:
    answer = reply.decode()
    assert shape(ElementTree.fromstring(answer), depth) == shape(recorded(path), depth)
    real = declared((RECORDINGS / path).read_text(encoding="utf-8-sig"))
    ours = declared(answer)
    assert {prefix: ours.get(prefix) for prefix in real} == real


@pytest.fixture
def host() -> FakeHost:
    return FakeHost({}, "win1")


@pytest.fixture
def service(host: FakeHost) -> Service:
    return Service(host, "win1")


# Envelope, header, body, response, context and items: below that the class differs.
ITEMS = 4


@pytest.mark.parametrize("query", ["select * from Win32_Service", "select Name from Win32_Service"])
def test_first_and_middle_and_last_page(service: Service, query: str) -> None:
    kind = "star" if "*" in query else "all"
    first, body = exchange(service, enumerate_(ANY, query))
    compare(first.message, f"zenoss_txwinrm_server_2008/Win32_Service_{kind}_000.xml", ITEMS)
    middle, body = exchange(service, pull(context_of(body)))
    compare(middle.message, f"zenoss_txwinrm_server_2008/Win32_Service_{kind}_001.xml", ITEMS)
    while context_of(body):
        last, body = exchange(service, pull(context_of(body)))
    compare(last.message, f"zenoss_txwinrm_server_2008/Win32_Service_{kind}_003.xml", ITEMS)


@pytest.mark.parametrize("kind, selected", [("star", "*"), ("all", "Name")])
def test_a_single_page(service: Service, kind: str, selected: str) -> None:
    reply, _unused = exchange(service, enumerate_(ANY, f"select {selected} from Win32_OperatingSystem"))
    compare(reply.message, f"zenoss_txwinrm_server_2008/Win32_OperatingSystem_{kind}_000.xml", ITEMS)


@pytest.mark.parametrize("kind, selected", [("star", "*"), ("all", "LastBootUpTime,MUILanguages")])
def test_a_property_of_each_kind(service: Service, kind: str, selected: str) -> None:
    reply, _unused = exchange(service, enumerate_(ANY, f"select {selected} from Win32_OperatingSystem"))

    def kinds(root: ElementTree.Element) -> dict[str, tuple[object, ...]]:
        items = root.find(f".//{{{NS['w']}}}Items")
        assert items is not None
        return {child.tag.rpartition("}")[2]: shape(child) for child in items[0]}

    real = kinds(recorded(f"zenoss_txwinrm_server_2008/Win32_OperatingSystem_{kind}_000.xml"))
    ours = kinds(ElementTree.fromstring(reply.message))
    for name in ("LastBootUpTime", "MUILanguages"):
        assert ours[name] == real[name]


def test_null(service: Service) -> None:
    reply, _unused = exchange(service, enumerate_(ANY, "select Description from Win32_Service"))
    ours = ElementTree.fromstring(reply.message).find(".//Description")
    real = recorded("zenoss_txwinrm_server_2008/Win32_LogicalDisk_all_000.xml").find(".//Availability")
    assert ours is not None
    assert real is not None
    assert ours.attrib == real.attrib


Session = tuple[Service, str, str]
SHELL_ANSWERS: dict[str, Callable[[str, str], str]] = {
    "00-response-CreateResponse": lambda shell, command: create(),
    "01-response-CommandResponse": lambda shell, command: command_line(shell, "sort"),
    "02-response-SendResponse": lambda shell, command: send(shell, command, b"x"),
    "05-response-SignalResponse": signal,
    "06-response-DeleteResponse": lambda shell, command: message(
        f"{TRANSFER}/Delete", SHELL_CMD, selectors={"ShellId": shell}
    ),
}


@pytest.mark.parametrize("name", SHELL_ANSWERS)
def test_shell_answers(service: Service, name: str) -> None:
    shell = open_shell(service)
    reply, _unused = exchange(service, SHELL_ANSWERS[name](shell, run(service, shell, "sort")))
    compare(reply.message, f"pypsrp_test_winrs_send/{name}.xml")


def test_output_of_a_finished_command(service: Service, host: FakeHost) -> None:
    host.process = Process(b"out", b"err", 1)
    shell = open_shell(service)
    reply, _unused = exchange(service, receive(shell, run(service, shell, "echo")))
    compare(reply.message, "pypsrp_test_winrs_stderr_rc/02-response-ReceiveResponse.xml")


def test_output_of_a_running_command(service: Service, host: FakeHost) -> None:
    host.process = Process("ä".encode())
    shell = open_shell(service)
    reply, _unused = exchange(service, receive(shell, run(service, shell, "echo")))
    compare(reply.message, "pypsrp_test_winrs_operation_timeout/02-response-ReceiveResponse.xml")


def fault_requests(service: Service) -> dict[str, str]:
    shell = open_shell(service)
    pending = run(service, shell, "sort", {"WINRS_CONSOLEMODE_STDIN": "FALSE"})
    succeed(service, send(shell, pending, b"x"))
    return {
        "pypsrp_test_winrs_bad_cmd_id/02-response-fault.xml": receive(shell, "87E77BEB-6761-4C48-9D70-A00266B8459A"),
        "pypsrp_test_winrs_no_cmd_shell/01-response-fault.xml": command_line(
            shell, "ping", {"WINRS_SKIP_CMD_SHELL": "TRUE"}
        ),
        "pypsrp_test_winrs_operation_timeout/03-response-fault.xml": receive(shell, pending, "PT0.001S"),
        "winrb_winrm/soap_fault_v2.xml": enumerate_(ANY, "Select * from Win32_Processa where name='sshd.exe'"),
        "pysammwr/cimerror.xml": message(
            f"{TRANSFER}/Get",
            "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*",
            selectors={"__cimnamespace": "root/cimv2", "ClassName": "test"},
        ),
    }


FAULTS = [
    "pypsrp_test_winrs_bad_cmd_id/02-response-fault.xml",
    "pypsrp_test_winrs_no_cmd_shell/01-response-fault.xml",
    "pypsrp_test_winrs_operation_timeout/03-response-fault.xml",
    "winrb_winrm/soap_fault_v2.xml",
    "pysammwr/cimerror.xml",
]


def codes(root: ElementTree.Element) -> list[str | None]:
    """What a client decides on."""
    subcode = root.findtext(".//s:Subcode/s:Value", "", NS).strip()
    value = root.findtext(".//s:Code/s:Value", "", NS).strip()
    action = root.findtext(".//a:Action", "", NS).strip()
    plain = [element.get("Code") for element in root.iterfind(".//f:WSManFault", NS)]
    return [action, value, subcode, *plain, root.findtext(".//e:error_Code", namespaces=NS)]


@pytest.mark.parametrize("path", FAULTS)
def test_faults(service: Service, path: str) -> None:
    reply, _unused = exchange(service, fault_requests(service)[path])
    assert codes(ElementTree.fromstring(reply.message)) == codes(recorded(path))
    compare(reply.message, path)


def test_quota_faults() -> None:
    for fault, path in (
        (faults.quota(shells=True, mi_error=True), "winrb_winrm/wmi_error_v2.xml"),
        (faults.quota(shells=False, mi_error=False), "zenoss_txwinrm_misc/max_concurrent.xml"),
    ):
        declarations = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items() if prefix not in "ef")
        ours = ElementTree.fromstring(f"<root {declarations}>{fault.body('win1', 'en-US')}</root>")
        real = recorded(path).find("s:Body", NS)
        assert real is not None
        assert codes(ours)[1:] == codes(real)[1:]
        assert shape(ours[0]) == shape(real[0])


def test_enumerations_recorded_requests_are_understood(service: Service) -> None:
    template = (RECORDINGS / "zenoss_txwinrm_requests" / "enumerate.xml").read_text()
    request = template.format(resource_uri=ANY, envelope_size=512000, wql="select * from Win32_OperatingSystem")
    reply = ElementTree.fromstring(run_raw(service, request))
    assert reply.find(f".//{{{ENUMERATION}}}EnumerateResponse") is not None


@pytest.mark.parametrize("name", ["pypsrp_test_winrs_standard/00-request-Create.xml"])
def test_recorded_requests_of_clients_are_understood(service: Service, name: str) -> None:
    reply = ElementTree.fromstring(run_raw(service, (RECORDINGS / name).read_text()))
    assert reply.find(f".//{{{SHELL}}}ShellId") is not None


def test_the_native_client_is_understood(service: Service) -> None:
    request = (RECORDINGS / "pysammwr" / "wql.xml").read_text()
    request = request.replace("Root/Microsoft/Windows/TaskScheduler", "Root/CIMv2").replace(
        "SELECT * FROM MSFT_ScheduledTask WHERE ((TaskName LIKE &apos;test&apos;))",
        "SELECT * FROM Win32_Service WHERE ((Name LIKE &apos;service001&apos;))",
    )
    reply = ElementTree.fromstring(run_raw(service, request))
    item = reply.find(f".//{{{NS['w']}}}Item")
    assert item is not None
    assert item[0].tag == "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Win32_Service}Win32_Service"
    assert [e.get("Name") for e in item.iterfind(".//w:Selector", NS)] == ["__cimnamespace", "Name"]
    assert f"{CIMV2}/" not in ElementTree.tostring(item).decode()


def run_raw(service: Service, request: str) -> bytes:
    return asyncio.run(service.handle(request.encode(), "", "http://x/wsman", "")).message
