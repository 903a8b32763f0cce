# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options of modules that gather facts; plugins/module_utils/gathering.py is their spec."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  gather_subset:
    description:
      - The sections to gather. V(all) stands for every section that costs little, a leading V(!) takes a section out.
      # generated: sections_on_request
      - V(agent_module_files), V(backup), V(backup_history), V(connectivity), V(internet_options), V(iscsi),
        V(shadow_storage), V(system_state), V(volume_access) are not part of V(all), since they take some seconds,
        or few hosts need them. Name them beside V(all).
      # end generated
      - Fewer sections mean fewer requests to the host. Rules of M(winops.mars.mars_compliance) about missing sections
        come out as unknown.
    type: list
    elements: str
    default: [all]
    choices:
      # generated: section_choices
      - all
      - agent
      - agent_module_files
      - antivirus
      - application_control
      - applications
      - azure
      - backup
      - backup_history
      - clock
      - connectivity
      - dotnet
      - encryption_key
      - instant_restore
      - interfering_software
      - internet_options
      - iscsi
      - last_backup
      - os
      - os_support
      - powershell
      - proxy
      - registration
      - restart
      - root_certificates
      - scratch
      - shadow_storage
      - system_state
      - tasks
      - temp_files
      - tls
      - updates
      - vault_credentials
      - volume_access
      - volumes
      - windows_server_backup
      - '!agent'
      - '!agent_module_files'
      - '!antivirus'
      - '!application_control'
      - '!applications'
      - '!azure'
      - '!backup'
      - '!backup_history'
      - '!clock'
      - '!connectivity'
      - '!dotnet'
      - '!encryption_key'
      - '!instant_restore'
      - '!interfering_software'
      - '!internet_options'
      - '!iscsi'
      - '!last_backup'
      - '!os'
      - '!os_support'
      - '!powershell'
      - '!proxy'
      - '!registration'
      - '!restart'
      - '!root_certificates'
      - '!scratch'
      - '!shadow_storage'
      - '!system_state'
      - '!tasks'
      - '!temp_files'
      - '!tls'
      - '!updates'
      - '!vault_credentials'
      - '!volume_access'
      - '!volumes'
      - '!windows_server_backup'
      # end generated
  timeout:
    description:
      - Seconds after which no further section is read. Those left are listed in C(unreadable).
      - A healthy host takes a few seconds, one over a slow line up to a minute.
    type: int
    default: 600
  vault_credentials:
    description:
      - Path on the host of a file with vault credentials, to be checked before the agent is registered with it.
      - The file holds a private key. Only its age, and whether it is complete, are gathered.
    type: str
  agent_module_source:
    description:
      - Path of a copy of the folder C(bin) of an agent of the same version as that of the host, with which the section
        V(agent_module_files) compares. It must contain C(CBEngine.exe) and the folder C(Modules).
      - It may be a local path of the host, or a UNC path. A UNC path is read by the host's computer account, for which
        a scheduled task runs as SYSTEM and is deleted again.
    type: str
  cloud:
    description: The cloud whose endpoints the section V(connectivity) tries to reach.
    type: str
    choices: [public, us_government, china]
    default: public
  endpoints:
    description:
      - Further hosts that the section V(connectivity) tries to reach on TCP 443, by their names. Those of a vault and
        of its storage account, and private endpoints, are not the same for everybody.
      - Among those of a vault is C(pod01-rec2.GEO.backup.windowsazure.com) with the geo code of its region, such as
        V(we); in the other clouds, the domain is C(windowsazure.us) or C(windowsazure.cn). Hosts of its storage account
        are below C(blob.core.windows.net), C(queue.core.windows.net), and C(storage.azure.net).
      - A scheduled task runs C(curl.exe) as SYSTEM, with the proxy of SYSTEM, and is deleted again.
    type: list
    elements: str
    default: []
  event_days:
    description: Of how many days the section V(backup_history) counts the events, at least 1.
    type: int
    default: 14
"""
