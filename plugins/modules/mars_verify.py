#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_verify; plugins/action/mars_verify.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_verify
short_description: Try on a host what this collection relies on
version_added: 0.1.0
description:
  - This collection relies on much that Windows and the MARS agent do. C(docs/verified.md) in its repository lists it
    line by line, and says of each line whether it was recorded from a real host, specified, or assumed.
  - This module tries on a host as many of these lines as the host can show. It looks at what the host answers, word by
    word.
  - By default, it only reads.
options:
  changes:
    description:
      - Whether to try changes, too, on things that the module makes and takes away again. These are a registry key
        C(HKLM\SOFTWARE\winops.mars.verify), a folder C(winops.mars.verify) in that of Windows, a scheduled task
        C(winops.mars.verify) without triggers, which runs a command as SYSTEM, and an exclusion from Microsoft Defender
        Antivirus of a folder that does not exist.
      - Nothing else is changed. What has one of these names already, and was not made by this module, is not touched.
      - If the connection breaks for good, the next run takes away what this one has left.
      - In check mode, nothing is changed.
    type: bool
    default: false
  slow:
    description: Whether to try what takes minutes, too.
    type: bool
    default: false
  record:
    description:
      - A folder on the controller. The messages of the run are written to a new folder in it, with an index, to be sent
        to those who maintain this collection.
      - Names, addresses, SIDs, GUIDs, and paths below a profile are replaced in them, the same ones by the same. So is
        every word that does not occur in the source of this collection. Numbers of up to five digits, codes of errors,
        sizes, whole days in milliseconds, and the integers that mean no limit remain, unless they are called a secret
        or an account. Credentials are in no message. Please look at the files before you send them.
    type: path
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
attributes:
  check_mode:
    support: full
    details:
      - In check mode, the module only reads.
  diff_mode:
    support: N/A
    details:
      - The module takes away what it makes.
  idempotent:
    support: full
    details:
      - The module takes away what it makes.
seealso:
  - module: winops.mars.mars_connection
  - module: winops.mars.mars_facts
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Try what only needs to be read
  winops.mars.mars_verify:

- name: Try changes, too, and show what did not hold
  winops.mars.mars_verify:
    changes: true
  register: verified

- name: Record the messages, to send them to those who maintain the collection
  winops.mars.mars_verify:
    record: ~/recordings

- name: Show what did not hold
  ansible.builtin.debug:
    msg: "{{ verified.lines | selectattr('status', 'eq', 'not_held') }}"
"""

RETURN = r"""
recording:
  description: >-
    The folder with the messages of this run. Its name says nothing about the host. V(null) if it could not be written,
    which is a warning.
  returned: when O(record) is given
  type: str
  sample: /home/operator/recordings/host-5f21c0aa
counts:
  description: How many lines held, did not hold, and were not tried.
  returned: success
  type: dict
  sample: {held: 77, not_held: 1, not_tried: 108}
lines:
  description: All lines, in the order of C(docs/verified.md).
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The name of the line.
      type: str
      sample: registry_absent_code_1
    feature:
      description: What the collection relies on.
      type: str
      sample: Return code 1 for an absent value
    evidence:
      description: How it was known so far, V(recorded), V(specified), or V(assumed).
      type: str
      sample: assumed
    status:
      description: V(held), V(not_held), or V(not_tried).
      type: str
      sample: not_tried
    seen:
      description: What was seen instead, or why it was not tried; V(null) where it held.
      type: str
      sample: this host answers 2
    otherwise:
      description: What the collection does where it does not hold; V(null) for nothing.
      type: str
      sample: the key's list of values decides
left:
  description:
    - What this run could not take away, and what an earlier one has left if this one does not try changes.
    - It is empty in all other cases.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description: What it is.
      type: str
      sample: the scheduled task \winops.mars.verify
    remove:
      description: The command that removes it.
      type: str
      sample: schtasks /delete /tn "\winops.mars.verify" /f
report:
  description:
    - As lines of text, the counts, each line that did not hold, the assumptions that held, what was not tried and why,
      what was left, and where the messages were recorded.
  returned: success
  type: list
  elements: str
  sample: ['77 held, 0 did not hold, 109 not tried']
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "changes": {"type": "bool", "default": False},
    "record": {"type": "path"},
    "slow": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.mars_verify runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
