# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_verify as a whole on hosts on which lines do not hold: it reports each, and leaves the hosts as they were."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.action import mars_verify
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.checks import CHECKS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.run import verify
from tests.simulator.windows.profile import merge, misbehaviors
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

# Where one of these does not hold, others cannot be seen
ALONE = {"query_without_result", "reg_query_absent_key", "schtasks_goes_on", "silent_command"}
# What a line is seen by on the host as it is
SEEN_BY = {"running_backup": {"events"}}


def misbehaving() -> dict[str, dict[str, Any]]:
    """Hosts on which each line that a host can show does not hold: as few as can be, but no line hides another one."""
    hosts: dict[str, dict[str, Any]] = {}
    needs: dict[str, set[str]] = {}
    for name, entry in misbehaviors().items():
        if not evidence()[name].shown:
            continue
        profile = merge(entry.get("with", {}), entry.get("overrides", {}))
        needed = {*profile, *profile.get("registry", {}), *SEEN_BY.get(name, ())} - {"registry"}
        for number in range(1 + len(hosts)):
            host = f"{entry['base']}-{name if name in ALONE else number}"
            if needed.isdisjoint(needs.setdefault(host, set())):
                needs[host] |= needed
                taken = hosts.get(host, {"base": entry["base"], "misbehave": []})
                hosts[host] = merge(taken, {**entry.get("with", {}), "misbehave": [*taken["misbehave"], name]})
                break
    return hosts


HOSTS = misbehaving()


@pytest.mark.parametrize("name", HOSTS)
def test_each_line_that_does_not_hold_is_reported_and_the_host_is_left_as_it_was(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    host = simulated(**HOSTS[name])
    monkeypatch.setattr(mars_verify, "verify", partial(verify, sleep=host.sleep))
    before = host.windows.state()
    broken = HOSTS[name]["misbehave"]

    result = run_action(
        mars_verify.ActionModule,
        host,
        changes=any(CHECKS[line].changes for line in broken),
        slow=any(CHECKS[line].slow for line in broken),
    )

    statuses = {line["id"]: line["status"] for line in result["lines"]}
    assert {line: statuses[line] for line in broken} == dict.fromkeys(broken, "not_held")
    assert [line for line in broken if f"did not hold: {line} " not in "\n".join(result["report"])] == []
    assert (result["changed"], result["left"]) == (False, [])
    assert host.windows.state() == before


def test_every_line_that_can_be_broken_and_seen_is_broken_on_one_of_them() -> None:
    broken = [line for host in HOSTS.values() for line in host["misbehave"]]

    assert sorted(broken) == sorted(name for name in misbehaviors() if evidence()[name].shown)
