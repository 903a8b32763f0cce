# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes that are protected: whether they can be backed up, and the space of their shadow copies."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.inventory import INVENTORY
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

SECTIONS = ("agent", "os", "shadow_storage", "volume_access", "volumes")
MOUNTED = {"D:\\Mounted\\": {"capacity": "80 GiB", "free": "10 GiB"}}
TIB = 1024**4

# D:\\ is protected, and a tenth of it is wanted for shadow copies
NO_AGENT = {"agent": {"installed": False}}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("unsupported_volumes", "not_applicable", NO_AGENT),
    ("shadow_storage", "not_applicable", NO_AGENT),
    ("unsupported_volumes", "compliant", {}),
    ("unsupported_volumes", "noncompliant", {"volumes.0.file_system": "FAT32"}),
    ("unsupported_volumes", "noncompliant", {"volumes.0.name": "E:\\"}),
    ("unsupported_volumes", "noncompliant", {"volume_access.1.locked": True}),
    ("unsupported_volumes", "unknown", {"volume_access.1.read_only": None}),
    ("unsupported_volumes", "unknown", {"volume_access": ...}),
    ("shadow_storage", "compliant", {"shadow_storage": []}),
    (
        "shadow_storage",
        "noncompliant",
        {"shadow_storage": [{"name": "D:\\", "storage": "D:\\", "maximum": 1, "percent": 9.9}]},
    ),
    ("shadow_storage", "unknown", {"shadow_storage": ...}),
]


def facts_of(base: str = "healthy-2022", **profile: Any) -> dict[str, Any]:
    return gather(simulated(base=base, **profile).session, SECTIONS)


def finding(
    facts: dict[str, Any], rule: str, paths: list[str] | None, percent: float | None = 10, data: int | None = None
) -> Finding:
    inventory = INVENTORY | {"protected_volumes": paths, "protected_data": data}
    return find(shipped_rules()[rule], facts, thresholds("current", {"shadow_storage_percent": percent}), inventory)


@pytest.mark.parametrize(
    "volume, status, text",
    [
        ({}, "compliant", ""),
        ({"bitlocker": "unlocked"}, "compliant", ""),
        ({"read_only": True}, "noncompliant", "read-only: D:\\;"),
        ({"disk_read_only": True}, "noncompliant", "read-only: D:\\;"),
        ({"bitlocker": "locked"}, "noncompliant", "locked by BitLocker: D:\\;"),
        ({"file_system": "ReFS"}, "noncompliant", "D:\\ ReFS fixed"),
        ({"drive_type": 2}, "noncompliant", "D:\\ NTFS removable"),
        ({"dynamic": True}, "unknown", "does not say whether these volumes are read-only: D:\\"),
        ({"capacity": "60 TiB", "free": "20 TiB"}, "compliant", ""),
        ({"capacity": "60 TiB", "free": "5 TiB"}, "unknown", "D:\\ 55 TiB"),
    ],
)
@pytest.mark.parametrize("base", ["healthy-2022", "german-2019"])
def test_what_shadow_copies_cannot_be_made_of_cannot_be_backed_up(
    base: str, volume: dict[str, Any], status: str, text: str
) -> None:
    found = finding(facts_of(base, volumes={"D:\\": volume}), "unsupported_volumes", ["C:\\Data", "d:\\"])

    assert found.status == status
    assert found.role is None
    assert text in found.actual


def test_only_the_volumes_of_protected_paths_matter() -> None:
    facts = facts_of(volumes={**MOUNTED, "D:\\": {"read_only": True}})

    assert finding(facts, "unsupported_volumes", ["C:\\", "D:\\Mounted\\Files"]).status == "compliant"
    assert finding(facts, "unsupported_volumes", ["D:\\Data"]).status == "noncompliant"


@pytest.mark.parametrize("path", ["E:\\", "\\\\files\\share", "Data"])
def test_a_path_on_no_volume_of_the_host_cannot_be_backed_up(path: str) -> None:
    found = finding(facts_of(), "unsupported_volumes", ["C:\\", path])

    assert found.status == "noncompliant"
    assert "only 1 of these 2 paths" in found.actual


@pytest.mark.parametrize(
    "data, status", [(1_000_000_000, "compliant"), (54_400_000_000_000, "compliant"), (60 * TIB, "noncompliant")]
)
def test_the_size_of_the_data_decides_where_the_volume_is_too_large(data: int, status: str) -> None:
    facts = facts_of(volumes={"D:\\": {"capacity": "70 TiB", "free": "1 TiB"}})

    assert finding(facts, "unsupported_volumes", ["D:\\"], data=data).status == status


def test_windows_before_2012_does_not_say_what_is_read_only_and_has_a_smaller_limit() -> None:
    facts = facts_of("old-2008-r2")

    assert {entry["read_only"] for entry in facts["volume_access"]} == {None}
    found = finding(facts, "unsupported_volumes", ["C:\\"])
    assert found.status == "unknown"
    assert "at most 1.5 TiB" in found.expected


@pytest.mark.parametrize("rule", ["unsupported_volumes", "shadow_storage"])
@pytest.mark.parametrize("paths", [None, []])
def test_without_protected_volumes_nothing_is_checked_or_needed(rule: str, paths: list[str] | None) -> None:
    facts = gather(simulated(base="healthy-2022").session, ["agent", "os", "volumes"])

    assert finding(facts, rule, paths).status == "not_applicable"
    assert finding(facts, rule, ["C:\\"]).status == "unknown"


@pytest.mark.parametrize(
    "storage, status",
    [
        ({}, "compliant"),
        ({"D:\\": {"maximum": "50 GiB"}}, "compliant"),
        ({"D:\\": {"maximum": "unbounded"}}, "compliant"),
        ({"D:\\": {"maximum": 53687091199}}, "noncompliant"),
        ({"D:\\": {"maximum": "50 GiB", "on": "C:\\"}}, "compliant"),
        # Of another volume, which is not protected
        ({"C:\\": {"maximum": "1 GiB"}}, "compliant"),
    ],
)
@pytest.mark.parametrize("base", ["healthy-2022", "japanese-2016"])
def test_a_small_limit_on_shadow_copies_is_found(base: str, storage: dict[str, Any], status: str) -> None:
    found = finding(facts_of(base, shadow_storage=storage), "shadow_storage", ["D:\\"])

    assert found.status == status
    if status == "noncompliant":
        assert (found.role, found.severity) == ("shadow_storage", "warning")
        assert (found.wanted["volumes"], found.wanted["percent"]) == (["D:\\"], 10)
        assert found.actual == "D:\\ 9.99 % on D:\\"


def test_without_a_wanted_share_any_limit_will_do() -> None:
    facts = facts_of(shadow_storage={"D:\\": {"maximum": "1 GiB"}})

    assert finding(facts, "shadow_storage", ["D:\\"], percent=None).status == "not_applicable"


def test_a_small_limit_is_found_on_a_client_that_has_the_class_and_is_unknown_on_another() -> None:
    limits = {"shadow_storage": {"C:\\": {"maximum": "1 GiB"}}}
    assert finding(facts_of("client-11", **limits), "shadow_storage", ["C:\\"]).status == "noncompliant"

    facts = facts_of("client-11", **limits, misbehave=["shadow_storage_on_clients"])

    assert finding(facts, "shadow_storage", ["C:\\"]).status == "unknown"
    assert [entry["section"] for entry in facts["unreadable"]] == ["shadow_storage"]


def test_a_denied_namespace_is_not_taken_for_a_missing_one() -> None:
    namespace = "root/cimv2/Security/MicrosoftVolumeEncryption"
    facts = facts_of(faults={"denied_namespaces": [namespace]}, volumes={"D:\\": {"bitlocker": "unlocked"}})

    assert finding(facts, "unsupported_volumes", ["D:\\"]).status == "unknown"
