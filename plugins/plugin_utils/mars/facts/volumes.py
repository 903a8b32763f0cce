# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the volumes."""

from __future__ import annotations

import textwrap
from typing import Any

from ...windows.volumes import Volume
from ..host import Host

#: The documentation of one volume, which is also that of the volume of the scratch folder.
VOLUME = r"""
name:
  description: The path it is mounted at.
  type: str
  sample: C:\
device_id:
  description: The volume's unique path.
  type: str
  sample: \\?\Volume{4640d392-0000-0000-0000-100000000000}\
drive_letter:
  description: Drive letter with colon, V(null) without one.
  type: str
  sample: 'C:'
label:
  description: Volume label.
  type: str
  sample: System
file_system:
  description: File system, V(null) for an unformatted or offline volume.
  type: str
  sample: NTFS
drive_type:
  description: V(fixed), V(removable), V(network), V(compact_disc), V(ram_disk), or V(unknown).
  type: str
  sample: fixed
capacity:
  description: Size, in bytes.
  type: int
  sample: 136365211648
free:
  description: Free space, in bytes.
  type: int
  sample: 68182605824
used:
  description: Used space, in bytes.
  type: int
  sample: 68182605824
free_percent:
  description: Free space, in percent of the size.
  type: float
  sample: 50.0
"""
DESCRIPTION = f"""
description: Every volume of the host.
type: list
elements: dict
contains:
{textwrap.indent(VOLUME, "  ")}"""


def gather(host: Host) -> list[dict[str, Any]]:
    """Every volume of the host."""
    return [volume_facts(volume) for volume in host.volumes]


def volume_facts(volume: Volume) -> dict[str, Any]:
    """The facts of one volume."""
    used = free_percent = None
    if volume.capacity is not None and volume.free is not None:
        used = volume.capacity - volume.free
        free_percent = round(100 * volume.free / volume.capacity, 1) if volume.capacity else None
    return {
        "name": volume.name,
        "device_id": volume.device_id,
        "drive_letter": volume.drive_letter,
        "label": volume.label,
        "file_system": volume.file_system,
        "drive_type": volume.drive_type,
        "capacity": volume.capacity,
        "free": volume.free,
        "used": used,
        "free_percent": free_percent,
    }
