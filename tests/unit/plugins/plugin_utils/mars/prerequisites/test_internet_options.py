# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Internet Explorer that older articles ask for: their facts and their rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.catalogue import TRUSTED_SITES
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

Host = Callable[[dict[str, Any]], dict[str, Any]]

SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
POLICIES = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
SYSTEM, ADMINISTRATOR = "S-1-5-18", "S-1-5-21-3623811015-3361044348-30300820-500"
SITES = [entry["site"] for entry in TRUSTED_SITES]
ENTRY = {"site": "*.windows.net", "key": rf"HKU\{SYSTEM}\{SETTINGS}\ZoneMap\Domains\windows.net", "name": "https"}
GOOD = {"sid": SYSTEM, "untrusted": [], "file_download": 0, "key": rf"HKU\{SYSTEM}\{SETTINGS}\Zones\3"}
FACTS = {
    "administrator_loaded": True,
    "accounts": [GOOD, GOOD | {"sid": ADMINISTRATOR}],
    "sites_by_policy": False,
    "file_download_by_policy": False,
    "machine_only": False,
}
BAD_SITES = FACTS | {"accounts": [GOOD | {"untrusted": [ENTRY]}]}
BAD_DOWNLOAD = FACTS | {"accounts": [GOOD | {"file_download": 3}]}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("trusted_sites", "compliant", {"internet_options": FACTS}),
    ("trusted_sites", "noncompliant", {"internet_options": BAD_SITES}),
    ("trusted_sites", "noncompliant", {"internet_options": BAD_SITES | {"administrator_loaded": False}}),
    ("trusted_sites", "unknown", {"internet_options": FACTS | {"administrator_loaded": False}}),
    ("trusted_sites", "unknown", {"internet_options": ...}),
    ("file_download", "compliant", {"internet_options": FACTS}),
    ("file_download", "noncompliant", {"internet_options": BAD_DOWNLOAD}),
    ("file_download", "noncompliant", {"internet_options": FACTS | {"accounts": [GOOD | {"file_download": None}]}}),
    ("file_download", "unknown", {"internet_options": FACTS | {"administrator_loaded": False}}),
    ("file_download", "unknown", {"internet_options": ...}),
]


def sites(hive: str, where: str = "Domains", scheme: str | None = None) -> dict[str, Any]:
    """The registry keys of all sites in an account."""
    keys = {}
    for entry in TRUSTED_SITES:
        host, _unused, domain = entry["site"].partition(".")
        path = domain if host == "*" else rf"{domain}\{host}"
        keys[rf"{hive}\{SETTINGS}\ZoneMap\{where}\{path}"] = {scheme or entry["scheme"]: 2}
    return keys


def gathered(registry: dict[str, Any], base: str = "windows-server-2022") -> dict[str, Any]:
    section: dict[str, Any] = gather(simulated(base=base, registry=registry).session, ["internet_options"])[
        "internet_options"
    ]
    return section


def untrusted(facts: dict[str, Any]) -> list[list[str]]:
    return [[entry["site"] for entry in account["untrusted"]] for account in facts["accounts"]]


@pytest.mark.parametrize("base", ["windows-server-2022", "german-2019", "japanese-2016", "windows-server-2008-r2"])
def test_a_host_as_installed_trusts_no_site(base: str) -> None:
    facts = gathered({}, base)

    assert facts["administrator_loaded"]
    assert [account["sid"] for account in facts["accounts"]] == [SYSTEM, ADMINISTRATOR]
    assert untrusted(facts) == [SITES, SITES]
    assert facts["accounts"][0]["untrusted"][-1] == ENTRY
    assert (facts["sites_by_policy"], facts["file_download_by_policy"], facts["machine_only"]) == (False, False, False)


def test_the_sections_are_gathered_only_on_request() -> None:
    assert "internet_options" not in DEFAULT_SECTIONS


@pytest.mark.parametrize("scheme", [None, "*"])
def test_sites_of_an_account_count_for_it_alone(scheme: str | None) -> None:
    assert untrusted(gathered(sites(r"HKU\.DEFAULT", scheme=scheme))) == [[], SITES]


def test_with_enhanced_security_another_list_counts() -> None:
    hardened = {rf"HKU\.DEFAULT\{SETTINGS}\ZoneMap": {"IEHarden": 1}}

    assert untrusted(gathered(sites(r"HKU\.DEFAULT") | hardened))[0] == SITES
    assert untrusted(gathered(sites(r"HKU\.DEFAULT", "EscDomains") | hardened))[0] == []


def test_a_site_in_another_zone_or_under_another_scheme_is_not_trusted() -> None:
    key = rf"HKU\.DEFAULT\{SETTINGS}\ZoneMap\Domains\windows.net"

    assert "*.windows.net" in untrusted(gathered({key: {"https": 4}}))[0]
    assert "*.windows.net" in untrusted(gathered({key: {"http": 2}}))[0]


def test_what_a_policy_assigns_counts_and_is_recognized() -> None:
    facts = gathered({rf"HKLM\{POLICIES}\ZoneMapKey": {"https://*.windows.net": "2", "*.microsoft.com": "1"}})

    assert facts["sites_by_policy"]
    assert untrusted(facts) == [[site for site in SITES if site != "*.windows.net"]] * 2


@pytest.mark.parametrize(
    "registry, expected, by_policy",
    [
        ({}, None, False),
        ({rf"HKLM\{SETTINGS}\Zones\3": {"1803": 3}}, 3, False),
        ({rf"HKLM\{SETTINGS}\Zones\3": {"1803": 3}, rf"HKU\.DEFAULT\{SETTINGS}\Zones\3": {"1803": 0}}, 0, False),
        ({rf"HKLM\{POLICIES}\Zones\3": {"1803": 3}, rf"HKU\.DEFAULT\{SETTINGS}\Zones\3": {"1803": 0}}, 3, True),
        ({rf"HKU\.DEFAULT\{POLICIES}\Zones\3": {"1803": 0}}, 0, True),
    ],
)
def test_a_policy_comes_before_the_account_and_that_before_the_computer(
    registry: dict[str, Any], expected: int | None, by_policy: bool
) -> None:
    facts = gathered(registry)

    assert (facts["accounts"][0]["file_download"], facts["file_download_by_policy"]) == (expected, by_policy)


def test_settings_of_the_computer_count_where_a_policy_says_so() -> None:
    facts = gathered({rf"HKLM\{POLICIES}": {"Security_HKLM_only": 1}, **sites("HKLM")})

    assert (facts["machine_only"], untrusted(facts)) == (True, [[], []])


def test_a_profile_that_is_not_loaded_is_neither_read_nor_loaded() -> None:
    host = simulated(registry=sites(r"HKU\.DEFAULT"))
    host.windows.registry.delete_key(rf"HKU\{ADMINISTRATOR}", recurse=True, trusted=True)

    facts = gather(host.session, ["internet_options"])["internet_options"]

    assert not facts["administrator_loaded"]
    assert untrusted(facts) == [[]]


def check(facts: dict[str, Any], rule: str, baseline: str = "legacy_ie") -> Finding:
    return find(shipped_rules()[rule], facts, thresholds(baseline, {}))


@pytest.mark.parametrize("rule", ["trusted_sites", "file_download"])
@pytest.mark.parametrize("baseline", ["minimum", "current"])
def test_only_the_baseline_legacy_ie_has_the_rules(host: Host, rule: str, baseline: str) -> None:
    assert check(host({"internet_options": ...}), rule, baseline).status == "not_applicable"
    assert check(host({"internet_options": BAD_SITES}), "trusted_sites").status == "noncompliant"


def test_the_baseline_legacy_ie_is_otherwise_the_minimum() -> None:
    assert thresholds("legacy_ie", {}) == thresholds("minimum", {}) | {"internet_explorer": True}


def test_the_role_gets_what_is_to_be_written(host: Host) -> None:
    wanted = {"registry": [{"key": ENTRY["key"], "name": "https", "data": 2}]}
    found = check(host({"internet_options": BAD_SITES}), "trusted_sites")
    assert (found.role, found.wanted, found.severity) == ("internet_options", wanted, "warning")

    wanted = {"registry": [{"key": GOOD["key"], "name": "1803", "data": 0}]}
    assert check(host({"internet_options": BAD_DOWNLOAD}), "file_download").wanted == wanted


@pytest.mark.parametrize(
    "rule, facts",
    [
        ("trusted_sites", BAD_SITES | {"sites_by_policy": True}),
        ("trusted_sites", BAD_SITES | {"machine_only": True}),
        ("file_download", BAD_DOWNLOAD | {"file_download_by_policy": True}),
        ("file_download", BAD_DOWNLOAD | {"machine_only": True}),
    ],
)
def test_what_a_policy_sets_is_not_fought(host: Host, rule: str, facts: dict[str, Any]) -> None:
    found = check(host({"internet_options": facts}), rule)

    assert (found.status, found.role) == ("noncompliant", None)
    assert str(found.fix).startswith("A policy ")
