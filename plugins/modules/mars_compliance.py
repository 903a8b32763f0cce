#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a host is fit for the MARS agent."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_compliance
short_description: Judge whether a host is fit for the MARS agent
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Compares the facts that M(winops.mars.mars_facts) gathered with the prerequisites of the Microsoft Azure Recovery
    Services (MARS) agent, and says for each what was expected, what was found, why it matters and how to put it right.
  - It does not talk to the host, so that saved facts can be judged at any time, also by other rules than at the time
    they were gathered.
  - What could not be read is never counted as compliant.
  - It does not fail on a host that does not comply; decide on RV(verdict).
options:
  facts:
    description:
      - The facts to judge, as M(winops.mars.mars_facts) returned them in
        RV(winops.mars.mars_facts#module:ansible_facts.mars).
      - Default is C(ansible_facts.mars) of the host.
    type: dict
  baseline:
    description:
      - Thresholds to judge by.
      - V(minimum) is what an agent that is already installed needs to go on working, .NET Framework 4.5.2 and Windows
        PowerShell 3.0 among others.
      - V(current) is what Microsoft documents for installing and updating the agent in 2025, .NET Framework 4.8 and
        Windows PowerShell 5.0 among others.
    type: str
    choices:
      - minimum
      - current
    default: minimum
  thresholds:
    description:
      - Single thresholds in place of those of the O(baseline).
      - C(dotnet_version) and C(powershell_version) are versions. Quote them, since YAML takes C(4.10) for C(4.1).
      - C(scratch_free_percent) and C(scratch_advised_percent) are the free space, in percent, below which the scratch
        volume fails and below which it gets a warning. They count against C(scratch_protected_data), the size in bytes
        of all data that the agent protects on the host, if that is given, and against the size of the volume if not.
    type: dict
    default: {}
  rules_file:
    description:
      - A YAML file on the controller with a list of O(rules), which are applied before those in O(rules) itself.
      - A relative path is searched for as in other actions, in the C(files) folders of role and playbook first.
    type: path
  rules:
    description:
      - Rules to add to those of the collection, or, with the C(id) of one of these, fields to replace in it.
      - A rule has C(id), C(title), C(severity) (V(error) or V(warning)), C(needs) (the facts without which it cannot
        tell), C(expect) (a JMESPath condition over the facts, true if the host complies), C(expected), C(actual),
        C(why) and C(fix) (texts that may hold expressions in braces). It may have C(applies), C(advise) and
        C(impossible) (further conditions), C(role), C(no_role), C(cases) and C(source).
      - The page C(docs/rules.md) of the collection explains them.
    type: list
    elements: dict
    default: []
  disabled_rules:
    description: Names of rules that are not applied.
    type: list
    elements: str
    default: []
requirements:
  - The Python package C(jmespath) on the controller.
seealso:
  - module: winops.mars.mars_facts
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.read_only
"""

EXAMPLES = r"""
- name: Gather the facts
  winops.mars.mars_facts:

- name: Judge them by what Microsoft documents today
  winops.mars.mars_compliance:
    baseline: current
  register: compliance

- name: Stop where a prerequisite is missing
  ansible.builtin.assert:
    that: compliance.verdict == 'compliant'
    fail_msg: "{{ compliance.findings | selectattr('fix') | map(attribute='fix') | join(' ') }}"

- name: Judge saved facts, with more room for 2 TB of protected data and without the rule on overlapping backups
  winops.mars.mars_compliance:
    facts: "{{ lookup('ansible.builtin.file', 'facts/' ~ inventory_hostname ~ '.json') | from_json }}"
    thresholds:
      scratch_protected_data: "{{ '2 TB' | ansible.builtin.human_to_bytes }}"
      scratch_free_percent: 7.5
    disabled_rules:
      - task_instances

- name: Also ask for a certain version of the agent, and only warn about the module path
  winops.mars.mars_compliance:
    rules:
      - id: agent_version
        title: The agent is new enough
        severity: error
        applies: agent.installed
        needs: [agent.installed, agent.version]
        expect: version_compare(agent.version, '2.0.9262.0') >= `0`
        expected: 2.0.9262.0 or later
        actual: "{agent.version}"
        why: Older agents cannot save the passphrase in an Azure Key Vault.
        fix: Install the agent from https://aka.ms/azurebackup_agent over the old one.
      - id: powershell_module_path
        severity: warning
"""

RETURN = r"""
findings:
  description: What each rule found, in the order of the rules.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the rule.
      type: str
      sample: dotnet_version
    title:
      description: What the rule makes sure of.
      type: str
      sample: .NET Framework is new enough
    severity:
      description: V(error) or V(warning). Only errors make a host noncompliant.
      type: str
      sample: error
    status:
      description:
        - V(compliant), V(noncompliant), V(unknown) if a fact could not be read, V(not_applicable) if the rule has
          nothing to say about this host, or V(impossible) if its Windows can never comply.
      type: str
      sample: noncompliant
    expected:
      description: What is expected.
      type: str
      sample: .NET Framework 4.8 or later
    actual:
      description: What was found, or why it is unknown.
      type: str
      sample: 4.6.2 (release 394802)
    why:
      description: Why it matters.
      type: str
      sample: The agent is a .NET program; with an older .NET Framework it cannot be installed, updated or registered.
    fix:
      description: How to put it right by hand, V(null) if nothing has to be.
      type: str
      sample: Install the .NET Framework 4.8 from its offline installer, then restart the host.
    role:
      description: Name of the role of this collection that puts it right, V(null) if none can or nothing has to be.
      type: str
      sample: dotnet
    source:
      description: Where the requirement is documented.
      type: str
      sample: https://learn.microsoft.com/azure/backup/backup-support-matrix-mars-agent
summary:
  description: Number of findings with each status.
  returned: success
  type: dict
  sample:
    compliant: 9
    noncompliant: 2
    unknown: 0
    not_applicable: 1
    impossible: 0
verdict:
  description:
    - V(noncompliant) if a finding of severity V(error) is noncompliant or impossible, otherwise V(unknown) if a finding
      is unknown, otherwise V(compliant).
  returned: success
  type: str
  sample: noncompliant
roles:
  description: Names of the roles that put right what is noncompliant, in the order of the rules.
  returned: success
  type: list
  elements: str
  sample:
    - dotnet
    - scheduled_task
baseline:
  description: The baseline that was judged by.
  returned: success
  type: str
  sample: current
thresholds:
  description: The thresholds that were judged by, those of the baseline with the given ones in place.
  returned: success
  type: dict
  sample:
    dotnet_version: '4.8'
    powershell_version: '5.0'
    scratch_free_percent: 5
    scratch_advised_percent: 10
    scratch_protected_data: null
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC: dict[str, Any] = {
    "facts": {"type": "dict"},
    "baseline": {"type": "str", "choices": ["minimum", "current"], "default": "minimum"},
    "thresholds": {"type": "dict", "default": {}},
    "rules_file": {"type": "path"},
    "rules": {"type": "list", "elements": "dict", "default": []},
    "disabled_rules": {"type": "list", "elements": "str", "default": []},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="mars_compliance runs on the controller, as an action plugin")


if __name__ == "__main__":
    main()
