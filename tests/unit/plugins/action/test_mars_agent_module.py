# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_agent_module: what is missing or different is copied; a failure leaves the module as it was."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import mars_agent_module
from ansible_collections.winops.mars.plugins.action.mars_agent_module import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.resources.agent_module import AgentModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.plugins.plugin_utils.mars.prerequisites.test_agent_module_files import MODULE, SHARE, share
from tests.unit.simulated import SimulatedHost, simulated

DLL, HELP, MANIFEST = "MSOnlineBackup.dll", r"en-US\MSOnlineBackup.dll-Help.xml", "MSOnlineBackup.psd1"
LOCAL = r"C:\Install\bin"
DAMAGED: dict[str, Any] = {
    rf"{MODULE}\{DLL}": {"size": 471040, "version": "2.0.9083.0"},
    rf"{MODULE}\{HELP}": None,
    rf"{MODULE}\own.ps1": {"size": 1},
}


@pytest.fixture
def host_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A simulated host on whose clock the module waits."""

    def make(base: str = "healthy-2022", **profile: Any) -> SimulatedHost:
        host = simulated(base=base, **profile)
        monkeypatch.setattr(mars_agent_module, "AgentModule", partial(AgentModule, sleep=host.sleep))
        return host

    return make


def names(host: SimulatedHost) -> dict[str, Any]:
    entries = host.windows.state()["files"]["files"]
    folder = rf"{MODULE.lower()}" + "\\"
    return {
        path.removeprefix(folder): entry["version"]
        for path, entry in entries.items()
        if path.startswith(folder) and not entry["directory"]
    }


def traces(host: SimulatedHost) -> list[str]:
    state = host.windows.state()
    return [name for name in (*state["files"]["files"], *state["tasks"]) if "winops.mars" in name]


@pytest.mark.parametrize("source", [LOCAL, SHARE])
@pytest.mark.parametrize("base", ["healthy-2022", "german-2019", "japanese-2016"])
def test_only_what_is_missing_or_different_is_copied(
    run_action: RunAction, host_of: Any, base: str, source: str
) -> None:
    engine = {rf"{MODULE.rpartition('bin')[0]}bin\cbengine.exe": {"version": "2.0.9262.0"}}
    host = host_of(base, files={**share(source), **DAMAGED, **engine})
    untouched = host.windows.state()

    predicted = run_action(ActionModule, host, check=True, diff=True, source=source)
    assert predicted["changed"]
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, source=source) == predicted
    expected = {DLL.lower(): "2.0.9262.0", HELP.lower(): None, MANIFEST.lower(): None, "own.ps1": None}
    assert names(host) == expected
    assert traces(host) == []
    assert not run_action(ActionModule, host, source=source)["changed"]


@pytest.mark.parametrize("in_use", [DLL, MANIFEST])
def test_a_file_in_use_fails_and_everything_is_as_it_was(run_action: RunAction, host_of: Any, in_use: str) -> None:
    files = {**share(LOCAL), **DAMAGED}
    files[rf"{MODULE}\{in_use}"] = {"size": 1, "attributes": ["in_use"]}
    host = host_of(files=files)
    before, names_before = host.windows.state(), names(host)

    with pytest.raises(AnsibleActionFail, match=r"close the agent's console .*; all files are as they were"):
        run_action(ActionModule, host, source=LOCAL)

    after = host.windows.state()
    assert names(host) == names_before
    assert after["files"]["files"].keys() - before["files"]["files"].keys() <= {rf"{MODULE}\en-US".lower()}
    assert {path: entry for path, entry in after["files"]["files"].items() if path in before["files"]["files"]} == (
        before["files"]["files"]
    )


@pytest.mark.parametrize(
    "profile, message",
    [
        ({"files": share(LOCAL, **{"CBEngine.exe": {"version": "2.0.9506.0"}})}, "is of the agent 2.0.9506.0"),
        ({"files": share(LOCAL, **{"CBEngine.exe": None})}, "is not a copy of the agent's folder bin"),
        ({"files": share(LOCAL), "events": {"CloudBackup/Operational": [{"id": 1, "hours_ago": 1}]}}, "is running"),
        ({"files": share(LOCAL), "events": {"CloudBackup/Operational": None}}, "cannot be determined whether a backup"),
        ({"base": "no-agent-2022", "files": share(LOCAL)}, "the agent is not installed"),
    ],
)
def test_what_would_not_be_safe_is_refused_also_in_check_mode(
    run_action: RunAction, host_of: Any, profile: dict[str, Any], message: str
) -> None:
    profile["files"] = {**profile["files"], **DAMAGED} if "base" not in profile else profile["files"]
    host = host_of(**profile)
    before = host.windows.state()

    for check in (True, False):
        with pytest.raises(AnsibleActionFail, match=message):
            run_action(ActionModule, host, check=check, source=LOCAL)
        assert host.windows.state() == before


def test_a_running_backup_does_not_matter_where_nothing_is_to_be_done(run_action: RunAction, host_of: Any) -> None:
    host = host_of(files=share(LOCAL), events={"CloudBackup/Operational": [{"id": 1, "hours_ago": 1}]})

    assert not run_action(ActionModule, host, source=LOCAL)["changed"]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_broken_connection_does_no_harm(run_action: RunAction, host_of: Any, fault: str) -> None:
    host = host_of(files={**share(LOCAL), **DAMAGED}, faults={fault: ["Command", "Receive"]})

    run_action(ActionModule, host, source=LOCAL)

    assert names(host)[DLL.lower()] == "2.0.9262.0"
    assert traces(host) == []
