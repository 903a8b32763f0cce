# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet files: YAML, ``hosts: {name: {profile, address, overrides, misbehave, groups, vars, expect}}``.

``profile`` is a file of ``profiles/`` without ``.yml``; ``overrides`` (a mapping in the form of a profile) go over it.
``misbehave`` is a list of ids of ``misbehaviors.yml``. ``address`` is a loopback address, by default the next of
127.10.0.0/16. ``groups`` (a list) and ``vars`` (a mapping) go to the inventory. ``expect`` is for those who test with
the fleet: the simulator does not look at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.simulator.fleet import FleetHost
from tests.simulator.windows.profile import resolve

_HOSTS_PER_NET = 250
_KEYS = {"profile", "address", "overrides", "misbehave", "groups", "vars", "expect"}


def load_fleet(path: Path) -> list[FleetHost]:
    """The hosts of a fleet file with their complete profiles; raises ValueError for an entry it does not know."""
    hosts = []
    for index, (name, entry) in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))["hosts"].items()):
        unknown = set(entry) - _KEYS
        if unknown:
            raise ValueError(f"{path}: host {name} has unknown keys {', '.join(sorted(unknown))}")
        hosts.append(
            FleetHost(
                name,
                entry.get("address", _address(10, index)),
                resolve(
                    {"base": entry["profile"], "misbehave": entry.get("misbehave", []), **entry.get("overrides", {})}
                ),
                tuple(entry.get("groups", ())),
                entry.get("vars", {}),
            )
        )
    return hosts


def replicate(hosts: Sequence[FleetHost], count: int) -> list[FleetHost]:
    """``count`` hosts with the profiles of ``hosts`` in turn, each on an address of its own."""
    width = len(str(count))
    replicas = []
    for index in range(count):
        host = hosts[index % len(hosts)]
        name = f"{host.name}-{index + 1:0{width}d}"
        replicas.append(FleetHost(name, _address(20, index), host.profile, host.groups, host.variables))
    return replicas


def _address(net: int, index: int) -> str:
    subnet, host = divmod(index, _HOSTS_PER_NET)
    return f"127.{net + subnet // 256}.{subnet % 256}.{host + 1}"
