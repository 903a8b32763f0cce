# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the agent is for on a host: Microsoft's other backup products use it, too, by the services that they install."""

from __future__ import annotations

from collections.abc import Iterable

from ..windows.paths import fold
from ..windows.services import Service

# System Center Data Protection Manager or Azure Backup Server; the Site Recovery provider; its process server.
_ROLES = {"MSDPM": "data_protection_manager", "dra": "site_recovery", "cxprocessserver": "site_recovery"}

#: The services that tell the role.
ROLE_SERVICES = tuple(_ROLES)


def agent_role(services: Iterable[Service]) -> str:
    """Return ``data_protection_manager`` or ``site_recovery`` if one of these services is theirs, else ``backup``."""
    names = {fold(service.name) for service in services}
    return next((role for name, role in _ROLES.items() if fold(name) in names), "backup")
