# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Versions of Windows: their name, and the newest .NET Framework and Windows PowerShell they can run."""

from __future__ import annotations

from dataclasses import dataclass

from .catalogue_file import catalogue


@dataclass(frozen=True)
class WindowsRelease:
    """One version of Windows, as a client or as a server."""

    name: str
    newest_dotnet: str
    newest_powershell: str


_RELEASES = {
    (build, edition): WindowsRelease(**entry)
    for build, editions in catalogue("windows.yml").items()
    for edition, entry in editions.items()
}


def release(build: int, product_type: str) -> WindowsRelease | None:
    """The Windows with this build number and product type; None for one the catalogue does not know.

    ``product_type`` is workstation, domain_controller or server: ``Win32_OperatingSystem.ProductType`` by name.
    """
    return _RELEASES.get((build, "workstation" if product_type == "workstation" else "server"))
