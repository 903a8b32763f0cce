# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Files and folders, each read by its key: Win32_Directory and CIM_DataFile (root/cimv2).

They are never queried but by ``Name``, or by ``Drive`` and ``Path`` together, for which Windows only looks into one
folder. For anything else it would have to search its disks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ..wsman.errors import Fault
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    boolean,
    datetime_,
    integer,
    string,
    wql_literal,
)
from . import paths
from .command_batch import Output
from .command_line import failure, quoted
from .errors import CimError
from .rights import require_elevation

# Attributes as cmd.exe prints them. The ninth letter is l for a reparse point; letters after it are of newer versions.
_NUMBER = re.compile(r": 0x([0-9a-f]{1,8})\b")
_ATTRIBUTES = re.compile(r"[d-][r-][a-][h-][s-][c-][o-][t-]([l-])[a-z-]*")


@dataclass(frozen=True)
class Directory:
    """A folder.

    :ivar path: in the letter case of the class, which is lower.
    :ivar compressed: None if Windows does not report it, for example because the account must not open the folder.
    :ivar encrypted: None likewise.
    """

    path: str
    compressed: bool | None
    encrypted: bool | None


@dataclass(frozen=True)
class File:
    """A file.

    :ivar size: bytes.
    :ivar version: the file version of a program or library, such as ``2.0.9262.0``; None for other files.
    :ivar modified: when it was last written, with a time zone.
    """

    path: str
    size: int | None
    version: str | None
    modified: datetime | None


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
            compressed=instance.read("Compressed", boolean),
            encrypted=instance.read("Encrypted", boolean),
        )

    def file(self, path: str) -> File | None:
        """Return the file at a path; None if there is nothing or a folder."""
        instance = self._get("CIM_DataFile", path)
        return None if instance is None else _file(instance, path)

    def below(self, folder: str) -> list[File]:
        """Return the files in a folder and below it, none if it does not exist; one query for each folder in it."""
        require_elevation(self._session, f"which files are in {folder}")
        within = paths.normalize(folder)
        listing = self._session.run(f"dir /s /b /ad {quoted(within)} 2>nul", repeatable=True)
        return [file for path in (within, *listing.stdout.splitlines()) for file in self._inside(path)]

    def is_reparse_point(self, path: str) -> bool:
        """Return whether an existing folder or file is a junction, symbolic link or other reparse point."""
        return reads_as_reparse_point(path, self._session.run(reparse_point_query(path), repeatable=True).stdout)

    def create_directory(self, path: str) -> None:
        """Create a folder and its missing parents, for which CIM has no method."""
        result = self._session.run(f"mkdir {quoted(path)}")
        # An earlier command whose answer was lost may have created it meanwhile.
        if result.exit_code and self.directory(path) is None:
            raise failure(f"the folder {path} could not be created", result)

    def remove_directory(self, path: str) -> None:
        """Remove an empty folder. It is not an error if it does not exist or is not empty."""
        self._session.run(f"rmdir {quoted(path)}", repeatable=True)

    def _inside(self, folder: str) -> list[File]:
        drive, path = wql_literal(folder[:2]), wql_literal(f"{folder[2:]}\\")
        wql = f"SELECT Name, FileSize, Version, LastModified FROM CIM_DataFile WHERE Drive={drive} AND Path={path}"
        return [_file(instance, folder) for instance in self._session.query("root/cimv2", wql)]

    def _get(self, class_name: str, path: str) -> Instance | None:
        try:
            return self._session.get(CimPath("root/cimv2", class_name, {"Name": paths.normalize(path)}))
        except Fault as fault:
            if fault.is_absent:
                require_elevation(self._session, f"whether {path} exists")
                return None
            raise


def _file(instance: Instance, path: str) -> File:
    return File(
        path=instance.read("Name", string) or path,
        size=instance.read("FileSize", integer),
        version=instance.read("Version", string) or None,
        modified=instance.read("LastModified", datetime_),
    )


@dataclass(frozen=True)
class FileAttributes:
    """A file's path, and its attributes as flags (FILE_ATTRIBUTE_* of winnt.h)."""

    path: str
    flags: int

    sparse = property(lambda self: bool(self.flags & 0x200))
    reparse_point = property(lambda self: bool(self.flags & 0x400))
    compressed = property(lambda self: bool(self.flags & 0x800))
    encrypted = property(lambda self: bool(self.flags & 0x4000))


def attributes_query(folder: str, pattern: str) -> str:
    """Return the command for the files that match a pattern in a folder and below; :func:`read_attributes` reads it.

    No CIM class has all attributes. ``fsutil usn readdata`` prints them as a number, after the path that echo prints.
    """
    within = quoted(paths.normalize(folder))
    return f'(dir {within} >nul) && (for /r {within} %f in ({pattern}) do @(echo *%f& fsutil usn readdata "%f"))'


def read_attributes(folder: str, output: Output) -> list[FileAttributes]:
    """Return the attributes that the query printed. Raises :class:`CimError` for any other output."""
    found = []
    for record in output.text.split("*")[1:] if output.succeeded else ():
        path, *lines = [line.strip() for line in record.splitlines() if line.strip()]
        # The texts are translated, their order is not: attributes, length and offset of the name, and the name
        # Evidence: fsutil_attributes
        numbers = [int(number[1], 16) for number in map(_NUMBER.search, lines[-4:-1]) if number]
        # Another order would read as other attributes: the length shows that it is this one
        length = len(path.rpartition("\\")[2].encode("utf-16-le"))
        if len(numbers) != 3 or numbers[1] != length:
            raise CimError(f"the attributes of {path} cannot be read: fsutil printed {' '.join(lines)[:200]!r}")
        found.append(FileAttributes(path, numbers[0]))
    if not output.succeeded:
        raise CimError(f"the files in {folder} cannot be listed: {' '.join(output.text.split())[:200]}")
    return found


def existence_query(path: str) -> str:
    """Return the command whose output :func:`reads_as_existing` reads."""
    return f"if exist {quoted(path)} (echo found) else (echo missing)"


def reads_as_existing(output: str) -> bool:
    """Return whether cmd.exe finds a file or folder. One that the account must not see is not found either."""
    return output.strip() == "found"


def reparse_point_query(path: str) -> str:
    """Return the command whose output :func:`reads_as_reparse_point` reads.

    No CIM class has this. cmd.exe takes the attributes from the list of the parent folder, so that the command requires
    no right to the folder or file itself, and no elevation, as ``fsutil`` does.
    """
    return f"for %I in ({quoted(paths.normalize(path))}) do @echo %~aI"


def reads_as_reparse_point(path: str, output: str) -> bool:
    """Return whether the output of the query shows a reparse point. Raises :class:`CimError` for any other output."""
    attributes = _ATTRIBUTES.fullmatch(output.strip())
    if not attributes:
        raise CimError(
            f"it cannot be determined whether {path} is a reparse point: the host printed "
            f"{' '.join(output.split()) or 'nothing'} instead of its attributes"
        )
    return attributes[1] == "l"
