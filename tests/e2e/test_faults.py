# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that misbehave: each ends in the right status, and says why in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests.e2e.runs import HTTP, Fleet, Run, declared_hosts, over, running

HOSTS = Path(__file__).parent / "fleets/faults.yml"
KEY = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"
SCRATCH = r"C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch"


# Given to tasks that succeed, that fail on the host, and that are refused before
HIDDEN: dict[str, Any] = {
    name: f"{name}-correct-horse"
    for name in ("user", "password", "signature", "license", "data", "denied", "misfit", "typed")
}
SETUP_PROOF = {"creates_key": KEY, "creates_name": "NoSuchProof"}
WITH_SECRETS: list[dict[str, Any]] = [
    {"winops.mars.mars_facts": {"gather_subset": ["all", "backup_history"]}},
    {"winops.mars.mars_compliance": {}},
    {
        "winops.mars.cim_installer": {
            "source": "https://{{ user }}:{{ password }}@nowhere.example.test/setup.exe?sv=1&sig={{ signature }}",
            "arguments": "/license={{ license }}",
            **SETUP_PROOF,
        }
    },
    {
        "winops.mars.cim_installer": {
            "source": "C:\\Install\\setup.exe",
            "arguments": "/license={{ license }}",
            **SETUP_PROOF,
        }
    },
    {
        "winops.mars.cim_registry": {"key": KEY, "name": "Token", "data": "{{ data }}"},
        "diff": True,
        "no_log": True,
    },
    {
        "winops.mars.cim_registry": {"key": "HKLM\\SOFTWARE\\Sealed", "name": "Token", "data": "{{ denied }}"},
        "no_log": True,
    },
    {
        "winops.mars.cim_registry": {"key": KEY, "name": "Number", "type": "dword", "data": "{{ misfit }}"},
        "no_log": True,
    },
    {
        "winops.mars.cim_registry": {"key": KEY, "name": "Number", "type": "{{ typed }}", "data": 1},
        "no_log": True,
    },
]
# A play for each kind of host, since Ansible starts a process for a skipped task as well
PLAYS: list[dict[str, Any]] = [
    {
        "hosts": "slow,hangs,gone,refuses-password,untrusted,read-*,floods,drips,denies-*",
        "tasks": [{"winops.mars.mars_compliance": {"gather": True}}],
    },
    *(
        # Where all hosts of a play fail, Ansible goes on only if that is to be ignored
        {"hosts": hosts, "ignore_errors": True, "tasks": [{f"winops.mars.{module}": options}]}
        for hosts, module, options in (
            ("write-*,always-*,denies-registry", "cim_registry", {"key": KEY, "name": "Probe", "data": "there"}),
            ("change-*", "cim_directory", {"path": "D:\\Probe"}),
            ("tamper,denies-defender", "cim_defender_exclusion", {"paths": ["D:\\Probe"]}),
            ("engine-dies", "mars_scratch", {"location": "D:\\MARS\\Scratch"}),
            ("cut", "mars_scratch", {"location": "E:\\MARS\\Scratch"}),
            ("restarts-slowly", "cim_reboot", {}),
        )
    ),
    {"hosts": "spoofs", "ignore_errors": True, "tasks": WITH_SECRETS},
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    hosts = {name: over({} if name == "untrusted" else HTTP, host) for name, host in declared_hosts(HOSTS).items()}
    with running(hosts, tmp_path_factory.mktemp("faults"), "--https") as fleet:
        yield fleet


@pytest.fixture(scope="module")
def run(fleet: Fleet) -> Run:
    """All of it as the curious see it, since each may show what it is not to."""
    fleet.reset_requests()
    return fleet.play(PLAYS, "-vvv", environment={"ANSIBLE_NOCOLOR": "1"}, public_authorities=certifi.where(), **HIDDEN)


@pytest.mark.parametrize(
    "host",
    [
        *("slow", "read-drops-before", "read-drops-after", "read-error", "read-truncated", "read-quota"),
        *("read-times-out", "read-astray", "read-garbled"),
    ],
)
def test_a_read_is_repeated(run: Run, host: str) -> None:
    checked = run.results("mars_compliance")[host]

    assert checked["ansible_facts"]["mars"]["unreadable"] == []
    assert checked["verdict"] == "compliant"


@pytest.mark.parametrize(
    "host",
    [
        *("write-drops-before", "write-drops-after", "write-error", "write-truncated", "write-quota"),
        "write-times-out",
    ],
)
def test_a_change_that_does_no_harm_twice_is_repeated(run: Run, fleet: Fleet, host: str) -> None:
    assert run.results("cim_registry")[host]["changed"] is True
    assert fleet.requests()[host]["actions"]["StdRegProv/SetStringValue"] == 2
    assert fleet.host_state(host)["registry"][KEY]["Probe"] == ["REG_SZ", "there"]


@pytest.mark.parametrize(
    "host, sent",
    [
        ("change-drops-before", 2),  # the host did not see the first one, and shows it
        ("change-error", 2),
        ("change-quota", 2),
        ("change-drops-after", 1),  # the state showed that it had arrived
        ("change-truncated", 1),
        ("change-garbled", 1),
    ],
)
def test_any_other_change_is_looked_for_before_it_is_repeated(run: Run, fleet: Fleet, host: str, sent: int) -> None:
    assert run.results("cim_directory")[host]["changed"] is True
    assert fleet.requests()[host]["actions"]["cmd/Command"] == sent
    assert "d:\\probe" in fleet.host_state(host)["files"]["files"]


@pytest.mark.parametrize(
    "host, sentences",
    [
        ("gone", ["check address, port and the WinRM service", "Connection refused"]),
        ("hangs", ["the host accepted the request but did not answer in time"]),
        ("drips", ["the host accepted the request but did not answer in time"]),
        # Of its certificate, nobody is known who vouches for it
        ("untrusted", ["TLS failed: ", "check the host's certificate", "CERTIFICATE_VERIFY_FAILED"]),
    ],
)
def test_unreachable(run: Run, host: str, sentences: list[str]) -> None:
    message = run.messages("unreachable")[host]

    assert f"{host} cannot be reached over WS-Management: " in message
    assert [sentence for sentence in sentences if sentence not in message] == []


@pytest.mark.parametrize(
    "host, sentences",
    [
        ("refuses-password", ["the host refused the credentials: check user, password"]),
        ("always-error", ["the host answered HTTP 500 without a WS-Management message: check port, path and proxy"]),
        ("always-quota", ["0x803381A6", "raise the WinRM quotas of the host"]),
        ("change-never-arrives", ["is not in effect so far", "mkdir was sent once, and its outcome is unknown"]),
        ("denies-registry", ["winops.mars.cim_registry", "0x80338104", "LocalAccountTokenFilterPolicy"]),
        ("denies-defender", ["winops.mars.cim_defender_exclusion", "0x80041003", "LocalAccountTokenFilterPolicy"]),
        ("tamper", ["a policy manages the exclusions", "TPExclusions", "Intune"]),
        ("engine-dies", ["the service obengine did not start", "The former state was restored", SCRATCH]),
    ],
)
def test_failed(run: Run, host: str, sentences: list[str]) -> None:
    message = run.messages("failed")[host]

    assert [sentence for sentence in sentences if sentence not in message] == []
    assert "\n" not in message


def test_each_host_ends_as_it_should(run: Run) -> None:
    failing = {"always-error", "always-quota", "change-never-arrives", "denies-defender", "denies-registry"}

    assert set(run.messages("unreachable")) == {"gone", "hangs", "drips", "untrusted"}
    assert set(run.messages("failed")) == failing | {"engine-dies", "refuses-password", "spoofs", "tamper"}


def test_an_answer_without_end_costs_what_was_asked_for(run: Run) -> None:
    checked = run.results("mars_compliance")["floods"]
    reasons = {entry["reason"] for entry in checked["ansible_facts"]["mars"]["unreadable"]}

    assert reasons == {"the host's answer has more than 2048000 bytes"}
    assert checked["verdict"] == "unknown"


def test_what_may_not_be_read_is_unknown_and_the_rest_is_checked(run: Run) -> None:
    checked = run.results("mars_compliance")["denies-defender"]
    facts = checked["ansible_facts"]["mars"]
    statuses = {finding["id"]: finding for finding in checked["findings"]}

    assert [(entry["section"], entry["code"]) for entry in facts["unreadable"]] == [("antivirus", "0x80041003")]
    assert checked["verdict"] == "unknown"
    for rule in ("antivirus_exclusions", "antivirus_compilers"):
        assert statuses.pop(rule)["status"] == "unknown"
    assert {finding["status"] for finding in statuses.values()} <= {"compliant", "not_applicable"}


def test_a_failed_move_puts_both_registry_values_back(run: Run, fleet: Fleet) -> None:
    assert "engine-dies" in run.messages("failed")
    registry = fleet.host_state("engine-dies")["registry"]

    for key in (KEY, rf"{KEY}\CloudBackupProvider"):
        assert registry[key]["ScratchLocation"] == ["REG_SZ", SCRATCH]


def test_a_move_whose_every_change_is_cut_off_once_succeeds_and_leaves_no_shell(run: Run, fleet: Fleet) -> None:
    assert run.results("mars_scratch")["cut"]["changed"] is True
    registry = fleet.host_state("cut")["registry"]
    for key in (KEY, rf"{KEY}\CloudBackupProvider"):
        assert registry[key]["ScratchLocation"] == ["REG_SZ", "E:\\MARS\\Scratch"]
    requests = fleet.requests()["cut"]["actions"]
    assert requests["Win32_Service/StopService"] == 2
    assert requests["cmd/Delete"] == requests["cmd/Create"]


def test_a_restart_is_proved_by_the_boot_time(run: Run, fleet: Fleet) -> None:
    assert run.results("cim_reboot")["restarts-slowly"]["changed"] is True
    assert fleet.host_state("restarts-slowly")["boots"] == 1


def texts(value: Any) -> Iterator[str]:
    """Every text in data, as it is."""
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def test_no_secret_and_no_control_character_reaches_the_terminal(run: Run, fleet: Fleet) -> None:
    seen = "\n".join([run.stdout, *texts(run.events)])
    failed = [event["event_data"]["host"] for event in run.events if event["event"] == "runner_on_failed"]

    # All of it happened
    assert fleet.host_state("spoofs")["registry"][KEY]["Token"] == ["REG_SZ", HIDDEN["data"]]
    assert failed.count("spoofs") == 5
    assert "\N{REPLACEMENT CHARACTER}" in seen
    assert [secret for secret in HIDDEN.values() if secret in seen] == []
    controls = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
    assert controls.findall(seen) == []
