#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_service; plugins/action/cim_service.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_service
short_description: Start, stop and configure a Windows service
version_added: 0.1.0
description:
  - Starts or stops a service and waits until it is running or stopped. Sets its start mode.
  - Where a Group Policy gives the service another start mode, the module changes nothing and fails.
options:
  name:
    description: The name of the service, not its display name.
    type: str
    required: true
  state:
    description:
      - Start or stop the service. If omitted, its state is not changed.
      - V(restarted) stops a service that is running, and starts it again, whenever the module is run. A service that is
        not running is started.
      - The module fails rather than stop a service that other running services depend on.
    type: str
    choices:
      - started
      - stopped
      - restarted
  start_mode:
    description: The start mode of the service. If omitted, it is not changed.
    type: str
    choices:
      - auto
      - manual
      - disabled
  timeout:
    description: The maximum time in seconds for the service to start or stop.
    type: int
    default: 60
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_reboot
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Start the engine of the Azure Backup agent
  winops.mars.cim_service:
    name: obengine
    state: started

- name: Set the start mode of the Volume Shadow Copy service
  winops.mars.cim_service:
    name: VSS
    start_mode: manual
"""

RETURN = r"""
before:
  description: The service before the change.
  returned: success
  type: dict
  sample: {state: stopped, start_mode: disabled}
  contains:
    state:
      description: V(started), V(stopped), or another state as Windows names it, such as V(paused).
      type: str
      sample: started
    start_mode:
      description: V(auto), V(manual) or V(disabled); for drivers also V(boot) or V(system).
      type: str
      sample: auto
after:
  description: The service after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {state: started, start_mode: auto}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["started", "stopped", "restarted"]},
    "start_mode": {"type": "str", "choices": ["auto", "manual", "disabled"]},
    "timeout": {"type": "int", "default": 60},
}
CONSTRAINTS = {"required_one_of": [("state", "start_mode")]}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, **CONSTRAINTS)
    module.fail_json(msg="winops.mars.cim_service runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
