#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_path; plugins/action/cim_path.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_path
short_description: Add folders to a system environment variable such as PSModulePath
version_added: 0.1.0
description:
  - Appends folders that are missing from a system environment variable whose value is a list of folders.
  - Folders that are in it stay where they are, written as they are. They are recognised in any letter case, with or
    without a trailing backslash, and with variables in them. A value with unexpanded variables (REG_EXPAND_SZ) keeps
    them.
  - Programs that run already do not see the change, among them services. They see it after a restart of the host.
options:
  name:
    description: The variable.
    type: str
    required: true
  entries:
    description: Folders it must have.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_registry
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Let Windows PowerShell find the module of the agent
  winops.mars.cim_path:
    name: PSModulePath
    entries:
      - C:\Program Files\Microsoft Azure Recovery Services Agent\bin\Modules
"""

RETURN = r"""
before:
  description: The variable before, with C(type) and C(value), which are V(null) if it did not exist.
  returned: success
  type: dict
  sample:
    type: expand_string
    value: '%SystemRoot%\system32\WindowsPowerShell\v1.0\Modules\'
after:
  description: The variable after, in check mode as it would be.
  returned: success
  type: dict
  sample:
    type: expand_string
    value: '%SystemRoot%\system32\WindowsPowerShell\v1.0\Modules\;C:\Agent\bin\Modules'
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "entries": {"type": "list", "elements": "str", "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_path runs on the controller as an action plugin, not on the host.")


if __name__ == "__main__":
    main()
