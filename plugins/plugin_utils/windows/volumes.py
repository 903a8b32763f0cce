# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Volumes: Win32_Volume (root/cimv2), MSFT_DedupVolume (root/Microsoft/Windows/Deduplication), and iSCSI sessions
(root/wmi)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    array_of,
    boolean,
    integer,
    string,
)
from . import paths
from .absence import unless_absent

_WQL = "SELECT Name, DeviceID, DriveLetter, Label, FileSystem, DriveType, Capacity, FreeSpace FROM Win32_Volume"
_DEDUPLICATION = CimPath("root/Microsoft/Windows/Deduplication", "MSFT_DedupVolume")

#: The service of data deduplication, which Windows has where it has this feature.
DEDUPLICATION_SERVICE = "ddpsvc"

_DRIVE_TYPES = {2: "removable", 3: "fixed", 4: "network", 5: "compact_disc", 6: "ram_disk"}


@dataclass(frozen=True)
class Volume:
    """A volume.

    :ivar name: its mount path, such as ``D:\\`` or ``D:\\Mounted\\``; the device ID if it is not mounted.
    :ivar device_id: ``\\\\?\\Volume{GUID}\\``.
    :ivar drive_letter: such as ``D:``; None if it has none.
    :ivar file_system: ``NTFS``, ``ReFS``, ...; None if it is not formatted, has no medium, or is locked.
    :ivar drive_type: ``fixed``, ``removable``, ``network``, ``compact_disc``, ``ram_disk`` or ``unknown``.
    :ivar capacity: bytes.
    :ivar free: bytes.
    """

    name: str
    device_id: str
    drive_letter: str | None
    label: str | None
    file_system: str | None
    drive_type: str
    capacity: int | None
    free: int | None

    def is_mounted_at(self, path: str) -> bool:
        """Return whether this is the mount path or the device ID of the volume."""
        return paths.same_path(path, self.name) or paths.same_path(path, self.device_id)


def _volume(instance: Instance) -> Volume:
    device_id = instance.read("DeviceID", string) or ""
    return Volume(
        name=instance.read("Name", string) or device_id,
        device_id=device_id,
        drive_letter=instance.read("DriveLetter", string),
        label=instance.read("Label", string),
        file_system=instance.read("FileSystem", string),
        drive_type=_DRIVE_TYPES.get(instance.read("DriveType", integer) or 0, "unknown"),
        capacity=instance.read("Capacity", integer),
        free=instance.read("FreeSpace", integer),
    )


class Volumes:
    """The volumes of one host."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Volume]:
        """Return every volume, mounted or not, by one query."""
        return [_volume(instance) for instance in self._session.query("root/cimv2", _WQL)]

    def iscsi_targets(self) -> list[str]:
        """Return the names of the iSCSI targets whose disks are connected."""
        wql = "SELECT TargetName FROM MSiSCSIInitiator_SessionClass"
        sessions = unless_absent(lambda: self._session.query("root/wmi", wql))
        return [session.read("TargetName", string) or "" for session in sessions or ()]

    def deduplicated(self, volume: Volume, folder: str = "") -> bool | None:
        """Return whether data deduplication works in a folder of a volume; False where Windows lacks the feature.

        None means that it is disabled, but what it has done is not undone, so that files may still be deduplicated.
        """
        for instance in unless_absent(lambda: self._session.enumerate(_DEDUPLICATION)) or ():
            if paths.fold(instance.read("VolumeId", string) or "") != paths.fold(volume.device_id):
                continue
            if instance.read("Enabled", boolean) is False:
                return None if instance.read("SavedSpace", integer) != 0 else False
            excluded = instance.read("ExcludeFolder", array_of(string)) or []
            # Microsoft's examples name them with their drive; relative to the volume is accepted, too
            return not any(
                paths.is_within(folder, of_volume) or paths.is_within(folder, f"{volume.name}\\{of_volume}")
                for of_volume in excluded
            )
        return False


def volume_of(path: str, volumes: Iterable[Volume]) -> Volume | None:
    """Return the volume of a local path: of those whose mount path contains it, the one with the longest.

    Windows lists one mount path per volume. If the volume has a drive letter, its mount points in folders are unknown.
    """
    holders = [volume for volume in volumes if paths.is_within(path, volume.name)]
    return max(holders, key=lambda volume: len(volume.name), default=None)
