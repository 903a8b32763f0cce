#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_registry; plugins/action/cim_registry.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_registry
short_description: Manage a value in the Windows registry
version_added: 0.1.0
description:
  - Writes or deletes a registry value. A missing key is created with its parents.
  - Type and data are compared exactly, numbers as unsigned, and text with its variables unexpanded.
  - Where a Group Policy for the computer sets the value otherwise, the module changes nothing and fails.
options:
  key:
    description:
      - The registry key, beginning with C(HKLM), C(HKCU), C(HKCR), C(HKU) or C(HKCC), or their long names.
      - The key is in the 64-bit view. The keys of 32-bit programs are under C(SOFTWARE\WOW6432Node).
      - C(HKCU) is the hive of the account that Ansible connects with.
    type: str
    required: true
  name:
    description: The name of the value. An empty name means the default value of the key.
    type: str
    default: ''
  data:
    description:
      - The data of the value. Required if O(state=present).
      - "For V(dword) and V(qword), a number, or text such as V(4096), V(0x1000) or V(-1)."
      - "For V(binary), hexadecimal text such as V(00ff10), in which blanks or commas may separate the bytes."
      - "For V(multi_string), a list of text."
      - V(binary) and V(multi_string) must not be empty.
    type: raw
  type:
    description:
      - The type of the value. A value of another type is replaced.
      - If omitted, an existing value keeps its type, and a new one becomes a V(string).
    type: str
    choices:
      - string
      - expand_string
      - multi_string
      - dword
      - qword
      - binary
  state:
    description: Whether to write or delete the value. The key is never deleted.
    type: str
    choices:
      - present
      - absent
    default: present
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
seealso:
  - module: winops.mars.cim_path
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Enable strong cryptography for .NET Framework programs
  winops.mars.cim_registry:
    key: HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319
    name: SchUseStrongCrypto
    type: dword
    data: 1

- name: Set an environment variable that refers to another one
  winops.mars.cim_registry:
    key: HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment
    name: TOOLS
    type: expand_string
    data: '%SystemDrive%\Tools'

- name: Delete a value
  winops.mars.cim_registry:
    key: HKLM\SOFTWARE\Contoso
    name: Obsolete
    state: absent
"""

RETURN = r"""
before:
  description: The value before the change.
  returned: success
  type: dict
  sample: {state: absent, type: null, data: null}
  contains:
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    type:
      description: The type, one of the choices of O(type); V(null) if the value is absent.
      type: str
      sample: dword
    data:
      description: Text, a number, a list of text, or hexadecimal text for V(binary); V(null) if the value is absent.
      type: raw
      sample: 0
after:
  description: The value after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {state: present, type: dword, data: 1}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "key": {"type": "str", "required": True, "no_log": False},
    "name": {"type": "str", "default": ""},
    "data": {"type": "raw"},
    "type": {"type": "str", "choices": ["string", "expand_string", "multi_string", "dword", "qword", "binary"]},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
CONSTRAINTS = {"required_if": [("state", "present", ["data"])]}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, **CONSTRAINTS)
    module.fail_json(msg="winops.mars.cim_registry runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
