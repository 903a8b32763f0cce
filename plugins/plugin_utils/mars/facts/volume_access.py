# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about which volumes can be backed up as far as access to them goes."""

from __future__ import annotations

from typing import Any

from ...windows.volume_access import VolumeAccess
from ..host import Host

DESCRIPTION = r"""
description: What keeps shadow copies of each volume of the host from being made.
type: list
elements: dict
contains:
  name:
    description: The path it is mounted at, as in RV(ansible_facts.mars.volumes).
    type: str
    sample: D:\
  read_only:
    description:
      - Whether it is read-only, by itself or as all of its disk.
      - V(null) if Windows does not say, as about dynamic disks and before Windows Server 2012.
    type: bool
    sample: false
  locked:
    description: Whether BitLocker has locked it.
    type: bool
    sample: false
"""
ON_REQUEST = True


def gather(host: Host) -> list[dict[str, Any]]:
    """Read-only disks and partitions, and what BitLocker has locked."""
    access = VolumeAccess(host.session)
    return [
        {
            "name": volume.name,
            "read_only": access.is_read_only(volume.device_id),
            "locked": access.is_locked(volume.device_id),
        }
        for volume in host.volumes
    ]
