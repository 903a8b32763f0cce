# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows host: everything it keeps, put together from its profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.simulator import model
from tests.simulator.windows import accounts, operating_system, processes, services, stdregprov, volumes
from tests.simulator.windows.clock import Agenda, Clock
from tests.simulator.windows.environment import Environment
from tests.simulator.windows.filesystem import FileSystem
from tests.simulator.windows.registry import Registry, typed_value

# Between the answer to a restart and the moment the host stops answering.
SHUTDOWN_SECONDS = 0.05


class Host:
    """A host satisfies ``model.Windows``; its parts are public for the providers and the command interpreter."""

    def __init__(self, profile: Mapping[str, Any], name: str, clock: Clock) -> None:
        self.profile = profile
        self.name = name
        self.clock = clock
        self.agenda = Agenda(clock)
        self.language: str = profile.get("language", "en")
        self.computer_name: str = profile.get("computer_name", name.split(".")[0].upper()[:15])
        self.build = int(profile["os"]["build"])
        self.first_boot = clock.now() - timedelta(seconds=float(profile.get("uptime_seconds", 864000)))
        self.last_boot: datetime = self.first_boot
        self.boots = 0
        self._unreachable_until: float | None = None
        self._at_boot: list[Callable[[], None]] = []

        self.accounts = accounts.Accounts(self.language, self.computer_name, profile.get("accounts", {}))
        user = profile["users"][0]
        account = self.accounts.find(user["name"].rpartition("\\")[2])
        if account is None:
            raise ValueError(f"host {name}: user {user['name']} is in no account of the profile")
        self.user = account
        self.registry = Registry(account.sid, tuple(profile.get("registry_read_only", ())))
        self.registry.load(profile.get("registry", {}))
        self.files = FileSystem.load(profile["volumes"], profile.get("files", {}))
        self.services = services.Services(profile["services"], self.registry)
        self.processes = processes.Processes(self)
        self.environment = self._environment()
        self._policy_changes = -1
        self._classes = self._build_classes()

    def _environment(self) -> Environment:
        return Environment.at_boot(self.registry, self.computer_name, self.user.name, self.user.domain)

    def _build_classes(self) -> dict[str, dict[str, model.CimClass]]:
        found = [
            *stdregprov.classes("root/cimv2"),
            *stdregprov.classes("root/default"),
            *operating_system.classes(),
            *services.classes(self),
            *processes.classes(),
            *volumes.classes(),
            *accounts.classes(),
        ]
        if self.profile.get("deduplication"):
            found += volumes.deduplication_classes()
        namespaces: dict[str, dict[str, model.CimClass]] = {"root": {}}
        for cim_class in found:
            namespaces.setdefault(cim_class.namespace.lower(), {})[cim_class.name.lower()] = cim_class
        return namespaces

    def settle(self) -> None:
        """Let happen what is due: tasks that end, restarts that finish, policies that are applied again."""
        self.agenda.run_due()
        self._apply_group_policy()

    def _apply_group_policy(self) -> None:
        if self.registry.changes == self._policy_changes:
            return
        for path, values in self.profile.get("group_policy", {}).items():
            self.registry.create(path, trusted=True)
            for name, notation in values.items():
                self.registry.set(path, typed_value(name, notation), trusted=True)
        self._policy_changes = self.registry.changes

    def restart(self) -> None:
        """Restart: unreachable for the profile's ``restart_seconds``, then a later boot time and pending changes applied."""
        down = self.clock.seconds() + SHUTDOWN_SECONDS
        up = down + float(self.profile.get("restart_seconds", 1.5))
        self.agenda.clear()
        self.agenda.after(SHUTDOWN_SECONDS, lambda: setattr(self, "_unreachable_until", up))
        self.agenda.after(up - self.clock.seconds(), self._boot)

    def power_off(self) -> None:
        """Shut down: the host does not come back by itself."""
        self.agenda.clear()
        self.agenda.after(SHUTDOWN_SECONDS, lambda: setattr(self, "_unreachable_until", float("inf")))

    def at_next_boot(self, action: Callable[[], None]) -> None:
        self._at_boot.append(action)

    def _boot(self) -> None:
        self._unreachable_until = None
        self.boots += 1
        self.last_boot = self.clock.now()
        pending, self._at_boot = self._at_boot, []
        for action in pending:
            action()
        self.processes.clear()
        self.services.boot()
        self.environment = self._environment()

    def start_process(self, command: str, directory: str) -> int | None:
        """Start a command in the background; None where its executable does not exist."""
        raise NotImplementedError

    # model.Windows

    def classes(self, namespace: str) -> Mapping[str, model.CimClass] | None:
        self.settle()
        return self._classes.get(namespace.replace("\\", "/").strip("/").lower())

    def run_command(self, command: str, stdin: bytes, codepage: int, skip_cmd_shell: bool) -> model.Process:
        raise NotImplementedError

    def version(self) -> str:
        return f"{self.profile['os']['version']} SP: {self.profile['os'].get('service_pack', 0)}.0"

    def reachable(self) -> bool:
        self.settle()
        return self._unreachable_until is None or self.clock.seconds() >= self._unreachable_until

    def state(self) -> dict[str, Any]:
        """Everything the host keeps, as JSON data, without counters that change by themselves."""
        self.settle()
        return {
            "boots": self.boots,
            "registry": self.registry.state(),
            "services": self.services.state(),
            "files": self.files.state(),
        }
