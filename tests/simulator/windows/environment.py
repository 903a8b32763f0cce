# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables of a simulated host, as its services and sessions got them when it started."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimValue
from tests.simulator.windows.registry import Registry
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

MACHINE_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
_CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion"


class Environment:
    """Variables by name without regard to case. Changes in the registry show only after a restart."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {name.upper(): (name, value) for name, value in variables.items()}

    @classmethod
    def at_boot(cls, registry: Registry, computer_name: str, user: str, domain: str) -> Environment:
        """What a process of ``user`` inherits: fixed system variables and the machine's own from the registry."""
        root = str(registry.data(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "SystemRoot", r"C:\Windows"))
        drive = root[:2]
        programs = str(registry.data(_CURRENT_VERSION, "ProgramFilesDir", drive + r"\Program Files"))
        profile = rf"{drive}\Users\{user}"
        variables = {
            "SystemDrive": drive,
            "SystemRoot": root,
            "ProgramFiles": programs,
            "ProgramFiles(x86)": programs + " (x86)",
            "ProgramW6432": programs,
            "CommonProgramFiles": programs + r"\Common Files",
            "ProgramData": drive + r"\ProgramData",
            "ALLUSERSPROFILE": drive + r"\ProgramData",
            "PUBLIC": drive + r"\Users\Public",
            "COMPUTERNAME": computer_name,
            "USERNAME": user,
            "USERDOMAIN": domain,
            "USERPROFILE": profile,
            "LOCALAPPDATA": profile + r"\AppData\Local",
            "APPDATA": profile + r"\AppData\Roaming",
        }
        environment = cls(variables)
        key = registry.find(MACHINE_KEY)
        for value in key.values.values() if key else ():
            environment.set(value.name, environment.expand(str(value.data)))
        environment.set("TEMP", profile + r"\AppData\Local\Temp")
        environment.set("TMP", profile + r"\AppData\Local\Temp")
        return environment

    def get(self, name: str) -> str | None:
        entry = self._variables.get(name.upper())
        return entry[1] if entry else None

    def set(self, name: str, value: str) -> None:
        self._variables[name.upper()] = (name, value)

    def unset(self, name: str) -> None:
        self._variables.pop(name.upper(), None)

    def copy(self) -> Environment:
        return Environment(dict(self._variables.values()))

    def items(self) -> list[tuple[str, str]]:
        return sorted(self._variables.values(), key=lambda item: item[0].upper())

    def expand(self, text: str) -> str:
        """``%NAME%`` replaced; an unknown name stays as it is (ExpandEnvironmentStrings)."""
        return re.sub(
            r"%([^%]+)%", lambda match: value if (value := self.get(match[1])) is not None else match[0], text
        )


_PROPERTIES = properties(
    "Caption Description InstallDate:datetime *Name Status SystemVariable:boolean *UserName VariableValue"
)


def _instances(host: Host) -> list[dict[str, CimValue]]:
    key = host.registry.find(MACHINE_KEY)
    return [
        row(
            _PROPERTIES,
            {
                "Caption": f"<SYSTEM>\\{value.name}",
                "Description": f"<SYSTEM>\\{value.name}",
                "Name": value.name,
                "Status": "OK",
                "SystemVariable": True,
                "UserName": "<SYSTEM>",
                # The raw text: the provider expands nothing.
                "VariableValue": str(value.data),
            },
        )
        for value in (key.values.values() if key else ())
    ]


def classes() -> list[CimClass]:
    return [CimClass("root/cimv2", "Win32_Environment", _PROPERTIES, _instances)]
