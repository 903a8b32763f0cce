#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_role_options; plugins/action/mars_role_options.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_role_options
short_description: Validate the options of a role of this collection
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Validates the variables of a role of this collection, as Ansible does before it runs a role. But a variable that is
    blank is not given, and the answer to a question of a survey comes before it.
  - The roles do so themselves, since surveys of AWX leave variables blank, which Ansible rejects where they are not
    texts.
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
- name: Validate the options
  winops.mars.mars_role_options:
    role: mars_prereqs
  register: validation
"""

RETURN = r"""
options:
  description:
    - The answers, variables, and defaults in the types of the role, by names without that of the role.
    - Findings are not among them, nor sources, since their URLs may contain credentials.
  returned: success
  type: dict
  sample:
    baseline: minimum
    reboot: false
"""

ARGUMENT_SPEC = {"role": {"type": "str", "required": True}}
