# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxy settings: ``netsh winhttp`` and ``bitsadmin /util /setieproxy``.

Both keep them as bytes of one layout: version, counter, flags (1 direct, 2 proxy, 4 script, 8 detect), and the texts
proxy, bypass list and, for WinINET, script, each after its length. Other programs read them so; Microsoft documents
only those of WinHTTP for direct access.
"""

from __future__ import annotations

import struct

from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.registry import Value, ValueType

_INTERNET_SETTINGS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings"
_ACCOUNTS = {"localsystem": "S-1-5-18", "localservice": "S-1-5-19", "networkservice": "S-1-5-20"}
ERROR_NOT_LOGGED_ON = 0x800704DD


def settings(version: int, flags: int, *texts: str) -> bytes:
    """The bytes of a connection."""
    body = b"".join(struct.pack("<I", len(text)) + text.encode("ascii") for text in texts)
    return struct.pack("<III", version, 0, flags) + body


def _write(context: Context, key: str, name: str, kind: ValueType, data: object) -> None:
    context.host.registry.create(key)
    context.host.registry.set(key, Value(name, kind, data))


def netsh(context: Context, arguments: list[str]) -> int:
    """``netsh winhttp set proxy [proxy-server=]x [[bypass-list=]y]``, ``netsh winhttp reset proxy``."""
    words = [argument.lower() for argument in arguments[:3]]
    key = rf"HKLM\{_INTERNET_SETTINGS}\Connections"
    if words == ["winhttp", "reset", "proxy"]:
        data = settings(0x18, 1, "", "")
    elif words == ["winhttp", "set", "proxy"] and 1 <= len(arguments) - 3 <= 2:
        names = ["proxy-server", "bypass-list"]
        values = dict(zip(names, ("", ""), strict=True))
        for position, argument in enumerate(arguments[3:]):
            name, separator, value = argument.partition("=")
            named = bool(separator) and name.lower() in names
            values[name.lower() if named else names[position]] = value if named else argument
        data = settings(0x18, 3, values["proxy-server"], values["bypass-list"])
    else:
        context.print(context.text("syntax"))
        return 1
    _write(context, key, "WinHttpSettings", ValueType.REG_BINARY, data)
    return 0


def set_ie_proxy(context: Context, arguments: list[str]) -> int:
    """``bitsadmin /util /setieproxy account usage``: NO_PROXY, MANUAL_PROXY list bypass, AUTOSCRIPT url, RESET."""
    account = _ACCOUNTS.get(arguments[0].lower()) if arguments else None
    usage = arguments[1].upper() if len(arguments) > 1 else ""
    needed = {"NO_PROXY": 2, "RESET": 2, "AUTODETECT": 2, "MANUAL_PROXY": 4, "AUTOSCRIPT": 3}
    if account is None or needed.get(usage) != len(arguments):
        context.print("Invalid argument.")
        return 0x80070057
    if context.remote:
        context.print(f"Unable to set the proxy - {ERROR_NOT_LOGGED_ON:#010x}")
        return ERROR_NOT_LOGGED_ON
    registry = context.host.registry
    key = rf"HKU\{account}\{_INTERNET_SETTINGS}"
    server, bypass, script, flags = "", "", "", {"AUTODETECT": 9, "MANUAL_PROXY": 3, "AUTOSCRIPT": 5}.get(usage, 1)
    if usage == "MANUAL_PROXY":
        server, bypass = arguments[2].replace(",", ";"), "" if arguments[3].upper() == "NULL" else arguments[3]
    elif usage == "AUTOSCRIPT":
        script = arguments[2]
    elif usage != "RESET":
        # The parameters of an earlier usage stay
        server = str(registry.data(key, "ProxyServer", ""))
        bypass = str(registry.data(key, "ProxyOverride", ""))
    for name, text in (("ProxyServer", server), ("ProxyOverride", bypass), ("AutoConfigURL", script)):
        if text:
            _write(context, key, name, ValueType.REG_SZ, text)
        elif registry.get(key, name):
            registry.delete_value(key, name)
    _write(context, key, "ProxyEnable", ValueType.REG_DWORD, int(usage == "MANUAL_PROXY"))
    data = settings(0x46, flags, server, bypass, script) + bytes(32)
    _write(context, rf"{key}\Connections", "DefaultConnectionSettings", ValueType.REG_BINARY, data)
    return 0
