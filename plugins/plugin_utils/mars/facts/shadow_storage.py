# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the space that shadow copies may use, from which the agent reads what it backs up."""

from __future__ import annotations

import math
from typing import Any

from ...windows.shadow_storage import shadow_storage
from ..host import Host

DESCRIPTION = r"""
description:
  - The volumes whose shadow copies have storage, and how much it may be.
  - Windows makes this storage when it first needs it, so a volume that is not listed is in order.
type: list
elements: dict
contains:
  name:
    description: The path the volume is mounted at, as in RV(ansible_facts.mars.volumes).
    type: str
    sample: D:\
  storage:
    description: The path of the volume that its shadow copies are stored on.
    type: str
    sample: D:\
  maximum:
    description: How much space they may use, in bytes. It is all of that volume if there is no limit.
    type: int
    sample: 53687091200
  percent:
    description: How much that is of the size of the volume, in percent.
    type: float
    sample: 10.0
"""
ON_REQUEST = True


def gather(host: Host) -> list[dict[str, Any]]:
    """The maximum of each volume's shadow copies."""
    return [
        {
            "name": entry.volume.name,
            "storage": entry.storage.name,
            "maximum": entry.maximum,
            # Rounded down, so that what falls short of a threshold never looks like it
            "percent": math.floor(100 * entry.percent) / 100,
        }
        for entry in shadow_storage(host.session, host.volumes)
    ]
