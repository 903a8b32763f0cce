# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Software that keeps the agent from working: its facts and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from tests.unit.simulated import simulated

FOUND = {"name": "Azure File Sync", "evidence": "service FileSyncSvc, file system filter StorageSync"}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("interfering_software", "compliant", {"interfering_software": []}),
    ("interfering_software", "noncompliant", {"interfering_software": [FOUND]}),
    ("interfering_software", "unknown", {"interfering_software": ...}),
    ("interfering_software", "not_applicable", {"agent.installed": False}),
]


@pytest.mark.parametrize(
    "profile, evidence",
    [
        ({"filters": {"StorageSync": "180100"}}, "file system filter StorageSync"),
        ({"services": {"FileSyncSvc": {"display_name": "Storage Sync Agent", "path": "x"}}}, "service FileSyncSvc"),
        (
            {
                "filters": {"storagesync": "180100", "StorageSyncGuard": "180465"},
                "services": {"FILESYNCSVC": {"display_name": "Agent für Speichersynchronisierung", "path": "x"}},
            },
            "service FILESYNCSVC, file system filter StorageSyncGuard, file system filter storagesync",
        ),
    ],
)
@pytest.mark.parametrize("base", ["healthy-2022", "german-2019", "japanese-2016"])
def test_it_is_found_by_its_filters_and_services(base: str, profile: dict[str, Any], evidence: str) -> None:
    facts = gather(simulated(base=base, **profile).session, ["interfering_software"])

    assert facts["interfering_software"] == [{"name": "Azure File Sync", "evidence": evidence}]


@pytest.mark.parametrize("base", ["healthy-2022", "german-2019"])
@pytest.mark.parametrize("product_type, found", [(3, ["DFS Replication"]), (2, [])])
def test_replication_of_folders_is_found_where_it_is_not_that_of_a_domain(
    base: str, product_type: int, found: list[str]
) -> None:
    host = simulated(base=base, services={"DFSR": {"path": "x"}}, os={"product_type": product_type})

    facts = gather(host.session, ["interfering_software"])

    assert [software["name"] for software in facts["interfering_software"]] == found


def test_other_filters_and_services_are_not() -> None:
    assert gather(simulated(base="healthy-2022").session, ["interfering_software"])["interfering_software"] == []


def test_where_filters_cannot_be_listed_it_is_unread() -> None:
    facts = gather(simulated(base="healthy-2022", filters=None).session, ["os", "interfering_software"])

    assert "interfering_software" not in facts


def test_it_costs_no_request() -> None:
    without, both = simulated(base="healthy-2022"), simulated(base="healthy-2022")
    gather(without.session, [section for section in DEFAULT_SECTIONS if section != "interfering_software"])
    gather(both.session, DEFAULT_SECTIONS)

    assert both.actions.total() == without.actions.total()
