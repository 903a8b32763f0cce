# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook mars_verify: what it says, and that it leaves the hosts as they were."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.runs import SECRETS, running

HOSTS = Path(__file__).parent / "fleets/verify.yml"


def test_each_host_says_what_held_and_is_left_as_it_was(tmp_path: Path) -> None:
    with running(HOSTS, tmp_path) as fleet:
        before = fleet.state()
        run = fleet.play(
            "winops.mars.mars_verify", mars_verify_changes=True, mars_verify_record=str(tmp_path / "recordings")
        )
        connection = fleet.play("winops.mars.mars_verify", "--tags", "connection", limit="odd")
        after = fleet.state()

    assert run.rc == 0, run.stdout
    assert after == before
    assert run.changed() == {}
    results = run.results("mars_verify")
    assert {host: result["counts"]["not_held"] for host, result in results.items()} == {"modern": 0, "old": 0, "odd": 5}
    assert all(result["left"] == [] for result in results.values())
    status = {host: {line["id"]: line["status"] for line in result["lines"]} for host, result in results.items()}
    assert [status[host]["defender_add_remove"] for host in ("modern", "old")] == ["held", "not_tried"]
    assert [status[host]["system_command_exit_code"] for host in ("modern", "old")] == ["held", "held"]
    for name in (
        "registry_absent_code_2",
        "empty_array",
        "fsutil_attributes",
        "task_register_by_xml",
        "defender_add_remove",
    ):
        assert f"did not hold: {name}" in run.stdout
        assert status["odd"][name] == "not_held"
    assert not any(secret in run.stdout for secret in SECRETS)

    recordings = [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()]
    assert len({path.parent for path in recordings}) == 3
    said = "\n".join(path.read_text(encoding="utf-8") for path in recordings)
    assert not any(secret in said for secret in (*SECRETS, "127.10.", "MODERN"))

    assert connection.rc == 0, connection.stdout
    checks = connection.results("mars_connection")["odd"]["checks"]
    assert {check["status"] for check in checks} == {"ok"}
    assert [check["id"] for check in checks][:4] == ["address", "encryption", "authentication", "login"]
    assert connection.results("mars_verify") == {}
