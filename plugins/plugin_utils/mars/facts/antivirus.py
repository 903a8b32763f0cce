# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about Microsoft Defender Antivirus and other antivirus products."""

from __future__ import annotations

from typing import Any

from ...windows.defender import Defender
from ...windows.errors import CimError
from ..catalogue import ANTIVIRUS_SERVICES
from ..host import Host

DESCRIPTION = r"""
description: Antivirus software.
type: dict
contains:
  defender:
    description: Microsoft Defender Antivirus, V(null) if it is not installed.
    type: dict
    contains:
      running:
        description: Whether its service runs.
        type: bool
        sample: true
      real_time_protection:
        description: Whether it scans files as they are used.
        type: bool
        sample: true
      tamper_protected:
        description: Whether tamper protection is on, V(null) where it is unknown.
        type: bool
        sample: false
      exclusion_paths:
        description: Excluded folders and files.
        type: list
        elements: str
        sample: ['C:\Program Files\Microsoft Azure Recovery Services Agent\bin']
      exclusion_processes:
        description: Programs whose files are excluded.
        type: list
        elements: str
        sample: [cbengine.exe]
  products:
    description: Other products found by their services, with C(name) and C(evidence).
    type: list
    elements: dict
    sample: [{name: Sophos, evidence: service SAVService}]
"""


def gather(host: Host) -> dict[str, Any]:
    """Defender with its exclusions, and other products by the services they are known to install."""
    facts: dict[str, Any] = {}
    with host.reading("antivirus"):
        facts["defender"] = _defender(host, Defender(host.session))
    with host.reading("antivirus"):
        found = {
            ANTIVIRUS_SERVICES[service.name.lower()]: service.name
            for service in host.services
            if service.name.lower() in ANTIVIRUS_SERVICES
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
