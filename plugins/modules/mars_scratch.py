#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_scratch; plugins/action/mars_scratch.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_scratch
short_description: Move the scratch (cache) folder of the Azure backup agent (MARS)
version_added: 0.1.0
description:
  - Moves the scratch folder of the agent by the steps Microsoft describes. It stops the agent's engine, copies the
    folder, compares the copy, sets both registry values that name the folder, starts the engine, and sees that it goes
    on running.
  - Nothing is changed if a backup runs or it cannot be told, if a volume of a system state backup (C(CBSSBVol_)) is
    mounted, or if the new place is unsuitable. Suitable is a new or empty folder on a local fixed NTFS volume with
    enough space, neither compressed nor encrypted nor deduplicated nor reached through a junction.
  - If a step fails, both registry values and the engine are put back as they were, and the error says where the host
    stands and how to go on. A copy that was begun stays, and another run goes on with it.
  - The engine is started in the end, also if it did not run before, unless it is disabled.
  - Run a backup after the move. Only when that has succeeded is the former folder of no more use.
options:
  location:
    description: The folder the agent is to use. It is created if it is missing.
    type: str
    required: true
  remove_old:
    description:
      - Whether to delete the former folder, once the engine runs with the new one.
      - Microsoft advises to keep it until a backup has succeeded.
    type: bool
    default: false
  timeout:
    description: How many seconds the copy may take.
    type: int
    default: 14400
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.mars_compliance
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
  description:
    - The folder before, as the registry values of the agent (C(location)) and of its provider (C(provider_location))
      name it, V(null) for a value that does not exist.
  returned: success
  type: dict
  sample:
    location: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
    provider_location: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
after:
  description: The folder after, in check mode as it would be.
  returned: success
  type: dict
  sample:
    location: D:\MARS\Scratch
    provider_location: D:\MARS\Scratch
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "location": {"type": "str", "required": True},
    "remove_old": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 14400},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_scratch runs on the controller as an action plugin, not on the host.")


if __name__ == "__main__":
    main()
