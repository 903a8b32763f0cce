#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_facts; plugins/action/mars_facts.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_facts
short_description: Gather what the Azure backup agent (MARS) needs of a Windows host
version_added: 0.1.0
description:
  - Gathers facts about Windows, the .NET Framework, Windows PowerShell, the agent, its scheduled tasks and scratch
    folder, the volumes, and antivirus software, as C(ansible_facts.mars).
  - Runs no PowerShell on the host, so it works where C(ansible.builtin.setup) cannot run.
  - A section that cannot be read does not fail the task. It is listed in C(unreadable) and missing from the facts,
    whereas something that was read and is not there is V(null).
extends_documentation_fragment:
  - winops.mars.gathering
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.read_only
seealso:
  - module: winops.mars.mars_compliance
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Gather everything
  winops.mars.mars_facts:

- name: Gather only what tells whether the agent runs and what it runs on
  winops.mars.mars_facts:
    gather_subset: [os, agent]

- name: Gather everything but the volumes
  winops.mars.mars_facts:
    gather_subset: [all, '!volumes']
"""

RETURN = r"""
ansible_facts:
  description: The facts.
  returned: success
  type: dict
  contains:
    mars:
      description: Facts about the host as a host of the MARS agent. At most 20 kB.
      type: dict
      contains:
        schema:
          description: Version of this structure; raised when a fact changes its meaning.
          type: int
          sample: 1
        gathered:
          description: The sections asked for.
          type: list
          elements: str
          sample: [os, dotnet]
        unreadable:
          description: Sections, or parts of them, that could not be read.
          type: list
          elements: dict
          contains:
            section:
              description: The section.
              type: str
              sample: antivirus
            fact:
              description: The fact, such as C(tls.enabled), or the section if this concerns all of it.
              type: str
              sample: antivirus.defender
            code:
              description: The host's error code, or the kind of failure if it gave none.
              type: str
              sample: '0x80041003'
            reason:
              description: What happened, in a sentence. The host's part of it is in the host's language.
              type: str
              sample: 'the host answered with error 0x80041003: Access denied'
        # generated: section_documentation
        agent:
          description: The MARS agent.
          type: dict
          contains:
            installed:
              description: Whether the agent is installed, V(null) if only a part of it is there.
              type: bool
              sample: true
            missing:
              description: What of an installation is not there, if another part is.
              type: list
              elements: str
              sample: []
            role:
              description:
                - What the agent is for. V(backup) is the backup of this host.
                - V(data_protection_manager) is the online protection of System Center DPM or Azure Backup Server,
                  V(site_recovery) is Azure Site Recovery. Both use the agent without its scheduled task.
              type: str
              sample: backup
            install_path:
              description: Folder of the agent, without a trailing backslash, V(null) if the registry names none.
              type: str
              sample: C:\Program Files\Microsoft Azure Recovery Services Agent
            version:
              description: File version of the backup engine, V(null) if the file is missing.
              type: str
              sample: 2.0.9262.0
            module:
              description: Whether the agent's PowerShell module is in its folder.
              type: bool
              sample: true
            engine:
              description: The backup engine's service, V(null) if missing.
              type: dict
              contains: &service
                name:
                  description: Its name.
                  type: str
                  sample: obengine
                state:
                  description: V(Running), V(Stopped), V(Start Pending), and so on.
                  type: str
                  sample: Running
                start_mode:
                  description: V(Auto), V(Manual), or V(Disabled).
                  type: str
                  sample: Auto
            management:
              description: The management agent's service, V(null) if missing.
              type: dict
              contains: *service
        agent_module_files:
          description: The files of the agent's PowerShell module, V(null) without the agent. Gathered only on request.
          type: dict
          contains:
            files:
              description: All files below the folder C(bin\Modules) of the agent.
              type: list
              elements: dict
              contains:
                path:
                  description: Path in that folder, in lower case.
                  type: str
                  sample: msonlinebackup\msonlinebackup.psd1
                size:
                  description: Size, in bytes.
                  type: int
                  sample: 4096
                version:
                  description: File version, V(null) for files without one.
                  type: str
                  sample: 2.0.9262.0
            source:
              description: How they compare with those in O(agent_module_source), V(null) if that is not given.
              type: dict
              contains:
                path:
                  description: The value of O(agent_module_source).
                  type: str
                  sample: \\files.example.com\mars\2.0.9262.0\bin
                version:
                  description: Version of the agent that it was copied from.
                  type: str
                  sample: 2.0.9262.0
                missing:
                  description: The files that the host does not have.
                  type: list
                  elements: str
                  sample: []
                different:
                  description: The files of which the host has another version or size.
                  type: list
                  elements: str
                  sample: ['msonlinebackup\msonlinebackup.dll']
        antivirus:
          description: Antivirus software.
          type: dict
          contains:
            defender:
              description:
                - Microsoft Defender Antivirus, V(null) if it is not installed.
                - What Defender does not say is V(null) in here. Where it does not run, that is everything but
                  C(running) and C(active).
              type: dict
              contains:
                running:
                  description: Whether its service runs and is used as an antivirus product.
                  type: bool
                  sample: true
                active:
                  description: Whether it protects the host, so that its exclusions count. It runs, and is not passive.
                  type: bool
                  sample: true
                mode:
                  description:
                    - V(Normal), V(Passive Mode), V(SxS Passive Mode), V(EDR Block Mode), and maybe others.
                    - Older versions of Defender do not say.
                  type: str
                  sample: Normal
                real_time_protection:
                  description: Whether it scans files as they are used.
                  type: bool
                  sample: true
                tamper_protected:
                  description: Whether tamper protection is on. It alone does not cover exclusions.
                  type: bool
                  sample: false
                exclusion_paths:
                  description:
                    - Excluded folders and files, including those of policies. V(null) where a policy hides them.
                  type: list
                  elements: str
                  sample: ['C:\Program Files\Microsoft Azure Recovery Services Agent\bin']
                exclusion_processes:
                  description:
                    - Programs whose files are excluded, including those of policies. V(null) where a policy hides them.
                  type: list
                  elements: str
                  sample: [cbengine.exe]
                policy_paths:
                  description:
                    - Folders and files that policies exclude. Read only where a policy hides exclusions, else V(null).
                  type: list
                  elements: str
                  sample: null
                policy_processes:
                  description:
                    - Programs that policies exclude. Read only where a policy hides exclusions, else V(null).
                  type: list
                  elements: str
                  sample: null
                managed_by:
                  description:
                    - Settings because of which Defender ignores exclusions that are set on the host. By their names in
                      the registry, these are V(DisableLocalAdminMerge) and V(TPExclusions).
                  type: list
                  elements: str
                  sample: []
            products:
              description:
                - Other products, with C(name) and C(evidence). They are found by their services, by file system
                  filters of the group for antivirus software, and on clients by what is registered with Windows
                  Security.
              type: list
              elements: dict
              sample: [{name: Sophos, evidence: service SAVService}]
            compilers:
              description: The C# compilers of the installed versions of the .NET Framework.
              type: list
              elements: str
              sample: ['C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe']
        application_control:
          description: What restricts scripts on the host.
          type: dict
          contains:
            applocker:
              description: What AppLocker does about scripts, V(enforced) or V(audited), V(null) without rules for them.
              type: str
              sample: enforced
            applocker_running:
              description: Whether the Application Identity service runs, without which AppLocker does nothing.
              type: bool
              sample: false
            code_integrity:
              description:
                - What Windows Defender Application Control does about scripts, V(enforced), V(audited), or V(off).
                - V(null) if Windows does not have it.
              type: str
              sample: 'off'
            powershell_lockdown:
              description: Whether the variable E(__PSLockdownPolicy) puts PowerShell into constrained language mode.
              type: bool
              sample: false
        applications:
          description: Server applications that support only certain versions of .NET Framework and Windows PowerShell.
          type: list
          elements: str
          sample: ['Microsoft Exchange Server']
        azure:
          description: The host and Azure.
          type: dict
          contains:
            vm:
              description: Whether the host is a virtual machine in Azure.
              type: bool
              sample: false
            powershell:
              description: Which modules for Azure Windows PowerShell has for all users, V(Az) or V(AzureRM).
              type: list
              elements: str
              sample: [Az]
        backup:
          description:
            - What only the agent's own cmdlets have (C(MSOnlineBackup)), V(null) where the agent is not installed.
            - This is the only section for which Windows PowerShell is run on the host. It needs version 3.0, the full
              language mode, and an execution policy that loads modules. Otherwise it is unreadable, with the reason.
            - Gathered only if O(gather_subset) names it.
          type: dict
          contains:
            encryption_key_set:
              description: Whether a passphrase is set.
              type: bool
              sample: true
            proxy:
              description: Address and port of the agent's own proxy, V(null) if it uses none of its own.
              type: str
              sample: proxy.example.com:8080
            policy:
              description: The policy for files and folders, V(null) if there is none.
              type: dict
              contains:
                paused:
                  description: Whether its schedule is paused.
                  type: bool
                  sample: false
                days:
                  description: The days of the week of its schedule, in English.
                  type: list
                  elements: str
                  sample: [Monday, Tuesday]
                times:
                  description: The times of day of its schedule.
                  type: list
                  elements: str
                  sample: ['21:00:00']
            running:
              description: Whether a job runs.
              type: bool
              sample: false
            jobs:
              description: At most ten jobs that ended, as the agent lists them.
              type: list
              elements: dict
              contains:
                type:
                  description: Its kind, such as V(Backup) or V(Recovery).
                  type: str
                  sample: Backup
                state:
                  description: How it ended, such as V(Completed), V(CompletedWithWarning), or V(Aborted).
                  type: str
                  sample: Completed
                started:
                  description: When it started, as an ISO 8601 time, V(null) if that is not known.
                  type: str
                  sample: '2026-11-19T21:00:04+00:00'
                ended:
                  description: When it ended, as an ISO 8601 time, V(null) if that is not known.
                  type: str
                  sample: '2026-11-19T21:41:37+00:00'
                error:
                  description: The error code, V(null) for none.
                  type: str
                  sample: null
        backup_history:
          description:
            - The backups of the last O(event_days) days, V(null) where the agent is not installed.
            - Gathered only if O(gather_subset) names it, since it takes some requests more.
          type: dict
          contains:
            days:
              description: How many days the events are of.
              type: int
              sample: 14
            started:
              description: How many backups started, V(null) where the host has no event log of the agent.
              type: int
              sample: 10
            succeeded:
              description: How many succeeded, without warnings.
              type: int
              sample: 7
            succeeded_with_warnings:
              description: How many succeeded with warnings.
              type: int
              sample: 1
            failed:
              description: How many failed or did not start.
              type: int
              sample: 2
            codes:
              description: The error codes in these events, the most frequent first.
              type: list
              elements: dict
              contains: &codes
                code:
                  description: The code.
                  type: str
                  sample: '0x80070005'
                count:
                  description: How often it is there.
                  type: int
                  sample: 2
            skipped_files:
              description: What the agent's lists of skipped files (C(LastBackupFailedFiles*.txt)) have but for names.
              type: dict
              contains:
                lists:
                  description: How many such lists there are.
                  type: int
                  sample: 1
                codes:
                  description: The known error codes in them.
                  type: list
                  elements: dict
                  contains: *codes
            engine_log:
              description:
                - The lines with an error code or name among the last 300 of the engine's log, at most 20.
                - V(null) if there is no such log.
                - Paths, addresses, accounts, and whatever might be a secret are replaced by C(...).
              type: list
              elements: str
              sample: ['11B4 0D08 11/20 21:10:09.201 32 ... NORMAL  hr: 0x80070005']
        clock:
          description: The clock of Windows.
          type: dict
          contains:
            offset:
              description: By how many seconds it is ahead of the controller's clock, negative if it is behind.
              type: float
              sample: 0.4
            time_zone:
              description: The name of the time zone, untranslated, V(null) if Windows has none.
              type: str
              sample: W. Europe Standard Time
            service:
              description: The Windows Time service, V(null) if there is none.
              type: dict
              contains:
                state:
                  description: Its state.
                  type: str
                  sample: Running
                start_mode:
                  description: Its start mode.
                  type: str
                  sample: Auto
        connectivity:
          description: What SYSTEM reaches of Azure on TCP 443, tried with a TLS handshake. Gathered only on request.
          type: dict
          contains:
            cloud:
              description: The value of O(cloud).
              type: str
              sample: public
            proxy:
              description: The proxy that SYSTEM uses, V(null) for none.
              type: str
              sample: proxy.example.com:8080
            windows_verdict:
              description:
                - How far Windows itself believes to reach, V(internet), V(local_network), V(subnet), V(no_traffic), or
                  V(disconnected). V(null) before Windows Server 2012.
                - Windows tries a web page of its own, so this is a hint only. No rule decides on it.
              type: str
              sample: internet
            endpoints:
              description: What was tried.
              type: list
              elements: dict
              contains:
                host:
                  description: Name of the host.
                  type: str
                  sample: login.microsoftonline.com
                result:
                  description:
                    - V(reached), or what failed.
                    - V(name) is the resolution of its name, V(connection) TCP, V(proxy) the proxy, V(tls) the
                      handshake, and V(timeout) any of these that took too long.
                  type: str
                  sample: reached
                code:
                  description: Exit code of curl.
                  type: int
                  sample: 0
                address:
                  description: IP address of the host, V(null) if it is unknown, as behind a proxy.
                  type: str
                  sample: 20.190.160.14
                private:
                  description: Whether the address is one of a private network, such as that of a private endpoint.
                  type: bool
                  sample: false
        dotnet:
          description: The .NET Framework.
          type: dict
          contains:
            release:
              description: Release number of .NET Framework 4.5 or later, V(null) if none is installed.
              type: int
              sample: 528449
            version:
              description: The version that release number stands for.
              type: str
              sample: '4.8'
        encryption_key:
          description: The file with the agent's encryption key, which is not read.
          type: dict
          contains:
            file:
              description: Where it is in the scratch folder, V(null) if it was not found there.
              type: str
              sample: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch\OnlineBackup.KEK
        instant_restore:
          description: The iSCSI targets of the host that are, or may be, those of recovery volumes of Instant Restore.
          type: dict
          contains:
            recovery:
              description: Names of the targets of recovery volumes.
              type: list
              elements: str
              sample: []
            unclear:
              description: Names of targets that may be those of recovery volumes or of others.
              type: list
              elements: str
              sample: []
        interfering_software:
          description: Software known to keep the agent from working, or files from being backed up.
          type: list
          elements: dict
          contains:
            name:
              description: Its name.
              type: str
              sample: Azure File Sync
            evidence:
              description: The services and file system filters by which it was found.
              type: str
              sample: file system filter StorageSync
        internet_options:
          description:
            - Settings of Internet Explorer that older articles on the agent ask for, of SYSTEM and of the account that
              connects.
            - They are gathered only on request.
          type: dict
          contains:
            administrator_loaded:
              description: Whether the profile of the account that connects is loaded, so that its settings can be read.
              type: bool
              sample: false
            accounts:
              description: The accounts whose settings could be read.
              type: list
              elements: dict
              contains:
                sid:
                  description: Its SID.
                  type: str
                  sample: S-1-5-18
                untrusted:
                  description: Sites that are not trusted, with C(key) and C(name) of the registry value for each.
                  type: list
                  elements: dict
                  contains:
                    site:
                      description: The site.
                      type: str
                      sample: '*.windowsazure.com'
                    key:
                      description: The registry key.
                      type: str
                      sample: >-
                        HKU\S-1-5-18\Software\Microsoft\Windows\CurrentVersion\Internet
                        Settings\ZoneMap\Domains\windowsazure.com
                    name:
                      description: The value, which is 2 for a trusted site.
                      type: str
                      sample: https
                file_download:
                  description: Whether files may be downloaded in the internet zone, 0 for yes, V(null) if not set.
                  type: int
                  sample: 0
                key:
                  description: The registry key of that setting.
                  type: str
                  sample: >-
                    HKU\S-1-5-18\Software\Microsoft\Windows\CurrentVersion\Internet
                    Settings\Zones\3
            sites_by_policy:
              description: Whether a policy assigns sites to zones.
              type: bool
              sample: false
            file_download_by_policy:
              description: Whether a policy decides on file downloads.
              type: bool
              sample: false
            machine_only:
              description: Whether a policy makes the settings those of the computer.
              type: bool
              sample: false
        iscsi:
          description: The iSCSI initiator of Windows.
          type: dict
          contains:
            devices:
              description: Its device. The list is empty if there is none.
              type: list
              elements: dict
              contains:
                id:
                  description: Device instance ID.
                  type: str
                  sample: ROOT\ISCSIPRT\0000
                error_code:
                  description: Error code of the Device Manager, V(0) if the device works, V(28) if it has no driver.
                  type: int
                  sample: 0
            service:
              description: The service C(MSiSCSI), V(null) if there is none.
              type: dict
              contains:
                state:
                  description: Its state.
                  type: str
                  sample: Running
                start_mode:
                  description: Its start mode.
                  type: str
                  sample: Manual
        last_backup:
          description: The last backup by the agent's event log, V(null) where the agent is not installed.
          type: dict
          contains:
            log:
              description: Name of the event log, V(null) where the host has none of the agent.
              type: str
              sample: CloudBackup/Operational
            succeeded:
              description: When the last successful backup ended, as an ISO 8601 time, V(null) where the log shows none.
              type: str
              sample: '2026-11-19T21:41:37+00:00'
            hours_ago:
              description: How long ago that was by the host's clock, in hours, when the facts were gathered.
              type: float
              sample: 13.2
            warnings:
              description: Whether that backup completed with warnings.
              type: bool
              sample: false
            since:
              description: What the log shows after that, the newest first, at most ten events.
              type: list
              elements: dict
              contains:
                outcome:
                  description: V(started) or V(failed).
                  type: str
                  sample: failed
                event:
                  description: ID of the event.
                  type: int
                  sample: 11
                time:
                  description: When the event was written, as an ISO 8601 time.
                  type: str
                  sample: '2026-11-20T21:00:10+00:00'
                codes:
                  description: Error codes in its data.
                  type: list
                  elements: str
                  sample: ['0x80070005']
        os:
          description: The Windows release.
          type: dict
          contains:
            name:
              description: The release by its build number, V(null) for one this collection does not know.
              type: str
              sample: Windows Server 2022
            caption:
              description: The name Windows gives itself, in its own language. For display only.
              type: str
              sample: Microsoft Windows Server 2022 Standard
            version:
              description: Version number.
              type: str
              sample: 10.0.20348
            build:
              description: Build number.
              type: int
              sample: 20348
            service_pack:
              description: Major version of the service pack, 0 for none.
              type: int
              sample: 0
            product_type:
              description: V(workstation), V(domain_controller), or V(server).
              type: str
              sample: server
            architecture:
              description: Address width, in bits.
              type: int
              sample: 64
            language:
              description: Language of the operating system, as a Windows LCID.
              type: int
              sample: 1033
            computer_name:
              description: NetBIOS name.
              type: str
              sample: FILES01
            last_boot:
              description: When Windows started, as an ISO 8601 time with offset.
              type: str
              sample: '2026-11-01T03:12:45+00:00'
            local_time:
              description: The host's clock when the facts were gathered, as an ISO 8601 time with offset.
              type: str
              sample: '2026-11-20T10:00:00+00:00'
            windows_directory:
              description: Folder of Windows.
              type: str
              sample: C:\Windows
            newest_dotnet:
              description: Newest .NET Framework that can be installed on it, V(null) for an unknown release.
              type: str
              sample: 4.8.1
            newest_powershell:
              description: Newest Windows PowerShell that can be installed on it, V(null) for an unknown release.
              type: str
              sample: '5.1'
        os_support:
          description: What Microsoft's support matrix for the agent says about this Windows.
          type: dict
          contains:
            edition:
              description: The edition, V(null) for one this collection does not know.
              type: str
              sample: Standard
            server_core:
              description: Whether it is a Server Core installation, without a desktop. V(null) if that is not known.
              type: bool
              sample: false
            editions:
              description: The editions of this Windows on which the agent is supported, V(null) for an unknown Windows.
              type: list
              elements: str
              sample: [Standard, Datacenter, Essentials]
            service_pack:
              description: The oldest supported service pack, V(null) for an unknown Windows.
              type: int
              sample: 0
            ended:
              description: Whether support for the agent on this Windows has ended, V(null) for an unknown Windows.
              type: bool
              sample: false
            end_of_support:
              description: When Microsoft's support for this Windows ends, V(null) if that is not known.
              type: str
              sample: '2031-10-14'
        powershell:
          description: Windows PowerShell.
          type: dict
          contains:
            version:
              description: Version of the engine, V(null) if it is not installed.
              type: str
              sample: 5.1.20348.1
            execution_policy:
              description: Execution policies as the SYSTEM account meets them. The first one that is set applies.
              type: dict
              contains:
                group_policy:
                  description: Set for the computer by Group Policy, V(null) if it sets none.
                  type: str
                  sample: RemoteSigned
                user_policy:
                  description: Set for SYSTEM by Group Policy, V(null) if it sets none.
                  type: str
                  sample: null
                current_user:
                  description: Set by SYSTEM for itself, V(null) if undefined.
                  type: str
                  sample: null
                local_machine:
                  description: Set for the computer, V(null) if undefined.
                  type: str
                  sample: RemoteSigned
                effective:
                  description:
                    - The one that applies, by its proper name.
                    - V(null) if none of them is set and sources differ on what applies then (servers since 2012 R2).
                  type: str
                  sample: RemoteSigned
            module_path:
              description: Entries of the system environment variable E(PSModulePath), expanded.
              type: list
              elements: str
              sample: ['C:\Program Files\Microsoft Azure Recovery Services Agent\bin\Modules']
            module_path_lost:
              description:
                - Entries of that variable which are missing since this collection installed Windows PowerShell.
                - An installation may lose them at a restart after the end of its run.
              type: list
              elements: str
              sample: []
        proxy:
          description:
            - The proxies that services use, without credentials.
            - The agent has a setting of its own beside them, which is in the section C(backup).
          type: dict
          contains:
            per_machine:
              description: Whether a policy makes the settings of WinINET those of the computer.
              type: bool
              sample: false
            wininet:
              description: The settings of WinINET for the SYSTEM account.
              type: dict
              contains: &use
                address:
                  description: Host and port of the proxy for HTTPS, V(null) for none.
                  type: str
                  sample: proxy.example.com:8080
                bypass:
                  description: The hosts for which it is not used, V(null) for none.
                  type: str
                  sample: '*.example.com;<local>'
                auto_config_url:
                  description: The address of an automatic configuration script, V(null) for none.
                  type: str
                  sample: http://wpad.example.com/proxy.pac
                auto_detect:
                  description: Whether such a script is looked for in the network, V(null) if that is not stored.
                  type: bool
                  sample: false
            connection:
              description: The settings of the connection, which WinINET has beside them, V(null) for none.
              type: dict
              contains: *use
            winhttp:
              description: The settings of WinHTTP.
              type: dict
              contains: *use
            bypassed:
              description: Hosts of O(cloud) and O(endpoints) that SYSTEM reaches past its proxy, by its settings.
              type: list
              elements: str
              sample: []
        registration:
          description: The vault the agent is registered with, by the agent's registry key C(Config).
          type: dict
          contains:
            registered:
              description: Whether the agent is registered, which is when it has a machine ID.
              type: bool
              sample: true
            machine_id:
              description: ID of the machine in its vault, V(null) if the agent is not registered.
              type: str
              sample: 7f2f6d8e-32a1-4ad0-9c6c-4f6b2f7f0d11
            vault:
              description: Name of the vault, V(null) if the registry has none.
              type: str
              sample: vault-westeurope
            resource_id:
              description: Number of the vault, unlike its name a unique one, V(null) if the registry has none.
              type: str
              sample: '5012345678901234567'
        restart:
          description: What waits for a restart of Windows.
          type: dict
          contains:
            servicing:
              description: Whether an update or a feature of Windows does (Component Based Servicing).
              type: bool
              sample: false
            updates:
              description: Whether something that Windows Update installed does.
              type: bool
              sample: false
            file_renames:
              description: Whether files are to be renamed or deleted at the next start, as some installers have it.
              type: bool
              sample: false
        root_certificates:
          description: The root certificates to which those of Azure chain.
          type: dict
          contains:
            automatic:
              description: Whether Windows may fetch root certificates when it needs them.
              type: bool
              sample: true
            missing:
              description: Those that the computer does not have.
              type: list
              elements: dict
              contains: &certificate
                name:
                  description: Name.
                  type: str
                  sample: DigiCert Global Root G2
                thumbprint:
                  description: SHA-1 thumbprint.
                  type: str
                  sample: DF3C24F9BFD666761B268073FE06D1CC8D4F82A4
                usual:
                  description: Whether it is usually there on a host that uses Azure.
                  type: bool
                  sample: true
            disallowed:
              description: Those that the computer is told not to trust.
              type: list
              elements: dict
              contains: *certificate
        scratch:
          description: The scratch (cache) folder. Everything else is V(null) where C(location) is.
          type: dict
          contains:
            location:
              description: The folder in the registry key C(Config).
              type: str
              sample: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
            provider_location:
              description: The folder in the registry key C(CloudBackupProvider), which has to be the same.
              type: str
              sample: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
            former_location:
              description:
                - The folder from which M(winops.mars.mars_scratch) has moved it, where that waits to be removed.
                - V(null) where there is none.
              type: str
              sample: null
            exists:
              description: Whether the folder exists.
              type: bool
              sample: true
            compressed:
              description: Whether NTFS compresses it, V(null) if Windows does not report it.
              type: bool
              sample: false
            encrypted:
              description: Whether NTFS encrypts it, V(null) if Windows does not report it.
              type: bool
              sample: false
            reparse_point:
              description: Whether it is a junction or symbolic link.
              type: bool
              sample: false
            virtual_disks:
              description: The virtual disks in it and their attributes.
              type: list
              elements: dict
              contains:
                path:
                  description: The file.
                  type: str
                  sample: D:\Scratch\VHDs\volume-c.vhd
                compressed:
                  description: Whether NTFS compresses it.
                  type: bool
                  sample: false
                encrypted:
                  description: Whether NTFS encrypts it.
                  type: bool
                  sample: false
                sparse:
                  description: Whether it is sparse.
                  type: bool
                  sample: false
                reparse_point:
                  description: Whether it is a link, or deduplicated.
                  type: bool
                  sample: false
            deduplicated:
              description:
                - Whether Data Deduplication works in it.
                - V(null) if it is disabled for the volume, but what it did is not undone.
              type: bool
              sample: false
            system_access:
              description: Whether its access list lets SYSTEM read, write, and delete in it.
              type: bool
              sample: true
            volume:
              description: Its volume, V(null) if it is not on a volume of the host.
              type: dict
              contains:

                name:
                  description: The path it is mounted at.
                  type: str
                  sample: C:\
                device_id:
                  description: The volume's unique path.
                  type: str
                  sample: \\?\Volume{4640d392-0000-0000-0000-100000000000}\
                drive_letter:
                  description: Drive letter with colon, V(null) without one.
                  type: str
                  sample: 'C:'
                label:
                  description: Volume label.
                  type: str
                  sample: System
                file_system:
                  description: File system, V(null) for an unformatted or offline volume.
                  type: str
                  sample: NTFS
                drive_type:
                  description: V(fixed), V(removable), V(network), V(compact_disc), V(ram_disk), or V(unknown).
                  type: str
                  sample: fixed
                capacity:
                  description: Size, in bytes.
                  type: int
                  sample: 136365211648
                free:
                  description: Free space, in bytes.
                  type: int
                  sample: 68182605824
                used:
                  description: Used space, in bytes.
                  type: int
                  sample: 68182605824
                free_percent:
                  description: Free space, in percent of the size.
                  type: float
                  sample: 50.0
        shadow_storage:
          description:
            - The volumes whose shadow copies have storage, and how much it may be.
            - Windows makes this storage when it first needs it, so a volume that is not listed is in order.
          type: list
          elements: dict
          contains:
            name:
              description: The path the volume is mounted at, as in RV(ansible_facts.mars.volumes).
              type: str
              sample: D:\
            storage:
              description: The path of the volume that its shadow copies are stored on.
              type: str
              sample: D:\
            maximum:
              description: How much space they may use, in bytes. It is all of that volume if there is no limit.
              type: int
              sample: 53687091200
            percent:
              description: How much that is of the size of the volume, in percent.
              type: float
              sample: 10.0
        system_state:
          description: What backups of the System State need.
          type: dict
          contains:
            feature:
              description: Whether Windows Server Backup is installed, V(null) if Windows does not say.
              type: bool
              sample: true
            folder_access:
              description: Whether SYSTEM has full control of C(System Volume Information) on the drive of Windows.
              type: bool
              sample: true
            services:
              description: The services that take part in shadow copies.
              type: list
              elements: dict
              contains:
                name:
                  description: Name of the service.
                  type: str
                  sample: VSS
                state:
                  description: Its state, V(null) if there is no such service.
                  type: str
                  sample: Stopped
                start_mode:
                  description: Its start mode, V(null) if there is no such service.
                  type: str
                  sample: Manual
        tasks:
          description: Every scheduled task in C(\Microsoft\OnlineBackup\).
          type: list
          elements: dict
          contains:
            name:
              description: Name of the task.
              type: str
              sample: Microsoft-OnlineBackup
            path:
              description: Folder of the task, with backslashes around.
              type: str
              sample: \Microsoft\OnlineBackup\
            enabled:
              description: Whether the task is enabled.
              type: bool
              sample: true
            state:
              description: V(ready), V(running), V(queued), V(disabled), or V(null) where the state is unknown.
              type: str
              sample: ready
            principal:
              description: The account the task runs as.
              type: dict
              contains:
                id:
                  description: The account as the task stores it, a SID or a name.
                  type: str
                  sample: S-1-5-18
                sid:
                  description: SID of SYSTEM or the local Administrators group if it is one of them or stored as a SID.
                  type: str
                  sample: S-1-5-18
                kind:
                  description: V(user) or V(group).
                  type: str
                  sample: user
            triggers:
              description: The triggers.
              type: list
              elements: dict
              contains:
                type:
                  description: Name of the trigger's element in the task's definition.
                  type: str
                  sample: CalendarTrigger
                enabled:
                  description: Whether the trigger is enabled.
                  type: bool
                  sample: true
                interval_hours:
                  description: Longest time between two starts, V(null) for schedules other than daily and weekly ones.
                  type: int
                  sample: 24
                over:
                  description: Whether its end or its only time is past, so that it cannot start the task any more.
                  type: bool
                  sample: false
                starts_in_days:
                  description: Days until it begins to count, V(0) if it does.
                  type: float
                  sample: 0
            multiple_instances:
              description: What happens if the task is to start while it runs.
              type: str
              sample: IgnoreNew
            last_run:
              description: When the task last started, as an ISO 8601 time, V(null) if never or unknown.
              type: str
              sample: '2026-11-19T21:00:00+00:00'
            last_result:
              description: Exit code of that run.
              type: int
              sample: 0
            overdue:
              description:
                - Whether the task has not started for a day longer than its daily or weekly schedule allows.
                - V(null) if it has no such schedule or the time of its last run is unknown.
              type: bool
              sample: false
        temp_files:
          description: The temporary files of Windows.
          type: dict
          contains:
            folder:
              description: The folder C(Temp) in that of Windows.
              type: str
              sample: C:\Windows\Temp
            count:
              description: How many files directly in it have a name that ends in C(.tmp).
              type: int
              sample: 212
        tls:
          description: What the registry says about TLS 1.2 for clients, V(null) where it says nothing.
          type: dict
          contains:
            enabled:
              description: The value C(Enabled) of Windows (SCHANNEL).
              type: int
              sample: 1
            disabled_by_default:
              description: The value C(DisabledByDefault) of Windows (SCHANNEL).
              type: int
              sample: 0
            dotnet:
              description: The .NET Framework for 64-bit programs.
              type: dict
              contains: &dotnet
                system_default:
                  description: The value C(SystemDefaultTlsVersions).
                  type: int
                  sample: 1
                strong_crypto:
                  description: The value C(SchUseStrongCrypto).
                  type: int
                  sample: 1
            dotnet_32_bit:
              description: The .NET Framework for 32-bit programs.
              type: dict
              contains: *dotnet
            preferences:
              description: The Group Policy objects whose preferences set values in these keys, by their GUIDs.
              type: list
              elements: str
              sample: []
            update:
              description: The update that adds TLS 1.2 to this Windows, V(null) where none is needed.
              type: dict
              contains:
                name:
                  description: Its number.
                  type: str
                  sample: KB3140245
                file:
                  description: The file that shows whether it is installed.
                  type: str
                  sample: C:\Windows\System32\winhttp.dll
                required:
                  description: The version of the file from which on it is installed.
                  type: str
                  sample: 6.1.7601.23375
                version:
                  description: The version of the file on the host.
                  type: str
                  sample: 6.1.7601.24000
        updates:
          description: The last update that Windows Update installed, V(null) if the event log Setup shows none.
          type: dict
          contains:
            name:
              description: Its number.
              type: str
              sample: KB5032198
            installed:
              description: When it was installed, as an ISO 8601 time.
              type: str
              sample: '2026-11-11T02:14:09+00:00'
            days_ago:
              description: How long ago that was by the host's clock, in days, when the facts were gathered.
              type: float
              sample: 9.3
        vault_credentials:
          description: The file of O(vault_credentials), V(null) if that is not given. Its content is not returned.
          type: dict
          contains:
            path:
              description: Where it is.
              type: str
              sample: C:\Install\vault-westeurope.VaultCredentials
            local:
              description: Whether that is an absolute path on a drive, which setup asks for.
              type: bool
              sample: true
            exists:
              description: Whether there is such a file, V(null) if the path is not local.
              type: bool
              sample: true
            hours_old:
              description: Hours since it was last written, by the host's clock, V(null) if it does not exist.
              type: float
              sample: 5.5
            complete:
              description: Whether it has a certificate and the end of vault credentials. V(null) if it does not exist.
              type: bool
              sample: true
        volume_access:
          description: What keeps shadow copies of each volume of the host from being made.
          type: list
          elements: dict
          contains:
            name:
              description: The path it is mounted at, as in RV(ansible_facts.mars.volumes).
              type: str
              sample: D:\
            read_only:
              description:
                - Whether it is read-only, by itself or as all of its disk.
                - V(null) if Windows does not say, as about dynamic disks and before Windows Server 2012.
              type: bool
              sample: false
            locked:
              description: Whether BitLocker has locked it.
              type: bool
              sample: false
        volumes:
          description: Every volume of the host.
          type: list
          elements: dict
          contains:

            name:
              description: The path it is mounted at.
              type: str
              sample: C:\
            device_id:
              description: The volume's unique path.
              type: str
              sample: \\?\Volume{4640d392-0000-0000-0000-100000000000}\
            drive_letter:
              description: Drive letter with colon, V(null) without one.
              type: str
              sample: 'C:'
            label:
              description: Volume label.
              type: str
              sample: System
            file_system:
              description: File system, V(null) for an unformatted or offline volume.
              type: str
              sample: NTFS
            drive_type:
              description: V(fixed), V(removable), V(network), V(compact_disc), V(ram_disk), or V(unknown).
              type: str
              sample: fixed
            capacity:
              description: Size, in bytes.
              type: int
              sample: 136365211648
            free:
              description: Free space, in bytes.
              type: int
              sample: 68182605824
            used:
              description: Used space, in bytes.
              type: int
              sample: 68182605824
            free_percent:
              description: Free space, in percent of the size.
              type: float
              sample: 50.0
        windows_server_backup:
          description: The schedule of Windows Server Backup, V(null) if it has none.
          type: dict
          contains:
            enabled:
              description: Whether its task is enabled.
              type: bool
              sample: true
            both_scheduled:
              description: Whether both this task and one of the agent have triggers.
              type: bool
              sample: true
            nearest_minutes:
              description:
                - The shortest time between a start of this task and one of the agent's, in minutes.
                - Only daily and weekly schedules are compared. It is V(null) if one of the two has none.
              type: int
              sample: 180
            other_schedules:
              description: Whether one of them has schedules that are neither daily nor weekly, and are not compared.
              type: bool
              sample: false
        # end generated
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.winops.mars.plugins.module_utils.gathering import GATHERING

ARGUMENT_SPEC: dict[str, dict[str, Any]] = GATHERING


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_facts runs on the controller as an action plugin, not on the host.")


if __name__ == "__main__":
    main()
