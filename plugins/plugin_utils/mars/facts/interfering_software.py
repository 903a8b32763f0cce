# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about software that is known to keep the agent from working, or files from being backed up."""

from __future__ import annotations

from ...windows import filters
from ...windows.paths import fold
from ..catalogue import INTERFERING_SOFTWARE
from ..host import Command, Host

DESCRIPTION = r"""
description: Software known to keep the agent from working, or files from being backed up.
type: list
elements: dict
contains:
  name:
    description: Its name.
    type: str
    sample: Azure File Sync
  evidence:
    description: The services and file system filters by which it was found.
    type: str
    sample: file system filter StorageSync
"""

COMMANDS: dict[str, Command] = {"filters": lambda host: filters.COMMAND}


def gather(host: Host) -> list[dict[str, str]]:
    """What is found by its services, or by its file system filters."""
    seen = {f"service {service.name}": fold(service.name) for service in host.services}
    installed = filters.filters(host.output("filters"))
    seen |= {f"file system filter {filter_.name}": fold(filter_.name) for filter_ in installed}
    found = []
    for software in INTERFERING_SOFTWARE:
        names = {fold(name) for name in (*software["services"], *software["filters"])}
        evidence = [text for text, name in seen.items() if name in names]
        # What shows nothing about most software need not be known
        not_on = software.get("not_on", ())
        if evidence and not (not_on and host.operating_system.product_type in not_on):
            found.append({"name": software["name"], "evidence": ", ".join(evidence)})
    return found
