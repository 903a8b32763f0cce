# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What Group Policy sets on a host, which would undo a change: policies by RSOP_SystemService and
RSOP_RegistryPolicySetting (root/rsop/computer), where Windows notes what it applied, and preferences by their files."""

from __future__ import annotations

import re

from ..wsman.errors import Fault
from ..wsman.session import Session
from ..wsman.values import Instance, boolean, integer, octets, string, wql_literal
from .command_line import quoted
from .errors import CimError
from .paths import fold
from .registry import Kind, RegistryValue

_NAMESPACE = "root/rsop/computer"
#: Where Windows keeps the preferences that it applied, in a folder for each Group Policy object.
# Evidence: group_policy_preferences
PREFERENCES_FOLDER = r"%ProgramData%\Microsoft\Group Policy\History"
_GUID = re.compile(r"\{[0-9A-F-]{36}\}", re.IGNORECASE)
_OF_COMPUTER = re.compile(rf"\\({_GUID.pattern})\\Machine\\Preferences\\Registry\\Registry\.xml", re.IGNORECASE)
_MACHINE = ("HKLM", "HKEY_LOCAL_MACHINE")
_START_MODES = {2: "auto", 3: "manual", 4: "disabled"}


def preferences_command(*keys: str) -> str:
    """Return the command that prints the files with preferences that name one of these parts of registry keys."""
    named = " ".join(f"/c:{quoted(key)}" for key in keys)
    return f'findstr /s /i /m /l {named} "{PREFERENCES_FOLDER}\\Registry.xml" 2>nul'


def preferring(text: str) -> list[str]:
    """Return the Group Policy objects with such preferences for the computer, by their GUIDs in braces."""
    return list(dict.fromkeys(_OF_COMPUTER.findall(text)))


def require_free_start_mode(session: Session, service: str, wanted: str) -> None:
    """Raise :class:`CimError` if a policy gives a service another start mode.

    :param wanted: ``auto``, ``manual``, or ``disabled``.
    """
    for setting in _winning(session, "RSOP_SystemService", "StartupMode", f"Service={wql_literal(service)}"):
        mode = _START_MODES.get(setting.read("StartupMode", integer) or 0)
        if mode and mode != wanted:
            raise _managed(setting, f"the start mode of the service {service} to {mode}")


def require_free_value(session: Session, key: str, name: str, wanted: RegistryValue | None) -> None:
    """Raise :class:`CimError` if a policy for the computer gives a registry value other data; None is to delete it."""
    hive, _unused, path = key.partition("\\")
    if hive.upper() not in _MACHINE:
        return
    properties = "registryKey, value, deleted"
    for setting in _winning(session, "RSOP_RegistryPolicySetting", properties, f"valueName={wql_literal(name)}"):
        if fold(setting.read("registryKey", string) or "") == fold(path):
            data = None if setting.read("deleted", boolean) else setting.read("value", octets)
            if data != (_stored(wanted) if wanted else None):
                raise _managed(setting, f"{name} in {key}")


def _winning(session: Session, name: str, properties: str, condition: str) -> list[Instance]:
    """The settings that apply; none where they are not noted, since what was changed is read back in any case."""
    wql = f"SELECT GPOID, {properties} FROM {name} WHERE precedence=1 AND {condition}"
    try:
        return session.query(_NAMESPACE, wql)
    except Fault:
        return []


def _managed(setting: Instance, what: str) -> CimError:
    policy = _GUID.search(setting.read("GPOID", string) or "")
    return CimError(
        f"the Group Policy object {policy[0] if policy else '(local)'} sets {what}, and would undo a change: "
        "change it there"
    )


def _stored(value: RegistryValue) -> bytes:
    """The data as the registry stores it."""
    if isinstance(value.data, bytes):
        return value.data
    if isinstance(value.data, int):
        return value.data.to_bytes(4 if value.kind is Kind.DWORD else 8, "little")
    texts = (*value.data, "") if isinstance(value.data, tuple) else (value.data,)
    return "".join(f"{text}\0" for text in texts).encode("utf-16-le")
