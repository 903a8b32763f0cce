# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook mars_verify: what it says where lines hold and where they do not, and that it leaves no traces.

And what becomes of other tasks where a line does not hold: what docs/verified.md says, or one error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.runs import SECRETS, Run, declared_hosts, running
from tests.simulator.windows.profile import misbehaviors

FLEETS = Path(__file__).parent / "fleets"
HOSTS = declared_hosts(FLEETS / "verify.yml")
FALLBACKS = declared_hosts(FLEETS / "fallbacks.yml")


def fallback_plays(hosts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A play for the hosts with the same tasks, which are named by their numbers."""
    plays: dict[str, list[str]] = {}
    for host, entry in hosts.items():
        plays.setdefault(json.dumps([next(iter(task.items())) for task in entry["expect"]]), []).append(host)
    return [
        {
            "name": "Play",
            "hosts": alike,
            "gather_facts": False,
            "tasks": [
                {"name": str(number), f"winops.mars.{module}": options, "ignore_errors": True}
                for number, (module, options) in enumerate(json.loads(tasks))
            ],
        }
        for tasks, alike in plays.items()
    ]


def ends(run: Run) -> dict[tuple[str, str], tuple[bool, dict[str, Any]]]:
    """Whether each task failed on each host, and its result."""
    return {
        (event["event_data"]["host"], event["event_data"]["task"]): (
            event["event"] != "runner_on_ok",
            event["event_data"]["res"],
        )
        for event in run.events
        if event["event"] in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable")
    }


def contains(whole: Any, part: Any) -> bool:
    """Whether data has all of another one, and perhaps more: keys of mappings, elements of lists."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(contains(whole.get(key), value) for key, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(contains(each, value) for each in whole) for value in part)
    return bool(whole == part)


def test_each_line_that_can_be_broken_is_broken_for_tasks_that_rely_on_it() -> None:
    assert {name for host in FALLBACKS.values() for name in host["misbehave"]} == set(misbehaviors())


def test_each_host_says_what_held_and_each_task_falls_back_or_fails_with_one_error(tmp_path: Path) -> None:
    hosts = HOSTS | FALLBACKS
    # One run for both, since Ansible takes seconds to start
    verification = {"ansible.builtin.import_playbook": "winops.mars.mars_verify"}
    playbook = tmp_path / "verify_and_fall_back.yml"
    playbook.write_text(yaml.safe_dump([verification, *fallback_plays(FALLBACKS)]), encoding="utf-8")

    with running(hosts, tmp_path) as fleet:
        began = fleet.states()
        run = fleet.play(str(playbook), mars_prereqs_hosts=list(HOSTS), recordings=str(tmp_path / "recordings"))
        at_last = fleet.states()
        connection = fleet.play("winops.mars.mars_verify", "--tags", "connection", limit="modern")
        assert fleet.states() == at_last

    assert run.rc == 0, run.stdout
    assert {name: at_last[name] for name in HOSTS} == {name: began[name] for name in HOSTS}
    assert run.changed().keys().isdisjoint(HOSTS)
    results = run.results("mars_verify")
    assert set(results) == set(HOSTS)
    assert [host for host, result in results.items() if result["left"]] == []
    status = {host: {line["id"]: line["status"] for line in result["lines"]} for host, result in results.items()}
    broken = HOSTS["broken"]["misbehave"]
    assert {host: {name for name in lines if lines[name] == "not_held"} for host, lines in status.items()} == {
        "modern": set(),
        "old": set(),
        "broken": set(broken),
    }
    assert [status[host]["defender_add_remove"] for host in ("modern", "old")] == ["held", "not_tried"]
    assert [status[host]["silent_command"] for host in ("modern", "old")] == ["not_tried", "held"]
    assert [name for name in broken if f"did not hold: {name}" not in run.stdout] == []
    assert not any(secret in run.stdout for secret in SECRETS)
    # The documented fallback: schtasks.exe registers what the class does not
    assert {host: lines["system_command_exit_code"] for host, lines in status.items()} == dict.fromkeys(HOSTS, "held")

    ended = ends(run)
    for host, entry in FALLBACKS.items():
        for number, task in enumerate(entry["expect"]):
            failed, result = ended[host, str(number)]
            assert failed == ("fails" in task), (host, result)
            assert task.get("fails", "") in result.get("msg", ""), (host, result)
            assert "\n" not in result.get("msg", ""), (host, result)
            assert contains(result, task.get("result", {})), (host, result)
            assert contains(at_last[host], task.get("state", {})), (host, at_last[host])
        assert (at_last[host] != began[host]) == any("state" in task for task in entry["expect"]), host

    recordings = [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()]
    assert len({path.parent for path in recordings}) == 1
    said = "\n".join(path.read_text(encoding="utf-8") for path in recordings)
    assert not any(secret in said for secret in (*SECRETS, "127.10.", "MODERN"))

    assert connection.rc == 0, connection.stdout
    checks = connection.results("mars_connection")["modern"]["checks"]
    assert {check["status"] for check in checks} == {"ok"}
    assert [check["id"] for check in checks][:4] == ["address", "encryption", "authentication", "login"]
    assert connection.results("mars_verify") == {}
