#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_scheduled_task; plugins/action/cim_scheduled_task.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_scheduled_task
short_description: Enable scheduled tasks and say who runs them and how many at a time
version_added: 0.1.0
description:
  - Changes settings of one scheduled task, or of every task in a folder of the task scheduler. The tasks must exist.
  - Only what the options name is changed, in the definition that Windows exports. The schedule, the actions and
    everything else in it stay as they are, character by character.
  - A task that runs with a stored password can only be changed by letting SYSTEM run it, since Windows would ask for
    that password again. The module fails rather than break such a task.
  - On Windows Server 2008 and 2008 R2, which lack the CIM classes of the task scheduler, it uses C(schtasks.exe).
options:
  path:
    description: The folder in the task scheduler, with a backslash at both ends.
    type: str
    required: true
  name:
    description: The task. Without it, every task in the folder, not in folders below it.
    type: str
  enabled:
    description:
      - Whether the tasks are enabled. V(true) also enables all their triggers, V(false) leaves the triggers alone.
      - Without it both stay as they are.
    type: bool
  run_as:
    description:
      - Who runs the tasks. V(system) is the account SYSTEM, which needs no password.
      - Without it this stays as it is.
    type: str
    choices: [system]
  accept_run_as:
    description:
      - Security identifiers of accounts and groups that may go on running a task in spite of O(run_as), such as
        V(S-1-5-32-544) for the local group Administrators, whatever its name is in the language of the host.
    type: list
    elements: str
    default: []
  multiple_instances:
    description:
      - What happens when a task is to start while it still runs. V(IgnoreNew) does not start it again, V(Queue) starts
        it afterwards, V(Parallel) starts it beside the other, V(StopExisting) stops the other first.
      - Without it this stays as it is.
    type: str
    choices: [IgnoreNew, Parallel, Queue, StopExisting]
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Let the backups of the agent run
  winops.mars.cim_scheduled_task:
    path: \Microsoft\OnlineBackup\
    enabled: true
    run_as: system
    accept_run_as:
      - S-1-5-32-544
    multiple_instances: IgnoreNew

- name: Disable one task
  winops.mars.cim_scheduled_task:
    path: \Contoso\
    name: Nightly
    enabled: false
"""

RETURN = r"""
before:
  description:
    - The tasks before, by name, with C(enabled), C(triggers) (C(type) and C(enabled) of each), C(run_as) (a SID where
      it is known, otherwise the account as the task has it), and C(multiple_instances).
  returned: success
  type: dict
  sample:
    Microsoft-OnlineBackup:
      enabled: false
      triggers:
        - type: CalendarTrigger
          enabled: true
      run_as: CONTOSO\backup
      multiple_instances: Parallel
after:
  description: The tasks after, in check mode as they would be.
  returned: success
  type: dict
  sample:
    Microsoft-OnlineBackup:
      enabled: true
      triggers:
        - type: CalendarTrigger
          enabled: true
      run_as: S-1-5-18
      multiple_instances: IgnoreNew
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "path": {"type": "str", "required": True},
    "name": {"type": "str"},
    "enabled": {"type": "bool"},
    "run_as": {"type": "str", "choices": ["system"]},
    "accept_run_as": {"type": "list", "elements": "str", "default": []},
    "multiple_instances": {"type": "str", "choices": ["IgnoreNew", "Parallel", "Queue", "StopExisting"]},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_scheduled_task runs on the controller as an action plugin, not on the host.")


if __name__ == "__main__":
    main()
