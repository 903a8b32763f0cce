# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scratch folder: its four situations, what is inside, where it lies, who may use it, and free space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.plugins.plugin_utils.mars.checking import facts_of, finding

Host = Callable[[dict[str, Any]], dict[str, Any]]

CONFIG = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"
PROVIDER = rf"{CONFIG}\CloudBackupProvider"
FOLDER = r"D:\MARS\Scratch"
DISK = rf"{FOLDER}\Metadata\volume-c.vhd"
GIB = 1024**3

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("scratch_access", "noncompliant", {"scratch.system_access": False}),
    ("scratch_access", "not_applicable", {"scratch.exists": False}),
    ("scratch_access", "unknown", {"scratch.system_access": ...}),
]


def scratch(location: str | None = FOLDER, provider: str | None = FOLDER, **profile: Any) -> dict[str, Any]:
    """A healthy host whose scratch folder is on D:, with these differences."""
    files = {f"{FOLDER}\\": {}, DISK: {"size": "1 GiB"}} | profile.pop("files", {})
    registry = {CONFIG: {"ScratchLocation": location}, PROVIDER: {"ScratchLocation": provider}}
    return facts_of(registry=registry, files=files, **profile)


@pytest.mark.parametrize(
    "facts, status, words",
    [
        (lambda: scratch(provider=r"C:\Old"), "noncompliant", "ScratchLocation differs"),
        (lambda: scratch(provider=None), "noncompliant", "ScratchLocation differs"),
        (lambda: scratch(r"E:\Gone", r"E:\Gone"), "noncompliant", "does not exist"),
        (lambda: scratch("D:", "D:"), "noncompliant", "does not exist"),
        (lambda: scratch(f'"{FOLDER}"', f'"{FOLDER}"'), "noncompliant", "does not exist"),
        (lambda: scratch(volumes={"D:\\": {"drive_type": 2}}), "noncompliant", "removable"),
        (lambda: scratch(None, None), "unknown", "before the agent is registered"),
        (lambda: scratch(rf"\\?\{FOLDER}"), "compliant", ""),
        (lambda: scratch(FOLDER.replace("\\", "/")), "compliant", ""),
        (lambda: scratch(provider=r"D:\MARS\SCRATC~1"), "unknown", "may be the same folder"),
    ],
    ids=[
        "differ",
        "one set",
        "missing",
        "drive",
        "quoted",
        "unsuitable",
        "never set",
        "prefix",
        "slashes",
        "short name",
    ],
)
def test_each_situation_has_its_text(facts: Callable[[], dict[str, Any]], status: str, words: str) -> None:
    found = finding(facts(), "scratch_location")

    assert found.status == status
    assert words in found.actual


def test_refs_is_a_warning() -> None:
    found = finding(scratch(volumes={"D:\\": {"file_system": "ReFS"}}), "scratch_location")

    assert (found.status, found.severity) == ("noncompliant", "warning")
    assert "ReFS" in found.actual


@pytest.mark.parametrize("attribute", ["compressed", "encrypted", "sparse", "reparse"])
@pytest.mark.parametrize("base", ["healthy-2022", "german-2019"])
def test_an_attribute_of_a_virtual_disk_counts(base: str, attribute: str) -> None:
    files = {DISK: {"size": "1 GiB", "attributes": [attribute, "hidden"]}, rf"{FOLDER}\catalog.dat": {}}
    found = finding(scratch(base=base, files=files), "scratch_attributes")

    assert found.status == "noncompliant"
    assert DISK.lower() in found.actual.lower()


def test_a_junction_in_a_parent_leaves_the_volume_open() -> None:
    facts = scratch(files={"D:\\MARS\\": {"attributes": ["reparse"]}})

    assert "volume" not in facts["scratch"]
    for rule in ("scratch_location", "scratch_free_space"):
        found = finding(facts, rule)
        assert found.status == "unknown"
        assert "D:\\MARS is a junction" in found.actual


def test_the_mount_point_of_a_volume_is_no_junction() -> None:
    facts = scratch(
        volumes={"D:\\MARS\\": {"capacity": "50 GiB", "free": "40 GiB"}},
        files={"D:\\MARS\\": {"attributes": ["reparse"]}},
    )

    assert facts["scratch"]["volume"]["name"] == "D:\\MARS\\"


@pytest.mark.parametrize(
    "deduplication, status",
    [
        ({"enabled": True}, "noncompliant"),
        ({"enabled": False, "saved": "3 GiB"}, "unknown"),
        ({"enabled": False}, "compliant"),
        ({"enabled": True, "exclude_folders": ["D:\\mars"]}, "compliant"),
        ({"enabled": True, "exclude_folders": ["\\MARS\\Scratch"]}, "compliant"),
        ({"enabled": True, "exclude_folders": ["D:\\MARS\\Scratch2", "\\Other"]}, "noncompliant"),
    ],
)
def test_deduplication_counts_where_it_works_or_may_have_worked(deduplication: dict[str, Any], status: str) -> None:
    found = finding(scratch(deduplication={"D:\\": deduplication}), "scratch_attributes")

    assert found.status == status
    if status == "unknown":
        assert "not undone" in found.actual


@pytest.mark.parametrize(
    "sddl, status",
    [
        ("D:PAI(A;OICI;FA;;;SY)", "compliant"),
        ("D:PAI(A;OICI;FA;;;BA)", "compliant"),
        ("D:(A;OICI;0x1301bf;;;S-1-5-18)", "compliant"),
        ("D:(A;OICI;GA;;;WD)", "compliant"),
        ("D:NO_ACCESS_CONTROL", "compliant"),
        ("D:P(A;OICI;FR;;;SY)(A;OICI;FWFXSD;;;BA)", "compliant"),
        ("D:PAI(A;OICI;FA;;;S-1-5-21-1-2-3-1001)", "noncompliant"),
        ("D:PAI(A;OICIIO;FA;;;SY)", "noncompliant"),
        ("D:PAI(A;OICI;FR;;;SY)", "noncompliant"),
        ("D:PAI(D;OICI;FA;;;SY)(A;OICI;FA;;;SY)", "noncompliant"),
        ("D:PAI", "noncompliant"),
        ('D:(XA;;FA;;;SY;(@User.Project == "MARS"))', "unknown"),
        ("D:(A;;ZZ;;;SY)", "unknown"),
    ],
)
def test_system_must_have_access(sddl: str, status: str) -> None:
    found = finding(scratch(files={f"{FOLDER}\\": {"sddl": sddl}}), "scratch_access")

    assert (found.status, found.role) == (status, None)


def free(gib: float, used: int, **inventory: Any) -> tuple[str, str, str | None]:
    """What is found with so much free space on D: beside so much used space in all."""
    volumes = {
        "C:\\": {"capacity": f"{used} GiB", "free": 0},
        "D:\\": {"capacity": f"{gib} GiB", "free": f"{gib} GiB"},
        "E:\\": {"capacity": "9000 GiB", "free": 0, "file_system": "ReFS"},
        "F:\\": {"capacity": "9000 GiB", "free": 0, "drive_type": 2},
    }
    found = finding(scratch(volumes=volumes | inventory.pop("volumes", {})), "scratch_free_space", **inventory)
    return found.status, found.severity if found.status == "noncompliant" else "", found.role


@pytest.mark.parametrize(
    "gib, used, inventory, expected",
    [
        (5, 20_000, {"protected_data": 100 * GIB}, ("noncompliant", "warning", "scratch_space")),
        (4.9, 20_000, {"protected_data": 100 * GIB}, ("noncompliant", "error", "scratch_space")),
        (10, 20_000, {"protected_data": 100 * GIB}, ("compliant", "", None)),
        (6.5, 20_000, {}, ("noncompliant", "error", "scratch_space")),
        (900, 20_000, {}, ("noncompliant", "warning", None)),
        (2000, 20_000, {}, ("compliant", "", None)),
        (40, 100, {"system_state": True}, ("noncompliant", "warning", None)),
        (45, 100, {"system_state": True}, ("compliant", "", None)),
        (35, 100, {"system_state": True}, ("noncompliant", "error", "scratch_space")),
        (39, 100, {"system_state": True, "protected_data": 100 * GIB}, ("noncompliant", "error", "scratch_space")),
        (40, 100, {"system_state": True, "protected_data": 100 * GIB}, ("noncompliant", "warning", "scratch_space")),
    ],
)
def test_free_space(gib: float, used: int, inventory: dict[str, Any], expected: tuple[str, str, str | None]) -> None:
    assert free(gib, used, **inventory) == expected


def test_a_volume_of_a_system_state_backup_shows_that_it_is_protected_unless_the_inventory_denies_it() -> None:
    volumes = {"G:\\": {"capacity": "1 GiB", "free": 0, "label": "CBSSBVol_4f2c"}}

    assert free(30, 100)[0] == "compliant"
    assert free(30, 100, volumes=volumes)[:2] == ("noncompliant", "error")
    assert free(30, 100, volumes=volumes, system_state=False)[0] == "compliant"


def test_between_too_little_and_enough_the_size_is_asked_for() -> None:
    found = finding(scratch(volumes={"C:\\": {"capacity": "20000 GiB", "free": 0}}), "scratch_free_space")

    assert "mars_protected_data" in str(found.fix)
