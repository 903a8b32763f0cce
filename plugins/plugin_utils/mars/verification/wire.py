# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the messages themselves show."""

from __future__ import annotations

import re
from functools import partial
from xml.etree.ElementTree import Element

from ...windows.errors import return_value
from ...wsman import namespaces as ns
from ...wsman.errors import CommandLost, OutcomeUnknown
from ...wsman.values import CimPath, string
from .checks import shows
from .subject import REGISTRY, Subject, named, said
from .verdict import NotHeld, NotTried, require, shortened

_SYSTEM = CimPath("root/cimv2", "Win32_OperatingSystem")
_SERVICES = "SELECT Name FROM Win32_Service"
_ABSENT = "winops_mars_absent"
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_XSI_NIL = f"{{{ns.XSI}}}nil"
_LARGEST, _DEEPEST = 512_000, 100
_LONGEST_SILENCE = 300


@shows("envelope_headers")
def _headers(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.session.get(_SYSTEM))
    names = {ns.local_name(element) for header in named(answer, "Header") for element in header}
    require({"Action", "MessageID", "RelatesTo"} <= names, f"the headers of an answer are {', '.join(sorted(names))}")


@shows("relates_to")
def _relates_to(subject: Subject) -> None:
    for message, answer in subject.messages(lambda: subject.query(_SERVICES)):
        asked = [element.text for element in named(message, "MessageID")]
        related = [element.text for element in named(answer, "RelatesTo")]
        require(asked == related, f"RelatesTo is {related}")


@shows("enumeration_pages")
def _pages(subject: Subject) -> None:
    messages = subject.messages(lambda: subject.query(_SERVICES))
    if len(messages) < 2:
        raise NotTried("the host answers with all services on one page")
    items = {element.tag for _sent, answer in messages for element in named(answer, "Items")}
    require(items <= {f"{{{ns.WSMAN}}}Items", f"{{{ns.ENUMERATION}}}Items"}, f"items are in {', '.join(sorted(items))}")
    contexts = [element.text for _sent, answer in messages[:-1] for element in named(answer, "EnumerationContext")]
    require(len(contexts) == len(messages) - 1, f"{len(messages)} pages have {len(contexts)} contexts")


@shows("property_fragments")
def _fragments(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.query(f"{_SERVICES} WHERE Name = 'WinRM'"))
    fragments = [element.tag for items in named(answer, "Items") for element in items]
    require(fragments == [f"{{{ns.WSMAN}}}XmlFragment"], f"the items of a query for one property are {fragments}")
    typed = subject.answer(lambda: subject.session.get(_SYSTEM))
    bodies = [ns.local_name(element) for body in named(typed, "Body") for element in body]
    require(bodies == ["Win32_OperatingSystem"], f"the body of an answer to Get is {bodies}")


@shows("query_without_result")
def _no_result(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.query(f"{_SERVICES} WHERE Name = '{_ABSENT}'"))
    names = [ns.local_name(element) for body in named(answer, "Body") for element in body.iter()]
    ended = "EndOfSequence" in names or all(not element.text for element in named(answer, "EnumerationContext"))
    empty = all(len(items) == 0 for items in named(answer, "Items"))
    require("Fault" not in names and ended and empty, f"the answer has {', '.join(names)}")


@shows("octets_and_booleans")
def _booleans(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.query("SELECT Started FROM Win32_Service WHERE Name = 'WinRM'"))
    texts = {element.text for element in named(answer, "Started")}
    require(bool(texts) and texts <= {"true", "false", "TRUE", "FALSE", "1", "0"}, f"Started is {texts}")


@shows("null_and_datetimes")
def _datetimes(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.session.get(_SYSTEM))
    texts = ["".join(element.itertext()).strip() for element in named(answer, "LastBootUpTime", "LocalDateTime")]
    require(len(texts) == 2 and all(map(_DATETIME.fullmatch, texts)), f"times are {', '.join(texts)}")
    values = [element for element in answer.iter() if not len(element) and not (element.text or "").strip()]
    absent = [element for element in values if element.get(_XSI_NIL) == "true"]
    require(bool(absent), "no property of Win32_OperatingSystem has xsi:nil")


@shows("empty_array")
def _empty_array(subject: Subject) -> None:
    # Windows keeps no subkeys in it
    key = r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
    answer = subject.answer(lambda: subject.registry("EnumKey", key))
    elements = named(answer, "sNames")
    if any(element.text for element in elements):
        raise NotTried(f"HKLM\\{key} has subkeys on this host")
    filled = [element for element in elements if element.get(_XSI_NIL) != "true"]
    require(not filled, "an empty array is an element without xsi:nil")


@shows("get_singleton")
def _singleton(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.session.get(_SYSTEM))
    require(len(named(answer, "CSName")) == 1, "Get of Win32_OperatingSystem without selectors has no CSName")


@shows("key_selectors")
def _selectors(subject: Subject) -> None:
    path = f"{subject.system.windows_directory}\\System32".lower()
    answer = subject.answer(lambda: subject.session.get(CimPath("root/cimv2", "Win32_Directory", {"Name": path})))
    names = [(element.text or "").lower() for element in named(answer, "Name")]
    require(names == [path], f"Get of the folder {path} is answered with {names}")


@shows("answer_class")
def _answer_class(subject: Subject) -> None:
    file = f"{subject.system.windows_directory}\\System32\\drivers\\etc\\hosts".lower()
    for path, expected in (
        (CimPath("root/cimv2", "Win32_Service", {"Name": "WinRM"}), r"Win32_Service"),
        (CimPath("root/cimv2", "CIM_DataFile", {"Name": file}), r"CIM_DataFile|Win32_\w+"),
    ):
        answer = subject.answer(partial(subject.session.get, path))
        bodies = [ns.local_name(element) for body in named(answer, "Body") for element in body]
        require(len(bodies) == 1 and re.fullmatch(expected, bodies[0]) is not None, f"{path} is {bodies}")


@shows("invoke_elements")
def _invoke(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.registry("EnumKey", "SOFTWARE"))
    bodies = [element for body in named(answer, "Body") for element in body]
    tags = [element.tag for element in bodies]
    require(tags == [f"{{{REGISTRY.uri}}}EnumKey_OUTPUT"], f"EnumKey is answered with {tags}")
    require(any(child.tag == f"{{{REGISTRY.uri}}}ReturnValue" for child in bodies[0]), "there is no ReturnValue")


@shows("fault_dialects")
def _fault(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.query(f"SELECT * FROM {_ABSENT}"))
    details = [ns.local_name(element) for detail in named(answer, "Detail") for element in detail]
    known = {"WSManFault", "MSFT_WmiError"}
    require(bool(known & set(details)), f"the fault for a missing class has the details {details}")


@shows("absence_and_denial_codes")
def _absence(subject: Subject) -> None:
    for fault in (
        subject.fault(lambda: subject.query("SELECT * FROM x", f"root/{_ABSENT}")),
        subject.fault(lambda: subject.session.enumerate(CimPath("root/cimv2", _ABSENT))),
    ):
        require(fault.is_absent, fault)


@shows("wmi_error_type")
def _error_type(subject: Subject) -> None:
    answer = subject.answer(lambda: subject.session.enumerate(CimPath("root/cimv2", _ABSENT)))
    errors = named(answer, "MSFT_WmiError")
    if not errors:
        raise NotTried("the host answers with a WSManFault instead")
    types = [element.text for error in errors for element in named(error, "error_Type")]
    require({(kind or "").upper() for kind in types} <= {"HRESULT", "MI", "WIN32"}, f"error_Type is {types}")


@shows("answer_limits")
def _limits(subject: Subject) -> None:
    require(subject.largest <= _LARGEST, f"an answer has {subject.largest} octets")
    deepest = _depth(subject.answer(lambda: subject.session.get(_SYSTEM)))
    require(deepest < _DEEPEST, f"an answer is nested {deepest} deep")


def _depth(element: Element) -> int:
    return 1 + max(map(_depth, element), default=0)


@shows("winrm_configuration")
def _configuration(subject: Subject) -> None:
    answer = subject.answer(subject.session.configuration)
    found = {name: len(named(answer, name)) for name in ("MaxEnvelopeSizekb", "Winrs", "MaxShellsPerUser")}
    require(set(found.values()) == {1}, f"the configuration has {found}")


@shows("namespace_class")
def _namespaces(subject: Subject) -> None:
    found = subject.query("SELECT Name FROM __NAMESPACE", "root")
    names = [(instance.read("Name", string) or "").lower() for instance in found]
    require("cimv2" in names, f"root has the namespaces {', '.join(names)}")


@shows("idle_shell")
def _idle_shell(subject: Subject) -> None:
    seconds = _idle_seconds(subject)
    # WinRM 2.0 came with Windows Server 2008 R2
    known = (7200,) if subject.release >= (6, 2) else (180, 7200)
    require(seconds in known, f"it keeps an idle shell for {seconds} seconds")


@shows("silent_command", slow=True)
def _silent(subject: Subject) -> None:
    seconds = _idle_seconds(subject)
    if seconds > _LONGEST_SILENCE:
        raise NotTried(f"this host keeps an idle shell for {seconds} seconds, which is too long to wait")
    # By more than the time between two requests for output
    silence = seconds + 90
    command = f"(ping -n {silence} 127.0.0.1 >nul) & exit 5"
    try:
        # Not repeatable: once is long enough
        result = subject.session.run(command, timeout=silence + 60)
    except OutcomeUnknown as error:
        if isinstance(error.__cause__, CommandLost):
            raise NotHeld(shortened(str(error.__cause__))) from None
        raise
    require(result.exit_code == 5, f"exit code {result.exit_code}: {said(result)}")


def _idle_seconds(subject: Subject) -> int:
    """Return what the answer to the creation of a shell says about its idle time."""
    subject.session.close_shell()
    answers = [answer for _sent, answer in subject.messages(lambda: subject.run("ver"))]
    for answer in answers:
        for element in named(answer, "IdleTimeOut", "IdleTimeout"):
            if match := re.fullmatch(r"PT(\d+)(\.0+)?S", (element.text or "").strip()):
                return int(match[1])
    raise NotTried("this version of WinRM does not say how long it keeps an idle shell")


@shows("command_shells")
def _shell(subject: Subject) -> None:
    result = subject.run("echo one& echo two>&2& exit 3")
    seen = (result.exit_code, result.stdout.split(), result.stderr.split())
    require(seen == (3, ["one"], ["two"]), seen)


@shows("code_page_utf8")
def _utf8(subject: Subject) -> None:
    text = "\u00e4\u00f6\u00fc \u20ac \u65e5\u672c"
    result = subject.run(f"echo {text}")
    require(result.stdout.strip() == text, f"of {text!r}, the host prints {result.stdout.strip()!r}")


@shows("stdregprov_signatures")
def _signatures(subject: Subject) -> None:
    key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    text = subject.registry("GetStringValue", key, "SystemRoot")
    require(return_value(text) == 0, f"GetStringValue returns {return_value(text)} for the value SystemRoot")
    answer = subject.answer(lambda: subject.registry("EnumValues", key))
    counts = {name: len(named(answer, name)) for name in ("sNames", "Types")}
    require(counts["sNames"] == counts["Types"] > 0, f"EnumValues answers {counts}")
