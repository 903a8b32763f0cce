# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about TLS 1.2: whether Windows and the .NET Framework may use it as a client."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ...windows.files import Files
from ...windows.group_policy import preferences_command, preferring
from .. import locations
from ..catalogue import TLS_UPDATES
from ..host import Command, Host

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
  preferences:
    description: The Group Policy objects whose preferences set values in these keys, by their GUIDs.
    type: list
    elements: str
    sample: []
  update:
    description: The update that adds TLS 1.2 to this Windows, V(null) where none is needed.
    type: dict
    contains:
      name:
        description: Its number.
        type: str
        sample: KB3140245
      file:
        description: The file that shows whether it is installed.
        type: str
        sample: C:\Windows\System32\winhttp.dll
      required:
        description: The version of the file from which on it is installed.
        type: str
        sample: 6.1.7601.23375
      version:
        description: The version of the file on the host.
        type: str
        sample: 6.1.7601.24000
"""

KEYS = (locations.TLS_CLIENT_KEY, locations.DOTNET_TLS_KEY, locations.DOTNET_TLS_32_BIT_KEY)
# Parts of the keys, as a preference may name them with or without the hive
COMMANDS: dict[str, Command] = {
    "tls_preferences": lambda host: preferences_command(r"Protocols\TLS 1.2\Client", r".NETFramework\v4.0.30319")
}
_DOTNET_VALUES = {"system_default": "SystemDefaultTlsVersions", "strong_crypto": "SchUseStrongCrypto"}


def gather(host: Host) -> dict[str, Any]:
    """The values of Microsoft's page on TLS for Azure Backup."""
    windows_values = {"enabled": "Enabled", "disabled_by_default": "DisabledByDefault"}
    facts: dict[str, Any] = {
        **_numbers(host, "tls", locations.TLS_CLIENT_KEY, windows_values),
        "dotnet": _numbers(host, "tls.dotnet", locations.DOTNET_TLS_KEY, _DOTNET_VALUES),
        "dotnet_32_bit": _numbers(host, "tls.dotnet_32_bit", locations.DOTNET_TLS_32_BIT_KEY, _DOTNET_VALUES),
    }
    with host.reading("tls.preferences"):
        # Evidence: group_policy_preferences
        facts["preferences"] = preferring(host.output("tls_preferences").text)
    with host.reading("tls.update"):
        facts["update"] = _update(host)
    return facts


def _update(host: Host) -> dict[str, str | None] | None:
    system = host.operating_system
    update = TLS_UPDATES.get(system.build)
    if update is None:
        return None
    path = f"{system.windows_directory}\\System32\\{update.file}"
    file = Files(host.session).file(path)
    return {
        "name": update.name,
        "file": path,
        "required": update.version,
        "version": file.version if file else None,
    }


def _numbers(host: Host, path: str, key: str, values: Mapping[str, str]) -> dict[str, int | None]:
    return host.read_each(path, {fact: partial(_number, host, key, name) for fact, name in values.items()})


def _number(host: Host, key: str, name: str) -> int | None:
    found = host.key(key)
    return found.dword(name) if found else None
