# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What rules know of a host from the inventory, as ``inventory.NAME``, since it cannot be read from the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Where nothing is said about a host.
INVENTORY: dict[str, Any] = {
    # Size of all data that the agent protects, in bytes
    "protected_data": None,
    # Paths of what the agent protects, from which the volumes follow; None if it is not given
    "protected_volumes": None,
    # Whether the agent protects the System State
    "system_state": None,
    # Whether data is about to be restored to the host
    "restore": None,
    # "active", or "paused" where somebody stopped the backups on purpose
    "protection": "active",
}


def needed_sections(inventory: Mapping[str, Any], thresholds: Mapping[str, Any]) -> list[str]:
    """The sections of the facts beside the usual ones that rules need because of what is said about a host."""
    return [
        *(["shadow_storage", "volume_access"] if inventory["protected_volumes"] else []),
        *(["system_state"] if inventory["system_state"] else []),
        *(["iscsi"] if inventory["restore"] else []),
        *(["internet_options"] if thresholds["internet_explorer"] else []),
    ]
