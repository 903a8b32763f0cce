# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the .NET Framework."""

from __future__ import annotations

from typing import Any

from .. import catalogue, locations
from ..host import Host

DESCRIPTION = r"""
description: The .NET Framework.
type: dict
contains:
  release:
    description: Release number of .NET Framework 4.5 or later, V(null) if none is installed.
    type: int
    sample: 528449
  version:
    description: The version that release number stands for.
    type: str
    sample: '4.8'
"""


KEYS = (locations.DOTNET_KEY,)


def gather(host: Host) -> dict[str, Any]:
    """The installed .NET Framework 4.5 or later, by its Release number."""
    key = host.key(locations.DOTNET_KEY)
    release = key.dword("Release") if key else None
    return {"release": release, "version": None if release is None else catalogue.dotnet_version(release)}
