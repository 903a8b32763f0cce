# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the scratch folder and the volumes."""

from __future__ import annotations

from typing import Any

from ...windows.files import Files
from ...windows.volumes import Volume, Volumes, volume_of
from .. import locations
from .host import Host


def volumes(host: Host) -> list[dict[str, Any]]:
    """Every volume of the host."""
    return [_volume(volume) for volume in host.volumes]


def scratch(host: Host) -> dict[str, Any]:
    """The agent's scratch folder: where it is said to be, whether it is there, and what it lies on."""
    location = host.scratch_location
    facts: dict[str, Any] = {
        "location": location,
        "provider_location": host.registry.string(locations.PROVIDER_KEY, "ScratchLocation"),
    }
    if location is None:
        absent = ("exists", "compressed", "encrypted", "reparse_point", "deduplicated", "volume")
        return facts | dict.fromkeys(absent)
    with host.reading("scratch"):
        files = Files(host.session)
        directory = files.directory(location)
        facts["exists"] = directory is not None
        facts["compressed"] = directory.compressed if directory else None
        facts["encrypted"] = directory.encrypted if directory else None
        facts["reparse_point"] = files.is_reparse_point(location) if directory else None
    with host.reading("scratch"):
        volume = volume_of(location, host.volumes)
        facts["volume"] = _volume(volume) if volume else None
        facts["deduplicated"] = Volumes(host.session).deduplicated(volume) if volume else None
    return facts


def _volume(volume: Volume) -> dict[str, Any]:
    free_percent = None
    if volume.capacity and volume.free is not None:
        free_percent = round(100 * volume.free / volume.capacity, 1)
    return {
        "name": volume.name,
        "device_id": volume.device_id,
        "drive_letter": volume.drive_letter,
        "label": volume.label,
        "file_system": volume.file_system,
        "drive_type": volume.drive_type,
        "capacity": volume.capacity,
        "free": volume.free,
        "free_percent": free_percent,
    }
