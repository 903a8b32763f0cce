# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MSFT_Disk, MSFT_Partition, Win32_EncryptableVolume, Win32_ShadowStorage, Win32_OptionalFeature.

From Microsoft's reference of the classes.
Each volume has a disk of its own here, with one partition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulator.model import CimClass, CimValue, Ref
from tests.simulator.windows.filesystem import FileSystem, Volume, size_in_bytes
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

STORAGE = "root/Microsoft/Windows/Storage"
BITLOCKER = "root/cimv2/Security/MicrosoftVolumeEncryption"
# Windows 8 and Windows Server 2012
FIRST_STORAGE_CLASSES = 9200
# Windows 7 and Windows Server 2008 R2
FIRST_OPTIONAL_FEATURES = 7600
UNBOUNDED = 2**64 - 1

_DISK = properties("""
    AllocatedSize:uint64 BootFromDisk:boolean BusType:uint16 FriendlyName HealthStatus:uint16 IsBoot:boolean
    IsClustered:boolean IsOffline:boolean IsReadOnly:boolean IsSystem:boolean Number:uint32 NumberOfPartitions:uint32
    *ObjectId OfflineReason:uint16 PartitionStyle:uint16 Size:uint64
""")
_PARTITION = properties("""
    AccessPaths:string[] DiskNumber:uint32 GptType Guid IsActive:boolean IsBoot:boolean IsHidden:boolean
    IsOffline:boolean IsReadOnly:boolean IsShadowCopy:boolean IsSystem:boolean NoDefaultDriveLetter:boolean *ObjectId
    PartitionNumber:uint32 Size:uint64
""")
_ENCRYPTABLE = properties("*DeviceID DriveLetter PersistentVolumeID ProtectionStatus:uint32")
_SHADOW_STORAGE = properties("""
    AllocatedSpace:uint64 *DiffVolume:reference MaxSpace:uint64 UsedSpace:uint64 *Volume:reference
""")


_OPTIONAL_FEATURE = properties("Caption Description InstallDate:datetime InstallState:uint32 *Name Status")


def _optional_features(host: Host) -> list[dict[str, CimValue]]:
    """Those of the profile; others of Windows are installed or not, which nobody asks for."""
    features = {"NetFx4": 1, "TelnetClient": 2, **host.profile.get("features", {})}
    return [
        row(_OPTIONAL_FEATURE, {"Caption": name, "InstallState": int(state), "Name": name})
        for name, state in features.items()
    ]


@dataclass
class ShadowStorage:
    """The storage of the shadow copies of a volume, on this volume or another one."""

    volume: Volume
    storage: Volume
    maximum: int


class ShadowStorages:
    """All of a host, from ``{mount path: {on, maximum}}``."""

    def __init__(self, entries: Mapping[str, Mapping[str, Any]], files: FileSystem) -> None:
        self._files = files
        self._all = [
            ShadowStorage(
                self.volume(mount),
                self.volume(entry.get("on", mount)),
                UNBOUNDED if entry["maximum"] == "unbounded" else size_in_bytes(entry["maximum"]),
            )
            for mount, entry in entries.items()
        ]

    def all(self) -> list[ShadowStorage]:
        return self._all

    def volume(self, path: str) -> Volume:
        """The volume of ``D:``, a mount path, or a volume GUID path; KeyError if there is none."""
        for volume in self._files.volumes.values():
            if path.rstrip("\\").lower() in (volume.mount.rstrip("\\").lower(), device_id(volume).rstrip("\\").lower()):
                return volume
        raise KeyError(path)

    def state(self) -> dict[str, int]:
        return {f"{entry.volume.mount} on {entry.storage.mount}": entry.maximum for entry in self._all}


def device_id(volume: Volume) -> str:
    return rf"\\?\Volume{{{volume.guid}}}" + "\\"


def _disks(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _DISK,
            {
                "IsOffline": False,
                "IsReadOnly": volume.disk_read_only,
                "Number": number,
                "NumberOfPartitions": 1,
                "ObjectId": f"{{1}}disk{number}",
                "Size": volume.capacity,
            },
        )
        for number, volume in enumerate(host.files.volumes.values())
    ]


def _partitions(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _PARTITION,
            {
                # Partitions of dynamic disks belong to the Logical Disk Manager, and have no paths
                "AccessPaths": None if volume.dynamic else [volume.mount, device_id(volume)],
                "DiskNumber": number,
                "IsOffline": False,
                "IsReadOnly": volume.read_only,
                "ObjectId": f"{{1}}partition{number}",
                "PartitionNumber": 1,
                "Size": volume.capacity,
            },
        )
        for number, volume in enumerate(host.files.volumes.values())
    ]


def _encryptable(host: Host) -> list[dict[str, CimValue]]:
    status = {None: 0, "unlocked": 1, "locked": 2}
    return [
        row(
            _ENCRYPTABLE,
            {
                "DeviceID": device_id(volume),
                "DriveLetter": volume.drive_letter,
                "ProtectionStatus": status[volume.bitlocker],
            },
        )
        for volume in host.files.volumes.values()
        if volume.drive_type == 3
    ]


def _reference(volume: Volume) -> Ref:
    return Ref("root/cimv2", "Win32_Volume", {"DeviceID": device_id(volume)})


def _shadow_storages(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _SHADOW_STORAGE,
            {
                "AllocatedSpace": 0,
                "DiffVolume": _reference(entry.storage),
                "MaxSpace": entry.maximum,
                "UsedSpace": 0,
                "Volume": _reference(entry.volume),
            },
        )
        for entry in host.shadow_storages.all()
    ]


def classes(host: Host) -> list[CimClass]:
    found = []
    if host.build >= FIRST_STORAGE_CLASSES:
        found += [
            CimClass(STORAGE, "MSFT_Disk", _DISK, _disks),
            CimClass(STORAGE, "MSFT_Partition", _PARTITION, _partitions),
        ]
    if host.build >= FIRST_OPTIONAL_FEATURES:
        found.append(CimClass("root/cimv2", "Win32_OptionalFeature", _OPTIONAL_FEATURE, _optional_features))
    is_client = int(host.profile["os"].get("product_type", 3)) == 1
    # On servers, BitLocker is a feature that has to be installed
    if is_client or any(volume.bitlocker for volume in host.files.volumes.values()):
        found.append(CimClass(BITLOCKER, "Win32_EncryptableVolume", _ENCRYPTABLE, _encryptable))
    # Its page lists no client, but programs for clients read it there
    if not (is_client and host.misbehaves("shadow_storage_on_clients")):
        found.append(CimClass("root/cimv2", "Win32_ShadowStorage", _SHADOW_STORAGE, _shadow_storages))
    return found
