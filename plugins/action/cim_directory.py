# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make sure that a folder exists."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.winops.mars.plugins.modules.cim_directory import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import DesiredStateAction, State
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.files import Files
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session

_LOCAL_PATH = re.compile(r'[A-Za-z]:[\\/][^<>:"|?*%]*')


class ActionModule(DesiredStateAction):
    spec = ARGUMENT_SPEC

    def resource(self, args: dict[str, Any], session: Session) -> DirectoryResource:
        """The folder the options name."""
        path = args["path"]
        if not _LOCAL_PATH.fullmatch(path):
            raise CimError(f"the path {path!r} is no absolute path on a local drive, such as D:\\Install")
        return DirectoryResource(path, Files(session))


class DirectoryResource:
    """One folder."""

    def __init__(self, path: str, files: Files) -> None:
        self._path = path
        self._files = files

    def read(self) -> State:
        """Whether the folder exists. A file in its place is an error."""
        if self._files.directory(self._path) is not None:
            return {"state": "present"}
        if self._files.file(self._path) is not None:
            raise CimError(f"{self._path} is a file")
        return {"state": "absent"}

    def desired(self, current: State) -> State:
        """It exists."""
        return {"state": "present"}

    def apply(self, current: State, desired: State) -> None:
        """Create it."""
        self._files.create_directory(self._path)
