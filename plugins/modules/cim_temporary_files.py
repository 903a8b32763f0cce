#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_temporary_files; plugins/action/cim_temporary_files.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_temporary_files
short_description: Delete old temporary files from a folder of a Windows host
version_added: 0.1.0
description:
  - Deletes the files directly in a folder whose name ends in C(.tmp) and that were last written more than 24 hours ago.
  - Files that a program has open, read-only files, and everything in subfolders stay. If nothing at all could be
    deleted, the module fails.
  - The host counts and selects the files. Their names are not transferred.
options:
  path:
    description: The absolute path of the folder.
    type: str
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
attributes:
  check_mode:
    support: full
    details:
      - Predicts that all old files can be deleted.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: winops.mars.cim_directory
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Delete old temporary files of Windows
  winops.mars.cim_temporary_files:
    path: C:\Windows\Temp
"""

RETURN = r"""
before:
  description: The numbers of temporary files before the deletion.
  returned: success
  type: dict
  contains:
    all:
      description: All files directly in the folder whose name ends in C(.tmp).
      type: int
      sample: 64812
    old:
      description: Those of them last written more than 24 hours ago.
      type: int
      sample: 64795
after:
  description: The numbers after the deletion, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {all: 17, old: 0}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {"path": {"type": "str", "required": True}}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_temporary_files runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
