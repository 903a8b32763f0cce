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
  - Appends missing folders to a system environment variable that is a list of folders.
  - Present entries keep their order and spelling. They are recognized in any letter case, with or without a trailing
    backslash, and by what their variables expand to. A value of type C(REG_EXPAND_SZ) keeps its variables.
  - Running programs do not see the change until they are restarted, and services until the host is restarted.
options:
  name:
    description: The name of the variable.
    type: str
    required: true
  entries:
    description: Append these folders if they are missing.
    type: list
    elements: str
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_registry
  - module: winops.mars.cim_reboot
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Add the PowerShell module of the Azure Backup agent to the module path
  winops.mars.cim_path:
    name: PSModulePath
    entries:
      - C:\Program Files\Microsoft Azure Recovery Services Agent\bin\Modules
"""

RETURN = r"""
before:
  description: The variable before the change.
  returned: success
  type: dict
  sample:
    type: expand_string
    value: '%SystemRoot%\system32\WindowsPowerShell\v1.0\Modules\'
  contains:
    type:
      description: V(string) or V(expand_string); V(null) if the variable did not exist.
      type: str
      sample: expand_string
    value:
      description: The text with its variables unexpanded; V(null) if the variable did not exist.
      type: str
      sample: '%SystemRoot%\system32\WindowsPowerShell\v1.0\Modules\'
after:
  description: The variable after the change, predicted in check mode. Contains the same as RV(before).
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
    module.fail_json(msg="winops.mars.cim_path runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
