# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The files of the agent's PowerShell module, replaced by those of a copy of the agent's folder ``bin``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from ..mars import locations
from ..mars.agent_module import MODULES_FOLDER, ModuleFile, Source, module_files, open_source
from ..mars.idle import wait_until_idle
from ..windows import paths, robocopy
from ..windows.command_line import quoted
from ..windows.errors import CimError
from ..windows.files import Files
from ..windows.registry import Registry
from ..wsman.errors import Unanswered, WSManError
from ..wsman.session import Session
from .resource import ChangeUndone, Resource

#: By path below ``bin\\Modules``, in lower case.
ModuleState = Mapping[str, ModuleFile]

# Files that are the same are copied, too, since robocopy does not compare versions.
_COPY = f"/IS /IT {robocopy.RETRIES} {robocopy.SILENT}"
_TIMEOUT = 600.0
# So many names fit into a command line.
_NAMES = 50
# Beside the modules, where PowerShell does not look for any.
_KEPT = "winops.mars-kept"


class AgentModule(Resource[ModuleState]):
    """The files below the agent's folder ``bin\\Modules``; those that the source does not have are left alone.

    :param source: a copy of the folder ``bin`` of an agent of the same version, as a local or UNC path.
    """

    def __init__(self, session: Session, source: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._source = source
        self._sleep = sleep
        install_path = Registry(session).text(locations.SETUP_KEY, "InstallPath") or ""
        if not paths.is_plain_folder(install_path):
            raise CimError(
                f"the agent is not installed, or InstallPath in {locations.SETUP_KEY} is not the path of a folder"
            )
        self._install_path = paths.normalize(install_path)
        self._folder = f"{self._install_path}\\{locations.ENGINE_FOLDER}"
        self._modules = f"{self._folder}\\{MODULES_FOLDER}"
        self._kept = f"{self._folder}\\{_KEPT}"

    def read(self) -> ModuleState:
        """Return the files."""
        return module_files(self._session, self._folder)

    def desired(self, current: ModuleState) -> ModuleState:
        """Return the files with those of the source.

        Raises :class:`CimError` for a source of another version, and while a backup runs that needs the module.
        """
        with self._open_source() as source:
            wanted = {**current, **source.files}
            engine = Files(self._session).file(f"{self._install_path}\\{locations.ENGINE_EXECUTABLE}")
            version = engine.version if engine else None
            if source.version != version:
                raise CimError(
                    f"{self._source} is of the agent {source.version}, but the host has {version}: give a copy of the "
                    "folder bin of the same version"
                )
        if wanted != current:
            wait_until_idle(self._session, 0)
        return wanted

    def apply(self, current: ModuleState, desired: ModuleState) -> None:
        """Copy the files that differ. If that fails, put back those that were replaced, and delete those added."""
        changed = [name for name, file in desired.items() if current.get(name) != file]
        self._copy(self._modules, self._kept, (name for name in changed if name in current))
        try:
            with self._open_source() as source:
                self._copy(f"{source.folder}\\{MODULES_FOLDER}", self._modules, changed)
            if self.read() != desired:
                raise CimError(f"after copying, the files are not those of {self._source}")
        except Unanswered:
            raise
        except WSManError as error:
            raise ChangeUndone(f"{error}; {self._undo(current)}") from error
        self._forget()

    def show(self, state: ModuleState) -> dict[str, Any]:
        """Return the version of each file, or its size where it has none."""
        return {"files": {name: file.version or f"{file.size} bytes" for name, file in sorted(state.items())}}

    def _open_source(self) -> AbstractContextManager[Source]:
        return open_source(self._session, self._source, self._sleep)

    def _undo(self, before: ModuleState) -> str:
        """Restore the files, and return what is in effect."""
        try:
            now = self.read()
            self._copy(self._kept, self._modules, (name for name, file in before.items() if now.get(name) != file))
            for name in now.keys() - before.keys():
                added = quoted(f"{self._modules}\\{name}")
                self._session.run(f"del /f /q {added}", repeatable=True)
            if self.read() == before:
                self._forget()
                return "all files are as they were"
            reason = "they differ"
        except WSManError as error:
            reason = str(error)
        return f"the former files could not be put back ({reason}): copy them from {self._kept} to {self._modules}"

    def _forget(self) -> None:
        self._session.run(f"rmdir /s /q {quoted(self._kept)} 2>nul", repeatable=True)

    def _copy(self, source: str, target: str, names: Iterable[str]) -> None:
        for folder, files in _by_folder(names):
            folders = " ".join(quoted(f"{root}\\{folder}".rstrip("\\")) for root in (source, target))
            command = f"robocopy {folders} {' '.join(map(quoted, files))} {_COPY}"
            exit_code = self._session.run(command, repeatable=True, timeout=_TIMEOUT).exit_code
            if exit_code >= robocopy.FAILED:
                raise CimError(
                    f"robocopy could not copy all of {', '.join(files)} to {target}\\{folder} (exit code {exit_code}): "
                    "close the agent's console and every PowerShell that uses the module",
                    exit_code,
                )


def _by_folder(names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder with some of its files, as many as fit into a command."""
    folders: dict[str, list[str]] = {}
    for name in sorted(names):
        folder, _unused, file = name.rpartition("\\")
        folders.setdefault(folder, []).append(file)
    for folder, files in folders.items():
        for start in range(0, len(files), _NAMES):
            yield folder, files[start : start + _NAMES]
