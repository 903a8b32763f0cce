# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""CIM paths and values, and the form of each type on the wire ([MS-WSMV] 2.2.4, DSP0230).

A single element may be an array of one, and a text may be a number. Nothing is guessed: the reader names the type that
the class declares, as in ``instance.read("ExclusionPath", array_of(string))``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Generic, TypeVar
from xml.etree.ElementTree import Element, SubElement

from . import namespaces as ns
from .errors import ProtocolError, Unsendable

T = TypeVar("T")

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATETIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$")
_DMTF_DATETIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-]\d{3})$")


@dataclass(frozen=True)
class CimPath:
    """The path of an object: namespace, class and keys. Without keys, the class itself or its only instance."""

    namespace: str
    class_name: str
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """The resource URI that Windows maps to this WMI class."""
        return f"{ns.WMI}{self.namespace}/{self.class_name}"

    def __str__(self) -> str:
        keys = ",".join(f'{name}="{value}"' for name, value in self.keys.items())
        return f"{self.namespace}:{self.class_name}" + (f".{keys}" if keys else "")


Scalar = str | bool | int | bytes | CimPath
Value = Scalar | Iterable[Scalar] | None


class Instance:
    """The properties of a CIM instance or the out parameters of a method, to be read by name and declared type."""

    def __init__(self, element: Element) -> None:
        self.class_name = _class_name(element)
        self._elements: dict[str, list[Element]] = {}
        for child in element:
            self._elements.setdefault(ns.local_name(child).lower(), []).append(child)

    def read(self, name: str, cim_type: CimType[T]) -> T | None:
        """Return the value of a property, None if it is NULL or absent.

        Names are compared without case, as in CIM. Raises :class:`ProtocolError` if the text is not of the type.
        """
        elements = [element for element in self._elements.get(name.lower(), []) if not _is_nil(element)]
        if not elements:
            return None
        try:
            return cim_type.decode(elements)
        except (ValueError, OverflowError) as error:
            # The value is not quoted, since it may be a secret.
            raise ProtocolError(f"{self.class_name}.{name} is not of type {cim_type.name}") from error


@dataclass(frozen=True)
class CimType(Generic[T]):
    """A CIM type: its DMTF name, and the function that reads it from the elements of one property."""

    name: str
    decode: Callable[[list[Element]], T]


def _scalar(name: str, decode: Callable[[Element], T]) -> CimType[T]:
    def only(elements: list[Element]) -> T:
        if len(elements) > 1:
            raise ValueError("several values")
        return decode(elements[0])

    return CimType(name, only)


def _text(element: Element) -> str:
    return element.text or ""


def _integer(element: Element) -> int:
    number = int(_text(element))
    if not -(2**63) <= number < 2**64:
        raise ValueError("more than the 64 bits of CIM's largest integers")
    return number


def _boolean(element: Element) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[_text(element).strip().lower()]
    except KeyError:
        raise ValueError("neither true nor false") from None


def _datetime(element: Element) -> datetime:
    # DSP0230 has an element for each kind of datetime. Windows also sends the text of a DMTF datetime without one.
    kinds = ("Datetime", "CIM_DateTime")
    text = _text(next((child for child in element if ns.local_name(child) in kinds), element)).strip()
    if match := _DATETIME.match(text):
        zone = match[8]
        offset = timedelta()
        if zone and zone != "Z":
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
        numbers, fraction = match.groups()[:6], match[7]
    elif match := _DMTF_DATETIME.match(text):
        offset = timedelta(minutes=int(match[8]))
        numbers, fraction = match.groups()[:6], match[7]
    else:
        raise ValueError("not a date and time")
    return datetime(*map(int, numbers), microsecond=int((fraction or "").ljust(6, "0")[:6]), tzinfo=timezone(offset))  # type: ignore[misc,arg-type]


def _reference(element: Element) -> CimPath:
    # Not deeper: a key may itself be a reference, with parameters of its own.
    parameters = next((part for part in element.iter() if ns.local_name(part) == "ReferenceParameters"), element)
    found = {ns.local_name(part): part for part in parameters}
    if "ResourceURI" not in found:
        raise ValueError("not an endpoint reference")
    keys = {
        selector.get("Name", ""): _text(selector)
        for selector in found.get("SelectorSet", ())
        if not len(selector)  # a key that is itself a reference has no text form
    }
    uri = _text(found["ResourceURI"]).strip()
    if uri.startswith(ns.WMI):
        namespace, _unused, class_name = uri[len(ns.WMI) :].rpartition("/")
    else:
        class_name = uri.rpartition("/")[2]
        namespace = keys.get("__cimnamespace", "")
    keys.pop("__cimnamespace", None)
    return CimPath(namespace, class_name, keys)


def _octets(elements: list[Element]) -> bytes:
    # Windows repeats the element for each octet. Other services send all in one, and declare its type: the text "0123"
    # is a number as well as base64.
    if _is_blank(elements):
        return b""
    declared = elements[0].get(f"{{{ns.XSI}}}type", "").rpartition(":")[2].lower()
    if declared not in ("cimbase64binary", "base64binary"):
        return bytes(int(_text(element)) for element in elements)
    if len(elements) > 1:
        raise ValueError("several values")
    try:
        return base64.b64decode("".join(_text(elements[0]).split()), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


string: CimType[str] = _scalar("string", _text)
boolean: CimType[bool] = _scalar("boolean", _boolean)
integer: CimType[int] = _scalar("integer", _integer)
datetime_: CimType[datetime] = _scalar("datetime", _datetime)
reference: CimType[CimPath] = _scalar("reference", _reference)
embedded: CimType[Instance] = _scalar("instance", Instance)
octets: CimType[bytes] = CimType("uint8[]", _octets)


def _is_blank(elements: list[Element]) -> bool:
    """Return whether an array comes as one element without content, which for most types is no value."""
    return len(elements) == 1 and not len(elements[0]) and not _text(elements[0]).strip()


def filled(texts: list[str] | None) -> list[str]:
    """Return the texts of an array in which none is empty; an empty array may come as one element without text."""
    return [text for text in texts or () if text]


def array_of(element_type: CimType[T]) -> CimType[list[T]]:
    """Return the array type of a scalar type. An empty array is read as None, since it looks like NULL on the wire.

    One element without content is an empty text among texts, see :func:`filled`, and no element of another type.
    """

    def decode(elements: list[Element]) -> list[T]:
        if _is_blank(elements) and element_type.name not in (string.name, embedded.name):
            return []
        return [element_type.decode([element]) for element in elements]

    return CimType(f"{element_type.name}[]", decode)


def append_value(parent: Element, tag: str, value: Value) -> None:
    """Append a property or parameter: one element for each item of an array, none for None.

    Raises :class:`Unsendable` for text that XML cannot carry.
    """
    if value is None:
        return
    if isinstance(value, bytes):
        value = list(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        for item in value:
            append_value(parent, tag, item)
        return
    element = SubElement(parent, tag)
    if isinstance(value, CimPath):
        # Windows expects the children of the endpoint reference directly, without a wrapping a:EndpointReference.
        append_endpoint_reference(element, value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = sendable(str(value))


def append_endpoint_reference(parent: Element, path: CimPath) -> None:
    """Append the address and reference parameters of an instance."""
    SubElement(parent, f"{{{ns.ADDRESSING}}}Address").text = ns.ANONYMOUS
    parameters = SubElement(parent, f"{{{ns.ADDRESSING}}}ReferenceParameters")
    SubElement(parameters, f"{{{ns.WSMAN}}}ResourceURI").text = path.uri
    append_selectors(parameters, path.keys)


def append_selectors(parent: Element, keys: Mapping[str, str]) -> None:
    """Append a selector set. Unlike in WQL, backslashes are not doubled."""
    selectors = SubElement(parent, f"{{{ns.WSMAN}}}SelectorSet")
    for name, value in keys.items():
        SubElement(selectors, f"{{{ns.WSMAN}}}Selector", Name=name).text = sendable(value)


def sendable(text: str) -> str:
    """Return the text, or raise :class:`Unsendable` if XML 1.0 cannot represent it."""
    if match := _NOT_XML.search(text):
        code = f"U+{ord(match[0]):04X}"
        # The text is not quoted, since it may be a secret.
        raise Unsendable(
            f"a text of {len(text)} characters cannot be sent over WS-Management: it contains the character {code} at "
            f"position {match.start() + 1}"
        )
    return text


def wql_literal(text: str) -> str:
    """Return the text as a WQL string literal with its quotation marks."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _is_nil(element: Element) -> bool:
    return element.get(f"{{{ns.XSI}}}nil", "").lower() in ("true", "1")


def _class_name(element: Element) -> str:
    declared = element.get(f"{{{ns.XSI}}}type", "").rpartition(":")[2]
    return declared.removesuffix("_Type") or ns.local_name(element)
