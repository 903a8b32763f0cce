# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transport that answers from a script, and the envelopes to put into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "m": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service",
}
XMLNS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())

# Stands in an answer for the MessageID of the request that it will answer
UNRELATED = "uuid:00000000-0000-0000-0000-000000000000"

Answer = bytes | Exception | Callable[[bytes], bytes]


class ScriptedTransport:
    """Gives one answer after the other, and remembers what was sent and when the connection was dropped."""

    operation_timeout = 60

    def __init__(self, *answers: Answer) -> None:
        self.answers: list[Answer] = list(answers)
        self.sent: list[str] = []
        self.resets: list[int] = []

    def send(self, message: bytes) -> bytes:
        self.sent.append(familiar(message.decode()))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return related(answer(message) if callable(answer) else answer, message)

    def reset(self) -> None:
        self.resets.append(len(self.sent))

    @property
    def actions(self) -> list[str]:
        """The last part of each request's action."""
        return [action(message).rpartition("/")[2] for message in self.sent]


def familiar(message: str) -> str:
    """The message with the prefixes used here; those it is sent with depend on which libraries are loaded."""
    prefixes = {uri: prefix for prefix, uri in NAMESPACES.items()}
    used = {prefix: prefixes.get(uri, prefix) for prefix, uri in re.findall(r'xmlns:(\w+)="([^"]*)"', message)}
    message = re.sub(r'xmlns:(\w+)="', lambda declared: f'xmlns:{used[declared[1]]}="', message)
    message = re.sub(r" (\w+):mustUnderstand=", lambda attribute: f" {used[attribute[1]]}:mustUnderstand=", message)
    return re.sub(r"(</?)(\w+):", lambda tag: f"{tag[1]}{used[tag[2]]}:", message)


def action(message: str) -> str:
    """The action of a request or an answer, whatever the prefix of its namespace."""
    found = re.search(r"<(?:\w+:)?Action\b[^>]*>\s*([^<\s]+)\s*<", message)
    return found[1] if found else ""


def recorded(text: str) -> bytes:
    """A recorded answer as the answer to whatever is asked next; some clients have kept recordings without header."""
    text, found = re.subn(r"(<(?:[\w-]+:)?RelatesTo[^>]*>)[^<]*", rf"\g<1>{UNRELATED}", text)
    if not found:
        header = (
            f'<s:Header xmlns:s="{NAMESPACES["s"]}"><a:RelatesTo xmlns:a="{NAMESPACES["a"]}">{UNRELATED}</a:RelatesTo>'
            "</s:Header>"
        )
        text = re.sub(r"<(?:[\w-]+:)?Body\b", lambda body: header + body[0], text, count=1)
    # The wrapper that one client gave to its pages
    return text.replace("PullReponse", "PullResponse").encode()


def scripted(*answers: Answer) -> tuple[Session, ScriptedTransport, list[float]]:
    """A session over a script, its transport, and the pauses it makes."""
    transport = ScriptedTransport(*answers)
    pauses: list[float] = []
    return Session(transport, pauses.append), transport, pauses


def envelope(body: str) -> bytes:
    """An answering envelope; :func:`related` makes it the answer to a request."""
    header = f"<s:Header><a:RelatesTo>{UNRELATED}</a:RelatesTo></s:Header>"
    return f"<s:Envelope {XMLNS}>{header}<s:Body>{body}</s:Body></s:Envelope>".encode()


def related(answer: bytes, request: bytes) -> bytes:
    """The answer to a request: RelatesTo is its MessageID, as WS-Addressing wants it."""
    found = re.search(rb"<(?:\w+:)?MessageID[^>]*>([^<]*)<", request)
    return answer.replace(UNRELATED.encode(), found[1] if found else b"")


def fault(subcode: str, code: int | None = None, message: str = "A text in some language.") -> bytes:
    """A SOAP fault as the WS-Management service makes it; some have no RelatesTo."""
    detail = "" if code is None else f'<f:WSManFault Code="{code}"><f:Message>{message}</f:Message></f:WSManFault>'
    answer = envelope(
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{message}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>'
    )
    return answer.replace(f"<a:RelatesTo>{UNRELATED}</a:RelatesTo>".encode(), b"")


# The answer to StdRegProv.CheckAccess, by which a session's account is found to be an administrator.
ELEVATED = envelope(
    "<p:CheckAccess_OUTPUT><p:bGranted>true</p:bGranted><p:ReturnValue>0</p:ReturnValue></p:CheckAccess_OUTPUT>"
)


def service(name: str) -> str:
    """An instance as ``select *`` brings it."""
    return f'<p:Win32_Service xsi:type="p:Win32_Service_Type"><p:Name>{name}</p:Name></p:Win32_Service>'


def first_page(items: Iterable[str], context: str | None) -> bytes:
    """The answer to an optimized Enumerate: an empty context says that this was all."""
    end = "" if context else "<w:EndOfSequence/>"
    content = "".join(items)
    return envelope(
        f"<n:EnumerateResponse><n:EnumerationContext>{context or ''}</n:EnumerationContext>"
        f"<w:Items>{content}</w:Items>{end}</n:EnumerateResponse>"
    )


def next_page(items: Iterable[str], context: str | None) -> bytes:
    """The answer to a Pull: no context says that this was all."""
    more = f"<n:EnumerationContext>{context}</n:EnumerationContext>" if context else ""
    end = "" if context else "<n:EndOfSequence/>"
    return envelope(f"<n:PullResponse>{more}<n:Items>{''.join(items)}</n:Items>{end}</n:PullResponse>")


SHELL_CREATED = envelope(
    "<x:ResourceCreated><a:Address>http://host/wsman</a:Address><a:ReferenceParameters><w:SelectorSet>"
    '<w:Selector Name="ShellId">SHELL-1</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
)
COMMAND_STARTED = envelope("<rsp:CommandResponse><rsp:CommandId>COMMAND-1</rsp:CommandId></rsp:CommandResponse>")
SIGNALED = envelope("<rsp:SignalResponse/>")
SENT = envelope("<rsp:SendResponse/>")
EMPTY = envelope("")


def received(*streams: tuple[str, str], exit_code: str | None = None) -> bytes:
    """The answer to a Receive: streams as name and base64 text, and the exit code once the command is done."""
    parts = "".join(f'<rsp:Stream Name="{name}" CommandId="COMMAND-1">{data}</rsp:Stream>' for name, data in streams)
    state = "Running" if exit_code is None else "Done"
    code = "" if exit_code is None else f"<rsp:ExitCode>{exit_code}</rsp:ExitCode>"
    return envelope(
        f"<rsp:ReceiveResponse>{parts}"
        f'<rsp:CommandState CommandId="COMMAND-1" State="{NAMESPACES["rsp"]}/CommandState/{state}">{code}'
        "</rsp:CommandState></rsp:ReceiveResponse>"
    )
