# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations: pages, contexts, projections and queries."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from tests.simulator.service import Service
from tests.unit.simulator.fake_host import FakeHost
from tests.unit.simulator.messages import CIMV2, ENUMERATION, NS, exchange, fault, local_name, message, succeed

SERVICE = f"{CIMV2}/Win32_Service"
ANY = f"{CIMV2}/*"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"


@pytest.fixture
def host() -> FakeHost:
    return FakeHost({}, "win1")


@pytest.fixture
def service(host: FakeHost) -> Service:
    return Service(host, "win1")


def enumerate_(uri: str, query: str | None = None, extra: str = "", optimize: bool = True, size: int = 153600) -> str:
    flag = "<w:OptimizeEnumeration/>" if optimize else ""
    wql = f'<w:Filter Dialect="{WQL}">{escape(query)}</w:Filter>' if query is not None else ""
    body = f"<n:Enumerate>{flag}<w:MaxElements>32000</w:MaxElements>{extra}{wql}</n:Enumerate>"
    return message(f"{ENUMERATION}/Enumerate", uri, body, envelope_size=size)


def pull(
    context: str, uri: str = SERVICE, limit: str = "<n:MaxElements>32000</n:MaxElements>", size: int = 153600
) -> str:
    body = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext>{limit}</n:Pull>"
    return message(f"{ENUMERATION}/Pull", uri, body, envelope_size=size)


def context_of(body: ElementTree.Element) -> str:
    return body.findtext(".//n:EnumerationContext", "", NS)


def items_of(body: ElementTree.Element) -> list[ElementTree.Element]:
    found = [items for prefix in ("w", "n") for items in body.iterfind(f".//{prefix}:Items", NS)]
    return [item for items in found for item in items]


def pages(service: Service, first: str) -> list[list[ElementTree.Element]]:
    body = succeed(service, first)
    seen = [items_of(body)]
    while context_of(body):
        body = succeed(service, pull(context_of(body)))
        seen.append(items_of(body))
    return seen


def query_names(service: Service, where: str) -> list[str | None]:
    found = pages(service, enumerate_(ANY, f"select Name from Win32_Service where {where}"))
    return [item.findtext("Name") for page in found for item in page]


def test_pages_are_one_then_fifty(service: Service) -> None:
    seen = pages(service, enumerate_(SERVICE))
    assert [len(page) for page in seen] == [1, 50, 50, 29]
    names = [item.findtext(f"{{{SERVICE}}}Name") for page in seen for item in page]
    assert names == [f"Service{number:03d}" for number in range(130)]


def test_pages_fit_the_envelope(service: Service) -> None:
    reply, body = exchange(service, enumerate_(SERVICE, size=8192))
    count = len(items_of(body))
    while context_of(body):
        reply, body = exchange(service, pull(context_of(body), size=8192))
        assert len(reply.message) <= 8192
        count += len(items_of(body))
    assert count == 130


def test_an_item_larger_than_the_envelope(service: Service, host: FakeHost) -> None:
    host.services["Service000"]["State"] = "x" * 9000
    seen = fault(service, enumerate_(SERVICE, size=8192))
    assert (seen.code, seen.subcode) == (2150858824, "w:EncodingLimit")


def test_without_optimization_the_first_answer_is_a_context_only(service: Service) -> None:
    body = succeed(service, enumerate_(SERVICE, optimize=False))
    assert [local_name(child) for child in body[0]] == ["EnumerationContext"]
    assert len(items_of(succeed(service, pull(context_of(body))))) == 50


def test_pull_takes_one_item_by_default(service: Service) -> None:
    body = succeed(service, enumerate_(SERVICE))
    assert len(items_of(succeed(service, pull(context_of(body), limit="")))) == 1


def test_the_last_page_says_so_in_both_namespaces(service: Service, host: FakeHost) -> None:
    host.services = {"One": {}, "Two": {}}
    body = succeed(service, enumerate_(SERVICE))
    assert [child.tag for child in body[0]] == [f"{{{NS['n']}}}EnumerationContext", f"{{{NS['w']}}}Items"]
    last = succeed(service, pull(context_of(body)))
    assert [child.tag for child in last[0]] == [f"{{{NS['n']}}}Items", f"{{{NS['n']}}}EndOfSequence"]
    host.services = {}
    empty = succeed(service, enumerate_(SERVICE))
    assert [local_name(child) for child in empty[0]] == ["EnumerationContext", "Items", "EndOfSequence"]
    assert context_of(empty) == ""


def test_a_context_is_good_for_one_page(service: Service) -> None:
    first = context_of(succeed(service, enumerate_(SERVICE)))
    second = context_of(succeed(service, pull(first)))
    assert second not in ("", first)
    seen = fault(service, pull(first))
    assert (seen.code, seen.subcode) == (2150858779, "n:InvalidEnumerationContext")
    succeed(service, pull(second))


def test_release_ends_an_enumeration(service: Service) -> None:
    context = context_of(succeed(service, enumerate_(SERVICE)))
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    assert len(succeed(service, message(f"{ENUMERATION}/Release", SERVICE, body))) == 0
    assert fault(service, pull(context)).code == 2150858779


def test_a_projection_is_a_fragment_with_unqualified_children(service: Service) -> None:
    query = "select name, ProcessId, Description from Win32_Service where Name='Service007'"
    (item,) = items_of(succeed(service, enumerate_(ANY, query)))
    assert item.tag == f"{{{NS['w']}}}XmlFragment"
    assert [(child.tag, child.text) for child in item] == [
        ("Description", None),
        ("Name", "Service007"),
        ("ProcessId", "7"),
    ]


def test_a_datetime_in_a_fragment_is_unqualified(service: Service) -> None:
    (item,) = items_of(succeed(service, enumerate_(ANY, "select LastBootUpTime from Win32_OperatingSystem")))
    assert item.findtext("LastBootUpTime/Datetime") == "2026-01-02T03:04:05.5Z"


def test_star_gives_typed_instances(service: Service) -> None:
    (item,) = items_of(succeed(service, enumerate_(ANY, "select * from win32_operatingsystem")))
    uri = f"{CIMV2}/Win32_OperatingSystem"
    assert item.tag == f"{{{uri}}}Win32_OperatingSystem"


def test_where(service: Service) -> None:
    assert query_names(service, "Name LIKE 'Service12%' AND NOT Name = 'Service120'") == [
        f"Service12{digit}" for digit in range(1, 10)
    ]


@pytest.mark.parametrize("path, found", [(r"C:\\Windows\\NOTEPAD.exe", 1), (r"C:\\Windows\\missing.exe", 0)])
def test_a_keyed_query_reads_without_a_scan(service: Service, path: str, found: int) -> None:
    body = succeed(service, enumerate_(ANY, f"select FileSize from CIM_DataFile where Name='{path}'"))
    assert len(items_of(body)) == found


@pytest.mark.parametrize(
    "query, code",
    [
        ("select * from Win32_Missing", 2150858778),
        ("select Missing from Win32_Service", 2150858778),
        ("select * from Win32_Service where Missing = 1", 2150858778),
        (r"select * from CIM_DataFile where Name = 'C:\Windows'", 2150858778),
        ("select * from Win32_Service where", 2150858778),
        ("", 2150858778),
    ],
)
def test_a_bad_query(service: Service, query: str, code: int) -> None:
    seen = fault(service, enumerate_(ANY, query))
    assert (seen.code, seen.inner, seen.subcode) == (code, code, "n:CannotProcessFilter")


def test_a_bad_query_on_a_dmtf_uri(service: Service) -> None:
    uri = "http://schemas.dmtf.org/wbem/wscim/1/*"
    selectors = {"__cimnamespace": "root/cimv2"}
    body = f'<n:Enumerate><w:Filter Dialect="{WQL}">select * from Win32_Missing</w:Filter></n:Enumerate>'
    assert fault(service, message(f"{ENUMERATION}/Enumerate", uri, body, selectors)).code == 0x80041010


@pytest.mark.parametrize(
    "request_text, code",
    [
        (enumerate_(SERVICE, "select * from Win32_Service"), 2150859003),
        (enumerate_(ANY), 2150859003),
        (enumerate_(SERVICE, extra="<w:EnumerationMode>EnumerateAll</w:EnumerationMode>"), 2150858886),
        (enumerate_(SERVICE, extra="<w:Odd/>"), 2150858817),
        (enumerate_(ANY, "select * from Win32_Service").replace("/WQL", "/XPath"), 2150858777),
        (enumerate_(SERVICE).replace("32000", "0"), 2150858817),
        (enumerate_(SERVICE).replace("w:MaxElements", "n:MaxElements"), 2150858817),
        (enumerate_(f"{CIMV2}/Win32_Missing"), 2150858752),
        (pull("uuid:0"), 2150858779),
        (pull("uuid:0", limit="<n:MaxElements>1</n:MaxElements><n:MaxTime>PT1S</n:MaxTime>"), 2150858817),
        (pull("uuid:0", limit="<w:MaxElements>1</w:MaxElements>"), 2150858817),
    ],
)
def test_refusals(service: Service, request_text: str, code: int) -> None:
    assert fault(service, request_text).code == code


def test_keys_do_not_belong_into_an_enumeration(service: Service) -> None:
    body = "<n:Enumerate/>"
    assert fault(service, message(f"{ENUMERATION}/Enumerate", SERVICE, body, {"Name": "x"})).code == 2150859016


def test_object_and_epr(service: Service, host: FakeHost) -> None:
    host.services = {"One": {}}
    extra = "<w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode>"
    (item,) = items_of(succeed(service, enumerate_(SERVICE, extra=extra)))
    assert [local_name(child) for child in item] == ["Win32_Service", "EndpointReference"]
    assert item.findtext(".//w:Selector", namespaces=NS) == "One"


def test_a_reference_property_comes_with_its_keys(service: Service) -> None:
    extra = "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"
    (item,) = items_of(succeed(service, enumerate_(f"{CIMV2}/Win32_ShadowStorage", extra=extra)))
    keys = "a:ReferenceParameters/w:SelectorSet/w:Selector"
    assert item.findtext(f"{keys}/a:EndpointReference/{keys}", namespaces=NS) == "\\\\?\\Volume{1}\\"
