# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Where the MARS agent and what it depends on live on a host (Microsoft's MARS troubleshooting and FAQ pages)."""

from __future__ import annotations

from ..windows.scheduled_tasks import TREE_KEY

SETUP_KEY = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Setup"
CONFIG_KEY = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"
PROVIDER_KEY = CONFIG_KEY + r"\CloudBackupProvider"

# What this collection keeps on a host between two runs, in values of its own; deleted when it is no longer needed.
KEPT_KEY = r"HKLM\SOFTWARE\winops.mars"
FORMER = "Former"
FORMER_SCRATCH_VALUE = FORMER + "ScratchLocation"
FORMER_MODULE_PATH_VALUE = FORMER + "PSModulePath"

ENGINE_SERVICE = "obengine"
ISCSI_SERVICE = "MSiSCSI"
BACKUP_FEATURE = "WindowsServerBackup"
# The task that starts the backups of Windows Server Backup, in the Task Scheduler and as the registry lists its tasks
BACKUP_TASK = "\\Microsoft\\Windows\\Backup\\Microsoft-Windows-WindowsBackup"
BACKUP_TASK_KEY = TREE_KEY + BACKUP_TASK
# No source names this service's short name, and its display name is translated: then it is found by its program.
MANAGEMENT_SERVICE_DISPLAY_NAME = "Microsoft Azure Recovery Services Management Agent"
MANAGEMENT_PROGRAM = "OBRecoveryServicesManagementAgent.exe"
# In the scratch folder or below it; it must never be read or copied.
ENCRYPTION_KEY_FILE = "OnlineBackup.KEK"
ENGINE_FOLDER = "bin"
ENGINE_PROGRAM = "CBEngine.exe"
ENGINE_EXECUTABLE = rf"{ENGINE_FOLDER}\{ENGINE_PROGRAM}"
MODULE_MANIFEST = r"bin\Modules\MSOnlineBackup\MSOnlineBackup.psd1"

TASK_FOLDER = "\\Microsoft\\OnlineBackup\\"

DOTNET_KEY = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"

POWERSHELL_KEY = r"HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine"
POWERSHELL_2_KEY = r"HKLM\SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine"
# The key has a 1 in all versions of Windows PowerShell.
EXECUTION_POLICY_KEY = r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
EXECUTION_POLICY_GPO_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell"
# The tasks of the agent run as SYSTEM, whose own settings come before those of the computer.
SYSTEM_EXECUTION_POLICY_KEY = r"HKU\S-1-5-18\Software\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
SYSTEM_EXECUTION_POLICY_GPO_KEY = r"HKU\S-1-5-18\Software\Policies\Microsoft\Windows\PowerShell"

SERVICING_PENDING_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
UPDATE_PENDING_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"
SESSION_MANAGER_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
APPLOCKER_SCRIPT_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Script"
APPLOCKER_SERVICE = "AppIDSvc"
SERVER_LEVELS_KEY = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Server\ServerLevels"

TLS_CLIENT_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client"
DOTNET_TLS_KEY = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
DOTNET_TLS_32_BIT_KEY = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319"

#: All of them by lower-case name, as expressions of rules use them: ``location.dotnet_key``.
LOCATIONS: dict[str, str] = {name.lower(): value for name, value in list(globals().items()) if name.isupper()}
