# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft Defender Antivirus (root/Microsoft/Windows/Defender) and the Security Center of client releases.

Exclusions live where Defender keeps them, in the registry. Those of Group Policy and of mobile device management are
shown beside the local ones, or instead of them (DisableLocalAdminMerge), or none is (HideExclusionsFromLocalAdmins).
Tamper protection covers exclusions only where Defender says so itself (TPExclusions).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimFailure, CimValue, Method, Property
from tests.simulator.windows.registry import Value, ValueType
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

NAMESPACE = "root/Microsoft/Windows/Defender"
KEY = r"HKLM\SOFTWARE\Microsoft\Windows Defender"
_POLICY_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
_MANAGEMENT_KEY = _POLICY_KEY + r"\Policy Manager"
_HIDDEN = "N/A: Administrators are not allowed to view exclusions"

_EXCLUSIONS = {"ExclusionPath": "Paths", "ExclusionProcess": "Processes", "ExclusionExtension": "Extensions"}
_MANAGED = {"Paths": "ExcludedPaths", "Processes": "ExcludedProcesses", "Extensions": "ExcludedExtensions"}

_PREFERENCE = properties("""
    CheckForSignaturesBeforeRunningScan:boolean *ComputerID DisableArchiveScanning:boolean
    DisableBehaviorMonitoring:boolean DisableIOAVProtection:boolean DisableRealtimeMonitoring:boolean
    DisableScriptScanning:boolean ExclusionExtension[] ExclusionPath[] ExclusionProcess[] MAPSReporting:uint8
    PUAProtection:uint8 QuarantinePurgeItemsAfterDelay:uint32 RealTimeScanDirection:uint8 ScanAvgCPULoadFactor:uint8
    SubmitSamplesConsent:uint8 ThreatIDDefaultAction_Actions:uint8[] ThreatIDDefaultAction_Ids:sint64[]
""")
_STATUS = properties("""
    AMEngineVersion AMProductVersion AMRunningMode AMServiceEnabled:boolean AMServiceVersion
    AntispywareEnabled:boolean AntivirusEnabled:boolean AntivirusSignatureAge:uint32 BehaviorMonitorEnabled:boolean
    *ComputerID ComputerState:uint32 IoavProtectionEnabled:boolean IsTamperProtected:boolean
    IsVirtualMachine:boolean NISEnabled:boolean OnAccessProtectionEnabled:boolean RealTimeProtectionEnabled:boolean
""")
_PARAMETERS = """
    ExclusionPath[] ExclusionExtension[] ExclusionProcess[] ThreatIDDefaultAction_Ids:sint64[]
    ThreatIDDefaultAction_Actions:uint8[] Force:boolean
"""
_PRODUCT = properties("""
    displayName *instanceGuid pathToSignedProductExe pathToSignedReportingExe productState:uint32 timestamp
""")


VIRUS_INFECTED = 0x800700E1
# Trojan:Win32/Ceprolad.A: the command line of any process, so that of a cmd.exe /c with it, too.
_CEPROLAD = re.compile(r"certutil(\.exe)?\b.*[-/](urlcache|verifyctl)\b.*https?:", re.IGNORECASE)


def stops(host: Host, command_line: str) -> bool:
    """Whether real-time protection stops a process for its command line, whoever runs it."""
    service = host.services.find("WinDefend")
    active = "defender" in host.profile and service is not None and service.state == "Running" and _real_time(host)
    return bool(active and _CEPROLAD.search(command_line))


def _require_service(host: Host) -> None:
    if failure := host.profile["defender"].get("fails"):
        raise CimFailure(int(failure), "Provider failure")
    service = host.services.find("WinDefend")
    if service is None or service.state != "Running":
        raise CimFailure(0x800106BA, "The service has not been started.")


def _names(host: Host, key: str) -> list[str]:
    found = host.registry.find(key)
    return sorted(value.name for value in found.values.values()) if found else []


def _policy(host: Host, name: str) -> bool:
    return any(host.registry.data(key, name, 0) == 1 for key in (_POLICY_KEY, _MANAGEMENT_KEY))


def exclusions(host: Host, kind: str) -> list[str]:
    """The exclusions in force, of ``ExclusionPath``, ``ExclusionProcess`` or ``ExclusionExtension``."""
    below = r"\Exclusions" + "\\" + _EXCLUSIONS[kind]
    managed = str(host.registry.data(_MANAGEMENT_KEY, _MANAGED[_EXCLUSIONS[kind]], ""))
    found = {*_names(host, _POLICY_KEY + below), *filter(None, managed.split("|"))}
    if host.misbehaves("defender_policy_exclusions"):
        found.clear()
    if not _policy(host, "DisableLocalAdminMerge"):
        found |= set(_names(host, KEY + below))
    return sorted(found)


def _shown(host: Host, kind: str) -> list[str]:
    return [_HIDDEN] if _policy(host, "HideExclusionsFromLocalAdmins") else exclusions(host, kind)


def _tamper_protected(host: Host) -> bool:
    return bool(host.profile["defender"].get("tamper_protection"))


def _instances(host: Host, declared: tuple[Property, ...], values: dict[str, CimValue]) -> list[dict[str, CimValue]]:
    entry = host.profile["defender"]
    nulls = dict.fromkeys(name for name in entry.get("null", ()) if name in values)
    return [row(declared, {**values, **nulls})] * int(entry.get("instances", 1))


def _running_mode(host: Host) -> str:
    return str(host.profile["defender"].get("running_mode", "Normal"))


def _real_time(host: Host) -> bool:
    disabled = host.registry.data(KEY + r"\Real-Time Protection", "DisableRealtimeMonitoring", 0)
    return _running_mode(host) == "Normal" and not disabled


def _preference(host: Host) -> list[dict[str, CimValue]]:
    _require_service(host)
    values: dict[str, CimValue] = {
        "CheckForSignaturesBeforeRunningScan": False,
        "ComputerID": host.computer_id,
        "DisableArchiveScanning": False,
        "DisableBehaviorMonitoring": False,
        "DisableIOAVProtection": False,
        "DisableRealtimeMonitoring": not _real_time(host),
        "DisableScriptScanning": False,
        "MAPSReporting": 2,
        "PUAProtection": 0,
        "QuarantinePurgeItemsAfterDelay": 90,
        "RealTimeScanDirection": 0,
        "ScanAvgCPULoadFactor": 50,
        "SubmitSamplesConsent": 1,
        **{kind: _shown(host, kind) or None for kind in _EXCLUSIONS},
    }
    return _instances(host, _PREFERENCE, values)


def _status(host: Host) -> list[dict[str, CimValue]]:
    _require_service(host)
    real_time = _real_time(host)
    values: dict[str, CimValue] = {
        "AMEngineVersion": "1.1.24090.11",
        "AMProductVersion": "4.18.24090.11",
        "AMRunningMode": _running_mode(host),
        "AMServiceEnabled": True,
        "AMServiceVersion": "4.18.24090.11",
        "AntispywareEnabled": True,
        "AntivirusEnabled": True,
        "AntivirusSignatureAge": 0,
        "BehaviorMonitorEnabled": real_time,
        "ComputerID": host.computer_id,
        "ComputerState": 0,
        "IoavProtectionEnabled": real_time,
        "IsTamperProtected": _tamper_protected(host),
        "IsVirtualMachine": True,
        "NISEnabled": real_time,
        "OnAccessProtectionEnabled": real_time,
        "RealTimeProtectionEnabled": real_time,
    }
    return _instances(host, _STATUS, values)


def _change(
    host: Host, parameters: Mapping[str, CimValue], *, remove: bool = False, replace: bool = False
) -> dict[str, CimValue]:
    _require_service(host)
    covered = _tamper_protected(host) and host.registry.data(KEY + r"\Features", "TPExclusions", 0) == 1
    if covered or host.misbehaves("defender_add_remove"):
        return {"ReturnValue": 0}
    for kind, below in _EXCLUSIONS.items():
        key = rf"{KEY}\Exclusions\{below}"
        given = [str(item) for item in parameters.get(kind) or ()]
        host.registry.create(key, trusted=True)
        if replace and given:
            host.registry.delete_key(key, trusted=True)
            host.registry.create(key, trusted=True)
        for item in given:
            if not remove:
                host.registry.set(key, Value(item, ValueType.REG_DWORD, 0), trusted=True)
            elif host.registry.get(key, item):
                host.registry.delete_value(key, item, trusted=True)
    return {"ReturnValue": 0}


def _set(host: Host, _keys: Mapping[str, str], parameters: Mapping[str, CimValue]) -> dict[str, CimValue]:
    disable = parameters.get("DisableRealtimeMonitoring")
    if disable is not None and not _tamper_protected(host):
        key = KEY + r"\Real-Time Protection"
        host.registry.create(key, trusted=True)
        host.registry.set(key, Value("DisableRealtimeMonitoring", ValueType.REG_DWORD, int(disable)), trusted=True)
    return _change(host, parameters, replace=True)


def classes() -> list[CimClass]:
    return [
        CimClass(
            NAMESPACE,
            "MSFT_MpPreference",
            _PREFERENCE,
            _preference,
            (
                Method("Add", lambda host, _keys, values: _change(host, values), properties(_PARAMETERS), static=True),
                Method(
                    "Remove",
                    lambda host, _keys, values: _change(host, values, remove=True),
                    properties(_PARAMETERS),
                    static=True,
                ),
                Method("Set", _set, properties(_PARAMETERS + " DisableRealtimeMonitoring:boolean"), static=True),
            ),
        ),
        CimClass(NAMESPACE, "MSFT_MpComputerStatus", _STATUS, _status),
    ]


def _products(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _PRODUCT,
            {
                "displayName": name,
                "instanceGuid": entry["guid"],
                "pathToSignedProductExe": entry["path"],
                "pathToSignedReportingExe": entry["path"],
                "productState": int(entry.get("state", 397568)),
                "timestamp": "Thu, 06 Nov 2025 08:14:21 GMT",
            },
        )
        for name, entry in host.profile.get("antivirus_products", {}).items()
    ]


def security_center_classes() -> list[CimClass]:
    """Only client releases have the namespace."""
    return [CimClass("root/SecurityCenter2", "AntiVirusProduct", _PRODUCT, _products)]
