#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_agent_module; plugins/action/mars_agent_module.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_agent_module
short_description: Repair the files of the PowerShell module of the MARS agent
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Copies the files of the agent's PowerShell module that are missing, or that have another version or size, from a
    copy of the folder C(bin) of an agent of the same version. Other files stay.
  - What is replaced is kept until all files have been read again. If the module fails, the former files are put back.
  - While a backup runs, or if this cannot be determined, nothing is replaced, and the module fails.
options:
  source:
    description:
      - The copy, as a local path of the host or a UNC path. It must contain C(CBEngine.exe), whose version is compared
        with that of the installed agent, and the folder C(Modules).
      - The host reads UNC paths with its computer account.
    type: str
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
attributes:
  check_mode:
    support: full
    details:
      - A UNC path is read in check mode, too. The host copies it to a temporary folder, and deletes that.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: winops.mars.mars_facts
  - module: winops.mars.mars_maintenance
"""

EXAMPLES = r"""
- name: Repair the module of the agent
  winops.mars.mars_agent_module:
    source: \\files.example.com\mars\2.0.9262.0\bin
"""

RETURN = r"""
before:
  description: The files before the change.
  returned: success
  type: dict
  contains:
    files:
      description: The version of each file below C(bin\Modules) by its path there, or its size if it has none.
      type: dict
      sample: {'msonlinebackup\msonlinebackup.psd1': 4096 bytes}
after:
  description: The files after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {files: {'msonlinebackup\msonlinebackup.psd1': 4096 bytes}}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {"source": {"type": "str", "required": True}}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_agent_module runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
