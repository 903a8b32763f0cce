#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_connection; plugins/action/mars_connection.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_connection
short_description: Check the connection to a Windows host, and say what to do where something is wrong
version_added: 0.1.0
description:
  - Checks address, TLS and certificate, and which authentication the host offers, all without logging in. Then it logs
    in with the settings of the task's connection, and checks the version of WinRM, the rights of the account, the
    quotas of the WinRM service, the WMI namespaces, and the code page of commands.
  - It fails where no other module could work, such as after a refused login, with one sentence that says what to do.
    Other problems are part of the result.
  - It changes nothing on the host.
options: {}
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
  - module: winops.mars.mars_verify
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Check the connection
  winops.mars.mars_connection:
  register: connection

- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ connection.checks | selectattr('status', '==', 'problem') }}"
"""

RETURN = r"""
checks:
  description: The checks, in the order in which they were made; those after the first fatal problem are missing.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: What was checked.
      type: str
      sample: authentication
    status:
      description: >-
        V(ok), V(problem), or V(unknown) where the host does not show it or the account may not see it.
      type: str
      sample: problem
    seen:
      description: What was seen, or why it is unknown.
      type: str
      sample: the host offers Negotiate; the connection uses basic
    remedy:
      description: What to do; V(null) where there is no problem.
      type: str
      sample: >-
        set ansible_winrm_transport to what the host offers, or allow basic there: winrm get winrm/config/service/auth
report:
  description: The same as lines of text.
  returned: always
  type: list
  elements: str
  sample: ["address: ok: port 5985 of files01.example.com accepts connections at 192.0.2.7"]
problems:
  description: The number of problems.
  returned: always
  type: int
  sample: 1
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC: dict[str, dict[str, object]] = {}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_connection runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
