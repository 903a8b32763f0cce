# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""SOAP envelopes: build requests, open answers."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement
from xml.sax.saxutils import escape

from . import namespaces as ns
from .errors import Fault, ProtocolError
from .values import append_selectors

# What the service accepts by default (MaxEnvelopeSizekb): 500 kB. Windows Server 2008 R2 and earlier accept 150 kB and
# answer with what fits.
MAX_ENVELOPE_SIZE = 512000
# What is read of an answer at most, in bytes: HTTP, encryption, and a host that does not keep to the above.
MAX_ANSWER_SIZE = 4 * MAX_ENVELOPE_SIZE
# Windows nests about 20 elements where a property is a reference to an object whose keys are references.
_MAX_DEPTH = 100

_CODE = re.compile(r"[0-9]{1,10}")
# What a message repeats of an answer's names; longer ones are not those of any service.
_NAME = re.compile(r"[A-Za-z]{1,100}")

_MUST_UNDERSTAND = {f"{{{ns.SOAP}}}mustUnderstand": "true"}
_LOCALE = 'xml:lang="en-US" s:mustUnderstand="false"'
# As text, since a tree of these headers takes longer to write than all the rest of a request.
_REQUEST = (
    f'<s:Envelope xmlns:s="{ns.SOAP}" xmlns:a="{ns.ADDRESSING}" xmlns:w="{ns.WSMAN}" xmlns:p="{ns.MS_WSMAN}"><s:Header>'
    # The service ignores the host in To, and only the connection knows the right one.
    "<a:To>http://windows/wsman</a:To>"
    '<w:ResourceURI s:mustUnderstand="true">{resource_uri}</w:ResourceURI>'
    f'<a:ReplyTo><a:Address s:mustUnderstand="true">{ns.ANONYMOUS}</a:Address></a:ReplyTo>'
    '<a:Action s:mustUnderstand="true">{action}</a:Action>'
    f'<w:MaxEnvelopeSize s:mustUnderstand="true">{MAX_ENVELOPE_SIZE}</w:MaxEnvelopeSize>'
    "<a:MessageID>{message_id}</a:MessageID>"
    f"<w:Locale {_LOCALE}/><p:DataLocale {_LOCALE}/>"
    "<w:OperationTimeout>PT{timeout}S</w:OperationTimeout>{sets}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
)


def new_message_id() -> str:
    """Return an identifier for a message, in the form that Windows uses itself."""
    return f"uuid:{str(uuid.uuid4()).upper()}"


def request(
    action: str,
    resource_uri: str,
    body: Element | None = None,
    *,
    message_id: str,
    timeout: int,
    selectors: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """Return the envelope of one request; ``timeout`` is the OperationTimeout in seconds."""
    sets = Element("")
    if selectors:
        append_selectors(sets, selectors)
    if options:
        option_set = SubElement(sets, f"{{{ns.WSMAN}}}OptionSet", _MUST_UNDERSTAND)
        for name, value in options.items():
            SubElement(option_set, f"{{{ns.WSMAN}}}Option", Name=name).text = value
    return _REQUEST.format(
        action=escape(action),
        resource_uri=escape(resource_uri),
        message_id=message_id,
        timeout=timeout,
        sets="".join(map(_written, sets)),
        body="" if body is None else _written(body),
    ).encode()


def identify() -> bytes:
    """Return the envelope of an Identify request, which has no header (DSP0226, clause 11)."""
    envelope = Element(f"{{{ns.SOAP}}}Envelope")
    SubElement(envelope, f"{{{ns.SOAP}}}Header")
    SubElement(SubElement(envelope, f"{{{ns.SOAP}}}Body"), f"{{{ns.IDENTITY}}}Identify")
    return _written(envelope).encode()


def _written(element: Element) -> str:
    # A parser reads a carriage return as a line feed, unless it is a character reference.
    message: str = ElementTree.tostring(element, encoding="unicode")
    return message.replace("\r", "&#13;")


def open_body(answer: bytes, message_id: str | None) -> Element:
    """Return the Body of an answer.

    :param message_id: that of the request; None for an Identify request, which has none.

    Raises :class:`Fault` for a SOAP fault, and :class:`ProtocolError` for anything that is not a SOAP envelope or
    answers another request.
    """
    envelope = _parse(answer)
    body = envelope.find(f"{{{ns.SOAP}}}Body")
    if body is None:
        root = ns.local_name(envelope)
        named = f": its root element is <{root}>" if _NAME.fullmatch(root) else ""
        raise ProtocolError(f"the host's answer is not a SOAP envelope{named}")
    related = envelope.findtext(f"{{{ns.SOAP}}}Header/{{{ns.ADDRESSING}}}RelatesTo", "").strip()
    fault = body.find(f"{{{ns.SOAP}}}Fault")
    # Of faults, some have no RelatesTo.
    if message_id is not None and related != message_id and (related or fault is None):
        raise ProtocolError("the host's answer belongs to another request")
    if fault is not None:
        raise _fault(fault)
    return body


def _parse(answer: bytes) -> Element:
    try:
        parser = ElementTree.XMLParser(target=_LimitedTree())
        parser.feed(answer)
        envelope: Element = parser.close()
    except ElementTree.ParseError as error:
        line, column = error.position
        raise ProtocolError(f"the host's answer is not well-formed XML (line {line}, column {column})") from error
    except (LookupError, ValueError) as error:
        raise ProtocolError("the host's answer is in an encoding other than UTF-8") from error
    return envelope


class _LimitedTree(ElementTree.TreeBuilder):
    """Builds the tree of an answer, without what no answer of Windows contains."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ProtocolError(f"the host's answer nests more than {_MAX_DEPTH} XML elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, name: str, pubid: str | None, system: str | None, /) -> None:
        # Its entities could expand to any size. SOAP forbids it (SOAP 1.2 part 1, section 5).
        raise ProtocolError("the host's answer contains a document type declaration, which SOAP does not allow")


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
        if name == "WSManFault" and _CODE.fullmatch(element.get("Code", "")):
            code = int(element.get("Code", ""))
        elif name == "error_Code" and _CODE.fullmatch(text) and not is_mi_result:
            code = int(text) or code
        elif name == "CIMStatusCode" and _CODE.fullmatch(text):
            cim_status = int(text)
        elif name in ("Message", "ProviderFault", "error_WindowsErrorMessage") and text:
            message = text
    subcode = fault.findtext(f"{{{ns.SOAP}}}Code/{{{ns.SOAP}}}Subcode/{{{ns.SOAP}}}Value", "").strip()
    reason = " ".join(fault.findtext(f"{{{ns.SOAP}}}Reason/{{{ns.SOAP}}}Text", "").split())
    local_subcode = subcode.rpartition(":")[2]
    return Fault(code, local_subcode if _NAME.fullmatch(local_subcode) else "", message or reason, cim_status)
