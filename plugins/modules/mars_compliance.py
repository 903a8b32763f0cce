#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_compliance; plugins/action/mars_compliance.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_compliance
short_description: Check whether a host meets the prerequisites of the MARS agent
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Compares the facts that M(winops.mars.mars_facts) gathered with the prerequisites of the Microsoft Azure Recovery
    Services (MARS) agent. Each finding says what was expected, what was found, why it matters, and how to fix it.
  - Without O(gather), the module does not contact the host, so saved facts can be checked at any time, also with other
    rules than those used when they were gathered.
  - What could not be read is never counted as compliant.
  - The module does not fail for a host that does not meet the prerequisites; decide on RV(verdict).
options:
  facts:
    description:
      - The facts to check, as M(winops.mars.mars_facts) returned them in
        RV(winops.mars.mars_facts#module:ansible_facts.mars).
      - Defaults to C(ansible_facts.mars) of the host.
    type: dict
  gather:
    description:
      - Whether to gather the facts first, as M(winops.mars.mars_facts) does and with its requirements. One task for
        both takes the controller less time than two.
      - Without it, the options of M(winops.mars.mars_facts) have no effect here.
      - With it, the sections are gathered, too, that are needed because of O(protected_volumes), O(system_state),
        O(restore), or the baseline V(legacy_ie), unless O(gather_subset) excludes them.
    type: bool
    default: false
  from_variables:
    description:
      - Whether to take what is not given here from the variables of the role P(winops.mars.mars_prereqs#role), as that
        role does. For O(baseline), that is C(survey_mars_prereqs_baseline) or C(mars_prereqs_baseline), and so on. So a
        task of your own finds what the playbook finds.
      - What only the inventory knows of a host is in C(mars_protected_data), C(mars_protected_volumes),
        C(mars_system_state), C(mars_restore), and C(mars_protection).
      - A variable that is blank is not given.
    type: bool
    default: false
  baseline:
    description:
      - Thresholds to check against.
      - V(minimum) is what an installed agent needs to keep working, .NET Framework 4.5.2 and Windows PowerShell 3.0
        among others.
      - V(current) is what Microsoft documents for installing and updating the agent in 2025, .NET Framework 4.8 and
        Windows PowerShell 5.0 among others.
      - V(legacy_ie) is V(minimum) with the settings of Internet Explorer that older articles ask for. It needs the
        section V(internet_options) of the facts.
    type: str
    choices:
      - minimum
      - current
      - legacy_ie
    default: minimum
  thresholds:
    description:
      - Single thresholds that replace those of the O(baseline).
      # generated: threshold_documentation
      - C(dotnet_version) is a version in quotes, '4.8' for example. Oldest .NET Framework that is accepted.
      - C(dotnet_advised_version) is a version in quotes, '4.8' for example. .NET Framework below which there
        is a warning. The System State and some repairs need it.
      - C(powershell_version) is a version in quotes, '4.8' for example. Oldest Windows PowerShell that is accepted.
      - C(agent_version) is a version in quotes, '4.8' for example. Oldest agent that is accepted.
      - C(agent_advised_version) is a version in quotes, '4.8' for example. Agent below which there is a warning.
        Agents before 2.0.9249.0 cannot read the vault credentials of today.
      - C(vault_credentials_hours) is a number of hours above 0, or null. Age at which vault credentials expire.
        It was two days until 2019, and is ten days today.
      - C(scratch_free_percent) is a number from 0 to 100. Free space that the scratch volume must have, in
        percent of the protected data, if its size is given.
      - C(scratch_advised_percent) is a number from 0 to 100. Free space of the scratch volume below which there
        is a warning, in percent of the protected data if its size is given, otherwise of all that is used on
        fixed NTFS volumes.
      - C(scratch_least_percent) is a number from 0 to 100. Free space of the scratch volume below which it
        is certainly too little, in percent of all that is used on fixed NTFS volumes, if the size of the protected
        data is not given.
      - C(scratch_system_state_space) is a whole number of bytes above 0, or null. Free space that the scratch
        volume must have in addition if the agent protects the System State.
      - C(last_backup_hours) is a number of hours above 0, or null. Longest time since the last successful backup,
        in hours. By default, that is the longest time between two scheduled backups and a day more, or eight
        days if the schedule is neither daily nor weekly.
      - C(proxy) is none, or host and port such as proxy.example.com:8080, or null. The proxy through which
        the agent reaches Azure.
      - C(temp_files) is a whole number. Most files ending in .tmp that are accepted in the folder Temp of Windows.
      - C(clock_offset) is a whole number. By how many seconds the host's clock may differ from the controller's.
      - C(time_zone) is a text, or null. The time zone the host should have, by its name as tzutil /l shows
        it.
      - C(offline_backup) is true or false, or null. Whether the first backup is to be sent to Azure on disks
        (offline seeding).
      - C(internet_explorer) is true or false, or null. Whether the settings of Internet Explorer are checked
        that older articles on the agent ask for.
      - C(shadow_storage_percent) is a number from 0 to 100. Space that shadow copies of a protected volume
        may at least use, in percent of the size of the volume, where somebody limited it.
      - C(windows_server_backup_minutes) is a whole number. Shortest time between a start of Windows Server
        Backup and one of the agent, in minutes.
      - C(update_days) is a number of days above 0, or null. Longest time since an update of Windows was installed,
        in days. Microsoft supports the agent on a Windows with its latest updates, which appear each month.
      # end generated
    type: dict
    default: {}
  protected_data:
    description:
      - Size of all data that the agent protects on the host, with a unit if it is not in bytes, as in V(2 TB).
      - Without it, the free space of the scratch volume can only be compared with all that is on the host's volumes.
    type: bytes
  protected_volumes:
    description:
      - Paths of what the agent protects on the host, such as V(D:\\) or V(D:\\Data). Their volumes are checked.
      - The facts need the sections V(volume_access) and V(shadow_storage) of
        O(winops.mars.mars_facts#module:gather_subset).
    type: list
    elements: str
  system_state:
    description:
      - Whether the agent protects the System State of the host, which needs more free space.
      - By default, a volume that the agent made for such a backup shows it.
      - What else such backups need is checked only if this is V(true). The facts need the section V(system_state) of
        O(winops.mars.mars_facts#module:gather_subset).
    type: bool
  restore:
    description:
      - Whether data is about to be restored to the host, which needs the iSCSI initiator of Windows.
      - The facts need the section V(iscsi) of O(winops.mars.mars_facts#module:gather_subset).
    type: bool
  protection:
    description:
      - V(paused) says that somebody stopped the backups of this host on purpose, so that a missing or disabled task is
        not a finding.
    type: str
    choices: [active, paused]
    default: active
  rules_file:
    description:
      - A YAML file on the controller with a list of O(rules), which are applied before those in O(rules) itself.
      - A relative path is searched for as in other actions, in the C(files) directories of role and playbook first.
    type: path
  rules:
    description:
      - Rules to add to those of the collection, or, with the C(id) of one of these, fields to replace in it.
      - The R(guide to rules,ansible_collections.winops.mars.docsite.guide_rules) explains the fields.
    type: list
    elements: dict
    default: []
  disabled_rules:
    description: Ids of rules that are not applied.
    type: list
    elements: str
    default: []
  attestations:
    description:
      - Findings that cannot be determined from the host, such as the exclusions of another antivirus product, and that
        somebody vouches for. They belong in the inventory, with the host or group that they are about.
      - Such a finding is V(attested) instead of V(unknown) until the attestation expires. What the host shows not to
        comply cannot be attested, nor can what is unknown because a fact could not be read.
    type: list
    elements: dict
    default: []
    suboptions:
      rule:
        description: Id of the rule.
        type: str
        required: true
      by:
        description: Who vouches for it.
        type: str
        required: true
      until:
        description: The last day on which it counts, in UTC, such as V(2026-12-31).
        type: str
        required: true
      note:
        description: How it is known, for example the number of a ticket.
        type: str
  waivers:
    description:
      - Findings that are accepted for a time. They belong in the inventory, with the host or group that they are about.
      - Such a finding is V(waived) instead of V(noncompliant), V(unknown), or V(impossible) until the waiver expires.
        It stays in every report. It does not make the host noncompliant, and no role fixes it.
    type: list
    elements: dict
    default: []
    suboptions:
      rule:
        description: Id of the rule.
        type: str
        required: true
      by:
        description: Who accepts it.
        type: str
        required: true
      until:
        description: The last day on which it counts, in UTC, such as V(2026-12-31).
        type: str
        required: true
      reason:
        description: Why it is accepted.
        type: str
        required: true
  roles:
    description:
      - Apply only rules whose findings one of these roles can fix.
      - By default, all rules are applied.
    type: list
    elements: str
requirements:
  - The Python package C(jmespath) on the controller.
seealso:
  - module: winops.mars.mars_facts
  - ref: ansible_collections.winops.mars.docsite.guide_rules
    description: The shipped rules, their thresholds, and how to write your own.
extends_documentation_fragment:
  - winops.mars.gathering
  - winops.mars.attributes
  - winops.mars.attributes.read_only
"""

EXAMPLES = r"""
- name: Gather the facts, and check them against what Microsoft documents today
  winops.mars.mars_compliance:
    gather: true
    baseline: current
  register: compliance

- name: Stop where a prerequisite is not met
  ansible.builtin.assert:
    that: compliance.verdict == 'compliant'
    fail_msg: "{{ compliance.findings | selectattr('fix') | map(attribute='fix') | join(' ') }}"

- name: Check the host as the role mars_prereqs does, by the variables of its inventory
  winops.mars.mars_compliance:
    gather: true
    from_variables: true
  register: compliance

- name: Check saved facts, with more room for 2 TB of protected data and without the rule on overlapping backups
  winops.mars.mars_compliance:
    facts: "{{ lookup('ansible.builtin.file', 'facts/' ~ inventory_hostname ~ '.json') | from_json }}"
    protected_data: 2 TB
    thresholds:
      scratch_free_percent: 7.5
    disabled_rules:
      - task_instances

- name: Accept a full scratch volume until it is replaced, and vouch for what CrowdStrike excludes
  winops.mars.mars_compliance:
    attestations:
      - rule: antivirus_exclusions
        by: Security operations
        until: '2026-12-31'
        note: CHG0041234
    waivers:
      - rule: scratch_free_space
        by: Storage team
        until: '2026-09-30'
        reason: The new volume arrives in September.

- name: Also require a certain version of the agent, and only warn about the module path
  winops.mars.mars_compliance:
    rules:
      - id: our_agent_version
        title: The agent is new enough
        group: agent
        severity: error
        requires: agent
        expect: version_compare(agent.version, '2.0.9262.0') >= `0`
        expected: 2.0.9262.0 or later
        actual: "{agent.version}"
        why: Older agents cannot save the passphrase in an Azure Key Vault.
        fix: Install the agent from https://aka.ms/azurebackup_agent over the old one.
      - id: powershell_module_path
        severity: warning
"""

RETURN = r"""
ansible_facts:
  description: The facts, as M(winops.mars.mars_facts) returns them.
  returned: if O(gather) is set
  type: dict
findings:
  description: What each rule found, in the order of the rules.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the rule.
      type: str
      sample: dotnet_version
    title:
      description: What the rule requires, in a few words.
      type: str
      sample: .NET Framework is new enough
    group:
      description: The group of rules it belongs to; tables have a column for each.
      type: str
      sample: dotnet
    severity:
      description: V(error) or V(warning). Only errors make a host noncompliant.
      type: str
      sample: error
    status:
      description:
        - V(compliant), V(noncompliant), V(unknown) if a fact could not be read or does not decide it, V(not_applicable)
          if the rule does not apply to this host, or V(impossible) if its Windows can never meet it.
        - V(attested) if it is unknown but one of the O(attestations) vouches for it, or V(waived) if it is open but one
          of the O(waivers) accepts it.
      type: str
      sample: noncompliant
    expected:
      description: What is expected.
      type: str
      sample: .NET Framework 4.8 or later
    actual:
      description: What was found, or why it is unknown.
      type: str
      sample: .NET Framework 4.6.2 (release 394802)
    why:
      description: Why it matters.
      type: str
      sample: The agent is a .NET program. With an older .NET Framework it cannot be installed, updated, or registered.
    fix:
      description: How to fix it by hand, V(null) if there is nothing to fix.
      type: str
      sample: Install .NET Framework 4.8 from its offline installer, then restart the host.
    role:
      description: Name of the role that fixes it, V(null) if none can or there is nothing to fix.
      type: str
      sample: dotnet
    wanted:
      description: The values that the role applies, computed for this host. Empty if there is nothing to fix.
      type: dict
      sample:
        installed:
          key: HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full
          name: Release
          minimum: 528040
    source:
      description: Where the requirement is documented.
      type: str
      sample: https://learn.microsoft.com/azure/backup/backup-support-matrix-mars-agent
    decision:
      description: The attestation or waiver that gave the finding its status, V(null) if there is none that counts.
      type: dict
      contains:
        status:
          description: The status without the decision.
          type: str
          sample: unknown
        by:
          description: Who decided.
          type: str
          sample: Security operations
        until:
          description: The last day on which it counts.
          type: str
          sample: '2026-12-31'
        note:
          description: The note of the attestation or the reason of the waiver, V(null) if there is none.
          type: str
          sample: CHG0041234
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
    attested: 0
    waived: 0
verdict:
  description:
    - V(noncompliant) if a finding of severity V(error) is noncompliant or impossible, otherwise V(unknown) if a finding
      is unknown, otherwise V(compliant).
    - Findings that are attested or waived count as compliant.
  returned: success
  type: str
  sample: noncompliant
roles:
  description: Names of the roles that fix what is noncompliant, in the order in which they are to run.
  returned: success
  type: list
  elements: str
  sample:
    - dotnet
    - scheduled_task
    - scratch_space
baseline:
  description: The baseline that was checked against.
  returned: success
  type: str
  sample: current
thresholds:
  description: The thresholds that were checked against, those of the baseline with the given ones in place.
  returned: success
  type: dict
  sample:
    dotnet_version: '4.8'
    dotnet_advised_version: '4.8'
    powershell_version: '5.0'
    scratch_free_percent: 5
    scratch_advised_percent: 10
    scratch_least_percent: 1
    scratch_system_state_space: 37580963840
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.winops.mars.plugins.module_utils.gathering import GATHERING

_DECISION: dict[str, Any] = {
    "rule": {"type": "str", "required": True},
    "by": {"type": "str", "required": True},
    "until": {"type": "str", "required": True},
}

ARGUMENT_SPEC: dict[str, Any] = {
    "facts": {"type": "dict"},
    "gather": {"type": "bool", "default": False},
    "from_variables": {"type": "bool", "default": False},
    **GATHERING,
    "baseline": {"type": "str", "choices": ["minimum", "current", "legacy_ie"], "default": "minimum"},
    "thresholds": {"type": "dict", "default": {}},
    "protected_data": {"type": "bytes"},
    "protected_volumes": {"type": "list", "elements": "str"},
    "system_state": {"type": "bool"},
    "restore": {"type": "bool"},
    "protection": {"type": "str", "choices": ["active", "paused"], "default": "active"},
    "rules_file": {"type": "path"},
    "rules": {"type": "list", "elements": "dict", "default": []},
    "disabled_rules": {"type": "list", "elements": "str", "default": []},
    "attestations": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {**_DECISION, "note": {"type": "str"}},
    },
    "waivers": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {**_DECISION, "reason": {"type": "str", "required": True}},
    },
    "roles": {"type": "list", "elements": "str"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="mars_compliance runs on the controller, as an action plugin")


if __name__ == "__main__":
    main()
