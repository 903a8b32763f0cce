# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The copy of a scratch folder in another place: made, compared, and told apart from its source; the source removed."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from ..windows import paths, robocopy
from ..windows.command_line import quoted
from ..windows.errors import CimError
from ..windows.files import Files
from ..windows.system_command import SystemCommand, temporary_directory
from ..wsman.errors import OutcomeUnknown
from ..wsman.session import Session

#: What Microsoft's pages name in a scratch folder, folded: virtual disks; the mounted volume of system state backups;
#: parameters of offline backups; the encrypted key.
# Evidence: scratch_folder_entries
AGENT_ENTRIES = ("VHDS", "SSBV", "MICROSOFTBACKUPPROVIDER", "ONLINEBACKUP.KEK")

# robocopy: data, attributes, time stamps, security, owner and auditing; times of folders; backup mode.
_COPY = f"/COPYALL /DCOPY:T /B {robocopy.RETRIES}"
# Folders to tell source and target apart. One remains where the connection breaks, until the next run.
_MARKER = "winops.mars-"
# All levels, but not what junctions lead to, such as the volume of a system state backup; no output.
_SCOPE = f"/E /XJ /XD {_MARKER}* {robocopy.SILENT}"
# Seconds to list a folder.
_LIST_TIMEOUT = 600.0


def plain_folder(path: str) -> str:
    """Return a path, normalized. Raises :class:`CimError` unless it is the plain path of a folder below a root."""
    if not paths.is_plain_folder(path):
        raise CimError(
            f"{path!r} cannot be a scratch folder: it must be the full path of a folder on a local drive, such as "
            "D:\\MARS\\Scratch, without %, ! and wildcards, and without names that end in a dot or blank"
        )
    return paths.normalize(path)


class ScratchCopy:
    """Two folders: the scratch folder, and the place of its copy.

    Only here, a path of the scratch folder gets into a command that copies or deletes.
    """

    def __init__(self, session: Session, source: str, target: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._files = Files(session)
        self._sleep = sleep
        self.source = plain_folder(source)
        self.target = plain_folder(target)

    def check_apart(self) -> None:
        """Create the target, and raise :class:`CimError` if it is the source, or inside it, by another name.

        Junctions, mount points and short names can lead to the same folder, so an empty folder of a random name is
        created in the target for a moment, and must not appear in the source.
        """
        name = f"{_MARKER}{uuid.uuid4().hex}"
        marker = f"{self.target}\\{name}"
        is_new = self._files.directory(self.target) is None
        try:
            self._create(marker)
            pattern = quoted(f"{self.source}\\{name}*")
            search = self._session.run(f"dir /s /b /ad {pattern} >nul 2>&1", repeatable=True, timeout=_LIST_TIMEOUT)
        finally:
            markers = quoted(f"{self.target}\\{_MARKER}*")
            self._session.run(f'for /d %I in ({markers}) do @rmdir "%I"', repeatable=True)
        if search.exit_code == 0:
            if is_new:
                self._files.remove_directory(self.target)
            raise CimError(
                f"{self.target} is in {self.source} by another name (a junction, a mount point or a short name leads "
                "there): specify another folder"
            )

    def make(self, timeout: float) -> None:
        """Copy the folder as SYSTEM, in at most ``timeout`` seconds, and compare."""
        exit_code = self._as_system(f"robocopy {self._folders} {_COPY} {_SCOPE} >nul", timeout)
        if exit_code >= robocopy.FAILED:
            raise CimError(f"robocopy could not copy {self.source} to {self.target} (exit code {exit_code})", exit_code)
        self.check_equal()

    def check_equal(self) -> None:
        """Raise :class:`CimError` if the copy differs from the source."""
        if difference := self._compare():
            raise CimError(
                f"the copy in {self.target} differs from {self.source} (exit code {difference} of robocopy /L)",
                difference,
            )

    def has_other_files(self) -> bool:
        """Return whether the target contains what the source does not."""
        return bool(self._compare() & robocopy.EXTRAS)

    def lacks_files(self) -> bool:
        """Return whether the source contains what the target does not have, or has in an older state.

        The agent's own files do not count: those in the target have gone on changing.
        """
        excluded = " ".join(AGENT_ENTRIES)
        return bool(self._compare(f"/XO /XD {excluded} /XF {excluded}") & ~robocopy.EXTRAS)

    def source_size(self) -> int:
        """Return the size of all files of the source in bytes."""
        return self._size(self.source)

    def target_size(self) -> int:
        """Return the size of all files of the target in bytes."""
        return self._size(self.target)

    def source_entries(self) -> list[str]:
        """Return the names of the files and folders in the source, without those deeper in it."""
        result = self._session.run(f"dir /b /a {quoted(self.source)} 2>nul", repeatable=True, timeout=_LIST_TIMEOUT)
        return result.stdout.splitlines()

    def remove_source(self, timeout: float) -> None:
        """Delete the source with everything in it, as SYSTEM, in at most ``timeout`` seconds."""
        self.check_apart()
        self._as_system(f"rmdir /s /q {quoted(self.source)}", timeout)
        if self._files.directory(self.source) is not None:
            raise CimError(
                f"the former scratch folder {self.source} could not be removed completely: remove it by hand"
            )

    @property
    def _folders(self) -> str:
        return f"{quoted(self.source)} {quoted(self.target)}"

    def _compare(self, options: str = "") -> int:
        """Return what robocopy finds: 0 for no difference, or a sum of 1 copy, 2 extra files, 4 mismatch, 8 error."""
        command = f"robocopy {self._folders} /L /B {_SCOPE} {options}".rstrip()
        return self._session.run(command, repeatable=True, timeout=_LIST_TIMEOUT).exit_code

    def _create(self, path: str) -> None:
        try:
            self._files.create_directory(path)
        except OutcomeUnknown:
            if self._files.directory(path) is None:
                self._files.create_directory(path)

    def _size(self, path: str) -> int:
        # This command prints sizes without separators.
        # Evidence: for_f_loses_names
        command = f"""for /f "delims=" %I in ('dir /s /b /a-d {quoted(path)} 2^>nul') do @echo.%~zI"""
        sizes = self._session.run(command, repeatable=True, timeout=_LIST_TIMEOUT).stdout.splitlines()
        # cmd.exe prints an empty line for a file whose name it cannot read.
        if missing := sum(not re.fullmatch("[0-9]+", size) for size in sizes):
            raise CimError(
                f"the size of the folder {path} cannot be determined: the host reported none for {missing} of its "
                f"{len(sizes)} files"
            )
        return sum(map(int, sizes))

    def _as_system(self, command: str, timeout: float) -> int:
        with temporary_directory(self._session) as directory:
            return SystemCommand(self._session, directory, command, self._sleep).run(timeout)
