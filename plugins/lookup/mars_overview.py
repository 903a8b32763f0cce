# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the role mars_prereqs prints and hands on."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mars_overview
short_description: Sum up what the role mars_prereqs found and did
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Returns what the role P(winops.mars.mars_prereqs#role) prints at its end and hands on to the next job of a workflow.
    A play of your own can use it after that role. It contacts no host.
options:
  _terms:
    description:
      - What to return, one of these.
      - C(attention), what needs attention on this host, as lines. There are none for a host where nothing does.
      - C(failure), why the run is to fail on this host, as lines. There are none if it is not.
      - C(counts), how many hosts there are by verdict, and what most of them violate, as lines.
      - C(table), a line for each host.
      - C(stats), the values that the role publishes with P(ansible.builtin.set_stats#module), as one dictionary.
      - C(left_to_do), which roles failed on each host and what they left to do by hand, as one dictionary of lines.
      - C(not_checked), why hosts were not checked, as one dictionary.
    type: list
    elements: str
    required: true
  fail_on:
    description: The worst verdict that is no C(failure), as O(winops.mars.mars_prereqs#role:main:mars_prereqs_fail_on).
    type: str
    choices: [none, noncompliant, unknown]
    default: none
seealso:
  - module: winops.mars.mars_compliance
  - module: winops.mars.mars_report
"""

EXAMPLES = r"""
- name: Mail the table
  community.general.mail:
    subject: Prerequisites of the MARS agent
    body: "{{ query('winops.mars.mars_overview', 'table') | join('\n') }}"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
_list:
  description: Lines, or one dictionary.
  type: list
  elements: raw
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.winops.mars.plugins.plugin_utils.mars.report import overview

# ansible-core 2.19 and later begins with the first of these words, the modules with the others
_BEGINNING = re.compile(r"^(Task failed: )?(winops\.mars\.\w+( on \S+)?: )?")


class LookupModule(LookupBase):
    """Reads what the role registered on the hosts of the play."""

    def run(self, terms: list[Any], variables: Any = None, *, fail_on: str = "none", **kwargs: Any) -> list[Any]:
        """Return what is asked for."""
        wrong = [*(term for term in terms if term not in _TERMS), *kwargs]
        if wrong or fail_on not in overview.FAIL_ON:
            what = ", ".join(map(str, wrong)) or f"failures on {fail_on}"
            raise AnsibleLookupError(
                f"winops.mars.mars_overview: cannot return {what}: ask for one of {', '.join(_TERMS)}, and set "
                f"nothing but fail_on, to one of {', '.join(overview.FAIL_ON)}"
            )
        return [item for term in terms for item in _TERMS[term](variables, fail_on)]


def _stats(variables: Mapping[str, Any]) -> dict[str, Any]:
    return overview.stats(_hosts(variables), str(variables.get("awx_job_id") or variables.get("tower_job_id") or ""))


def _left_to_do(variables: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: lines for name, host in _hosts(variables).items() if (lines := overview.left_to_do(host))}


def _not_checked(variables: Mapping[str, Any]) -> dict[str, str]:
    return {name: host.problem for name, host in _hosts(variables).items() if host.problem}


# What each term returns
_TERMS: dict[str, Callable[[Mapping[str, Any], str], list[Any]]] = {
    "attention": lambda variables, fail_on: overview.attention(_host(variables)),
    "failure": lambda variables, fail_on: overview.failure(_host(variables), fail_on),
    "counts": lambda variables, fail_on: overview.counts(_hosts(variables)),
    "table": lambda variables, fail_on: overview.table(_hosts(variables)),
    "stats": lambda variables, fail_on: [_stats(variables)],
    "left_to_do": lambda variables, fail_on: [_left_to_do(variables)],
    "not_checked": lambda variables, fail_on: [_not_checked(variables)],
}


def _hosts(variables: Mapping[str, Any]) -> overview.Fleet:
    active = set(variables["ansible_play_hosts"])
    return {
        # What was registered, as it is: to look for templates in it takes long
        str(name): _host(variables["hostvars"].raw_get(name), lost=name not in active)
        for name in variables["ansible_play_hosts_all"]
    }


def _host(variables: Mapping[str, Any], *, lost: bool = False) -> overview.HostRun:
    result = variables.get("mars_prereqs_compliance") or {}
    compliance = result if "findings" in result else None
    failed = result.get("failed") or result.get("unreachable")
    failed_roles = variables.get("mars_prereqs_failed_roles") or {}
    # A role reports in a variable named after it at its end: what is there of one that failed is from an earlier run
    reported = {
        role: variables.get(f"{role.rpartition('.')[2]}_outcome")
        for role in variables.get("mars_prereqs_selected") or ()
        if role not in failed_roles
    }
    problem = _BEGINNING.sub("", " ".join(str(result.get("msg", "")).split())) if failed else ""
    return overview.HostRun(
        compliance=compliance,
        problem=problem or ("something failed before" if lost and compliance is None else ""),
        outcomes={role: outcome for role, outcome in reported.items() if isinstance(outcome, Mapping)},
        failed_roles=failed_roles,
        last_backup=variables.get("ansible_facts", {}).get("mars", {}).get("last_backup", {}),
        lost=lost,
    )
