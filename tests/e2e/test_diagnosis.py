# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook mars_diagnose: from failed backups to their causes, and roles for those that are confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.runs import Fleet, Run, running

HOSTS = Path(__file__).parent / "fleets/diagnosis.yml"
PLAYBOOK = "winops.mars.mars_diagnose"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running(HOSTS, tmp_path_factory.mktemp("diagnosis")) as fleet:
        yield fleet


def report(run: Run) -> list[str]:
    """The lines of the report."""
    return [
        line
        for event in run.events
        if event["event"] == "runner_item_on_ok" and event["event_data"]["task"].startswith("Report the causes")
        for line in event["event_data"]["res"]["msg"]
    ]


def engine(fleet: Fleet, host: str) -> Any:
    return fleet.host_state(host)["services"]["obengine"]["state"]


def test_failed_backups_are_explained_and_only_what_is_confirmed_is_fixed(fleet: Fleet) -> None:
    before = fleet.state()

    predicted = fleet.play(
        PLAYBOOK,
        "--check",
        limit="all:!refuses",
        mars_prereqs_gather_subset=["all", "backup_history"],
    )
    assert fleet.state() == before
    fixed = fleet.play(PLAYBOOK, limit="full,stopped,healthy")
    again = fleet.play(
        PLAYBOOK,
        limit="full,stopped,refuses",
        launched_with={"awx_job_id": 7},
        mars_diagnose_error="SalLowDiskSpace",
    )

    lines = report(predicted)
    assert "The activation did not complete (0x1FC07, activation_incomplete): full, full-too" in lines
    assert "  CONFIRMED: The scratch volume has too little free space (full, full-too)" in lines
    assert "  excluded: The scratch folder was moved without its procedure (full, full-too)" in lines
    assert "Backups fail without a known error (backup_failed): stopped" in lines
    assert "  CONFIRMED: The backup engine does not run (stopped)" in lines
    assert "healthy: The events of this host show no failed backup after the last good one." in lines
    assert len([line for line in lines if "CONFIRMED" in line]) == 2
    assert predicted.artifacts == {
        "mars_diagnose_confirmed": {"scratch_full": ["full", "full-too"], "engine_stopped": ["stopped"]}
    }
    # The scratch folder is not moved, since nobody says where to
    assert predicted.changed() == fixed.changed() == {"stopped": ["Start the services of the agent"]}
    assert engine(fleet, "stopped") == "Running"
    assert fixed.artifacts == {"mars_diagnose_confirmed": {"scratch_full": ["full"]}}
    assert any("Set scratch_space_location to let this role move the scratch folder" in line for line in report(fixed))
    # An error that is given is looked for on every host
    assert "The scratch volume has too little space (SalLowDiskSpace, scratch_low_space): full, stopped" in report(
        again
    )
    assert "  excluded: The scratch volume has too little free space (stopped)" in report(again)
    # A host that cannot be checked says why, and fails alone
    (reason,) = again.messages("failed", but=["Gather the facts", "Check the prerequisites"]).values()
    assert reason.startswith("not checked: the host refused the credentials: check user")
    assert f"refuses: {reason}" in report(again)
    assert again.artifacts == {"mars_diagnose_confirmed_job_7": {"scratch_full": ["full"]}}
    assert again.changed() == {}
    assert (predicted.rc, fixed.rc, again.rc) == (0, 0, 2)
