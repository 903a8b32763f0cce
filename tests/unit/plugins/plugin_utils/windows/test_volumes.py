# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, which one a path lies on, and deduplication."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.volumes import Volume, Volumes, volume_of
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import Fault
from tests.unit.plugins.plugin_utils.wsman.scripted import recorded, scripted
from tests.unit.simulated import simulated

RECORDED = Path(__file__).resolve().parents[5].parent / "shared" / "captures" / "zenoss_txwinrm_server_2008"

GIB = 1024**3


def volume(name: str) -> Volume:
    return Volume(name, f"\\\\?\\{name}", None, None, "NTFS", "fixed", 1, 1)


def test_every_volume_is_read_by_one_query() -> None:
    host = simulated(volumes={"E:\\": {"drive_type": 5}})
    host.windows.files.volumes["e:\\"].file_system = None

    volumes = {entry.name: entry for entry in Volumes(host.session).all()}

    data = volumes["D:\\"]
    assert (data.drive_letter, data.label, data.file_system) == ("D:", "Data", "NTFS")
    assert (data.drive_type, data.capacity, data.free) == ("fixed", 500 * GIB, 310 * GIB)
    assert data.device_id.startswith("\\\\?\\Volume{")
    empty = volumes["E:\\"]
    assert (empty.drive_type, empty.file_system, empty.capacity, empty.free) == ("compact_disc", None, None, None)
    assert host.actions["*/Enumerate"] == 1


@pytest.mark.skipif(not RECORDED.exists(), reason="there are no recorded messages")
def test_recorded_volumes_are_read() -> None:
    pages = sorted(RECORDED.glob("Win32_Volume_star_*.xml"))
    session, *_unused = scripted(*(recorded(page.read_text(encoding="utf-8-sig")) for page in pages))

    system, other = Volumes(session).all()

    assert system == Volume(
        "C:\\",
        "\\\\?\\Volume{540106a1-8865-11e2-87c5-806e6f6e6963}\\",
        "C:",
        None,
        "NTFS",
        "fixed",
        32210153472,
        9769496576,
    )
    assert other.device_id != system.device_id


@pytest.mark.parametrize(
    "path, name",
    [
        (r"C:\Scratch", "C:\\"),
        (r"c:\scratch\\", "C:\\"),
        ("D:", "D:\\"),
        ("D:/Mounted/Disk", "D:\\Mounted\\Disk\\"),
        (r"D:\MOUNTED\disk\Scratch", "D:\\Mounted\\Disk\\"),
        (r"D:\Mounted\Disk2\Scratch", "D:\\"),
    ],
)
def test_a_path_lies_on_the_volume_mounted_nearest(path: str, name: str) -> None:
    volumes = [volume("C:\\"), volume("D:\\Mounted\\Disk\\"), volume("D:\\")]

    assert volume_of(path, volumes) == volume_of(path, volumes[::-1]) == volume(name)


@pytest.mark.parametrize("path", [r"\\server\share", r"Z:\Scratch", "", r"Scratch"])
def test_other_paths_lie_on_none(path: str) -> None:
    assert volume_of(path, [volume("C:\\")]) is None


def test_without_the_feature_nothing_is_deduplicated() -> None:
    volumes = Volumes(simulated().session)

    assert not any(volumes.deduplicated(entry) for entry in volumes.all())


def test_deduplication_is_told_by_volume() -> None:
    host = simulated(
        volumes={"E:\\": {"capacity": GIB, "free": GIB}},
        deduplication={"D:\\": {"enabled": True}, "E:\\": {"enabled": False}},
    )
    volumes = Volumes(host.session)

    assert {entry.name for entry in volumes.all() if volumes.deduplicated(entry)} == {"D:\\"}


def test_a_namespace_that_may_not_be_read_is_not_taken_for_absent() -> None:
    host = simulated(faults={"denied_namespaces": ["root/Microsoft/Windows/Deduplication"]}, deduplication={})
    volumes = Volumes(host.session)

    with pytest.raises(Fault) as caught:
        volumes.deduplicated(volume("C:\\"))
    assert caught.value.is_access_denied
