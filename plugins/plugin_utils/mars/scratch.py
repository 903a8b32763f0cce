# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving the scratch folder, by the steps of Microsoft's MARS FAQ ("change the location of the cache folder")."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..windows import paths
from ..windows.command_line import quoted
from ..windows.errors import CimError
from ..windows.event_log import Event, newest_event
from ..windows.files import Files
from ..windows.operating_system import last_boot
from ..windows.processes import SystemCommand, temporary_directory
from ..windows.registry import Registry, RegistryValue
from ..windows.scheduled_tasks import ScheduledTasks
from ..windows.services import Service, Services
from ..windows.volumes import Volume, Volumes, volume_of
from ..wsman.errors import WSManError
from ..wsman.session import Session
from . import locations

State = dict[str, Any]

_VALUE = "ScratchLocation"
# The values that must agree, by the names they have in the module's result.
_KEYS = {"location": locations.CONFIG_KEY, "provider_location": locations.PROVIDER_KEY}
_SYSTEM_STATE_LABEL = "CBSSBVol_"
# Both names are in use for the agent's log. Its events: backup started; completed, with warnings, with errors, failed.
_CHANNELS = ("CloudBackup/Operational", "CloudBackup")
_STARTED = 1
_ENDED = (3, 10, 11, 18)

# robocopy: data, attributes, time stamps, security, owner and auditing; folders' times; with the rights of a backup
# program; no junctions; two retries.
_COPY = "/E /COPYALL /DCOPY:T /B /XJ /R:2 /W:5 /NP /NFL /NDL /NJH /NJS"
_ROBOCOPY_EXTRAS, _ROBOCOPY_FAILED = 2, 8
# Seconds the engine may take to stop or to start.
_SERVICE_TIMEOUT = 300.0
# Seconds it has to go on running then.
_SETTLE = 3.0
# Seconds to list a folder.
_LIST_TIMEOUT = 600.0
# The copy has to leave this part of its own size free: the agent writes there from the first moment.
_MARGIN = 0.1


@dataclass(frozen=True)
class _Plan:
    """What a move starts from."""

    source: str
    values: dict[str, RegistryValue]
    engine: Service


class ScratchFolder:
    """The scratch folder of one host, and where it should be.

    :param remove_old: delete the former folder once the engine runs with the new one.
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

    def read(self) -> State:
        """Both registry values as they are; None for an absent one."""
        values = self._values()
        return {name: str(values[name].data) if name in values else None for name in _KEYS}

    def desired(self, current: State) -> State:
        """Both values naming the wanted folder. Raises :class:`CimError` if a move would not be safe."""
        if all(_same(current[name], self._location) for name in _KEYS):
            return current
        self._plan()
        return dict.fromkeys(_KEYS, self._location)

    def apply(self, current: State, desired: State) -> None:
        """Move the folder, or put everything back and raise :class:`CimError` saying where the host stands."""
        plan = self._plan()
        try:
            self._services.stop(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
            if not _same(plan.source, self._location):
                self._copy(plan.source)
            for key in _KEYS.values():
                self._set(key, RegistryValue(plan.values["location"].kind, self._location))
            self._start(plan.engine)
            self._verify(plan.engine)
        except WSManError as error:
            raise CimError(f"{error}. {self._put_back(plan)}") from error
        except BaseException:  # the task's own timeout, or the user
            self._put_back(plan)
            raise
        if self._remove_old and not _same(plan.source, self._location):
            self._remove(plan.source)

    def _values(self) -> dict[str, RegistryValue]:
        values = {name: self._registry.value(key, _VALUE) for name, key in _KEYS.items()}
        return {name: value for name, value in values.items() if value is not None}

    def _set(self, key: str, value: RegistryValue) -> None:
        self._registry.set(key, _VALUE, value)

    # Before anything is changed

    def _plan(self) -> _Plan:
        values = self._values()
        engine = self._services.get(locations.ENGINE_SERVICE)
        if "location" not in values or engine is None:
            raise CimError(
                f"there is no scratch folder to move: the service {locations.ENGINE_SERVICE} or the registry value "
                f"{locations.CONFIG_KEY}\\{_VALUE} is missing, so the agent is not installed or not set up"
            )
        plan = _Plan(str(values["location"].data).rstrip("\\"), values, engine)
        volumes = Volumes(self._session).all()
        if mounted := [volume.name for volume in volumes if (volume.label or "").startswith(_SYSTEM_STATE_LABEL)]:
            raise CimError(
                f"a system state backup has left the volume {mounted[0]} ({_SYSTEM_STATE_LABEL}...) mounted: "
                "unmount it in Disk Management first"
            )
        if _same(plan.source, self._location):
            if self._files.directory(self._location) is None:
                raise CimError(f"the folder {self._location} does not exist, although the agent is told to use it")
        else:
            self._check_paths(plan.source)
            self._check_target(volumes)
            self._check_space(plan.source, volumes)
        self._check_idle(engine)
        return plan

    def _check_paths(self, source: str) -> None:
        if not re.fullmatch(r'[A-Za-z]:(\\[^\\/:*?"<>|%!\r\n]+)+', self._location):
            raise CimError(
                f"the scratch folder cannot be moved to {self._location}: it has to be a folder on a local drive, "
                "such as D:\\MARS\\Scratch, without % and ! in its name"
            )
        if paths.is_within(self._location, source) or paths.is_within(source, self._location):
            raise CimError(
                f"the scratch folder cannot be moved from {source} to {self._location}: one is inside the other"
            )
        if self._files.directory(source) is None:
            raise CimError(f"the scratch folder {source} that is to be moved does not exist")

    def _check_target(self, volumes: list[Volume]) -> None:
        unsuitable = f"the scratch folder cannot be moved to {self._location}"
        volume = volume_of(self._location, volumes)
        if volume is None or volume.drive_type != "fixed" or volume.file_system != "NTFS":
            found = f"{volume.drive_type}, {volume.file_system or 'no file system'}" if volume else "none"
            raise CimError(f"{unsuitable}: it has to be on a local fixed NTFS volume, and that is {found}")
        if Volumes(self._session).deduplicated(volume):
            raise CimError(f"{unsuitable}: the volume {volume.name} is deduplicated, which the agent does not support")
        if self._files.file(self._location) is not None:
            raise CimError(f"{unsuitable}: that is a file")
        existing = [
            directory
            for path in _with_parents(self._location, volume.name)
            if (directory := self._files.directory(path)) is not None
        ]
        # A new folder is compressed or encrypted if the one it is created in is.
        for nearest in existing[:1]:
            if nearest.compressed or nearest.encrypted:
                what = "compressed" if nearest.compressed else "encrypted"
                raise CimError(f"{unsuitable}: the folder {nearest.path} is {what}, which the agent does not support")
        # The last one is the mount point of the volume, which may well be a reparse point.
        for directory in existing[:-1]:
            if self._files.is_reparse_point(directory.path):
                raise CimError(
                    f"{unsuitable}: {directory.path} is a junction or the like, name what it leads to instead"
                )

    def _check_space(self, source: str, volumes: list[Volume]) -> None:
        present = 0
        if self._files.directory(self._location) is not None:
            if self._compare(source) & _ROBOCOPY_EXTRAS:
                raise CimError(
                    f"the scratch folder cannot be moved to {self._location}: there are other files in that folder; "
                    "name a new or empty one"
                )
            present = self._size(self._location)
        size = self._size(source)
        needed = round(size * (1 + _MARGIN)) - present
        volume = volume_of(self._location, volumes)
        if volume is None or volume.free is None or volume.free < needed:
            free = "an unknown number of" if volume is None or volume.free is None else volume.free
            raise CimError(
                f"the scratch folder cannot be moved to {self._location}: its {size} bytes need {needed} free bytes "
                f"there, and {free} are free"
            )

    def _size(self, path: str) -> int:
        """The bytes of all files in a folder, hidden ones included; cmd.exe prints sizes without separators here."""
        command = f"""for /f "delims=" %I in ('dir /s /b /a-d {quoted(path)} 2^>nul') do @echo.%~zI"""
        sizes = self._session.run(command, repeatable=True, timeout=_LIST_TIMEOUT).stdout.split("\n")
        try:
            return sum(int(size) for size in sizes if size)
        except ValueError:
            raise CimError(f"the size of the folder {path} could not be told") from None

    def _check_idle(self, engine: Service) -> None:
        for task in ScheduledTasks(self._session).in_folder(locations.TASK_FOLDER):
            if task.state in ("running", "queued"):
                raise CimError(
                    f"the scratch folder is not moved while a backup runs: the task {task.name} is {task.state}"
                )
        if engine.state == "Stopped":
            return
        newest = self._newest_event()
        # A restart ends a backup without a word in the log.
        if newest is not None and newest.id == _STARTED and newest.time > last_boot(self._session):
            raise CimError(
                "the scratch folder is not moved while a backup runs: one started at "
                f"{newest.time:%Y-%m-%d %H:%M:%S} UTC, and the agent's event log does not say that it has ended"
            )

    def _newest_event(self) -> Event | None:
        found = False
        newest: Event | None = None
        for channel in _CHANNELS:
            try:
                event = newest_event(self._session, channel, (_STARTED, *_ENDED))
            except LookupError:
                continue
            found = True
            if event is not None and (newest is None or event.time > newest.time):
                newest = event
        if not found:
            raise CimError(
                "it cannot be told whether a backup runs, so the scratch folder is not moved: the host has neither of "
                f"the event logs {' and '.join(_CHANNELS)}; if none runs, stop {locations.ENGINE_SERVICE} first"
            )
        return newest

    # The move

    def _copy(self, source: str) -> None:
        command = f"robocopy {quoted(source)} {quoted(self._location)} {_COPY} >nul"
        with temporary_directory(self._session) as directory:
            exit_code = SystemCommand(self._session, directory, command, self._sleep).run(self._timeout)
        if exit_code >= _ROBOCOPY_FAILED:
            raise CimError(f"robocopy could not copy {source} to {self._location} (exit code {exit_code})", exit_code)
        if difference := self._compare(source):
            raise CimError(
                f"the copy in {self._location} differs from {source} (robocopy /L gives {difference})", difference
            )

    def _compare(self, source: str) -> int:
        """What robocopy would do: 0 nothing, or a sum of 1 copy, 2 other files there, 4 mismatch, 8 and 16 error."""
        command = f"robocopy {quoted(source)} {quoted(self._location)} /E /L /B /XJ /NP /NFL /NDL /NJH /NJS"
        return self._session.run(command, repeatable=True, timeout=_LIST_TIMEOUT).exit_code

    def _start(self, engine: Service) -> None:
        if engine.start_mode != "Disabled":
            self._services.start(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)

    def _verify(self, engine: Service) -> None:
        values = self._values()
        if not all(name in values and _same(str(values[name].data), self._location) for name in _KEYS):
            raise CimError(f"the registry values {_VALUE} were set to {self._location} and do not say so")
        if engine.start_mode == "Disabled":
            return
        # An engine that does not like its folder ends soon.
        self._sleep(_SETTLE)
        service = self._services.get(locations.ENGINE_SERVICE)
        if service is None or service.state != "Running":
            raise CimError(f"the service {locations.ENGINE_SERVICE} does not go on running with {self._location}")

    def _put_back(self, plan: _Plan) -> str:
        """Undo what was done; what is true now, as a sentence."""
        copy = f"What was copied to {self._location} is still there, and another run goes on with it"
        try:
            if self._values() != plan.values:
                # The engine may run with the new folder by now, and reads the registry only when it starts.
                self._services.stop(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
                self._restore(plan.values)
            if plan.engine.state != "Stopped":
                self._services.start(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
        except WSManError as error:
            return (
                f"It could not be put back as it was ({error}). By hand: set {_VALUE} to {plan.source} in "
                f"{' and '.join(_KEYS.values())}, and start the service {locations.ENGINE_SERVICE}. {copy}"
            )
        engine = "stopped, as it was" if plan.engine.state == "Stopped" else "started again"
        return f"It was put back as it was: the agent uses {plan.source}, its engine is {engine}. {copy}"

    def _restore(self, values: dict[str, RegistryValue]) -> None:
        for name, key in _KEYS.items():
            if name in values:
                self._set(key, values[name])
            else:
                self._registry.delete(key, _VALUE)

    def _remove(self, source: str) -> None:
        with temporary_directory(self._session) as directory:
            SystemCommand(self._session, directory, f"rmdir /s /q {quoted(source)}", self._sleep).run(self._timeout)
        if self._files.directory(source) is not None:
            raise CimError(
                f"the scratch folder was moved to {self._location}, and the engine uses it, but the former folder "
                f"{source} could not be removed completely: remove it by hand"
            )


def _same(path: object, other: str) -> bool:
    return isinstance(path, str) and paths.same_path(path, other)


def _with_parents(path: str, mount: str) -> list[str]:
    """A folder and those above it, the nearest first, up to the mount path of its volume."""
    folders = []
    while paths.is_within(path, mount):
        folders.append(path)
        path = paths.parent(path)
    return folders
