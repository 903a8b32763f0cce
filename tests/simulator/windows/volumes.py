# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_Volume, Win32_LogicalDisk, and MSFT_DedupVolume where the feature is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimValue
from tests.simulator.windows.filesystem import Volume, size_in_bytes
from tests.simulator.windows.messages import text
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

_VOLUME = properties("""
    Access:uint16 Automount:boolean Availability:uint16 BlockSize:uint64 BootVolume:boolean Capacity:uint64 Caption
    Compressed:boolean ConfigManagerErrorCode:uint32 ConfigManagerUserConfig:boolean CreationClassName Description
    *DeviceID DirtyBitSet:boolean DriveLetter DriveType:uint32 ErrorCleared:boolean ErrorDescription
    ErrorMethodology FileSystem FreeSpace:uint64 IndexingEnabled:boolean InstallDate:datetime Label
    LastErrorCode:uint32 MaximumFileNameLength:uint32 Name NumberOfBlocks:uint64 PageFilePresent:boolean PNPDeviceID
    PowerManagementCapabilities:uint16[] PowerManagementSupported:boolean Purpose QuotasEnabled:boolean
    QuotasIncomplete:boolean QuotasRebuilding:boolean SerialNumber:uint32 Status StatusInfo:uint16
    SupportsDiskQuotas:boolean SupportsFileBasedCompression:boolean SystemCreationClassName SystemName
    SystemVolume:boolean
""")

_LOGICAL_DISK = properties("""
    Access:uint16 Availability:uint16 BlockSize:uint64 Caption Compressed:boolean ConfigManagerErrorCode:uint32
    ConfigManagerUserConfig:boolean CreationClassName Description *DeviceID DriveType:uint32 ErrorCleared:boolean
    ErrorDescription ErrorMethodology FileSystem FreeSpace:uint64 InstallDate:datetime LastErrorCode:uint32
    MaximumComponentLength:uint32 MediaType:uint32 Name NumberOfBlocks:uint64 PNPDeviceID
    PowerManagementCapabilities:uint16[] PowerManagementSupported:boolean ProviderName Purpose
    QuotasDisabled:boolean QuotasIncomplete:boolean QuotasRebuilding:boolean Size:uint64 Status StatusInfo:uint16
    SupportsDiskQuotas:boolean SupportsFileBasedCompression:boolean SystemCreationClassName SystemName
    VolumeDirty:boolean VolumeName VolumeSerialNumber
""")

_DEDUP_VOLUME = properties("""
    Capacity:uint64 ChunkRedundancyThreshold:uint32 DataAccessEnabled:boolean Enabled:boolean ExcludeFileType[]
    ExcludeFolder[] FreeSpace:uint64 MinimumFileAgeDays:uint32 MinimumFileSize:uint32 SavedSpace:uint64
    SavingsRate:uint32 UnoptimizedSize:uint64 UsedSpace:uint64 UsageType:uint32 Volume *VolumeId
""")


def _device_id(volume: Volume) -> str:
    return rf"\\?\Volume{{{volume.guid}}}" + "\\"


def _serial(volume: Volume) -> int:
    return int(volume.guid[:8], 16)


def _volume(host: Host, volume: Volume) -> dict[str, CimValue]:
    formatted = volume.file_system is not None
    return row(
        _VOLUME,
        {
            "Automount": True,
            "BlockSize": 4096 if formatted else None,
            "BootVolume": volume.mount.upper() == "C:\\",
            "Capacity": volume.capacity if formatted else None,
            "Caption": volume.mount,
            "Compressed": volume.compressed if formatted else None,
            "DeviceID": _device_id(volume),
            "DirtyBitSet": False if formatted else None,
            "DriveLetter": volume.drive_letter,
            "DriveType": volume.drive_type,
            "FileSystem": volume.file_system,
            "FreeSpace": volume.free if formatted else None,
            "IndexingEnabled": True if formatted else None,
            "Label": volume.label if formatted else None,
            "MaximumFileNameLength": 255 if formatted else None,
            "Name": volume.mount,
            "PageFilePresent": volume.mount.upper() == "C:\\",
            "QuotasEnabled": False if formatted else None,
            "QuotasIncomplete": False if formatted else None,
            "QuotasRebuilding": False if formatted else None,
            "SerialNumber": _serial(volume) if formatted else None,
            "SupportsDiskQuotas": formatted,
            "SupportsFileBasedCompression": formatted,
            "SystemName": host.computer_name,
            "SystemVolume": False,
        },
    )


def _logical_disk(host: Host, volume: Volume) -> dict[str, CimValue]:
    formatted = volume.file_system is not None
    return row(
        _LOGICAL_DISK,
        {
            "Access": 0,
            "Caption": volume.drive_letter,
            "Compressed": volume.compressed if formatted else None,
            "CreationClassName": "Win32_LogicalDisk",
            "Description": text(host.language, "drive_type_" + str(volume.drive_type)),
            "DeviceID": volume.drive_letter,
            "DriveType": volume.drive_type,
            "FileSystem": volume.file_system,
            "FreeSpace": volume.free if formatted else None,
            "MaximumComponentLength": 255 if formatted else None,
            "MediaType": 12 if volume.drive_type == 3 else 11,
            "Name": volume.drive_letter,
            "Size": volume.capacity if formatted else None,
            "SupportsDiskQuotas": formatted,
            "SupportsFileBasedCompression": formatted,
            "SystemCreationClassName": "Win32_ComputerSystem",
            "SystemName": host.computer_name,
            "VolumeName": volume.label if formatted else None,
            "VolumeSerialNumber": f"{_serial(volume):08X}" if formatted else None,
        },
    )


def classes() -> list[CimClass]:
    return [
        CimClass(
            "root/cimv2",
            "Win32_Volume",
            _VOLUME,
            lambda host: [_volume(host, volume) for volume in host.files.volumes.values()],
        ),
        CimClass(
            "root/cimv2",
            "Win32_LogicalDisk",
            _LOGICAL_DISK,
            lambda host: [_logical_disk(host, volume) for volume in host.files.volumes.values() if volume.drive_letter],
        ),
    ]


def _dedup_volumes(host: Host) -> list[dict[str, CimValue]]:
    found = []
    for mount, entry in host.profile["deduplication"].items():
        volume = host.files.volumes[mount.lower()]
        used = volume.capacity - volume.free
        values = {
            "Capacity": volume.capacity,
            "ChunkRedundancyThreshold": 100,
            "DataAccessEnabled": True,
            "Enabled": bool(entry["enabled"]),
            "ExcludeFolder": entry.get("exclude_folders"),
            "FreeSpace": volume.free,
            "MinimumFileAgeDays": 3,
            "MinimumFileSize": 32768,
            "SavedSpace": size_in_bytes(entry.get("saved", 0)),
            "SavingsRate": 0,
            "UnoptimizedSize": used,
            "UsedSpace": used,
            "UsageType": 1,
            "Volume": volume.drive_letter or volume.mount,
            "VolumeId": _device_id(volume),
        }
        found.append(row(_DEDUP_VOLUME, values))
    return found


#: The service that the feature brings with it.
DEDUPLICATION_SERVICE = {
    "ddpsvc": {
        "display_name": "Data Deduplication Service",
        "path": r"C:\Windows\system32\svchost.exe -k ddpsvc",
        "start_mode": "Manual",
    }
}


def deduplication_classes() -> list[CimClass]:
    return [CimClass("root/Microsoft/Windows/Deduplication", "MSFT_DedupVolume", _DEDUP_VOLUME, _dedup_volumes)]


_ISCSI_SESSION = properties("""
    Active:boolean ConnectionCount:uint32 InitiatorName *InstanceName ISID:uint8[] SessionId TargetName TSID:uint16
    Type:uint32 UniqueSessionId:uint64
""")


def _iscsi_sessions(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _ISCSI_SESSION,
            {
                "Active": True,
                "ConnectionCount": 1,
                "InitiatorName": f"iqn.1991-05.com.microsoft:{host.computer_name.lower()}",
                "InstanceName": rf"Root\ISCSIPRT\0000_{number}",
                "SessionId": f"ffffe00012345{number:03d}-4000013700000001",
                "TargetName": target,
                "UniqueSessionId": number + 1,
            },
        )
        for number, target in enumerate(host.profile.get("iscsi_targets", ()))
    ]


def iscsi_classes() -> list[CimClass]:
    """The class of the initiator's driver, which every Windows since Vista has."""
    return [CimClass("root/wmi", "MSiSCSIInitiator_SessionClass", _ISCSI_SESSION, _iscsi_sessions)]
