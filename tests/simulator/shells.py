# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRS shells: Create, Command, Send, Receive, Signal and Delete of ``windows/shell/cmd`` (MS-WSMV 3.1.4.5)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from tests.simulator import faults
from tests.simulator.faults import WSManFault
from tests.simulator.model import CimFailure, Process, Windows
from tests.simulator.operations import TRANSFER, Answer
from tests.simulator.soap import NAMESPACES, Request, escape, new_id, q, schema_violation

SHELL_URI = f"{NAMESPACES['rsp']}/cmd"
_SHELL = NAMESPACES["rsp"]
_CHUNK = 8192
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SIGNALS = {f"{_SHELL}/signal/{name}" for name in ("terminate", "ctrl_c", "ctrl_break")}
_PREFIXES = "x w rsp p"


@dataclass
class _Command:
    line: str
    skip_cmd_shell: bool
    console_stdin: bool
    stdin: bytearray = field(default_factory=bytearray)
    stdin_seen: bool = False
    process: Process | None = None
    started: float = 0.0  # on the host's clock
    output: list[tuple[str, bytes]] = field(default_factory=list)
    sent: int = 0

    @property
    def waits(self) -> bool:
        """Whether the command still reads its standard input."""
        return self.process is None and self.stdin_seen


@dataclass
class _Shell:
    codepage: int
    output_streams: tuple[str, ...]
    used: float  # when the last request for it was answered, on the host's clock
    commands: dict[str, _Command] = field(default_factory=dict)

    def runs(self, now: float) -> bool:
        """Whether a command in it has not ended."""
        processes = [(command.process, command.started) for command in self.commands.values()]
        return any(process is None or now < started + process.duration for process, started in processes)


@dataclass
class Shells:
    """The cmd shells of one host.

    A command without input runs when it is first looked at: at Receive, Signal, Delete, or as soon as the host gets
    any other request. So its effect is there whenever a client can see it, and input sent before is not lost.
    """

    windows: Windows
    maximum: int = 30  # MaxShellsPerUser in [MS-WSMV] 2.2.4.42
    _shells: dict[str, _Shell] = field(default_factory=dict)

    async def handle(self, request: Request, user: str, address: str, client: str) -> Answer:
        """Answer one request for the shell plugin; ``address`` is the URL of this service."""
        action = request.action
        self._expire()
        if action == f"{TRANSFER}/Create":
            return Answer(f"{action}Response", self._create(request, user, address, client), _PREFIXES)
        shell_id, shell = self._shell(request)
        silent = False
        try:
            return await self._answer(request, shell_id, shell)
        except WSManFault as fault:
            silent = fault.subcode == "w:TimedOut"
            raise
        finally:
            if not (silent and self.windows.misbehaves("silent_command")):
                shell.used = self.windows.seconds()

    async def _answer(self, request: Request, shell_id: str, shell: _Shell) -> Answer:
        action = request.action
        if action == f"{TRANSFER}/Delete":
            self._delete(shell_id, shell)
            return Answer(f"{action}Response", "", "w p")
        verb = action.removeprefix(f"{_SHELL}/")
        if verb == "Command":
            body = self._command(request, shell)
        elif verb == "Send":
            body = self._send(request, shell)
        elif verb == "Receive":
            return Answer(f"{action}Response", await self._receive(request, shell), "w rsp p")
        elif verb == "Signal":
            body = self._signal(request, shell)
        else:
            raise faults.action_not_supported(action)
        return Answer(f"{action}Response", body, _PREFIXES)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._shells)

    def run_started(self) -> None:
        """Run every command that does not wait for piped input."""
        for shell in list(self._shells.values()):
            for command in list(shell.commands.values()):
                if command.process is None and command.console_stdin and not command.waits:
                    self._run(shell, command)

    def clear(self) -> None:
        """End all shells: the service restarts."""
        self._shells.clear()

    def _expire(self) -> None:
        """Delete the shells in which nothing has happened for too long (MS-WSMV, IdleTimeOut of rsp:Shell).

        A Receive that gets no output counts, too: what counts is the last message of the client (IdleTimeout in
        WindowsRemoteShell.admx).
        """
        now = self.windows.seconds()
        limit = now - self.windows.shell_idle_seconds()
        for shell_id, shell in list(self._shells.items()):
            if shell.used >= limit:
                continue
            for command in shell.commands.values():
                if command.process is None and not command.waits:
                    self._run(shell, command)
            if self.windows.misbehaves("silent_command") or not shell.runs(now):
                del self._shells[shell_id]

    def _shell(self, request: Request) -> tuple[str, _Shell]:
        selectors = {name.lower(): value for name, value in request.selectors.items()}
        shell_id = str(selectors.get("shellid", ""))
        shell = self._shells.get(shell_id.upper())
        if shell is None or len(selectors) != 1:
            raise faults.unexpected_selectors()
        return shell_id.upper(), shell

    def _create(self, request: Request, user: str, address: str, client: str) -> str:
        if request.selectors:
            raise faults.unexpected_selectors()
        body = request.content("rsp:Shell")
        known = {q(f"rsp:{name}") for name in ("InputStreams", "OutputStreams", "WorkingDirectory", "Environment")}
        known |= {q("rsp:IdleTimeOut"), q("rsp:IdleTimeout"), q("rsp:Lifetime"), q("rsp:Name")}
        for child in body:
            if child.tag not in known:
                raise schema_violation(f"{child.tag} is not expected in rsp:Shell.")
        streams = tuple((body.findtext(q("rsp:OutputStreams")) or "").split())
        if (body.findtext(q("rsp:InputStreams")) or "").split() not in ([], ["stdin"]) or not streams:
            raise _incorrect()
        if not set(streams) <= {"stdout", "stderr"}:
            raise _incorrect()
        codepage = request.options.get("WINRS_CODEPAGE", "437")
        if not codepage.isascii() or not codepage.isdigit():
            raise _invalid_option("WINRS_CODEPAGE")
        _switch(request.options, "WINRS_NOPROFILE")
        if len(self._shells) >= self.maximum:
            raise faults.quota(shells=True, mi_error=True)
        shell_id = new_id()
        self._shells[shell_id] = _Shell(int(codepage), streams, used=self.windows.seconds())
        return (
            f"<x:ResourceCreated><a:Address>{escape(address)}</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{SHELL_URI}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f'</x:ResourceCreated><rsp:Shell xmlns:rsp="{_SHELL}"><rsp:ShellId>{shell_id}</rsp:ShellId>'
            f"<rsp:ResourceUri>{SHELL_URI}</rsp:ResourceUri><rsp:Owner>{escape(user)}</rsp:Owner>"
            f"<rsp:ClientIP>{escape(client)}</rsp:ClientIP>"
            f"<rsp:IdleTimeOut>PT{self.windows.shell_idle_seconds():.3f}S</rsp:IdleTimeOut>"
            f"<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>{' '.join(streams)}</rsp:OutputStreams>"
            "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity>"
            "</rsp:Shell>"
        )

    def _delete(self, shell_id: str, shell: _Shell) -> None:
        for command in shell.commands.values():
            if command.process is None:
                self._run(shell, command)
        del self._shells[shell_id]

    def _command(self, request: Request, shell: _Shell) -> str:
        body = request.content("rsp:CommandLine")
        words = [child.text or "" for child in body if child.tag == q("rsp:Arguments")]
        commands = [child.text or "" for child in body if child.tag == q("rsp:Command")]
        if len(commands) != 1 or not commands[0].strip() or len(words) + 1 != len(body):
            raise schema_violation("rsp:CommandLine takes one rsp:Command and any number of rsp:Arguments.")
        command = _Command(
            " ".join([commands[0], *words]),
            skip_cmd_shell=_switch(request.options, "WINRS_SKIP_CMD_SHELL"),
            console_stdin=_switch(request.options, "WINRS_CONSOLEMODE_STDIN", default=True),
        )
        if command.skip_cmd_shell:
            self._run(shell, command)
        command_id = new_id()
        shell.commands[command_id] = command
        return f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, request: Request, shell: _Shell) -> str:
        body = request.content("rsp:Send")
        for stream in body:
            if stream.tag != q("rsp:Stream") or stream.get("Name") != "stdin":
                raise _incorrect()
            command = self._find(shell, stream)
            if command.process is not None:
                raise faults.shell_provider(faults.BROKEN_PIPE, "The pipe has been ended. ")
            command.stdin_seen = True
            try:
                command.stdin += base64.b64decode(stream.text or "", validate=True)
            except binascii.Error:
                raise schema_violation("rsp:Stream is not base64.") from None
            if stream.get("End", "false").lower() in ("true", "1"):
                self._run(shell, command)
        return "<rsp:SendResponse/>"

    async def _receive(self, request: Request, shell: _Shell) -> str:
        body = request.content("rsp:Receive")
        desired = body.find(q("rsp:DesiredStream"))
        if desired is None or not set((desired.text or "").split()) <= set(shell.output_streams):
            raise _incorrect()
        command = self._find(shell, desired)
        if command.process is None and not command.waits:
            self._run(shell, command)
        command_id = (desired.get("CommandId") or "").upper()
        duration = command.process.duration if command.process else float("inf")
        remaining = command.started + duration - self.windows.seconds() if command.process else duration
        if remaining > 0:
            await self.windows.pause(min(remaining, request.timeout))
        if remaining > request.timeout:
            raise faults.timed_out()
        return self._output(command_id, command, request.envelope_size)

    def _output(self, command_id: str, command: _Command, envelope_size: int) -> str:
        assert command.process is not None
        room = envelope_size - 4096
        streams = ""
        first = command.sent == 0
        while command.sent < len(command.output):
            name, chunk = command.output[command.sent]
            text = base64.b64encode(chunk).decode()
            element = f'<rsp:Stream Name="{name}" CommandId="{command_id}">{text}</rsp:Stream>'
            room -= len(element)
            # The second chunk comes with the next answer, as from a process that still writes.
            if room < 0 or (first and command.sent and name == "stdout"):
                break
            streams += element
            command.sent += 1
        if command.sent < len(command.output):
            state, exit_code = "Running", ""
        else:
            for name in ("stdout", "stderr"):
                streams += f'<rsp:Stream Name="{name}" CommandId="{command_id}" End="true"></rsp:Stream>'
            state = "Done"
            exit_code = f"<rsp:ExitCode>{command.process.exit_code & 0xFFFFFFFF}</rsp:ExitCode>"
        return (
            f'<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId="{command_id}" '
            f'State="{_SHELL}/CommandState/{state}">{exit_code}</rsp:CommandState></rsp:ReceiveResponse>'
        )

    def _signal(self, request: Request, shell: _Shell) -> str:
        body = request.content("rsp:Signal")
        command = self._find(shell, body)
        if (body.findtext(q("rsp:Code")) or "").strip() not in _SIGNALS:
            raise _incorrect()
        if command.process is None:
            self._run(shell, command)
        del shell.commands[(body.get("CommandId") or "").upper()]
        return "<rsp:SignalResponse/>"

    def _find(self, shell: _Shell, element: ElementTree.Element) -> _Command:
        command = shell.commands.get((element.get("CommandId") or "").upper())
        if command is None:
            raise faults.unexpected_selectors(
                "The Windows Remote Shell received a request to perform an operation on a command identifier that does "
                "not exist. Either the command has completed execution or the client specified an invalid command "
                "identifier. "
            )
        return command

    def _run(self, shell: _Shell, command: _Command) -> None:
        try:
            process = self.windows.run_command(
                command.line, bytes(command.stdin), shell.codepage, command.skip_cmd_shell
            )
        except CimFailure as failure:
            raise faults.shell_provider(failure.hresult, failure.message) from failure
        command.process = process
        command.started = self.windows.seconds()
        for name, data in (("stdout", process.stdout), ("stderr", process.stderr)):
            if name in shell.output_streams:
                command.output += [(name, chunk) for chunk in split_output(data)]


def split_output(data: bytes) -> list[bytes]:
    """Chunks of at most 8 KiB; the first multi-byte character, if any, is torn apart."""
    found = _NOT_ASCII.search(data)
    torn = found.end() if found else 0
    head, tail = data[:torn], data[torn:]
    return [part[i : i + _CHUNK] for part in (head, tail) for i in range(0, len(part), _CHUNK)]


def _switch(options: Mapping[str, str], name: str, default: bool = False) -> bool:
    text = options.get(name)
    if text is None:
        return default
    if text.upper() not in ("TRUE", "FALSE", "1", "0"):
        raise _invalid_option(name)
    return text.upper() in ("TRUE", "1")


def _incorrect() -> WSManFault:
    return faults.shell_provider(faults.INVALID_PARAMETER, "The parameter is incorrect. ", "w:InvalidParameter")


def _invalid_option(name: str) -> WSManFault:
    text = f"One or more of the options has an invalid value: {name}. "
    return WSManFault(faults.OPTIONS_INVALID_VALUE, "w:InvalidOptions", text, detail=faults.DETAIL + "InvalidValues")
