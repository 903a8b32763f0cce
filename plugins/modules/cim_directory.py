#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_directory; plugins/action/cim_directory.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_directory
short_description: Create a folder on a Windows host
version_added: 0.1.0
description:
  - Creates a folder and its missing parents.
options:
  path:
    description: The absolute path of the folder on a local drive.
    type: str
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_installer
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Create a folder for installers
  winops.mars.cim_directory:
    path: D:\Install\MARS
"""

RETURN = r"""
before:
  description: The state of the folder before the change.
  returned: success
  type: dict
  sample: {state: absent}
  contains:
    state:
      description: V(present) or V(absent).
      type: str
      sample: absent
after:
  description: The state of the folder after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {state: present}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {"path": {"type": "str", "required": True}}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_directory runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
