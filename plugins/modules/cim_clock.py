#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_clock; plugins/action/cim_clock.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_clock
short_description: Set the time zone of a Windows host and have it correct its clock
version_added: 0.1.0
description:
  - Sets the time zone, and has the Windows Time service correct a clock that differs from the controller's.
  - The module sets no time by itself. The Windows Time service takes it from its source, which stays as it is
    configured, by the domain or by a policy for example. If the clock is not right afterwards, the module fails.
options:
  time_zone:
    description: The name of the time zone as C(tzutil /l) shows it, in the same letter case and untranslated.
    type: str
  max_offset:
    description:
      - By how many seconds the clock may differ from the controller's. If it differs by more, the Windows Time service,
        which has to be running, corrects it.
    type: int
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_service
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Start the Windows Time service
  winops.mars.cim_service:
    name: W32Time
    state: started

- name: Set the time zone, and correct the clock
  winops.mars.cim_clock:
    time_zone: W. Europe Standard Time
    max_offset: 60
"""

RETURN = r"""
before:
  description: The state of the clock before the change.
  returned: success
  type: dict
  sample: {time_zone: UTC, accurate: false}
  contains:
    time_zone:
      description: The time zone.
      type: str
      sample: UTC
    accurate:
      description: Whether the clock differs from the controller's by no more than O(max_offset), where that is given.
      type: bool
      sample: false
after:
  description: The state of the clock after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {time_zone: W. Europe Standard Time, accurate: true}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {"time_zone": {"type": "str"}, "max_offset": {"type": "int"}}
CONSTRAINTS: dict[str, Any] = {"required_one_of": [["time_zone", "max_offset"]]}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, **CONSTRAINTS)
    module.fail_json(msg="winops.mars.cim_clock runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
