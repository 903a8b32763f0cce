# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""One folder."""

from __future__ import annotations

import re
from typing import Literal, TypedDict

from ..windows import paths
from ..windows.errors import CimError
from ..windows.files import Files
from ..wsman.session import Session
from .resource import Resource

_LOCAL_PATH = re.compile(r'[A-Za-z]:[\\/][^<>:"|?*%\x00-\x1f]*')


class DirectoryState(TypedDict):
    """Whether the folder exists."""

    state: Literal["present", "absent"]


class DirectoryResource(Resource[DirectoryState]):
    """A folder that should exist. Raises :class:`CimError` for a path that is not on a local drive."""

    def __init__(self, session: Session, path: str) -> None:
        if not _LOCAL_PATH.fullmatch(path):
            raise CimError(f"the path {path!r} is not an absolute path on a local drive, such as D:\\Install")
        self._files = Files(session)
        self._path = path

    def read(self) -> DirectoryState:
        """Return whether the folder exists. Raises :class:`CimError` if it is a file."""
        if self._files.directory(self._path) is not None:
            return {"state": "present"}
        if self._files.file(self._path) is not None:
            raise CimError(f"the folder {self._path} cannot be created, since it is a file")
        return {"state": "absent"}

    def desired(self, current: DirectoryState) -> DirectoryState:
        """Return that it exists. Raises :class:`CimError` if its drive does not, or if a parent is a file."""
        if current["state"] == "absent":
            self._require_parent()
        return {"state": "present"}

    def apply(self, current: DirectoryState, desired: DirectoryState) -> None:
        """Create it, and its parents if they are missing."""
        self._files.create_directory(self._path)

    def _require_parent(self) -> None:
        parent = paths.parent(self._path)
        while parent and self._files.directory(parent) is None:
            if self._files.file(parent) is not None:
                raise CimError(f"the folder {self._path} cannot be created, since {parent} is a file")
            parent = paths.parent(parent)
        if not parent:
            raise CimError(f"the folder {self._path} cannot be created, since the host does not have its drive")
