# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session pages, repeats what may be repeated, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.wsman import envelope
from ansible_collections.winops.mars.plugins.plugin_utils.wsman import session as session_module
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import (
    AuthenticationRejected,
    ConnectionLost,
    Fault,
    LimitExceeded,
    OutcomeUnknown,
    ProtocolError,
    StaleContext,
    TimedOut,
    Unreachable,
    WSManError,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import PAUSES, Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.values import CimPath, integer, string
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    EMPTY,
    SHELL_CREATED,
    UNRELATED,
    Answer,
    ScriptedTransport,
    action,
    fault,
    first_page,
    next_page,
    received,
    scripted,
    service,
)
from tests.unit.plugins.plugin_utils.wsman.scripted import envelope as answer
from tests.unit.simulated import simulated

SERVICES = CimPath("root/cimv2", "Win32_Service")
SPOOLER = CimPath("root/cimv2", "Win32_Service", {"Name": "Spooler"})
STOPPED = answer("<p:StopService_OUTPUT><p:ReturnValue>0</p:ReturnValue></p:StopService_OUTPUT>")

IDENTIFIED = answer("<i:IdentifyResponse xmlns:i='http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd'/>")

Operation = Callable[[Session], object]
REPEATABLE: list[tuple[str, Operation, bytes]] = [
    ("get", lambda session: session.get(SPOOLER), answer(service("Spooler"))),
    ("query", lambda session: session.query("root/cimv2", "select * from C"), first_page([], None)),
    ("enumerate", lambda session: session.enumerate(SERVICES), first_page([], None)),
    ("identify", lambda session: session.identify(), IDENTIFIED),
    ("put", lambda session: session.put(SPOOLER, {"A": "b"}, repeatable=True), answer(service("Spooler"))),
    ("delete", lambda session: session.delete(SPOOLER, repeatable=True), EMPTY),
    ("invoke", lambda session: session.invoke(SPOOLER, "StopService", {}, repeatable=True), STOPPED),
]
ONCE: list[tuple[str, Operation, bytes]] = [
    ("put", lambda session: session.put(SPOOLER, {"StartMode": "Auto"}), answer(service("Spooler"))),
    ("delete", lambda session: session.delete(SPOOLER), EMPTY),
    ("invoke", lambda session: session.invoke(SPOOLER, "StopService", {}), STOPPED),
]
repeatable = pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in REPEATABLE])
once = pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in ONCE])
QUOTA = fault("QuotaLimit", 0x803381A6)


def names(session: Session) -> list[str | None]:
    return [instance.read("Name", string) for instance in session.enumerate(SERVICES)]


def contexts(transport: ScriptedTransport) -> list[str]:
    return re.findall(r"EnumerationContext>([^<]+)<", "".join(transport.sent))


# -- Pages


def test_an_enumeration_brings_all_pages_in_order() -> None:
    session, transport, _unused = scripted(
        first_page([service("a")], "1"), next_page([service("b"), service("c")], "2"), next_page([service("d")], None)
    )

    assert names(session) == ["a", "b", "c", "d"]
    assert transport.actions == ["Enumerate", "Pull", "Pull"]
    assert contexts(transport) == ["1", "2"]


def test_an_enumeration_may_begin_with_an_empty_page() -> None:
    session, transport, _unused = scripted(first_page([], "1"), next_page([service("a")], None))

    assert names(session) == ["a"]
    assert contexts(transport) == ["1"]


def test_an_enumeration_that_is_not_optimized_is_pulled() -> None:
    begun = answer("<n:EnumerateResponse><n:EnumerationContext>1</n:EnumerationContext></n:EnumerateResponse>")
    session, *_unused = scripted(begun, next_page([service("a")], None))

    assert names(session) == ["a"]


@pytest.mark.parametrize(
    "ending",
    [
        "<w:EndOfSequence/>",
        "<n:EndOfSequence/>",
        "<n:EnumerationContext/><w:EndOfSequence/>",
        "<n:EnumerationContext>7</n:EnumerationContext><n:EndOfSequence/>",
        "<n:EnumerationContext/>",
        "<n:EnumerationContext>\n  </n:EnumerationContext>",
        "",
    ],
)
@pytest.mark.parametrize("prefix", ["w", "n"])
def test_an_enumeration_ends_in_each_way_there_is(ending: str, prefix: str) -> None:
    page = f"<{prefix}:Items>{service('a')}</{prefix}:Items>"
    session, transport, _unused = scripted(answer(f"<n:EnumerateResponse>{page}{ending}</n:EnumerateResponse>"))

    assert names(session) == ["a"]
    assert transport.actions == ["Enumerate"]


def test_an_enumeration_brings_instances_of_subclasses() -> None:
    subclass = "<p:Win32_TerminalService><p:Name>TermService</p:Name></p:Win32_TerminalService>"
    session, *_unused = scripted(first_page([service("a"), subclass], None))

    assert [instance.class_name for instance in session.enumerate(SERVICES)] == [
        "Win32_Service",
        "Win32_TerminalService",
    ]


def test_an_enumeration_begins_anew_after_a_broken_page() -> None:
    session, transport, pauses = scripted(
        first_page([service("stale")], "1"),
        ConnectionLost("reset"),
        first_page([service("a")], "2"),
        next_page([service("b")], None),
    )

    assert names(session) == ["a", "b"]
    assert transport.actions == ["Enumerate", "Pull", "Enumerate", "Pull"]
    assert contexts(transport) == ["1", "2"]
    assert pauses == [PAUSES[0]]


# -- What is repeated


@repeatable
@pytest.mark.parametrize("error", [ConnectionLost("reset"), ProtocolError("HTTP 503"), StaleContext("HTTP 400")])
def test_a_repeatable_request_is_sent_again_on_a_new_connection(
    operation: Operation, success: bytes, error: WSManError
) -> None:
    session, transport, pauses = scripted(error, error, error, success)

    operation(session)

    assert len(transport.sent) == 4
    assert transport.resets == [1, 2, 3]
    assert pauses == list(PAUSES)


@repeatable
@pytest.mark.parametrize("error", [ConnectionLost("reset"), StaleContext("HTTP 400")])
def test_a_repeatable_request_whose_connection_keeps_breaking_ends_as_unreachable(
    operation: Operation, success: bytes, error: WSManError
) -> None:
    session, transport, pauses = scripted(*[error] * 4, success)

    with pytest.raises(Unreachable, match="got no answer in 4 tries"):
        operation(session)
    assert transport.answers == [success]
    assert pauses == list(PAUSES)


@repeatable
def test_a_repeatable_request_that_keeps_being_misunderstood_says_how(operation: Operation, success: bytes) -> None:
    session, *_unused = scripted(*[ProtocolError("the host answered HTTP 503")] * 4)

    with pytest.raises(ProtocolError, match="HTTP 503"):
        operation(session)


@repeatable
def test_a_truncated_answer_to_a_repeatable_request_is_asked_for_again(operation: Operation, success: bytes) -> None:
    session, *_unused = scripted(success[: len(success) // 2], success)

    operation(session)


@repeatable
def test_a_request_without_answer_in_time_is_not_repeated(operation: Operation, success: bytes) -> None:
    session, transport, pauses = scripted(TimedOut("no answer in time"), success)

    with pytest.raises(Unreachable, match="no answer in time"):
        operation(session)
    assert len(transport.sent) == 1
    assert pauses == []


@once
@pytest.mark.parametrize("error", [ConnectionLost("reset"), TimedOut("no answer"), ProtocolError("HTTP 503")])
def test_any_other_request_is_sent_once(operation: Operation, success: bytes, error: WSManError) -> None:
    session, transport, pauses = scripted(error, success)

    with pytest.raises(OutcomeUnknown, match=str(error)):
        operation(session)
    assert len(transport.sent) == 1
    assert transport.resets == [1]
    assert pauses == []


@once
def test_a_truncated_answer_to_any_other_request_leaves_its_outcome_unknown(
    operation: Operation, success: bytes
) -> None:
    session, transport, _unused = scripted(success[: len(success) // 2], success)

    with pytest.raises(OutcomeUnknown):
        operation(session)
    assert len(transport.sent) == 1


@pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in REPEATABLE + ONCE])
@pytest.mark.parametrize("refusal", [StaleContext("HTTP 400"), QUOTA], ids=["stale", "quota"])
def test_what_the_host_did_nothing_with_is_repeated(
    operation: Operation, success: bytes, refusal: bytes | WSManError
) -> None:
    session, transport, pauses = scripted(refusal, success)

    operation(session)

    assert len(transport.sent) == 2
    assert pauses == [PAUSES[0]]


@pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in REPEATABLE + ONCE])
def test_a_quota_that_stays_reached_is_a_fault(operation: Operation, success: bytes) -> None:
    session, *_unused = scripted(*[QUOTA] * 4, success)

    with pytest.raises(Fault) as caught:
        operation(session)
    assert caught.value.is_quota


@pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in REPEATABLE + ONCE])
def test_a_fault_is_an_answer_and_not_repeated(operation: Operation, success: bytes) -> None:
    session, transport, pauses = scripted(fault("AccessDenied", 5), success)

    with pytest.raises(Fault) as caught:
        operation(session)
    assert caught.value.is_access_denied
    assert len(transport.sent) == 1
    assert pauses == []


@pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in REPEATABLE + ONCE])
@pytest.mark.parametrize("error", [Unreachable("refused"), AuthenticationRejected("wrong password")])
def test_first_contact_fails_at_once(operation: Operation, success: bytes, error: WSManError) -> None:
    session, transport, pauses = scripted(error, success)

    with pytest.raises(type(error), match=str(error)):
        operation(session)
    assert len(transport.sent) == 1
    assert pauses == []


@pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in REPEATABLE + ONCE])
@pytest.mark.parametrize("error", [Unreachable("refused"), AuthenticationRejected("wrong password")])
def test_a_host_that_answered_before_is_waited_for(operation: Operation, success: bytes, error: WSManError) -> None:
    session, transport, pauses = scripted(answer(service("x")), error, error, success)
    session.get(SPOOLER)

    operation(session)

    assert len(transport.sent) == 4
    assert pauses == list(PAUSES[:2])


def test_a_host_that_stays_away_is_unreachable() -> None:
    session, _unused, pauses = scripted(answer(service("x")), *[Unreachable("refused")] * 4)
    session.get(SPOOLER)

    with pytest.raises(Unreachable, match="refused"):
        session.get(SPOOLER)
    assert pauses == list(PAUSES)


def test_a_quota_frees_the_shell_this_session_holds() -> None:
    session, transport, _unused = scripted(
        *[SHELL_CREATED, COMMAND_STARTED, received(exit_code="0")],
        *[QUOTA, EMPTY, answer(service("x"))],
    )
    session.run("ver")

    session.get(SPOOLER)

    assert transport.actions[-3:] == ["Get", "Delete", "Get"]
    assert "SHELL-1" in transport.sent[-2]


# -- An operation that takes longer than its OperationTimeout

TIMED_OUT = fault("TimedOut", 0x80338029)


@repeatable
def test_a_repeatable_request_that_timed_out_on_the_host_is_sent_again(operation: Operation, success: bytes) -> None:
    session, transport, pauses = scripted(TIMED_OUT, TIMED_OUT, success)

    operation(session)

    assert len(transport.sent) == 3
    assert pauses == list(PAUSES[:2])


@repeatable
def test_a_repeatable_request_that_keeps_timing_out_on_the_host_says_so(operation: Operation, success: bytes) -> None:
    session, transport, _unused = scripted(*[TIMED_OUT] * 4, success)

    with pytest.raises(Fault) as caught:
        operation(session)
    assert caught.value.is_timeout
    assert len(transport.sent) == 4


@once
def test_any_other_request_that_timed_out_on_the_host_leaves_its_outcome_unknown(
    operation: Operation, success: bytes
) -> None:
    session, transport, _unused = scripted(TIMED_OUT, success)

    with pytest.raises(OutcomeUnknown, match=r"sent once, and its outcome is unknown: .* error 0x80338029"):
        operation(session)
    assert len(transport.sent) == 1


# -- Which request an answer belongs to

OTHER_ID = b"uuid:11111111-2222-3333-4444-555555555555"
every = pytest.mark.parametrize(
    "operation, success",
    [pytest.param(*rest, id=name) for name, *rest in REPEATABLE + ONCE if name != "identify"],
)


@every
def test_the_answer_to_another_request_is_none(operation: Operation, success: bytes) -> None:
    other = success.replace(UNRELATED.encode(), OTHER_ID)
    session, transport, _unused = scripted(*[other] * 4, success)

    with pytest.raises((ProtocolError, OutcomeUnknown), match="belongs to another request"):
        operation(session)
    assert len(transport.resets) == len(transport.sent)


@every
def test_an_answer_that_says_not_which_request_it_belongs_to_is_none(operation: Operation, success: bytes) -> None:
    unrelated = success.replace(UNRELATED.encode(), b"")
    session, *_unused = scripted(*[unrelated] * 4)

    with pytest.raises((ProtocolError, OutcomeUnknown), match="belongs to another request"):
        operation(session)


@every
def test_a_fault_belongs_to_its_request_unless_it_says_otherwise(operation: Operation, success: bytes) -> None:
    denied = fault("AccessDenied", 5)
    for own in (b"", b"<a:RelatesTo>" + UNRELATED.encode() + b"</a:RelatesTo>"):
        session, *_unused = scripted(denied.replace(b"</s:Header>", own + b"</s:Header>"))
        with pytest.raises(Fault):
            operation(session)

    other = b"<a:RelatesTo>" + OTHER_ID + b"</a:RelatesTo>"
    session, *_unused = scripted(*[denied.replace(b"</s:Header>", other + b"</s:Header>")] * 4)
    with pytest.raises((ProtocolError, OutcomeUnknown), match="belongs to another request"):
        operation(session)


@pytest.mark.parametrize("operation, success", [pytest.param(*rest, id=name) for name, *rest in REPEATABLE + ONCE])
def test_what_another_operation_answers_is_no_answer(operation: Operation, success: bytes) -> None:
    bodies = [each for *_unused, each in REPEATABLE] + [answer("<p:Win32_Volume/>")]
    for body in bodies:
        session, *_unused = scripted(*[body] * 4)
        # The answers to Put and Delete hold nothing that is read
        with suppress(ProtocolError, OutcomeUnknown):
            assert operation(session) is None or body == success


def test_an_instance_of_a_class_derived_from_a_class_of_the_schema_is_one_of_it() -> None:
    session, *_unused = scripted(answer("<p:Win32_ShortcutFile><p:Name>x</p:Name></p:Win32_ShortcutFile>"))

    found = session.get(CimPath("root/cimv2", "CIM_DataFile", {"Name": "c:\\x.lnk"}))

    assert found.read("Name", string) == "x"


# -- Limits


def test_an_enumeration_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MAX_PAGES", 5)
    pages = [next_page([], str(number)) for number in range(9)]
    session, transport, _unused = scripted(first_page([], "0"), *pages)

    with pytest.raises(LimitExceeded, match=r"answers do not end: 0 items on 5 pages within \d+ seconds"):
        names(session)
    assert len(transport.sent) == 5


def test_an_enumeration_with_too_many_items_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MAX_ITEMS", 5)
    page = [service("x")] * 3
    session, transport, _unused = scripted(first_page(page, "0"), *[next_page(page, "1")] * 9)

    with pytest.raises(LimitExceeded, match="6 items on 2 pages"):
        names(session)
    assert len(transport.sent) == 2


def test_an_enumeration_that_takes_too_long_is_left() -> None:
    transport = ScriptedTransport(first_page([], "0"), *[next_page([], "1")] * 9)
    now = iter(range(0, 10000, 100))
    session = Session(transport, lambda pause: None, clock=lambda: next(now))

    with pytest.raises(LimitExceeded, match="answers do not end"):
        names(session)
    assert len(transport.sent) < 5


@pytest.mark.parametrize("depth", [101, 100_000])
@pytest.mark.parametrize("place", ["<p:Name>{}</p:Name>", "<s:Fault><s:Detail>{}</s:Detail></s:Fault>", "{}"])
def test_elements_nested_deeply_are_a_protocol_error(place: str, depth: int) -> None:
    nested = "<a>" * depth + "</a>" * depth

    with pytest.raises(ProtocolError, match="nests more than 100"):
        envelope.open_body(answer(place.format(nested)), None)


def test_a_context_that_is_not_a_text_is_a_protocol_error() -> None:
    session, *_unused = scripted(*[first_page([], "<a>" * 80 + "</a>" * 80)] * 4)

    with pytest.raises(ProtocolError, match="context"):
        names(session)


@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE a>",
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x">',
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
def test_a_document_type_is_refused(declared: str) -> None:
    with pytest.raises(ProtocolError, match="document type"):
        envelope.open_body(declared.encode() + answer(service("x")), None)


@pytest.mark.parametrize("length", [10_000, 1_500_000])
def test_a_fault_of_any_size_is_one_sentence(length: int) -> None:
    digits, text = "9" * length, "x" * length
    for sent in (
        fault("InternalError", int("1" * 4000), text),
        fault(text, 5),
        answer(f"<s:Fault><s:Detail><p:error_Code>{digits}</p:error_Code></s:Detail></s:Fault>"),
        answer(f'<s:Fault><s:Detail><f:WSManFault Code="{digits}"/></s:Detail></s:Fault>'),
    ):
        with pytest.raises(Fault) as caught:
            envelope.open_body(sent, None)
        assert len(str(caught.value)) < 700


def test_a_fault_without_code_and_subcode_is_named_an_error() -> None:
    with pytest.raises(Fault, match=r"^the host answered with an error: Kaputt\.$"):
        envelope.open_body(answer("<s:Fault><s:Reason><s:Text>Kaputt.</s:Text></s:Reason></s:Fault>"), None)


# -- What is sent and read


def test_an_operation_sends_its_action_resource_and_keys() -> None:
    session, transport, _unused = scripted(STOPPED, EMPTY)

    output = session.invoke(SPOOLER, "StopService", {"Force": True, "Left": None, "Names": ["a", "b"]})
    session.delete(CimPath("root/x", "C", {"Path": "\\A\\ 'b' <c> & \"d\"\r\n"}))

    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
    invoke, delete = transport.sent
    assert output.read("returnvalue", integer) == 0
    assert f">{uri}/StopService</a:Action>" in invoke
    assert f">{uri}</w:ResourceURI>" in invoke
    assert '<w:Selector Name="Name">Spooler</w:Selector>' in invoke
    assert "<p:Force>true</p:Force><p:Names>a</p:Names><p:Names>b</p:Names></p:StopService_INPUT>" in invoke
    assert "Left" not in invoke
    assert """<w:Selector Name="Path">\\A\\ 'b' &lt;c&gt; &amp; "d"&#13;\n</w:Selector>""" in delete


def test_a_put_sends_keys_and_changed_properties_only() -> None:
    session, transport, _unused = scripted(answer(service("Spooler")))

    session.put(SPOOLER, {"StartMode": "Auto"})

    tags = re.findall(r"<[\w]+:(\w+)", transport.sent[0].partition("Body>")[2])
    assert tags == ["Win32_Service", "Name", "StartMode"]


def test_every_request_has_another_message_id() -> None:
    session, transport, _unused = scripted(*[answer(service("x"))] * 3)
    for _repetition in range(3):
        session.get(SPOOLER)

    ids = re.findall(r"MessageID>(uuid:[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})<", "".join(transport.sent))
    assert len(set(ids)) == 3


def test_the_operation_timeout_is_the_connections() -> None:
    session, transport, _unused = scripted(answer(service("x")))
    transport.operation_timeout = 33
    session.get(SPOOLER)

    assert "OperationTimeout>PT33S<" in transport.sent[0]


def test_identify_reads_the_version() -> None:
    session, *_unused = scripted(
        answer(
            '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
            "<i:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</i:ProtocolVersion>"
            "<i:ProductVendor>Microsoft Corporation</i:ProductVendor>"
            "<i:ProductVersion>OS: 10.0.20348 SP: 0.0 Stack: 3.0</i:ProductVersion></i:IdentifyResponse>"
        )
    )

    identity = session.identify()

    assert identity.product_vendor == "Microsoft Corporation"
    assert identity.product_version == "OS: 10.0.20348 SP: 0.0 Stack: 3.0"
    assert identity.protocol_version == "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"


def test_a_closed_session_leaves_no_connection() -> None:
    session, transport, _unused = scripted(answer(service("x")))
    session.get(SPOOLER)
    session.close()

    assert transport.resets == [1]


# -- The log

SECRET = "correct-horse-battery"


def logged(operation: Operation, *answers: Answer) -> list[str]:
    """The lines about an operation, with a session closed in the end; seconds as <s>."""
    lines: list[str] = []
    transport = ScriptedTransport(*answers)
    session = Session(transport, lambda pause: None, lines.append)
    with suppress(WSManError):
        operation(session)
    session.close()
    assert len(lines) == len(transport.sent)
    return [re.sub(r"\d+\.\d{3} s$", "<s>", line) for line in lines]


def test_each_request_is_a_line_with_its_result() -> None:
    one = answer(service("a"))
    assert logged(lambda session: session.get(SPOOLER), one) == ["Get Win32_Service: ok in <s>"]
    assert logged(lambda session: session.put(SPOOLER, {}), one) == ["Put Win32_Service: ok in <s>"]
    assert logged(lambda session: session.delete(SPOOLER), EMPTY) == ["Delete Win32_Service: ok in <s>"]
    assert logged(lambda session: session.identify(), IDENTIFIED) == ["Identify: ok in <s>"]
    assert logged(lambda session: session.invoke(SPOOLER, "StopService", {}), STOPPED) == [
        "Invoke Win32_Service.StopService: ReturnValue 0 in <s>"
    ]
    pages = [first_page([service("a")], "1"), next_page([service("b"), service("c")], None)]
    lines = ["Enumerate Win32_Service: 1 instance in <s>", "Pull Win32_Service: 2 instances in <s>"]
    assert logged(lambda session: session.enumerate(SERVICES), *pages) == lines
    assert logged(lambda session: session.query("root/cimv2", "select * from Win32_Service"), *pages) == lines


def test_each_request_of_a_command_is_a_line_with_its_program() -> None:
    answers = [SHELL_CREATED, COMMAND_STARTED, received(), received(exit_code="5"), EMPTY]

    assert logged(lambda session: session.run('"C:\\Program Files\\x\\tool.exe" /a C:\\b'), *answers) == [
        "Create cmd: ok in <s>",
        "Command tool.exe: ok in <s>",
        "Receive tool.exe: ok in <s>",
        "Receive tool.exe: exit code 5 in <s>",
        "Delete cmd: ok in <s>",
    ]


def test_what_went_wrong_is_in_the_line() -> None:
    failures: list[Answer] = [ConnectionLost("reset"), QUOTA, fault("AccessDenied", None, "Zugriff verweigert")]

    assert logged(lambda session: session.get(SPOOLER), *failures) == [
        "Get Win32_Service: ConnectionLost in <s>",
        "Get Win32_Service: error 0x803381A6 in <s>",
        "Get Win32_Service: AccessDenied in <s>",
    ]


@pytest.mark.parametrize(
    "operation",
    [
        lambda session: session.get(CimPath("root/cimv2", "C", {"Key": SECRET})),
        lambda session: session.query("root/cimv2", f"SELECT * FROM C WHERE A = '{SECRET}'"),
        lambda session: session.query("root/cimv2", f"SELECT {SECRET}"),
        lambda session: session.put(SPOOLER, {"A": SECRET}),
        lambda session: session.delete(CimPath("root/cimv2", "C", {"Key": SECRET})),
        lambda session: session.invoke(SPOOLER, "Change", {"StartPassword": SECRET}),
        lambda session: session.run(f"net use \\\\host\\share {SECRET}", stdin=SECRET),
        lambda session: session.run(f"reg add HKLM\\SOFTWARE\\X /d {SECRET}"),
        lambda session: session.run(f'"tool.exe" "C:\\{SECRET}\\{SECRET}"'),
        lambda session: session.run(f"bitsadmin https://user:{SECRET}@host/x?sig={SECRET} C:\\{SECRET}"),
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_no_line_holds_a_value(operation: Operation, broken: bool) -> None:
    told = f"<p:A>{SECRET}</p:A><p:ReturnValue>{SECRET}</p:ReturnValue><p:ExitCode>{SECRET}</p:ExitCode>"

    def reply(message: bytes) -> bytes:
        if broken:
            raise ConnectionLost(SECRET)
        known = {"Create": SHELL_CREATED, "Command": COMMAND_STARTED, "Receive": received(exit_code="0")}
        return known.get(action(message.decode()).rpartition("/")[2], answer(f"<p:C>{told}</p:C>"))

    lines = logged(operation, *[reply] * 9)

    assert lines
    assert SECRET not in "".join(lines)


def test_without_a_log_the_same_is_sent() -> None:
    session, transport, _unused = scripted(STOPPED)

    assert session.invoke(SPOOLER, "StopService", {}).read("ReturnValue", integer) == 0
    assert transport.actions == ["StopService"]


# -- Answers that are none


@given(st.binary())
def test_random_bytes_are_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        envelope.open_body(data, None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>503</body></html>",
        b'<?xml version="1.0" encoding="Shift_JIS"?><html/>',
        b'<?xml version="1.0" encoding="no-such-encoding"?><html/>',
        b'<?xml version="1.0" encoding="UTF-16"?><html/>',
        b"\xff\xfe<\x00a\x00/\x00>\x00",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;&d;</a>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
    ],
)
def test_a_page_of_something_else_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        envelope.open_body(data, None)


WHOLE = [first_page([service("a")], "1"), STOPPED, QUOTA, SHELL_CREATED, received(("stdout", "aGk="), exit_code="0")]


@given(st.sampled_from(WHOLE), st.data())
def test_a_damaged_answer_is_an_error_of_ours_or_an_answer(whole: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:]

    with suppress(WSManError):
        envelope.open_body(damaged, None)


@given(st.sampled_from(WHOLE), st.integers(min_value=1))
def test_a_truncated_answer_is_a_protocol_error(whole: bytes, missing: int) -> None:
    with pytest.raises(ProtocolError):
        envelope.open_body(whole[: -1 - missing % len(whole)], None)


@pytest.mark.parametrize("body", ["<s:Fault/>", "<s:Fault><s:Code/><s:Reason/></s:Fault>"])
def test_a_fault_without_content_is_still_a_fault(body: str) -> None:
    with pytest.raises(Fault, match="no message"):
        envelope.open_body(answer(body), None)


@pytest.mark.parametrize(
    "code, questions",
    [
        (5, {"is_access_denied"}),
        (0x80070005, {"is_access_denied"}),
        (0x80041003, {"is_access_denied"}),
        (0x80041002, {"is_absent"}),
        (0x8004100E, {"is_absent"}),
        (0x80041010, {"is_absent"}),
        (0x80338000, {"is_absent"}),
        (0x80338029, {"is_timeout"}),
        (0x803381A5, {"is_quota"}),
        (0x803381A6, {"is_quota"}),
        (0x80070002, set()),
    ],
)
def test_a_fault_answers_by_its_code_in_every_language(code: int, questions: set[str]) -> None:
    with pytest.raises(Fault) as caught:
        envelope.open_body(fault("InternalError", code, "アクセスが拒否されました。"), None)

    all_questions = {"is_access_denied", "is_absent", "is_timeout", "is_quota"}
    assert {question for question in all_questions if getattr(caught.value, question)} == questions
    assert "アクセスが拒否されました。" in str(caught.value)
    assert f"0x{code:08X}" in str(caught.value)


@pytest.mark.parametrize(
    "error_type, code, questions",
    [
        ("WSMAN", 0x80338104, {"is_access_denied"}),
        ("WSMAN", 0x80338105, {"is_access_denied"}),
        ("WSMAN", 0x80338106, {"is_access_denied"}),
        ("HRESULT", 0x80041062, {"is_access_denied"}),
        ("HRESULT", 0x80070002, set()),
        ("WIN32", 5, {"is_access_denied"}),
        ("WIN32", 2, set()),
        ("MI", 1, set()),
        ("MI", 2, {"is_access_denied"}),
        ("MI", 3, {"is_absent"}),
        ("MI", 5, {"is_absent"}),
        ("MI", 6, {"is_absent"}),
    ],
)
def test_the_type_of_an_error_says_what_its_code_means(error_type: str, code: int, questions: set[str]) -> None:
    namespace = "root/Microsoft/Windows/Defender"
    host = simulated(faults={"namespace_errors": {namespace: {"type": error_type, "code": code}}})

    with pytest.raises(Fault) as caught:
        host.session.enumerate(CimPath(namespace, "MSFT_MpPreference"))
    assert {name for name in ("is_access_denied", "is_absent") if getattr(caught.value, name)} == questions
    assert ("LocalAccountTokenFilterPolicy" in str(caught.value)) == ("is_access_denied" in questions)
