# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SYSTEM reaches of Azure: its facts and its rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.host import Given
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

HOSTS = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"]
SETTINGS = r"HKU\.DEFAULT\Software\Microsoft\Windows\CurrentVersion\Internet Settings"
PROXY = "proxy.example.test:8080"
THROUGH_PROXY: dict[str, Any] = {SETTINGS: {"ProxyEnable": 1, "ProxyServer": PROXY, "ProxyOverride": "*.local;<local>"}}
FAILED = {"host": HOSTS[0], "result": "tls", "code": 35, "address": "20.190.160.14", "private": False}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("connectivity", "compliant", {}),
    ("connectivity", "noncompliant", {"connectivity.endpoints": [FAILED]}),
    ("connectivity", "unknown", {"connectivity": ...}),
    ("connectivity", "not_applicable", {"gathered": list(DEFAULT_SECTIONS), "connectivity": ...}),
]


def facts(given: Given | None = None, base: str = "windows-server-2022", **profile: Any) -> dict[str, Any]:
    host = simulated(base=base, **profile)
    return gather(host.session, ["os", "connectivity"], given, host.sleep)


def results(found: dict[str, Any]) -> dict[str, str]:
    return {entry["host"]: entry["result"] for entry in found["connectivity"]["endpoints"]}


@pytest.mark.parametrize("base", ["windows-server-2019", "windows-server-2025", "german-2019", "client-11"])
def test_a_host_with_a_connection_reaches_every_endpoint(base: str) -> None:
    found = facts(base=base)["connectivity"]

    assert (found["cloud"], found["proxy"], [entry["host"] for entry in found["endpoints"]]) == ("public", None, HOSTS)
    assert found["endpoints"][0] == FAILED | {"result": "reached", "code": 0}


def test_it_is_gathered_only_on_request_and_leaves_nothing() -> None:
    assert "connectivity" not in DEFAULT_SECTIONS
    host = simulated()
    before = host.windows.state()

    gather(host.session, ["connectivity"], sleep=host.sleep)

    assert host.windows.state() == before


@pytest.mark.parametrize(
    "entry, result",
    [
        (None, "name"),
        ({"address": "192.0.2.1", "fails": 7}, "connection"),
        ({"address": "192.0.2.1", "fails": 28}, "timeout"),
        ({"address": "192.0.2.1", "fails": 35}, "tls"),
        ({"address": "192.0.2.1", "fails": 60}, "tls"),
        # After the handshake, whatever the server says
        ({"address": "192.0.2.1", "fails": 52}, "reached"),
        ({"address": "192.0.2.1", "revocation_offline": True}, "reached"),
    ],
)
def test_what_fails_is_told_apart(entry: dict[str, Any] | None, result: str) -> None:
    found = results(facts(internet={HOSTS[1]: entry}))

    assert found == dict.fromkeys(HOSTS, "reached") | {HOSTS[1]: result}


def test_the_proxy_of_system_is_used() -> None:
    found = facts(internet_proxy=PROXY, registry=THROUGH_PROXY)

    assert found["connectivity"]["proxy"] == PROXY
    assert set(results(found).values()) == {"reached"}
    # What answers there is the proxy
    assert {(entry["address"], entry["private"]) for entry in found["connectivity"]["endpoints"]} == {(None, None)}


def test_past_a_proxy_that_is_needed_nothing_is_reached() -> None:
    assert set(results(facts(internet_proxy=PROXY)).values()) == {"connection"}


def test_a_proxy_that_is_wrong_or_refuses_is_blamed() -> None:
    assert set(results(facts(registry=THROUGH_PROXY)).values()) == {"proxy"}

    found = results(facts(internet_proxy=PROXY, registry=THROUGH_PROXY, internet={HOSTS[1]: None}))
    assert found == dict.fromkeys(HOSTS, "reached") | {HOSTS[1]: "proxy"}


@pytest.mark.parametrize("override", ["*.windows.net;10.*;<local>", "https://login.windows.*:443"])
def test_hosts_for_which_the_proxy_is_not_used_are_tried_without_it(override: str) -> None:
    registry = {SETTINGS: THROUGH_PROXY[SETTINGS] | {"ProxyOverride": override}}
    internet = {HOSTS[1]: {"address": "40.126.32.74", "direct": True}}

    assert set(results(facts(internet_proxy=PROXY, registry=registry, internet=internet)).values()) == {"reached"}


def test_a_script_that_decides_on_the_proxy_cannot_be_followed() -> None:
    found = facts(registry={SETTINGS: {"AutoConfigURL": "http://wpad.example.test/proxy.pac"}})

    assert "connectivity" not in found
    assert "automatic configuration script" in found["unreadable"][0]["reason"]


def test_hosts_of_the_user_are_tried_and_private_endpoints_are_seen() -> None:
    vault = "abc.privatelink.we.backup.windowsazure.com"
    internet = {vault: {"address": "10.1.2.4"}, "other.example.test": {"address": "2603:1020::4"}}
    found = facts(Given(endpoints=(vault, "other.example.test", HOSTS[0])), internet=internet)["connectivity"]

    assert [entry["host"] for entry in found["endpoints"]] == [*HOSTS, vault, "other.example.test"]
    assert [entry["private"] for entry in found["endpoints"]] == [False, False, False, True, False]


@pytest.mark.parametrize(
    "cloud, host", [("us_government", "login.microsoftonline.us"), ("china", "login.chinacloudapi.cn")]
)
def test_other_clouds_have_endpoints_of_their_own(cloud: str, host: str) -> None:
    assert results(facts(Given(cloud=cloud))) == {host: "name"}
    assert results(facts(Given(cloud=cloud), internet={host: {"address": "192.0.2.1"}})) == {host: "reached"}


@pytest.mark.parametrize("base", ["windows-server-2016", "windows-server-2008-r2"])
def test_an_older_windows_is_unknown_with_a_reason(base: str) -> None:
    found = facts(base=base)

    assert "connectivity" not in found
    assert "does not have curl.exe" in found["unreadable"][0]["reason"]


@pytest.mark.parametrize("host", ["a b", "https://a", "a&b", "-x", "a%b", ""])
def test_only_names_of_hosts_are_tried(host: str) -> None:
    assert "is not the name of a host" in facts(Given(endpoints=(host,)))["unreadable"][0]["reason"]


def test_a_program_that_a_policy_blocks_says_nothing_about_hosts() -> None:
    found = facts(blocked_programs=["curl"])

    assert "connectivity" not in found
    assert "curl.exe could not" in found["unreadable"][0]["reason"]


def test_the_finding_names_what_failed(host: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    found = find(shipped_rules()["connectivity"], host({"connectivity.endpoints.0": FAILED}), thresholds("minimum", {}))

    assert found.actual == (
        "reached: login.windows.net, login.microsoft.com; failed: login.microsoftonline.com (tls); proxy: none; with a "
        "private address: none; Windows itself believes to reach (a hint, from a page that the agent does "
        "not need): internet"
    )


@pytest.mark.parametrize(
    "networks, verdict",
    [
        ([[4, 1]], "internet"),
        ([[1, 4]], "internet"),
        ([[0, 0], [3, 2]], "local_network"),
        ([[2, 1]], "subnet"),
        ([[0, 0]], "disconnected"),
        ([], None),
        ([[9, 9]], None),
    ],
)
def test_what_windows_believes_is_a_hint_and_decides_nothing(networks: list[list[int]], verdict: str | None) -> None:
    found = facts(networks=networks)

    assert found["connectivity"]["windows_verdict"] == verdict
    assert set(results(found).values()) == {"reached"}
    assert find(shipped_rules()["connectivity"], found, thresholds("minimum", {})).status == "compliant"


def test_a_hint_that_cannot_be_read_leaves_the_rest_known() -> None:
    found = facts(faults={"denied_namespaces": ["root/StandardCimv2"]})

    assert set(results(found).values()) == {"reached"}
    assert [entry["fact"] for entry in found["unreadable"]] == ["connectivity.windows_verdict"]
    assert find(shipped_rules()["connectivity"], found, thresholds("minimum", {})).status == "compliant"


@pytest.mark.parametrize("cloud", ["public", "us_government", "china"])
def test_what_to_allow_depends_on_the_cloud(cloud: str) -> None:
    domains = {"public": "*.storage.azure.net", "us_government": "*.windowsazure.us", "china": "*.windowsazure.cn"}
    unreachable = facts(Given(cloud=cloud), internet=dict.fromkeys(HOSTS))

    found = find(shipped_rules()["connectivity"], unreachable, thresholds("minimum", {}))

    assert found.status == "noncompliant"
    assert [other for other, domain in domains.items() if domain in str(found.fix)] == [cloud]
