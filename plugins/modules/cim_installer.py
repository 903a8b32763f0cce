#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_installer; plugins/action/cim_installer.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_installer
short_description: Install a program or an update as SYSTEM unless something proves that it is installed
version_added: 0.1.0
description:
  - Copies an installer to the host, verifies it, runs it as SYSTEM, and then reads a registry value or the version of a
    file that proves that the product is installed. The same decides whether the installer is run.
  - The installer runs as SYSTEM, since Windows refuses to install updates in the network logon of a WinRM session. A
    scheduled task starts it, so it keeps running if the connection breaks. It is never started twice.
  - While the installer is running, it is in a temporary folder in the Windows directory. The folder and the task are
    removed afterwards. If the installer does not end within O(timeout), it is not stopped, both remain, and the error
    names them.
  - An C(.exe) is run with the given arguments only. An C(.msi) is run by C(msiexec.exe /i ... /qn /norestart) and an
    C(.msu) by C(wusa.exe ... /quiet /norestart), followed by the given arguments.
options:
  source:
    description:
      - The installer, an C(.exe), C(.msi) or C(.msu) file, as an http or https URL, a UNC path or a path on the host.
      - Only this file is copied to the folder where it is run, not the files next to it.
      - SYSTEM downloads a URL through the proxy that is configured for it. It uses C(bitsadmin) first, then C(curl)
        where Windows has it, and then C(certutil) unless Microsoft's antivirus is installed, which stops that.
      - The host reads a UNC path with its computer account, since a WinRM session cannot delegate your credentials.
        This account or the group Domain Computers must be allowed to read the share and the file.
    type: str
    required: true
  sha256:
    description:
      - The expected SHA-256 of the installer, in hexadecimal digits. On a mismatch, the installer is not run.
      - In check mode, only that of a path on the host is compared.
      - Required for an C(http) URL.
    type: str
  arguments:
    description:
      - Run the installer with these arguments, written as for C(cmd.exe). They must not contain exclamation marks.
      - They may contain passwords or license keys, so no output shows them.
    type: str
    default: ''
  creates_key:
    description:
      - The key of the registry value that proves that the product is installed.
      - Either this or O(creates_path) is required.
    type: str
  creates_name:
    description: The name of that registry value. An empty name means the default value of the key.
    type: str
  creates_path:
    description: The path of a file that proves that the product is installed.
    type: str
  creates_minimum:
    description:
      - The minimum of that registry value, a number or version, or of the file's version. Versions are compared part by
        part, so V(5.1) is more than V(4).
      - If omitted, any value or file proves that the product is installed.
    type: str
  timeout:
    description: The maximum time in seconds to copy the installer to the host, and again to run it.
    type: int
    default: 3600
  reboot:
    description:
      - Restart the host if the installer requires it.
      - Some installers restart the host in spite of their arguments. The module then waits for the host in any case.
    type: bool
    default: false
  reboot_timeout:
    description: The maximum time in seconds for the host to restart and answer again.
    type: int
    default: 1800
  requires_key:
    description:
      - The key of a registry value without which the product must not be installed, such as that of the .NET Framework.
      - In check mode this is not checked, since an earlier task may be about to provide it.
    type: str
  requires_name:
    description: The name of that registry value.
    type: str
  requires_minimum:
    description: The minimum of that registry value. If omitted, any value will do.
    type: str
  keep_entries:
    description:
      - Names of system environment variables that are lists of folders, such as E(PSModulePath). Entries that they lose
        by the installation or the restart are appended again.
      - They are kept in the registry key C(HKLM\SOFTWARE\winops.mars) if the host still has to be restarted. Later,
        M(winops.mars.mars_facts) shows which entries E(PSModulePath) has lost, and the role
        P(winops.mars.powershell#role) appends them.
    type: list
    elements: str
    default: []
  backup_timeout:
    description:
      - The maximum time in seconds to wait for a running backup of the MARS agent to end, before the installation and
        again before a restart. If it is still running then, the task fails, or the host is not restarted.
      - V(0) does not wait.
      - Nothing is waited for if the host has no event log that shows whether a backup is running. The task then fails,
        unless the agent's engine is stopped.
    type: int
    default: 3600
  ignore_backup:
    description: Do not check whether a backup is running, and interrupt it.
    type: bool
    default: false
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_reboot
  - module: winops.mars.cim_directory
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Install .NET Framework 4.8
  winops.mars.cim_installer:
    source: https://files.example.com/ndp48-x86-x64-allos-enu.exe
    sha256: "{{ ndp48_sha256 }}"
    arguments: /q /norestart
    creates_key: HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full
    creates_name: Release
    creates_minimum: '528040'
    reboot: true

- name: Install the Windows Management Framework from a share that the computer account can read
  winops.mars.cim_installer:
    source: \\files.example.com\packages\Win8.1AndW2K12R2-KB3191564-x64.msu
    creates_key: HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine
    creates_name: PowerShellVersion
    creates_minimum: '5.1'
"""

RETURN = r"""
before:
  description:
    - The registry value or file version before the installation, a number or string; V(null) if it did not exist.
  returned: success
  type: raw
  sample: 378675
after:
  description:
    - The registry value or file version after the installation.
    - In check mode O(creates_minimum), if the product would be installed.
  returned: success
  type: raw
  sample: 528049
exit_code:
  description: The exit code of the installer, unsigned; V(null) if it was not run or was ended by a restart.
  returned: success
  type: int
  sample: 3010
restarted:
  description: Whether the host was restarted.
  returned: success
  type: bool
  sample: false
entries:
  description: The values of the variables in O(keep_entries) before the installation, by their names.
  returned: success
  type: dict
  sample: {}
reboot_required:
  description: Whether the installation requires a restart that was not made.
  returned: success
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "source": {"type": "str", "required": True},
    "sha256": {"type": "str"},
    "arguments": {"type": "str", "default": "", "no_log": True},
    "creates_key": {"type": "str", "no_log": False},  # a key of the registry, no secret
    "creates_name": {"type": "str"},
    "creates_path": {"type": "str"},
    "creates_minimum": {"type": "str"},
    "timeout": {"type": "int", "default": 3600},
    "reboot": {"type": "bool", "default": False},
    "reboot_timeout": {"type": "int", "default": 1800},
    "requires_key": {"type": "str", "no_log": False},  # a key of the registry, no secret
    "requires_name": {"type": "str"},
    "requires_minimum": {"type": "str"},
    "keep_entries": {"type": "list", "elements": "str", "default": []},
    "backup_timeout": {"type": "int", "default": 3600},
    "ignore_backup": {"type": "bool", "default": False},
}

CONSTRAINTS = {
    "required_one_of": [["creates_key", "creates_path"]],
    "mutually_exclusive": [["creates_key", "creates_path"]],
    "required_together": [["creates_key", "creates_name"], ["requires_key", "requires_name"]],
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, **CONSTRAINTS)
    module.fail_json(msg="winops.mars.cim_installer runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
