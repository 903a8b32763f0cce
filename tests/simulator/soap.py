# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP 1.2 envelopes of WS-Management: requests parsed strictly, responses written with Windows' prefixes."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from functools import cache
from xml.etree import ElementTree
from xml.sax.saxutils import escape as _escape

from tests.simulator import faults
from tests.simulator.faults import WSManFault
from tests.simulator.model import Ref

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "e": "http://schemas.xmlsoap.org/ws/2004/08/eventing",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "wsmid": "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
WMI_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
CIM_SCHEMA_URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
CIM_URI = "http://schemas.dmtf.org/wbem/wscim/1/"

_MINIMUM_ENVELOPE = 8192
_DURATION = re.compile(
    r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?", re.ASCII | re.IGNORECASE
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNDERSTOOD = {
    f"{{{NAMESPACES[prefix]}}}{name}"
    for prefix, names in {
        "a": ("To", "Action", "ReplyTo", "MessageID", "From", "FaultTo"),
        "w": ("ResourceURI", "MaxEnvelopeSize", "OperationTimeout", "Locale", "SelectorSet", "OptionSet"),
        "p": ("DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId"),
    }.items()
    for name in names
}


@cache
def q(name: str) -> str:
    """``w:Selector`` -> ElementTree's ``{namespace}Selector``."""
    prefix, _unused, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def escape(text: str) -> str:
    """XML character data; a carriage return survives parsing. Text that XML 1.0 cannot carry is a fault."""
    if _NOT_XML.search(text):
        raise WSManFault(faults.ENCODING_LIMIT, "w:EncodingLimit", "The response contains characters invalid in XML.")
    return _escape(text, {"\r": "&#13;"})


def attribute(text: str) -> str:
    """The value of an attribute, for use between double quotes."""
    return _escape(escape(text), {'"': "&quot;"})


@dataclass(frozen=True)
class Request:
    """One SOAP request after every check of its header."""

    action: str
    resource_uri: str
    message_id: str
    body: ElementTree.Element
    envelope_size: int = 512000
    timeout: float = 60.0  # seconds
    language: str = "en-US"
    selectors: dict[str, str | Ref] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    operation_id: str = ""
    sequence_id: str = ""

    def content(self, name: str) -> ElementTree.Element:
        """The only element of the body, which must be ``name`` (``n:Pull``)."""
        if len(self.body) != 1 or self.body[0].tag != q(name):
            raise schema_violation(f"The body must contain {name} and nothing else.")
        return self.body[0]


def schema_violation(detail: str) -> WSManFault:
    """The fault for XML that is well-formed but not what the operation takes."""
    return WSManFault(
        faults.SCHEMA_VALIDATION_ERROR,
        "w:SchemaValidationError",
        f"The SOAP XML in the message does not match the corresponding XML schema definition. {detail}",
    )


def parse_xml(message: bytes) -> ElementTree.Element:
    """The envelope of a request; raises :class:`WSManFault` for anything that is no SOAP 1.2 envelope."""
    if b"<!DOCTYPE" in message:
        raise WSManFault(faults.INVALID_XML, "w:SchemaValidationError", "A document type declaration is not allowed.")
    try:
        envelope = ElementTree.fromstring(message)
    except ElementTree.ParseError as error:
        raise WSManFault(faults.INVALID_XML, "w:SchemaValidationError", f"The XML is invalid: {error}.") from error
    if envelope.tag != q("s:Envelope"):
        raise WSManFault(
            faults.SOAP_VERSION_MISMATCH, "", "The SOAP version is not supported.", value="s:VersionMismatch"
        )
    if [part.tag for part in envelope] not in ([q("s:Header"), q("s:Body")], [q("s:Body")]):
        raise WSManFault(faults.INVALID_SOAP_BODY, "w:InvalidBody", "The request has no valid SOAP body.")
    return envelope


def is_identify(envelope: ElementTree.Element) -> bool:
    """Whether the body is ``wsmid:Identify``, the one message without addressing headers."""
    body = envelope[-1]
    return len(body) == 1 and body[0].tag == q("wsmid:Identify")


def peek_message_id(envelope: ElementTree.Element) -> str:
    """The MessageID to relate a fault to, when the header itself is at fault."""
    return (envelope.findtext(f"{q('s:Header')}/{q('a:MessageID')}") or "").strip()


def parse_request(envelope: ElementTree.Element) -> Request:
    """Check every header of a request, as strictly as Windows (DSP0226, MS-WSMV 2.2.4)."""
    headers = _headers(envelope)
    for name in ("a:To", "a:Action", "a:MessageID", "a:ReplyTo", "w:ResourceURI"):
        if q(name) not in headers:
            raise WSManFault(
                faults.MESSAGE_INFORMATION_HEADER_REQUIRED,
                "a:MessageInformationHeaderRequired",
                f"The request does not have all the expected SOAP headers: {name} is missing.",
            )
    if (headers[q("a:ReplyTo")].findtext(q("a:Address")) or "").strip() != ANONYMOUS:
        raise _invalid_header("a:ReplyTo must be the anonymous address")
    locale = headers.get(q("w:Locale"))
    if locale is not None and locale.get(q("s:mustUnderstand"), "") in ("true", "1"):
        raise WSManFault(
            faults.MUSTUNDERSTAND_ON_LOCALE, "w:UnsupportedFeature", "The locale cannot be guaranteed, only hinted at."
        )
    return Request(
        action=_text(headers, "a:Action"),
        resource_uri=_text(headers, "w:ResourceURI"),
        message_id=_text(headers, "a:MessageID"),
        body=envelope[-1],
        envelope_size=_envelope_size(headers),
        timeout=_timeout(headers),
        language=(locale.get(XML_LANG) if locale is not None else None) or "en-US",
        selectors=parse_selectors(headers.get(q("w:SelectorSet"))),
        options=_options(headers.get(q("w:OptionSet"))),
        operation_id=(headers[q("p:OperationID")].text or "") if q("p:OperationID") in headers else "",
        sequence_id=(headers[q("p:SequenceId")].text or "") if q("p:SequenceId") in headers else "",
    )


def _headers(envelope: ElementTree.Element) -> dict[str, ElementTree.Element]:
    headers: dict[str, ElementTree.Element] = {}
    for element in envelope[0] if len(envelope) == 2 else ():
        if element.tag not in _UNDERSTOOD and element.get(q("s:mustUnderstand"), "") in ("true", "1"):
            raise WSManFault(
                faults.MUST_UNDERSTAND,
                "",
                f"The SOAP header {element.tag} is marked as mustUnderstand and is not supported.",
                value="s:MustUnderstand",
            )
        if element.tag in headers:
            raise _invalid_header(f"{element.tag} occurs twice")
        headers[element.tag] = element
    return headers


def _invalid_header(detail: str) -> WSManFault:
    return WSManFault(
        faults.INVALID_MESSAGE_INFORMATION_HEADER,
        "a:InvalidMessageInformationHeader",
        f"The request contains one or more invalid SOAP headers: {detail}.",
    )


def _text(headers: dict[str, ElementTree.Element], name: str) -> str:
    text = (headers[q(name)].text or "").strip()
    if not text or len(headers[q(name)]):
        raise _invalid_header(f"{name} must be text")
    return text


def _envelope_size(headers: dict[str, ElementTree.Element]) -> int:
    if q("w:MaxEnvelopeSize") not in headers:
        return 512000
    text = _text(headers, "w:MaxEnvelopeSize")
    if not text.isascii() or not text.isdigit():
        raise _invalid_header("w:MaxEnvelopeSize must be a number of octets")
    if int(text) < _MINIMUM_ENVELOPE:
        raise WSManFault(
            faults.MIN_ENVELOPE_SIZE,
            "w:EncodingLimit",
            f"The envelope size in the request is smaller than {_MINIMUM_ENVELOPE}.",
            detail="http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/MinimumEnvelopeLimit",
        )
    return int(text)


def _timeout(headers: dict[str, ElementTree.Element]) -> float:
    if q("w:OperationTimeout") not in headers:
        return 60.0
    seconds = parse_duration(_text(headers, "w:OperationTimeout"))
    if seconds is None:
        raise WSManFault(
            faults.INVALID_TIMEOUT_HEADER, "a:InvalidMessageInformationHeader", "The timeout header is invalid."
        )
    return seconds


def parse_duration(text: str) -> float | None:
    """Seconds of an xs:duration without years and months, the subset of WS-Management; None if it is none."""
    match = _DURATION.fullmatch(text)
    if match is None or text.upper().endswith(("P", "T")):
        return None
    days, hours, minutes, seconds = (float(match[part] or 0) for part in "dhms")
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def parse_selectors(selector_set: ElementTree.Element | None) -> dict[str, str | Ref]:
    """Selectors by name as sent; a selector that holds an endpoint reference becomes a :class:`Ref`."""
    selectors: dict[str, str | Ref] = {}
    seen: set[str] = set()
    for element in selector_set if selector_set is not None else ():
        name = element.get("Name")
        if element.tag != q("w:Selector") or not name:
            raise _invalid_header("w:SelectorSet takes w:Selector elements with a Name")
        if name.lower() in seen:
            raise WSManFault(
                faults.DUPLICATE_SELECTORS,
                "w:InvalidSelectors",
                "The request contains duplicate selectors.",
                detail=faults.DETAIL + "DuplicateSelectors",
            )
        seen.add(name.lower())
        if not len(element):
            selectors[name] = element.text or ""
        elif len(element) == 1 and element[0].tag == q("a:EndpointReference"):
            selectors[name] = parse_reference(element[0])
        else:
            raise _invalid_header("w:Selector takes text or an a:EndpointReference")
    return selectors


def parse_reference(element: ElementTree.Element) -> Ref:
    """The reference whose a:Address and a:ReferenceParameters are the children of ``element``."""
    if [child.tag for child in element] != [q("a:Address"), q("a:ReferenceParameters")]:
        raise WSManFault(faults.INCOMPATIBLE_EPR, "w:IncompatibleEPR", "The endpoint reference is invalid.")
    parameters = element[1]
    uri = (parameters.findtext(q("w:ResourceURI")) or "").strip()
    keys = parse_selectors(parameters.find(q("w:SelectorSet")))
    namespace, class_name = split_resource_uri(uri, keys)
    return Ref(namespace, class_name, {name: str(value) for name, value in keys.items() if name != "__cimnamespace"})


def split_resource_uri(uri: str, selectors: dict[str, str | Ref]) -> tuple[str, str]:
    """Namespace and class name (``*`` for queries) of a WMI or DMTF resource URI; both dialects of wsman.

    Scheme and path compare without case, as on Windows.
    """
    named = next((str(value) for name, value in selectors.items() if name.lower() == "__cimnamespace"), None)
    if uri.lower().startswith(WMI_URI):
        namespace, _unused, class_name = uri[len(WMI_URI) :].rpartition("/")
        if named is not None and normal_namespace(named) != normal_namespace(namespace):
            raise WSManFault(
                faults.CIMNAMESPACE_MISMATCH,
                "w:InvalidSelectors",
                "The resource URI and __cimnamespace selector attempted to use different namespaces.",
            )
        if namespace and class_name:
            return namespace, class_name
    for prefix in (CIM_SCHEMA_URI, CIM_URI):
        rest = uri[len(prefix) :]
        if uri.lower().startswith(prefix) and rest and "/" not in rest and (prefix == CIM_SCHEMA_URI or rest == "*"):
            return named if named is not None else "root/cimv2", rest
    raise invalid_resource_uri()


def invalid_resource_uri() -> WSManFault:
    """The fault for a resource URI no plugin serves."""
    return WSManFault(
        faults.INVALID_RESOURCE_URI,
        "w:InvalidResourceURI",
        "The resource URI is missing or it has an incorrect format.",
        value="s:Sender",
        detail=faults.DETAIL + "InvalidResourceURI",
    )


def normal_namespace(namespace: str) -> str:
    r"""``ROOT\CIMV2`` -> ``root/cimv2``."""
    return namespace.replace("\\", "/").strip("/").lower()


def _options(option_set: ElementTree.Element | None) -> dict[str, str]:
    options: dict[str, str] = {}
    for element in option_set if option_set is not None else ():
        name = element.get("Name")
        if element.tag != q("w:Option") or not name:
            raise _invalid_header("w:OptionSet takes w:Option elements with a Name")
        if element.get("MustComply", "") in ("true", "1") and not name.startswith("WINRS_"):
            raise WSManFault(faults.OPTIONS_NOT_SUPPORTED, "w:InvalidOptions", f"The option {name} is not supported.")
        options[name] = element.text or ""
    return options


def envelope(prefixes: str, action: str, body: str, relates_to: str, request: Request | None = None) -> bytes:
    """A response; ``prefixes`` are the namespaces Windows declares besides ``s`` and ``a`` for this kind of message."""
    operation = ""
    if request and request.operation_id and "p" in prefixes:
        operation = (
            f'<p:OperationID s:mustUnderstand="false">{escape(request.operation_id)}</p:OperationID>'
            f"<p:SequenceId>{escape(request.sequence_id)}</p:SequenceId>"
        )
    related = f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (
        f'<s:Envelope xml:lang="{attribute(request.language) if request else "en-US"}"{_declared(prefixes)}><s:Header>'
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>uuid:{new_id()}</a:MessageID>{operation}"
        f"<a:To>{ANONYMOUS}</a:To>{related}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


@cache
def _declared(prefixes: str) -> str:
    return "".join(f' xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("s", "a", *prefixes.split()))


def new_id() -> str:
    """An upper-case GUID, as Windows writes message, shell, command and context identifiers."""
    return str(uuid.uuid4()).upper()
