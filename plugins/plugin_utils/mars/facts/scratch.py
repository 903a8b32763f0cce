# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the scratch folder."""

from __future__ import annotations

import textwrap
from typing import Any

from ...windows.files import Files, reads_as_reparse_point, reparse_point_query
from ...windows.volumes import Volumes, volume_of
from .. import locations
from ..host import Host
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
  deduplicated:
    description: Whether Data Deduplication is on for its volume.
    type: bool
    sample: false
  volume:
    description: Its volume, V(null) if it is not on a volume of the host.
    type: dict
    contains:
{textwrap.indent(VOLUME, "      ")}"""


def _reparse_point(host: Host) -> str | None:
    return reparse_point_query(host.scratch_location) if host.scratch_location else None


COMMANDS = {"scratch_reparse_point": _reparse_point}


def gather(host: Host) -> dict[str, Any]:
    """The agent's scratch folder: where the registry says it is, whether it is there, and what it lies on."""
    location = host.scratch_location
    facts: dict[str, Any] = {
        "location": location,
        "provider_location": host.registry.string(locations.PROVIDER_KEY, "ScratchLocation"),
    }
    if location is None:
        absent = ("exists", "compressed", "encrypted", "reparse_point", "deduplicated", "volume")
        return facts | dict.fromkeys(absent)
    with host.reading("scratch"):
        directory = Files(host.session).directory(location)
        facts["exists"] = directory is not None
        facts["compressed"] = directory.compressed if directory else None
        facts["encrypted"] = directory.encrypted if directory else None
        if directory:
            attributes = host.output("scratch_reparse_point").text
            facts["reparse_point"] = reads_as_reparse_point(location, attributes)
        else:
            facts["reparse_point"] = None
    with host.reading("scratch"):
        volume = volume_of(location, host.volumes)
        facts["volume"] = volume_facts(volume) if volume else None
        facts["deduplicated"] = Volumes(host.session).deduplicated(volume) if volume else None
    return facts
