# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of simulated hosts, expected in full: what is there, what is absent, and what could not be read."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.modules.mars_facts import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import (
    DEFAULT_SECTIONS,
    SECTIONS,
    gather,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import NoService, Unreachable, WSManError
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from tests.unit.simulated import SimulatedHost, simulated

AGENT = r"C:\Program Files\Microsoft Azure Recovery Services Agent"


def facts_of(base: str, *sections: str, **profile: Any) -> dict[str, Any]:
    return gather(simulated(base=base, **profile).session, sections or tuple(DEFAULT_SECTIONS))


def paths(value: Any, prefix: str = "") -> set[str]:
    """The path of every fact."""
    items = value.items() if isinstance(value, dict) else ()
    return {path for key, item in items for path in (f"{prefix}{key}", *paths(item, f"{prefix}{key}."))}


def reasons(facts: dict[str, Any]) -> dict[str, str]:
    return {entry["section"]: entry["code"] for entry in facts["unreadable"]}


def test_a_healthy_host() -> None:
    facts = facts_of("healthy-2022")

    assert facts["unreadable"] == []
    assert facts["os"] == {
        "name": "Windows Server 2022",
        "caption": "Microsoft Windows Server 2022 Standard",
        "version": "10.0.20348",
        "build": 20348,
        "service_pack": 0,
        "product_type": "server",
        "architecture": 64,
        "language": 1033,
        "computer_name": "SRV01",
        "last_boot": facts["os"]["last_boot"],
        "local_time": facts["os"]["local_time"],
        "windows_directory": r"C:\Windows",
        "newest_dotnet": "4.8.1",
        "newest_powershell": "5.1",
    }
    assert facts["dotnet"] == {"release": 528449, "version": "4.8"}
    assert facts["powershell"]["execution_policy"] == {
        "group_policy": None,
        "user_policy": None,
        "current_user": None,
        "local_machine": "RemoteSigned",
        "effective": "RemoteSigned",
    }
    assert rf"{AGENT}\bin\Modules" + "\\" in facts["powershell"]["module_path"]
    assert facts["agent"] == {
        "installed": True,
        "missing": [],
        "role": "backup",
        "install_path": AGENT,
        "version": "2.0.9262.0",
        "module": True,
        "engine": {"name": "obengine", "state": "Running", "start_mode": "Auto"},
        "management": {"name": "OBRecoveryServicesManagementAgent", "state": "Running", "start_mode": "Auto"},
    }
    assert facts["tasks"] == [
        {
            "name": "Microsoft-OnlineBackup",
            "path": "\\Microsoft\\OnlineBackup\\",
            "enabled": True,
            "state": "ready",
            "principal": {"id": "S-1-5-18", "sid": "S-1-5-18", "kind": "user"},
            "triggers": [
                {"type": "CalendarTrigger", "enabled": True, "interval_hours": 72, "over": False, "starts_in_days": 0}
            ],
            "multiple_instances": "IgnoreNew",
            "last_run": facts["tasks"][0]["last_run"],
            "last_result": 0,
            "overdue": False,
        }
    ]
    scratch = facts["scratch"]
    assert scratch["location"] == scratch["provider_location"] == rf"{AGENT}\Scratch"
    assert scratch["volume"]["name"] == "C:\\"
    ordinary = {"exists": True, "compressed": False, "encrypted": False, "reparse_point": False, "deduplicated": False}
    assert ordinary.items() <= scratch.items()
    assert scratch["system_access"] is True
    assert [{**disk, "path": disk["path"].lower()} for disk in scratch["virtual_disks"]] == [
        {
            "path": rf"{AGENT}\Scratch\VHDs\volume-c.vhd".lower(),
            "compressed": False,
            "encrypted": False,
            "sparse": False,
            "reparse_point": False,
        }
    ]
    assert facts["antivirus"]["defender"]["running"] is True
    assert facts["antivirus"]["products"] == []


def test_a_host_without_the_agent_has_absent_facts_and_no_unread_ones() -> None:
    facts = facts_of("no-agent-2022")

    assert facts["unreadable"] == []
    assert facts["agent"] == {
        "installed": False,
        "missing": [],
        "role": None,
        "install_path": None,
        "version": None,
        "module": None,
        "engine": None,
        "management": None,
    }
    assert facts["tasks"] == []
    assert set(facts["scratch"].values()) == {None}


def test_a_host_too_old_for_the_classes_of_tasks_and_defender() -> None:
    facts = facts_of("old-2008-r2")

    assert facts["unreadable"] == []
    assert facts["dotnet"] == {"release": None, "version": None}
    assert facts["powershell"]["version"] == "2.0"
    assert (facts["antivirus"]["defender"], facts["antivirus"]["products"]) == (None, [])
    assert [(task["name"], task["principal"]["sid"]) for task in facts["tasks"]] == [
        ("Microsoft-OnlineBackup", "S-1-5-18")
    ]


@pytest.mark.parametrize("base", ["german-2019", "japanese-2016"])
def test_a_localized_host_has_the_same_words(base: str) -> None:
    facts = facts_of(base)

    assert facts["unreadable"] == []
    assert facts["os"]["architecture"] == 64
    assert facts["agent"]["engine"]["state"] == "Running"
    assert facts["tasks"][0]["principal"]["sid"].startswith("S-1-5-")


def test_a_mounted_or_compressed_scratch_folder() -> None:
    scratch = facts_of("scratch-2019", "scratch")["scratch"]

    assert (scratch["location"], scratch["compressed"]) == (r"D:\MARS\Scratch", True)
    assert (scratch["volume"]["drive_letter"], scratch["volume"]["free_percent"]) == ("D:", 2.0)


def test_a_section_that_is_denied_does_not_sink_the_others() -> None:
    denied = ["root/Microsoft/Windows/Defender", "root/Microsoft/Windows/TaskScheduler"]
    facts = facts_of("healthy-2022", faults={"denied_namespaces": denied})

    assert reasons(facts) == {"tasks": "0x80041003", "antivirus": "0x80041003"}
    assert "tasks" not in facts
    assert "defender" not in facts["antivirus"]
    assert facts["antivirus"]["products"] == []
    assert facts["dotnet"]["release"] == 528449


@pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2"])
def test_what_an_account_without_elevation_does_not_see_is_unread(base: str) -> None:
    facts = facts_of(base, elevated=False)

    assert "tasks" not in facts
    assert {"agent", "tasks"} <= {section for section, code in reasons(facts).items() if code == "NotElevated"}
    assert all("LocalAccountTokenFilterPolicy" in entry["reason"] for entry in facts["unreadable"])


def test_a_refused_read_shows_the_code_of_the_refusal() -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Setup"
    facts = facts_of("healthy-2022", "dotnet", "agent", registry={key: {"InstallPath": 1}})

    assert reasons(facts) == {"agent": "0x80041005"}


def test_a_value_of_another_type_leaves_its_fact_unread() -> None:
    key = r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Environment"
    facts = facts_of("healthy-2022", "dotnet", "powershell", registry={key: {"PSModulePath": 1}})

    assert reasons(facts) == {"powershell": "WrongTypeError"}


def test_a_path_that_no_command_can_name_leaves_one_fact_unread() -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"
    facts = facts_of(
        "healthy-2022", "scratch", registry={key: {"ScratchLocation": "C:\\100%"}}, files={"C:\\100%\\": {}}
    )

    assert facts["scratch"]["exists"] is True
    assert "reparse_point" not in facts["scratch"]
    assert reasons(facts) == {"scratch": "CimError"}


@pytest.mark.parametrize(
    "profile, fact",
    [
        ({"os": {"product_type": 9}}, "os.product_type"),
        (
            {"registry": {r"HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine": {"PowerShellVersion": 5}}},
            "powershell.version",
        ),
        (
            {"registry": {r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319": {"SchUseStrongCrypto": "1"}}},
            "tls.dotnet.strong_crypto",
        ),
    ],
)
def test_one_value_nobody_expects_costs_its_own_fact_and_no_other(profile: dict[str, Any], fact: str) -> None:
    usual, facts = facts_of("healthy-2022"), facts_of("healthy-2022", **profile)

    assert fact in [entry["fact"] for entry in facts["unreadable"]]
    missing = {path for path in paths(usual) if path not in paths(facts)}
    derived = set()
    if fact == "os.product_type":
        derived = {"os.name", "os.newest_dotnet", "os.newest_powershell", "os_support.server_core"}
        derived |= {f"os_support.{name}" for name in ("editions", "service_pack", "ended", "end_of_support")}
    assert missing == {fact} | derived


@pytest.mark.parametrize(
    "key, name",
    [
        (r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Setup", "InstallPath"),
        (r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config", "ScratchLocation"),
        (r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config\CloudBackupProvider", "ScratchLocation"),
    ],
)
def test_a_path_that_windows_expands_reads_the_same(key: str, name: str) -> None:
    folder = AGENT.removeprefix("C:\\Program Files") + ("\\Scratch" if name == "ScratchLocation" else "\\")
    usual = facts_of("healthy-2022", "agent", "scratch")
    facts = facts_of("healthy-2022", "agent", "scratch", registry={key: {name: {"expand": f"%ProgramFiles%{folder}"}}})

    assert facts == usual


@pytest.mark.parametrize(
    "written, read, asked",
    [
        (r"%SYSTEMROOT%\A;%ProgramFiles%\B", [r"C:\Windows\A", r"C:\Program Files\B"], 0),
        (r"%ProgramFiles%\A;%windir%\B;%nothing%\C", [r"C:\Program Files\A", r"C:\Windows\B", r"%nothing%\C"], 1),
        (r"%SystemRoot%\A;100%", [r"C:\Windows\A", "100%"], 1),
    ],
)
def test_the_host_is_only_asked_to_expand_variables_that_are_unusual(written: str, read: list[str], asked: int) -> None:
    key = r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Environment"
    host = simulated(base="healthy-2022", registry={key: {"PSModulePath": {"expand": written}}})

    assert gather(host.session, ["powershell"])["powershell"]["module_path"] == read
    assert host.actions["StdRegProv/GetExpandedStringValue"] == asked


@pytest.mark.parametrize("base, deduplicated, asked", [("scratch-2019", False, 0), ("deduplication-2019", True, 1)])
def test_only_windows_with_the_feature_is_asked_about_deduplication(base: str, deduplicated: bool, asked: int) -> None:
    host = simulated(base=base)

    assert gather(host.session, ["scratch"])["scratch"]["deduplicated"] is deduplicated
    assert host.actions["MSFT_DedupVolume/Enumerate"] == asked


def test_a_value_that_looks_like_the_scratch_folder_is_not_taken_for_it() -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"
    usual = facts_of("healthy-2022", "scratch")
    values = {"ScratchLocation": usual["scratch"]["location"], "ScratchLocation    REG_SZ    D:\\x": "data"}

    assert facts_of("healthy-2022", "scratch", registry={key: values}) == usual
    del values["ScratchLocation"]
    absent = facts_of("healthy-2022", "scratch", registry={key: {"ScratchLocation": None, **values}})
    assert absent["scratch"]["location"] is None


def test_where_nothing_can_be_read_there_are_no_facts() -> None:
    with pytest.raises(WSManError, match="no fact can be read"):
        facts_of("healthy-2022", "os", "agent", faults={"denied_namespaces": ["root/cimv2", "root/default"]})


def test_a_host_that_goes_away_ends_the_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    host = simulated(base="healthy-2022")
    requests = iter(range(100))

    def send(message: bytes) -> bytes:
        if next(requests) > 5:
            raise Unreachable("connection refused")
        return SimulatedHost.send(host, message)

    monkeypatch.setattr(host, "send", send)
    with pytest.raises(Unreachable):
        gather(host.session, DEFAULT_SECTIONS)


def test_what_is_no_host_at_all_is_asked_for_one_fact_only(monkeypatch: pytest.MonkeyPatch) -> None:
    host = simulated(base="healthy-2022")

    def web_server(message: bytes) -> bytes:
        return b"<html><body>It works!</body></html>"

    monkeypatch.setattr(host, "send", web_server)
    with pytest.raises(NoService, match="html"):
        gather(host.session, DEFAULT_SECTIONS)
    assert host.pauses == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2", "german-2019", "scratch-2019", "japanese-2016"])
def test_facts_cost_few_requests_and_little_room(base: str) -> None:
    host = simulated(base=base)
    facts = gather(host.session, DEFAULT_SECTIONS)
    host.session.close()

    # 28 HTTP requests with the three of an NTLM login
    assert sum(host.actions.values()) <= 25
    assert len(json.dumps(facts)) <= 20_000


def test_the_module_names_the_sections_there_are() -> None:
    choices = set(ARGUMENT_SPEC["gather_subset"]["choices"])

    assert choices == {"all", *SECTIONS, *(f"!{section}" for section in SECTIONS)}


def test_when_the_time_of_the_task_is_over_the_sections_left_are_unread() -> None:
    host = simulated(base="healthy-2022")
    clock = itertools.count()  # a second between any two looks at it
    host.session = Session(host, host.sleep, clock=lambda: float(next(clock)))
    host.session.allow(12)

    facts = gather(host.session, DEFAULT_SECTIONS)

    left = {entry["section"]: entry["reason"] for entry in facts["unreadable"]}
    assert left
    assert set(left.values()) == {"the 12 seconds that the task may take are over"}
    assert set(DEFAULT_SECTIONS) - set(left) <= set(facts)
    assert len(left) < len(DEFAULT_SECTIONS)
    assert host.actions.total() <= 12
