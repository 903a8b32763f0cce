# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Commands in cmd.exe over the Windows remote shell ([MS-WSMV])."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element, SubElement

from . import namespaces as ns
from .errors import (
    WSMAN_INVALID_SELECTORS,
    AuthenticationRejected,
    CommandLost,
    CommandTimedOut,
    ConnectionLost,
    Fault,
    LimitExceeded,
    ProtocolError,
    ShellGone,
    StaleContext,
    Unanswered,
    Unreachable,
    Unsendable,
    WSManError,
)
from .values import sendable

# UTF-8, so that the encoding of output does not depend on the host's language.
_CODEPAGE = "65001"
_DONE = ns.SHELL + "/CommandState/Done"
_TERMINATE = ns.SHELL + "/signal/terminate"
_PROGRAM = re.compile(r'\s*(?:"([^"]*)"|(\S+))')
# What is read of a command's output at most, in bytes. The longest that is read here lists the folders of a volume.
MAX_OUTPUT = 32 * 1024 * 1024


@dataclass(frozen=True)
class Result:
    """Exit code and output of a command. The output is in the host's language: decide on the exit code."""

    exit_code: int
    stdout: str
    stderr: str


class Request(Protocol):
    """A function that sends one request and returns the body of the answer."""

    def __call__(
        self,
        action: str,
        resource_uri: str,
        body: Element | None = None,
        selectors: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Element:
        """Send the request and return the SOAP body of the answer."""


class Shell:
    """One remote shell. Opening it costs one request, a command two or more, and a third if another one follows."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._ended = ""
        shell = Element(f"{{{ns.SHELL}}}Shell")
        SubElement(shell, f"{{{ns.SHELL}}}InputStreams").text = "stdin"
        SubElement(shell, f"{{{ns.SHELL}}}OutputStreams").text = "stdout stderr"
        options = {"WINRS_NOPROFILE": "TRUE", "WINRS_CODEPAGE": _CODEPAGE}
        answer = request(f"{ns.TRANSFER}/Create", ns.CMD_SHELL, shell, options=options)
        for selector in answer.iter(f"{{{ns.WSMAN}}}Selector"):
            if selector.get("Name") == "ShellId":
                self._selectors = {"ShellId": (selector.text or "").strip()}
                return
        raise ProtocolError("the host's answer contains no shell ID")

    def run(self, command: str, stdin: str | None, timeout: float) -> Result:
        """Run a command line to its end, or stop it after ``timeout`` seconds and raise :class:`CommandTimedOut`.

        Raises :class:`ShellGone` if the host does not know this shell any longer, so that nothing was started, and
        :class:`CommandLost` if it answers with a fault afterwards.
        """
        if self._ended:
            # The host keeps a command that has ended until then, and allows few of them. The last goes with the shell.
            self._signal(self._ended)
            self._ended = ""
        deadline = time.monotonic() + timeout
        data = None if stdin is None else _encode(stdin)
        line = Element(f"{{{ns.SHELL}}}CommandLine")
        SubElement(line, f"{{{ns.SHELL}}}Command").text = sendable(command)
        options = {"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "FALSE"}
        try:
            command_id = self._verb("Command", line, options).findtext(f".//{{{ns.SHELL}}}CommandId", "").strip()
        except Fault as fault:
            if fault.code == WSMAN_INVALID_SELECTORS:
                raise ShellGone(f"the host does not know the shell of the command any longer: {fault}") from fault
            raise
        if not command_id:
            raise ProtocolError("the host's answer contains no command ID")
        # From here on, an error must not read as if the host had done nothing: it has processed the request before.
        lost = "the command was started, but its result could not be read"
        try:
            if data is not None:
                self._send(command_id, data)
            result = self._receive(command_id, deadline)
        except (StaleContext, Unreachable, AuthenticationRejected) as error:
            raise ConnectionLost(f"{lost}: {error}") from error
        except Fault as fault:
            # Evidence: fault_after_command
            raise CommandLost(f"{lost}: {fault}") from fault
        except Unanswered as error:
            error.may_have_acted = True
            raise
        if result is None:
            self._signal(command_id)
            raise CommandTimedOut(
                f"the command {program(command)} was stopped because it ran for more than {timeout:.0f} seconds"
            )
        self._ended = command_id
        return result

    def close(self) -> None:
        """Delete the shell on the host, which also ends what still runs in it."""
        self._request(f"{ns.TRANSFER}/Delete", ns.CMD_SHELL, None, self._selectors)

    def _send(self, command_id: str, data: bytes) -> None:
        send = Element(f"{{{ns.SHELL}}}Send")
        stream = SubElement(send, f"{{{ns.SHELL}}}Stream", Name="stdin", CommandId=command_id, End="true")
        stream.text = base64.b64encode(data).decode()
        self._verb("Send", send)

    def _receive(self, command_id: str, deadline: float) -> Result | None:
        """Return the result of the command, None if it has not ended by the deadline."""
        receive = Element(f"{{{ns.SHELL}}}Receive")
        SubElement(receive, f"{{{ns.SHELL}}}DesiredStream", CommandId=command_id).text = "stdout stderr"
        output = {"stdout": bytearray(), "stderr": bytearray()}
        while time.monotonic() < deadline:
            try:
                answer = self._verb("Receive", receive)
            except Fault as fault:
                if fault.is_timeout:
                    continue  # no output within the operation timeout
                raise
            for part in answer.iter():
                if part.get("CommandId", command_id).upper() != command_id.upper():
                    raise ProtocolError("the host's answer belongs to another command")
            try:
                for stream in answer.iter(f"{{{ns.SHELL}}}Stream"):
                    # A chunk may end within a character, so the output is decoded only when it is complete.
                    if (name := stream.get("Name", "")) in output:
                        output[name] += base64.b64decode(stream.text or "")
                if sum(map(len, output.values())) > MAX_OUTPUT:
                    self._signal(command_id)
                    raise LimitExceeded(f"the command printed more than {MAX_OUTPUT} bytes and was stopped")
                for state in answer.iter(f"{{{ns.SHELL}}}CommandState"):
                    if state.get("State") == _DONE:
                        # Some hosts write exit codes signed, others unsigned; both mean the same 32 bits.
                        exit_code = int(state.findtext(f"{{{ns.SHELL}}}ExitCode", "")) & 0xFFFFFFFF
                        return Result(exit_code, *(text.decode(errors="replace") for text in output.values()))
            except ValueError as error:
                raise ProtocolError("the host's answer contains no valid output or exit code") from error
        return None

    def _signal(self, command_id: str) -> None:
        signal = Element(f"{{{ns.SHELL}}}Signal", CommandId=command_id)
        SubElement(signal, f"{{{ns.SHELL}}}Code").text = _TERMINATE
        # The command has ended, or is given up: what is known of it does not depend on this.
        with suppress(WSManError):
            self._verb("Signal", signal)

    def _verb(self, verb: str, body: Element, options: Mapping[str, str] | None = None) -> Element:
        return self._request(f"{ns.SHELL}/{verb}", ns.CMD_SHELL, body, self._selectors, options)


def program(command: str) -> str:
    """Return the name of the program in a command line, for messages: the arguments may contain secrets."""
    match = _PROGRAM.match(command)
    return (match[1] or match[2] or "").rpartition("\\")[2] if match else ""


def _encode(stdin: str) -> bytes:
    try:
        return stdin.encode()
    except UnicodeEncodeError as error:
        code = f"U+{ord(stdin[error.start]):04X}"
        raise Unsendable(f"the input of the command cannot be sent: it contains the character {code}") from error
