# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installation of PowerShell loses at a later restart: its fact, its rule, and its return."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.action import cim_installer, cim_path, cim_registry
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.windows.installer import Installer, install
from tests.unit.plugins.conftest import RunAction
from tests.unit.plugins.plugin_utils.mars.checking import finding
from tests.unit.simulated import SimulatedHost, simulated

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("powershell_lost_modules", "compliant", {"powershell.module_path_lost": []}),
    ("powershell_lost_modules", "noncompliant", {"powershell.module_path_lost": [r"C:\Tools\Modules"]}),
    ("powershell_lost_modules", "not_applicable", {"agent.installed": False}),
    ("powershell_lost_modules", "unknown", {"powershell.module_path_lost": ...}),
    ("powershell_lost_modules", "unknown", {"agent": ...}),
]

WMF = "Win7AndW2K8R2-KB3191566-x64.msu"
ENVIRONMENT = r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Environment"
KEPT = r"HKLM\SOFTWARE\winops.mars"
OWN = r"%SystemRoot%\system32\WindowsPowerShell\v1.0\Modules"


def lost(host: SimulatedHost) -> list[str]:
    facts: list[str] = gather(host.session, ["powershell"])["powershell"]["module_path_lost"]
    return facts


def module_path(host: SimulatedHost) -> str:
    value: str = host.windows.state()["registry"][ENVIRONMENT]["PSModulePath"][1]
    return value


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> SimulatedHost:
    """Server 2008 R2 with Windows Management Framework 3.0, over which version 5.1 sets the variable anew."""
    host = simulated(
        base="old-2008-r2",
        registry={
            r"HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine": {"PowerShellVersion": "3.0"},
            ENVIRONMENT: {"PSModulePath": {"expand": rf"{OWN};C:\Tools\Modules; \\files\modules ;relative"}},
        },
        executables={WMF: {"effects_after_reboot": {"registry": {ENVIRONMENT: {"PSModulePath": {"expand": OWN}}}}}},
    )
    monkeypatch.setattr(cim_installer, "Installer", partial(Installer, sleep=host.sleep))
    monkeypatch.setattr(cim_installer, "install", partial(install, sleep=host.sleep))
    return host


def test_a_run_after_the_restart_appends_what_was_lost(run_action: RunAction, host: SimulatedHost) -> None:
    wanted = {"key": r"HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine", "name": "PowerShellVersion"}
    before = module_path(host)
    done = run_action(
        cim_installer.ActionModule,
        host,
        source=rf"\\files.example.test\software\{WMF}",
        creates_key=wanted["key"],
        creates_name=wanted["name"],
        creates_minimum="5.1",
        keep_entries=["PSModulePath"],
        ignore_backup=True,
    )
    assert (done["reboot_required"], module_path(host), lost(host)) == (True, before, [])

    # By hand, after the end of the play
    host.windows.restart()
    host.sleep(60)
    assert module_path(host) == OWN
    # A relative folder is a place where anybody may plant modules for SYSTEM
    assert lost(host) == [r"C:\Tools\Modules", r"\\files\modules"]
    found = finding(gather(host.session, ["agent", "powershell"]), "powershell_lost_modules")
    assert (found.status, found.role) == ("noncompliant", "powershell")

    # As the role does
    run_action(cim_path.ActionModule, host, name="PSModulePath", entries=found.wanted["lost_entries"])
    run_action(cim_registry.ActionModule, host, **found.wanted["kept"], state="absent")
    assert module_path(host) == rf"{OWN};C:\Tools\Modules;\\files\modules"
    assert lost(host) == []
    # Whoever takes an entry out later has taken it out
    assert "FormerPSModulePath" not in host.windows.state()["registry"].get(KEPT, {})


def test_without_a_restart_to_come_nothing_is_kept(run_action: RunAction, host: SimulatedHost) -> None:
    run_action(
        cim_installer.ActionModule,
        host,
        source=rf"\\files.example.test\software\{WMF}",
        creates_key=r"HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine",
        creates_name="PowerShellVersion",
        creates_minimum="5.1",
        keep_entries=["PSModulePath"],
        ignore_backup=True,
        reboot=True,
    )
    assert KEPT not in host.windows.state()["registry"]
    assert r"C:\Tools\Modules" in module_path(host)


def test_what_cannot_be_read_is_not_none_lost() -> None:
    host = simulated(base="healthy-2022", registry={KEPT: {"FormerPSModulePath": "C:\\X"}}, registry_hidden=[KEPT])

    facts = gather(host.session, ["powershell"])

    assert "module_path_lost" not in facts["powershell"]
    assert [entry["fact"] for entry in facts["unreadable"]] == ["powershell.module_path_lost"]
