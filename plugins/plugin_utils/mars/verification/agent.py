# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the agent and other products show."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from ...windows.errors import return_value
from ...windows.paths import fold
from ...wsman.errors import Fault
from ...wsman.values import CimPath, array_of, string
from .. import catalogue, locations, recovery_targets
from ..backup_log import CHANNELS, ENDED, ENGINE_LOG, STARTED
from .checks import shows
from .subject import Subject, said
from .verdict import NotTried, require

_EVENT_ID = re.compile(r"<EventID[^>]*>(\d+)</EventID>")
_EVENTS = 50
_DPM_KEY = r"HKLM\SOFTWARE\Microsoft\Microsoft Data Protection Manager\Setup"
_EXCHANGE_KEY = r"HKLM\SOFTWARE\Microsoft\ExchangeServer\v15\Setup"
_SHAREPOINT_KEYS = tuple(
    rf"HKLM\SOFTWARE\Microsoft\Shared Tools\Web Server Extensions\{version}.0\WSS" for version in (14, 15, 16)
)
_IN_SCRATCH = ("vhds", "ssbv", "microsoftbackupprovider", "onlinebackup.kek")


def _config(subject: Subject, name: str) -> str | None:
    subject.require_agent()
    return subject.text(locations.CONFIG_KEY, name)


def _tasks(subject: Subject) -> list[str]:
    """Return the agent's tasks, with their folder."""
    return [task for task in subject.tasks() if task.startswith(locations.TASK_FOLDER)]


def _log(subject: Subject) -> str:
    """Return the name of the agent's event log."""
    subject.require_agent()
    listed = {line.strip() for line in subject.printed("wevtutil el").splitlines()}
    found = [channel for channel in CHANNELS if channel in listed]
    require(bool(found), f"of the event logs, none is {' or '.join(CHANNELS)}")
    return found[0]


def _newest_events(subject: Subject) -> list[str]:
    printed = subject.printed(f'wevtutil qe "{_log(subject)}" /c:{_EVENTS} /rd:true /f:xml')
    events = re.findall(r"<Event\b.*?</Event>", printed, re.DOTALL)
    if not events:
        raise NotTried("the agent's event log is empty")
    return events


def _number(event: str) -> int:
    match = _EVENT_ID.search(event)
    return int(match[1]) if match else 0


@shows("agent_locations")
def _locations(subject: Subject) -> None:
    path = subject.install_path
    require(
        subject.exists(f"{path}\\{locations.ENGINE_EXECUTABLE}"), f"there is no {locations.ENGINE_EXECUTABLE} in it"
    )
    require(subject.service(locations.ENGINE_SERVICE) is not None, f"there is no service {locations.ENGINE_SERVICE}")
    found = [subject.text(key, "ScratchLocation") is not None for key in (locations.CONFIG_KEY, locations.PROVIDER_KEY)]
    if found == [False, False]:
        raise NotTried("the agent has no scratch folder so far")
    require(found == [True, True], "only one of both values ScratchLocation is there")


@shows("agent_version")
def _version(subject: Subject) -> None:
    path = f"{subject.install_path}\\{locations.ENGINE_EXECUTABLE}".lower()
    version = subject.session.get(CimPath("root/cimv2", "CIM_DataFile", {"Name": path})).read("Version", string)
    require(re.fullmatch(r"2\.0\.\d+\.\d+", version or "") is not None, f"its version is {version}")


@shows("agent_task_folder")
def _task_folder(subject: Subject) -> None:
    subject.require_agent()
    if _tasks(subject):
        return
    started = STARTED in map(_number, _newest_events(subject))
    require(not started, f"the agent's event log has backups, but there is no task in {locations.TASK_FOLDER}")
    raise NotTried("the agent has no task so far")


@shows("module_path_folders")
def _module(subject: Subject) -> None:
    folder = f"{subject.install_path}\\bin\\Modules\\MSOnlineBackup"
    require(subject.exists(folder), f"{folder} does not exist")


@shows("management_program")
def _management(subject: Subject) -> None:
    subject.require_agent()
    services = subject.query("SELECT Name, DisplayName, PathName FROM Win32_Service")
    by_name = [
        service
        for service in services
        if (service.read("DisplayName", string) or "") == locations.MANAGEMENT_SERVICE_DISPLAY_NAME
    ]
    program = locations.MANAGEMENT_PROGRAM.lower()
    by_program = [service for service in services if program in (service.read("PathName", string) or "").lower()]
    names = [[service.read("Name", string) for service in found] for found in (by_name, by_program)]
    if names == [[], []]:
        raise NotTried("the management agent is not installed")
    require(bool(names[1]), f"the service with its display name, {names[0]}, runs another program")


@shows("registration_values")
def _registration(subject: Subject) -> None:
    values = {name: _config(subject, name) for name in ("MachineId", "ServiceResourceName", "ResourceId")}
    missing = [name for name, text in values.items() if text is None]
    if not missing:
        return
    if not _tasks(subject):
        raise NotTried("the agent has no schedule, so it may not be registered")
    require(False, f"the agent has a schedule, but the key Config lacks {', '.join(missing)}")


@shows("registration_half_way")
def _half_way(subject: Subject) -> None:
    if _config(subject, "MachineId") is None:
        raise NotTried("the agent is not registered")
    if not _tasks(subject):
        raise NotTried("the agent has no schedule")
    require(_config(subject, "ResourceId") is not None, "the agent has a schedule, and no ResourceId")


@shows("encryption_key_file")
def _key_file(subject: Subject) -> None:
    folder = _config(subject, "ScratchLocation")
    if folder is None or _config(subject, "MachineId") is None:
        raise NotTried("the agent is not registered")
    result = subject.run(f'dir /s /b /a-d "{folder}\\{locations.ENCRYPTION_KEY_FILE}"')
    require("\\" in result.stdout, f"a registered agent has no {locations.ENCRYPTION_KEY_FILE} in its scratch folder")


@shows("scratch_folder_entries")
def _scratch(subject: Subject) -> None:
    folder = _config(subject, "ScratchLocation")
    if folder is None:
        raise NotTried("the agent has no scratch folder so far")
    names = subject.printed(f'dir /b /a "{folder}"').split("\r\n")
    if not any(map(str.strip, names)):
        raise NotTried("the scratch folder is empty")
    others = [name for name in names if name.strip() and name.strip().lower() not in _IN_SCRATCH]
    require(not others, f"it also contains {', '.join(others[:5])}")


@shows("agent_events")
def _events(subject: Subject) -> None:
    numbers = {_number(event) for event in _newest_events(subject)}
    known = {STARTED, *ENDED}
    require(bool(numbers & known), f"the newest events are {sorted(numbers)}")


@shows("event_error_codes")
def _codes(subject: Subject) -> None:
    failed = [event for event in _newest_events(subject) if _number(event) == 11]
    if not failed:
        raise NotTried("no backup failed lately")
    require(
        all(re.search(r"0x[0-9A-Fa-f]{5,8}\b", event) for event in failed), "a failed backup has no error code 0x..."
    )


@shows("running_backup")
def _running(subject: Subject) -> None:
    numbers = [number for event in _newest_events(subject) if (number := _number(event)) in (STARTED, *ENDED)]
    tasks = _tasks(subject)
    if not numbers or not tasks:
        raise NotTried("the agent has made no backup so far")
    states = "SELECT State FROM MSFT_ScheduledTask WHERE TaskPath = '\\\\Microsoft\\\\OnlineBackup\\\\' AND State = 4"
    try:
        running = bool(subject.query(states, "root/Microsoft/Windows/TaskScheduler"))
    except Fault as fault:
        if fault.is_absent:
            raise NotTried("this Windows does not say which task runs") from None
        raise
    if running:
        require(numbers[0] == STARTED, f"a task of the agent runs, but the newest event is {numbers[0]}")


@shows("engine_log")
def _engine_log(subject: Subject) -> None:
    file = f"{subject.install_path}\\Temp\\{ENGINE_LOG}"
    require(subject.exists(file), f"{file} does not exist")
    result = subject.run(f'find /c /v "" <"{file}"')
    require(result.exit_code == 0 and result.stdout.strip() not in ("", "0"), f"it has no lines: {said(result)}")


@shows("dpm_service")
def _dpm(subject: Subject) -> None:
    installed = subject.has_key(_DPM_KEY)
    service = subject.service("MSDPM") is not None
    if not installed and not service:
        raise NotTried("this host is not a server of DPM or Azure Backup Server")
    require(
        installed and service,
        f"DPM's registry key is {'there' if installed else 'missing'}, its service is not as that",
    )


@shows("application_services")
def _applications(subject: Subject) -> None:
    installed = {
        "Microsoft Exchange Server": subject.has_key(_EXCHANGE_KEY),
        "Microsoft SharePoint Server": any(map(subject.has_key, _SHAREPOINT_KEYS)),
    }
    if not any(installed.values()):
        raise NotTried("neither Exchange Server nor SharePoint Server is installed")
    names = [fold(service.read("Name", string) or "") for service in subject.query("SELECT Name FROM Win32_Service")]
    found = {catalogue.APPLICATION_SERVICES[name] for name in names if name in catalogue.APPLICATION_SERVICES}
    missing = [name for name, there in installed.items() if there and name not in found]
    require(not missing, f"{', '.join(missing)} is installed and has none of the services")


@shows("antivirus_services")
def _antivirus(subject: Subject) -> None:
    result = subject.run("fltmc filters")
    names = [line.split()[0] for line in result.stdout.splitlines() if line.split()]
    products = {product for name in names if (product := catalogue.antivirus_of_filter(name))}
    if not products:
        raise NotTried("no known antivirus product is installed beside Microsoft Defender")
    services = [service.read("Name", string) or "" for service in subject.query("SELECT Name FROM Win32_Service")]
    missing = products - {catalogue.antivirus_of_service(service) for service in services}
    require(not missing, f"{', '.join(sorted(missing))} has a filter, and none of its services")


@shows("file_sync")
def _file_sync(subject: Subject) -> None:
    service = subject.service("FileSyncSvc") is not None
    printed = subject.run("fltmc filters").stdout
    names = [line.split()[0].lower() for line in printed.splitlines() if line.split()]
    filters = any(fnmatchcase(name, "storagesync*") for name in names)
    if not service and not filters:
        raise NotTried("Azure File Sync is not installed")
    require(service and filters, f"it has {'only the service' if service else 'only a filter'}")


@shows("recovery_target_names")
def _targets(subject: Subject) -> None:
    sessions = subject.instances("root/wmi", "MSiSCSIInitiator_SessionClass")
    ours = [
        name for session in sessions if (name := session.read("TargetName", string)) and "microsoft" in name.lower()
    ]
    if not ours:
        raise NotTried("no iSCSI target of Microsoft is connected")
    unclear = [name for name in ours if recovery_targets.kind(name) != "recovery"]
    require(not unclear, f"{len(unclear)} targets of Microsoft have names without 'azure' and 'recovery'")


@shows("server_backup_task")
def _server_backup(subject: Subject) -> None:
    listed = subject.registry("EnumKey", locations.BACKUP_TASK_KEY.rpartition("\\")[0])
    if return_value(listed) != 0:
        raise NotTried("Windows Server Backup has no schedule")
    names = [name for name in listed.read("sNames", array_of(string)) or [] if "WindowsBackup" in name]
    if not names:
        raise NotTried("Windows Server Backup has no schedule")
    require(names == [locations.BACKUP_TASK.rpartition("\\")[2]], f"its tasks are {names}")
