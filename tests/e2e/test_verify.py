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

from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification import run as _run  # noqa: F401 - registers
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.checks import CHECKS
from tests.e2e.runs import SECRETS, Run, declared_hosts, running
from tests.simulator.windows.profile import merge, misbehaviors

FLEETS = Path(__file__).parent / "fleets"
# Where one of these does not hold, others cannot be seen
ALONE = {"query_without_result", "reg_query_absent_key", "schtasks_goes_on", "silent_command"}
# What a line is seen by on the host as it is
SEEN_BY = {"running_backup": {"events"}}
FALLBACKS = declared_hosts(FLEETS / "fallbacks.yml")


def misbehaving() -> dict[str, dict[str, Any]]:
    """Hosts on which each line that a host can show does not hold: as few as can be, but no line hides another one."""
    hosts: dict[str, dict[str, Any]] = {}
    for name, entry in misbehaviors().items():
        if not evidence()[name].shown:
            continue
        profile = merge(entry.get("with", {}), entry.get("overrides", {}))
        needs = {*profile, *profile.get("registry", {}), *SEEN_BY.get(name, ())} - {"registry"}
        for number in range(1 + len(hosts)):
            host = f"{entry['base']}-{name if name in ALONE else number}"
            taken = hosts.setdefault(
                host, {"profile": entry["base"], "overrides": {}, "misbehave": [], "needs": set(), "vars": {}}
            )
            if needs.isdisjoint(taken["needs"]):
                taken["needs"] |= needs
                taken["misbehave"].append(name)
                taken["overrides"] = merge(taken["overrides"], entry.get("with", {}))
                if CHECKS[name].changes:
                    taken["vars"]["mars_verify_changes"] = True
                if CHECKS[name].slow:
                    taken["vars"]["mars_verify_slow"] = True
                    taken["overrides"]["skips_waiting"] = True
                break
    return {
        name.replace("_", "-"): {key: value for key, value in host.items() if key != "needs"}
        for name, host in hosts.items()
    }


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
    broken = misbehaving()
    hosts = declared_hosts(FLEETS / "verify.yml") | broken
    for name in ("modern", "old"):
        hosts[name]["vars"] |= {"mars_verify_record": str(tmp_path / "recordings")}
    grouped = {name: {**entry, "groups": ["fallbacks"]} for name, entry in FALLBACKS.items()}
    playbook = tmp_path / "fallbacks.yml"
    playbook.write_text(yaml.safe_dump(fallback_plays(FALLBACKS)), encoding="utf-8")

    with running(hosts | grouped, tmp_path) as fleet:
        before = fleet.state()
        run = fleet.play("winops.mars.mars_verify", limit="all:!fallbacks")
        connection = fleet.play("winops.mars.mars_verify", "--tags", "connection", limit="modern")
        after = fleet.state()
        tasks = fleet.play(str(playbook))
        at_last = fleet.states()

    assert run.rc == 0, run.stdout
    assert after == before
    assert run.changed() == {}
    results = run.results("mars_verify")
    assert set(results) == set(hosts)
    assert [host for host, result in results.items() if result["left"]] == []
    status = {host: {line["id"]: line["status"] for line in result["lines"]} for host, result in results.items()}
    assert [results[host]["counts"]["not_held"] for host in ("modern", "old")] == [0, 0]
    assert [status[host]["defender_add_remove"] for host in ("modern", "old")] == ["held", "not_tried"]
    assert [status[host]["system_command_exit_code"] for host in ("modern", "old")] == ["held", "held"]
    named = {(host, name) for host, entry in broken.items() for name in entry["misbehave"]}
    assert {(host, name) for host, name in named if status[host][name] != "not_held"} == set()
    assert [name for _unused, name in sorted(named) if f"did not hold: {name}" not in run.stdout] == []
    assert not any(secret in run.stdout for secret in SECRETS)
    # The documented fallback: schtasks.exe registers what the class does not
    assert status["windows-server-2022-0"]["system_command_exit_code"] == "held"

    ended, began = ends(tasks), json.loads(before)
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
    assert len({path.parent for path in recordings}) == 2
    said = "\n".join(path.read_text(encoding="utf-8") for path in recordings)
    assert not any(secret in said for secret in (*SECRETS, "127.10.", "MODERN"))

    assert connection.rc == 0, connection.stdout
    checks = connection.results("mars_connection")["modern"]["checks"]
    assert {check["status"] for check in checks} == {"ok"}
    assert [check["id"] for check in checks][:4] == ["address", "encryption", "authentication", "login"]
    assert connection.results("mars_verify") == {}
