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
HOSTS: dict[str, dict[str, Any]] = {
    "checked": {"mars_prereqs_validation": {"changed": False}, "mars_prereqs_compliance": COMPLIANCE},
    # As of ansible-core 2.19, and before
    "invalid": {
        "mars_prereqs_validation": {
            "failed": True,
            "msg": "Task failed: winops.mars.mars_role_options: a wrong\nvalue",
        },
        "mars_prereqs_compliance": COMPLIANCE,
    },
    "gone": {
        "mars_prereqs_validation": {},
        "mars_prereqs_compliance": {"unreachable": True, "msg": "gone cannot be reached: refused"},
    },
    "broken": {
        "mars_prereqs_validation": {},
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


def test_hosts_of_later_batches_do_not_count() -> None:
    assert overview("counts")[0] == "1 noncompliant, 4 not checked, 0 unknown, 0 compliant"
    assert [row.split()[0] for row in overview("table")] == ["host", "checked", "broken", "gone", "invalid", "lost"]


def test_the_verdict_fails_only_where_that_is_asked_for() -> None:
    assert overview("failure") == []
    assert overview("failure", fail_on="noncompliant") == ["the host is noncompliant"]


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
