#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_scratch; plugins/action/mars_scratch.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_scratch
short_description: Move the scratch (cache) folder of the Azure Backup (MARS) agent
version_added: 0.1.0
description:
  - Moves the scratch folder by the steps that Microsoft describes. The module stops the agent's engine, copies the
    folder, compares the copy, sets both registry values for the folder, starts the engine, and verifies that a new
    process keeps running. Meanwhile the engine is disabled, so that nothing else starts it.
  - Nothing is changed if a backup is running or if this cannot be determined, if a recovery volume or a volume of a
    system state backup (C(CBSSBVol_)) is mounted, or if the new location is unsuitable. It must be a new or empty
    folder with enough free space on a local fixed NTFS volume, neither compressed nor encrypted nor deduplicated, and
    not below a junction.
  - Nothing is changed if the present folder is not only a scratch folder, such as the root of a drive, a folder of
    Windows, or a folder with other things in it. A folder whose name is not C(Scratch) may only contain what Microsoft
    describes. It must not be a junction or mount point.
  - If a step fails, both registry values and the engine are restored, and the error describes what is in effect and
    what to do. An incomplete copy remains, and another run continues with it. If the module is ended before that, the
    next run restores the start mode of the engine, which is kept in the registry key C(HKLM\SOFTWARE\winops.mars).
  - The engine is started in the end even if it was stopped before, unless it was disabled.
  - Run a backup after the move.
options:
  location:
    description: The new location of the scratch folder. A missing folder is created.
    type: str
    required: true
  remove_old:
    description:
      - Delete the former folder when a backup has succeeded since the move. The event log of the agent shows this.
      - The run that moves the folder remembers it in the registry key C(HKLM\SOFTWARE\winops.mars). A later run with
        this option and the same O(location) deletes it, unless it contains files by then that the new one does not
        have.
    type: bool
    default: false
  timeout:
    description: The maximum time in seconds for the copy.
    type: int
    default: 14400
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.mars_facts
  - module: winops.mars.mars_compliance
  - name: Frequently asked questions about the Microsoft Azure Recovery Services agent
    description: How Microsoft describes the move of the cache folder.
    link: https://learn.microsoft.com/azure/backup/backup-azure-file-folder-backup-faq
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Move the scratch folder to a larger volume
  winops.mars.mars_scratch:
    location: D:\MARS\Scratch
"""

RETURN = r"""
before:
  description: The location before the change.
  returned: success
  type: dict
  sample:
    location: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
    provider_location: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
    engine: Running
    former_location: null
  contains:
    location:
      description: The folder in the registry value of the agent; V(null) if the value does not exist.
      type: str
      sample: D:\MARS\Scratch
    provider_location:
      description: The folder in the registry value of the agent's provider; V(null) if the value does not exist.
      type: str
      sample: D:\MARS\Scratch
    engine:
      description: The state of the service C(obengine); V(null) if it does not exist.
      type: str
      sample: Running
    former_location:
      description: The folder that waits to be deleted, see O(remove_old); V(null) if there is none.
      type: str
      sample: null
after:
  description: The location after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample:
    location: D:\MARS\Scratch
    provider_location: D:\MARS\Scratch
    engine: Running
    former_location: null
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "location": {"type": "str", "required": True},
    "remove_old": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 14400},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_scratch runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
