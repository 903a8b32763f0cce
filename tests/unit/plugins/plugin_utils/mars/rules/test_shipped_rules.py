# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shipped rule in each of its statuses, from literal facts."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, check, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.plugins.plugin_utils.mars.conftest import GIVEN, SAID, SAID_WITH_SYSTEM_STATE, put

Host = Callable[[dict[str, Any]], dict[str, Any]]
Changes = dict[str, Any]

AGENT = r"C:\Program Files\Microsoft Azure Recovery Services Agent"
NO_AGENT: Changes = {"agent": {"installed": False, "install_path": None, "version": None, "role": None}, "tasks": []}
OLD_WINDOWS: Changes = {
    "os.name": "Windows Server 2008",
    "os.newest_dotnet": "4.6.2",
    "os.newest_powershell": "3.0",
}
SECOND_TASK = {
    "name": "Second",
    "enabled": True,
    "principal": {"id": r"CONTOSO\backup", "sid": None, "kind": "user"},
    "triggers": [{"type": "CalendarTrigger", "enabled": True, "over": False, "starts_in_days": 0}],
    "multiple_instances": "Parallel",
}


def finding(facts: dict[str, Any], rule: str, baseline: str = "current", **overrides: Any) -> Finding:
    said = SAID_WITH_SYSTEM_STATE if rule.startswith("system_state") else SAID
    return find(shipped_rules()[rule], facts, thresholds(baseline, GIVEN | overrides), said)


@pytest.mark.parametrize("baseline", ["minimum", "current"])
def test_a_healthy_host_complies_with_every_rule(host: Host, baseline: str) -> None:
    compliance = check(host({}), list(shipped_rules().values()), thresholds(baseline, GIVEN), SAID_WITH_SYSTEM_STATE)

    # Some rules are for other hosts, or need what only the user knows
    assert {
        finding.id for finding in compliance.findings if finding.status not in ("compliant", "not_applicable")
    } == set()
    assert compliance.summary["compliant"] > len(shipped_rules()) / 2
    assert compliance.verdict == "compliant"
    assert compliance.roles == []


CASES: list[tuple[str, str, Changes]] = [
    # .NET Framework
    ("dotnet_version", "noncompliant", {"dotnet": {"release": 461814, "version": "4.7.2"}}),
    ("dotnet_version", "noncompliant", {"dotnet": {"release": None, "version": None}}),
    ("dotnet_version", "noncompliant", {"dotnet.version": "4.7.2", "os.newest_dotnet": "4.8"}),
    ("dotnet_version", "noncompliant", {"dotnet.version": "4.7.2", "os.newest_dotnet": None}),
    ("dotnet_version", "compliant", {"dotnet": {"release": 533509, "version": "4.8.1"}}),
    ("dotnet_version", "impossible", {"dotnet.version": "4.5.2", **OLD_WINDOWS}),
    ("dotnet_version", "impossible", {"dotnet.version": None, **OLD_WINDOWS}),
    ("dotnet_version", "unknown", {"dotnet": ...}),
    ("dotnet_version", "unknown", {"dotnet.version": "newest"}),
    # Windows PowerShell
    ("powershell_version", "noncompliant", {"powershell.version": "4.0"}),
    ("powershell_version", "noncompliant", {"powershell.version": None}),
    ("powershell_version", "compliant", {"powershell.version": "5.0.10586.117"}),
    ("powershell_version", "impossible", {"powershell.version": "2.0", **OLD_WINDOWS}),
    ("powershell_version", "unknown", {"powershell": ...}),
    ("powershell_module_path", "compliant", {"powershell.module_path": [AGENT.upper() + "\\BIN\\Modules\\"]}),
    ("powershell_module_path", "compliant", {"powershell.module_path": [AGENT + r"\bin\Modules\MSOnlineBackup"]}),
    (
        "powershell_module_path",
        "noncompliant",  # Windows does not expand it where it is left so
        {"powershell.module_path": [r"%ProgramFiles%\Microsoft Azure Recovery Services Agent\bin\Modules"]},
    ),
    ("powershell_module_path", "noncompliant", {"powershell.module_path": [rf'"{AGENT}\bin\Modules"']}),
    ("powershell_module_path", "compliant", {"powershell.module_path": [(AGENT + "/bin/Modules").replace("\\", "/")]}),
    ("powershell_module_path", "unknown", {"powershell.module_path": [r"C:\PROGRA~1\MICROS~2\bin\Modules"]}),
    ("powershell_module_path", "noncompliant", {"agent.module": False}),
    ("powershell_module_path", "unknown", {"agent.module": ...}),
    ("powershell_module_path", "not_applicable", {"agent.role": "site_recovery"}),
    ("powershell_module_path", "noncompliant", {"powershell.module_path": [AGENT + r"\bin", r"C:\Windows"]}),
    ("powershell_module_path", "noncompliant", {"powershell.module_path": []}),
    ("powershell_module_path", "unknown", {"powershell.module_path": ...}),
    ("powershell_module_path", "unknown", {"agent": ...}),
    ("powershell_module_path", "not_applicable", NO_AGENT),
    # Scheduled tasks
    ("task_present", "noncompliant", {"tasks": []}),
    ("task_present", "not_applicable", NO_AGENT),
    ("task_present", "unknown", {"tasks": ...}),
    ("task_enabled", "noncompliant", {"tasks.0.enabled": False}),
    ("task_enabled", "noncompliant", {"tasks.0.triggers.0.enabled": False}),
    ("task_enabled", "not_applicable", {"tasks": []}),
    ("task_enabled", "not_applicable", NO_AGENT | {"tasks": ...}),
    ("task_enabled", "unknown", {"tasks": ...}),
    ("task_enabled", "unknown", {"tasks.0.enabled": ...}),
    ("task_enabled", "unknown", {"tasks.0.triggers": ...}),
    ("task_principal", "noncompliant", {"tasks.0.principal": {"id": "Administratoren", "sid": "S-1-5-32-544"}}),
    ("task_principal", "noncompliant", {"tasks.0.principal": {"id": r"CONTOSO\backup", "sid": None}}),
    ("task_principal", "noncompliant", {"tasks.0.principal.sid": "S-1-5-21-1-2-3-1001"}),
    ("task_principal", "not_applicable", {"tasks": []}),
    ("task_principal", "unknown", {"tasks.0.principal.sid": ...}),
    ("task_instances", "noncompliant", {"tasks.0.multiple_instances": "Queue"}),
    ("task_instances", "not_applicable", NO_AGENT),
    ("task_instances", "unknown", {"tasks.0.multiple_instances": ...}),
    # Scratch folder
    ("scratch_location", "compliant", {"scratch.provider_location": "d:\\SCRATCH\\"}),
    ("scratch_location", "noncompliant", {"scratch.provider_location": r"C:\Scratch"}),
    ("scratch_location", "noncompliant", {"scratch.provider_location": None}),
    ("scratch_location", "noncompliant", {"scratch.location": None}),
    ("scratch_location", "unknown", {"scratch.location": None, "scratch.provider_location": None}),
    ("scratch_location", "unknown", {"scratch.provider_location": r"D:\SCRATC~1"}),
    ("scratch_location", "noncompliant", {"scratch.exists": False}),
    ("scratch_location", "noncompliant", {"scratch.volume.drive_type": "removable"}),
    ("scratch_location", "noncompliant", {"scratch.volume.file_system": "ReFS"}),  # a warning
    ("scratch_location", "noncompliant", {"scratch.volume.file_system": "FAT32"}),
    (
        "scratch_location",
        "noncompliant",
        {
            "scratch.location": r"\\nas\mars",
            "scratch.provider_location": r"\\nas\mars",
            "scratch.volume": None,
        },
    ),
    ("scratch_location", "not_applicable", NO_AGENT),
    ("scratch_location", "unknown", {"scratch.volume": ...}),
    ("scratch_location", "unknown", {"scratch": ...}),
    ("scratch_free_space", "compliant", {"scratch.volume.free": 60_000_000_000}),
    ("scratch_free_space", "noncompliant", {"scratch.volume.free": 59_999_999_999}),
    ("scratch_free_space", "unknown", {"volumes.0.used": None}),
    ("scratch_free_space", "noncompliant", {"scratch.volume.free": 0}),
    ("scratch_free_space", "not_applicable", {"scratch.volume": None}),
    ("scratch_free_space", "not_applicable", NO_AGENT),
    ("scratch_free_space", "unknown", {"scratch.volume.free": None}),
    ("scratch_free_space", "unknown", {"scratch.volume.free": ...}),
    ("scratch_free_space", "unknown", {"scratch.volume": ...}),
    ("scratch_attributes", "noncompliant", {"scratch.compressed": True}),
    ("scratch_attributes", "noncompliant", {"scratch.encrypted": True}),
    ("scratch_attributes", "noncompliant", {"scratch.reparse_point": True}),
    ("scratch_attributes", "noncompliant", {"scratch.deduplicated": True}),
    ("scratch_attributes", "compliant", {"scratch.deduplicated": False}),
    ("scratch_attributes", "not_applicable", {"scratch.exists": False}),
    ("scratch_attributes", "not_applicable", NO_AGENT),
    ("scratch_attributes", "noncompliant", {"scratch.virtual_disks.0.compressed": True}),
    ("scratch_attributes", "noncompliant", {"scratch.virtual_disks.0.encrypted": True}),
    ("scratch_attributes", "noncompliant", {"scratch.virtual_disks.0.sparse": True}),
    ("scratch_attributes", "noncompliant", {"scratch.virtual_disks.0.reparse_point": True}),
    ("scratch_attributes", "unknown", {"scratch.virtual_disks": ...}),
    ("scratch_attributes", "unknown", {"scratch.deduplicated": None}),
    ("scratch_attributes", "unknown", {"scratch.compressed": None}),
    ("scratch_attributes", "unknown", {"scratch.deduplicated": ...}),
]


# Each prerequisite may have a file of its own for its facts and its rule
for file in sorted((Path(__file__).parents[1] / "prerequisites").glob("test_*.py")):
    CASES += importlib.import_module(f"tests.unit.plugins.plugin_utils.mars.prerequisites.{file.stem}").CASES


@pytest.mark.parametrize("rule, status, changes", CASES, ids=lambda value: str(value)[:60])
def test_statuses(host: Host, rule: str, status: str, changes: Changes) -> None:
    assert finding(host(changes), rule).status == status


def test_every_rule_is_seen_in_each_status_it_can_have() -> None:
    for rule in shipped_rules().values():
        # Where a rule could only say that something was not found, it is never noncompliant
        expected = {"unknown"} if rule.id == "encryption_key_file" else {"noncompliant", "unknown"}
        # Whether a rule applies may depend on the user alone
        depends = rule.requires or any(condition.facts for condition in rule.applies)
        expected |= {"not_applicable"} if depends else set()
        expected |= {"impossible"} if rule.impossible else set()

        assert expected <= {status for name, status, _unused in CASES if name == rule.id}, rule.id


@pytest.mark.parametrize("rule", ["task_enabled", "task_principal", "task_instances"])
def test_one_bad_task_among_good_ones_counts(host: Host, rule: str) -> None:
    facts = host({})
    facts["tasks"].append(SECOND_TASK | {"enabled": False})

    assert finding(facts, rule).status == "noncompliant"


@pytest.mark.parametrize(
    "rule, value, status",
    [
        ("dotnet_version", {"dotnet.version": "4.6.2"}, "compliant"),
        ("dotnet_version", {"dotnet.version": "4.5.1"}, "noncompliant"),
        ("powershell_version", {"powershell.version": "3.0"}, "compliant"),
        ("powershell_version", {"powershell.version": "2.0"}, "noncompliant"),
    ],
)
def test_the_minimum_baseline_is_within_reach_of_windows_server_2008(
    host: Host, rule: str, value: Changes, status: str
) -> None:
    assert finding(host({**OLD_WINDOWS, **value}), rule, "minimum").status == status


@pytest.mark.parametrize(
    "version, newest, severity, minimum",
    [
        ("4.5.1", "4.8", "error", 379893),
        ("4.5.2", "4.8", "warning", 394802),
        ("4.6.1", None, "warning", 394802),
        ("4.6.1", "4.6.1", "warning", None),
    ],
)
def test_a_net_framework_that_some_repairs_need_is_advised_and_what_the_role_installs(
    host: Host, version: str, newest: str | None, severity: str, minimum: int | None
) -> None:
    found = finding(host({"dotnet.version": version, "os.newest_dotnet": newest}), "dotnet_version", "minimum")

    assert (found.status, found.severity) == ("noncompliant", severity)
    assert found.role == ("dotnet" if minimum else None)
    assert minimum in (None, found.wanted["installed"]["minimum"])


def test_a_warning_alone_does_not_make_a_host_noncompliant_but_is_repaired(host: Host) -> None:
    facts = host({"tasks.0.multiple_instances": "Parallel"})

    compliance = check(facts, list(shipped_rules().values()), thresholds("minimum", {}))

    assert compliance.verdict == "compliant"
    assert compliance.summary["noncompliant"] == 1
    assert compliance.roles == ["scheduled_task"]


def test_what_this_windows_can_never_meet_is_no_work_for_a_role(host: Host) -> None:
    facts = host({"dotnet": {"release": None, "version": None}, **OLD_WINDOWS})

    compliance = check(facts, list(shipped_rules().values()), thresholds("current", {}))

    assert compliance.verdict == "noncompliant"
    assert compliance.summary["impossible"] == 1
    assert compliance.roles == []
    (impossible,) = (finding for finding in compliance.findings if finding.status == "impossible")
    assert "Windows Server 2008 cannot run" in str(impossible.fix)


def test_roles_come_once_each_in_the_order_of_the_rules(host: Host) -> None:
    facts = host(
        {
            "tasks.0.enabled": False,
            "tasks.0.multiple_instances": "Parallel",
            "scratch.compressed": True,
            "powershell.version": "4.0",
            "powershell.module_path": [],
            "dotnet.version": "4.5",
        }
    )

    assert check(facts, list(shipped_rules().values()), thresholds("current", {})).roles == [
        "dotnet",
        "powershell",
        "scheduled_task",
        "scratch_space",
    ]


def test_a_localized_account_name_decides_nothing(host: Host) -> None:
    facts = host({"tasks.0.principal": {"id": "SYSTEM", "sid": None, "kind": "user"}})

    assert finding(facts, "task_principal").status == "noncompliant"


def test_every_rule_has_a_source_and_either_a_role_or_the_reason_why_there_is_none() -> None:
    for rule in shipped_rules().values():
        assert str(rule.source).startswith("https://"), rule.id
        assert (rule.role is None) == ("no_role" in rule.texts), rule.id


@pytest.mark.parametrize(
    "rule, changes, actual",
    [
        ("dotnet_version", {}, ".NET Framework 4.8 (release 528449)"),
        (
            "dotnet_version",
            {"dotnet": {"release": None, "version": None}},
            "no .NET Framework 4.5 or later",
        ),
        ("powershell_version", {"powershell.version": None}, "no Windows PowerShell"),
        ("powershell_module_path", NO_AGENT, "the MARS agent is not installed"),
        ("task_enabled", NO_AGENT, "the MARS agent is not installed"),
        (
            "task_enabled",
            {"tasks": []},
            "there is no task in the folder \\Microsoft\\OnlineBackup\\ of the Task Scheduler",
        ),
        (
            "task_enabled",
            {"tasks.0.enabled": False},
            "disabled: Microsoft-OnlineBackup; with a disabled trigger: none",
        ),
        (
            "task_enabled",
            {"tasks.0.triggers.0.enabled": False},
            "disabled: none; with a disabled trigger: Microsoft-OnlineBackup",
        ),
        (
            "scratch_free_space",
            {"scratch.volume.free": 29_999_000_000},
            "27.9 GiB free on D:\\, which is 4.9 % of 558.7 GiB used on the fixed NTFS volumes of this host",
        ),
        ("scratch_free_space", NO_AGENT, "the MARS agent is not installed"),
        ("scratch_free_space", {"scratch.volume": None}, "the scratch folder is not on a volume of this host"),
        ("scratch_attributes", NO_AGENT, "the MARS agent is not installed"),
        ("scratch_attributes", {"scratch.exists": False}, "there is no scratch folder on this host"),
    ],
)
def test_evidence(host: Host, rule: str, changes: Changes, actual: str) -> None:
    assert finding(host(changes), rule).actual == actual


def test_an_installation_names_the_newest_this_windows_can_run(host: Host) -> None:
    changes: Changes = {"dotnet.version": "4.5", "powershell.version": "2.0", "os.newest_dotnet": "4.8"}
    assert "Framework 4.8 " in str(finding(host(changes), "dotnet_version").fix)
    assert "Framework 5.1 " in str(finding(host(changes), "powershell_version").fix)

    changes |= {"os.newest_dotnet": None, "os.newest_powershell": None}
    assert "Framework 4.5.2 or later" in str(finding(host(changes), "dotnet_version", "minimum").fix)
    assert "Framework 5.1 " in str(finding(host(changes), "powershell_version").fix)


UNREAD: dict[str, list[str]] = {
    "dotnet_version": ["dotnet.version"],
    "powershell_version": ["powershell.version"],
    "powershell_execution_policy": [
        "powershell.execution_policy.effective",
    ],
    "powershell_module_path": [
        "agent.installed",
        "agent.install_path",
        "agent.module",
        "agent.role",
        "powershell.module_path",
    ],
    "task_present": ["agent.installed", "agent.role", "tasks"],
    "task_enabled": [
        "agent.installed",
        "tasks",
        "tasks.0.enabled",
        "tasks.0.triggers",
        "tasks.0.triggers.0.enabled",
    ],
    "task_principal": ["agent.installed", "tasks", "tasks.0.principal.sid"],
    "task_instances": ["agent.installed", "tasks", "tasks.0.multiple_instances"],
    "scratch_location": [
        "agent.installed",
        "scratch.location",
        "scratch.provider_location",
        "scratch.exists",
        "scratch.volume",
        "scratch.volume.drive_type",
        "scratch.volume.file_system",
    ],
    "scratch_free_space": ["agent.installed", "scratch.volume", "scratch.volume.free"],
    "scratch_attributes": [
        "agent.installed",
        "scratch.exists",
        "scratch.compressed",
        "scratch.encrypted",
        "scratch.reparse_point",
        "scratch.deduplicated",
        "scratch.virtual_disks",
        "scratch.virtual_disks.0.sparse",
    ],
}


@pytest.mark.parametrize("rule, fact", [(rule, fact) for rule, facts in UNREAD.items() for fact in facts])
def test_an_unread_fact_that_matters_is_named(host: Host, rule: str, fact: str) -> None:
    found = finding(host({fact: ...}), rule)

    assert found.status == "unknown"
    assert found.actual == f"the facts do not have {fact.replace('.0', '[]')}"


def test_every_rule_has_facts_that_matter() -> None:
    elsewhere = {rule for rule, status, changes in CASES if status == "unknown" and ... in changes.values()}

    assert set(UNREAD) | elsewhere == set(shipped_rules())


def paths(value: Any, prefix: str = "") -> list[str]:
    """Every path in the facts."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, item in items:
        path = f"{prefix}{key}"
        found += [path, *paths(item, f"{path}.")]
    return found


@pytest.mark.parametrize(
    "rule, changes, fact",
    [
        ("dotnet_version", {"dotnet.version": "4.5"}, "os.newest_dotnet"),
        ("powershell_version", {"powershell.version": "2.0"}, "os.newest_powershell"),
        (
            "powershell_execution_policy",
            {"powershell.execution_policy.effective": "Restricted"},
            "powershell.execution_policy.group_policy",
        ),
    ],
)
def test_what_decides_on_the_fix_matters_where_there_is_something_to_fix(
    host: Host, rule: str, changes: Changes, fact: str
) -> None:
    assert finding(host({fact: ...}), rule).status == "compliant"
    assert finding(host(changes), rule).role is not None
    assert finding(host({**changes, fact: ...}), rule).status == "unknown"


@given(st.data())
def test_an_unread_fact_never_leads_to_a_new_claim(host: Host, data: st.DataObject) -> None:
    """Whatever is taken out of the facts of whatever host, a finding stays as it is or becomes unknown."""
    facts = host(data.draw(st.sampled_from([case[2] for case in CASES])))
    # An entry taken out of a list is a host without that task or volume, not an unread fact
    removable = [path for path in paths(facts) if not path.split(".")[-1].isdigit() and path.split(".")[0] in facts]
    removed = data.draw(st.sampled_from([path for path in removable if "." in path or path in facts["gathered"]]))
    fewer = copy.deepcopy(facts)
    put(fewer, removed, ...)

    limits = thresholds("current", GIVEN)
    for rule in shipped_rules().values():
        before, after = (find(rule, some, limits, SAID_WITH_SYSTEM_STATE) for some in (facts, fewer))
        if after.status != "unknown":
            assert (after.status, after.severity) == (before.status, before.severity), (rule.id, removed)
            assert after.role in (before.role, None), (rule.id, removed)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_checking_never_fails_whatever_the_facts_hold(host: Host, data: st.DataObject) -> None:
    facts = host({})
    spots = data.draw(st.lists(st.sampled_from(paths(facts)), min_size=1, max_size=4, unique=True))
    # Deepest first, so that each spot is still there
    for spot in sorted(spots, key=lambda path: -path.count(".")):
        parent: Any = facts
        *parents, last = [int(step) if step.isdigit() else step for step in spot.split(".")]
        for step in parents:
            parent = parent[step]
        parent[last] = data.draw(json_values)

    compliance = check(facts, list(shipped_rules().values()), thresholds("current", {}))

    assert sum(compliance.summary.values()) == len(shipped_rules())
