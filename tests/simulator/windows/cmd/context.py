# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running command sees: its host, directory, variables, streams, and who it runs as."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.simulator.windows.background import Pause
from tests.simulator.windows.environment import Environment
from tests.simulator.windows.filesystem import ERROR_ACCESS_DENIED, FileError, Node
from tests.simulator.windows.messages import text, win32_text

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host


@dataclass
class Input:
    """Standard input, read once by whoever comes first."""

    data: bytes = b""

    def read(self) -> bytes:
        data, self.data = self.data, b""
        return data

    def read_line(self) -> bytes:
        line, _unused, self.data = self.data.partition(b"\n")
        return line.rstrip(b"\r")


@dataclass
class Context:
    """``remote`` is a WinRM session's network logon: no Windows Update, no BITS, no credentials for other machines."""

    host: Host
    environment: Environment
    directory: str
    codepage: int
    remote: bool
    system: bool = False
    delayed_expansion: bool = False
    echo: bool = True
    stdin: Input = field(default_factory=Input)
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    for_values: dict[str, str] = field(default_factory=dict)
    error_level: int = 0
    elapsed: float = 0.0
    pause: Pause | None = None  # in the background, time really passes
    ended: bool = False  # by exit

    def child(self) -> Context:
        """The same for another cmd.exe: it shares the streams, and keeps its variables and directory to itself."""
        return replace(
            self, environment=self.environment.copy(), ended=False, for_values={}, delayed_expansion=False, echo=True
        )

    def take(self, seconds: float) -> None:
        """Take time, before the effects of what takes it."""
        if self.pause and seconds:
            self.pause(seconds)
        self.elapsed += seconds

    def encode(self, output: str) -> bytes:
        codec = "utf-8" if self.codepage == 65001 else f"cp{self.codepage}"
        return output.encode(codec, errors="replace")

    def decode(self, data: bytes) -> str:
        codec = "utf-8" if self.codepage == 65001 else f"cp{self.codepage}"
        return data.decode(codec, errors="replace")

    def print(self, output: str = "", end: str = "\r\n") -> None:
        self.stdout += self.encode(output + end)

    def complain(self, output: str, end: str = "\r\n") -> None:
        self.stderr += self.encode(output + end)

    def say(self, key: str, *arguments: object) -> None:
        """Print a text in the language of the system."""
        self.print(text(self.host.language, key, *arguments))

    def text(self, key: str, *arguments: object) -> str:
        return text(self.host.language, key, *arguments)

    def complain_win32(self, code: int) -> None:
        self.complain(win32_text(self.host.language, code))

    def absolute(self, path: str) -> str:
        """A path as written, with quotes, relative to the current directory."""
        clean = path.replace('"', "").replace("/", "\\")
        if clean.startswith("\\\\") or clean[1:2] == ":":
            if clean[1:2] == ":" and clean[2:3] != "\\":
                # Relative to the current directory of that drive.
                same_drive = clean[:1].lower() == self.directory[:1].lower()
                clean = (self.directory if same_drive else clean[:2]) + "\\" + clean[2:]
        elif clean.startswith("\\"):
            clean = self.directory[:2] + clean
        else:
            clean = self.directory + "\\" + clean
        return self.host.files.normalise(clean)

    def _check_share(self, full: str, *, write: bool) -> None:
        """A network logon has no credentials to present to another machine; the computer's own account has."""
        if full.startswith("\\\\"):
            readable = not self.remote or self.host.profile.get("session_reads_shares", False)
            if write or not readable:
                raise FileError(ERROR_ACCESS_DENIED, full)

    def node(self, path: str) -> Node | None:
        """The file or directory at a path, None where there is none; raises FileError where looking is denied."""
        full = self.absolute(path)
        self._check_share(full, write=False)
        return self.host.files.find(full)

    def read(self, path: str) -> bytes:
        full = self.absolute(path)
        self._check_share(full, write=False)
        return self.host.files.content(full)

    def write(self, path: str, content: bytes) -> None:
        full = self.absolute(path)
        self._check_share(full, write=True)
        self.host.files.write_content(full, content)

    def copy_node(self, path: str, node: Node) -> None:
        full = self.absolute(path)
        self._check_share(full, write=True)
        self.host.files.write(full, node)
