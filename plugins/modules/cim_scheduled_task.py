#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_scheduled_task; plugins/action/cim_scheduled_task.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_scheduled_task
short_description: Enable scheduled tasks and configure account and instance policy of existing tasks
version_added: 0.1.0
description:
  - Changes settings of a scheduled task, or of every task in a folder of the task scheduler. The tasks must exist.
  - The settings are changed in the definition that Windows exports. Everything else in it, such as the schedule and the
    actions, is registered again as it was.
  - A task that runs with a stored password can only be changed by letting SYSTEM run it, since Windows requires the
    password for any other change. The module fails in this case.
  - If Windows gives a task another access list when it is registered again, the module warns.
  - On Windows Server 2008 and 2008 R2, which lack the CIM classes of the task scheduler, the module uses
    C(schtasks.exe).
options:
  path:
    description: The folder in the task scheduler, with a backslash at both ends.
    type: str
    required: true
  name:
    description: The name of the task. If omitted, every task in the folder is changed, but none in its subfolders.
    type: str
  enabled:
    description:
      - Enable or disable the tasks. V(true) also enables all their triggers; V(false) does not change the triggers.
      - If omitted, neither is changed.
    type: bool
  run_as:
    description:
      - The account that runs the tasks. V(system) is the account SYSTEM, which requires no password.
      - If omitted, the account is not changed.
    type: str
    choices: [system]
  accept_run_as:
    description:
      - Security identifiers (SIDs) of accounts and groups that may keep running a task in spite of O(run_as), such as
        V(S-1-5-32-544) for the local group Administrators, whatever its name in the language of the host.
    type: list
    elements: str
    default: []
  multiple_instances:
    description:
      - What happens if a task is to start while it is running. V(IgnoreNew) does not start a new instance, V(Queue)
        starts it afterwards, V(Parallel) starts it at once, and V(StopExisting) stops the running instance first.
      - If omitted, this is not changed.
    type: str
    choices: [IgnoreNew, Parallel, Queue, StopExisting]
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.mars_facts
  - name: Task Scheduler schema
    description: The elements of a task definition.
    link: https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Configure the backup tasks of the Azure Backup agent
  winops.mars.cim_scheduled_task:
    path: \Microsoft\OnlineBackup\
    enabled: true
    run_as: system
    accept_run_as:
      - S-1-5-32-544
    multiple_instances: IgnoreNew

- name: Disable a task
  winops.mars.cim_scheduled_task:
    path: \Contoso\
    name: Nightly
    enabled: false
"""

RETURN = r"""
before:
  description:
    - The tasks before the change, by name. Each has C(enabled), C(triggers) with C(type) and C(enabled), C(run_as), and
      C(multiple_instances).
    - C(run_as) is a SID if it is known, otherwise the name of the account in the definition.
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
  description: The tasks after the change, predicted in check mode. Contains the same as RV(before).
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
    module.fail_json(msg="winops.mars.cim_scheduled_task runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
