# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about Microsoft Defender Antivirus and other antivirus products."""

from __future__ import annotations

from typing import Any

from ...windows.defender import Defender
from ...windows.errors import CimError
from ..antivirus_products import SERVICES
from .host import Host


def antivirus(host: Host) -> dict[str, Any]:
    """Defender with its exclusions, and other products by the services they are known to install."""
    facts: dict[str, Any] = {}
    with host.reading("antivirus"):
        facts["defender"] = _defender(host, Defender(host.session))
    with host.reading("antivirus"):
        found = {
            SERVICES[service.name.lower()]: service.name
            for service in host.services
            if service.name.lower() in SERVICES
        }
        facts["products"] = [
            {"name": name, "evidence": f"service {service}"} for name, service in sorted(found.items())
        ]
    return facts


def _defender(host: Host, defender: Defender) -> dict[str, Any] | None:
    status = defender.status()
    preferences = defender.preferences() if status else None
    if status is None or preferences is None:
        return None
    facts: dict[str, Any] = {
        "running": status.running,
        "real_time_protection": status.real_time_protection,
        "tamper_protected": status.tamper_protected,
    }
    with host.reading("antivirus"):
        if preferences.exclusions_hidden:
            raise CimError("a policy hides Defender's exclusions from administrators (HideExclusionsFromLocalAdmins)")
        facts["exclusion_paths"] = preferences.exclusion_paths
        facts["exclusion_processes"] = preferences.exclusion_processes
    return facts
