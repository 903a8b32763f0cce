# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checking a simulated host, or literal facts, by one shipped rule."""

from __future__ import annotations

from typing import Any

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.inventory import INVENTORY
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated


def facts_of(*sections: str, base: str = "healthy-2022", **profile: Any) -> dict[str, Any]:
    """The facts of a simulated host that is healthy but for these differences."""
    facts: dict[str, Any] = gather(simulated(base=base, **profile).session, sections or tuple(DEFAULT_SECTIONS))
    return facts


def finding(facts: dict[str, Any], rule: str, **inventory: Any) -> Finding:
    """What a shipped rule finds, with what the inventory says about the host."""
    return find(shipped_rules()[rule], facts, thresholds("minimum", {}), INVENTORY | inventory)
