# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock and the time zone: their facts and their rules."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import ThresholdError, thresholds
from ansible_collections.winops.mars.plugins.plugin_utils.windows.clock import controller_time
from tests.unit.simulated import simulated

HOUR = 3600

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("clock", "compliant", {"clock.offset": 300}),
    ("clock", "compliant", {"clock.offset": -300}),
    ("clock", "noncompliant", {"clock.offset": 300.1}),
    ("clock", "noncompliant", {"clock.offset": -300.1}),
    ("clock", "noncompliant", {"clock.offset": 301, "clock.service.start_mode": "Disabled"}),
    ("clock", "unknown", {"clock": ...}),
    ("clock", "unknown", {"clock.offset": ...}),
    ("time_zone", "compliant", {}),
    ("time_zone", "noncompliant", {"clock.time_zone": "UTC"}),
    ("time_zone", "noncompliant", {"clock.time_zone": None}),
    ("time_zone", "unknown", {"clock.time_zone": ...}),
]


def finding(rule: str, clock: dict[str, Any], **overrides: Any) -> Finding:
    return find(shipped_rules()[rule], {"gathered": ["clock"], "clock": clock}, thresholds("current", overrides))


@pytest.mark.parametrize("base", ["windows-server-2008", "german-2019", "japanese-2016"])
@pytest.mark.parametrize("ahead", [-26 * HOUR, 0, HOUR])
def test_the_clock_is_compared_in_utc(base: str, ahead: int) -> None:
    host = simulated(base=base, clock_offset_seconds=ahead)
    host.clock.time = controller_time().timestamp()

    facts = gather(host.session, ["clock"])["clock"]

    assert facts["offset"] == pytest.approx(ahead, abs=HOUR / 4)
    assert facts["service"] == {"state": "Running", "start_mode": "Auto"}


@pytest.mark.parametrize(
    "base, time_zone",
    [
        ("windows-server-2008", "UTC"),
        ("german-2019", "W. Europe Standard Time"),
        ("japanese-2016", "Tokyo Standard Time"),
    ],
)
def test_the_time_zone_is_not_translated(base: str, time_zone: str) -> None:
    assert gather(simulated(base=base).session, ["clock"])["clock"]["time_zone"] == time_zone


def test_clock_and_time_zone_cost_no_requests_of_their_own() -> None:
    one, both = simulated(base="healthy-2022"), simulated(base="healthy-2022")
    gather(one.session, ["os", "agent", "tls"])
    gather(both.session, ["os", "agent", "tls", "clock"])

    assert both.actions == one.actions


@pytest.mark.parametrize("given", [None, "", " "])
def test_without_a_wanted_time_zone_any_will_do(given: str | None) -> None:
    assert finding("time_zone", {"time_zone": "UTC"}, time_zone=given).status == "not_applicable"


def test_a_wanted_time_zone_is_a_text() -> None:
    with pytest.raises(ThresholdError, match="the threshold time_zone must be a text, or null, not 60"):
        thresholds("current", {"time_zone": 60})


@pytest.mark.parametrize(
    "service, role, fix",
    [
        ({"state": "Stopped", "start_mode": "Manual"}, "clock", "w32tm /resync"),
        ({"state": "Stopped", "start_mode": "Disabled"}, None, "another program"),
        (None, None, "w32tm /resync"),
    ],
)
def test_a_disabled_time_service_is_left_to_whoever_disabled_it(
    service: dict[str, str] | None, role: str | None, fix: str
) -> None:
    found = finding("clock", {"offset": 4000.0, "time_zone": "UTC", "service": service})

    assert (found.status, found.role) == ("noncompliant", role)
    assert fix in str(found.fix)
