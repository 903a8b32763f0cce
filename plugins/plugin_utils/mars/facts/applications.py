# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about server applications."""

from __future__ import annotations

from ...windows.paths import fold
from ..catalogue import APPLICATION_SERVICES
from ..host import Host

DESCRIPTION = r"""
description: Server applications that support only certain versions of .NET Framework and Windows PowerShell.
type: list
elements: str
sample: ['Microsoft Exchange Server']
"""


def gather(host: Host) -> list[str]:
    """The applications on the host, each once."""
    names = (APPLICATION_SERVICES.get(fold(service.name)) for service in host.services)
    return sorted({name for name in names if name})
