# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found on the hosts of the demonstration, and what is fixed, by what the fleet file expects of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from tests.e2e.runs import Run, declared_hosts
from tests.simulator.process import REPOSITORY

#: Status of the open findings of each host, by rule.
Findings = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Expected:
    """What is expected with a baseline.

    :ivar found: the findings that are open at first.
    :ivar left: those that stay open.
    :ivar roles: the roles that change each host, hosts without any left out.
    :ivar warnings: the findings of each host that are only advice, though of rules that have errors, too.
    """

    found: Findings
    left: Findings
    roles: dict[str, set[str]]
    warnings: dict[str, set[str]]

    def of(self, hosts: Collection[str]) -> Expected:
        """What is expected of some of the hosts."""
        return Expected(
            {host: self.found[host] for host in self.found if host in hosts},
            {host: self.left[host] for host in self.left if host in hosts},
            {host: self.roles[host] for host in self.roles if host in hosts},
            {host: self.warnings[host] for host in self.warnings if host in hosts},
        )


def expected(hosts: Mapping[str, Any], baseline: str) -> Expected:
    """What a fleet says about its hosts."""
    found: Findings = {}
    left: Findings = {}
    roles: dict[str, set[str]] = {}
    warnings: dict[str, set[str]] = {}
    for host, entry in hosts.items():
        expect: Mapping[str, Any] = entry.get("expect", {"minimum": {}})
        found[host] = expect.get(baseline, expect["minimum"])
        warnings[host] = set(expect.get("warnings", ()))
        left[host] = {
            rule: status
            for rule, status in found[host].items()
            if status != "noncompliant" or rule in expect.get("stays", ())
        }
        fixed = {str(shipped_rules()[rule].role) for rule in found[host].keys() - left[host].keys()}
        if fixed:
            roles[host] = fixed
    return Expected(found, left, roles, warnings)


DEMONSTRATION = declared_hosts(REPOSITORY / "tests/simulator/fleets/demo.yml")
MINIMUM = expected(DEMONSTRATION, "minimum")
CURRENT = expected(DEMONSTRATION, "current")


def open_findings(run: Run) -> dict[str, dict[str, str]]:
    """The findings of each checked host that are neither compliant nor not applicable."""
    return {
        host: {
            finding["id"]: finding["status"]
            for finding in result["findings"]
            if finding["status"] not in ("compliant", "not_applicable")
        }
        for host, result in run.results("mars_compliance").items()
        if "findings" in result
    }


def verdicts(left: Mapping[str, Mapping[str, str]], warnings: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The verdicts that follow from open findings, of which some are only advice."""
    verdicts = {}
    for host, findings in left.items():
        failed = [rule for rule, status in findings.items() if status in ("noncompliant", "impossible")]
        if any(shipped_rules()[rule].severity == "error" and rule not in warnings[host] for rule in failed):
            verdicts[host] = "noncompliant"
        else:
            verdicts[host] = "unknown" if "unknown" in findings.values() else "compliant"
    return verdicts
