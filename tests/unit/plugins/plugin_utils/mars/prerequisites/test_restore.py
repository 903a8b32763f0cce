# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restoring: the iSCSI initiator that it needs, and recovery volumes that keep backups from running."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.plugins.plugin_utils.mars.checking import facts_of, finding
from tests.unit.simulated import simulated

RUNNING = {"MSiSCSI": {"state": "Running"}}
SAN = "iqn.1992-08.com.netapp:sn.84167939"
RECOVERY = "iqn.2016-01.microsoft.azure.backup:recovery"
NO_AGENT = {"agent": {"installed": False}}
DEVICE = {"id": r"ROOT\ISCSIPRT\0000"}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("instant_restore", "compliant", {}),
    ("instant_restore", "noncompliant", {"instant_restore.recovery": [RECOVERY]}),
    ("instant_restore", "unknown", {"instant_restore.unclear": ["iqn.1991-05.com.microsoft:target"]}),
    ("instant_restore", "unknown", {"instant_restore": ...}),
    ("instant_restore", "not_applicable", NO_AGENT),
    ("iscsi_initiator", "compliant", {}),
    ("iscsi_initiator", "noncompliant", {"iscsi.service.state": "Stopped"}),
    ("iscsi_initiator", "noncompliant", {"iscsi.service": None}),
    ("iscsi_initiator", "noncompliant", {"iscsi.devices": []}),
    ("iscsi_initiator", "noncompliant", {"iscsi.devices": [DEVICE | {"error_code": 28}]}),
    ("iscsi_initiator", "noncompliant", {"iscsi.devices": [DEVICE | {"error_code": None}]}),
    ("iscsi_initiator", "unknown", {"iscsi": ...}),
    ("iscsi_initiator", "unknown", {"iscsi.devices": ...}),
    ("iscsi_initiator", "not_applicable", NO_AGENT),
]


@pytest.mark.parametrize("base", ["windows-server-2008", "healthy-2022", "german-2019"])
@pytest.mark.parametrize("code", [0, 22, 28])
def test_the_device_is_the_one_with_the_hardware_id_of_the_initiator(base: str, code: int) -> None:
    facts = facts_of("iscsi", base=base, iscsi_device=code)

    assert facts["iscsi"] == {
        "devices": [{"id": r"ROOT\ISCSIPRT\0000", "error_code": code}],
        "service": {"state": "Stopped", "start_mode": "Manual"},
    }


def test_a_device_and_a_service_may_be_missing() -> None:
    facts = facts_of("iscsi", iscsi_device=None, services={"MSiSCSI": None})

    assert facts["iscsi"] == {"devices": [], "service": None}
    assert facts["unreadable"] == []


@pytest.mark.parametrize(
    "profile, role, text",
    [
        ({}, "iscsi_initiator", "Start the service MSiSCSI"),
        ({"iscsi_device": 28}, None, "Update the driver"),
        ({"iscsi_device": None}, None, "Update the driver"),
        ({"services": {"MSiSCSI": {"start_mode": "Disabled"}}}, None, "Find out who disabled"),
        ({"services": {"MSiSCSI": None}}, None, "Find out who disabled"),
    ],
)
def test_only_a_service_that_can_start_is_started(profile: dict[str, Any], role: str | None, text: str) -> None:
    found = finding(facts_of("agent", "iscsi", **profile), "iscsi_initiator", restore=True)

    assert (found.status, found.severity, found.role) == ("noncompliant", "warning", role)
    assert text in str(found.fix)


@pytest.mark.parametrize("restore", [None, False])
def test_without_a_restore_the_initiator_does_not_matter(restore: bool | None) -> None:
    assert finding(facts_of("agent"), "iscsi_initiator", restore=restore).status == "not_applicable"
    assert finding(facts_of("agent"), "iscsi_initiator", restore=True).status == "unknown"


@pytest.mark.parametrize(
    "targets, status",
    [
        ([], "compliant"),
        ([SAN, "eui.02004567A425678D", "naa.52004567BA64678D"], "compliant"),
        ([SAN, RECOVERY], "noncompliant"),
        (["iqn.1991-05.com.microsoft:server-recovery-target"], "noncompliant"),
        ([SAN, "iqn.1991-05.com.microsoft:files01-disk"], "unknown"),
        ([SAN, "iqn.2016-01.microsoft.backup:6415301910816619591"], "unknown"),
        (["disk-of-nobody"], "unknown"),
    ],
)
@pytest.mark.parametrize("base", ["healthy-2022", "japanese-2016"])
def test_a_mounted_recovery_volume_is_found(base: str, targets: list[str], status: str) -> None:
    facts = facts_of("agent", "instant_restore", base=base, services=RUNNING, iscsi_targets=targets)

    found = finding(facts, "instant_restore")

    assert (found.status, found.role) == (status, None)


def test_a_host_without_the_service_running_is_not_asked_for_its_targets() -> None:
    without, stopped = simulated(base="healthy-2022"), simulated(base="healthy-2022")
    gather(without.session, ["agent"])
    gather(stopped.session, ["agent", "instant_restore"])

    assert stopped.actions == without.actions


def test_targets_that_cannot_be_read_are_not_taken_for_none() -> None:
    facts = facts_of("agent", "instant_restore", services=RUNNING, faults={"denied_namespaces": ["root/wmi"]})

    assert finding(facts, "instant_restore").status == "unknown"
