# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""SOAP envelopes: build requests, open answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from . import namespaces as ns
from .errors import Fault, ProtocolError
from .values import append_selectors

# What the service accepts by default (MaxEnvelopeSizekb): 500 kB. Windows Server 2008 R2 and earlier accept 150 kB and
# answer with what fits.
MAX_ENVELOPE_SIZE = 512000

_MUST_UNDERSTAND = {f"{{{ns.SOAP}}}mustUnderstand": "true"}
_LOCALE = {f"{{{ns.XML}}}lang": "en-US", f"{{{ns.SOAP}}}mustUnderstand": "false"}


def request(
    action: str,
    resource_uri: str,
    body: Element | None = None,
    *,
    timeout: int,
    selectors: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """Return the envelope of one request; ``timeout`` is the OperationTimeout in seconds."""
    envelope = Element(f"{{{ns.SOAP}}}Envelope")
    header = SubElement(envelope, f"{{{ns.SOAP}}}Header")
    # The service ignores the host in To, and only the connection knows the right one.
    SubElement(header, f"{{{ns.ADDRESSING}}}To").text = "http://windows/wsman"
    SubElement(header, f"{{{ns.WSMAN}}}ResourceURI", _MUST_UNDERSTAND).text = resource_uri
    reply_to = SubElement(header, f"{{{ns.ADDRESSING}}}ReplyTo")
    SubElement(reply_to, f"{{{ns.ADDRESSING}}}Address", _MUST_UNDERSTAND).text = ns.ANONYMOUS
    SubElement(header, f"{{{ns.ADDRESSING}}}Action", _MUST_UNDERSTAND).text = action
    SubElement(header, f"{{{ns.WSMAN}}}MaxEnvelopeSize", _MUST_UNDERSTAND).text = str(MAX_ENVELOPE_SIZE)
    SubElement(header, f"{{{ns.ADDRESSING}}}MessageID").text = f"uuid:{uuid.uuid4()}".upper().replace("UUID:", "uuid:")
    SubElement(header, f"{{{ns.WSMAN}}}Locale", _LOCALE)
    SubElement(header, f"{{{ns.MS_WSMAN}}}DataLocale", _LOCALE)
    SubElement(header, f"{{{ns.WSMAN}}}OperationTimeout").text = f"PT{timeout}S"
    if selectors:
        append_selectors(header, selectors)
    if options:
        option_set = SubElement(header, f"{{{ns.WSMAN}}}OptionSet", _MUST_UNDERSTAND)
        for name, value in options.items():
            SubElement(option_set, f"{{{ns.WSMAN}}}Option", Name=name).text = value
    soap_body = SubElement(envelope, f"{{{ns.SOAP}}}Body")
    if body is not None:
        soap_body.append(body)
    return _serialize(envelope)


def identify() -> bytes:
    """Return the envelope of an Identify request, which has no header (DSP0226, clause 11)."""
    envelope = Element(f"{{{ns.SOAP}}}Envelope")
    SubElement(envelope, f"{{{ns.SOAP}}}Header")
    SubElement(SubElement(envelope, f"{{{ns.SOAP}}}Body"), f"{{{ns.IDENTITY}}}Identify")
    return _serialize(envelope)


def _serialize(envelope: Element) -> bytes:
    # A parser reads a carriage return as a line feed, unless it is a character reference.
    message: str = ElementTree.tostring(envelope, encoding="unicode")
    return message.replace("\r", "&#13;").encode()


def open_body(answer: bytes) -> Element:
    """Return the Body of an answer.

    Raises :class:`Fault` for a SOAP fault, and :class:`ProtocolError` for anything that is not a SOAP envelope.
    """
    try:
        envelope = ElementTree.fromstring(answer)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the last two: an unknown encoding
        raise ProtocolError(f"the host's answer is not well-formed XML ({error})") from error
    body = envelope.find(f"{{{ns.SOAP}}}Body")
    if body is None:
        raise ProtocolError(
            f"the host's answer is not a SOAP envelope: its root element is <{ns.local_name(envelope)}>"
        )
    fault = body.find(f"{{{ns.SOAP}}}Fault")
    if fault is not None:
        raise _fault(fault)
    return body


def _fault(fault: Element) -> Fault:
    """Read a fault in either form: WSManFault, nested from general to specific, or MSFT_WmiError.

    The error_Code of the latter is an HRESULT or a Win32 error, unless its error_Type says that it is an MI result.
    Those have the numbers of CIM status codes, which CIMStatusCode holds in any case.
    """
    code: int | None = None
    cim_status: int | None = None
    is_mi_result = fault.findtext(".//{*}error_Type", "").strip() == "MI"
    message = ""
    for element in fault.iter():
        name = ns.local_name(element)
        text = " ".join((element.text or "").split())
        if name == "WSManFault" and element.get("Code", "").isdecimal():
            code = int(element.get("Code", ""))
        elif name == "error_Code" and text.isdecimal() and not is_mi_result:
            code = int(text) or code
        elif name == "CIMStatusCode" and text.isdecimal():
            cim_status = int(text)
        elif name in ("Message", "ProviderFault", "error_WindowsErrorMessage") and text:
            message = text
    subcode = fault.findtext(f"{{{ns.SOAP}}}Code/{{{ns.SOAP}}}Subcode/{{{ns.SOAP}}}Value", "").strip()
    reason = " ".join(fault.findtext(f"{{{ns.SOAP}}}Reason/{{{ns.SOAP}}}Text", "").split())
    return Fault(code, subcode.rpartition(":")[2], message or reason, cim_status)
