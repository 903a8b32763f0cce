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
  - Adds exclusions of folders, files and processes to Microsoft Defender Antivirus, or removes them.
  - Exclusions that the options do not name are not changed.
  - What other exclusions cover already is not added. The exclusion of a folder covers what is below it, but not a
    volume that is mounted there.
  - Defender silently ignores changes where a policy manages the exclusions (C(DisableLocalAdminMerge)) and where tamper
    protection covers them (C(TPExclusions)). There the module fails before it changes anything. For other causes it
    reads the exclusions again, and fails if they were not changed.
  - A drive, a folder of Windows or one above, and a path that is not absolute are never excluded, and the module fails.
options:
  paths:
    description:
      - Exclude these folders and files, as Defender accepts them. The exclusion of a folder includes its subfolders.
      - The letter case and a trailing C(\\) or C(\\*) do not matter, since they do not change the meaning.
      - Elsewhere, C(*) and C(?) stand for characters in the name of one folder or file.
      - Quotation marks, forward slashes, and short (8.3) names are taken as they are written.
    type: list
    elements: str
    default: []
  processes:
    description:
      - Exclude files that these processes open, by the name or path of their programs. The letter case does not matter.
    type: list
    elements: str
    default: []
  state:
    description: Whether to add or remove the exclusions.
    type: str
    choices:
      - present
      - absent
    default: present
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.mars_facts
  - name: Configure custom exclusions for Microsoft Defender Antivirus
    description: Which folders, files and processes Defender can exclude.
    link: https://learn.microsoft.com/defender-endpoint/configure-exclusions-microsoft-defender-antivirus
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Exclude the folders and the engine of the Azure Backup agent
  winops.mars.cim_defender_exclusion:
    paths:
      - C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
      - C:\Program Files\Microsoft Azure Recovery Services Agent\bin
    processes:
      - C:\Program Files\Microsoft Azure Recovery Services Agent\bin\cbengine.exe
"""

RETURN = r"""
before:
  description: All exclusions before the change.
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
  description: All exclusions after the change, predicted in check mode. Contains the same as RV(before).
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
        msg="winops.mars.cim_defender_exclusion runs on the controller as an action plugin, not on the host"
    )


if __name__ == "__main__":
    main()
