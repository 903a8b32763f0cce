# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Versions of the .NET Framework by their release number."""

from __future__ import annotations

from .catalogue_file import catalogue

_MINIMUM_RELEASES: dict[str, int] = catalogue("dotnet.yml")


def version_of(release: int) -> str | None:
    """The version a ``NDP\\v4\\Full`` Release number stands for, '4.8' say; None where it is older than 4.5.

    Microsoft documents the lowest number of each version; Windows releases add their own above it, so a number not
    in the catalogue is the newest version it reaches.
    """
    reached = {minimum: version for version, minimum in _MINIMUM_RELEASES.items() if minimum <= release}
    return reached[max(reached)] if reached else None
