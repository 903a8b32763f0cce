#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_role_options; plugins/action/mars_role_options.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_role_options
short_description: Return what a role of this collection is given, its options validated
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Validates the variables of a role of this collection, as Ansible does before it runs a role. But a variable that is
    blank is not given, and the answer to a question of a survey comes before it.
  - The roles do so themselves, since surveys of AWX leave variables blank, which Ansible rejects where they are not
    texts.
  - For a role that fixes findings, it also returns these. They are computed here, once, since Ansible would evaluate
    templates of variables for each argument of each task.
options:
  role:
    description: Name of the role, without the collection.
    type: str
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.read_only
"""

EXAMPLES = r"""
- name: Validate what is given
  winops.mars.mars_role_options:
    role: dotnet
  register: dotnet_given
"""

RETURN = r"""
options:
  description:
    - The answers, variables, and defaults in the types of the role, by names without that of the role.
    - Findings are not among them, nor sources, since their URLs may contain credentials.
  returned: success
  type: dict
  sample:
    timeout: 3600
    reboot: false
fixable:
  description: The findings that the role fixes, of those that it is given, otherwise of the last check of the host.
  returned: if the role has a variable for findings
  type: list
  elements: dict
selected:
  description:
    - Those of RV(fixable) that the role acts on. Without its option C(fix_warnings), if it has one, these are errors.
  returned: if the role has a variable for findings
  type: list
  elements: dict
wanted:
  description: What RV(fixable) want, together.
  returned: if the role has a variable for findings
  type: dict
  sample:
    service: W32Time
    max_offset: 300
"""

ARGUMENT_SPEC = {"role": {"type": "str", "required": True}}
