# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The scratch folder, moved by the steps in Microsoft's MARS FAQ ("change the location of the cache folder")."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..mars import locations
from ..mars.idle import last_success, running_backup
from ..windows import paths
from ..windows.errors import CimError
from ..windows.files import Files
from ..windows.operating_system import local_time
from ..windows.registry import Kind, Registry, RegistryValue
from ..windows.services import Service, Services
from ..wsman.errors import WSManError
from ..wsman.session import Session
from .resource import ChangeUndone, Resource
from .scratch_checks import ScratchChecks
from .scratch_copy import ScratchCopy, plain_folder

_VALUE = "ScratchLocation"
# The two keys of the value by the names in the module's result. Both values must be the same.
_KEYS = {"location": locations.CONFIG_KEY, "provider_location": locations.PROVIDER_KEY}
# What is kept on the host: the engine's start mode while it must not start; the former folder until it is removed.
_KEPT_START_MODE = "EngineStartMode"
_KEPT_FORMER, _KEPT_MOVED = locations.FORMER_SCRATCH_VALUE, "FormerScratchMoved"
_DELAYED = "Auto (delayed)"

# Seconds the engine may take to stop or to start.
_SERVICE_TIMEOUT = 300.0
# Seconds it must keep running then.
_SETTLE = 3.0


@dataclass(frozen=True)
class Engine:
    """The agent's engine.

    :ivar state: as in :class:`Service`.
    :ivar start_mode: as in :class:`Service`, or ``Auto (delayed)``.
    """

    state: str
    start_mode: str


@dataclass(frozen=True)
class Former:
    """A folder that the agent used before, to be removed when a backup has succeeded since it was moved."""

    path: str
    moved: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ScratchState:
    """The registry values for the folder, and the engine that uses it.

    :ivar values: by name, without absent ones.
    :ivar engine: None if the service does not exist.
    :ivar kept_start_mode: the start mode that the engine has to get back, after a move that was interrupted.
    :ivar former: None where no folder is to be removed.
    """

    values: Mapping[str, RegistryValue]
    engine: Engine | None
    kept_start_mode: str | None
    former: Former | None

    def location(self, name: str = "location") -> str | None:
        """Return the folder in a value, None if the value is absent."""
        return str(self.values[name].data) if name in self.values else None


class ScratchFolder(Resource[ScratchState]):
    """The scratch folder of a host, and its wanted location.

    :param remove_old: delete the former folder when a backup has succeeded with the new one.
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
        self._location = plain_folder(location)
        self._remove_old = remove_old
        self._timeout = timeout
        self._sleep = sleep

    def read(self) -> ScratchState:
        """Return both registry values, the engine, and what an earlier move has left to do."""
        service = self._services.get(locations.ENGINE_SERVICE)
        values = self._values()
        former = self._registry.string(locations.KEPT_KEY, _KEPT_FORMER)
        # A move that was interrupted may have noted a folder that is still in use.
        if former and any(paths.same_path(former, str(value.data)) for value in values.values()):
            former = None
        return ScratchState(
            values,
            Engine(service.state, self._start_mode(service)) if service else None,
            self._registry.string(locations.KEPT_KEY, _KEPT_START_MODE),
            Former(former, self._moved()) if former else None,
        )

    def desired(self, current: ScratchState) -> ScratchState:
        """Return both values with the wanted location. Raises :class:`CimError` if the move would not be safe.

        Where the agent uses the location already, a former folder is removed that is not needed any more.
        """
        source = current.location()
        if source is None or current.engine is None:
            raise CimError(
                f"there is no scratch folder to move: the service {locations.ENGINE_SERVICE} or the registry value "
                f"{locations.CONFIG_KEY}\\{_VALUE} is missing; install and register the agent first"
            )
        mode = current.kept_start_mode or current.engine.start_mode
        engine = replace(current.engine, start_mode=mode)
        running = engine if mode == "Disabled" else Engine("Running", mode)
        if self._is_named_by(current.values):
            if current.kept_start_mode:
                return replace(current, engine=running, kept_start_mode=None)
            return replace(current, former=None) if self._may_remove(current) else current
        if not paths.same_path(source, self._location):
            copy = self._copy(source)
            ScratchChecks(self._session, copy).check_move()
            location, former = copy.target, Former(copy.source) if self._remove_old else current.former
        elif Files(self._session).directory(source) is None:
            raise CimError(f"the folder {source} does not exist, although the agent is configured to use it")
        else:
            location, former = source, current.former
        if backup := running_backup(self._session, current.engine.state):
            raise CimError(f"the scratch folder is not moved: {backup}")
        value = RegistryValue(current.values["location"].kind, location)
        return ScratchState(dict.fromkeys(_KEYS, value), running, None, former)

    def apply(self, current: ScratchState, desired: ScratchState) -> None:
        """Move the folder, or remove the former one. Raises :class:`ChangeUndone` if the move had to be undone."""
        if current.values == desired.values:
            if current.kept_start_mode:
                self._release_engine(desired)
            else:
                self._remove_former(current)
            return
        before = self._services.get(locations.ENGINE_SERVICE)
        source = current.location() or ""
        copy = None if paths.same_path(source, self._location) else self._copy(source)
        if copy:
            copy.check_apart()
        try:
            self._hold_engine(current)
            if copy:
                copy.make(self._timeout)
                self._check_held()
            self._write(desired)
            self._release_engine(desired)
            self._verify(desired, before)
        except WSManError as error:
            raise ChangeUndone(f"{error}. {self._restore(current)}") from error
        except BaseException:  # the task's timeout, or the user
            self._restore(current)
            raise

    def show(self, state: ScratchState) -> dict[str, str | None]:
        """Return both locations, the engine's state, and the former location, None for what is absent."""
        return {
            **{name: state.location(name) for name in _KEYS},
            "engine": state.engine.state if state.engine else None,
            "former_location": state.former.path if state.former else None,
        }

    def _copy(self, source: str) -> ScratchCopy:
        return ScratchCopy(self._session, source, self._location, self._sleep)

    def _values(self) -> dict[str, RegistryValue]:
        values = {name: self._registry.value(key, _VALUE) for name, key in _KEYS.items()}
        return {name: value for name, value in values.items() if value is not None}

    def _is_named_by(self, values: Mapping[str, RegistryValue]) -> bool:
        return all(name in values and paths.same_path(str(values[name].data), self._location) for name in _KEYS)

    # The engine, and what is kept

    def _start_mode(self, service: Service) -> str:
        is_delayed = service.start_mode == "Auto" and self._services.is_delayed(service.name)
        return _DELAYED if is_delayed else service.start_mode

    def _hold_engine(self, current: ScratchState) -> None:
        """Stop the engine, and keep everything else from starting it meanwhile, such as monitoring."""
        if current.engine and current.engine.start_mode != "Disabled":
            self._keep(_KEPT_START_MODE, current.engine.start_mode)
            self._services.set_start_mode(locations.ENGINE_SERVICE, "Disabled")
        self._services.stop(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)

    def _check_held(self) -> None:
        service = self._services.get(locations.ENGINE_SERVICE)
        if service is None or service.state != "Stopped":
            raise CimError(
                f"another program has started the service {locations.ENGINE_SERVICE} while its folder was copied, "
                "although it was disabled"
            )

    def _release_engine(self, state: ScratchState) -> None:
        """Give the engine the start mode of a state, and start it if it runs there."""
        if state.engine is None:
            return
        if state.engine.start_mode == _DELAYED:
            self._services.delay_start(locations.ENGINE_SERVICE)
        else:
            self._services.set_start_mode(locations.ENGINE_SERVICE, state.engine.start_mode)
        if state.engine.state != "Stopped" and state.engine.start_mode != "Disabled":
            self._services.start(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
        self._forget(_KEPT_START_MODE)

    def _keep(self, name: str, text: str) -> None:
        self._registry.set(locations.KEPT_KEY, name, RegistryValue(Kind.STRING, text))

    def _forget(self, *names: str) -> None:
        for name in names:
            self._registry.delete(locations.KEPT_KEY, name)
        if self._registry.is_empty(locations.KEPT_KEY):
            self._registry.delete_key(locations.KEPT_KEY)

    # The move

    def _write(self, desired: ScratchState) -> None:
        if desired.former:
            moved = desired.former.moved or local_time(self._session)
            self._keep_former(replace(desired.former, moved=moved))
        self._write_values(desired.values)

    def _write_values(self, values: Mapping[str, RegistryValue]) -> None:
        """Write the values that differ; an absent one is deleted."""
        for name, key in _KEYS.items():
            value = values.get(name)
            if value == self._registry.value(key, _VALUE):
                continue
            if value is None:
                self._registry.delete(key, _VALUE)
            else:
                self._registry.set(key, _VALUE, value)

    def _verify(self, desired: ScratchState, before: Service | None) -> None:
        if not self._is_named_by(self._values()):
            raise CimError(f"the registry values {_VALUE} were written but still hold another value")
        if desired.engine is None or desired.engine.state != "Running":
            return
        # An engine that cannot use its folder ends soon.
        # Evidence: engine_uses_new_folder
        self._sleep(_SETTLE)
        service = self._services.get(locations.ENGINE_SERVICE)
        if service is None or service.state != "Running":
            raise CimError(f"the service {locations.ENGINE_SERVICE} does not keep running with {self._location}")
        if before and service.process_id == before.process_id:
            raise CimError(
                f"the service {locations.ENGINE_SERVICE} runs in the same process as before, so it still uses the "
                "former folder"
            )

    def _restore(self, former: ScratchState) -> str:
        """Restore what differs, and the engine in any case; return what is in effect now, as text for the user."""
        mode = former.kept_start_mode or (former.engine.start_mode if former.engine else "Disabled")
        stopped = former.engine is None or (former.engine.state == "Stopped" and not former.kept_start_mode)
        engine = Engine("Stopped" if stopped else "Running", mode)
        problems = []
        steps: list[Callable[[], object]] = [
            lambda: self._restore_values(former),
            lambda: self._release_engine(replace(former, engine=engine)),
        ]
        for step in steps:
            try:
                step()
            except WSManError as error:
                problems.append(str(error))
        copy = f"The files that were copied to {self._location} remain, and another run continues with them"
        source = former.location()
        if problems:
            return (
                f"The former state could not be restored ({'; '.join(problems)}). By hand: set {_VALUE} to {source} in "
                f"{' and '.join(_KEYS.values())}, set the start mode of the service {locations.ENGINE_SERVICE} to "
                f"{mode}, and start it. {copy}"
            )
        effect = "stopped as before" if stopped else "running again"
        return f"The former state was restored: the agent uses {source}, and its engine is {effect}. {copy}"

    def _restore_values(self, former: ScratchState) -> None:
        if self._values() != former.values:
            # The engine may be running with the new folder already, and reads the registry only when it starts.
            self._services.stop(locations.ENGINE_SERVICE, _SERVICE_TIMEOUT)
            self._write_values(former.values)
        if former.former:
            self._keep_former(former.former)
        else:
            self._forget(_KEPT_FORMER, _KEPT_MOVED)

    # The former folder

    def _keep_former(self, former: Former) -> None:
        self._keep(_KEPT_FORMER, former.path)
        self._keep(_KEPT_MOVED, former.moved.isoformat() if former.moved else "")

    def _moved(self) -> datetime | None:
        text = self._registry.string(locations.KEPT_KEY, _KEPT_MOVED)
        return datetime.fromisoformat(text) if text else None

    def _may_remove(self, current: ScratchState) -> bool:
        """Return whether the former folder is to be removed, and no longer needed, or already gone."""
        if not self._remove_old or current.former is None:
            return False
        if Files(self._session).directory(current.former.path) is None:
            return True
        succeeded = last_success(self._session)
        if succeeded is None or current.former.moved is None or succeeded <= current.former.moved:
            return False
        ScratchChecks(self._session, self._copy(current.former.path)).check_removal()
        return True

    def _remove_former(self, current: ScratchState) -> None:
        former = current.former
        if former and Files(self._session).directory(former.path) is not None:
            self._copy(former.path).remove_source(self._timeout)
        self._forget(_KEPT_FORMER, _KEPT_MOVED)
