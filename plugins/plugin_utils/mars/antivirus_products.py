# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Antivirus products by the Windows services they install."""

from __future__ import annotations

from .catalogue_file import catalogue

#: Lower-case service name to product.
SERVICES: dict[str, str] = {
    service.lower(): product["name"] for product in catalogue("antivirus.yml") for service in product["services"]
}
