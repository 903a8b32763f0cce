# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What Windows itself says about its connection: MSFT_NetConnectionProfile, since Windows 8 and Windows Server 2012."""

from __future__ import annotations

from ..wsman.session import Session
from ..wsman.values import CimPath, integer
from .absence import unless_absent

_CLASS = CimPath("root/StandardCimv2", "MSFT_NetConnectionProfile")
# Values of IPv4Connectivity and IPv6Connectivity
_VERDICTS = ("disconnected", "no_traffic", "subnet", "local_network", "internet")


def network_verdict(session: Session) -> str | None:
    """Return how far Windows believes to reach over any of its networks.

    That is ``disconnected``, ``no_traffic``, ``subnet``, ``local_network`` or ``internet``; None where Windows does not
    have the class, or does not say. Windows tries one web page only, so this decides nothing about other hosts.
    """
    profiles = unless_absent(lambda: session.enumerate(_CLASS)) or []
    values = [profile.read(name, integer) for profile in profiles for name in ("IPv4Connectivity", "IPv6Connectivity")]
    known = [value for value in values if value is not None and 0 <= value < len(_VERDICTS)]
    return _VERDICTS[max(known)] if known else None
