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
  - Starts or stops a service and waits until it runs or has stopped, and sets how it is started.
  - Runs no PowerShell on the host, so it works on every Windows that WinRM reaches.
options:
  name:
    description: The name of the service, not its display name.
    type: str
    required: true
  state:
    description:
      - Whether the service should run. Without it, that stays as it is.
      - A service on which others that run depend is not stopped, and the task fails.
    type: str
    choices:
      - started
      - stopped
  start_mode:
    description: How the service should be started. Without it, that stays as it is.
    type: str
    choices:
      - auto
      - manual
      - disabled
  timeout:
    description: How many seconds to wait until the service has started or stopped.
    type: int
    default: 60
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Start the engine of the Azure backup agent
  winops.mars.cim_service:
    name: obengine
    state: started

- name: Let the volume shadow copy service be started when it is needed
  winops.mars.cim_service:
    name: VSS
    start_mode: manual
"""

RETURN = r"""
before:
  description: The service as it was.
  returned: success
  type: dict
  sample: {state: stopped, start_mode: disabled}
  contains:
    state:
      description: V(started), V(stopped), or another state in the words of Windows, such as V(paused).
      type: str
      sample: started
    start_mode:
      description: V(auto), V(manual), V(disabled), or for drivers V(boot) or V(system).
      type: str
      sample: auto
after:
  description: The service as it is now, or in check mode would be; contains the same as RV(before).
  returned: success
  type: dict
  sample: {state: started, start_mode: auto}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["started", "stopped"]},
    "start_mode": {"type": "str", "choices": ["auto", "manual", "disabled"]},
    "timeout": {"type": "int", "default": 60},
}
CONSTRAINTS = {"required_one_of": [("state", "start_mode")]}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, **CONSTRAINTS)
    module.fail_json(msg="winops.mars.cim_service runs on the controller as an action plugin, not on the host.")


if __name__ == "__main__":
    main()
