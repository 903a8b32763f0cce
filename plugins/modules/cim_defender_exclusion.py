#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_defender_exclusion; plugins/action/cim_defender_exclusion.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_defender_exclusion
short_description: Manage exclusions of Microsoft Defender Antivirus
version_added: 0.1.0
description:
  - Adds folders, files and processes to what Microsoft Defender Antivirus leaves out, or takes them out of that list.
  - Other exclusions stay as they are.
  - Defender ignores changes silently if tamper protection or a policy prevents them. The module reads the exclusions
    again and fails if that happened.
  - Runs no PowerShell on the host.
options:
  paths:
    description:
      - Folders and files, as Defender takes them. A folder stands for everything below it.
      - Compared without case and without a trailing C(\\) or C(\\*), since these mean the same folder.
    type: list
    elements: str
    default: []
  processes:
    description: Programs whose opened files are not scanned, by name or by path. Compared without case.
    type: list
    elements: str
    default: []
  state:
    description: Whether the exclusions should be there.
    type: str
    choices:
      - present
      - absent
    default: present
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Leave the folders and the engine of the Azure backup agent alone
  winops.mars.cim_defender_exclusion:
    paths:
      - C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
      - C:\Program Files\Microsoft Azure Recovery Services Agent\bin
    processes:
      - C:\Program Files\Microsoft Azure Recovery Services Agent\bin\cbengine.exe
"""

RETURN = r"""
before:
  description: All exclusions as they were.
  returned: success
  type: dict
  sample: {paths: [], processes: []}
  contains:
    paths:
      description: Excluded folders and files.
      type: list
      elements: str
      sample: ['D:\Scratch']
    processes:
      description: Excluded processes.
      type: list
      elements: str
      sample: [cbengine.exe]
after:
  description: All exclusions as they are now, or in check mode would be; contains the same as RV(before).
  returned: success
  type: dict
  sample: {paths: ['D:\Scratch'], processes: [cbengine.exe]}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "paths": {"type": "list", "elements": "str", "default": []},
    "processes": {"type": "list", "elements": "str", "default": []},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(
        msg="winops.mars.cim_defender_exclusion runs on the controller as an action plugin, not on the host."
    )


if __name__ == "__main__":
    main()
