# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Installation of a product: copy its installer to the host, verify it, run it as SYSTEM, and check what proves it."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from ..wsman.errors import WSManError
from ..wsman.session import Session
from . import paths, versions
from .command_line import failure, quoted
from .errors import CimError
from .exit_codes import Outcome, classify
from .files import Files
from .operating_system import await_restart, last_boot, reboot
from .registry import Registry
from .services import Services
from .system_command import Interrupted, SystemCommand, require_runnable, temporary_directory

_URL = re.compile(r"https?://", re.IGNORECASE)
_PLAIN_HTTP = re.compile(r"http://", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Seconds in which certutil can read a file of a gigabyte from a slow disk.
_HASH_TIMEOUT = 600.0
# Services of Microsoft Defender Antivirus and of System Center Endpoint Protection.
_MICROSOFT_ANTIVIRUS = ("WinDefend", "MsMpSvc")
# Seconds between two reads of the proof after a restart, and how many of them.
_PROOF_INTERVAL, _PROOF_READS = 10.0, 30
# Seconds for a restart by the installer itself.
_RESTART_TIMEOUT = 1800.0


@dataclass(frozen=True)
class Proof(ABC):
    """What proves that a product is installed, by its presence or by being at least ``minimum``.

    Numbers and versions are compared part by part: 5.1 is less than 5.1.14409 and more than 4.
    """

    minimum: str | None

    kind: ClassVar[str]

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is on the host."""

    @abstractmethod
    def read(self, session: Session) -> str | int | None:
        """Return the value, None if it is absent."""

    def is_met_by(self, value: str | int | None) -> bool:
        """Return whether a value proves that the product is installed."""
        return value is not None and (self.minimum is None or versions.find(str(value)) >= versions.find(self.minimum))

    def __str__(self) -> str:
        condition = f" of at least {self.minimum}" if self.minimum else ""
        return f"the {self.kind} {self.place}{condition}"


@dataclass(frozen=True)
class RegistryProof(Proof):
    """A registry value, a number or text."""

    key: str
    name: str

    kind = "registry value"

    @property
    def place(self) -> str:
        """Key and name."""
        return f"{self.key}\\{self.name}"

    def read(self, session: Session) -> str | int | None:
        """Return the value's data, None if it is absent."""
        value = Registry(session).value(self.key, self.name)
        if value is None:
            return None
        if isinstance(value.data, (str, int)):
            return value.data
        raise CimError(f"the registry value {self.place} is neither a number nor a string")


@dataclass(frozen=True)
class FileProof(Proof):
    """A file, by its version."""

    path: str

    kind = "file version of"

    @property
    def place(self) -> str:
        """The path."""
        return self.path

    def read(self, session: Session) -> str | None:
        """Return the file's version, an empty one if it has none, None if there is no file."""
        file = Files(session).file(self.path)
        return (file.version or "") if file else None


@dataclass(frozen=True)
class Installation:
    """The result of an installation.

    :ivar value: what proves the installation, afterwards.
    :ivar exit_code: unsigned; None if a restart ended the installer before it had one.
    :ivar changed: False if the installer reports that there was nothing to install.
    :ivar restarted: the host has restarted.
    :ivar reboot_required: the installation requires a restart to complete.
    :ivar postponed: why a restart that was allowed was not made, None otherwise.
    """

    value: str | int | None
    exit_code: int | None
    changed: bool
    restarted: bool
    reboot_required: bool
    postponed: str | None = None


def install(
    session: Session,
    installer: Installer,
    proof: Proof,
    *,
    reboot_timeout: float | None,
    gate: Callable[[], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Installation:
    """Run an installer, restart the host if necessary, and check the proof.

    :param reboot_timeout: seconds the host may take to restart; None if it must not be restarted.
    :param gate: called before the installation and before a restart; raises :class:`CimError` if the host is in use.

    Raises :class:`CimError` if the proof does not show that the product is installed.
    """
    gate()
    booted = last_boot(session)
    try:
        exit_code = installer.run()
    except Interrupted as error:
        value = proof.read(session)
        if proof.is_met_by(value):
            return Installation(value, None, changed=True, restarted=True, reboot_required=False)
        raise CimError(f"{error}, and {proof} is {_found(value)}: run the task again") from error
    code = classify(exit_code)
    ended = f"the installer {installer} ended with exit code {exit_code} (0x{exit_code:08X}): {code.meaning}"
    if code.outcome is Outcome.FAILED:
        raise CimError(ended, exit_code)
    value = None if code.outcome is Outcome.RESTARTING else proof.read(session)
    # An update that requires a restart reports "already installed", although the proof is not met yet.
    pending = code.outcome is Outcome.RESTART_NEEDED or (code.outcome is Outcome.PRESENT and not proof.is_met_by(value))
    restarted, postponed = code.outcome is Outcome.RESTARTING, None
    if restarted:
        await_restart(session, booted, reboot_timeout or _RESTART_TIMEOUT, sleep)
    elif pending and reboot_timeout is not None:
        try:
            gate()
        except CimError as error:
            postponed = str(error)
        else:
            restarted = True
            reboot(session, reboot_timeout, sleep)
    if restarted:
        value = _await_proof(session, proof, sleep)
    if not proof.is_met_by(value) and (restarted or not pending):
        after = " after the restart" if restarted else ""
        raise CimError(f"{ended}, but {proof} is {_found(value)}{after}: it may install another product or version")
    changed = restarted or code.outcome is not Outcome.PRESENT
    return Installation(value, exit_code, changed, restarted, pending and not restarted, postponed)


def _await_proof(session: Session, proof: Proof, sleep: Callable[[float], None]) -> str | int | None:
    """Return the value that meets the proof, or what it is some minutes after a restart.

    WinRM answers while Windows is still completing updates, after which it may restart once more.
    """
    for pause in (*(_PROOF_INTERVAL,) * _PROOF_READS, None):
        try:
            value = proof.read(session)
        except WSManError:
            if pause is None:
                raise
        else:
            if pause is None or proof.is_met_by(value):
                return value
        if pause is not None:
            sleep(pause)
    raise AssertionError


def _found(value: str | int | None) -> str:
    # The value is not quoted: whatever it is a proof of, it is data of the registry.
    return "absent" if value is None else "lower"


class Installer:
    """An installer: a program (``.exe``), a Windows Installer package (``.msi``) or a Windows update (``.msu``).

    :param source: an http or https URL, a UNC path or a path on the host.
    :param sha256: hexadecimal, in any letter case; None to run the file without verification.
    :param timeout: seconds to copy it to the host, and again to run it.
    """

    def __init__(
        self,
        session: Session,
        source: str,
        sha256: str | None,
        arguments: str,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = session
        self.source = source
        self._sha256 = sha256.lower() if sha256 else None
        self._arguments = arguments
        self._timeout = timeout
        self._sleep = sleep

    def __str__(self) -> str:
        if not _URL.match(self.source):
            return self.source
        # User information and query may be secrets.
        url = urlsplit(self.source)
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"

    def check_source(self) -> None:
        """Raise :class:`CimError` for what certainly cannot be installed; changes nothing on the host."""
        _file_name(self.source)
        require_runnable(self._arguments)
        if self._sha256 is not None and not _SHA256.fullmatch(self._sha256):
            raise CimError("the option 'sha256' does not consist of 64 hexadecimal digits")
        if _URL.match(self.source):
            _quoted_url(self.source)
            if _PLAIN_HTTP.match(self.source) and self._sha256 is None:
                raise CimError(
                    f"the installer {self} would be downloaded without TLS, so anybody on the way could replace it: "
                    "specify its SHA-256, or an https URL"
                )
            return
        quoted(self.source)
        if self._is_local and Files(self._session).file(self.source) is None:
            raise CimError(
                f"the file {self.source} does not exist on the host: specify an existing file, a URL or a UNC path"
            )

    def predict_sum(self) -> str | None:
        """Compare the SHA-256 of a local source without changing anything; raise :class:`CimError` if it differs.

        Return why it could not be compared, None otherwise.
        """
        if self._sha256 is None or not self._is_local:
            return None
        result = self._session.run(_hash_command(self.source), repeatable=True, timeout=_HASH_TIMEOUT)
        if result.exit_code:
            # A shell has little memory, SYSTEM has not.
            # Evidence: certutil_memory
            return f"the SHA-256 of {self} was not compared in check mode, since the host could not compute it"
        self._require_sum(result.stdout, self._sha256)
        return None

    def run(self) -> int:
        """Run the installer and return its exit code, unsigned.

        Raises :class:`CimError` if it could not be copied to the host, is not the expected file, or did not end.
        """
        with temporary_directory(self._session) as directory:
            # In this folder, only administrators could replace the file after it was verified.
            file = f"{directory}\\{_file_name(self.source)}"
            if _URL.match(self.source):
                self._download(directory, file)
            else:
                self._copy(directory, file)
            if self._sha256 is not None:
                self._check(directory, file, self._sha256)
            return self._as_system(directory, f"the installer {self}", _command(file, self._arguments))

    @property
    def _is_local(self) -> bool:
        return not _URL.match(self.source) and not self.source.startswith("\\\\")

    def _download(self, directory: str, file: str) -> None:
        tried = []
        for program, command in self._downloaders(paths.parent(directory), file):
            exit_code = self._as_system(directory, f"the download of {self} with {program}", f"{command} >nul")
            if exit_code == 0 and Files(self._session).file(file) is not None:
                return
            tried.append(f"{program} ended with exit code {exit_code} (0x{exit_code:08X})")
        raise CimError(
            f"the installer {self} could not be downloaded: {', '.join(tried)}; check the URL, the proxy of SYSTEM "
            "(netsh winhttp) and that Windows supports the TLS version of the server, or specify a UNC or local path"
        )

    def _downloaders(self, windows_directory: str, file: str) -> Iterator[tuple[str, str]]:
        """Yield the programs of this Windows that can download the file, with their command lines."""
        url, target = _quoted_url(self.source), quoted(file)
        # BITS resumes downloads and uses the proxy settings of SYSTEM, but does not work in a WinRM session.
        yield "bitsadmin", f"bitsadmin /transfer winops.mars /download /priority foreground {url} {target}"
        curl = f"{windows_directory}\\System32\\curl.exe"
        if Files(self._session).file(curl) is not None:
            yield "curl", f"{quoted(curl)} --fail --location --silent --output {target} {url}"
        # Microsoft's antivirus takes such a command line for malware and stops it, also within that of cmd.exe.
        if not Services(self._session).find(_MICROSOFT_ANTIVIRUS):
            yield "certutil", f"certutil -urlcache -split -f {url} {target}"

    def _copy(self, directory: str, file: str) -> None:
        command = f"copy /b /y {quoted(self.source)} {quoted(file)}"
        if self._is_local:
            result = self._session.run(command, repeatable=True, timeout=self._timeout)
            if result.exit_code:
                raise failure(f"the installer {self} could not be copied on the host", result)
            return
        exit_code = self._as_system(directory, f"the copy of {self}", f"{command} >nul")
        if exit_code or Files(self._session).file(file) is None:
            raise CimError(
                f"the installer {self} could not be copied to the host (exit code 0x{exit_code:08X}): the host reads "
                "it with its computer account, since a WinRM session cannot delegate your credentials; let that "
                "account or the group Domain Computers read share and file, or copy the file to the host",
                exit_code,
            )

    def _check(self, directory: str, file: str, expected: str) -> None:
        # certutil maps the file into memory, of which a shell has little.
        output = f"{directory}\\sha256.txt"
        what = f"the SHA-256 of {self}"
        exit_code = self._as_system(directory, what, f"{_hash_command(file)} >{quoted(output)}", _HASH_TIMEOUT)
        if exit_code:
            raise CimError(
                f"the installer {self} was not run, since certutil could not compute its SHA-256 "
                f"(exit code 0x{exit_code:08X})",
                exit_code,
            )
        result = self._session.run(f"type {quoted(output)}", repeatable=True)
        if result.exit_code:
            raise failure(f"the installer {self} was not run, since its SHA-256 could not be read", result)
        self._require_sum(result.stdout, expected)

    def _require_sum(self, printed: str, expected: str) -> None:
        # The digits are between two lines in the host's language. Before Windows 10, blanks separate the bytes.
        lines = (line.replace(" ", "").lower() for line in printed.splitlines())
        actual = next(filter(_SHA256.fullmatch, lines), None)
        if actual != expected:
            raise CimError(f"the installer {self} was not run: its SHA-256 is {actual or 'unknown'} and not {expected}")

    def _as_system(self, directory: str, what: str, command: str, timeout: float | None = None) -> int:
        """Run a command as SYSTEM; an error begins with what it was run for."""
        try:
            return SystemCommand(self._session, directory, command, self._sleep).run(timeout or self._timeout)
        except CimError as error:
            raise type(error)(f"{what}: {error}", error.code) from error


def _hash_command(file: str) -> str:
    return f"certutil -hashfile {quoted(file)} SHA256"


def _file_name(source: str) -> str:
    path = unquote(urlsplit(source).path) if _URL.match(source) else source
    name = re.split(r"[\\/]", path)[-1]
    if name.lower().endswith(".zip"):
        raise CimError(
            "the source is a ZIP archive, which cannot be run: take the .msu, .msi or .exe file out of it (such as "
            "Win7AndW2K8R2-KB3191566-x64.msu out of Win7AndW2K8R2-KB3191566-x64.zip), and specify that file"
        )
    if not name.lower().endswith((".exe", ".msi", ".msu")):
        raise CimError("the path of the source must end with the name of an .exe, .msi or .msu file")
    return re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)


def _command(file: str, arguments: str) -> str:
    extension = file[-4:].lower()
    if extension == ".msu":
        command = f"wusa.exe {quoted(file)} /quiet /norestart"
    elif extension == ".msi":
        command = f"msiexec.exe /i {quoted(file)} /qn /norestart"
    else:
        command = quoted(file)
    return f"{command} {arguments}".rstrip()


def _quoted_url(url: str) -> str:
    # %20 and the like are safe: on a command line, unlike in a batch file, cmd.exe keeps unknown variables.
    if re.search(r"[\s\"]", url):
        raise CimError("the URL of the source contains a blank or quotation mark: write %20 or %22")
    return f'"{url}"'
