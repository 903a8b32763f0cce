# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRS shells."""

from __future__ import annotations

import base64
from xml.etree import ElementTree

import pytest

from tests.simulator.model import Process
from tests.simulator.service import Service
from tests.simulator.shells import split_output
from tests.unit.simulator.fake_host import FakeHost
from tests.unit.simulator.messages import CIMV2, NS, SHELL, SHELL_CMD, TRANSFER, fault, message, succeed

STREAMS = "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"


@pytest.fixture
def host() -> FakeHost:
    return FakeHost({}, "win1")


@pytest.fixture
def service(host: FakeHost) -> Service:
    return Service(host, "win1")


def create(options: dict[str, str] | None = None, body: str = STREAMS) -> str:
    return message(f"{TRANSFER}/Create", SHELL_CMD, f"<rsp:Shell>{body}</rsp:Shell>", options=options)


def open_shell(service: Service, options: dict[str, str] | None = None) -> str:
    body = succeed(service, create(options))
    selector = body.findtext("x:ResourceCreated/a:ReferenceParameters/w:SelectorSet/w:Selector", "", NS)
    assert body.findtext("rsp:Shell/rsp:ShellId", namespaces=NS) == selector
    return selector


def verb(name: str, shell: str, body: str, **extra: str) -> str:
    return message(f"{SHELL}/{name}", SHELL_CMD, body, {"ShellId": shell}, **extra)  # type: ignore[arg-type]


def command_line(shell: str, line: str, options: dict[str, str] | None = None) -> str:
    body = f"<rsp:CommandLine><rsp:Command>{line}</rsp:Command></rsp:CommandLine>"
    return message(f"{SHELL}/Command", SHELL_CMD, body, {"ShellId": shell}, options)


def run(service: Service, shell: str, line: str, options: dict[str, str] | None = None) -> str:
    return succeed(service, command_line(shell, line, options)).findtext("rsp:CommandResponse/rsp:CommandId", "", NS)


def receive(shell: str, command: str, timeout: str = "PT20S") -> str:
    body = f'<rsp:Receive><rsp:DesiredStream CommandId="{command}">stdout stderr</rsp:DesiredStream></rsp:Receive>'
    return verb("Receive", shell, body, timeout=timeout)


def send(shell: str, command: str, data: bytes, end: str = "false") -> str:
    text = base64.b64encode(data).decode()
    body = f'<rsp:Send><rsp:Stream Name="stdin" CommandId="{command}" End="{end}">{text}</rsp:Stream></rsp:Send>'
    return verb("Send", shell, body)


def signal(shell: str, command: str, code: str = "terminate") -> str:
    body = f'<rsp:Signal CommandId="{command}"><rsp:Code>{SHELL}/signal/{code}</rsp:Code></rsp:Signal>'
    return verb("Signal", shell, body)


def outputs(body: ElementTree.Element, name: str) -> list[bytes]:
    found = body.iterfind(f".//rsp:Stream[@Name='{name}']", NS)
    return [base64.b64decode(stream.text) for stream in found if stream.text]


def state(body: ElementTree.Element) -> tuple[str, str | None]:
    element = body.find(".//rsp:CommandState", NS)
    assert element is not None
    return element.get("State", "").rpartition("/")[2], element.findtext("rsp:ExitCode", namespaces=NS)


def test_output_and_exit_code(service: Service, host: FakeHost) -> None:
    host.process = Process(b"out\r\n", b"err\r\n", -1)
    shell = open_shell(service, {"WINRS_CODEPAGE": "65001", "WINRS_NOPROFILE": "FALSE"})
    command = run(service, shell, "echo")
    body = succeed(service, receive(shell, command))
    assert (outputs(body, "stdout"), outputs(body, "stderr")) == ([b"out\r\n"], [b"err\r\n"])
    assert state(body) == ("Done", "4294967295")
    assert [s.get("End") for s in body.iterfind(".//rsp:Stream", NS)] == [None, None, "true", "true"]
    assert host.ran == [("echo", b"", 65001, False)]


def test_a_character_is_torn_between_two_answers(service: Service, host: FakeHost) -> None:
    host.process = Process("ab中文".encode())
    shell = open_shell(service)
    command = run(service, shell, "echo")
    first = succeed(service, receive(shell, command))
    assert (outputs(first, "stdout"), state(first)) == ([b"ab\xe4"], ("Running", None))
    second = succeed(service, receive(shell, command))
    assert b"".join(outputs(first, "stdout") + outputs(second, "stdout")).decode() == "ab中文"
    assert state(second) == ("Done", "0")


def test_long_output_fits_the_envelope(service: Service, host: FakeHost) -> None:
    host.process = Process(b"x" * 500_000)
    shell = open_shell(service)
    command = run(service, shell, "type")
    received = b""
    for _unused in range(20):
        body = succeed(service, receive(shell, command))
        received += b"".join(outputs(body, "stdout"))
        if state(body)[0] == "Done":
            break
    assert received == host.process.stdout


def test_stdin(service: Service) -> None:
    shell = open_shell(service)
    command = run(service, shell, "sort", {"WINRS_CONSOLEMODE_STDIN": "FALSE"})
    succeed(service, send(shell, command, b"b\n"))
    assert fault(service, receive(shell, command, "PT0.01S")).code == 2150858793
    succeed(service, send(shell, command, b"a\n", end="true"))
    assert outputs(succeed(service, receive(shell, command)), "stdout") == [b"a\nb\n"]
    assert fault(service, send(shell, command, b"more")).code == 0x8007006D


def test_a_command_that_takes_longer_times_out(service: Service, host: FakeHost) -> None:
    host.process = Process(b"late", duration=0.05)
    shell = open_shell(service)
    command = run(service, shell, "slow")
    seen = fault(service, receive(shell, command, "PT0.001S"))
    assert (seen.code, seen.subcode) == (2150858793, "w:TimedOut")
    assert outputs(succeed(service, receive(shell, command)), "stdout") == [b"late"]


@pytest.mark.parametrize("look", ["receive", "signal", "delete", "other request"])
def test_a_command_has_run_once_anyone_can_tell(service: Service, host: FakeHost, look: str) -> None:
    shell = open_shell(service)
    command = run(service, shell, "echo")
    requests = {
        "receive": receive(shell, command),
        "signal": signal(shell, command),
        "delete": message(f"{TRANSFER}/Delete", SHELL_CMD, selectors={"ShellId": shell}),
        "other request": message(f"{TRANSFER}/Get", f"{CIMV2}/Win32_OperatingSystem"),
    }
    succeed(service, requests[look])
    assert len(host.ran) == 1
    succeed(service, create())
    assert len(host.ran) == 1


def test_without_cmd_the_executable_must_exist(service: Service) -> None:
    shell = open_shell(service)
    seen = fault(service, command_line(shell, "ping", {"WINRS_SKIP_CMD_SHELL": "TRUE"}))
    assert (seen.code, seen.subcode) == (2147942402, "w:InternalError")


@pytest.mark.parametrize(
    "make",
    [
        lambda shell, command: receive(shell, "87E77BEB-6761-4C48-9D70-A00266B8459A"),
        lambda shell, command: receive("87E77BEB-6761-4C48-9D70-A00266B8459A", command),
        lambda shell, command: signal(shell, "none"),
        lambda shell, command: send(shell, "none", b""),
        lambda shell, command: message(f"{TRANSFER}/Delete", SHELL_CMD, selectors={"ShellId": "none"}),
        lambda shell, command: message(f"{TRANSFER}/Delete", SHELL_CMD),
        lambda shell, command: message(f"{TRANSFER}/Delete", SHELL_CMD, selectors={"ShellId": shell, "Name": "x"}),
    ],
)
def test_unknown_identifiers(service: Service, make: object) -> None:
    shell = open_shell(service)
    command = run(service, shell, "echo")
    assert callable(make)
    seen = fault(service, make(shell, command))
    assert (seen.code, seen.subcode) == (2150858843, "w:InvalidSelectors")


def test_a_terminated_command_is_gone(service: Service) -> None:
    shell = open_shell(service)
    command = run(service, shell, "echo")
    succeed(service, signal(shell, command))
    assert fault(service, receive(shell, command)).code == 2150858843


@pytest.mark.parametrize(
    "request_text, code",
    [
        (create({"WINRS_CODEPAGE": "utf-8"}), 2150858835),
        (create({"WINRS_NOPROFILE": "maybe"}), 2150858835),
        (create(body="<rsp:OutputStreams>stdout stdlog</rsp:OutputStreams>"), 87),
        (create(body="<rsp:InputStreams>stdin</rsp:InputStreams>"), 87),
        (create(body=f"{STREAMS}<rsp:Odd/>"), 2150858817),
        (message(f"{TRANSFER}/Get", SHELL_CMD), 2150858843),
    ],
)
def test_refusals(service: Service, request_text: str, code: int) -> None:
    assert fault(service, request_text).code == code


@pytest.mark.parametrize(
    "name, body, code",
    [
        ("Command", "<rsp:CommandLine/>", 2150858817),
        ("Command", "<rsp:CommandLine><rsp:Arguments>x</rsp:Arguments></rsp:CommandLine>", 2150858817),
        ("Receive", "<rsp:Receive/>", 87),
        ("Receive", "<rsp:Send/>", 2150858817),
        ("Disconnect", "<rsp:Disconnect/>", 2150858771),
    ],
)
def test_verbs_are_checked(service: Service, name: str, body: str, code: int) -> None:
    assert fault(service, verb(name, open_shell(service), body)).code == code


def test_an_unknown_signal(service: Service) -> None:
    shell = open_shell(service)
    command = run(service, shell, "echo")
    assert fault(service, signal(shell, command, "usr1")).code == 87


def test_a_user_has_thirty_shells(service: Service) -> None:
    for _unused in range(30):
        open_shell(service)
    seen = fault(service, create())
    assert (seen.code, seen.subcode) == (2150859173, "w:QuotaLimit")


def test_splitting_loses_nothing() -> None:
    data = ("x" * 9000 + "é" * 9000).encode()
    chunks = split_output(data)
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) <= 8192
    with pytest.raises(UnicodeDecodeError):
        b"".join(chunks[:2]).decode()


def test_an_idle_shell_is_deleted_and_one_in_use_is_not(service: Service, host: FakeHost) -> None:
    host.idle_seconds = 180
    shell, other = open_shell(service), open_shell(service)
    host.time += 100
    assert run(service, other, "ver")
    host.time += 81

    seen = fault(service, command_line(shell, "ver"))
    assert (seen.code, seen.subcode) == (2150858843, "w:InvalidSelectors")
    assert run(service, other, "ver")
    host.time += 200
    assert fault(service, command_line(other, "ver")).code == 2150858843


def test_a_shell_whose_command_runs_is_not_idle(service: Service, host: FakeHost) -> None:
    host.idle_seconds = 180
    host.process = Process(b"done", duration=3600)
    shell = open_shell(service)
    command = run(service, shell, "slow")
    fault(service, receive(shell, command, timeout="PT0.01S"))
    host.time += 3000

    assert fault(service, receive(shell, command, timeout="PT0.01S")).subcode == "w:TimedOut"
