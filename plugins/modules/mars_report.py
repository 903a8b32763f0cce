#!/usr/bin/python
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument spec of mars_report; plugins/action/mars_report.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mars_report
short_description: Write a report on all hosts of the play
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Writes what M(winops.mars.mars_compliance) found on the hosts of the play, or saved results, to files on the
    controller. There is a page for people, and there are files for other programs.
  - The module does not contact any host. Run it once for all of them, with C(run_once). In a play with batches
    (C(serial)), the report is on all hosts so far.
options:
  path:
    description: Folder on the controller to write to. It is created if it is not there.
    type: path
    required: true
  name:
    description: Name of the files, without an extension.
    type: str
    default: mars-report
  formats:
    description:
      - What to write. V(html) is one page that needs no network and no other file. V(json) is the whole report, which
        O(previous) can take, in the schema C(plugins/plugin_utils/mars/report/report.schema.json). V(csv) has a line
        for each host and rule. V(junit) has a suite for each host and a case for each rule. V(ohdf) is a file for each
        host, as InSpec writes it, for security dashboards.
    type: list
    elements: str
    choices: [html, json, csv, junit, ohdf]
    default: [html, json]
  title:
    description: Title of the report.
    type: str
    default: Prerequisites of the MARS agent
  compliance_variable:
    description:
      - Name of the variable in which the hosts of the play have the result of M(winops.mars.mars_compliance). Hosts
        without it are not in the report, unless O(not_checked) names them.
    type: str
    default: mars_prereqs_compliance
  results:
    description:
      - Saved results of M(winops.mars.mars_compliance), by the name of the host. A result may also have C(facts), the
        value of C(ansible_facts.mars), of which the report shows some.
      - For a host of the play with a result, that counts.
    type: dict
    default: {}
  not_checked:
    description: Why hosts could not be checked, by the name of the host.
    type: dict
    default: {}
  fleet:
    description: What M(winops.mars.mars_fleet) found, the value of RV(winops.mars.mars_fleet#module:findings).
    type: list
    elements: dict
    default: []
  previous:
    description: An earlier report, as JSON, to compare with.
    type: path
requirements:
  - The Python package C(jmespath) on the controller.
seealso:
  - module: winops.mars.mars_compliance
  - module: winops.mars.mars_fleet
extends_documentation_fragment:
  - winops.mars.attributes
attributes:
  check_mode:
    support: full
    details: The files are written in check mode, too, since nothing changes on any host.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details: The files say when they were made.
"""

EXAMPLES = r"""
- name: Gather the facts
  winops.mars.mars_facts:

- name: Check the prerequisites
  winops.mars.mars_compliance:
  register: compliance

- name: Write a page, and a file for the build server
  winops.mars.mars_report:
    path: /var/www/html/mars
    formats: [html, json, junit]
    compliance_variable: compliance
    previous: /var/www/html/mars/last-month.json
  run_once: true
"""

RETURN = r"""
files:
  description: The files that were written.
  returned: success
  type: list
  elements: str
  sample: [/var/www/html/mars/mars-report.html, /var/www/html/mars/mars-report.json]
totals:
  description: Number of hosts by verdict.
  returned: success
  type: dict
  sample:
    noncompliant: 8
    not_checked: 1
    unknown: 1
    compliant: 4
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "name": {"type": "str", "default": "mars-report"},
    "formats": {
        "type": "list",
        "elements": "str",
        "choices": ["html", "json", "csv", "junit", "ohdf"],
        "default": ["html", "json"],
    },
    "title": {"type": "str", "default": "Prerequisites of the MARS agent"},
    "compliance_variable": {"type": "str", "default": "mars_prereqs_compliance"},
    "results": {"type": "dict", "default": {}},
    "not_checked": {"type": "dict", "default": {}},
    "fleet": {"type": "list", "elements": "dict", "default": []},
    "previous": {"type": "path"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.fail_json(msg="mars_report runs on the controller, as an action plugin")


if __name__ == "__main__":
    main()
