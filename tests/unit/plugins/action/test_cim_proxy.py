# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_proxy: the proxies of SYSTEM and of WinHTTP, set by Windows' own programs and read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import cim_proxy
from ansible_collections.winops.mars.plugins.action.cim_proxy import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.resources.proxy import Proxy
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

SYSTEM = r"HKU\.DEFAULT\Software\Microsoft\Windows\CurrentVersion\Internet Settings"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
ADDRESS = "proxy.example.com:8080"


@pytest.fixture
def run(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> RunAction:
    """The action, on the clock of the host."""

    def run(host: SimulatedHost, **options: Any) -> dict[str, Any]:
        def proxy(session: Session, address: str) -> Proxy:
            return Proxy(session, address, host.sleep)

        monkeypatch.setattr(cim_proxy, "Proxy", proxy)
        return run_action(ActionModule, host, **options)

    return run


@pytest.mark.parametrize("base", ["windows-server-2022", "old-2008-r2", "german-2019"])
@pytest.mark.parametrize("address", [ADDRESS, "none"])
@pytest.mark.parametrize(
    "values",
    [
        {"ProxyEnable": 1, "ProxyServer": "old:80", "ProxyOverride": "*.example.com;<local>"},
        {"AutoConfigURL": "http://wpad.example.com/proxy.pac"},
    ],
    ids=["proxy", "script"],
)
def test_a_proxy_is_predicted_set_and_then_left_alone(
    run: RunAction, base: str, address: str, values: dict[str, Any]
) -> None:
    host = simulated(base=base, registry={SYSTEM: values})
    before = host.windows.state()

    predicted = run(host, check=True, diff=True, address=address)
    assert predicted["changed"]
    assert host.windows.state() == before

    done = run(host, address=address)
    assert (done["changed"], done["after"]) == (True, predicted["after"])
    for name in ("wininet", "connection", "winhttp"):
        assert done["after"][name]["address"] == (None if address == "none" else ADDRESS)
        assert done["after"][name]["auto_config_url"] is None
    if address != "none" and "ProxyOverride" in values:
        assert done["after"]["wininet"]["bypass"] == values["ProxyOverride"]

    assert not run(host, address=address)["changed"]


def test_nothing_is_left_on_the_host(run: RunAction) -> None:
    host = simulated()
    before = host.windows.state()

    run(host, address=ADDRESS)
    after = host.windows.state()

    assert (after["files"], after["tasks"]) == (before["files"], before["tasks"])


def test_what_a_policy_makes_that_of_the_computer_is_not_fought(run: RunAction) -> None:
    host = simulated(registry={POLICY: {"ProxySettingsPerUser": 0}})
    before = host.windows.state()

    with pytest.raises(AnsibleActionFail, match="set the proxy where that policy comes from"):
        run(host, address=ADDRESS)
    assert host.windows.state() == before


def test_what_a_policy_undoes_is_not_taken_as_done(run: RunAction) -> None:
    host = simulated(group_policy={SYSTEM: {"ProxyEnable": 0}})

    with pytest.raises(AnsibleActionFail, match="applied but is not in effect: wininet"):
        run(host, address=ADDRESS)


def test_a_program_that_is_blocked_changes_nothing(run: RunAction) -> None:
    host = simulated(blocked_programs=["bitsadmin"])

    with pytest.raises(AnsibleActionFail, match=r"could not be set with bitsadmin .*nothing was changed"):
        run(host, address=ADDRESS)


@pytest.mark.parametrize("address", ["http://user:secret@proxy", "proxy", "", ":", "proxy:port"])
def test_a_wrong_address_is_refused_without_being_shown(run: RunAction, address: str) -> None:
    host = simulated()

    with pytest.raises(AnsibleActionFail, match="must be none, or host and port") as error:
        run(host, address=address)
    assert "secret" not in str(error.value) + json.dumps(error.value.result)
