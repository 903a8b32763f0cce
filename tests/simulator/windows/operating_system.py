# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_OperatingSystem: what the release says of itself, and restarts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimValue, Method
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

ERROR_INVALID_PARAMETER = 87

_PROPERTIES = properties("""
    BootDevice BuildNumber BuildType Caption CodeSet CountryCode CreationClassName CSCreationClassName CSDVersion
    CSName CurrentTimeZone:sint16 DataExecutionPrevention_32BitApplications:boolean
    DataExecutionPrevention_Available:boolean DataExecutionPrevention_Drivers:boolean
    DataExecutionPrevention_SupportPolicy:uint8 Debug:boolean Description Distributed:boolean EncryptionLevel:uint32
    ForegroundApplicationBoost:uint8 FreePhysicalMemory:uint64 FreeSpaceInPagingFiles:uint64
    FreeVirtualMemory:uint64 InstallDate:datetime LargeSystemCache:uint32 LastBootUpTime:datetime
    LocalDateTime:datetime Locale Manufacturer MaxNumberOfProcesses:uint32 MaxProcessMemorySize:uint64
    MUILanguages[] *Name NumberOfLicensedUsers:uint32 NumberOfProcesses:uint32 NumberOfUsers:uint32
    OperatingSystemSKU:uint32 Organization OSArchitecture OSLanguage:uint32 OSProductSuite:uint32 OSType:uint16
    OtherTypeDescription PAEEnabled:boolean PlusProductID PlusVersionNumber PortableOperatingSystem:boolean
    Primary:boolean ProductType:uint32 RegisteredUser SerialNumber ServicePackMajorVersion:uint16
    ServicePackMinorVersion:uint16 SizeStoredInPagingFiles:uint64 Status SuiteMask:uint32 SystemDevice
    SystemDirectory SystemDrive TotalSwapSpaceSize:uint64 TotalVirtualMemorySize:uint64
    TotalVisibleMemorySize:uint64 Version WindowsDirectory
""")


_TIME_ZONE_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
# Minutes ahead of UTC in winter
_ZONES = {"UTC": 0, "W. Europe Standard Time": 60, "Tokyo Standard Time": 540}


def _instance(host: Host) -> dict[str, CimValue]:
    os = host.profile["os"]
    minutes = _ZONES.get(host.registry.data(_TIME_ZONE_KEY, "TimeZoneKeyName"), 0)
    zone = timezone(timedelta(minutes=minutes))
    root = host.environment.get("SystemRoot") or r"C:\Windows"
    caption = os["caption"]
    memory = int(os.get("memory_kib", 8388148))
    service_pack = int(os.get("service_pack", 0))
    return row(
        _PROPERTIES,
        {
            "BootDevice": r"\Device\HarddiskVolume1",
            "BuildNumber": str(os["build"]),
            "BuildType": "Multiprocessor Free",
            "Caption": caption,
            "CodeSet": str(os.get("ansi_codepage", 1252)),
            "CountryCode": str(os.get("country_code", 1)),
            "CreationClassName": "Win32_OperatingSystem",
            "CSCreationClassName": "Win32_ComputerSystem",
            "CSDVersion": f"Service Pack {service_pack}" if service_pack else None,
            "CSName": host.computer_name,
            "CurrentTimeZone": minutes,
            "DataExecutionPrevention_32BitApplications": True,
            "DataExecutionPrevention_Available": True,
            "DataExecutionPrevention_Drivers": True,
            "DataExecutionPrevention_SupportPolicy": 3,
            "Debug": False,
            "Description": "",
            "Distributed": False,
            "EncryptionLevel": 256,
            "ForegroundApplicationBoost": 2,
            "FreePhysicalMemory": memory // 2,
            "FreeSpaceInPagingFiles": 1310720,
            "FreeVirtualMemory": memory // 2 + 1310720,
            "InstallDate": host.first_boot - timedelta(days=400),
            "LastBootUpTime": (host.last_boot + host.clock_offset).astimezone(zone),
            "LocalDateTime": (host.clock.now() + host.clock_offset).astimezone(zone),
            "Locale": f"{int(os.get('language', 1033)):04x}",
            "Manufacturer": "Microsoft Corporation",
            "MaxNumberOfProcesses": 4294967295,
            "MaxProcessMemorySize": 137438953344,
            "MUILanguages": [os.get("mui", "en-US")],
            "Name": rf"{caption}|{root}|\Device\Harddisk0\Partition2",
            "NumberOfLicensedUsers": 0,
            "NumberOfProcesses": len(host.processes.running()),
            "NumberOfUsers": 1,
            "OperatingSystemSKU": int(os.get("sku", 7)),
            "Organization": "",
            "OSArchitecture": os.get("architecture", "64-bit"),
            "OSLanguage": int(os.get("language", 1033)),
            "OSProductSuite": 272,
            "OSType": 18,
            "PortableOperatingSystem": False,
            "Primary": True,
            "ProductType": int(os.get("product_type", 3)),
            "RegisteredUser": "Windows User",
            "SerialNumber": "00454-40000-00001-AA113",
            "ServicePackMajorVersion": service_pack,
            "ServicePackMinorVersion": 0,
            "SizeStoredInPagingFiles": 1310720,
            "Status": "OK",
            "SuiteMask": 272,
            "SystemDevice": r"\Device\HarddiskVolume2",
            "SystemDirectory": root + r"\system32",
            "SystemDrive": root[:2],
            "TotalVirtualMemorySize": memory + 1310720,
            "TotalVisibleMemorySize": memory,
            "Version": os["version"],
            "WindowsDirectory": root,
        },
    )


def _restart(host: Host) -> dict[str, CimValue]:
    host.restart()
    return {"ReturnValue": 0}


def _shutdown(host: Host, flags: int) -> dict[str, CimValue]:
    """Flags of Win32Shutdown: 0 log off, 1 shut down, 2 restart, 8 power off; 4 added forces it."""
    action = flags & ~4
    if action == 2:
        host.restart()
        if flags & 4:
            # Everything ends at once, WMI too: "an indeterminate return value"
            return {"ReturnValue": int(host.profile.get("forced_restart_returns", 0))}
    elif action in (1, 8):
        host.power_off()
    elif action != 0:
        return {"ReturnValue": ERROR_INVALID_PARAMETER}
    return {"ReturnValue": 0}


def _method(
    name: str, act: Callable[[Host, Mapping[str, CimValue]], dict[str, CimValue]], parameters: str = ""
) -> Method:
    def call(host: Host, _keys: Mapping[str, str], values: Mapping[str, CimValue]) -> dict[str, CimValue]:
        return act(host, values)

    return Method(name, call, properties(parameters))


def classes() -> list[CimClass]:
    return [
        CimClass(
            "root/cimv2",
            "Win32_OperatingSystem",
            _PROPERTIES,
            lambda host: [_instance(host)],
            (
                _method("Reboot", lambda host, _values: _restart(host)),
                _method("Shutdown", lambda host, _values: _shutdown(host, 1)),
                _method(
                    "Win32Shutdown",
                    lambda host, values: _shutdown(host, int(values.get("Flags") or 0)),
                    "Flags:sint32 Reserved:sint32",
                ),
                _method(
                    "Win32ShutdownTracker",
                    lambda host, values: _shutdown(host, int(values.get("Flags") or 0)),
                    "Timeout:uint32 Comment ReasonCode:uint32 Flags:sint32",
                ),
            ),
            singleton=True,
        ),
    ]
