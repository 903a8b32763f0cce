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
  - Writes or deletes one value of a registry key, and creates the key and its parents if they are missing.
  - Compares type and data exactly, numbers as unsigned and text with its %variables% unexpanded.
  - Runs no PowerShell on the host, so it works on every Windows that WinRM reaches.
options:
  key:
    description:
      - The registry key, beginning with C(HKLM), C(HKCU), C(HKCR), C(HKU) or C(HKCC), or their long names.
      - The 64-bit view is used. 32-bit programs see what is under C(SOFTWARE\WOW6432Node).
      - C(HKCU) is that of the account Ansible connects with.
    type: str
    required: true
  name:
    description: The name of the value, empty for the default value of the key.
    type: str
    default: ''
  data:
    description:
      - The data of the value. Required for O(state=present).
      - "For V(dword) and V(qword): a number, or text such as V(4096), V(0x1000) or V(-1)."
      - "For V(binary): hexadecimal text such as V(00ff10), with blanks or commas between the bytes if you like."
      - "For V(multi_string): a list of text. V(binary) and V(multi_string) need at least one item."
    type: raw
  type:
    description:
      - The type of the value. A value of another type is replaced.
      - Without it, a value keeps the type it has, and a new value becomes a V(string).
    type: str
    choices:
      - string
      - expand_string
      - multi_string
      - dword
      - qword
      - binary
  state:
    description: Whether the value should be there. The key stays in any case.
    type: str
    choices:
      - present
      - absent
    default: present
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Let .NET programs use strong cryptography
  winops.mars.cim_registry:
    key: HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319
    name: SchUseStrongCrypto
    type: dword
    data: 1

- name: Set a variable that keeps its reference to another one
  winops.mars.cim_registry:
    key: HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment
    name: TOOLS
    type: expand_string
    data: '%SystemDrive%\Tools'

- name: Remove a value
  winops.mars.cim_registry:
    key: HKLM\SOFTWARE\Contoso
    name: Obsolete
    state: absent
"""

RETURN = r"""
before:
  description: The value as it was.
  returned: success
  type: dict
  sample: {state: absent, type: null, data: null}
  contains:
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    type:
      description: The type, as in O(type); null if the value was absent.
      type: str
      sample: dword
    data:
      description: Text, a number, a list of text, or hexadecimal text for V(binary); null if the value was absent.
      type: raw
      sample: 0
after:
  description: The value as it is now, or in check mode would be; contains the same as RV(before).
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
    module.fail_json(msg="winops.mars.cim_registry runs on the controller as an action plugin, not on the host.")


if __name__ == "__main__":
    main()
