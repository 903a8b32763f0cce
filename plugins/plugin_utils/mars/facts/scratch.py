# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the scratch folder."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from typing import Any

from ...windows import paths
from ...windows.errors import CimError
from ...windows.files import (
    FileAttributes,
    Files,
    attributes_query,
    read_attributes,
    reads_as_reparse_point,
    reparse_point_query,
)
from ...windows.rights import require_elevation
from ...windows.security import MODIFY, access_query, system_has
from ...windows.volumes import Volume, volume_of
from .. import locations
from ..host import Command, Host
from .volumes import VOLUME, volume_facts

DESCRIPTION = rf"""
description: The scratch (cache) folder. Everything else is V(null) where C(location) is.
type: dict
contains:
  location:
    description: The folder in the registry key C(Config).
    type: str
    sample: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
  provider_location:
    description: The folder in the registry key C(CloudBackupProvider), which has to be the same.
    type: str
    sample: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch
  former_location:
    description:
      - The folder from which M(winops.mars.mars_scratch) has moved it, where that waits to be removed.
      - V(null) where there is none.
    type: str
    sample: null
  exists:
    description: Whether the folder exists.
    type: bool
    sample: true
  compressed:
    description: Whether NTFS compresses it, V(null) if Windows does not report it.
    type: bool
    sample: false
  encrypted:
    description: Whether NTFS encrypts it, V(null) if Windows does not report it.
    type: bool
    sample: false
  reparse_point:
    description: Whether it is a junction or symbolic link.
    type: bool
    sample: false
  virtual_disks:
    description: The virtual disks in it and their attributes.
    type: list
    elements: dict
    contains:
      path:
        description: The file.
        type: str
        sample: D:\Scratch\VHDs\volume-c.vhd
      compressed:
        description: Whether NTFS compresses it.
        type: bool
        sample: false
      encrypted:
        description: Whether NTFS encrypts it.
        type: bool
        sample: false
      sparse:
        description: Whether it is sparse.
        type: bool
        sample: false
      reparse_point:
        description: Whether it is a link, or deduplicated.
        type: bool
        sample: false
  deduplicated:
    description:
      - Whether Data Deduplication works in it.
      - V(null) if it is disabled for the volume, but what it did is not undone.
    type: bool
    sample: false
  system_access:
    description: Whether its access list lets SYSTEM read, write, and delete in it.
    type: bool
    sample: true
  volume:
    description: Its volume, V(null) if it is not on a volume of the host.
    type: dict
    contains:
{textwrap.indent(VOLUME, "      ")}"""


_ABSENT = (
    "exists",
    "compressed",
    "encrypted",
    "reparse_point",
    "virtual_disks",
    "deduplicated",
    "system_access",
    "volume",
)
# What the agent keeps in its scratch folder as virtual disks, whose attributes count as those of the folder do.
_VIRTUAL_DISKS = "*.vhd*"
# A drive without a backslash is the current folder there, and anything else is nothing that Windows can find
_ABSOLUTE = re.compile(r"(\\\\[?]\\)?[A-Za-z]:[\\/]")


def _folders(location: str) -> list[str]:
    """A folder and its parents below the root of the drive, the highest first."""
    folders: list[str] = []
    while len(paths.steps(location)) > 1:
        folders.insert(0, location)
        location = paths.parent(location)
    return folders


def _of_location(command: Callable[[str], str]) -> Command:
    def line(host: Host) -> str | None:
        location = host.scratch_location
        return command(location) if location and _is_absolute(location) else None

    return line


KEYS = (locations.PROVIDER_KEY, locations.KEPT_KEY)
COMMANDS = {
    "scratch_folders": _of_location(lambda location: " & ".join(map(reparse_point_query, _folders(location)))),
    "scratch_disks": _of_location(lambda location: attributes_query(location, _VIRTUAL_DISKS)),
    "scratch_access": _of_location(access_query),
}


def _is_absolute(location: str) -> bool:
    return _ABSOLUTE.match(location) is not None


def gather(host: Host) -> dict[str, Any]:
    """The agent's scratch folder: where the registry says it is, whether it is there, and what it lies on."""
    location = host.scratch_location
    facts: dict[str, Any] = {"location": location}
    with host.reading("scratch.provider_location"):
        facts["provider_location"] = host.text(locations.PROVIDER_KEY, "ScratchLocation")
    with host.reading("scratch.former_location"):
        facts["former_location"] = host.text(locations.KEPT_KEY, locations.FORMER_SCRATCH_VALUE)
    if location is None or not _is_absolute(location):
        return facts | dict.fromkeys(_ABSENT) | {"exists": None if location is None else False}
    with host.reading("scratch"):
        directory = Files(host.session).directory(location)
        facts["exists"] = directory is not None
        if directory is None:
            volume = volume_of(location, host.volumes)
            return (
                facts | dict.fromkeys(_ABSENT) | {"exists": False, "volume": volume_facts(volume) if volume else None}
            )
        facts["compressed"] = directory.compressed
        facts["encrypted"] = directory.encrypted
    with host.reading("scratch.virtual_disks"):
        require_elevation(host.session, f"which attributes the files in {location} have")
        facts["virtual_disks"] = [_disk(disk) for disk in read_attributes(location, host.output("scratch_disks"))]
    with host.reading("scratch.system_access"):
        facts["system_access"] = system_has(MODIFY, location, host.output("scratch_access").text)
    with host.reading("scratch"):
        reparse_points = _reparse_points(host, location)
        facts["reparse_point"] = location in reparse_points
        volume = _volume(host, location, reparse_points)
        facts["volume"] = volume_facts(volume) if volume else None
        with host.reading("scratch.deduplicated"):
            facts["deduplicated"] = host.deduplicated(volume, location) if volume else None
    return facts


def _disk(disk: FileAttributes) -> dict[str, Any]:
    return {
        "path": disk.path,
        "compressed": disk.compressed,
        "encrypted": disk.encrypted,
        "sparse": disk.sparse,
        "reparse_point": disk.reparse_point,
    }


def _reparse_points(host: Host, location: str) -> list[str]:
    folders = _folders(location)
    lines = host.output("scratch_folders").text.splitlines()
    if len(lines) != len(folders):
        raise CimError(f"the attributes of {location} and its parents cannot be read: {' '.join(lines)[:200]!r}")
    return [folder for folder, line in zip(folders, lines, strict=True) if reads_as_reparse_point(folder, line)]


def _volume(host: Host, location: str, reparse_points: list[str]) -> Volume | None:
    """The volume of the folder. Raises :class:`CimError` if a link on the way to it leads elsewhere."""
    for folder in reparse_points:
        if not any(paths.same_path(folder, volume.name) for volume in host.volumes):
            raise CimError(
                f"the volume of {location} cannot be determined: {folder} is a junction, a symbolic link, or a second "
                "mount point of a volume"
            )
    return volume_of(location, host.volumes)
