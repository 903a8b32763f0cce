# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last update of Windows: its facts and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

UPDATE = {"name": "KB5032198", "installed": "2026-11-10T10:00:00+00:00", "days_ago": 10.0}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("os_updates", "compliant", {}),
    ("os_updates", "compliant", {"updates": UPDATE | {"days_ago": 90.0}}),
    ("os_updates", "noncompliant", {"updates": UPDATE | {"days_ago": 90.1}}),
    ("os_updates", "unknown", {"updates": None}),
    ("os_updates", "unknown", {"updates": ...}),
]


def change(number: str, hours_ago: float, **fields: Any) -> dict[str, Any]:
    data = {
        "PackageIdentifier": number,
        "IntendedPackageState": 5112,
        "ErrorCode": "0x0",
        "Client": "WindowsUpdateAgent",
    }
    return {
        "id": fields.pop("id", 2),
        "hours_ago": hours_ago,
        "provider": "Microsoft-Windows-Servicing",
        "user_data": {"CbsPackageChangeState": data | fields},
    }


@pytest.mark.parametrize("base", ["windows-server-2008", "windows-server-2022", "german-2019", "japanese-2016"])
def test_the_newest_installed_update_counts(base: str) -> None:
    old = change("KB4012598", 500)
    others = [
        change("KB5000001", 40, ErrorCode="0x800f0922"),
        change("KB5000002", 30, Client="DISM Package Manager Provider"),
        change("KB5000003", 20, IntendedPackageState=5000),
        change("KB5000004", 10, id=4),
    ]

    facts = gather(simulated(base=base, events={"Setup": [old, *others]}).session, ["updates"])

    assert facts["unreadable"] == []
    assert (facts["updates"]["name"], facts["updates"]["days_ago"]) == ("KB4012598", 20.8)


@pytest.mark.parametrize("events", [[], [change("Microsoft-Windows-Telnet-Client-Package", 10)]])
def test_a_log_without_an_update_shows_none(events: list[dict[str, Any]]) -> None:
    facts = gather(simulated(events={"Setup": events}).session, ["updates"])

    assert facts["unreadable"] == []
    assert facts["updates"] is None


def test_a_host_without_the_log_is_not_taken_for_one_without_updates() -> None:
    facts = gather(simulated(events={"Setup": None}).session, ["os", "updates"])

    assert "updates" not in facts
    assert [entry["section"] for entry in facts["unreadable"]] == ["updates"]


def test_how_old_updates_may_be_is_asked_only_with_a_threshold() -> None:
    facts = gather(simulated(events={"Setup": [change("KB4012598", 9000)]}).session, ["os", "updates"])
    found = [
        find(shipped_rules()["os_updates"], facts, thresholds(baseline, {})) for baseline in ("minimum", "current")
    ]

    assert [finding.status for finding in found] == ["not_applicable", "noncompliant"]
    assert "KB4012598" in found[1].actual
