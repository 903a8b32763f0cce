# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS 1.2: its facts and its rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
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


HISTORY = r"C:\ProgramData\Microsoft\Group Policy\History"
GPO = "{6AC1786C-016F-11D2-945F-00C04FB984F9}"
PREFERENCE = (
    '<RegistrySettings><Registry name="{name}"><Properties action="U" hive="HKEY_LOCAL_MACHINE" key="{key}" '
    'name="{name}" type="REG_DWORD" value="00000000"/></Registry></RegistrySettings>'
)


@pytest.mark.parametrize("base", ["old-2008-r2", "healthy-2022", "german-2019", "japanese-2016"])
@pytest.mark.parametrize(
    "folder, key, found",
    [
        (rf"{GPO}\Machine", CLIENT.removeprefix("HKLM\\"), [GPO]),
        (rf"{GPO}\Machine", r"SOFTWARE\WOW6432Node\microsoft\.netframework\v4.0.30319", [GPO]),
        (rf"{GPO}\Machine", r"SOFTWARE\Contoso", []),
        (rf"{GPO}\S-1-5-21-1-2-3-1001", r"SOFTWARE\Microsoft\.NETFramework\v4.0.30319", []),
    ],
)
def test_group_policy_objects_with_preferences_for_tls(base: str, folder: str, key: str, found: list[str]) -> None:
    content = PREFERENCE.format(key=key, name="SchUseStrongCrypto")
    files = {rf"{HISTORY}\{folder}\Preferences\Registry\Registry.xml": {"content": content}}

    facts = gather(simulated(base=base, files=files).session, ["tls"])

    assert facts["unreadable"] == []
    assert facts["tls"]["preferences"] == found


def test_what_a_preference_sets_is_no_work_for_a_role(host: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    def found(changes: dict[str, Any]) -> Finding:
        return find(shipped_rules()["tls"], host({"tls.enabled": 0} | changes), thresholds("minimum", {}))

    assert (found({}).role, found({"tls.preferences": [GPO]}).role) == ("tls", None)
    assert f"in the preferences of the Group Policy object {GPO}" in str(found({"tls.preferences": [GPO]}).fix)
