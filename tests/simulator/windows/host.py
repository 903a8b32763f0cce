# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows host: everything it keeps, put together from its profile."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.simulator import model
from tests.simulator.windows import (
    accounts,
    defender,
    environment,
    files,
    group_policy,
    hardware,
    installers,
    network,
    operating_system,
    processes,
    scheduled_tasks,
    services,
    stdregprov,
    storage,
    volumes,
)
from tests.simulator.windows.background import Background, Pause
from tests.simulator.windows.clock import Agenda, Clock, Entry
from tests.simulator.windows.cmd.arguments import split_arguments
from tests.simulator.windows.cmd.context import Context, Input
from tests.simulator.windows.cmd.interpreter import run_line, run_program
from tests.simulator.windows.cmd.tools import FIRST_CURL, TOOLS
from tests.simulator.windows.environment import Environment
from tests.simulator.windows.filesystem import FileError, FileSystem
from tests.simulator.windows.registry import Registry, typed_value
from tests.simulator.windows.tasks import START_SECONDS, Tasks

# Windows 8 and Server 2012: the first release whose Task Scheduler has CIM classes.
FIRST_TASK_CLASSES = 9200
# Windows 8 and Server 2012 have WinRM 3.0; before, it comes with PowerShell 3.0 (Windows Management Framework).
FIRST_WINRM_3 = 9200

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
        self.began: datetime = clock.now()
        self.first_boot = self.began - timedelta(seconds=float(profile.get("uptime_seconds", 864000)))
        self.last_boot: datetime = self.first_boot
        self.clock_offset = timedelta(seconds=float(profile.get("clock_offset_seconds", 0)))
        self.boots = 0
        self._unreachable_until: float | None = None
        self.is_restarting = False
        self._servicing_restarts = int("restarts_again_after" in profile)
        self._shutdown: Entry | None = None
        self._at_boot: list[Callable[[], None]] = []

        self.accounts = accounts.Accounts(self.language, self.computer_name, profile.get("accounts", {}))
        user = profile.get("winrm", {}).get("user", "Administrator")
        account = self.accounts.find(user.rpartition("\\")[2])
        if account is None:
            raise ValueError(f"host {name}: winrm.user {user} is in no account of the profile")
        self.user = account
        self.elevated = bool(profile.get("elevated", True))
        self._misbehaves = frozenset(profile.get("misbehave", ()))
        read_only = tuple(profile.get("registry_read_only", ()))
        self.registry = Registry(
            account.sid,
            read_only if self.elevated else (*read_only, "HKLM"),
            tuple(profile.get("registry_hidden", ())),
        )
        self.computer_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, name)).upper()
        self.registry.load(_with_identity(profile.get("registry", {}), self.computer_id))
        self.files = FileSystem.load(profile["volumes"], profile.get("files", {}))
        self.shadow_storages = storage.ShadowStorages(profile.get("shadow_storage", {}), self.files)
        self.registry.create(rf"HKU\{account.sid}\Software", trusted=True)
        self.files.declare({rf"C:\Users\{account.name}\AppData\Local\Temp" + "\\": {}})
        installed = volumes.DEDUPLICATION_SERVICE if profile.get("deduplication") else {}
        self.services = services.Services(installed | profile["services"], self.registry, self.agenda)
        self.processes = processes.Processes(self)
        self.environment = self._environment()
        self.installed: set[str] = {str(program).lower() for program in profile.get("installed", ())}
        self._declare_tools()
        self.tasks: Tasks = Tasks(self, profile.get("tasks", {}))
        self._policy_changes = -1
        self._classes = self._build_classes()

    def _environment(self) -> Environment:
        return Environment.at_boot(self.registry, self.computer_name, self.user.name, self.user.domain)

    def tool_path(self, name: str) -> str:
        """Where a program of Windows itself lies."""
        system = (self.environment.get("SystemRoot") or r"C:\Windows") + r"\System32"
        if name == "powershell":
            return system + r"\WindowsPowerShell\v1.0\powershell.exe"
        return rf"{system}\{name}.exe"

    def _declare_tools(self) -> None:
        for name in (*TOOLS, "cmd"):
            if name == "curl" and self.build < FIRST_CURL:
                continue
            self.files.declare({self.tool_path(name): {"size": 65536, "version": f"{self.profile['os']['version']}.1"}})

    def _build_classes(self) -> dict[str, dict[str, model.CimClass]]:
        found = [
            *stdregprov.classes("root/cimv2"),
            *stdregprov.classes("root/default"),
            *operating_system.classes(),
            *services.classes(self),
            *processes.classes(),
            *volumes.classes(),
            *volumes.iscsi_classes(),
            *accounts.classes(),
            *files.classes(),
            *environment.classes(),
            *group_policy.classes(),
            *hardware.classes(self),
            *storage.classes(self),
            *network.classes(self),
        ]
        if self.build >= FIRST_TASK_CLASSES:
            found += scheduled_tasks.classes()
        if self.profile.get("defender"):
            found += defender.classes()
        if int(self.profile["os"].get("product_type", 3)) == 1:
            found += defender.security_center_classes()
        if self.profile.get("deduplication"):
            found += volumes.deduplication_classes()
        namespaces: dict[str, dict[str, model.CimClass]] = {"root": {}}
        for cim_class in found:
            namespaces.setdefault(cim_class.namespace.lower(), {})[cim_class.name.lower()] = cim_class
        if self.build >= FIRST_TASK_CLASSES:
            namespaces.setdefault("root/standardcimv2", {})
        for missing in self.profile.get("missing_namespaces", ()):
            namespaces.pop(missing.lower(), None)
        for name in list(namespaces):
            while name := name.rpartition("/")[0]:
                namespaces.setdefault(name, {})
        for name, classes in namespaces.items():
            classes["__namespace"] = _children(name, sorted(namespaces))
        return namespaces

    def misbehaves(self, name: str) -> bool:
        return name in self._misbehaves

    def seconds(self) -> float:
        return self.clock.seconds()

    async def pause(self, seconds: float) -> None:
        await self.clock.pause(seconds)

    def shell_idle_seconds(self) -> float:
        """180 with WinRM 2.0, 7,200 later.

        Source: "Installation and Configuration for Windows Remote Management" (IdleTimeout), Microsoft Learn.
        """
        later = self.build >= FIRST_WINRM_3 or self.registry.find(r"HKLM\SOFTWARE\Microsoft\PowerShell\3") is not None
        return 7200.0 if later else 180.0

    def settle(self) -> None:
        """Let happen what is due: tasks that end, restarts that finish, policies that are applied again."""
        self.agenda.run_due()
        self._apply_group_policy()

    def _apply_group_policy(self) -> None:
        for service, mode in self.profile.get("service_policy", {}).items():
            self.services.keep_start_mode(service, mode)
        if self.registry.changes == self._policy_changes:
            return
        for path, values in self.profile.get("group_policy", {}).items():
            self.registry.create(path, trusted=True)
            for name, notation in values.items():
                self.registry.set(path, typed_value(name, notation), trusted=True)
        self._policy_changes = self.registry.changes

    def restart(self) -> None:
        """Unreachable for the profile's ``restart_seconds``, then a later boot time and pending changes applied."""
        self.is_restarting = True
        down = self.clock.seconds() + SHUTDOWN_SECONDS
        up = down + float(self.profile.get("restart_seconds", 1.5))
        self.agenda.clear()
        self.agenda.after(SHUTDOWN_SECONDS, lambda: setattr(self, "_unreachable_until", up))
        self.agenda.after(up - self.clock.seconds(), self._boot)

    def begin_shutdown(self, seconds: float, *, restart: bool) -> bool:
        """Restart or shut down later; False where one is already under way."""
        if self._shutdown:
            return False
        self._shutdown = self.agenda.after(seconds, self.restart if restart else self.power_off)
        return True

    def abort_shutdown(self) -> bool:
        """Call off what :meth:`begin_shutdown` announced; False where there is nothing to call off."""
        pending, self._shutdown = self._shutdown, None
        if pending:
            pending.cancelled = True
        return pending is not None

    def power_off(self) -> None:
        """Shut down: the host does not come back by itself."""
        self.agenda.clear()
        self.agenda.after(SHUTDOWN_SECONDS, lambda: setattr(self, "_unreachable_until", float("inf")))

    def at_next_boot(self, action: Callable[[], None]) -> None:
        self._at_boot.append(action)

    def _boot(self) -> None:
        self._unreachable_until = self._shutdown = None
        self.is_restarting = False
        self.boots += 1
        self.last_boot = self.clock.now()
        if self._at_boot and self._servicing_restarts:
            # Updates are not complete: Windows serves requests, and restarts once more by itself.
            self._servicing_restarts -= 1
            self.agenda.after(float(self.profile["restarts_again_after"]), self.restart)
        else:
            pending, self._at_boot = self._at_boot, []
            for action in pending:
                action()
            self._finish_updates()
        self.processes.clear()
        self.services.boot()
        self.tasks.boot()
        self.environment = self._environment()

    def _finish_updates(self) -> None:
        """What Windows does as it starts: rename files, or delete those with an empty new name; end updates."""
        manager = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
        operations = self.registry.data(manager, "PendingFileRenameOperations", [])
        for source, target in zip(operations[::2], operations[1::2], strict=True):
            path, other = (name.removeprefix("!").removeprefix("\\??\\") for name in (source, target))
            if node := self.files.find(path):
                if other:
                    self.files.write(other, node)
                self.files.delete(path)
        if operations:
            self.registry.delete_value(manager, "PendingFileRenameOperations", trusted=True)
        for key in installers.PENDING_KEYS.values():
            if self.registry.find(key):
                self.registry.delete_key(key, recurse=True, trusted=True)

    def _context(self, codepage: int, stdin: bytes, *, remote: bool, system: bool) -> Context:
        environment = self.environment.copy()
        directory = environment.get("USERPROFILE") or "C:\\"
        if system:
            root = environment.get("SystemRoot") or r"C:\Windows"
            directory = root + r"\system32"
            environment.set("TEMP", root + r"\TEMP")
            environment.set("TMP", root + r"\TEMP")
            environment.set("USERNAME", self.computer_name + "$")
            environment.set("USERPROFILE", root + r"\system32\config\systemprofile")
        return Context(self, environment, directory, codepage, remote, system, stdin=Input(stdin))

    def run_in_background(
        self,
        command: str,
        arguments: str,
        directory: str = "",
        *,
        system: bool = False,
        remote: bool = False,
        pause: Pause | None = None,
    ) -> int:
        """Run a program where nobody sees its output: its exit code, or the HRESULT of what kept it from starting."""
        if defender.stops(self, f"{command} {arguments}"):
            return defender.VIRUS_INFECTED
        context = self._context(int(self.profile["os"].get("oem_codepage", 437)), b"", remote=remote, system=system)
        context.directory = context.absolute(directory) if directory else context.directory
        context.pause = pause
        try:
            return run_program(context, command, arguments)
        except FileError as error:
            return 0x80070000 | error.code

    def start_process(self, command: str, directory: str) -> int | None:
        """Start a command in the background with the session's network logon; None where its program does not exist."""
        words = split_arguments(command)
        program = words[0] if words else ""
        rest = command.strip()[len(program) + (2 if command.strip().startswith('"') else 0) :]
        base = program.lower().rpartition("\\")[2].removesuffix(".exe")
        if base not in TOOLS and base != "cmd" and self.files.find(program) is None:
            return None
        process = self.processes.add(command)

        def run(pause: Pause) -> None:
            self.run_in_background(program, rest, directory, remote=True, pause=pause)
            self.processes.remove(process.pid)

        process.program = Background(self.agenda, START_SECONDS, run)
        return process.pid

    # model.Windows

    def classes(self, namespace: str) -> Mapping[str, model.CimClass] | None:
        self.settle()
        return self._classes.get(namespace.replace("\\", "/").strip("/").lower())

    def run_command(self, command: str, stdin: bytes, codepage: int, skip_cmd_shell: bool) -> model.Process:
        self.settle()
        if defender.stops(self, command):
            return model.Process(exit_code=5)
        context = self._context(codepage, stdin, remote=True, system=False)
        if skip_cmd_shell:
            words = split_arguments(command)
            # Without cmd.exe nothing searches the path: the program is named in full.
            if not words or self.files.find(words[0]) is None or words[0][1:2] != ":":
                raise model.CimFailure(0x80070002, "The system cannot find the file specified.")
            rest = command.strip()[len(words[0]) + (2 if command.strip().startswith('"') else 0) :]
            code = run_program(context, words[0], rest)
        else:
            code = run_line(context, command)
        return model.Process(bytes(context.stdout), bytes(context.stderr), code & 0xFFFFFFFF, context.elapsed)

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
            "clock_offset": self.clock_offset.total_seconds(),
            "registry": self.registry.state(),
            "services": self.services.state(),
            "files": self.files.state(),
            "shadow_storage": self.shadow_storages.state(),
            "tasks": self.tasks.state(),
            "installed": sorted(self.installed),
        }


def _with_identity(keys: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """The registry of a profile with what is different on each host."""
    return {
        key: {name: identity if data == {"identity": "computer"} else data for name, data in (values or {}).items()}
        for key, values in keys.items()
    }


def _children(namespace: str, names: list[str]) -> model.CimClass:
    """The system class whose instances are the namespaces in a namespace ("__NAMESPACE", Microsoft Learn)."""
    children = sorted(
        {name[len(namespace) + 1 :].partition("/")[0] for name in names if name.startswith(f"{namespace}/")}
    )
    return model.CimClass(
        namespace,
        "__NAMESPACE",
        (model.Property("Name", key=True),),
        lambda host: ({"Name": child} for child in children),
    )
