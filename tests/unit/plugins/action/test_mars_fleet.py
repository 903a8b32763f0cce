# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_fleet: the facts of the hosts of the play, and saved ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ansible_collections.winops.mars.plugins.action.mars_fleet import ActionModule
from tests.unit.plugins import controller_only


def registered(machine_id: str) -> dict[str, Any]:
    return {"registration": {"registered": True, "machine_id": machine_id, "vault": "vault-1", "resource_id": None}}


def hosts(hostvars: dict[str, Any], **options: Any) -> list[str]:
    variables = {
        "inventory_hostname": "a",
        "ansible_play_hosts_all": list(hostvars),
        "hostvars": SimpleNamespace(raw_get=hostvars.__getitem__),
    }
    findings = controller_only.run(ActionModule, variables, options)["findings"]
    return [host for finding in findings if finding["id"] == "vault_machine_limit" for host in finding["hosts"]]


def test_hosts_of_the_play_and_saved_ones_count_once_each() -> None:
    hostvars = {"a": {"ansible_facts": {"mars": registered("1")}}, "unreachable": {}}

    assert hosts(hostvars) == ["a"]
    assert sorted(hosts(hostvars, facts={"a": registered("9"), "saved": registered("2")})) == ["a", "saved"]
