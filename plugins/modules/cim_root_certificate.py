#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of cim_root_certificate; plugins/action/cim_root_certificate.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_root_certificate
short_description: Let the computer trust root certificates
version_added: 0.1.0
description:
  - Adds certificates from files on the controller to the root certificates that the computer trusts.
  - Certificates are recognized by their thumbprints in all stores of the computer, those of Group Policy included.
  - Nothing is removed.
options:
  thumbprints:
    description: SHA-1 thumbprints of the certificates to trust, in any letter case. No others are added.
    type: list
    elements: str
    required: true
  files:
    description:
      - Files on the controller with certificates in PEM or DER.
      - Relative paths are searched for as in other actions, in the C(files) directories of role and playbook first.
    type: list
    elements: path
    required: true
extends_documentation_fragment:
  - winops.mars.attributes
  - winops.mars.attributes.connection
  - winops.mars.attributes.desired_state
author:
  - winops.mars contributors (@winops)
"""

EXAMPLES = r"""
- name: Trust a root certificate
  winops.mars.cim_root_certificate:
    thumbprints:
      - DF3C24F9BFD666761B268073FE06D1CC8D4F82A4
    files:
      - DigiCertGlobalRootG2.crt
"""

RETURN = r"""
before:
  description: Which of O(thumbprints) the computer trusted before the change.
  returned: success
  type: dict
  sample: {trusted: [], missing: [DF3C24F9BFD666761B268073FE06D1CC8D4F82A4]}
  contains:
    trusted:
      description: Thumbprints of certificates in a store of root certificates.
      type: list
      elements: str
      sample: [DF3C24F9BFD666761B268073FE06D1CC8D4F82A4]
    missing:
      description: Thumbprints of the others.
      type: list
      elements: str
      sample: []
after:
  description: Which of them it trusts after the change, predicted in check mode. Contains the same as RV(before).
  returned: success
  type: dict
  sample: {trusted: [DF3C24F9BFD666761B268073FE06D1CC8D4F82A4], missing: []}
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "thumbprints": {"type": "list", "elements": "str", "required": True},
    "files": {"type": "list", "elements": "path", "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="winops.mars.cim_root_certificate runs on the controller as an action plugin, not on the host")


if __name__ == "__main__":
    main()
