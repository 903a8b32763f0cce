#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_installer; plugins/action/cim_installer.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_installer
short_description: Install a program or an update, as SYSTEM, unless the registry shows that it is installed
version_added: 0.1.0
description:
  - Brings an installer to the host, checks it, runs it as SYSTEM, and reads a registry value that shows whether the
    product is installed. That value also decides whether there is anything to do.
  - It runs as SYSTEM because Windows refuses to install updates in the network logon of a WinRM session. A scheduled
    task starts it, so that it goes on if the connection breaks. It is never started twice.
  - The installer lies in a folder of its own in the Windows directory while it runs. The folder and the task are
    removed afterwards. If the installer does not end within O(timeout) it is not stopped, both stay, and the error
    names them.
  - A program gets only the arguments given. An C(.msi) is run by C(msiexec.exe /i ... /qn /norestart), an C(.msu) by
    C(wusa.exe ... /quiet /norestart), each with the arguments behind.
options:
  source:
    description:
      - The installer, an C(.exe), C(.msi) or C(.msu) file. An http or https URL, a UNC path, or a path on the host.
      - Only this file is brought to the place it runs in, nothing that lies beside it.
      - SYSTEM downloads a URL, with C(bitsadmin) or else C(certutil), through the proxy configured for it.
      - The host reads a UNC path with its computer account, since a WinRM session cannot pass on your credentials.
        Share and file must be readable for that account or for the group Domain Computers.
    type: str
    required: true
  sha256:
    description: The SHA-256 the file must have on the host, in hexadecimal digits. If it has another it is not run.
    type: str
  arguments:
    description: Arguments of the installer, written as for C(cmd.exe). Exclamation marks are not possible.
    type: str
    default: ''
  creates_key:
    description: The registry key of the value that shows that the product is installed.
    type: str
    required: true
  creates_name:
    description: The name of that value. An empty one is the default value of the key.
    type: str
    required: true
  creates_minimum:
    description:
      - The lowest number or version that shows it. Versions compare part by part, so that V(5.1) is more than V(4).
      - Without it any value will do.
    type: str
  timeout:
    description: How many seconds the installer may take to arrive on the host, and then again to run.
    type: int
    default: 3600
  reboot:
    description:
      - Whether the host may be restarted if the installer asks for it.
      - Some installers restart it by themselves in spite of their arguments. The module waits for that in any case.
    type: bool
    default: false
  reboot_timeout:
    description: How many seconds the host may take until it answers again after a restart.
    type: int
    default: 1800
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_reboot
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

- name: Install the Windows Management Framework from a share the computer account can read
  winops.mars.cim_installer:
    source: \\files.example.com\packages\Win8.1AndW2K12R2-KB3191564-x64.msu
    creates_key: HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine
    creates_name: PowerShellVersion
    creates_minimum: '5.1'
"""

RETURN = r"""
before:
  description: The registry value before, a number or text; V(null) if it did not exist.
  returned: success
  type: raw
  sample: 378675
after:
  description: The registry value after. In check mode O(creates_minimum), if something is to be installed.
  returned: success
  type: raw
  sample: 528049
exit_code:
  description: The exit code of the installer, unsigned; V(null) if it was not run, or if a restart ended it.
  returned: success
  type: int
  sample: 3010
restarted:
  description: Whether the host was restarted.
  returned: success
  type: bool
  sample: false
reboot_required:
  description: Whether the installation is complete only after a restart, which was not allowed.
  returned: success
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "source": {"type": "str", "required": True},
    "sha256": {"type": "str"},
    "arguments": {"type": "str", "default": ""},
    "creates_key": {"type": "str", "required": True, "no_log": False},  # a key of the registry, no secret
    "creates_name": {"type": "str", "required": True},
    "creates_minimum": {"type": "str"},
    "timeout": {"type": "int", "default": 3600},
    "reboot": {"type": "bool", "default": False},
    "reboot_timeout": {"type": "int", "default": 1800},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_installer runs on the controller as an action plugin, not on the host.")


if __name__ == "__main__":
    main()
