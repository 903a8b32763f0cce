# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup plugin mars_overview: what it takes from the variables of the hosts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.winops.mars.plugins.lookup.mars_overview import LookupModule

COMPLIANCE = {"verdict": "noncompliant", "findings": [], "roles": []}
RAN: dict[str, Any] = {
    "mars_prereqs_selected": ["dotnet", "tls", "example.backup.cache", "example.backup.quiet", "example.backup.odd"],
    "mars_prereqs_failed_roles": {"dotnet": "no such file"},
    # As modules and facts leave them; those of roles that failed or did not run are of an earlier run
    "tls_outcome": {"restart_required": False, "manual": ["Ask the owner."], "changed": False, "failed": False},
    "cache_outcome": {"manual": ["Empty the cache."]},
    "odd_outcome": "something else",
    "dotnet_outcome": {"restart_required": True, "manual": ["Set dotnet_source."]},
    "agent_outcome": {"restart_required": True, "manual": ["Set agent_source."]},
}
HOSTS: dict[str, dict[str, Any]] = {
    "checked": {"mars_prereqs_compliance": COMPLIANCE, **RAN},
    # As of ansible-core 2.19, and before
    "invalid": {
        "mars_prereqs_compliance": {
            "failed": True,
            "msg": "Task failed: winops.mars.mars_compliance: a wrong\nvalue",
        },
    },
    "gone": {
        "mars_prereqs_compliance": {"unreachable": True, "msg": "gone cannot be reached: refused"},
    },
    "broken": {
        "mars_prereqs_compliance": {"failed": True, "msg": "winops.mars.x on y: no"},
    },
    "lost": {},
    "later": {},
}


def overview(what: str, host: str = "checked", more: dict[str, Any] | None = None, **options: Any) -> list[Any]:
    variables = {
        **HOSTS[host],
        **(more or {}),
        "ansible_play_hosts_all": list(HOSTS),
        "ansible_play_hosts": [name for name in HOSTS if name != "lost"],
        "hostvars": SimpleNamespace(raw_get=HOSTS.__getitem__),
    }
    found: list[Any] = LookupModule().run([what], variables, **options)
    return found


def test_hosts_that_were_not_checked_say_why() -> None:
    assert overview("not_checked") == [
        {
            "invalid": "a wrong value",
            "gone": "gone cannot be reached: refused",
            "broken": "no",
            "lost": "something failed before",
        }
    ]
    assert overview("attention", "broken") == ["not checked: no"]


def test_what_the_roles_of_this_run_report_is_read_from_their_variables() -> None:
    assert overview("left_to_do") == [
        {
            "checked": [
                "role dotnet failed: no such file",
                "role tls: Ask the owner.",
                "role example.backup.cache: Empty the cache.",
            ]
        }
    ]
    (values,) = overview("stats")
    assert values["mars_audit_reboot_required_hosts"] == []


def test_hosts_of_later_batches_do_not_count() -> None:
    assert overview("counts")[0] == "1 noncompliant, 4 not checked, 0 unknown, 0 compliant"
    assert [row.split()[0] for row in overview("table")] == ["host", "checked", "broken", "gone", "invalid", "lost"]


def test_the_verdict_fails_only_where_that_is_asked_for() -> None:
    failed = "role dotnet failed: no such file"
    assert overview("failure") == [failed]
    assert overview("failure", fail_on="noncompliant") == [failed, "the host is noncompliant"]


def test_the_number_of_the_job_of_awx_is_part_of_the_names() -> None:
    (values,) = overview("stats", more={"tower_job_id": 12})

    assert values["mars_audit_noncompliant_hosts_job_12"] == ["checked"]


@pytest.mark.parametrize(
    "what, options, words",
    [
        ("tabel", {}, "cannot return tabel: ask for one of attention, failure"),
        ("failure", {"fail_on": "warning"}, "cannot return failures on warning"),
        ("failure", {"failon": "unknown"}, "set nothing but fail_on, to one of none, noncompliant, unknown"),
    ],
)
def test_what_it_does_not_know_is_an_error_that_names_what_it_does(what: str, options: Any, words: str) -> None:
    with pytest.raises(AnsibleLookupError, match=words):
        overview(what, **options)
