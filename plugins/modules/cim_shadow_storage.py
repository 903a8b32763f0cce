#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_shadow_storage; plugins/action/cim_shadow_storage.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_shadow_storage
short_description: Raise the space that shadow copies of a volume may use
version_added: 0.1.0
description:
  - Raises the maximum size of the shadow copy storage of a volume, as C(vssadmin resize shadowstorage) does.
  - It is never lowered, since Windows would delete shadow copies.
  - If nobody set a maximum so far, nothing changes. Windows then makes the storage when it first needs it.
options:
  volume:
    description: The path that the volume is mounted at, such as V(D:\\), or its unique path.
    type: str
    required: true
  percent:
    description: How much space its shadow copies may use at least, in percent of the size of the volume.
    type: float
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.mars_facts
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Let shadow copies use a tenth of the volume
  winops.mars.cim_shadow_storage:
    volume: D:\
    percent: 10
"""

RETURN = r"""
before:
  description: The shadow copy storage before the change.
  returned: success
  type: dict
  sample: {storage: 'D:\', maximum: 335544320}
  contains:
    storage:
      description: The volume that the shadow copies are stored on, V(null) if Windows has not made storage yet.
      type: str
      sample: D:\
    maximum:
      description: How much space they may use there, in bytes. It is all of that volume if there is no limit.
      type: int
      sample: 335544320
after:
  description: The shadow copy storage after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {storage: 'D:\', maximum: 53687091200}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "volume": {"type": "str", "required": True},
    "percent": {"type": "float", "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_shadow_storage runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
