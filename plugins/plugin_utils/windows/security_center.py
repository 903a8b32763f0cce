# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Antivirus products that are registered with Windows Security (root/SecurityCenter2), which only clients have."""

from __future__ import annotations

from ..wsman.session import Session
from ..wsman.values import CimPath, string
from .absence import unless_absent

_PRODUCTS = CimPath("root/SecurityCenter2", "AntiVirusProduct")
_DEFENDER = "{D68DDC3A-831F-4FAE-9E44-DA132C1ACF46}"


def antivirus_products(session: Session) -> list[str]:
    """Return the names of the registered products other than Microsoft Defender; none on a server."""
    instances = unless_absent(lambda: session.enumerate(_PRODUCTS)) or []
    return [
        instance.read("displayName", string) or "an antivirus product without a name"
        for instance in instances
        if (instance.read("instanceGuid", string) or "").upper() != _DEFENDER
    ]
