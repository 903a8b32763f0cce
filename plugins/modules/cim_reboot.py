#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_reboot; plugins/action/cim_reboot.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_reboot
short_description: Restart a Windows host and wait until it answers again
version_added: 0.1.0
description:
  - Restarts Windows and waits until it answers with a later boot time, which proves the restart.
  - Running programs are closed without a prompt.
options:
  timeout:
    description: The maximum time in seconds for the host to restart and answer again.
    type: int
    default: 600
  backup_timeout:
    description:
      - The maximum time in seconds to wait for a running backup of the MARS agent to end, before the restart. If it is
        still running then, the task fails. V(0) does not wait.
      - Nothing is waited for if the host has no event log that shows whether a backup is running. The task then fails,
        unless the agent's engine is stopped.
    type: int
    default: 3600
  ignore_backup:
    description: Do not check whether a backup is running, and interrupt it.
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
    support: none
    details:
      - Every run restarts the host.
seealso:
  - module: winops.mars.cim_installer
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Restart the host after an installation
  winops.mars.cim_reboot:
    timeout: 1200
"""

RETURN = r"""
rebooted:
  description: Whether the host was restarted; V(false) in check mode.
  returned: success
  type: bool
  sample: true
last_boot:
  description: When Windows last started, in ISO 8601 format.
  returned: success
  type: str
  sample: '2026-01-10T04:00:12.500000+00:00'
elapsed:
  description: The duration of the restart in seconds; V(0) in check mode.
  returned: success
  type: int
  sample: 84
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "timeout": {"type": "int", "default": 600},
    "backup_timeout": {"type": "int", "default": 3600},
    "ignore_backup": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_reboot runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
