# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated hosts to report on, one of them with text that wants to be markup."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.document import HostResult
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import check
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

HOSTILE = "</details><script>alert('x')</script>\"'&\x0b"
GENERATED = "2026-11-21T02:00:00+00:00"


def checked(profile: str) -> HostResult:
    """A simulated host, as it was found."""
    facts = gather(simulated(base=profile).session, DEFAULT_SECTIONS)
    facts["clock"]["offset"] = 0  # its clock stands still
    limits = thresholds("current", {})
    compliance = check(facts, list(shipped_rules().values()), limits).as_dict()
    return HostResult({**compliance, "baseline": "current", "thresholds": limits}, facts=facts, groups=["files"])


def with_finding(host: HostResult, rule: str, **changes: Any) -> HostResult:
    """The same host, with one of its findings changed."""
    assert host.compliance is not None
    findings = [{**item, **(changes if item["id"] == rule else {})} for item in host.compliance["findings"]]
    return HostResult({**host.compliance, "findings": findings}, facts=host.facts, groups=host.groups)


DECISION = {"status": "unknown", "by": "Ann", "until": "2027-01-01", "note": "CHG1"}
HEALTHY = checked("healthy-2022")
TASK = checked("task-2016")
ANTIVIRUS = checked("antivirus-2019")
HOSTS = {
    "healthy": HEALTHY,
    "task": with_finding(TASK, "task_principal", actual=HOSTILE),
    "antivirus": ANTIVIRUS,
    "attested": with_finding(ANTIVIRUS, "antivirus_exclusions", status="attested", fix=None, decision=DECISION),
    "gone": HostResult(None, "the host refused the credentials"),
}
