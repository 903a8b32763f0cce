# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Group Policy sets on a simulated host, as Windows notes it: from Microsoft's reference of
RSOP_RegistryPolicySetting and RSOP_SystemService."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimValue
from tests.simulator.windows.registry import Value, ValueType, typed_value
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

_SETTING = "creationTime:datetime GPOID *precedence:uint32 SOMID name"
_REGISTRY = properties(f"*id {_SETTING} command deleted:boolean registryKey value:uint8[] valueName valueType:uint32")
_SERVICE = properties(f"id {_SETTING} ErrorCode:uint32 Status:uint32 SDDLString *Service StartupMode:uint32")
_GPO = "CN={31B2F340-016D-11D2-945F-00C04FB984F9},CN=POLICIES,CN=SYSTEM,DC=EXAMPLE,DC=TEST"
_STARTUP_MODES = {"Automatic": 2, "Manual": 3, "Disabled": 4}


def _registry_settings(host: Host) -> list[dict[str, CimValue]]:
    """Policies for the computer only; each is noted again for a policy that a stronger one overrides."""
    settings = [
        (path.partition("\\")[2], typed_value(name, notation))
        for path, values in host.profile.get("group_policy", {}).items()
        if path.startswith("HKLM\\")
        for name, notation in values.items()
    ]
    return [
        row(
            _REGISTRY,
            {
                "GPOID": _GPO,
                "SOMID": "DC=EXAMPLE,DC=TEST",
                "deleted": False,
                "id": f"{{{number:08}-0000-0000-0000-000000000000}}",
                "precedence": precedence,
                "registryKey": key,
                "value": list(_stored(value)) if precedence == 1 else [0],
                "valueName": value.name,
                "valueType": int(value.type),
            },
        )
        for number, (key, value) in enumerate(settings)
        for precedence in (1, 2)
    ]


def _stored(value: Value) -> bytes:
    match value.type:
        case ValueType.REG_DWORD:
            return int(value.data).to_bytes(4, "little")
        case ValueType.REG_QWORD:
            return int(value.data).to_bytes(8, "little")
        case ValueType.REG_BINARY:
            return bytes(value.data)
        case ValueType.REG_MULTI_SZ:
            return "".join(f"{text}\0" for text in [*value.data, ""]).encode("utf-16-le")
    return f"{value.data}\0".encode("utf-16-le")


def _service_settings(host: Host) -> list[dict[str, CimValue]]:
    return [
        row(
            _SERVICE,
            {
                "GPOID": _GPO,
                "SOMID": "DC=EXAMPLE,DC=TEST",
                "Service": service,
                "StartupMode": _STARTUP_MODES[mode],
                "precedence": 1,
            },
        )
        for service, mode in host.profile.get("service_policy", {}).items()
    ]


def classes() -> list[CimClass]:
    return [
        CimClass("root/rsop/computer", "RSOP_RegistryPolicySetting", _REGISTRY, _registry_settings),
        CimClass("root/rsop/computer", "RSOP_SystemService", _SERVICE, _service_settings),
    ]
