# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chassis and devices of a simulated host, and what protects its code: Win32_SystemEnclosure, Win32_PnPEntity,
Win32_DeviceGuard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimValue
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

_ENCLOSURE = properties("""
    AudibleAlarm:boolean BreachDescription CableManagementStrategy Caption ChassisTypes:uint16[] CreationClassName
    CurrentRequiredOrProduced:sint16 Depth:real32 Description HeatGeneration:uint16 Height:real32 HotSwappable:boolean
    InstallDate:datetime LockPresent:boolean Manufacturer Model Name NumberOfPowerCords:uint16 OtherIdentifyingInfo
    PartNumber PoweredOn:boolean Removable:boolean Replaceable:boolean SecurityBreach:uint16 SecurityStatus:uint16
    SerialNumber ServiceDescriptions:string[] ServicePhilosophy:uint16[] SKU SMBIOSAssetTag Status *Tag
    TypeDescriptions:string[] Version VisibleAlarm:boolean Weight:real32 Width:real32
""")
_PNP_ENTITY = properties("""
    Availability:uint16 Caption ClassGuid CompatibleID:string[] ConfigManagerErrorCode:uint32
    ConfigManagerUserConfig:boolean CreationClassName Description *DeviceID ErrorCleared:boolean ErrorDescription
    HardwareID:string[] InstallDate:datetime LastErrorCode:uint32 Manufacturer Name PNPClass PNPDeviceID
    PowerManagementCapabilities:uint16[] PowerManagementSupported:boolean Present:boolean Service Status
    StatusInfo:uint16 SystemCreationClassName SystemName
""")
_DEVICE_GUARD = properties("""
    AvailableSecurityProperties:uint32[] CodeIntegrityPolicyEnforcementStatus:uint32 *InstanceIdentifier
    RequiredSecurityProperties:uint32[] SecurityServicesConfigured:uint32[] SecurityServicesRunning:uint32[]
    UsermodeCodeIntegrityPolicyEnforcementStatus:uint32 Version VirtualizationBasedSecurityStatus:uint32
""")


def _enclosure(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _ENCLOSURE,
            {
                "Caption": "System Enclosure",
                "CreationClassName": "Win32_SystemEnclosure",
                "Description": "System Enclosure",
                "Manufacturer": "Microsoft Corporation",
                "Name": "System Enclosure",
                "SMBIOSAssetTag": host.profile.get("asset_tag", "No Asset Tag"),
                "Tag": "System Enclosure 0",
            },
        )
    ]


def _pnp_entities(host: Host) -> list[dict[str, CimValue]]:
    """A disk, a device whose ID only begins alike, and the initiator, unless somebody removed it."""
    devices = {r"ROOT\VOLMGR\0000": 0, r"ROOT\ISCSIPRTX\0000": 28}
    if "iscsi_device" in host.profile:
        devices[r"ROOT\ISCSIPRT\0000"] = int(host.profile["iscsi_device"])
    return [
        row(
            _PNP_ENTITY,
            {
                "ConfigManagerErrorCode": code,
                "CreationClassName": "Win32_PnPEntity",
                "DeviceID": device,
                "HardwareID": [device.rpartition("\\")[0]],
                "PNPDeviceID": device,
                "Status": "Error" if code else "OK",
                "SystemName": host.computer_name,
            },
        )
        for device, code in devices.items()
    ]


def _device_guard(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _DEVICE_GUARD,
            {
                "AvailableSecurityProperties": [1, 3],
                "CodeIntegrityPolicyEnforcementStatus": 2,
                "InstanceIdentifier": "4ff40742-2649-41b8-bdd1-e80fad1cce80",
                "RequiredSecurityProperties": [0],
                "SecurityServicesConfigured": [0],
                "SecurityServicesRunning": [0],
                "UsermodeCodeIntegrityPolicyEnforcementStatus": int(host.profile.get("code_integrity", 0)),
                "Version": "1.0",
                "VirtualizationBasedSecurityStatus": 0,
            },
        )
    ]


def classes(host: Host) -> list[CimClass]:
    found = [
        CimClass("root/cimv2", "Win32_SystemEnclosure", _ENCLOSURE, _enclosure),
        CimClass("root/cimv2", "Win32_PnPEntity", _PNP_ENTITY, _pnp_entities),
    ]
    if host.build >= 10240:
        found.append(CimClass("root/Microsoft/Windows/DeviceGuard", "Win32_DeviceGuard", _DEVICE_GUARD, _device_guard))
    return found
