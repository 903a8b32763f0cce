# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_installer: what the options say is predicted, done, and then left alone."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import cim_installer
from ansible_collections.winops.mars.plugins.action.cim_installer import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.windows.installer import Installer, install
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import simulated

KEY = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
OPTIONS: dict[str, Any] = {
    "source": r"\\files.example.test\software\NDP48-x86-x64-AllOS-ENU.exe",
    "arguments": "/q /norestart",
    "creates_key": KEY,
    "creates_name": "Release",
    "creates_minimum": 528040,
}


def test_an_installation_is_predicted_made_and_then_left_alone(
    run_action: RunAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = simulated(base="old-2012-r2")
    monkeypatch.setattr(cim_installer, "Installer", partial(Installer, sleep=host.sleep))
    monkeypatch.setattr(cim_installer, "install", partial(install, sleep=host.sleep))
    untouched = host.windows.state()
    value = KEY + r"\Release"
    not_run: dict[str, Any] = {"exit_code": None, "restarted": False, "reboot_required": False, "entries": {}}

    predicted = run_action(ActionModule, host, check=True, diff=True, **OPTIONS)
    diff = {"before": {value: predicted["before"]}, "after": {value: "at least 528040"}}
    assert predicted == {"changed": True, "before": predicted["before"], "after": "528040", "diff": diff, **not_run}
    assert host.windows.state() == untouched

    done = run_action(ActionModule, host, diff=True, **OPTIONS)
    assert (done["changed"], done["diff"], done["after"], done["exit_code"]) == (True, diff, 528049, 3010)

    again = run_action(ActionModule, host, diff=True, **OPTIONS)
    assert again == {"changed": False, "before": 528049, "after": 528049, **not_run}


def test_the_version_of_a_file_is_a_proof_too(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> None:
    path = r"C:\Program Files\Microsoft Azure Recovery Services Agent\bin\cbengine.exe"
    host = simulated(base="japanese-2016")
    monkeypatch.setattr(cim_installer, "Installer", partial(Installer, sleep=host.sleep))
    options = {
        "source": r"C:\Install\MARSAgentInstaller.exe",
        "arguments": "/q /nu",
        "creates_path": path,
        "creates_minimum": "2.0.9506.0",
    }

    predicted = run_action(ActionModule, host, check=True, diff=True, **options)
    assert predicted["diff"] == {"before": {path: "2.0.9262.0"}, "after": {path: "at least 2.0.9506.0"}}

    done = run_action(ActionModule, host, **options)
    assert (done["changed"], done["before"], done["after"]) == (True, "2.0.9262.0", "2.0.9506.0")
    assert run_action(ActionModule, host, **options)["changed"] is False


def test_an_installer_that_brings_another_version_fails(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> None:
    host = simulated(base="healthy-2022")
    monkeypatch.setattr(cim_installer, "Installer", partial(Installer, sleep=host.sleep))

    with pytest.raises(AnsibleActionFail, match=r"file version of C:\\X.exe of at least 3.0 is absent"):
        run_action(
            ActionModule,
            host,
            source=r"C:\Install\MARSAgentInstaller.exe",
            arguments="/q",
            creates_path=r"C:\X.exe",
            creates_minimum="3.0",
        )
