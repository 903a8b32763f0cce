#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_fleet; plugins/action/mars_fleet.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_fleet
short_description: Check what many hosts with the MARS agent have in common
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Looks at the facts that M(winops.mars.mars_facts) gathered on all hosts of the play together, for what no host shows
    by itself. How many machines does each vault have, of the 50 it takes? Do machines have the same name in a vault, or
    the same ID?
  - If the section V(agent_module_files) was gathered on at least five hosts with the same version of the agent, the
    files of its PowerShell module should be those that most of them have.
  - A vault may have other machines than these hosts. So a finding is V(noncompliant) or V(unknown), never compliant.
  - The module does not contact any host. Run it once for all of them, with C(run_once).
options:
  facts:
    description:
      - Saved facts of further hosts, by the name of the host. Each is what M(winops.mars.mars_facts) returned in
        RV(winops.mars.mars_facts#module:ansible_facts.mars).
      - For a host of the play with facts, those count.
    type: dict
    default: {}
seealso:
  - module: winops.mars.mars_facts
  - module: winops.mars.mars_compliance
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.read_only
"""

EXAMPLES = r"""
- name: Gather the facts
  winops.mars.mars_facts:

- name: Look at the vaults of all hosts
  winops.mars.mars_fleet:
  run_once: true
  register: fleet

- name: Stop if machines of a vault are taken for one
  ansible.builtin.assert:
    that: fleet.findings | selectattr('status', 'eq', 'noncompliant') | length == 0
    fail_msg: "{{ fleet.findings | map(attribute='actual') | join('; ') }}"
  run_once: true
"""

RETURN = r"""
findings:
  description: What was found.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: V(vault_machine_limit), one for each vault, V(vault_duplicates), or V(agent_module_files).
      type: str
      sample: vault_machine_limit
    title:
      description: What is required, in a few words.
      type: str
      sample: The vault has room for its machines
    severity:
      description: V(error) or V(warning).
      type: str
      sample: warning
    status:
      description: V(noncompliant), or V(unknown) if other machines may decide it, or no majority does.
      type: str
      sample: unknown
    vault:
      description: Name and number of the vault, as far as its machines have them, V(null) if it is about no vault.
      type: str
      sample: vault-westeurope 5012345678901234567
    hosts:
      description: The hosts that this is about.
      type: list
      elements: str
      sample: [files01, files02]
    expected:
      description: What is expected.
      type: str
      sample: at most 50 machines in a vault
    actual:
      description: What was found.
      type: str
      sample: at least 2 of 50 machines in vault-westeurope 5012345678901234567
    why:
      description: Why it matters.
      type: str
      sample: A vault does not accept more machines.
    fix:
      description: What to do by hand.
      type: str
      sample: Register further machines with another vault.
    source:
      description: Where it is documented.
      type: str
      sample: https://learn.microsoft.com/azure/backup/backup-azure-backup-faq
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC: dict[str, Any] = {"facts": {"type": "dict", "default": {}}}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="mars_fleet runs on the controller, as an action plugin")


if __name__ == "__main__":
    main()
