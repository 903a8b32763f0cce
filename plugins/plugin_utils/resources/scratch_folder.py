# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The scratch folder, moved by the steps in Microsoft's MARS FAQ ("change the location of the cache folder")."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..mars import locations
from ..mars.idle import why_busy
from ..windows import paths
from ..windows.command_line import quoted
from ..windows.errors import CimError
from ..windows.files import Files
from ..windows.registry import Registry, RegistryValue
from ..windows.services import Services
from ..windows.system_command import SystemCommand, temporary_directory
from ..windows.volumes import Volume, Volumes, volume_of
from ..wsman.errors import WSManError
from ..wsman.session import Session
from .resource import ChangeUndone, Resource

_VALUE = "ScratchLocation"
# The two keys of the value by the names in the module's result. Both values must be the same.
_KEYS = {"location": locations.CONFIG_KEY, "provider_location": locations.PROVIDER_KEY}
_SYSTEM_STATE_LABEL = "CBSSBVol_"

# robocopy: data, attributes, time stamps, security, owner and auditing; times of folders; backup mode; no junctions;
# two retries.
_COPY = "/E /COPYALL /DCOPY:T /B /XJ /R:2 /W:5 /NP /NFL /NDL /NJH /NJS"
_ROBOCOPY_EXTRAS, _ROBOCOPY_FAILED = 2, 8
# Seconds the engine may take to stop or to start.
_SERVICE_TIMEOUT = 300.0
# Seconds it must keep running then.
_SETTLE = 3.0
# Seconds to list a folder.
_LIST_TIMEOUT = 600.0
# The agent writes to the folder at once, so this part of its size must stay free.
_MARGIN = 0.1


@dataclass(frozen=True)
class Engine:
    """State and start mode of the agent's engine, as in :class:`Service`."""

    state: str
    start_mode: str


@dataclass(frozen=True)
class ScratchState:
    """The registry values for the folder, and the engine that uses it.

    :ivar values: by name, without absent ones.
    :ivar engine: None if the service does not exist.
    """

    values: Mapping[str, RegistryValue]
    engine: Engine | None

    def location(self, name: str = "location") -> str | None:
        """Return the folder in a value, None if the value is absent."""
        return str(self.values[name].data) if name in self.values else None


class ScratchFolder(Resource[ScratchState]):
    """The scratch folder of a host, and its wanted location.

    :param remove_old: delete the former folder when the engine is running with the new one.
    :param timeout: seconds the copy may take.
    """

    def __init__(
        self,
        session: Session,
        location: str,
        *,
        remove_old: bool,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = session
        self._registry = Registry(session)
        self._services = Services(session, sleep)
        self._files = Files(session)
        self._location = paths.normalize(location)
        self._remove_old = remove_old
        self._timeout = timeout
        self._sleep = sleep

    def read(self) -> ScratchState:
        """Return both registry values and the engine."""
        service = self._services.get(locations.ENGINE_SERVICE)
        return ScratchState(self._values(), Engine(service.state, service.start_mode) if service else None)

    def desired(self, current: ScratchState) -> ScratchState:
        """Return both values with the wanted location. Raises :class:`CimError` if the move would not be safe."""
        if self._is_named_by(current.values):
            return current
        source = current.location()
        if source is None or current.engine is None:
            raise CimError(
                f"there is no scratch folder to move: the service {locations.ENGINE_SERVICE} or the registry value "
                f"{locations.CONFIG_KEY}\\{_VALUE} is missing; install and register the agent first"
            )
        self._check_move(source)
        if reason := why_busy(self._session, current.engine.state):
            raise CimError(f"the scratch folder is not moved: {reason}")
        value = RegistryValue(current.values["location"].kind, self._location)
        return replace(current, values=dict.fromkeys(_KEYS, value))

    def apply(self, current: ScratchState, desired: ScratchState) -> None:
        """Move the folder, or restore both values and the engine and raise :class:`ChangeUndone`."""
        source = paths.normalize(current.location() or "")
        moves = not paths.same_path(source, self._location)
        starts = current.engine is not None and current.engine.start_mode != "Disabled"
        try:
            self._services.stop(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
            if moves:
                self._copy(source)
            self._write(desired.values)
            if starts:
                self._services.start(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
            self._verify(starts)
        except WSManError as error:
            raise ChangeUndone(f"{error}. {self._restore(current)}") from error
        except BaseException:  # the task's timeout, or the user
            self._restore(current)
            raise
        if self._remove_old and moves:
            self._remove(source)

    def show(self, state: ScratchState) -> dict[str, str | None]:
        """Return both locations, None for an absent value."""
        return {name: state.location(name) for name in _KEYS}

    def _values(self) -> dict[str, RegistryValue]:
        values = {name: self._registry.value(key, _VALUE) for name, key in _KEYS.items()}
        return {name: value for name, value in values.items() if value is not None}

    def _write(self, values: Mapping[str, RegistryValue]) -> None:
        for name, key in _KEYS.items():
            if name in values:
                self._registry.set(key, _VALUE, values[name])
            else:
                self._registry.delete(key, _VALUE)

    def _is_named_by(self, values: Mapping[str, RegistryValue]) -> bool:
        return all(name in values and paths.same_path(str(values[name].data), self._location) for name in _KEYS)

    # Before anything is changed

    def _check_move(self, source: str) -> None:
        volumes = Volumes(self._session).all()
        if mounted := [volume.name for volume in volumes if (volume.label or "").startswith(_SYSTEM_STATE_LABEL)]:
            raise CimError(
                f"the volume {mounted[0]} of a system state backup ({_SYSTEM_STATE_LABEL}...) is still mounted: "
                "unmount it in Disk Management first"
            )
        if not paths.same_path(source, self._location):
            self._check_paths(source)
            self._check_target(volumes)
            self._check_space(source, volumes)
        elif self._files.directory(self._location) is None:
            raise CimError(f"the folder {self._location} does not exist, although the agent is configured to use it")

    def _check_paths(self, source: str) -> None:
        if not re.fullmatch(r'[A-Za-z]:(\\[^\\/:*?"<>|%!\r\n]+)+', self._location):
            raise CimError(
                f"the scratch folder cannot be moved to {self._location}: it must be a folder on a local drive, such "
                "as D:\\MARS\\Scratch, without % and ! in its name"
            )
        if paths.is_within(self._location, source) or paths.is_within(source, self._location):
            raise CimError(
                f"the scratch folder cannot be moved from {source} to {self._location}: one is inside the other"
            )
        if self._files.directory(source) is None:
            raise CimError(f"the scratch folder {source} does not exist, so it cannot be moved")

    def _check_target(self, volumes: list[Volume]) -> None:
        unsuitable = f"the scratch folder cannot be moved to {self._location}"
        volume = volume_of(self._location, volumes)
        if volume is None or volume.drive_type != "fixed" or volume.file_system != "NTFS":
            found = f"{volume.drive_type}, {volume.file_system or 'no file system'}" if volume else "not on this host"
            raise CimError(f"{unsuitable}: it must be on a local fixed NTFS volume, but its volume is {found}")
        if Volumes(self._session).deduplicated(volume):
            raise CimError(f"{unsuitable}: the volume {volume.name} is deduplicated, which the agent does not support")
        if self._files.file(self._location) is not None:
            raise CimError(f"{unsuitable}: it is a file")
        existing = [
            directory
            for path in _with_parents(self._location, volume.name)
            if (directory := self._files.directory(path)) is not None
        ]
        # A new folder is compressed or encrypted if its parent is.
        for nearest in existing[:1]:
            for what, is_so in (("compressed", nearest.compressed), ("encrypted", nearest.encrypted)):
                if is_so is None:
                    raise CimError(f"{unsuitable}: Windows does not report whether the folder {nearest.path} is {what}")
                if is_so:
                    raise CimError(
                        f"{unsuitable}: the folder {nearest.path} is {what}, which the agent does not support"
                    )
        # The last one is the mount point of the volume, which may be a reparse point.
        for directory in existing[:-1]:
            if self._files.is_reparse_point(directory.path):
                raise CimError(
                    f"{unsuitable}: {directory.path} is a junction or other reparse point; specify its target"
                )

    def _check_space(self, source: str, volumes: list[Volume]) -> None:
        present = 0
        if self._files.directory(self._location) is not None:
            if self._compare(source) & _ROBOCOPY_EXTRAS:
                raise CimError(
                    f"the scratch folder cannot be moved to {self._location}: the folder contains other files; "
                    "specify a new or empty one"
                )
            present = self._size(self._location)
        size = self._size(source)
        needed = round(size * (1 + _MARGIN)) - present
        volume = volume_of(self._location, volumes)
        if volume is None or volume.free is None or volume.free < needed:
            free = "an unknown number" if volume is None or volume.free is None else volume.free
            raise CimError(
                f"the scratch folder cannot be moved to {self._location}: its {size} bytes require {needed} free bytes "
                f"on the volume, but {free} are free"
            )

    def _size(self, path: str) -> int:
        """Return the size of all files in a folder in bytes; this command prints sizes without separators."""
        command = f"""for /f "delims=" %I in ('dir /s /b /a-d {quoted(path)} 2^>nul') do @echo.%~zI"""
        sizes = self._session.run(command, repeatable=True, timeout=_LIST_TIMEOUT).stdout.splitlines()
        # cmd.exe prints an empty line for a file whose name it cannot read.
        if missing := sum(not re.fullmatch("[0-9]+", size) for size in sizes):
            raise CimError(
                f"the size of the folder {path} cannot be determined: the host reported none for {missing} of its "
                f"{len(sizes)} files"
            )
        return sum(map(int, sizes))

    # The move

    def _copy(self, source: str) -> None:
        command = f"robocopy {quoted(source)} {quoted(self._location)} {_COPY} >nul"
        with temporary_directory(self._session) as directory:
            exit_code = SystemCommand(self._session, directory, command, self._sleep).run(self._timeout)
        if exit_code >= _ROBOCOPY_FAILED:
            raise CimError(f"robocopy could not copy {source} to {self._location} (exit code {exit_code})", exit_code)
        if difference := self._compare(source):
            raise CimError(
                f"the copy in {self._location} differs from {source} (exit code {difference} of robocopy /L)",
                difference,
            )

    def _compare(self, source: str) -> int:
        """Return what robocopy finds: 0 for no difference, or a sum of 1 copy, 2 extra files, 4 mismatch, 8 error."""
        command = f"robocopy {quoted(source)} {quoted(self._location)} /E /L /B /XJ /NP /NFL /NDL /NJH /NJS"
        return self._session.run(command, repeatable=True, timeout=_LIST_TIMEOUT).exit_code

    def _verify(self, started: bool) -> None:
        if not self._is_named_by(self._values()):
            raise CimError(f"the registry values {_VALUE} were written but still hold another value")
        if not started:
            return
        # An engine that cannot use its folder ends soon.
        self._sleep(_SETTLE)
        service = self._services.get(locations.ENGINE_SERVICE)
        if service is None or service.state != "Running":
            raise CimError(f"the service {locations.ENGINE_SERVICE} does not keep running with {self._location}")

    def _restore(self, former: ScratchState) -> str:
        """Restore both values and the engine, and return what is in effect now, as text for the user."""
        stopped = former.engine is None or former.engine.state == "Stopped"
        source = former.location()
        copy = f"The files that were copied to {self._location} remain, and another run continues with them"
        try:
            if self._values() != former.values:
                # The engine may be running with the new folder already, and reads the registry only when it starts.
                self._services.stop(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
                self._write(former.values)
            if not stopped:
                self._services.start(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
        except WSManError as error:
            return (
                f"The former state could not be restored ({error}). By hand: set {_VALUE} to {source} in "
                f"{' and '.join(_KEYS.values())}, and start the service {locations.ENGINE_SERVICE}. {copy}"
            )
        engine = "stopped as before" if stopped else "running again"
        return f"The former state was restored: the agent uses {source}, and its engine is {engine}. {copy}"

    def _remove(self, source: str) -> None:
        with temporary_directory(self._session) as directory:
            SystemCommand(self._session, directory, f"rmdir /s /q {quoted(source)}", self._sleep).run(self._timeout)
        if self._files.directory(source) is not None:
            raise CimError(
                f"the scratch folder was moved to {self._location} and the engine uses it, but the former folder "
                f"{source} could not be removed completely: remove it by hand"
            )


def _with_parents(path: str, mount: str) -> list[str]:
    """Return a folder and its parents, the nearest first, up to the mount path of its volume."""
    folders = []
    while paths.is_within(path, mount):
        folders.append(path)
        path = paths.parent(path)
    return folders
