# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing a product: bring its installer to the host, check that, run it as SYSTEM, and prove it by the registry."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ..wsman.session import Session
from . import versions
from .command_line import failure, quoted
from .errors import CimError
from .exit_codes import Outcome, judged
from .files import Files
from .operating_system import await_restart, last_boot, reboot
from .registry import Registry
from .system_command import Interrupted, SystemCommand, temporary_directory

_URL = re.compile(r"https?://", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Seconds for certutil to read a file of a gigabyte from a slow disk.
_HASH_TIMEOUT = 600.0
# Seconds for a restart the installer makes by itself.
_RESTART_TIMEOUT = 1800.0


@dataclass(frozen=True)
class Proof:
    """A registry value that shows that a product is installed: by being there, or by being at least ``minimum``.

    Numbers and versions compare part by part, so that 5.1 is less than 5.1.14409 and more than 4.
    """

    key: str
    name: str
    minimum: str | None = None

    def read(self, registry: Registry) -> str | int | None:
        """The value; None if it is absent."""
        value = registry.value(self.key, self.name)
        if value is None:
            return None
        if isinstance(value.data, (str, int)):
            return value.data
        raise CimError(f"the registry value {self.key}\\{self.name} is neither a number nor a text")

    def is_met_by(self, value: str | int | None) -> bool:
        """Whether a value shows that the product is installed."""
        return value is not None and (self.minimum is None or versions.find(str(value)) >= versions.find(self.minimum))

    def __str__(self) -> str:
        condition = f" of at least {self.minimum}" if self.minimum else ""
        return f"the registry value {self.key}\\{self.name}{condition}"


@dataclass(frozen=True)
class Installation:
    """How an installation ended.

    :ivar value: what the proof reads now.
    :ivar exit_code: unsigned; None if a restart ended the installer before it had one.
    :ivar changed: False if the installer says that there was nothing to install.
    :ivar restarted: the host restarted.
    :ivar reboot_required: the installation is complete only after a restart.
    """

    value: str | int | None
    exit_code: int | None
    changed: bool
    restarted: bool
    reboot_required: bool


def install(
    session: Session,
    installer: Installer,
    proof: Proof,
    *,
    reboot_timeout: float | None,
    sleep: Callable[[float], None] = time.sleep,
) -> Installation:
    """Run an installer, restart the host if that is needed, and believe only the proof.

    :param reboot_timeout: seconds the host may take for a restart; None if it may not be restarted.

    Raises :class:`CimError` if the product is not installed in the end.
    """
    registry = Registry(session)
    booted = last_boot(session)
    try:
        exit_code = installer.run()
    except Interrupted as error:
        value = proof.read(registry)
        if proof.is_met_by(value):
            return Installation(value, None, changed=True, restarted=True, reboot_required=False)
        raise CimError(f"{error}, and {proof} is {_shown(value)}: run it again") from error
    code = judged(exit_code)
    ended = f"the installer {installer} ended with exit code {exit_code} (0x{exit_code:08X}): {code.meaning}"
    if code.outcome is Outcome.FAILED:
        raise CimError(ended, exit_code)
    value = None if code.outcome is Outcome.RESTARTING else proof.read(registry)
    # "Already installed" without the proof is what an update answers that waits for a restart.
    pending = code.outcome is Outcome.RESTART_NEEDED or (code.outcome is Outcome.PRESENT and not proof.is_met_by(value))
    restarted = code.outcome is Outcome.RESTARTING or (pending and reboot_timeout is not None)
    if code.outcome is Outcome.RESTARTING:
        await_restart(session, booted, reboot_timeout or _RESTART_TIMEOUT, sleep)
    elif restarted:
        reboot(session, reboot_timeout or _RESTART_TIMEOUT, sleep)
    if restarted:
        value = proof.read(registry)
    if not proof.is_met_by(value) and (restarted or not pending):
        after = ", and after the restart" if restarted else ", but"
        raise CimError(f"{ended}{after} {proof} is {_shown(value)}: it may install another product or version")
    changed = restarted or code.outcome is not Outcome.PRESENT
    return Installation(value, exit_code, changed, restarted, reboot_required=pending and not restarted)


def _shown(value: str | int | None) -> str:
    return "not there" if value is None else f"{value!r}"


class Installer:
    """One installer: a program (``.exe``), Windows Installer package (``.msi``) or Windows update (``.msu``).

    :param source: an http or https URL, a UNC path or a path on the host.
    :param sha256: hexadecimal, in any letter case; None to run the file unchecked.
    :param timeout: seconds for bringing it to the host, and again for running it.
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
        # Its user and its query may be secrets.
        url = urlsplit(self.source)
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"

    def check_source(self) -> None:
        """Raise :class:`CimError` if it can be told beforehand that the source is not there."""
        if self._is_local and Files(self._session).file(self.source) is None:
            raise CimError(f"the host has no file {self.source}: give the path of one it has, a URL or a UNC path")

    def run(self) -> int:
        """Run it and return its exit code, unsigned.

        Raises :class:`CimError` if it could not be brought to the host, is not the expected file, or did not end.
        """
        with temporary_directory(self._session) as directory:
            # In this folder nobody but administrators can put another file in its place after it was checked.
            file = f"{directory}\\{_file_name(self.source)}"
            self._fetch(directory, file)
            if self._sha256 is not None:
                self._check(file, self._sha256)
            return self._as_system(directory, _command(file, self._arguments))

    @property
    def _is_local(self) -> bool:
        return not _URL.match(self.source) and not self.source.startswith("\\\\")

    def _fetch(self, directory: str, file: str) -> None:
        if self._is_local:
            command = f"copy /b /y {quoted(self.source)} {quoted(file)}"
            result = self._session.run(command, repeatable=True, timeout=self._timeout)
            if result.exit_code:
                raise failure(f"the installer {self.source} could not be copied on the host", result)
            return
        if _URL.match(self.source):
            # BITS resumes and follows the proxy settings of SYSTEM, and refuses to work in a WinRM session.
            url = _quoted_url(self.source)
            command = (
                f"bitsadmin /transfer winops.mars /download /priority foreground {url} {quoted(file)} >nul "
                f"|| certutil -urlcache -split -f {url} {quoted(file)} >nul"
            )
            remedy = (
                "check the URL, the proxy of SYSTEM (netsh winhttp) and whether this Windows has the TLS version the "
                "server wants; or give a UNC or local path"
            )
        else:
            command = f"copy /b /y {quoted(self.source)} {quoted(file)} >nul"
            remedy = (
                "the host reads it with its computer account, since a WinRM session cannot pass on your credentials: "
                "let that account (or the group Domain Computers) read share and file, or copy the file to the host"
            )
        exit_code = self._as_system(directory, command)
        if exit_code or Files(self._session).file(file) is None:
            raise CimError(
                f"the installer could not be fetched from {self} (exit code 0x{exit_code:08X}): {remedy}",
                exit_code,
            )

    def _check(self, file: str, expected: str) -> None:
        result = self._session.run(f"certutil -hashfile {quoted(file)} SHA256", repeatable=True, timeout=_HASH_TIMEOUT)
        if result.exit_code:
            raise failure("certutil could not compute the SHA-256 of the installer, so it was not run", result)
        # Between two lines of text in the host's language; before Windows 10 the bytes are apart.
        lines = (line.replace(" ", "").lower() for line in result.stdout.splitlines())
        actual = next(filter(_SHA256.fullmatch, lines), None)
        if actual != expected:
            raise CimError(f"the installer {self} was not run: its SHA-256 is {actual or 'unknown'} and not {expected}")

    def _as_system(self, directory: str, command: str) -> int:
        return SystemCommand(self._session, directory, command, self._sleep).run(self._timeout)


def _file_name(source: str) -> str:
    path = unquote(urlsplit(source).path) if _URL.match(source) else source
    name = re.split(r"[\\/]", path)[-1]
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
    # %20 and the like may stay: on a command line, unlike in a batch file, cmd.exe leaves unknown variables alone.
    if re.search(r"[\s\"]", url):
        raise CimError("the URL of the source contains a blank or quotation mark: write %20 or %22")
    return f'"{url}"'
