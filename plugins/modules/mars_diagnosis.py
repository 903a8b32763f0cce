#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_diagnosis; plugins/action/mars_diagnosis.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_diagnosis
short_description: Find the cause of an error of the MARS agent
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Recognizes an error of the Microsoft Azure Recovery Services (MARS) agent by its code, its name, or a pasted message
    in English, German, Dutch, Chinese, Portuguese, or Japanese.
  - Says which of its causes are there on the host, which are excluded, which are possible, and which cannot be known
    from the host, with the evidence, and what to do in which order.
  - The module does not contact the host. It works on the facts that M(winops.mars.mars_facts) gathered. Without facts,
    it only explains the error.
options:
  error:
    description:
      - A code such as V(34513), V(0x1FC07), or V(0x80070005), a name such as V(SalLowDiskSpace), a message, a part of a
        log, or the id of an error such as V(backups_not_on_schedule) and V(restore_mount).
      - In a message or log, a decimal number counts only after C(ID) or a word such as C(error), since logs are full of
        other numbers.
      - By default, the errors are those of the backups that failed after the last good one, by the agent's event log.
      - If the facts have the section C(backup_history), which is gathered on request, the end of the engine's log and
        the lists of skipped files count, too.
    type: str
  facts:
    description:
      - The facts of the host, as M(winops.mars.mars_facts) returned them in
        RV(winops.mars.mars_facts#module:ansible_facts.mars).
      - Defaults to C(ansible_facts.mars) of the host, if there are any.
    type: dict
  findings:
    description:
      - The findings on the host, as M(winops.mars.mars_compliance) returned them in
        RV(winops.mars.mars_compliance#module:findings). They may include those of M(winops.mars.mars_fleet).
      - By default, the facts are checked against the shipped rules with their baseline V(minimum).
    type: list
    elements: dict
requirements:
  - The Python package C(jmespath) on the controller.
seealso:
  - module: winops.mars.mars_facts
  - module: winops.mars.mars_compliance
  - plugin: winops.mars.mars_error
    plugin_type: lookup
  - ref: ansible_collections.winops.mars.docsite.guide_diagnosis
    description: How errors are recognized, what the statuses mean, and the list of errors.
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.read_only
"""

EXAMPLES = r"""
- name: Explain an error without any host
  winops.mars.mars_diagnosis:
    error: '34513'
  delegate_to: localhost

- name: Gather the facts
  winops.mars.mars_facts:

- name: Find the causes of the backups that failed last
  winops.mars.mars_diagnosis:
  register: diagnosis

- name: Show them
  ansible.builtin.debug:
    msg: "{{ diagnosis.report }}"

- name: Find the cause of a message, with our own rules and thresholds
  winops.mars.mars_diagnosis:
    error: Die Aktivierung wurde nicht erfolgreich abgeschlossen. [0x1FC07]
    findings: "{{ compliance.findings }}"
"""

RETURN = r"""
host_checked:
  description: Whether there were facts of a host, so that the statuses are about it.
  returned: success
  type: bool
  sample: true
backup:
  description: What the facts say about the backups of the host, V(null) if there were none.
  returned: success
  type: dict
  contains:
    state:
      description: V(running) or V(idle), or V(unknown) if the facts do not decide it.
      type: str
      sample: idle
    rests_on:
      description: What shows that.
      type: str
      sample: The service obengine is stopped.
    succeeded:
      description: When the last good backup ended, as an ISO 8601 time, V(null) if that is not known.
      type: str
      sample: '2026-11-19T21:41:37+00:00'
errors:
  description: The errors that were recognized, those found by a code first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the error in the catalog.
      type: str
      sample: activation_incomplete
    title:
      description: What it is, in a few words.
      type: str
      sample: The activation did not complete
    kind:
      description: The area it belongs to, such as V(registration), V(network), V(backup), or V(restore).
      type: str
      sample: registration
    codes:
      description: Its codes and names.
      type: list
      elements: str
      sample: ['0x1FC07']
    found_by:
      description: V(id), V(code), V(name), V(message), V(event), or V(log).
      type: str
      sample: code
    found:
      description: The code or name that was found, or the language of the message.
      type: str
      sample: '0x1FC07'
    causes:
      description: Its causes, first those that are confirmed, then possible, not knowable, and excluded ones.
      type: list
      elements: dict
      contains:
        id:
          description: Name of the cause in the catalog. The same cause of two errors has the same name.
          type: str
          sample: scratch_full
        title:
          description: What it is, as a sentence.
          type: str
          sample: The scratch volume has too little free space
        status:
          description:
            - V(confirmed) if the facts prove that it is there, V(excluded) if they prove that it is not.
            - V(possible) if they prove neither, V(unknowable) if nothing on the host can show it.
          type: str
          sample: confirmed
        evidence:
          description: What was found, or why nothing is known.
          type: str
          sample: 'The scratch volume has enough free space: noncompliant (1.2 GiB free on C:\, ...).'
        action:
          description: What to do about it, V(null) if it is excluded.
          type: str
          sample: Enlarge the volume, free space on it, or move the scratch folder to a larger local NTFS volume.
        role:
          description: Name of the role that fixes it, V(null) if none can or it is not confirmed.
          type: str
          sample: scratch_space
        rules:
          description: Ids of the rules whose findings that role works with.
          type: list
          elements: str
          sample: [scratch_free_space]
    actions:
      description: What to do, in this order.
      type: list
      elements: str
      sample: [Install the agent from https://aka.ms/azurebackup_agent over the old one. It stays registered.]
    roles:
      description: The roles that fix its confirmed causes.
      type: list
      elements: str
      sample: [scratch_space]
    source:
      description: Where the error is documented.
      type: str
      sample: https://learn.microsoft.com/azure/backup/backup-azure-mars-troubleshoot
nearest:
  description: If no error was recognized, those that look most like what was given.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the error in the catalog.
      type: str
      sample: invalid_vault_credentials
    title:
      description: What it is, in a few words.
      type: str
      sample: The vault credentials are not valid
    codes:
      description: Its codes.
      type: list
      elements: str
      sample: ['34513']
roles:
  description: The roles that fix confirmed causes of all these errors.
  returned: success
  type: list
  elements: str
  sample: [scratch_space]
report:
  description: All this for people, line by line.
  returned: success
  type: list
  elements: str
  sample: ['The activation did not complete (0x1FC07, activation_incomplete)']
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC: dict[str, Any] = {
    "error": {"type": "str"},
    "facts": {"type": "dict"},
    "findings": {"type": "list", "elements": "dict"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="mars_diagnosis runs on the controller, as an action plugin")


if __name__ == "__main__":
    main()
