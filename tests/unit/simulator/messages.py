# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw WS-Management requests for tests, put together independently of the simulator's own code."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from tests.simulator.service import Reply, Service

CIMV2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "n": ENUMERATION,
    "x": TRANSFER,
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "rsp": SHELL,
    "e": "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError",
}
_DECLARATIONS = " ".join(
    f'xmlns:{prefix}="{uri}"' for prefix, uri in {**NS, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}.items()
)
SHELL_CMD = f"{SHELL}/cmd"


def message(
    action: str,
    uri: str,
    body: str = "",
    selectors: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    headers: str = "",
    timeout: str = "PT20S",
    envelope_size: int = 153600,
) -> str:
    """One request; ``body`` and ``headers`` are XML."""
    chosen = "".join(f"<w:Selector Name={quoteattr(n)}>{escape(v)}</w:Selector>" for n, v in (selectors or {}).items())
    given = "".join(f"<w:Option Name={quoteattr(n)}>{escape(v)}</w:Option>" for n, v in (options or {}).items())
    return (
        f"<s:Envelope {_DECLARATIONS}><s:Header><a:To>http://windows-host:5985/wsman</a:To>"
        "<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
        f'<a:Action s:mustUnderstand="true">{action}</a:Action><a:MessageID>uuid:1-2-3</a:MessageID>'
        f'<w:ResourceURI s:mustUnderstand="true">{uri}</w:ResourceURI>'
        f'<w:MaxEnvelopeSize s:mustUnderstand="true">{envelope_size}</w:MaxEnvelopeSize>'
        f"<w:OperationTimeout>{timeout}</w:OperationTimeout>{headers}"
        f"<w:SelectorSet>{chosen}</w:SelectorSet><w:OptionSet>{given}</w:OptionSet>"
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


@dataclass(frozen=True)
class FaultSeen:
    """What a client can tell from a fault."""

    code: int | None  # of the outer WSManFault, or error_Code
    inner: int | None  # of the innermost WSManFault, or error_Code
    subcode: str
    text: str = field(compare=False)


def exchange(service: Service, request: str) -> tuple[Reply, ElementTree.Element]:
    """Send one request to a service without HTTP; the body of the answer is the second value."""
    reply = asyncio.run(service.handle(request.encode(), "vagrant", "http://windows-host:5985/wsman", "127.0.0.1"))
    envelope = ElementTree.fromstring(reply.message)
    relates_to = envelope.findtext("s:Header/a:RelatesTo", namespaces=NS)
    assert relates_to in ("uuid:1-2-3", None)
    body = envelope.find("s:Body", NS)
    assert body is not None
    return reply, body


def succeed(service: Service, request: str) -> ElementTree.Element:
    """The body of the answer, which must be no fault."""
    reply, body = exchange(service, request)
    assert reply.status == 200, ElementTree.tostring(body)
    return body


def fault(service: Service, request: str) -> FaultSeen:
    """The fault of the answer, which must be one."""
    reply, body = exchange(service, request)
    assert reply.status == 500, ElementTree.tostring(body)
    assert [child.tag for child in body] == [f"{{{NS['s']}}}Fault"]
    subcode = body.findtext("s:Fault/s:Code/s:Subcode/s:Value", "", NS)
    error_code = body.findtext(".//e:error_Code", namespaces=NS)
    codes = [int(error_code)] if error_code else [int(e.get("Code", "")) for e in body.iterfind(".//f:WSManFault", NS)]
    return FaultSeen(codes[0], codes[-1], subcode, "".join(body.itertext()))


def local_name(element: ElementTree.Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]
