# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Antivirus software: its facts and its rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

Host = Callable[[dict[str, Any]], dict[str, Any]]

AGENT = r"C:\Program Files\Microsoft Azure Recovery Services Agent"
COMPILER = r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe"
NO_AGENT: dict[str, Any] = {"agent": {"installed": False, "install_path": None, "version": None}, "tasks": []}
SOPHOS = [{"name": "Sophos Endpoint", "evidence": "service SAVService"}]
# As facts: a policy hides the exclusions, Defender is passive, and Defender does not run
HIDDEN: dict[str, Any] = {
    "antivirus.defender.exclusion_paths": None,
    "antivirus.defender.exclusion_processes": None,
    "antivirus.defender.policy_paths": [],
    "antivirus.defender.policy_processes": [],
}
INACTIVE: dict[str, Any] = {"antivirus.defender.active": False}

PATHS = "antivirus.defender.exclusion_paths"
PROCESSES = "antivirus.defender.exclusion_processes"

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("antivirus_exclusions", "noncompliant", {PATHS: []}),
    ("antivirus_exclusions", "noncompliant", {PATHS: [r"D:\Scratch"]}),
    ("antivirus_exclusions", "noncompliant", {PATHS: [AGENT]}),
    ("antivirus_exclusions", "noncompliant", {PROCESSES: []}),
    ("antivirus_exclusions", "noncompliant", {PATHS: [], "antivirus.products": SOPHOS}),
    ("antivirus_exclusions", "compliant", {PROCESSES: ["CBEngine.exe"]}),
    ("antivirus_exclusions", "compliant", {PATHS: [AGENT.lower(), "d:\\SCRATCH\\*"]}),
    ("antivirus_exclusions", "compliant", {PATHS: [r"%ProgramFiles%\*", "D:\\"]}),
    ("antivirus_exclusions", "compliant", {PATHS: [r"%ProgramFiles%\*\bin", r"D:\Scr?tch\*"]}),
    (
        "antivirus_exclusions",
        "compliant",
        {"scratch.location": None, PATHS: [AGENT + r"\Scratch", AGENT + r"\bin\*"]},
    ),
    ("antivirus_exclusions", "not_applicable", NO_AGENT),
    ("antivirus_exclusions", "not_applicable", NO_AGENT | {"antivirus": ...}),
    ("antivirus_exclusions", "not_applicable", {"antivirus.defender": None}),
    ("antivirus_exclusions", "not_applicable", INACTIVE),
    ("antivirus_exclusions", "unknown", {"antivirus.products": SOPHOS}),
    ("antivirus_exclusions", "unknown", {"antivirus.products": SOPHOS, "antivirus.defender": None}),
    ("antivirus_exclusions", "unknown", {"antivirus.products": SOPHOS, **INACTIVE}),
    ("antivirus_exclusions", "unknown", {"antivirus.defender.active": None}),
    ("antivirus_exclusions", "unknown", HIDDEN),
    ("antivirus_exclusions", "unknown", {"antivirus": ...}),
    ("antivirus_exclusions", "unknown", {"antivirus.defender": ...}),
    ("antivirus_exclusions", "unknown", {PATHS: ...}),
    ("antivirus_exclusions", "unknown", {"scratch": ...}),
    ("antivirus_exclusions", "unknown", {"volumes": ...}),
    ("antivirus_compilers", "noncompliant", {PROCESSES: [rf"{AGENT}\bin\cbengine.exe"]}),
    ("antivirus_compilers", "noncompliant", {"antivirus.compilers": [COMPILER, COMPILER.replace("64", "")]}),
    ("antivirus_compilers", "compliant", {PROCESSES: ["csc.exe"]}),
    ("antivirus_compilers", "compliant", {PROCESSES: [r"%windir%\Microsoft.NET\Framework*\v*\CSC.exe"]}),
    ("antivirus_compilers", "compliant", HIDDEN | {"antivirus.defender.policy_processes": ["csc.exe"]}),
    ("antivirus_compilers", "not_applicable", NO_AGENT),
    ("antivirus_compilers", "not_applicable", {"antivirus.compilers": []}),
    ("antivirus_compilers", "not_applicable", INACTIVE),
    ("antivirus_compilers", "not_applicable", {"antivirus.products": SOPHOS, "antivirus.defender": None}),
    ("antivirus_compilers", "unknown", HIDDEN),
    ("antivirus_compilers", "unknown", {"antivirus.defender.active": None}),
    ("antivirus_compilers", "unknown", {"antivirus.compilers": ...}),
]


def finding(facts: dict[str, Any], rule: str = "antivirus_exclusions") -> Finding:
    return find(shipped_rules()[rule], facts, thresholds("minimum", {}))


def facts_of(base: str, **profile: Any) -> dict[str, Any]:
    return gather(simulated(base=base, **profile).session, DEFAULT_SECTIONS)


def reasons(facts: dict[str, Any]) -> list[str]:
    return [entry["reason"] for entry in facts["unreadable"]]


POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
HIDING = {"HideExclusionsFromLocalAdmins": 1}


def test_the_facts_of_a_protected_host() -> None:
    antivirus = facts_of("healthy-2022")["antivirus"]

    defender = antivirus["defender"]
    assert (defender["running"], defender["active"], defender["mode"]) == (True, True, "Normal")
    assert (defender["real_time_protection"], defender["tamper_protected"], defender["managed_by"]) == (True, False, [])
    assert rf"{AGENT}\Bin\*" in defender["exclusion_paths"]
    assert antivirus["products"] == []
    assert antivirus["compilers"] == [
        rf"C:\Windows\Microsoft.NET\{folder}\v4.0.30319\csc.exe" for folder in ("Framework", "Framework64")
    ]


@pytest.mark.parametrize(
    "profile, product",
    [
        (
            {"base": "antivirus-2019", "services": {"SAVService": None, "Sophos Endpoint Defense Service": None}},
            {"name": "Sophos", "evidence": "file system filter SophosED at altitude 324050"},
        ),
        (
            {"base": "healthy-2022", "filters": {"newcomer": "320000"}},
            {
                "name": "an unknown product (file system filter newcomer)",
                "evidence": "file system filter newcomer at altitude 320000",
            },
        ),
        (
            {"base": "healthy-2022", "filters": {"newcomer": "329999.7"}},
            {
                "name": "an unknown product (file system filter newcomer)",
                "evidence": "file system filter newcomer at altitude 329999.7",
            },
        ),
        # What it is for is unknown
        (
            {"base": "old-2008-r2", "filters": {"Old Filter": ""}},
            {
                "name": "an unknown product (file system filter Old Filter)",
                "evidence": "file system filter Old Filter of an old kind",
            },
        ),
        # Outside the group, but known
        (
            {"base": "healthy-2022", "filters": {"SentinelMonitor": "389040"}},
            {"name": "SentinelOne", "evidence": "file system filter SentinelMonitor at altitude 389040"},
        ),
        (
            {"base": "old-2008-r2", "services": {"MsMpSvc": {"path": r"C:\MsMpEng.exe"}}},
            {"name": "Microsoft System Center Endpoint Protection", "evidence": "service MsMpSvc"},
        ),
        (
            {"base": "healthy-2022", "services": {"AVP.KES.21.17": {"path": r"C:\avp.exe"}}},
            {"name": "Kaspersky Endpoint Security", "evidence": "service AVP.KES.21.17"},
        ),
        (
            {"base": "client-11", "antivirus_products": {"Contoso Shield": {"guid": "{1}", "path": r"C:\shield.exe"}}},
            {"name": "Contoso Shield", "evidence": "registered with Windows Security"},
        ),
    ],
)
def test_another_product_is_seen_whatever_shows_it_and_leaves_the_host_unknown(
    profile: dict[str, Any], product: dict[str, str]
) -> None:
    facts = facts_of(**profile)

    assert facts["antivirus"]["products"] == [product]
    assert finding(facts).status == "unknown"
    assert product["name"] in finding(facts).actual


@pytest.mark.parametrize(
    "profile",
    [
        {"base": "healthy-2022", "services": {"masvc": {"path": r"C:\masvc.exe"}}},
        # The Kelvin sign is not a K to Windows
        {"base": "healthy-2022", "services": {"e\u212arn": {"path": r"C:\e.exe"}}},
        {"base": "healthy-2022", "filters": {"quota": "319999.99", "monitor": "330000"}},
    ],
)
def test_what_is_not_a_scanner_is_no_product(profile: dict[str, Any]) -> None:
    assert facts_of(**profile)["antivirus"]["products"] == []


def test_without_any_filter_of_a_scanner_there_is_nothing_to_exclude() -> None:
    facts = facts_of("old-2008-r2")

    assert facts["antivirus"]["defender"] is None
    assert facts["antivirus"]["products"] == []
    assert finding(facts).status == "not_applicable"
    assert finding(facts).actual == "no antivirus software scans files on this host"


def test_where_filters_cannot_be_listed_other_products_are_unknown_and_so_is_the_host() -> None:
    for base in ("healthy-2022", "old-2008-r2"):
        facts = facts_of(base, filters=None)

        assert "products" not in facts["antivirus"]
        assert "elevated administrator" in reasons(facts)[0]
        assert finding(facts).status == "unknown"


@pytest.mark.parametrize("absence", [{"fails": 0x80041013}, {"fails": 0x800106BA}, {"instances": 0}])
def test_where_the_classes_of_defender_are_dead_its_service_decides(absence: dict[str, int]) -> None:
    running = facts_of("healthy-2022", defender=absence)
    assert "defender" not in running["antivirus"]
    assert "does not say whether it protects the host" in reasons(running)[0]
    assert finding(running).status == "unknown"

    stopped = facts_of("healthy-2022", defender=absence, services={"WinDefend": {"state": "Stopped"}})
    assert (stopped["antivirus"]["defender"]["running"], reasons(stopped)) == (False, [])
    assert finding(stopped).status == "not_applicable"

    removed = facts_of("healthy-2022", defender=absence, services={"WinDefend": None})
    assert (removed["antivirus"]["defender"], reasons(removed)) == (None, [])


def test_defender_that_is_off_is_known_to_be_off() -> None:
    defender = facts_of("healthy-2022", services={"WinDefend": {"state": "Stopped"}})["antivirus"]["defender"]

    assert (defender["running"], defender["active"]) == (False, False)
    assert defender["exclusion_paths"] is None


def test_what_defender_does_not_say_stays_null_and_the_host_unknown() -> None:
    nulls = ["AMServiceEnabled", "AMRunningMode", "RealTimeProtectionEnabled", "IsTamperProtected"]
    facts = facts_of("exclusions-2019", defender={"null": nulls})

    defender = facts["antivirus"]["defender"]
    assert {defender[name] for name in ("running", "active", "mode", "real_time_protection")} == {None}
    assert defender["tamper_protected"] is None
    assert finding(facts).status == "unknown"
    assert finding(facts).actual == "Microsoft Defender does not say whether it is running"


@pytest.mark.parametrize("mode", ["Passive Mode", "SxS Passive Mode", "EDR Block Mode"])
def test_passive_defender_needs_no_exclusions(mode: str) -> None:
    facts = facts_of("exclusions-2019", defender={"running_mode": mode})

    assert facts["antivirus"]["defender"]["active"] is False
    assert finding(facts).status == "not_applicable"


@pytest.mark.parametrize("mode", ["Normal", "A mode of the future"])
def test_in_any_other_mode_exclusions_are_needed(mode: str) -> None:
    assert finding(facts_of("exclusions-2019", defender={"running_mode": mode})).status == "noncompliant"


def test_exclusions_that_a_policy_hides_are_unknown_and_not_empty() -> None:
    facts = facts_of("healthy-2022", registry={POLICY: HIDING})

    assert facts["antivirus"]["defender"]["exclusion_paths"] is None
    assert facts["antivirus"]["defender"]["exclusion_processes"] is None
    found = finding(facts)
    assert (found.status, found.role) == ("unknown", None)
    assert "HideExclusionsFromLocalAdmins" in found.actual


def test_hidden_exclusions_are_recognized_in_another_language_by_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    host = simulated(base="healthy-2022", registry={POLICY + r"\Policy Manager": HIDING})
    answer = host.send
    text = "N/A: Administrators are not allowed to view exclusions"
    translated = "Nicht verfügbar: Administratoren dürfen Ausschlüsse nicht anzeigen"
    monkeypatch.setattr(host, "send", lambda message: answer(message).replace(text.encode(), translated.encode()))

    assert gather(host.session, ["antivirus"])["antivirus"]["defender"]["exclusion_paths"] is None


def test_where_exclusions_are_hidden_those_of_policies_can_be_enough() -> None:
    registry = {
        POLICY: HIDING,
        POLICY + r"\Exclusions\Paths": {AGENT + r"\bin": "0"},
        POLICY + r"\Policy Manager": {"ExcludedPaths": rf"D:\Other|{AGENT}\Scratch"},
        POLICY + r"\Exclusions\Processes": {"cbengine.exe": "0"},
    }
    facts = facts_of("exclusions-2019", registry=registry)

    assert facts["antivirus"]["defender"]["policy_paths"] == [AGENT + r"\bin", r"D:\Other", AGENT + r"\Scratch"]
    assert finding(facts).status == "compliant"
    assert "policies exclude the folders" in finding(facts).actual

    del registry[POLICY + r"\Exclusions\Processes"]
    assert finding(facts_of("exclusions-2019", registry=registry)).status == "unknown"


@pytest.mark.parametrize(
    "settings, managed_by",
    [
        ({"registry": {POLICY: {"DisableLocalAdminMerge": 1}}}, ["DisableLocalAdminMerge"]),
        ({"registry": {POLICY + r"\Policy Manager": {"DisableLocalAdminMerge": 1}}}, ["DisableLocalAdminMerge"]),
        ({"base": "tamper-2022"}, ["DisableLocalAdminMerge", "TPExclusions"]),
        ({"registry": {POLICY: {"DisableLocalAdminMerge": 0}}}, []),
        ({"defender": {"tamper_protection": True}}, []),
    ],
)
def test_exclusions_that_a_policy_manages_are_left_to_whoever_manages_it(
    settings: dict[str, Any], managed_by: list[str]
) -> None:
    facts = facts_of(**{"base": "exclusions-2019", **settings})

    assert facts["antivirus"]["defender"]["managed_by"] == managed_by
    for rule in ("antivirus_exclusions", "antivirus_compilers"):
        found = finding(facts, rule)
        assert found.status == "noncompliant"
        assert found.role == (None if managed_by else "antivirus_exclusions")
        assert ("the policy that manages Microsoft Defender" in str(found.fix)) == bool(managed_by)


def test_a_policy_that_cannot_be_read_leaves_unknown_who_manages_the_exclusions() -> None:
    facts = facts_of("exclusions-2019", registry={POLICY: {"DisableLocalAdminMerge": "1"}})

    assert "managed_by" not in facts["antivirus"]["defender"]
    assert facts["antivirus"]["defender"]["exclusion_paths"] == []
    assert finding(facts).status == "unknown"


@pytest.mark.parametrize(
    "location",
    [
        "C:\\",
        "C:",
        "D:\\",
        r"C:\*",
        r"*\Scratch",
        r"C:\Windows",
        r"c:\WINDOWS\Temp\Scratch",
        r"C:\Program Files",
        r"C:\ProgramData",
        r"C:\Users\Administrator",
        r"C:\MARS\..\Windows",
        r"C:\Windows.",
        r"D:\System Volume Information",
        r"D:\MARS\Scratch ",
        r"C:\PROGRA~1",
        r"Scratch",
        r"\Scratch",
        r"\\?\D:\MARS\Scratch",
        r"\\server\share\Scratch",
        '"D:\\MARS\\Scratch"',
        "",
    ],
)
@pytest.mark.parametrize("excluded", [False, True])
def test_what_would_weaken_the_host_is_never_excluded_nor_compliant(host: Host, location: str, excluded: bool) -> None:
    facts = host({"scratch.location": location, PATHS: [location, rf"{AGENT}\bin"] if excluded else []})
    # Without a value, the folder is the default one
    if not location:
        facts["agent"]["install_path"] = "MARS"

    found = finding(facts)

    assert (found.status, found.role) == ("noncompliant", None)
    assert found.fix is not None
    assert "Do not exclude it" in found.fix
    assert location not in found.wanted["paths"]


def test_a_volume_that_is_mounted_below_an_exclusion_is_not_covered_by_it(host: Host) -> None:
    changes = {"scratch.location": r"D:\Mounted\MARS\Scratch", "volumes.0.name": "D:\\Mounted\\"}

    assert finding(host(changes | {PATHS: ["D:\\", rf"{AGENT}\bin"]})).status == "noncompliant"
    assert finding(host(changes | {PATHS: [r"D:\Mounted", rf"{AGENT}\bin"]})).status == "compliant"


def test_the_default_scratch_folder_is_excluded_where_no_other_is_set(host: Host) -> None:
    found = finding(host({"scratch.location": None, PATHS: []}))

    assert found.wanted["paths"] == [rf"{AGENT}\Scratch", rf"{AGENT}\bin"]
    assert rf"{AGENT}\Scratch" in str(found.fix)


def test_slashes_in_the_registry_are_those_of_windows_in_the_exclusion(host: Host) -> None:
    assert finding(host({"scratch.location": "D:/MARS//Scratch/", PATHS: []})).wanted["paths"][0] == r"D:\MARS\Scratch"


def test_another_antivirus_is_named_with_the_list_for_its_administrator(host: Host) -> None:
    found = finding(host({"antivirus.products": [*SOPHOS, {"name": "ESET", "evidence": "service ekrn"}]}))

    assert "Sophos Endpoint, ESET" in found.actual
    for item in (r"D:\Scratch", rf"{AGENT}\bin", rf"{AGENT}\bin\cbengine.exe", COMPILER):
        assert item in str(found.fix)
    assert found.role is None


def test_a_compiler_that_is_not_excluded_is_a_warning_that_its_role_can_fix(host: Host) -> None:
    found = finding(host({PROCESSES: [rf"{AGENT}\bin\cbengine.exe"]}), "antivirus_compilers")

    assert (found.severity, found.role, found.wanted) == (
        "warning",
        "antivirus_exclusions",
        {"compilers": [COMPILER]},
    )


@pytest.mark.parametrize(
    "fact",
    [
        "agent.installed",
        "agent.install_path",
        "antivirus.defender",
        "antivirus.defender.active",
        PATHS,
        PROCESSES,
        "antivirus.products",
        "os.windows_directory",
        "scratch.location",
    ],
)
def test_an_unread_fact_that_matters_is_named(host: Host, fact: str) -> None:
    found = finding(host({fact: ...}))

    assert found.status == "unknown"
    assert found.actual == f"the facts do not have {fact}"
