# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about TLS 1.2: whether Windows and the .NET Framework may use it as a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: What the registry says about TLS 1.2 for clients, V(null) where it says nothing.
type: dict
contains:
  enabled:
    description: The value C(Enabled) of Windows (SCHANNEL).
    type: int
    sample: 1
  disabled_by_default:
    description: The value C(DisabledByDefault) of Windows (SCHANNEL).
    type: int
    sample: 0
  dotnet:
    description: The .NET Framework for 64-bit programs.
    type: dict
    contains: &dotnet
      system_default:
        description: The value C(SystemDefaultTlsVersions).
        type: int
        sample: 1
      strong_crypto:
        description: The value C(SchUseStrongCrypto).
        type: int
        sample: 1
  dotnet_32_bit:
    description: The .NET Framework for 32-bit programs.
    type: dict
    contains: *dotnet
"""


KEYS = (locations.TLS_CLIENT_KEY, locations.DOTNET_TLS_KEY, locations.DOTNET_TLS_32_BIT_KEY)
_DOTNET_VALUES = {"system_default": "SystemDefaultTlsVersions", "strong_crypto": "SchUseStrongCrypto"}


def gather(host: Host) -> dict[str, Any]:
    """The values of Microsoft's page on TLS for Azure Backup."""
    return {
        **_numbers(host, locations.TLS_CLIENT_KEY, {"enabled": "Enabled", "disabled_by_default": "DisabledByDefault"}),
        "dotnet": _numbers(host, locations.DOTNET_TLS_KEY, _DOTNET_VALUES),
        "dotnet_32_bit": _numbers(host, locations.DOTNET_TLS_32_BIT_KEY, _DOTNET_VALUES),
    }


def _numbers(host: Host, key: str, values: Mapping[str, str]) -> dict[str, int | None]:
    numbers = {}
    for fact, name in values.items():
        with host.reading("tls"):
            found = host.key(key)
            numbers[fact] = found.dword(name) if found else None
    return numbers
