# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be found on the hosts of the demonstration, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.e2e.runs import Run
from tests.simulator.process import REPOSITORY

FLEET = REPOSITORY / "tests/simulator/fleets/demo.yml"

# What each host is there for, see the fleet. All other findings are compliant or not applicable.
FAILS, NEVER, UNKNOWN = "noncompliant", "impossible", "unknown"
FINDINGS_MINIMUM: dict[str, dict[str, str]] = {
    "healthy-2022": {},
    "healthy-2025": {},
    "exclusions-2019": {"antivirus_exclusions": FAILS},
    "task-2016": {"task_enabled": FAILS, "task_principal": FAILS, "task_instances": FAILS},
    "old-2012-r2": {"dotnet_version": FAILS},
    "old-2008-r2": {"dotnet_version": FAILS, "powershell_version": FAILS, "powershell_execution_policy": FAILS},
    "hopeless-2008": {"dotnet_version": FAILS, "powershell_version": FAILS, "powershell_execution_policy": FAILS},
    "german-2019": {"antivirus_exclusions": FAILS, "task_enabled": FAILS},
    "japanese-2016": {"powershell_module_path": FAILS, "task_principal": FAILS},
    "scratch-2019": {"scratch_free_space": FAILS, "scratch_attributes": FAILS},
    "policy-2022": {"powershell_execution_policy": FAILS},
    "antivirus-2019": {"antivirus_exclusions": UNKNOWN},
    "no-agent-2022": {},
    "client-11": {},
}
# .NET Framework 4.8 and PowerShell 5.0 in place of 4.5.2 and 3.0
FINDINGS_CURRENT = FINDINGS_MINIMUM | {
    "task-2016": {"dotnet_version": FAILS, **FINDINGS_MINIMUM["task-2016"]},
    "old-2012-r2": {"dotnet_version": FAILS, "powershell_version": FAILS},
    "german-2019": {"dotnet_version": FAILS, **FINDINGS_MINIMUM["german-2019"]},
    "hopeless-2008": {
        "dotnet_version": NEVER,
        "powershell_version": NEVER,
        "powershell_execution_policy": FAILS,
    },
}
# What is left when everything that can be done is done
LEFT_MINIMUM: dict[str, dict[str, str]] = {
    host: findings if host in ("policy-2022", "antivirus-2019") else {} for host, findings in FINDINGS_MINIMUM.items()
}
LEFT_CURRENT = LEFT_MINIMUM | {"hopeless-2008": {"dotnet_version": NEVER, "powershell_version": NEVER}}

# What is changed on the way there, by the action that does it
CHANGES_MINIMUM = {
    "exclusions-2019": ["cim_defender_exclusion"],
    "task-2016": ["cim_scheduled_task"],
    "old-2012-r2": ["cim_installer"],
    "old-2008-r2": ["cim_installer", "cim_installer", "cim_registry"],
    "hopeless-2008": ["cim_installer", "cim_installer", "cim_registry"],
    "german-2019": ["cim_defender_exclusion", "cim_scheduled_task"],
    "japanese-2016": ["cim_path", "cim_scheduled_task"],
    "scratch-2019": ["cim_defender_exclusion", "mars_scratch"],
}
CHANGES_CURRENT = CHANGES_MINIMUM | {
    "task-2016": ["cim_installer", "cim_scheduled_task"],
    "old-2012-r2": ["cim_installer", "cim_installer"],
    "hopeless-2008": ["cim_registry"],
    "german-2019": ["cim_defender_exclusion", "cim_installer", "cim_scheduled_task"],
}


def open_findings(run: Run) -> dict[str, dict[str, str]]:
    """The findings of each host that are neither compliant nor not applicable."""
    return {
        host: {
            finding["id"]: finding["status"]
            for finding in result["findings"]
            if finding["status"] not in ("compliant", "not_applicable")
        }
        for host, result in run.results("mars_compliance").items()
    }


def verdicts(left: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The verdicts that follow from open findings, all of them errors."""
    return {
        host: "noncompliant" if {FAILS, NEVER} & set(findings.values()) else "unknown" if findings else "compliant"
        for host, findings in left.items()
    }
