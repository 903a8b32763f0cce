# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real ansible-playbook through ansible-runner, as AWX runs it, and what its events say."""

from __future__ import annotations

import json
import os
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible_runner.interface import run as run_playbook

from tests.simulator.process import REPOSITORY, simulated_fleet

MAIN_PLAYBOOK = "winops.mars.mars_prereqs"
# Of all accounts in the profiles. They must never be seen anywhere.
SECRETS = ("P@ssw0rd!", "Kennwort-2019!")
_ENDS = {"runner_on_ok", "runner_on_failed", "runner_on_unreachable"}
# With a filter and a test, as in the playbooks: Ansible then loads its own once, and not for each task of each host
_ALL_HOSTS = "{{ 'all' | default('') if true is defined }}"
# Of a host in a fleet with HTTPS, which is what its inventory has
HTTP = {"ansible_winrm_scheme": "http", "ansible_port": "{{ simulator_http_port }}"}
_MESSAGES = {"failed": "runner_on_failed", "unreachable": "runner_on_unreachable"}


@dataclass(frozen=True)
class Run:
    """One ended run of ansible-playbook."""

    rc: int
    stdout: str
    events: Sequence[Mapping[str, Any]]

    def results(self, action: str) -> dict[str, dict[str, Any]]:
        """The last result of a module of this collection (or of any action by its whole name) on each host."""
        name = action if "." in action else f"winops.mars.{action}"
        return {
            event["event_data"]["host"]: event["event_data"]["res"]
            for event in self._task_ends()
            if event["event_data"]["task_action"] == name
        }

    def messages(self, kind: str, but: Sequence[str] = ()) -> dict[str, str]:
        """What the hosts say that are ``failed`` or ``unreachable``, in other tasks than these."""
        return {
            # Of what is not to be logged, there is no message
            event["event_data"]["host"]: event["event_data"]["res"].get("msg", "")
            for event in self.events
            if event["event"] == _MESSAGES[kind] and event["event_data"]["task"] not in but
        }

    def changed(self) -> dict[str, list[str]]:
        """The tasks that changed something by host, hosts without any left out.

        They are sorted: the order of the roles of a loop depends on which host comes to it first.
        """
        changes: dict[str, list[str]] = {}
        for event in self._task_ends():
            if event["event_data"]["res"].get("changed"):
                changes.setdefault(event["event_data"]["host"], []).append(event["event_data"]["task"])
        return {host: sorted(tasks) for host, tasks in changes.items()}

    def left_to_do(self, host: str) -> list[str]:
        """What the roles said is left to do by hand on a host."""
        return [
            sentence
            for event in self.events
            if event["event"] == "runner_on_ok"
            and event["event_data"]["host"] == host
            and event["event_data"]["task"] == "Report what is left to do by hand"
            for sentence in [*event["event_data"]["res"].get("fixes", []), *event["event_data"]["res"]["manual"]]
        ]

    def reports(self, task: str) -> dict[str, Any]:
        """What the hosts report in the tasks whose names begin so."""
        return {
            event["event_data"]["host"]: event["event_data"]["res"]["msg"]
            for event in self.events
            if event["event"] == "runner_on_ok" and event["event_data"]["task"].startswith(task)
        }

    def tasks(self) -> dict[str, list[str]]:
        """The actions that ran, by host."""
        actions: dict[str, list[str]] = {}
        for event in self._task_ends():
            actions.setdefault(event["event_data"]["host"], []).append(event["event_data"]["task_action"])
        return actions

    @property
    def artifacts(self) -> dict[str, Any]:
        """What set_stats handed on, as AWX keeps it."""
        (stats,) = (event for event in self.events if event["event"] == "playbook_on_stats")
        data: dict[str, Any] = stats["event_data"].get("artifact_data", {})
        return data

    def _task_ends(self) -> Iterator[Mapping[str, Any]]:
        return (event for event in self.events if event["event"] in _ENDS)


class _UnsafeDumper(yaml.SafeDumper):
    """Text is nothing that Ansible may evaluate, keys among it (awx/main/utils/safe_yaml.py)."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("!unsafe", data)


_UnsafeDumper.add_representer(str, _UnsafeDumper.represent_str)


def _as_awx_writes(variables: Mapping[str, Any]) -> str:
    return "".join(
        yaml.dump({name: value}, Dumper=_UnsafeDumper, default_flow_style=False) for name, value in variables.items()
    )


@dataclass(frozen=True)
class Fleet:
    """A running fleet."""

    inventory: Path
    folder: Path

    def play(
        self,
        playbook: str | Sequence[Mapping[str, Any]] = MAIN_PLAYBOOK,
        *options: str,
        environment: Mapping[str, str] | None = None,
        limit: str = "all",
        launched_with: Mapping[str, Any] | None = None,
        **variables: Any,
    ) -> Run:
        """Run a playbook of the collection, or what is given as plays or as the tasks of one; no secret may show.

        :param launched_with: extra variables as AWX writes those that a survey or another job gave.
        """
        folder = self.folder / uuid.uuid4().hex
        (folder / "env").mkdir(parents=True)
        if launched_with:
            (folder / "env/extravars").write_text(_as_awx_writes(launched_with), encoding="utf-8")
        if not isinstance(playbook, str):
            plays = playbook if "hosts" in playbook[0] else [{"hosts": _ALL_HOSTS, "tasks": list(playbook)}]
            playbook = str(folder / "play.yml")
            Path(playbook).write_text(
                yaml.safe_dump([{"name": "Play", "gather_facts": False, **play} for play in plays]), encoding="utf-8"
            )
        run = run_playbook(
            private_data_dir=str(folder),
            playbook=playbook,
            inventory=str(self.inventory),
            limit=limit,
            cmdline=" ".join(options) or None,
            extravars=variables,
            envvars={
                "ANSIBLE_COLLECTIONS_PATH": os.environ.get(
                    "ANSIBLE_COLLECTIONS_PATH", str(REPOSITORY / ".build/collections")
                ),
                # More do not end sooner on two cores, and cost more
                "ANSIBLE_FORKS": "6",
                # Looking for results a thousand times a second, as it does, takes a part of the machine from the tests
                "ANSIBLE_INTERNAL_POLL_INTERVAL": "0.03",
                "ANSIBLE_DEPRECATION_WARNINGS": "false",
                **(environment or {}),
            },
            quiet=True,
        )
        stdout = run.stdout.read()
        events = list(run.events)
        seen = stdout + json.dumps(events)
        assert "Traceback" not in seen
        assert not [secret for secret in SECRETS if secret in seen]
        return Run(run.rc, stdout, events)

    def state(self) -> bytes:
        """The state of all hosts; equal states are equal octets."""
        return self._ask("state")

    def states(self) -> dict[str, Any]:
        """The states of all hosts, by their names."""
        states: dict[str, Any] = json.loads(self.state())
        return states

    def host_state(self, name: str) -> dict[str, Any]:
        """The state of one host."""
        state: dict[str, Any] = self.states()[name]
        return state

    def requests(self) -> dict[str, dict[str, Any]]:
        """The requests of each host since the last :meth:`reset_requests`."""
        hosts: dict[str, dict[str, Any]] = json.loads(self._ask("requests"))["hosts"]
        return hosts

    def reset_requests(self) -> None:
        """Count requests from here."""
        self._ask("reset", method="POST")

    def _ask(self, what: str, method: str = "GET") -> bytes:
        inventory = yaml.safe_load(self.inventory.read_text(encoding="utf-8"))
        url = f"{inventory['all']['vars']['simulator_control_url']}/_simulator/{what}"
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            content: bytes = answer.read()
        return content


def declared_hosts(fleet: Path) -> dict[str, dict[str, Any]]:
    """The hosts that the file of a fleet declares."""
    hosts: dict[str, dict[str, Any]] = yaml.safe_load(fleet.read_text(encoding="utf-8"))["hosts"]
    return hosts


def over(connection: Mapping[str, str], host: Mapping[str, Any]) -> dict[str, Any]:
    """A declared host with these variables of a connection, unless it has its own."""
    return {**host, "vars": {**connection, **host.get("vars", {})}}


@contextmanager
def running(fleet: Path | Mapping[str, Any], folder: Path, *options: str) -> Iterator[Fleet]:
    """Start a fleet, that of a file or of hosts as a file declares them, and stop it at the end."""
    folder.mkdir(exist_ok=True)
    if not isinstance(fleet, Path):
        hosts, fleet = fleet, folder / "fleet.yml"
        fleet.write_text(yaml.safe_dump({"hosts": hosts}, sort_keys=False), encoding="utf-8")
    with simulated_fleet(fleet, folder, *options) as inventory:
        yield Fleet(inventory, folder)
