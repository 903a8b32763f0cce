# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook mars_verify: what it says where lines hold and where they do not, and that it leaves no traces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import evidence
from tests.e2e.runs import SECRETS, running
from tests.simulator.windows.profile import merge, misbehaviors

FLEET = Path(__file__).parent / "fleets/verify.yml"
# Takes minutes of the host, and is tried only where mars_verify_slow is set
SLOW = {"silent_command"}
# Where one of these does not hold, others cannot be seen
ALONE = {"query_without_result", "reg_query_absent_key", "schtasks_goes_on"}
# What a line is seen by on the host as it is
SEEN_BY = {"running_backup": {"events"}}

# What modules are asked for there, and cannot do
CHANGES = [
    {
        "name": "Exclude a folder",
        "winops.mars.cim_defender_exclusion": {"paths": [r"D:\New"]},
        "when": "inventory_hostname == 'windows-server-2022-0'",
    },
    {
        "name": "Move the scratch folder",
        "winops.mars.mars_scratch": {"location": r"D:\MARS\Scratch", "timeout": 60},
        "when": "inventory_hostname == 'healthy-2022-2'",
    },
]


def misbehaving() -> dict[str, dict[str, Any]]:
    """Hosts on which each line that a host can show does not hold: as few as can be, but no line hides another one."""
    hosts: dict[str, dict[str, Any]] = {}
    for name, entry in misbehaviors().items():
        if not evidence()[name].shown or name in SLOW:
            continue
        profile = merge(entry.get("with", {}), entry.get("overrides", {}))
        needs = {*profile, *profile.get("registry", {}), *SEEN_BY.get(name, ())} - {"registry"}
        for number in range(1 + len(hosts)):
            host = name if name in ALONE else f"{entry['base']}-{number}"
            taken = hosts.setdefault(host, {"profile": entry["base"], "overrides": {}, "misbehave": [], "needs": set()})
            if needs.isdisjoint(taken["needs"]):
                taken["needs"] |= needs
                taken["misbehave"].append(name)
                taken["overrides"] = merge(taken["overrides"], entry.get("with", {}))
                break
    return {
        name.replace("_", "-"): {key: value for key, value in host.items() if key != "needs"}
        for name, host in hosts.items()
    }


def test_each_host_says_what_held_and_what_did_not_and_is_left_as_it_was(tmp_path: Path) -> None:
    broken = misbehaving()
    hosts = yaml.safe_load(FLEET.read_text(encoding="utf-8"))["hosts"] | broken
    for name in ("modern", "old"):
        hosts[name]["vars"] = {"mars_verify_record": str(tmp_path / "recordings")}
    fleet_file = tmp_path / "fleet.yml"
    fleet_file.write_text(yaml.safe_dump({"hosts": hosts}), encoding="utf-8")

    with running(fleet_file, tmp_path) as fleet:
        before = fleet.state()
        run = fleet.play("winops.mars.mars_verify", mars_verify_changes=True)
        connection = fleet.play("winops.mars.mars_verify", "--tags", "connection", limit="modern")
        after = fleet.state()
        changes = fleet.play(CHANGES, limit="windows-server-2022-0,healthy-2022-2")
        unchanged = fleet.state()

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
    # Or one error, which says what was not done, and why
    errors = changes.messages("failed")
    assert set(errors) == {"windows-server-2022-0", "healthy-2022-2"}
    assert "Defender did not add" in errors["windows-server-2022-0"]
    assert "contains more than the agent's cache (Journal)" in errors["healthy-2022-2"]
    assert [error for error in errors.values() if "\n" in error] == []
    assert unchanged == after

    recordings = [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()]
    assert len({path.parent for path in recordings}) == 2
    said = "\n".join(path.read_text(encoding="utf-8") for path in recordings)
    assert not any(secret in said for secret in (*SECRETS, "127.10.", "MODERN"))

    assert connection.rc == 0, connection.stdout
    checks = connection.results("mars_connection")["modern"]["checks"]
    assert {check["status"] for check in checks} == {"ok"}
    assert [check["id"] for check in checks][:4] == ["address", "encryption", "authentication", "login"]
    assert connection.results("mars_verify") == {}
