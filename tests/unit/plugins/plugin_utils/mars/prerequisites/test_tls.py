# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS 1.2: its facts and its rule."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from tests.unit.simulated import simulated

CLIENT = r"HKLM\SYSTEM\ControlSet001\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client"
DOTNET = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
DOTNET_32_BIT = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319"

UPDATE = {"name": "KB3140245", "file": r"C:\Windows\System32\winhttp.dll", "required": "6.1.7601.23375"}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("tls", "compliant", {"tls.enabled": None, "tls.disabled_by_default": None}),
    ("tls", "compliant", {"tls.enabled": 0xFFFFFFFF}),
    ("tls", "noncompliant", {"tls.enabled": 0}),
    ("tls", "noncompliant", {"tls.disabled_by_default": 1}),
    ("tls", "noncompliant", {"os.build": 9200, "tls.enabled": None, "tls.disabled_by_default": None}),
    ("tls", "noncompliant", {"os.build": 9200, "tls.disabled_by_default": None}),
    ("tls", "noncompliant", {"tls.dotnet.system_default": 0}),
    ("tls", "noncompliant", {"tls.dotnet_32_bit.strong_crypto": 0}),
    ("tls", "noncompliant", {"tls.dotnet.strong_crypto": None}),  # a warning
    ("tls", "unknown", {"tls": ...}),
    ("tls", "unknown", {"tls.dotnet_32_bit.strong_crypto": ...}),
    ("tls", "unknown", {"os": ...}),
    ("tls_update", "not_applicable", {}),
    ("tls_update", "compliant", {"tls.update": UPDATE | {"version": "6.1.7601.23375"}}),
    ("tls_update", "noncompliant", {"tls.update": UPDATE | {"version": "6.1.7601.17514"}}),
    ("tls_update", "unknown", {"tls.update": UPDATE | {"version": None}}),
    ("tls_update", "unknown", {"tls.update": ...}),
    ("tls_update", "unknown", {"tls.update": {"name": "KB3140245", "required": "6.1.7601.23375"}}),
]


@pytest.mark.parametrize(
    "key, name, fact",
    [
        (CLIENT, "Enabled", "enabled"),
        (CLIENT, "DisabledByDefault", "disabled_by_default"),
        (DOTNET, "SystemDefaultTlsVersions", "dotnet.system_default"),
        (DOTNET, "SchUseStrongCrypto", "dotnet.strong_crypto"),
        (DOTNET_32_BIT, "SystemDefaultTlsVersions", "dotnet_32_bit.system_default"),
        (DOTNET_32_BIT, "SchUseStrongCrypto", "dotnet_32_bit.strong_crypto"),
    ],
)
@pytest.mark.parametrize("data", [7, None])
def test_facts(key: str, name: str, fact: str, data: int | None) -> None:
    value = gather(simulated(registry={key: {name: data}}).session, ["tls"])["tls"]

    for step in fact.split("."):
        value = value[step]
    assert value == data


@pytest.mark.parametrize("base", ["healthy-2022", "german-2019"])
def test_a_key_that_may_not_be_read_is_not_an_absent_one(base: str) -> None:
    facts = gather(simulated(base=base, registry_hidden=[DOTNET]).session, ["os", "tls"])

    assert "strong_crypto" not in facts["tls"]["dotnet"]
    assert facts["tls"]["dotnet_32_bit"]["strong_crypto"] == 1
    assert {entry["section"] for entry in facts["unreadable"]} == {"tls"}


def test_all_keys_cost_one_command() -> None:
    host = simulated()
    gather(host.session, ["tls"])

    assert host.actions["cmd/Command"] == 1
    assert not host.actions["GetDWORDValue"]


@pytest.mark.parametrize(
    "base, build, update",
    [
        ("windows-server-2022", 20348, None),
        ("windows-server-2012-r2", 9600, None),
        ("old-2008-r2", 7601, ("KB3140245", "6.1.7601.17514")),
        ("windows-server-2008", 6002, ("KB4019276", "6.0.6002.18005")),
        ("windows-server-2012-r2", 9200, ("KB3140245", None)),
    ],
)
def test_the_update_that_a_windows_needs(base: str, build: int, update: tuple[str, str | None] | None) -> None:
    found = gather(simulated(base=base, os={"build": build}).session, ["tls"])["tls"]["update"]

    assert (found and (found["name"], found["version"])) == update
