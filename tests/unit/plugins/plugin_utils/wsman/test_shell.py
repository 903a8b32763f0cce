# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands over the remote shell: their outcome, their end, and that none runs twice."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.wsman import shell
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import (
    AuthenticationRejected,
    CommandLost,
    CommandTimedOut,
    ConnectionLost,
    LimitExceeded,
    OutcomeUnknown,
    ProtocolError,
    ShellGone,
    StaleContext,
    TimedOut,
    TimeIsUp,
    Unreachable,
    Unsendable,
    WSManError,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.shell import Result
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    EMPTY,
    SENT,
    SHELL_CREATED,
    SIGNALED,
    Answer,
    ScriptedTransport,
    action,
    envelope,
    fault,
    received,
    scripted,
)

TIMED_OUT = fault("TimedOut", 0x80338029)
QUOTA = fault("QuotaLimit", 0x803381A5)
DONE = received(exit_code="0")
RUN: tuple[Answer, ...] = (COMMAND_STARTED, DONE)


def sound(message: bytes) -> bytes:
    """What a host answers that is well again."""
    verb = action(message.decode()).rpartition("/")[2]
    answers = {"Create": SHELL_CREATED, "Command": COMMAND_STARTED, "Send": SENT, "Receive": DONE, "Signal": SIGNALED}
    return answers.get(verb, EMPTY)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_all_commands_of_a_session_share_one_shell() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, *RUN, SIGNALED, *RUN, EMPTY)

    session.run("first")
    session.run("second")
    session.close()

    run = ["Command", "Receive"]
    assert transport.actions == ["Create", *run, "Signal", *run, "Delete"]
    assert all('<w:Selector Name="ShellId">SHELL-1</w:Selector>' in message for message in transport.sent[1:])


def test_a_session_that_ran_nothing_opens_and_deletes_no_shell() -> None:
    session, transport, _unused = scripted()
    session.close()

    assert transport.sent == []


def test_a_command_is_one_line_for_cmd_without_profile_in_utf_8() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, *RUN)
    session.run('schtasks /query /tn "\\Ünder & <über>" /xml')

    create, command, receive = transport.sent
    options = dict(re.findall(r'<w:Option Name="(\w+)">(\w+)<', create + command))
    assert options == {
        "WINRS_NOPROFILE": "TRUE",
        "WINRS_CODEPAGE": "65001",
        "WINRS_CONSOLEMODE_STDIN": "FALSE",
        "WINRS_SKIP_CMD_SHELL": "FALSE",
    }
    assert '<rsp:Command>schtasks /query /tn "\\Ünder &amp; &lt;über&gt;" /xml</rsp:Command>' in command
    assert 'CommandId="COMMAND-1">stdout stderr<' in receive


@given(st.text(), st.text(), st.lists(st.integers(0, 200)))
def test_output_comes_in_pieces_cut_anywhere(stdout: str, stderr: str, cuts: list[int]) -> None:
    def pieces(name: str, text: str) -> list[tuple[str, str]]:
        data = text.encode("utf-8", "replace")
        edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        return [(name, encoded(data[start:end])) for start, end in zip(edges, [*edges[1:], len(data)], strict=True)]

    chunks = pieces("stdout", stdout) + pieces("stderr", stderr)
    answers = [received(chunk) for chunk in chunks]
    session, *_unused = scripted(SHELL_CREATED, COMMAND_STARTED, *answers, received(exit_code="3"))

    expected = [text.encode("utf-8", "replace").decode() for text in (stdout, stderr)]
    assert session.run("anything") == Result(3, *expected)


def test_output_that_is_not_utf_8_is_still_output() -> None:
    session, *_unused = scripted(
        SHELL_CREATED, COMMAND_STARTED, received(("stdout", encoded(b"a\xe4b")), exit_code="0")
    )

    assert session.run("anything").stdout == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("sent, code", [("0", 0), ("1", 1), ("3221225794", 0xC0000142), ("-1073741502", 0xC0000142)])
def test_an_exit_code_is_its_32_bits(sent: str, code: int) -> None:
    session, *_unused = scripted(SHELL_CREATED, COMMAND_STARTED, received(exit_code=sent))

    assert session.run("anything").exit_code == code


def test_silence_within_the_operation_timeout_is_asked_on() -> None:
    session, transport, pauses = scripted(SHELL_CREATED, COMMAND_STARTED, TIMED_OUT, TIMED_OUT, DONE)

    assert session.run("anything").exit_code == 0
    assert transport.actions.count("Command") == 1
    assert pauses == []


def test_a_command_that_runs_too_long_is_stopped() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, COMMAND_STARTED, SIGNALED)

    with pytest.raises(CommandTimedOut, match=r"^the command ping was stopped because it ran for more than 0 seconds$"):
        session.run("ping -t host", timeout=0)
    assert transport.actions == ["Create", "Command", "Signal"]
    assert "/signal/terminate<" in transport.sent[-1]


def test_a_signal_that_fails_costs_no_result() -> None:
    session, *_unused = scripted(SHELL_CREATED, *RUN, fault("InvalidSelectors", 0x8033805B), *RUN)
    session.run("anything")

    assert session.run("something").exit_code == 0


def test_input_is_sent_whole_and_ended() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, COMMAND_STARTED, SENT, DONE)
    session.run("sort", "z\r\nä\x00\n")

    [stream] = re.findall(r"<rsp:Stream ([^>]*)>([^<]*)<", transport.sent[2])
    assert base64.b64decode(stream[1]).decode() == "z\r\nä\x00\n"
    assert 'End="true"' in stream[0]
    assert 'Name="stdin"' in stream[0]


def test_a_command_xml_cannot_carry_is_refused() -> None:
    session, transport, _unused = scripted(SHELL_CREATED)

    with pytest.raises(Unsendable, match=r"U\+0001"):
        session.run("echo \x01")
    assert "Command" not in transport.actions


def test_input_without_bytes_is_refused_before_the_command_starts() -> None:
    session, transport, _unused = scripted(SHELL_CREATED)

    with pytest.raises(Unsendable, match=r"U\+D800"):
        session.run("sort", "half a character: \ud800")
    assert "Command" not in transport.actions


# -- A broken connection

BROKEN = [
    ConnectionLost("reset"),
    TimedOut("no answer in time"),
    ProtocolError("HTTP 503"),
    StaleContext("HTTP 400"),
    Unreachable("refused"),
    AuthenticationRejected("wrong password"),
    QUOTA,
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: type(broken).__name__)
@pytest.mark.parametrize("before", [(), (received(("stdout", "aGk=")),)], ids=["first", "later"])
def test_a_command_that_started_never_starts_again(broken: Answer, before: tuple[bytes, ...]) -> None:
    session, transport, _unused = scripted(SHELL_CREATED, COMMAND_STARTED, *before, broken, *[sound] * 9)

    with pytest.raises(OutcomeUnknown):
        session.run("shutdown /r")
    assert transport.actions.count("Command") == 1


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: type(broken).__name__)
def test_a_command_whose_input_got_lost_never_starts_again(broken: Answer) -> None:
    session, transport, _unused = scripted(SHELL_CREATED, COMMAND_STARTED, broken, *[sound] * 9)

    with pytest.raises(OutcomeUnknown):
        session.run("sort", "input")
    assert transport.actions.count("Command") == 1


@pytest.mark.parametrize(
    "broken",
    [broken for broken in BROKEN if not isinstance(broken, TimedOut)],
    ids=lambda broken: type(broken).__name__,
)
def test_a_repeatable_command_starts_again_in_a_new_shell(broken: Answer) -> None:
    started = [SHELL_CREATED, COMMAND_STARTED, received(("stdout", encoded(b"old"))), broken]
    again = [SHELL_CREATED, COMMAND_STARTED, received(("stdout", encoded(b"new")), exit_code="0")]
    session, transport, pauses = scripted(*started, EMPTY, *again)

    assert session.run("ver", repeatable=True).stdout == "new"
    assert transport.actions == ["Create", "Command", "Receive", "Receive", "Delete", "Create", "Command", "Receive"]
    assert len(pauses) == 1


@pytest.mark.parametrize("refusal", [StaleContext("HTTP 400"), Unreachable("refused")])
def test_a_command_the_host_never_got_is_sent_again(refusal: WSManError) -> None:
    session, transport, _unused = scripted(SHELL_CREATED, refusal, EMPTY, SHELL_CREATED, *RUN)

    assert session.run("shutdown /r").exit_code == 0
    assert transport.actions.count("Command") == 2


GONE = fault("InvalidSelectors", 0x8033805B)
OTHER_SHELL = SHELL_CREATED.replace(b"SHELL-1", b"SHELL-2")


@pytest.mark.parametrize("answer", [EMPTY, GONE, TIMED_OUT, TimedOut("no answer in time"), Unreachable("refused")])
def test_a_shell_that_a_broken_connection_left_is_deleted_once(answer: Answer) -> None:
    session, transport, _unused = scripted(
        *[SHELL_CREATED, ConnectionLost("reset"), answer, OTHER_SHELL, *RUN], *[sound] * 9
    )

    session.run("ver", repeatable=True)
    session.close()

    assert transport.actions == ["Create", "Command", "Delete", "Create", "Command", "Receive", "Delete"]
    assert "SHELL-1" in transport.sent[2]
    assert "SHELL-2" in transport.sent[-1]


@pytest.mark.parametrize("answer", [ConnectionLost("reset"), ProtocolError("HTTP 503"), StaleContext("HTTP 400")])
def test_a_shell_that_could_not_be_deleted_is_deleted_in_the_end(answer: Answer) -> None:
    session, transport, _unused = scripted(
        *[SHELL_CREATED, ConnectionLost("reset"), answer, OTHER_SHELL, *RUN], *[sound] * 9
    )

    session.run("ver", repeatable=True)
    session.close()

    deleted = [message for message in transport.sent if action(message).endswith("Delete")]
    assert [re.findall(r"SHELL-\d", message) for message in deleted] == [["SHELL-1"], ["SHELL-1"], ["SHELL-2"]]


def test_a_shell_whose_deletion_got_lost_is_deleted_by_another_connection() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, *RUN, ConnectionLost("reset"), EMPTY)
    session.run("ver")
    session.close()

    assert transport.actions[-2:] == ["Delete", "Delete"]
    assert transport.resets == [4, 5]


@pytest.mark.parametrize("answers", [[TimedOut("no answer in time")], [Unreachable("refused")] * 4])
def test_a_host_that_does_not_answer_is_not_asked_to_delete_a_shell(answers: list[Answer]) -> None:
    session, transport, _unused = scripted(SHELL_CREATED, *RUN, *answers)
    session.run("ver")
    with pytest.raises(Unreachable):
        session.identify()
    session.close()

    assert "Delete" not in transport.actions


def test_a_session_whose_time_is_over_leaves_no_shell() -> None:
    transport = ScriptedTransport(SHELL_CREATED, *RUN, EMPTY)
    time = 0.0
    session = Session(transport, clock=lambda: time)
    session.allow(10)
    session.run("ver")
    time = 11.0

    with pytest.raises(TimeIsUp):
        session.identify()
    session.close()

    assert transport.actions[-1] == "Delete"


def test_an_abandoned_session_asks_the_host_nothing_more() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, *RUN)
    session.run("ver")

    session.abandon()
    session.close()

    assert transport.actions == ["Create", "Command", "Receive"]


def test_a_fault_after_a_command_was_started_leaves_its_outcome_open() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, COMMAND_STARTED, fault("InvalidSelectors", 0x8033805B))

    with pytest.raises(OutcomeUnknown, match=r"the command was started, but .* error 0x8033805B"):
        session.run("anything")
    assert transport.actions.count("Command") == 1


def test_a_fault_that_keeps_coming_after_a_repeatable_command_was_started_is_said() -> None:
    denied = fault("AccessDenied", 5)
    session, transport, _unused = scripted(*[SHELL_CREATED, COMMAND_STARTED, denied, EMPTY] * 4)

    with pytest.raises(CommandLost, match=r"the command was started, but .* error 0x00000005"):
        session.run("ver", repeatable=True)
    assert transport.actions.count("Command") == 4


@pytest.mark.parametrize("stdin", [None, "input"])
def test_a_command_for_which_the_shell_is_gone_is_run_in_a_new_one(stdin: str | None) -> None:
    sent = [SENT] if stdin else []
    again = [SHELL_CREATED, COMMAND_STARTED, *sent, DONE]
    session, transport, pauses = scripted(SHELL_CREATED, *RUN, GONE, GONE, *again)
    session.run("first")

    assert session.run("shutdown /r", stdin).exit_code == 0
    assert transport.actions[3:7] == ["Signal", "Command", "Create", "Command"]
    assert pauses == []


def test_a_shell_that_is_gone_at_once_is_an_error() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, GONE)

    with pytest.raises(ShellGone, match="0x8033805B"):
        session.run("ver", repeatable=True)
    assert transport.actions == ["Create", "Command"]


def test_a_shell_closed_meanwhile_is_opened_anew() -> None:
    session, transport, _unused = scripted(SHELL_CREATED, *RUN, EMPTY, SHELL_CREATED, *RUN)
    session.run("first")

    session.close_shell()
    session.close_shell()
    session.run("second")

    assert transport.actions.count("Delete") == 1
    assert transport.actions.count("Create") == 2
    assert transport.resets == []


@pytest.mark.parametrize("lost", [ConnectionLost("reset"), ProtocolError("HTTP 503"), EMPTY], ids=str)
def test_a_command_whose_shell_got_lost_while_it_was_opened_is_run_once(lost: Answer) -> None:
    session, transport, _unused = scripted(lost, SHELL_CREATED, *RUN)

    assert session.run("shutdown /r").exit_code == 0
    assert transport.actions.count("Command") == 1


def test_an_answer_about_another_command_is_none() -> None:
    other = received(("stdout", "aGk="), exit_code="0").replace(b"COMMAND-1", b"COMMAND-2")
    session, *_unused = scripted(SHELL_CREATED, COMMAND_STARTED, other)

    with pytest.raises(OutcomeUnknown, match="belongs to another command"):
        session.run("anything")


def test_output_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "MAX_OUTPUT", 10)
    chunk = received(("stdout", encoded(b"12345678")))
    session, transport, _unused = scripted(SHELL_CREATED, COMMAND_STARTED, chunk, chunk, SIGNALED, DONE)

    with pytest.raises(LimitExceeded, match=r"^the command printed more than 10 bytes and was stopped$"):
        session.run("type CON", repeatable=True)
    assert transport.actions[-1] == "Signal"
    assert len(transport.sent) == 5


# -- Answers that are none


@pytest.mark.parametrize(
    "answers",
    [
        [EMPTY],
        [SHELL_CREATED, EMPTY],
        [SHELL_CREATED, COMMAND_STARTED, received(("stdout", "a"))],
        [SHELL_CREATED, COMMAND_STARTED, received(("stdout", "ä"))],
        [SHELL_CREATED, COMMAND_STARTED, received(exit_code="none")],
    ],
    ids=["no shell", "no command", "no base64", "no ASCII", "no exit code"],
)
def test_an_answer_of_another_kind_is_one_sentence(answers: list[bytes]) -> None:
    session, *_unused = scripted(*answers * 4)

    with pytest.raises(ProtocolError, match="host"):
        session.run("ver", repeatable=True)


def test_a_stream_nobody_asked_for_is_left_alone() -> None:
    session, *_unused = scripted(
        SHELL_CREATED, COMMAND_STARTED, received(("pr", "aGk="), ("stdout", "aGk="), exit_code="0")
    )

    assert session.run("anything") == Result(0, "hi", "")


def test_a_command_that_is_done_without_exit_code_is_not_called_successful() -> None:
    state = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"
    done = envelope(
        f'<rsp:ReceiveResponse><rsp:CommandState CommandId="COMMAND-1" State="{state}"/></rsp:ReceiveResponse>'
    )
    session, *_unused = scripted(SHELL_CREATED, COMMAND_STARTED, done)

    with pytest.raises(OutcomeUnknown):
        session.run("anything")
