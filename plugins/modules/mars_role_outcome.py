#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_role_outcome; plugins/action/mars_role_outcome.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_role_outcome
short_description: Report what a role did not do
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Returns what a role reports at its end, and shows it if something is left to do by hand.
  - The role P(winops.mars.mars_prereqs#role) reads this from the variable C(<role>_outcome), in which each of its roles
    registers it. A role of your own may do so, too.
  - The module does not contact any host.
options:
  restart_required:
    description: Whether the host needs a restart for what the role changed.
    type: bool
    default: false
  restart_advised:
    description: Whether a restart of the host is advised after what the role changed.
    type: bool
    default: false
  manual:
    description: What is left to do by hand, as sentences.
    type: list
    elements: str
    default: []
  fixes:
    description:
      - How to fix by hand what the role was to fix, such as
        RV(winops.mars.mars_compliance#module:findings[].fix) of its findings.
      - It is shown if there is any O(manual).
    type: list
    elements: str
    default: []
seealso:
  - module: winops.mars.mars_compliance
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.read_only
"""

EXAMPLES = r"""
# The last task of the role example.backup.cache
- name: Report what is left to do by hand
  winops.mars.mars_role_outcome:
    restart_required: "{{ installation.reboot_required | default(false) }}"
    manual: "{{ [] if installation is not skipped else ['Set cache_source to let this role install the cache.'] }}"
    fixes: "{{ mars_prereqs_findings | map(attribute='fix') }}"
  register: cache_outcome
"""

RETURN = r"""
restart_required:
  description: As given.
  returned: success
  type: bool
  sample: false
restart_advised:
  description: As given.
  returned: success
  type: bool
  sample: false
manual:
  description: As given.
  returned: success
  type: list
  elements: str
  sample: [Set dotnet_source to the offline installer to let this role install it.]
fixes:
  description: As given.
  returned: if there is any RV(manual)
  type: list
  elements: str
  sample: [Install the .NET Framework 4.8.]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC: dict[str, Any] = {
    "restart_required": {"type": "bool", "default": False},
    "restart_advised": {"type": "bool", "default": False},
    "manual": {"type": "list", "elements": "str", "default": []},
    "fixes": {"type": "list", "elements": "str", "default": []},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_role_outcome runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
