#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_maintenance; plugins/action/mars_maintenance.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_maintenance
short_description: Say whether a host may be stopped, restarted, or installed on now
version_added: 0.1.0
description:
  - Says whether a maintenance window is open, by the clock of the host, and no backup of the MARS agent is running.
  - Changes nothing. Where it cannot be determined whether a backup is running, the answer is no.
options:
  window:
    description:
      - Maintenance windows in the local time of the host, such as V(22:00-04:00) or V(Sat,Sun 08:00-24:00). The days,
        in English, are those on which the window begins. Empty for any time.
    type: list
    elements: str
    default: []
  ignore_backup:
    description: Do not check whether a backup is running.
    type: bool
    default: false
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: winops.mars.cim_reboot
  - module: winops.mars.cim_installer
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Check whether the host may be restarted now
  winops.mars.mars_maintenance:
    window: [22:00-04:00]
  register: maintenance

- name: Restart the host
  winops.mars.cim_reboot:
  when: maintenance.allowed
"""

RETURN = r"""
allowed:
  description: Whether the host may be stopped, restarted, or installed on now.
  returned: success
  type: bool
  sample: false
reason:
  description: Why it may not be, empty if it may.
  returned: success
  type: str
  sample: 'a backup is running: the task Microsoft-OnlineBackup is running'
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "window": {"type": "list", "elements": "str", "default": []},
    "ignore_backup": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_maintenance runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
