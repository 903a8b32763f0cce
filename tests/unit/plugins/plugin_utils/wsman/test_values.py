# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values survive the way to the wire and back, and what is no value ends in one sentence."""

from __future__ import annotations

import base64
import re
import string as ascii_text
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.wsman import envelope
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import ProtocolError, Unsendable
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.values import (
    CimPath,
    CimType,
    Instance,
    Value,
    append_value,
    array_of,
    boolean,
    datetime_,
    embedded,
    integer,
    octets,
    reference,
    string,
    wql_literal,
)
from tests.unit.plugins.plugin_utils.wsman.scripted import XMLNS, ScriptedTransport, first_page

SCALAR_TYPES: list[CimType[Any]] = [string, boolean, integer, datetime_, reference, embedded]
ALL_TYPES: list[CimType[Any]] = [*SCALAR_TYPES, octets, *(array_of(each) for each in SCALAR_TYPES)]


def xml_can_carry(character: str) -> bool:
    # XML 1.0, production 2
    code = ord(character)
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


SENDABLE = st.characters().filter(xml_can_carry)
UNSENDABLE = st.one_of(
    st.sampled_from([chr(code) for code in range(0x20) if code not in (0x9, 0xA, 0xD)] + ["\ufffe", "\uffff"]),
    st.integers(0xD800, 0xDFFF).map(chr),
)
TEXTS = st.one_of(
    st.text(SENDABLE),
    st.text(st.sampled_from("\\'\"\r\n\t &<>]%_[\N{GRINNING FACE}ßü日")),
    st.sampled_from(["]]>", "\r", "\r\n", " padded ", "&#13;", "NULL", "C:\\Program Files\\", "\\\\?\\Volume{1}\\"]),
)
NAMES = st.text(ascii_text.ascii_letters, min_size=1, max_size=10)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DATETIMES = st.datetimes(timezones=OFFSETS)
PATHS = st.builds(
    CimPath,
    st.sampled_from(["root/cimv2", "root/Microsoft/Windows/TaskScheduler"]),
    NAMES,
    st.dictionaries(NAMES, TEXTS, max_size=3),
)


def over_the_wire(value: Value) -> Instance:
    """An instance with one property, serialized as requests are and parsed again."""
    body = Element("{http://class}Class")
    append_value(body, "{http://class}Property", value)
    message = envelope.request("action", "uri", body, message_id="uuid:1", timeout=60)
    return Instance(envelope.open_body(message, None)[0])


def holding(content: str, attributes: str = "") -> Instance:
    """An instance whose property has this content."""
    return Instance(ElementTree.fromstring(f"<p:C {XMLNS}><p:Property {attributes}>{content}</p:Property></p:C>"))


@given(TEXTS)
def test_text_survives(text: str) -> None:
    assert over_the_wire(text).read("Property", string) == text


@given(st.text(SENDABLE), UNSENDABLE, st.text(SENDABLE))
def test_text_xml_cannot_carry_is_refused_before_anything_is_sent(before: str, character: str, after: str) -> None:
    transport = ScriptedTransport()
    session = Session(transport)
    path = CimPath("root/cimv2", "C")
    hostile = before + character + after
    attempts = [
        lambda: session.invoke(path, "Method", {"Parameter": hostile}),
        lambda: session.invoke(path, "Method", {"Parameter": ["harmless", hostile]}),
        lambda: session.put(path, {"Property": hostile}),
        lambda: session.get(CimPath("root/cimv2", "C", {"Key": hostile})),
        lambda: session.query("root/cimv2", f"select * from C where Name = {wql_literal(hostile)}"),
    ]

    for attempt in attempts:
        with pytest.raises(Unsendable, match=f"U\\+{ord(character):04X}"):
            attempt()
    assert transport.sent == []


@given(st.integers(-(2**63), 2**64 - 1))
def test_an_integer_survives(number: int) -> None:
    assert over_the_wire(number).read("Property", integer) == number


@given(st.booleans())
def test_a_boolean_survives(value: bool) -> None:
    instance = over_the_wire(value)

    assert instance.read("Property", boolean) is value
    assert instance.read("Property", string) == str(value).lower()


@pytest.mark.parametrize("text, value", [("TRUE", True), ("False", False), (" true ", True), ("1", True), ("0", False)])
def test_a_boolean_is_read_in_each_form_of_xml_schema_and_any_case(text: str, value: bool) -> None:
    assert holding(text).read("Property", boolean) is value


@given(DATETIMES)
def test_a_datetime_keeps_its_offset(moment: datetime) -> None:
    found = holding(f"<cim:Datetime>{moment.isoformat()}</cim:Datetime>").read("Property", datetime_)

    assert found == moment
    assert found is not None
    assert found.utcoffset() == moment.utcoffset()


@given(DATETIMES)
def test_a_datetime_is_read_as_dmtf_text(moment: datetime) -> None:
    # DSP0004, 5.2.4: yyyymmddhhmmss.mmmmmmsutc, the offset in minutes
    offset = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    digits = moment.strftime("%m%d%H%M%S")
    text = f"{moment.year:04d}{digits}.{moment.microsecond:06d}{offset:+04d}"

    for content in (text, f"<cim:CIM_DateTime>{text}</cim:CIM_DateTime>"):
        assert holding(content).read("Property", datetime_) == moment


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 9))
def test_a_datetime_is_read_with_any_fraction(moment: datetime, digits: int) -> None:
    fraction = f"{moment.microsecond:06d}000"[:digits]
    text = moment.replace(tzinfo=None, microsecond=0).isoformat() + (f".{fraction}" if fraction else "") + "Z"
    expected = moment.replace(microsecond=int(fraction.ljust(6, "0")[:6]))

    for content in (text, f"<cim:Datetime>{text}</cim:Datetime>", f"\n <Datetime> {text}\n</Datetime>\n"):
        assert holding(content).read("Property", datetime_) == expected


@given(st.binary(min_size=1))
def test_octets_survive(data: bytes) -> None:
    instance = over_the_wire(data)

    assert instance.read("Property", octets) == data
    assert instance.read("Property", array_of(integer)) == list(data)


@given(st.binary(min_size=1))
def test_octets_that_are_declared_as_base64_are_read_so(data: bytes) -> None:
    encoded = base64.b64encode(data).decode()

    assert holding(encoded, 'xsi:type="cim:cimBase64Binary"').read("Property", octets) == data


def test_octets_without_declaration_are_numbers() -> None:
    assert holding("0123").read("Property", octets) == b"\x7b"
    assert holding("0123", 'xsi:type="cim:cimBase64Binary"').read("Property", octets) == b"\xd3\x5d\xb7"


@given(PATHS)
def test_a_reference_survives(path: CimPath) -> None:
    assert over_the_wire(path).read("Property", reference) == path


@given(PATHS, PATHS)
def test_a_reference_inside_of_a_reference_does_not_replace_it(outer: CimPath, inner: CimPath) -> None:
    element = Element("Property")
    append_value(element, "Value", CimPath(outer.namespace, outer.class_name, {"First": "1", **outer.keys}))
    selectors = next(part for part in element.iter() if part.tag.endswith("SelectorSet"))
    association = ElementTree.SubElement(selectors, selectors[0].tag, Name="Element")
    append_value(association, "EndpointReference", inner)

    assert reference.decode([element[0]]) == CimPath(outer.namespace, outer.class_name, {"First": "1", **outer.keys})


def test_a_reference_in_the_dmtf_dialect_names_its_namespace() -> None:
    content = (
        "<a:Address>anonymous</a:Address><a:ReferenceParameters>"
        "<w:ResourceURI>http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Win32_Volume</w:ResourceURI><w:SelectorSet>"
        '<w:Selector Name="DeviceID">\\\\?\\Volume{1}\\</w:Selector>'
        '<w:Selector Name="__cimnamespace">root/cimv2</w:Selector></w:SelectorSet></a:ReferenceParameters>'
    )

    expected = CimPath("root/cimv2", "Win32_Volume", {"DeviceID": "\\\\?\\Volume{1}\\"})
    assert holding(content).read("Property", reference) == expected
    assert holding(f"<a:EndpointReference>{content}</a:EndpointReference>").read("Property", reference) == expected


SCALARS: list[Any] = [
    pytest.param(string, TEXTS, id="string"),
    pytest.param(integer, st.integers(-(2**63), 2**64 - 1), id="integer"),
    pytest.param(boolean, st.booleans(), id="boolean"),
    pytest.param(reference, PATHS, id="reference"),
]


@pytest.mark.parametrize("cim_type, values", SCALARS)
@given(st.data())
def test_an_array_survives(cim_type: CimType[Any], values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    array = data.draw(st.lists(values, max_size=3))
    instance = over_the_wire(array)

    assert instance.read("Property", array_of(cim_type)) == (array or None)
    if len(array) > 1:
        with pytest.raises(ProtocolError, match=r"Class\.Property .*" + re.escape(cim_type.name)):
            instance.read("Property", cim_type)


@pytest.mark.parametrize("cim_type", ALL_TYPES, ids=lambda cim_type: cim_type.name)
def test_null_and_absent_read_as_none(cim_type: CimType[Any]) -> None:
    assert holding("", 'xsi:nil="true"').read("Property", cim_type) is None
    assert holding("", 'xsi:nil="true"').read("Other", cim_type) is None


@pytest.mark.parametrize("cim_type", [array_of(integer), array_of(boolean), array_of(datetime_), octets])
def test_an_array_of_one_element_without_content_has_none(cim_type: CimType[Any]) -> None:
    assert not holding("").read("Property", cim_type)


def test_an_empty_text_is_not_null() -> None:
    assert holding("").read("Property", string) == ""


@given(st.dictionaries(NAMES.map(str.lower), TEXTS, min_size=1))
def test_an_embedded_instance_is_an_instance(properties: dict[str, str]) -> None:
    inner = Element("{http://class}Property", {"{http://www.w3.org/2001/XMLSchema-instance}type": "q:Inner_Type"})
    for name, value in properties.items():
        append_value(inner, f"{{http://inner}}{name}", value)
    outer = Element("Outer")
    outer.append(inner)
    message = envelope.request("action", "uri", outer, message_id="uuid:1", timeout=60)

    found = Instance(envelope.open_body(message, None)[0]).read("property", embedded)

    assert found is not None
    assert found.class_name == "Inner"
    assert {name: found.read(name.upper(), string) for name in properties} == properties


# -- What is no value


@pytest.mark.parametrize(
    "cim_type, text",
    [
        *[(integer, text) for text in ("", "x", "1.5", "0x10", "9" * 5000)],
        *[(boolean, text) for text in ("", "2", "yes", "wahr")],
        *[(octets, text) for text in ("256", "-1", "AQI", "ü")],
        (datetime_, ""),
        *[(datetime_, f"2026-{text}") for text in ("13-01T00:00:00Z", "01-01", "01-01T00:00:00+24:00")],
        *[(datetime_, text) for text in ("0000-01-01T00:00:00Z", "20260101000000.000000+***")],
        *[(reference, text) for text in ("", "Win32_Service.Name='x'")],
    ],
)
def test_a_malformed_value_names_property_and_type(cim_type: CimType[Any], text: str) -> None:
    with pytest.raises(ProtocolError, match=rf"^Win32_Service\.Name is not of type {re.escape(cim_type.name)}$"):
        Instance(ElementTree.fromstring(f"<p:Win32_Service {XMLNS}><p:Name>{text}</p:Name></p:Win32_Service>")).read(
            "Name", cim_type
        )


ELEMENT_NAMES = st.sampled_from(
    [f"{{http://schemas.dmtf.org/wbem/wscim/1/common}}{name}" for name in ("Datetime",)]
    + [f"{{http://x}}{name}" for name in ("Address", "ReferenceParameters", "ResourceURI", "SelectorSet", "Selector")]
    + ["Property", "Datetime", "x"]
)
CONTENTS = st.one_of(
    st.none(),
    TEXTS,
    st.from_regex(r"\A[-+]?\d{0,30}[.:T]?\d{0,6}Z?\Z"),
    st.from_regex(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?\Z"),
    st.from_regex(r"\A\d{14}\.\d{6}[+-]\d{3}\Z"),
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> Element:
    attributes = draw(
        st.dictionaries(st.sampled_from(["Name", "{http://www.w3.org/2001/XMLSchema-instance}type"]), TEXTS)
    )
    element = Element(draw(ELEMENT_NAMES), attributes)
    element.text = draw(CONTENTS)
    if depth < 2:
        element.extend(draw(st.lists(elements(depth=depth + 1), max_size=2)))
    return element


@given(st.lists(elements(), max_size=3), st.sampled_from(ALL_TYPES))
def test_whatever_a_host_answers_reads_or_is_a_protocol_error(found: list[Element], cim_type: CimType[Any]) -> None:
    parent = Element("Class")
    parent.extend(found)
    instance = Instance(parent)

    for name in ("Property", "Datetime", "x", "Selector"):
        with suppress(ProtocolError):
            instance.read(name, cim_type)


# -- WQL


def read_wql_literal(text: str) -> str:
    """A WQL string literal as WMI reads it: a backslash makes the character after it a plain one."""
    characters = iter(text)
    assert next(characters) == "'"
    value = ""
    for character in characters:
        if character == "'":
            assert next(characters, None) is None, f"{text} ends too early"
            return value
        value += next(characters) if character == "\\" else character
    raise AssertionError(f"{text} does not end")


@given(TEXTS)
def test_a_wql_literal_holds_the_text_and_nothing_else(text: str) -> None:
    transport = ScriptedTransport(first_page([], None))
    Session(transport).query("root/cimv2", f"select * from C where Name = {wql_literal(text)}")
    sent = next(part for part in ElementTree.fromstring(transport.sent[0]).iter() if part.tag.endswith("Filter"))

    literal = (sent.text or "").removeprefix("select * from C where Name = ")
    assert read_wql_literal(literal) == text
