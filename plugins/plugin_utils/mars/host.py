# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""One host while its facts are gathered: what several sections need is read once, and what cannot be read is noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ..windows.clock import TIME_SERVICE, controller_time, offset
from ..windows.command_batch import CommandBatch, Output
from ..windows.defender import SERVICE as DEFENDER_SERVICE
from ..windows.errors import CimError
from ..windows.operating_system import OperatingSystem
from ..windows.paths import fold
from ..windows.registry import Registry
from ..windows.registry_query import RegistryKey, queried, query_batch
from ..windows.scheduled_tasks import ScheduledTask, ScheduledTasks
from ..windows.services import Service, Services
from ..windows.volumes import DEDUPLICATION_SERVICE, Volume, Volumes
from ..wsman.errors import (
    AuthenticationRejected,
    Fault,
    NoService,
    Unreachable,
    WSManError,
)
from ..wsman.session import Session
from . import locations
from .agent_role import ROLE_SERVICES
from .catalogue import ANTIVIRUS_SERVICES, APPLICATION_SERVICES, ENDPOINTS, INTERFERING_SOFTWARE

#: The command line that a section wants to be run, None if it needs none on this host.
Command = Callable[["Host"], str | None]

#: The services that Microsoft's page on backing up the System State names.
SYSTEM_STATE_SERVICES = ("RpcSs", "EventSystem", "SENS", "VSS", "swprv")

_NAMES = ("SystemRoot", "ProgramFiles")
_VARIABLES = "variables"
# In quotes, since a parenthesis would end the command
_VARIABLES_COMMAND = "echo " + " ".join(f'"%{name}%"' for name in _NAMES)
_QUOTED = re.compile('"([^"]*)"')
_VARIABLE = re.compile("%([^%]*)%")

# What ends the gathering: the host is gone, or never was one.
_GONE = (Unreachable, AuthenticationRejected, NoService)


@dataclass(frozen=True)
class Given:
    """What the user says beside the host itself, None where nothing is said.

    :ivar vault_credentials: path of a file with vault credentials.
    :ivar agent_module_source: path of a copy of the agent's folder ``bin``.
    :ivar cloud: whose endpoints the agent has to reach, as the catalogue names it.
    :ivar endpoints: further hosts that it has to reach.
    :ivar event_days: of how many days the events of backups are wanted.
    """

    vault_credentials: str | None = None
    agent_module_source: str | None = None
    cloud: str = "public"
    endpoints: tuple[str, ...] = ()
    event_days: int = 14


class Host:
    """Reads shared by the sections."""

    def __init__(self, session: Session, given: Given, sleep: Callable[[float], None]) -> None:
        self.session = session
        self.given = given
        self.sleep = sleep
        self.registry = Registry(session)
        self.unreadable: list[dict[str, str]] = []
        self._commands: dict[str, Command] = {_VARIABLES: lambda _host: _VARIABLES_COMMAND}
        self._keys: list[str] = []
        self._unformed: dict[str, WSManError] = {}

    @contextmanager
    def reading(self, fact: str) -> Iterator[None]:
        """Note that a section (``tls``) or a fact of it (``tls.enabled``) cannot be read, and go on.

        A host that is gone ends everything.
        """
        try:
            yield
        except _GONE:
            raise
        except WSManError as error:
            section = fact.partition(".")[0]
            self.unreadable.append({"section": section, "fact": fact, "code": _code(error), "reason": str(error)})

    def read_each(self, path: str, reads: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """Read the facts below a path by their names; one that cannot be read is missing, and the others stay known."""
        facts = {}
        for name, read in reads.items():
            with self.reading(f"{path}.{name}"):
                facts[name] = read()
        return facts

    def plan(self, commands: Mapping[str, Command]) -> None:
        """Have these commands run, all together, when :meth:`output` is first called."""
        self._commands |= commands

    def plan_keys(self, keys: Iterable[str]) -> None:
        """Have these registry keys read together with the planned commands."""
        self._keys += keys

    def key(self, key: str) -> RegistryKey | None:
        """Return a planned registry key, None if it is absent. Raises :class:`WSManError` if it could not be read."""
        return queried(key, self.output)

    def text(self, key: str, name: str) -> str | None:
        """Return the text of a value of a planned key, with its variables expanded; None if it is absent.

        Raises :class:`WrongTypeError` if it is not a text, and :class:`WSManError` if the key could not be read.
        """
        planned = self.key(key)
        if planned is None:
            return None
        if planned.is_ambiguous(name):
            return self.registry.expanded_string(key, name)
        text = planned.string(name)
        if text is None or not planned.is_expandable(name):
            return text
        expanded = _VARIABLE.sub(lambda found: self._variables.get(found[1].upper(), found[0]), text)
        return self.registry.expand(key, name) if "%" in expanded else expanded

    def output(self, name: str) -> Output:
        """Return the output of a planned command. Raises :class:`WSManError` if it could not be run."""
        batch = self._batch
        if name in self._unformed:
            raise self._unformed[name]
        return batch.output(name)

    @cached_property
    def _batch(self) -> CommandBatch:
        lines: dict[str, str] = {}
        for name, command in self._commands.items():
            try:
                line = command(self)
            except _GONE:
                raise
            except WSManError as error:
                self._unformed[name] = error
            else:
                if line is not None:
                    lines[name] = line
        return query_batch(self.session, self._keys, lines)

    @cached_property
    def _variables(self) -> dict[str, str]:
        """The variables to which values of the registry mostly refer, by their names in upper case."""
        found = _QUOTED.findall(self.output(_VARIABLES).text)
        return {name.upper(): value for name, value in zip(_NAMES, found, strict=False) if "%" not in value}

    @property
    def operating_system(self) -> OperatingSystem:
        """The Windows of this host."""
        return self._operating_system[0]

    @property
    def clock_offset(self) -> timedelta:
        """By how much the clock of this host is surely ahead of the controller's."""
        system, asked, answered = self._operating_system
        return offset(system.local_time, asked, answered)

    @cached_property
    def _operating_system(self) -> tuple[OperatingSystem, datetime, datetime]:
        """It, and when it was asked and had answered."""
        asked = controller_time()
        return OperatingSystem.read(self.session), asked, controller_time()

    @property
    def endpoints(self) -> list[str]:
        """The hosts of Azure that the agent has to reach, as far as they are known."""
        return list(dict.fromkeys([*ENDPOINTS[self.given.cloud], *self.given.endpoints]))

    @cached_property
    def install_path(self) -> str | None:
        """The agent's folder without a trailing backslash, None where the agent is not installed."""
        path = self.registry.text(locations.SETUP_KEY, "InstallPath")
        return path.rstrip("\\") if path else None

    @cached_property
    def scratch_location(self) -> str | None:
        """The scratch folder the agent is told to use."""
        return self.registry.text(locations.CONFIG_KEY, "ScratchLocation")

    @cached_property
    def services(self) -> list[Service]:
        """The services any section asks for, from one query."""
        return Services(self.session).find(
            names=[
                locations.ENGINE_SERVICE,
                locations.APPLOCKER_SERVICE,
                locations.ISCSI_SERVICE,
                DEFENDER_SERVICE,
                TIME_SERVICE,
                DEDUPLICATION_SERVICE,
                *SYSTEM_STATE_SERVICES,
                *ROLE_SERVICES,
                *ANTIVIRUS_SERVICES,
                *APPLICATION_SERVICES,
                *(service for software in INTERFERING_SOFTWARE for service in software["services"]),
            ],
            display_names=[locations.MANAGEMENT_SERVICE_DISPLAY_NAME],
            programs=[locations.MANAGEMENT_PROGRAM],
        )

    def service(self, name: str) -> Service | None:
        """One of these services by its name, None if there is none."""
        return next((service for service in self.services if fold(service.name) == fold(name)), None)

    def service_facts(self, name: str) -> dict[str, str] | None:
        """State and start mode of one of these services, None if there is none."""
        service = self.service(name)
        return {"state": service.state, "start_mode": service.start_mode} if service else None

    @cached_property
    def backup_tasks(self) -> list[ScheduledTask]:
        """The agent's tasks."""
        return ScheduledTasks(self.session).in_folder(locations.TASK_FOLDER)

    @cached_property
    def volumes(self) -> list[Volume]:
        """All volumes, mounted folders included."""
        return Volumes(self.session).all()

    def deduplicated(self, volume: Volume, folder: str) -> bool | None:
        """Return whether data deduplication works in a folder, as :meth:`Volumes.deduplicated` does.

        Where Windows lacks the feature, it lacks its service, and is not asked.
        """
        if self.service(DEDUPLICATION_SERVICE) is None:
            return False
        return Volumes(self.session).deduplicated(volume, folder)


def _code(error: WSManError) -> str:
    """What to look for: the host's error code, or the kind of failure where the host gave none."""
    code = error.code if isinstance(error, (Fault, CimError)) else None
    return type(error).__name__ if code is None else f"0x{code:08X}"
