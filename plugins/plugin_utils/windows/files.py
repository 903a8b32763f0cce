# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Files and folders, each read by its key: Win32_Directory and CIM_DataFile (root/cimv2).

They are never queried by anything but ``Name``, for which Windows would have to search its disks.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..wsman.errors import Fault
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    boolean,
    integer,
    string,
)
from . import paths
from .command_line import failure, quoted


@dataclass(frozen=True)
class Directory:
    """A folder. ``path`` is in the letter case of the class, which is lower."""

    path: str
    compressed: bool
    encrypted: bool


@dataclass(frozen=True)
class File:
    """A file.

    :ivar size: bytes.
    :ivar version: the file version of a program or library, such as ``2.0.9262.0``; None for other files.
    """

    path: str
    size: int | None
    version: str | None


class Files:
    """The file system of one host. Paths are local and absolute."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def directory(self, path: str) -> Directory | None:
        """Return the folder at a path; None if there is nothing or a file."""
        instance = self._get("Win32_Directory", path)
        if instance is None:
            return None
        return Directory(
            path=instance.read("Name", string) or path,
            compressed=instance.read("Compressed", boolean) or False,
            encrypted=instance.read("Encrypted", boolean) or False,
        )

    def file(self, path: str) -> File | None:
        """Return the file at a path; None if there is nothing or a folder."""
        instance = self._get("CIM_DataFile", path)
        if instance is None:
            return None
        return File(
            path=instance.read("Name", string) or path,
            size=instance.read("FileSize", integer),
            version=instance.read("Version", string) or None,
        )

    def is_reparse_point(self, path: str) -> bool:
        """Return whether an existing folder or file is a junction, symbolic link or other reparse point.

        No CIM class has this, so it is the exit code of ``fsutil``.
        """
        result = self._session.run(reparse_point_query(path), repeatable=True)
        if result.exit_code not in (0, 1):
            raise failure(f"fsutil could not determine whether {path} is a reparse point", result)
        return result.exit_code == 0

    def create_directory(self, path: str) -> None:
        """Create a folder and its missing parents, for which CIM has no method."""
        result = self._session.run(f"mkdir {quoted(path)}")
        if result.exit_code:
            raise failure(f"the folder {path} could not be created", result)

    def _get(self, class_name: str, path: str) -> Instance | None:
        try:
            return self._session.get(CimPath("root/cimv2", class_name, {"Name": paths.normalize(path)}))
        except Fault as fault:
            if fault.is_absent:
                return None
            raise


def reparse_point_query(path: str) -> str:
    """Return the command that succeeds if an existing folder or file is a reparse point."""
    return f"fsutil reparsepoint query {quoted(path)}"
