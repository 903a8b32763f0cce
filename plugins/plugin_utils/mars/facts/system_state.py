# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about what backups of the System State need of Windows: Windows Server Backup makes them for the agent."""

from __future__ import annotations

from typing import Any

from ...windows.optional_features import is_installed
from ...windows.security import FULL_CONTROL, access_query, system_has
from .. import locations
from ..host import SYSTEM_STATE_SERVICES, Host

DESCRIPTION = r"""
description: What backups of the System State need.
type: dict
contains:
  feature:
    description: Whether Windows Server Backup is installed, V(null) if Windows does not say.
    type: bool
    sample: true
  folder_access:
    description: Whether SYSTEM has full control of C(System Volume Information) on the drive of Windows.
    type: bool
    sample: true
  services:
    description: The services that take part in shadow copies.
    type: list
    elements: dict
    contains:
      name:
        description: Name of the service.
        type: str
        sample: VSS
      state:
        description: Its state, V(null) if there is no such service.
        type: str
        sample: Stopped
      start_mode:
        description: Its start mode, V(null) if there is no such service.
        type: str
        sample: Manual
"""
ON_REQUEST = True


# Evidence: system_volume_information_access
def _folder(host: Host) -> str:
    return f"{host.operating_system.windows_directory[:2]}\\System Volume Information"


COMMANDS = {"system_volume_information": lambda host: access_query(_folder(host))}


def gather(host: Host) -> dict[str, Any]:
    """The feature, the folder, and the services."""
    return host.read_each(
        "system_state",
        {
            "feature": lambda: is_installed(host.session, locations.BACKUP_FEATURE),
            "folder_access": lambda: system_has(
                FULL_CONTROL, _folder(host), host.output("system_volume_information").text
            ),
            "services": lambda: [
                {"name": name, **(host.service_facts(name) or {"state": None, "start_mode": None})}
                for name in SYSTEM_STATE_SERVICES
            ],
        },
    )
