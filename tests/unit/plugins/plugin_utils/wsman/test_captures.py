# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded messages of real hosts decode to the values they hold.

The recordings are not part of the collection: they are read where they are, and without them these tests are skipped.
What a message holds is read twice, by the client and by xmltodict or plain text search, and must be the same.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmltodict

from ansible_collections.winops.mars.plugins.plugin_utils.wsman import envelope
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import Fault, OutcomeUnknown
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.shell import Result
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.values import (
    CimPath,
    CimType,
    Instance,
    array_of,
    boolean,
    datetime_,
    embedded,
    integer,
    reference,
    string,
)
from tests.unit.plugins.plugin_utils.wsman.replay import Recording, text_of
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    EMPTY,
    ScriptedTransport,
    action,
    first_page,
    received,
    recorded,
)

CAPTURES = Path(__file__).resolve().parents[5].parent / "shared" / "captures"
FILES = sorted(path for path in CAPTURES.rglob("*") if path.is_file())

pytestmark = pytest.mark.skipif(not FILES, reason=f"there are no recorded messages in {CAPTURES}")

# CIM types as schemas name them: how the client reads them, and how Python reads the same text
TYPES: dict[str, tuple[CimType[Any], Callable[[str], object]]] = {
    **{f"{sign}int{bits}": (integer, int) for sign in "us" for bits in (8, 16, 32, 64)},
    "string": (string, str),
    "boolean": (boolean, {"true": True, "false": False}.__getitem__),
    "datetime": (datetime_, datetime.fromisoformat),
}


def local(name: str) -> str:
    return name.rpartition(":")[2]


def listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [node]


def children(node: Any) -> Iterator[tuple[str, Any]]:
    """Local name and content of each child element of an xmltodict node."""
    for name, content in (node or {}).items() if not isinstance(node, str) else ():
        if name[0] not in "@#":
            for one in listed(content):
                yield local(name), one


def child(node: Any, *names: str) -> Any:
    for name in names:
        node = next((content for found, content in children(node) if found == name), None)
    return node


class Time(str):
    """The text of a property whose value is wrapped in a Datetime element."""

    __slots__ = ()


class Nested(Time):
    """The place of a property that is an object or a reference."""

    __slots__ = ()


def plain(node: Any) -> str | None:
    """The text of a property, None if it is NULL."""
    if isinstance(node, dict):
        if node.get("@xsi:nil") == "true":
            return None
        time = child(node, "Datetime")
        if time is not None:
            return Time(time)
        return Nested() if any(children(node)) else str(node.get("#text", ""))
    return node or ""


def parsed(path: Path) -> Any:
    return xmltodict.parse(text_of(path), strip_whitespace=False)


def body_of(path: Path) -> tuple[str, Any]:
    """Name and content of what is in the body."""
    return next(children(child(parsed(path), "Envelope", "Body")), ("", None))


def properties(node: Any) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for name, content in children(node):
        found.setdefault(name, []).append(plain(content))
    return found


def items_of(path: Path) -> list[dict[str, list[str | None]]]:
    """The items of a page as texts, read without the client."""
    return [properties(item) for _unused, item in children(child(body_of(path)[1], "Items"))]


def kind(path: Path) -> str:
    """What a file is, by its content."""
    text = text_of(path)
    if not text.startswith("<"):
        return "prose"
    if "<CLASS NAME=" in text:
        return "schema"
    if re.search(r"<\w+:ReplyTo>", text):
        return "request"
    name = body_of(path)[0]
    if name == "Identify":
        return "request"
    if name.endswith("_OUTPUT"):
        return "method"
    if name in ("EnumerateResponse", "PullResponse", "PullReponse"):
        return "page"  # the misspelt ones are the wrapper of one client's dumps
    if name == "Fault":
        return "fault"
    if name in ("ResourceCreated", "CommandResponse", "SendResponse", "ReceiveResponse", "SignalResponse"):
        return "shell"
    known = {"": "empty", "Config": "instance", "SubscribeResponse": "subscription", "IdentifyResponse": "identity"}
    return known.get(name, "object" if action(text).endswith("/GetResponse") else "unknown")


KINDS = {path: kind(path) for path in FILES}


def of_kind(*kinds: str) -> list[Any]:
    return [pytest.param(path, id=str(path.relative_to(CAPTURES))) for path in FILES if KINDS[path] in kinds]


def declarations() -> dict[str, dict[str, tuple[str, bool]]]:
    """Property types of all recorded class schemas: name and whether it is an array."""
    classes: dict[str, dict[str, tuple[str, bool]]] = {}

    def collect(node: Any) -> None:
        for name, content in children(node):
            if name == "CLASS":
                classes[content["@NAME"]] = {
                    declared["@NAME"]: (declared["@TYPE"], tag == "PROPERTY.ARRAY")
                    for tag, declared in children(content)
                    if tag in ("PROPERTY", "PROPERTY.ARRAY")
                }
            else:
                collect(content)

    for path in FILES:
        if KINDS[path] == "schema":
            collect(parsed(path))
    return classes


DECLARED = declarations()


def instances(path: Path) -> list[Instance]:
    """The items of a page, read by the client: a session finds nothing but this page."""
    ended = recorded(re.sub(r"(<\w+:EnumerationContext>)[^<]*", r"\1", text_of(path)))
    before = [first_page([], "1")] if b"PullResponse" in ended else []
    found = Session(ScriptedTransport(*before, ended)).query("root/cimv2", "select * from anything")
    # xmltodict puts the items of one class together where a subclass's are among them
    classes = list(dict.fromkeys(instance.class_name for instance in found))
    return sorted(found, key=lambda instance: classes.index(instance.class_name))


def class_of(path: Path) -> str:
    return re.split(r"[.-]|_all_|_star_", path.name)[0]


def test_no_recorded_file_is_left_out() -> None:
    tested = {"prose", "schema", "request", "page", "fault", "shell", "empty", "instance", "subscription"}
    # Those of recordings that mars_verify has written
    ours = {"method", "identity", "object"}

    assert set(KINDS.values()) - ours == tested
    assert sum(Counter(KINDS.values()).values()) == sum(1 for path in CAPTURES.rglob("*") if path.is_file())


def test_every_recorded_file_is_listed_in_the_index() -> None:
    index = text_of(CAPTURES / "INDEX.md")

    assert [path for path in FILES if path.name != "INDEX.md" and str(path.relative_to(CAPTURES)) not in index] == []


@pytest.mark.parametrize("path", of_kind("prose"))
def test_prose_holds_no_message(path: Path) -> None:
    assert not re.search(r"<\w+:Envelope", text_of(path))


def pages(*, events: bool = False) -> list[Any]:
    return [
        path for path in of_kind("page") if ("http://schemas.microsoft.com/win/" in text_of(path.values[0])) == events
    ]


@pytest.mark.parametrize("path", pages())
def test_a_page_holds_what_it_says(path: Path) -> None:
    for instance, texts in zip(instances(path), items_of(path), strict=True):
        for name, values in texts.items():
            held = [value for value in values if value is not None]
            if not any(isinstance(value, Time) for value in held):
                assert instance.read(name, array_of(string)) == (held or None), name
                assert instance.read(name.upper(), array_of(string)) == (held or None), name


@pytest.mark.parametrize("path", pages())
def test_a_datetime_keeps_its_offset(path: Path) -> None:
    for instance, texts in zip(instances(path), items_of(path), strict=True):
        for name, [value, *_unused] in texts.items():
            if isinstance(value, Time) and not isinstance(value, Nested):
                expected = datetime.fromisoformat(value)
                found = instance.read(name, datetime_)
                assert found == expected
                assert found is not None
                assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize("path", pages(events=True))
def test_an_event_is_read_level_by_level(path: Path) -> None:
    [event] = instances(path)
    system = event.read("System", embedded)

    assert event.class_name == "Event"
    assert system is not None
    for name in ("EventID", "EventRecordID", "Level"):
        assert system.read(name, integer) == int(re.findall(rf"<{name}\b[^>]*>(\d+)<", text_of(path))[0])


@pytest.mark.parametrize("path", [path for path in pages() if "Win32_" in path.id])
def test_an_item_knows_its_class(path: Path) -> None:
    # A property list brings fragments, which have lost it; an enumeration brings subclasses too
    expected = re.findall(r"<\w+:(Win32_\w+|XmlFragment)\b[^>]* xmlns", text_of(path))

    assert Counter(instance.class_name for instance in instances(path)) == Counter(expected)


@pytest.mark.parametrize("path", [path for path in of_kind("page") if class_of(path.values[0]) in DECLARED])
def test_a_page_decodes_by_the_types_its_class_declares(path: Path) -> None:
    declared = DECLARED[class_of(path)]
    for instance, texts in zip(instances(path), items_of(path), strict=True):
        for name, values in texts.items():
            type_name, is_array = declared[name]
            cim_type, independent = TYPES[type_name]
            expected = [independent(value) for value in values if value is not None]
            if is_array:
                assert instance.read(name, array_of(cim_type)) == (expected or None), name
            else:
                assert instance.read(name, cim_type) == (expected[0] if expected else None), name


# What a host measures anew for each query
MEASURED = {
    *("FreePhysicalMemory", "FreeVirtualMemory", "LocalDateTime", "KernelModeTime", "UserModeTime", "WorkingSetSize"),
    *("OtherOperationCount", "OtherTransferCount", "PageFaults", "PageFileUsage", "PrivatePageCount"),
}


def classes_recorded_twice() -> list[str]:
    return sorted({class_of(path) for path in FILES if "_all_" in path.name})


@pytest.mark.parametrize("name", classes_recorded_twice())
def test_a_property_list_and_a_star_bring_the_same(name: str) -> None:
    def enumerated(selection: str) -> list[dict[str, object]]:
        files = [path for path in FILES if path.name.startswith(f"{name}_{selection}_")]
        transport = ScriptedTransport(*(recorded(text_of(path)) for path in files))
        found = Session(transport).query("root/cimv2", f"select * from {name}")
        # Every page is pulled with the context of the one before
        contexts = [re.findall(r"EnumerationContext>([^<]+)<", text_of(path)) for path in files]
        pulled = [re.findall(r"EnumerationContext>([^<]+)<", message) for message in transport.sent]
        assert pulled == [[], *contexts[:-1]]
        texts = [item for path in files for item in items_of(path)]
        assert len(found) == len(texts)
        types: dict[str, CimType[Any]] = {
            property_name: array_of(datetime_ if isinstance(value, Time) else string)
            for item in texts
            for property_name, [value, *_unused] in item.items()
            if value is not None and property_name not in MEASURED
        }
        return [{each: instance.read(each, cim_type) for each, cim_type in types.items()} for instance in found]

    fragments, objects = enumerated("all"), enumerated("star")

    # The recorded property list has no arrays, and none of the properties only a subclass has
    assert fragments[0].keys() <= objects[0].keys()
    common = sorted(fragments[0])
    of_fragments, of_objects = ([[item[each] for each in common] for item in items] for items in (fragments, objects))
    assert sorted(of_fragments, key=str) == sorted(of_objects, key=str)


INDEX = text_of(CAPTURES / "INDEX.md") if FILES else ""


@pytest.mark.parametrize("path", of_kind("fault"))
def test_a_fault_says_code_subcode_and_reason(path: Path) -> None:
    text = text_of(path)
    codes = re.findall(r"<\w+:error_Code[^>]*>\s*(\d+)", text) or re.findall(r'WSManFault[^>]* Code="(\d+)"', text)
    codes = codes or re.findall(r"WSManFault[^>]* Code='(\d+)'", text)
    subcodes = re.findall(r"<[\w-]+:Subcode>\s*<[\w-]+:Value>\s*[\w-]+:(\w+)", text)
    texts = re.findall(r"<\w+:(?:Message|ProviderFault|error_WindowsErrorMessage)\b[^>]*>\s*([^<\s][^<]*)<", text)
    texts = texts or re.findall(r"<[\w-]+:Text\b[^>]*>([^<]+)<", text)

    with pytest.raises(Fault) as caught:
        envelope.open_body(path.read_bytes(), None)

    fault = caught.value
    assert fault.code == (int(codes[-1]) if codes else None)
    assert [fault.subcode] == subcodes
    assert fault.reason == " ".join(texts[-1].split())
    row = next(line for line in INDEX.splitlines() if str(path.relative_to(CAPTURES)) in line)
    for code in re.findall(r"\b21\d{8}\b", row):
        assert fault.code == int(code)
    for subcode in re.findall(r"\b[wn]:(\w+)", row):
        assert fault.subcode == subcode
    # What callers decide on
    assert fault.is_timeout == ("TimedOut" in row)
    assert fault.is_quota == ("max concurrent" in row)
    assert fault.is_absent == ("class not found" in row)
    assert fault.is_access_denied == ("access denied" in row)


@pytest.mark.parametrize("path", of_kind("schema"))
def test_a_class_schema_declares_only_types_the_client_reads(path: Path) -> None:
    text = text_of(path)
    if "Envelope" in text:
        assert next(iter(envelope.open_body(text.encode(), None))) is not None

    assert set(re.findall(r'<PROPERTY[^>]* TYPE="(\w+)"', text)) <= set(TYPES)
    assert [name for name in re.findall(r'<CLASS NAME="(\w+)"', text) if name not in DECLARED] == []


@pytest.mark.parametrize("path", of_kind("empty"))
def test_an_empty_answer_means_success(path: Path) -> None:
    session = Session(ScriptedTransport(recorded(text_of(path))))

    session.delete(CimPath("root/cimv2", "Win32_Environment", {"Name": "x"}))


@pytest.mark.parametrize("path", of_kind("instance"))
def test_the_configuration_of_a_service_reads_as_an_instance(path: Path) -> None:
    config = Session(ScriptedTransport(recorded(text_of(path)))).get(CimPath("root/cimv2", "Config"))

    flat = {name: value for name, value in children(body_of(path)[1]) if isinstance(value, str)}
    assert len(flat) > 3
    for name, value in flat.items():
        assert config.read(name, integer) == int(value)


@pytest.mark.parametrize("path", of_kind("subscription"))
def test_a_subscription_is_no_fault(path: Path) -> None:
    [answer] = envelope.open_body(path.read_bytes(), None)

    assert answer.tag.endswith("}SubscribeResponse")


@pytest.mark.parametrize("path", of_kind("method", "object", "identity"))
def test_an_answer_with_one_object_holds_what_it_says(path: Path) -> None:
    [answer] = envelope.open_body(path.read_bytes(), None)
    texts = properties(body_of(path)[1])

    instance = Instance(answer)

    for name, values in texts.items():
        held = [value for value in values if value is not None]
        if not any(isinstance(value, Time) for value in held):
            assert instance.read(name, array_of(string)) == (held or None), name


@pytest.mark.parametrize("path", [path for path in of_kind("request") if "ResourceURI" in text_of(path.values[0])])
def test_a_request_names_what_it_is_for(path: Path) -> None:
    text = text_of(path)
    uri = re.findall(r"<\w+:ResourceURI\b[^>]*>\s*([^<\s]+)", text)[0]
    namespace, class_name = "", uri.rpartition("/")[2]
    if "/wmi/" in uri:
        namespace = uri.partition("/wmi/")[2].rpartition("/")[0]
    selectors = dict(re.findall(r'<\w+:Selector Name="(\w+)">([^<]*)<', text))
    namespace = selectors.pop("__cimnamespace", namespace)

    header = ElementTree.fromstring(text)[0]

    assert reference.decode([header]) == CimPath(namespace, class_name, selectors)


# -- Shells


def printed(answers: list[str], stream: str) -> str:
    chunks = re.findall(rf'<rsp:Stream Name="{stream}"[^>]*>\s*([^<\s]+)\s*<', "".join(answers))
    return b"".join(map(base64.b64decode, chunks)).decode()


def exit_code(answers: list[str]) -> int:
    [code] = re.findall(r"<rsp:ExitCode>(\d+)<", "".join(answers))
    return int(code)


def outcome(answers: list[str]) -> Result:
    return Result(exit_code(answers), printed(answers, "stdout"), printed(answers, "stderr"))


def conversation(name: str) -> Recording:
    return Recording(CAPTURES / f"pypsrp_test_winrs_{name}")


@pytest.mark.parametrize("name", ["standard", "stderr_rc", "operation_timeout", "send"])
def test_a_recorded_command_ends_as_recorded(name: str) -> None:
    recording = conversation(name)
    session = Session(recording)

    result = session.run("anything", "some input" if name == "send" else None)
    session.close()

    assert result == outcome(recording.answers)
    assert result.stdout
    assert (result.exit_code, bool(result.stderr)) == ((1, True) if name == "stderr_rc" else (0, False))
    timeouts = sum("TimedOut" in answer for answer in recording.answers)
    assert timeouts == (2 if name == "operation_timeout" else 0)
    assert action(recording.pairs[-1][1]).endswith("/Delete")


def test_a_recorded_missing_program_is_a_fault_and_the_shell_goes_on() -> None:
    recording = conversation("no_cmd_shell")
    session = Session(recording)

    with pytest.raises(Fault) as caught:
        session.run("powershell.exe")

    assert caught.value.code == 0x80070002
    assert session.run("anything") == outcome(recording.answers)


def test_a_recorded_wrong_command_id_leaves_the_outcome_open() -> None:
    session = Session(conversation("bad_cmd_id"))

    with pytest.raises(OutcomeUnknown, match=r"the command was started, but .* error 0x8033805B"):
        session.run("anything")
    session.close()


def test_a_recorded_pretty_printed_conversation_ends_as_recorded() -> None:
    names = ("create_resp", "command_resp", "receive_resp_01", "receive_resp_02")
    answers = [text_of(CAPTURES / "zenoss_txwinrm_misc" / f"{name}.xml") for name in names]
    transport = ScriptedTransport(*map(recorded, answers), EMPTY)

    assert Session(transport).run("typeperf") == outcome(answers)


@pytest.mark.parametrize("path", [path for path in of_kind("shell") if "ResourceCreated" in text_of(path.values[0])])
def test_a_shell_is_used_under_the_name_the_host_gave_it(path: Path) -> None:
    [shell_id] = re.findall(r'<w:Selector Name="ShellId">\s*([^<\s]+)', text_of(path).replace("'", '"'))
    transport = ScriptedTransport(recorded(text_of(path)), COMMAND_STARTED, received(exit_code="0"), EMPTY)
    session = Session(transport)

    session.run("anything")
    session.close()

    assert transport.answers == []
    assert all(f'<w:Selector Name="ShellId">{shell_id}</w:Selector>' in message for message in transport.sent[1:])


@pytest.mark.parametrize(
    "path", [path for path in of_kind("shell") if "ResourceCreated" not in text_of(path.values[0])]
)
def test_an_answer_of_a_shell_is_no_fault(path: Path) -> None:
    [answer] = envelope.open_body(path.read_bytes(), None)

    assert answer.tag == f"{{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}}{body_of(path)[0]}"


# -- What we send, next to what was recorded


def header_elements(message: str) -> dict[str, tuple[dict[str, str], str]]:
    header = ElementTree.fromstring(message)[0]
    return {element.tag: (dict(element.attrib), (element.text or "").strip()) for element in header.iter()}


@pytest.mark.parametrize("name", ["standard", "stderr_rc", "operation_timeout", "send", "no_cmd_shell"])
def test_our_header_is_that_of_the_recorded_request(name: str) -> None:
    recording = conversation(name)
    session = Session(recording)
    if name == "no_cmd_shell":
        with pytest.raises(Fault):
            session.run("powershell.exe")
    session.run("anything", "some input" if name == "send" else None)
    session.close()

    assert recording.pairs
    for sample, ours in recording.pairs:
        theirs, own = header_elements(sample), header_elements(ours)
        common = theirs.keys() & own.keys()
        assert {tag.rpartition("}")[2] for tag in common} >= {
            *("Action", "To", "ResourceURI", "ReplyTo", "Address", "MessageID", "MaxEnvelopeSize", "OperationTimeout"),
            *("Locale", "DataLocale"),
        }
        for tag in common:
            local_tag = tag.rpartition("}")[2]
            if local_tag != "Option":
                assert own[tag][0] == theirs[tag][0], tag
            if local_tag in ("Action", "ResourceURI", "Address", "Selector"):
                assert own[tag][1] == theirs[tag][1], tag
        assert ("SelectorSet" in sample) == ("SelectorSet" in ours)


@pytest.mark.parametrize("name", ["standard", "send"])
def test_our_shell_bodies_have_the_recorded_elements(name: str) -> None:
    recording = conversation(name)
    session = Session(recording)
    session.run("anything", "some input" if name == "send" else None)
    session.close()

    for sample, ours in recording.pairs:
        theirs, own = ({e.tag: set(e.attrib) for e in ElementTree.fromstring(m)[1].iter()} for m in (sample, ours))
        arguments = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}Arguments"
        theirs.pop(arguments, None)  # our command line is one text, as cmd.exe takes it
        assert own == theirs


@pytest.mark.parametrize("name", ["pysammwr/wql.xml", "zenoss_txwinrm_requests/enumerate.xml"])
def test_our_query_is_built_like_a_recorded_one(name: str) -> None:
    page = next(path for path in FILES if path.name.endswith("System_all_000.xml"))
    transport = ScriptedTransport(recorded(text_of(page)))
    Session(transport).query("root/cimv2", "select Name from Win32_OperatingSystem")

    def parts(message: str) -> list[tuple[str, dict[str, str]]]:
        body = ElementTree.fromstring(message)[1]
        return [(element.tag, dict(element.attrib)) for element in body.iter() if "EnumerationMode" not in element.tag]

    assert parts(transport.sent[0]) == parts(text_of(CAPTURES / name))


def test_our_pull_is_built_like_a_recorded_one() -> None:
    pages = [recorded(text_of(path)) for path in FILES if path.name.startswith("Win32_Volume_all_")]
    transport = ScriptedTransport(*pages)
    Session(transport).query("root/cimv2", "select Name from Win32_Volume")

    def parts(message: str) -> list[str]:
        return [element.tag for element in ElementTree.fromstring(message)[1].iter()]

    assert parts(transport.sent[1]) == parts(text_of(CAPTURES / "zenoss_txwinrm_requests" / "pull.xml"))


def test_our_delete_is_built_like_a_recorded_one() -> None:
    transport = ScriptedTransport(EMPTY)
    Session(transport).delete(
        CimPath("root/Microsoft/Windows/TaskScheduler", "MSFT_ScheduledTask", {"TaskName": "test", "TaskPath": "\\"})
    )

    def selectors(message: str) -> dict[str, str]:
        return dict(re.findall(r'<w:Selector Name="(Task\w+)">([^<]*)</w:Selector>', message))

    sample = text_of(CAPTURES / "pysammwr" / "delete_scheduled_task.xml")
    assert selectors(transport.sent[0]) == selectors(sample)
    theirs, own = header_elements(sample), header_elements(transport.sent[0])
    for tag in theirs.keys() & own.keys():
        if not tag.endswith(("Selector", "OptionSet", "Option")):
            assert own[tag][0] == theirs[tag][0], tag
