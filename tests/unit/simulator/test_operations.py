# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM operations and what Windows refuses, with its codes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from tests.simulator.model import Embedded, Faults
from tests.simulator.service import Service
from tests.unit.simulator.fake_host import FakeHost
from tests.unit.simulator.messages import (
    CIMV2,
    ENUMERATION,
    NS,
    TRANSFER,
    FaultSeen,
    fault,
    local_name,
    message,
    succeed,
)

SERVICE = f"{CIMV2}/Win32_Service"
REGISTRY = f"{CIMV2}/StdRegProv"
OS = f"{CIMV2}/Win32_OperatingSystem"
TASKS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/microsoft/windows/taskscheduler/PS_ScheduledTask"
DMTF = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2"
NAME = {"Name": "Service000"}


@pytest.fixture
def host() -> FakeHost:
    return FakeHost({}, "win1")


@pytest.fixture
def service(host: FakeHost) -> Service:
    return Service(host, "win1")


def get(uri: str, selectors: dict[str, str] | None = None) -> str:
    return message(f"{TRANSFER}/Get", uri, selectors=selectors)


def put(body: str) -> str:
    return message(f"{TRANSFER}/Put", SERVICE, body, NAME)


def call(uri: str, method: str, parameters: str = "", selectors: dict[str, str] | None = None) -> str:
    body = f'<q:{method}_INPUT xmlns:q="{uri}">{parameters}</q:{method}_INPUT>'
    return message(f"{uri}/{method}", uri, body, selectors)


def children(body: ElementTree.Element) -> dict[str, str | None]:
    return {local_name(child): child.text for child in body[0]}


def test_get_an_instance_by_key(service: Service) -> None:
    body = succeed(service, get(SERVICE, NAME))
    assert body[0].tag == f"{{{SERVICE}}}Win32_Service"
    assert children(body)["DisplayName"] == "Service000 & <Ünïcode 中>"
    assert children(body)["Started"] == "true"
    null = body[0].find(f"{{{SERVICE}}}Description")
    assert null is not None
    assert null.attrib == {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}


def test_names_and_values_of_keys_compare_without_case(service: Service) -> None:
    assert children(succeed(service, get(SERVICE.lower(), {"NAME": "sErViCe001"})))["Name"] == "Service001"


def test_a_singleton_needs_no_selectors(service: Service) -> None:
    body = succeed(service, get(OS))
    assert body.findtext(f".//{{{OS}}}LastBootUpTime/cim:Datetime", namespaces=NS) == "2026-01-02T03:04:05.5Z"
    assert body.findtext(f".//{{{OS}}}Uptime/cim:Interval", namespaces=NS) == "P0DT0H1M40S"
    assert [e.text for e in body.iterfind(f".//{{{OS}}}MUILanguages")] == ["en-US", "de-DE"]


def test_dmtf_uri(service: Service) -> None:
    selectors = {"__cimnamespace": "root/cimv2", **NAME}
    body = succeed(service, get(f"{DMTF}/Win32_Service", selectors))
    assert body[0].tag == f"{{{DMTF}/Win32_Service}}Win32_Service"


def test_both_ways_to_name_a_namespace_must_agree(service: Service) -> None:
    succeed(service, get(SERVICE, {"__cimnamespace": "ROOT/CIMV2", **NAME}))
    seen = fault(service, get(SERVICE, {"__cimnamespace": "root/default", **NAME}))
    assert seen == FaultSeen(2150859067, 2150859067, "w:InvalidSelectors", "")


def test_class_definition(service: Service) -> None:
    uri = "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*"
    body = succeed(service, get(uri, {"__cimnamespace": "root/cimv2", "ClassName": "StdRegProv"}))
    assert body.find("CLASS/METHOD[@NAME='EnumValues']/PARAMETER.ARRAY[@NAME='Types'][@TYPE='sint32']") is not None


@pytest.mark.parametrize(
    "request_text, expected",
    [
        (get(SERVICE), (2150858842, 2150858842, "w:InvalidSelectors")),
        (get(SERVICE, {"Nane": "x"}), (2150858843, 2150858843, "w:InvalidSelectors")),
        (get(SERVICE, {**NAME, "State": "x"}), (2150858843, 2150858843, "w:InvalidSelectors")),
        (get(SERVICE, {"Name": "missing"}), (2150858752, 2150858752, "a:DestinationUnreachable")),
        (get(f"{CIMV2}/Win32_Missing", NAME), (2150858752, 0x80041010, "a:DestinationUnreachable")),
        (get(SERVICE.replace("cimv2", "missing"), NAME), (2150858752, 0x8004100E, "a:DestinationUnreachable")),
        (get(f"{DMTF}/Missing", {"__cimnamespace": "root/cimv2"}), (0x80041010, 0x80041010, "w:InternalError")),
        (get(f"{DMTF}/Missing", {"__cimnamespace": "root/missing"}), (0x8004100E, 0x8004100E, "w:InternalError")),
        (get("http://nowhere/thing"), (2150858811, 2150858811, "w:InvalidResourceURI")),
        (message(f"{TRANSFER}/Rename", SERVICE, "", NAME), (2150858771, 2150858771, "a:ActionNotSupported")),
        (message(f"{OS}/Reboot", SERVICE, "", NAME), (2150858771, 2150858771, "a:ActionNotSupported")),
        (call(SERVICE, "Missing", "", NAME), (0x8004102E, 0x8004102E, "w:InternalError")),
        (call(SERVICE, "StopService"), (0x8004102F, 0x8004102F, "w:InternalError")),
        (call(SERVICE, "StopService", "", NAME), (2150859013, 2150859013, "w:AccessDenied")),
        (call(REGISTRY, "EnumValues", "", {"Name": "x"}), (2150858843, 2150858843, "w:InvalidSelectors")),
        (call(TASKS, "ExportByName"), (0x80070002, 0x80070002, "w:InternalError")),
    ],
)
def test_refusals(service: Service, request_text: str, expected: tuple[int, int, str]) -> None:
    seen = fault(service, request_text)
    assert (seen.code, seen.inner, seen.subcode) == expected


def test_duplicate_selectors(service: Service) -> None:
    twice = '<w:Selector Name="Name">a</w:Selector><w:Selector Name="name">a</w:Selector>'
    request = get(SERVICE).replace("<w:SelectorSet>", f"<w:SelectorSet>{twice}")
    assert fault(service, request).code == 2150858847


@pytest.mark.parametrize("namespace", ["root/cimv2", r"ROOT\CIMV2"])
def test_denied_namespace(host: FakeHost, namespace: str) -> None:
    service = Service(host, "win1", Faults(denied_namespaces=[namespace]))
    assert fault(service, get(SERVICE, NAME)).code == 2150859012
    query = message(f"{ENUMERATION}/Enumerate", f"{CIMV2}/*", "<n:Enumerate/>")
    assert fault(service, query).subcode == "w:AccessDenied"
    dmtf = fault(service, get(f"{DMTF}/Win32_Service", {"__cimnamespace": "root/cimv2", **NAME}))
    assert (dmtf.code, dmtf.subcode) == (0x80041003, "w:AccessDenied")


def test_put_changes_only_what_is_sent(service: Service, host: FakeHost) -> None:
    body = succeed(service, put(f'<q:Win32_Service xmlns:q="{SERVICE}"><q:State>Stopped</q:State></q:Win32_Service>'))
    assert children(body)["State"] == "Stopped"
    assert host.services["Service000"] == {"State": "Stopped", "StartMode": "Auto"}


@pytest.mark.parametrize(
    "body, code",
    [
        ("", 2150858817),
        (f'<q:Win32_Other xmlns:q="{SERVICE}"/>', 2150858773),
        ('<q:Win32_Service xmlns:q="http://elsewhere"/>', 2150858840),
        ("<Win32_Service/>", 2150858840),
        (f'<q:Win32_Service xmlns:q="{SERVICE}"><q:Sate>x</q:Sate></q:Win32_Service>', 2150858837),
        (f'<q:Win32_Service xmlns:q="{SERVICE}"><q:Name>Other</q:Name></q:Win32_Service>', 2150858773),
        (f'<q:Win32_Service xmlns:q="{SERVICE}"><q:Started>True</q:Started></q:Win32_Service>', 2150858836),
    ],
)
def test_put_refuses(service: Service, host: FakeHost, body: str, code: int) -> None:
    before = repr(host.services)
    assert fault(service, put(body)).code == code
    assert repr(host.services) == before


def test_create_and_delete(service: Service, host: FakeHost) -> None:
    body = f'<q:Win32_Service xmlns:q="{SERVICE}"><q:Name>New</q:Name></q:Win32_Service>'
    created = succeed(service, message(f"{TRANSFER}/Create", SERVICE, body))
    assert created.findtext("x:ResourceCreated/a:ReferenceParameters/w:SelectorSet/w:Selector", namespaces=NS) == "New"
    assert fault(service, message(f"{TRANSFER}/Create", SERVICE, body)).subcode == "w:AlreadyExists"
    delete = message(f"{TRANSFER}/Delete", SERVICE, selectors={"Name": "New"})
    assert len(succeed(service, delete)) == 0
    assert fault(service, delete).code == 2150858752


def test_an_instance_method(service: Service, host: FakeHost) -> None:
    body = succeed(service, call(SERVICE, "ChangeStartMode", "<q:StartMode>Manual</q:StartMode>", NAME))
    assert body[0].tag == f"{{{SERVICE}}}ChangeStartMode_OUTPUT"
    assert children(body) == {"ReturnValue": "0"}
    assert host.services["Service000"]["StartMode"] == "Manual"


def test_a_method_of_a_missing_instance(service: Service) -> None:
    seen = fault(service, call(SERVICE, "ChangeStartMode", "<q:StartMode>Manual</q:StartMode>", {"Name": "x"}))
    assert seen.code == 2150858752


def test_array_results_are_repeated(service: Service) -> None:
    body = succeed(service, call(REGISTRY, "EnumValues", "<q:hDefKey>2147483650</q:hDefKey>"))
    assert [(local_name(child), child.text) for child in body[0]] == [
        ("ReturnValue", "0"),
        ("sNames", "a"),
        ("sNames", None),
        ("Types", "1"),
        ("Types", "4"),
    ]


def test_octets_and_omitted_parameters(service: Service, host: FakeHost) -> None:
    octets = "<q:uValue>0</q:uValue><q:uValue>255</q:uValue>"
    succeed(service, call(REGISTRY, "SetBinaryValue", f"<q:hDefKey>2147483650</q:hDefKey>{octets}"))
    assert host.calls == [("SetBinaryValue", {"hDefKey": 2147483650, "uValue": b"\x00\xff"})]


@pytest.mark.parametrize(
    "parameters, code",
    [
        ("<q:hDefkey>1</q:hDefkey>", 2150858837),
        ("<q:unknown>1</q:unknown>", 2150858837),
        ("<hDefKey>1</hDefKey>", 2150858840),
        ('<z:hDefKey xmlns:z="http://elsewhere">1</z:hDefKey>', 2150858840),
        ("<q:hDefKey>one</q:hDefKey>", 2150858836),
        ("<q:hDefKey>-1</q:hDefKey>", 2150858836),
        ("<q:hDefKey>4294967296</q:hDefKey>", 2150858836),
        ("<q:hDefKey>1.0</q:hDefKey>", 2150858836),
        ("<q:hDefKey> 1</q:hDefKey>", 2150858836),
        ("<q:hDefKey>1</q:hDefKey><q:hDefKey>2</q:hDefKey>", 2150858836),
        ("<q:sSubKeyName><q:x/></q:sSubKeyName>", 2150858836),
        ("<q:uValue>256</q:uValue>", 2150858836),
        ("<q:uValue>AAH/</q:uValue>", 2150858836),
    ],
)
def test_wrong_parameters_are_refused(service: Service, host: FakeHost, parameters: str, code: int) -> None:
    assert fault(service, call(REGISTRY, "SetBinaryValue", parameters)).code == code
    assert host.calls == []


@pytest.mark.parametrize(
    "body, code",
    [
        ("", 2150858817),
        (f'<q:SetBinaryValue xmlns:q="{REGISTRY}"/>', 2150858817),
        (f'<q:SetBinaryValue_INPUT xmlns:q="{SERVICE}"/>', 2150858840),
    ],
)
def test_a_wrong_input_element_is_refused(service: Service, host: FakeHost, body: str, code: int) -> None:
    assert fault(service, message(f"{REGISTRY}/SetBinaryValue", REGISTRY, body)).code == code
    assert host.calls == []


def test_embedded_instances_booleans_and_datetimes(service: Service, host: FakeHost) -> None:
    action = (
        '<q:Action xmlns:p1="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_TaskExecAction" '
        'xsi:type="p1:MSFT_TaskExecAction_Type">'
        '<p1:Execute>cmd.exe</p1:Execute><p1:Arguments xsi:nil="true"/></q:Action>'
    )
    until = "<q:Until><cim:Datetime>2026-01-02T03:04:05Z</cim:Datetime></q:Until>"
    body = succeed(service, call(TASKS, "RegisterByUser", f"<q:Force>true</q:Force>{action}{until}"))
    assert host.calls == [
        (
            "RegisterByUser",
            {
                "Force": True,
                "Action": [Embedded("MSFT_TaskExecAction", {"Execute": "cmd.exe", "Arguments": None})],
                "Until": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            },
        )
    ]
    output = body[0].find(f"{{{TASKS}}}cmdletOutput")
    assert output is not None
    assert output.attrib["{http://www.w3.org/2001/XMLSchema-instance}type"] == "p1:MSFT_TaskExecAction_Type"
    assert [(local_name(child), child.text) for child in output] == [("Execute", "cmd.exe"), ("Arguments", None)]


@pytest.mark.parametrize(
    "until",
    ["2026-01-02T03:04:05Z", "<cim:Datetime>tomorrow</cim:Datetime>", "<Datetime>2026-01-02T03:04:05Z</Datetime>"],
)
def test_a_datetime_parameter_is_wrapped(service: Service, until: str) -> None:
    assert fault(service, call(TASKS, "RegisterByUser", f"<q:Until>{until}</q:Until>")).code == 2150858836


def test_an_interval_parameter(service: Service, host: FakeHost) -> None:
    interval = "<q:Until><cim:Interval>P1DT2H3M4.5S</cim:Interval></q:Until>"
    succeed(service, call(TASKS, "RegisterByUser", interval))
    assert host.calls[0][1]["Until"] == timedelta(days=1, hours=2, minutes=3, seconds=4.5)


def test_a_reference_key_is_an_endpoint_reference(service: Service) -> None:
    uri = f"{CIMV2}/Win32_ShadowStorage"
    reference = (
        "<w:Selector Name='DiffVolume'><a:EndpointReference><a:Address>http://x</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{CIMV2}/Win32_Volume</w:ResourceURI><w:SelectorSet>"
        r"<w:Selector Name='DeviceID'>\\?\Volume{1}\</w:Selector>"
        "</w:SelectorSet></a:ReferenceParameters></a:EndpointReference></w:Selector>"
    )
    body = succeed(service, get(uri).replace("<w:SelectorSet>", f"<w:SelectorSet>{reference}"))
    path = f".//{{{uri}}}DiffVolume/a:ReferenceParameters/w:SelectorSet/w:Selector"
    assert body.findtext(path, namespaces=NS) == "\\\\?\\Volume{1}\\"
    assert fault(service, get(uri, {"DiffVolume": "text"})).code == 2150858752


@pytest.mark.parametrize(
    "change, code, subcode",
    [
        (("<a:To>http://windows-host:5985/wsman</a:To>", ""), 2150858769, "a:MessageInformationHeaderRequired"),
        (("<a:MessageID>uuid:1-2-3</a:MessageID>", ""), 2150858769, "a:MessageInformationHeaderRequired"),
        (("role/anonymous", "role/other"), 2150858767, "a:InvalidMessageInformationHeader"),
        (("PT20S", "20"), 2150858881, "a:InvalidMessageInformationHeader"),
        (("PT20S", "PT"), 2150858881, "a:InvalidMessageInformationHeader"),
        (("153600", "100"), 2150858878, "w:EncodingLimit"),
        (("153600", "many"), 2150858767, "a:InvalidMessageInformationHeader"),
        (("<w:SelectorSet>", '<w:Odd s:mustUnderstand="true"/><w:SelectorSet>'), 2150858768, ""),
        (
            ("<w:SelectorSet>", "<w:OperationTimeout>PT1S</w:OperationTimeout><w:SelectorSet>"),
            2150858767,
            "a:InvalidMessageInformationHeader",
        ),
        (
            ("<w:SelectorSet>", '<w:Locale xml:lang="de-DE" s:mustUnderstand="true"/><w:SelectorSet>'),
            2150858887,
            "w:UnsupportedFeature",
        ),
        (("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"), 2150858765, ""),
        (("<s:Body>", "<s:Body>&unknown;"), 2150858819, "w:SchemaValidationError"),
        (("<s:Envelope", "<!DOCTYPE x><s:Envelope"), 2150858819, "w:SchemaValidationError"),
    ],
)
def test_the_header_is_checked(service: Service, change: tuple[str, str], code: int, subcode: str) -> None:
    request = get(OS)
    assert change[0] in request
    seen = fault(service, request.replace(*change))
    assert (seen.code, seen.subcode) == (code, subcode)


def test_an_unknown_header_that_need_not_be_understood_is_ignored(service: Service) -> None:
    succeed(service, get(OS).replace("<w:SelectorSet>", "<w:Odd/><w:SelectorSet>"))


def test_operation_and_locale_are_echoed(service: Service) -> None:
    headers = (
        '<w:Locale xml:lang="de-DE" s:mustUnderstand="false"/>'
        '<p:OperationID s:mustUnderstand="false">uuid:9</p:OperationID><p:SequenceId>1</p:SequenceId>'
    )
    text = message(f"{TRANSFER}/Get", OS, headers=headers)
    reply = asyncio.run(service.handle(text.encode(), "", "", ""))
    envelope = ElementTree.fromstring(reply.message)
    assert envelope.get("{http://www.w3.org/XML/1998/namespace}lang") == "de-DE"
    assert envelope.findtext("s:Header/p:OperationID", namespaces=NS) == "uuid:9"


def test_text_that_xml_cannot_carry(service: Service, host: FakeHost) -> None:
    host.services["Service000"]["State"] = "a\x01b"
    assert fault(service, get(SERVICE, NAME)).subcode == "w:EncodingLimit"


def test_line_ends_survive(service: Service, host: FakeHost) -> None:
    host.services["Service000"]["State"] = "a\r\nb\rc"
    assert children(succeed(service, get(SERVICE, NAME)))["State"] == "a\r\nb\rc"
