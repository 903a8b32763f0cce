# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of hosts, as literals."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.inventory import INVENTORY
from tests.unit.simulated import simulated

AGENT = r"C:\Program Files\Microsoft Azure Recovery Services Agent"
COMPILER = r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe"


def healthy() -> dict[str, Any]:
    """A Windows Server 2022 without a fault: these literals, and for other sections what the simulated one has."""
    volume = {
        "name": "D:\\",
        "device_id": "\\\\?\\Volume{5b1f3c1a-0000-0000-0000-100000000000}\\",
        "drive_letter": "D:",
        "label": "Data",
        "file_system": "NTFS",
        "drive_type": "fixed",
        "capacity": 1_000_000_000_000,
        "free": 400_000_000_000,
        "used": 600_000_000_000,
        "free_percent": 40.0,
    }
    literals = {
        "gathered": list(SECTIONS),
        "os": {
            "name": "Windows Server 2022",
            "caption": "Microsoft Windows Server 2022 Standard",
            "version": "10.0.20348",
            "build": 20348,
            "service_pack": 0,
            "product_type": "server",
            "architecture": 64,
            "language": 1033,
            "computer_name": "FILES01",
            "last_boot": "2026-11-01T03:12:45+00:00",
            "local_time": "2026-11-20T10:00:00+00:00",
            "windows_directory": r"C:\Windows",
            "newest_dotnet": "4.8.1",
            "newest_powershell": "5.1",
        },
        "azure": {"vm": False, "powershell": ["Az"]},
        "internet_options": {
            "administrator_loaded": True,
            "accounts": [{"sid": "S-1-5-18", "untrusted": [], "file_download": 0, "key": ""}],
            "sites_by_policy": False,
            "file_download_by_policy": False,
            "machine_only": False,
        },
        "clock": {
            "offset": -0.4,
            "time_zone": "W. Europe Standard Time",
            "service": {"state": "Running", "start_mode": "Auto"},
        },
        "dotnet": {"release": 528449, "version": "4.8"},
        "iscsi": {
            "devices": [{"id": r"ROOT\ISCSIPRT\0000", "error_code": 0}],
            "service": {"state": "Running", "start_mode": "Manual"},
        },
        "powershell": {
            "version": "5.1.20348.1",
            "execution_policy": {
                "group_policy": None,
                "user_policy": None,
                "current_user": None,
                "local_machine": "RemoteSigned",
                "effective": "RemoteSigned",
            },
            "module_path": [r"C:\Windows\system32\WindowsPowerShell\v1.0\Modules", rf"{AGENT}\bin\Modules"],
            "module_path_lost": [],
        },
        "agent": {
            "installed": True,
            "missing": [],
            "role": "backup",
            "install_path": AGENT,
            "version": "2.0.9262.0",
            "module": True,
            "engine": {"name": "obengine", "state": "Running", "start_mode": "Auto"},
            "management": {"name": "OBRecoveryServicesManagementAgent", "state": "Running", "start_mode": "Auto"},
        },
        "system_state": {
            "feature": True,
            "folder_access": True,
            "services": [
                {"name": "RpcSs", "state": "Running", "start_mode": "Auto"},
                {"name": "EventSystem", "state": "Running", "start_mode": "Auto"},
                {"name": "SENS", "state": "Running", "start_mode": "Auto"},
                {"name": "VSS", "state": "Stopped", "start_mode": "Manual"},
                {"name": "swprv", "state": "Stopped", "start_mode": "Manual"},
            ],
        },
        "windows_server_backup": {
            "enabled": True,
            "both_scheduled": True,
            "nearest_minutes": 180,
            "other_schedules": False,
        },
        "tasks": [
            {
                "name": "Microsoft-OnlineBackup",
                "path": "\\Microsoft\\OnlineBackup\\",
                "enabled": True,
                "state": "ready",
                "principal": {"id": "S-1-5-18", "sid": "S-1-5-18", "kind": "user"},
                "triggers": [
                    {
                        "type": "CalendarTrigger",
                        "enabled": True,
                        "interval_hours": 24,
                        "over": False,
                        "starts_in_days": 0,
                    }
                ],
                "multiple_instances": "IgnoreNew",
                "last_run": "2026-11-19T21:00:00+00:00",
                "last_result": 0,
                "overdue": False,
            }
        ],
        "scratch": {
            "location": r"D:\Scratch",
            "provider_location": r"D:\Scratch",
            "former_location": None,
            "exists": True,
            "compressed": False,
            "encrypted": False,
            "reparse_point": False,
            "virtual_disks": [
                {
                    "path": r"D:\Scratch\VHDs\volume-c.vhd",
                    "compressed": False,
                    "encrypted": False,
                    "sparse": False,
                    "reparse_point": False,
                }
            ],
            "deduplicated": False,
            "system_access": True,
            "volume": volume,
        },
        "volumes": [volume],
        "antivirus": {
            "defender": {
                "running": True,
                "active": True,
                "mode": "Normal",
                "real_time_protection": True,
                "tamper_protected": False,
                "exclusion_paths": [r"D:\Scratch", rf"{AGENT}\bin"],
                "exclusion_processes": [rf"{AGENT}\bin\cbengine.exe", COMPILER],
                "policy_paths": None,
                "policy_processes": None,
                "managed_by": [],
            },
            "products": [],
            "compilers": [COMPILER],
        },
    }
    facts: dict[str, Any] = pickle.loads(_simulated())
    return facts | literals


@cache
def _simulated() -> bytes:
    host = simulated(base="healthy-2022")
    # What takes the least time to make a copy of
    return pickle.dumps(gather(host.session, SECTIONS, sleep=host.sleep))


#: What only the user of the healthy host knows.
GIVEN = {
    "proxy": "none",
    "time_zone": "W. Europe Standard Time",
    "offline_backup": True,
    "internet_explorer": True,
    "shadow_storage_percent": 10,
}
#: What the inventory says about the healthy host.
SAID = INVENTORY | {"protected_volumes": ["D:\\Data"], "restore": True}
#: And that the System State is protected, which needs more space.
SAID_WITH_SYSTEM_STATE = SAID | {"system_state": True}


def put(facts: Any, path: str, value: Any) -> None:
    """Set what is at a dotted path, or take it out if the value is ``...``; a number is a place in a list."""
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in parents:
        facts = facts[step]
    if value is ...:
        del facts[last]
    else:
        facts[last] = value


@pytest.fixture(scope="session")
def host() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give the facts of a healthy host with these changes; ``...`` takes a fact out."""

    def changed(changes: dict[str, Any]) -> dict[str, Any]:
        facts = healthy()
        for path, value in changes.items():
            put(facts, path, value)
        return facts

    return changed
