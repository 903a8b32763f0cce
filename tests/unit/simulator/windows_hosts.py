# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated hosts for tests of their state, without the protocol: time moves only when a test moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulator.model import CimValue, Row
from tests.simulator.windows import Clock, Host, load_host

CIMV2 = "root/cimv2"
TASK_SCHEDULER = "root/Microsoft/Windows/TaskScheduler"
DEFENDER = "root/Microsoft/Windows/Defender"


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str


class Machine:
    """A host and the hand on its clock."""

    def __init__(self, profile: str = "healthy-2022", **overrides: Any) -> None:
        self.seconds = 1_770_000_000.0
        self.host: Host = load_host({"base": profile, **overrides}, "srv", Clock(lambda: self.seconds))

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def run(self, command: str, stdin: str = "", codepage: int = 65001) -> Result:
        process = self.host.run_command(command, stdin.encode(), codepage, False)
        codec = "utf-8" if codepage == 65001 else f"cp{codepage}"
        return Result(process.exit_code, process.stdout.decode(codec), process.stderr.decode(codec))

    def rows(self, class_name: str, namespace: str = CIMV2) -> list[Row]:
        classes = self.host.classes(namespace)
        assert classes is not None
        return list(classes[class_name.lower()].instances(self.host))

    def row(self, class_name: str, namespace: str = CIMV2, **keys: str) -> Row:
        classes = self.host.classes(namespace)
        assert classes is not None
        cim_class = classes[class_name.lower()]
        if cim_class.get is not None:
            return cim_class.get(self.host, keys)
        (found,) = [
            row for row in cim_class.instances(self.host) if all(row[name] == value for name, value in keys.items())
        ]
        return found

    def call(
        self,
        class_name: str,
        method: str,
        namespace: str = CIMV2,
        keys: Mapping[str, str] | None = None,
        **parameters: CimValue,
    ) -> dict[str, CimValue]:
        classes = self.host.classes(namespace)
        assert classes is not None
        (found,) = [known for known in classes[class_name.lower()].methods if known.name == method]
        assert set(parameters) <= {parameter.name for parameter in found.parameters}
        return dict(found.call(self.host, keys or {}, parameters))

    def registry(self, method: str, key: str, name: str | None = None, **parameters: CimValue) -> dict[str, CimValue]:
        given: dict[str, CimValue] = {"hDefKey": 0x80000002, "sSubKeyName": key, **parameters}
        if name is not None:
            given["sValueName"] = name
        return self.call("StdRegProv", method, **given)
