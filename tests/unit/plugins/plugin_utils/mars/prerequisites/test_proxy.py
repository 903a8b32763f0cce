# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxies of services: their facts and their rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.simulator.windows.cmd.proxies import settings
from tests.unit.simulated import simulated

Host = Callable[[dict[str, Any]], dict[str, Any]]

SYSTEM = r"HKU\.DEFAULT\Software\Microsoft\Windows\CurrentVersion\Internet Settings"
MACHINE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
DIRECT = {"address": None, "bypass": None, "auto_config_url": None, "auto_detect": None}
USE = DIRECT | {"address": "proxy.example.com:8080"}
SCRIPT = DIRECT | {"auto_config_url": "http://wpad.example.com/proxy.pac"}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("proxy", "compliant", {}),
    ("proxy", "noncompliant", {"proxy.wininet": USE}),
    ("proxy", "noncompliant", {"proxy.bypassed": ["login.windows.net"]}),  # a warning
    ("proxy", "unknown", {"proxy": ...}),
    ("proxy", "unknown", {"proxy.bypassed": ...}),
    ("agent_proxy", "compliant", {}),
    ("agent_proxy", "noncompliant", {"backup.proxy": "proxy.example.com:8080"}),
    ("agent_proxy", "unknown", {"backup": ...}),
    ("agent_proxy", "unknown", {"backup.proxy": ...}),
    ("agent_proxy", "not_applicable", {"gathered": list(DEFAULT_SECTIONS), "backup": ...}),
    ("agent_proxy", "not_applicable", {"agent.installed": False, "backup": None}),
]


def facts(registry: dict[str, Any]) -> dict[str, Any]:
    return gather(simulated(registry=registry).session, ["os", "proxy"])


def connection(flags: int, *texts: str) -> dict[str, str]:
    return {"binary": settings(0x46, flags, *texts).hex()}


def test_a_host_as_installed_uses_no_proxy() -> None:
    assert facts({})["proxy"] == {
        "per_machine": False,
        "wininet": DIRECT,
        "connection": None,
        "winhttp": DIRECT,
        "bypassed": [],
    }


@pytest.mark.parametrize(
    "server, address",
    [
        ("Proxy.example.com:8080", "proxy.example.com:8080"),
        ("http://proxy.example.com:8080/", "proxy.example.com:8080"),
        ("http=a.example.com:80;https=b.example.com:443", "b.example.com:443"),
        ("http=a.example.com:80 ftp=b.example.com:21", None),
        ("http=a.example.com:80;c.example.com:8080", "c.example.com:8080"),
        ("", None),
    ],
)
def test_the_proxy_for_https_is_the_one_that_matters(server: str, address: str | None) -> None:
    found = facts({SYSTEM: {"ProxyEnable": 1, "ProxyServer": server}})

    assert found["proxy"]["wininet"]["address"] == address


def test_a_proxy_that_is_not_enabled_is_not_used() -> None:
    found = facts({SYSTEM: {"ProxyEnable": 0, "ProxyServer": "proxy:80", "ProxyOverride": "*.local; <local>"}})

    assert found["proxy"]["wininet"] == DIRECT | {"bypass": "*.local;<local>"}


def test_the_settings_of_the_connection_and_of_winhttp_are_read() -> None:
    found = facts(
        {
            rf"{SYSTEM}\Connections": {
                "DefaultConnectionSettings": connection(0xD, "old:80", "", "http://wpad/p.pac?key=secret")
            },
            rf"{MACHINE}\Connections": {"WinHttpSettings": connection(3, "proxy:8080", "*.local;10.*")},
        }
    )["proxy"]

    assert found["connection"] == DIRECT | {"auto_config_url": "http://wpad/p.pac", "auto_detect": True}
    assert found["winhttp"] == {**DIRECT, "address": "proxy:8080", "bypass": "*.local;10.*", "auto_detect": False}


def test_winhttp_without_a_proxy_as_microsoft_documents_it() -> None:
    direct = {"binary": "1800000000000000010000000000000000000000"}
    found = facts({rf"{MACHINE}\Connections": {"WinHttpSettings": direct}})

    assert found["proxy"]["winhttp"]["address"] is None


def test_credentials_are_in_no_fact() -> None:
    found = facts(
        {
            SYSTEM: {"ProxyEnable": 1, "ProxyServer": "https=user:secr;et@proxy:8080"},
            rf"{SYSTEM}\Connections": {
                "DefaultConnectionSettings": connection(
                    7, "user:secr;et@proxy:8080", "", "http://user:secret@wpad/p.pac"
                )
            },
            rf"{MACHINE}\Connections": {"WinHttpSettings": connection(3, "http://user:secr@et@proxy:8080", "")},
        }
    )

    assert "secr" not in json.dumps(found)
    assert [found["proxy"][name]["address"] for name in ("wininet", "connection", "winhttp")] == ["proxy:8080"] * 3


def test_settings_of_the_computer_count_where_a_policy_says_so() -> None:
    registry = {
        SYSTEM: {"ProxyEnable": 1, "ProxyServer": "own:80"},
        MACHINE: {"ProxyEnable": 1, "ProxyServer": "machine:80"},
        POLICY: {"ProxySettingsPerUser": 0},
    }
    found = facts(registry)["proxy"]

    assert (found["per_machine"], found["wininet"]["address"]) == (True, "machine:80")


@pytest.mark.parametrize("data", ["46000000", "460000000000000003000000ff00000061"])
def test_an_unknown_layout_is_unreadable(data: str) -> None:
    found = facts({rf"{MACHINE}\Connections": {"WinHttpSettings": {"binary": data}}, SYSTEM: {"ProxyEnable": 1}})

    assert "proxy" not in found
    assert "WinHttpSettings has an unknown layout" in found["unreadable"][0]["reason"]


@pytest.mark.parametrize("wanted", [None, "", " "])
def test_the_rule_does_not_apply_where_the_proxy_is_not_given(host: Host, wanted: str | None) -> None:
    assert check(host, wanted, {"proxy": ...}).status == "not_applicable"


def check(host: Host, wanted: str | None, changes: dict[str, Any]) -> Finding:
    return find(shipped_rules()["proxy"], host(changes), thresholds("minimum", {"proxy": wanted}))


@pytest.mark.parametrize(
    "wanted, changes, status, severity",
    [
        ("none", {}, "compliant", "error"),
        ("none", {"proxy.wininet": USE}, "noncompliant", "error"),
        ("none", {"proxy.wininet": SCRIPT}, "noncompliant", "error"),
        ("none", {"proxy.connection": USE}, "noncompliant", "error"),
        ("none", {"proxy.connection": SCRIPT}, "noncompliant", "error"),
        ("none", {"proxy.connection": DIRECT | {"auto_detect": True}}, "compliant", "error"),
        ("none", {"proxy.winhttp": USE}, "noncompliant", "warning"),
        ("Proxy.example.com:8080", {"proxy.wininet": USE, "proxy.winhttp": USE}, "compliant", "error"),
        ("proxy.example.com:8080", {"proxy.wininet": USE}, "noncompliant", "warning"),
        ("proxy.example.com:8080", {}, "noncompliant", "error"),
        ("proxy.example.com:8080", {"proxy.wininet": USE, "proxy.connection": DIRECT}, "noncompliant", "error"),
        ("other.example.com:8080", {"proxy.wininet": USE, "proxy.winhttp": USE}, "noncompliant", "error"),
        ("none", {"proxy": ...}, "unknown", "error"),
        ("none", {"proxy.connection": ...}, "unknown", "error"),
        ("none", {"proxy.winhttp.address": ...}, "unknown", "error"),
    ],
)
def test_the_rule(host: Host, wanted: str, changes: dict[str, Any], status: str, severity: str) -> None:
    found = check(host, wanted, changes)

    assert (found.status, found.severity) == (status, severity)
    assert found.role == ("proxy" if status == "noncompliant" else None)


@pytest.mark.parametrize(
    "wanted, own, status, severity",
    [
        ("none", None, "compliant", "error"),
        ("none", "proxy.example.com:8080", "noncompliant", "error"),
        ("Proxy.example.com:8080", "proxy.example.com:8080", "compliant", "error"),
        ("other.example.com:8080", "proxy.example.com:8080", "noncompliant", "error"),
        # It may connect as SYSTEM does
        ("proxy.example.com:8080", None, "noncompliant", "warning"),
        (None, "proxy.example.com:8080", "not_applicable", "error"),
    ],
)
def test_the_own_setting_of_the_agent_is_checked_if_it_was_asked_for(
    host: Host, wanted: str | None, own: str | None, status: str, severity: str
) -> None:
    found = find(shipped_rules()["agent_proxy"], host({"backup.proxy": own}), thresholds("minimum", {"proxy": wanted}))

    assert (found.status, found.severity, found.role) == (status, severity, None)
    if status == "noncompliant":
        assert str(own or "none") in found.actual
        assert ("-NoProxy" in str(found.fix)) == (wanted == "none")


def test_what_the_cmdlets_of_the_agent_say_of_its_proxy_reaches_the_finding() -> None:
    setting = {"key": "Set", "proxy": "True", "server": "http://Old.example.com", "port": "3128"}
    host = simulated(base="healthy-2022", powershell={"answer": {"setting": setting}})
    gathered = gather(host.session, ["agent", "backup"], sleep=host.sleep)

    found = find(shipped_rules()["agent_proxy"], gathered, thresholds("minimum", {"proxy": "proxy.example.com:8080"}))
    assert (found.status, found.actual) == ("noncompliant", "the own setting of the agent: proxy old.example.com:3128")


def test_what_a_policy_sets_is_not_fought(host: Host) -> None:
    found = check(host, "none", {"proxy.wininet": USE, "proxy.per_machine": True})

    assert (found.status, found.role) == ("noncompliant", None)
    assert "where that policy comes from" in str(found.fix)


@pytest.mark.parametrize(
    "override, bypassed",
    [
        ("<local>;*.example.com;10.*", []),
        ("*.windows.net", ["login.windows.net"]),
        ("HTTPS://Login.Windows.NET:443 *.example.com", ["login.windows.net"]),
        ("windows.net", []),
        ("*", ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"]),
    ],
)
@pytest.mark.parametrize("base", ["windows-server-2022", "german-2019"])
def test_hosts_of_azure_that_are_reached_past_the_proxy(base: str, override: str, bypassed: list[str]) -> None:
    values = {"ProxyServer": "proxy.example.com:8080", "ProxyOverride": override}

    def found(enabled: int) -> list[str]:
        host = simulated(base=base, registry={SYSTEM: values | {"ProxyEnable": enabled}})
        hosts: list[str] = gather(host.session, ["proxy"])["proxy"]["bypassed"]
        return hosts

    assert (found(1), found(0)) == (bypassed, [])


def test_a_list_of_exceptions_is_no_work_for_the_role(host: Host) -> None:
    right = {"proxy.wininet": USE, "proxy.winhttp": USE, "proxy.bypassed": ["login.windows.net"]}
    found = check(host, "proxy.example.com:8080", right)

    assert (found.status, found.severity, found.role) == ("noncompliant", "warning", None)
    assert "cannot reach login.windows.net without the proxy" in str(found.fix)
