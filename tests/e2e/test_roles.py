# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles where the inventory says more than in the demonstration, and where they cannot do all that they should.

All of them in the same runs, since Ansible takes seconds to start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.expected import expected, open_findings
from tests.e2e.runs import MAIN_PLAYBOOK, Run, declared_hosts, running

HOSTS = Path(__file__).parent / "fleets/roles.yml"
EXPECTED = expected(declared_hosts(HOSTS), "minimum")
# The others are there for the real run alone
AUDITED = EXPECTED.found.keys() - {"closed", "wrong-clock", "disabled-time", "used-files"}
RESIZE = "Raise the space that shadow copies may use"
START_INITIATOR = "Start the Microsoft iSCSI Initiator service"
REPAIR = "Repair the files of the module"
# The tasks that change the hosts that check mode is run on
CHANGES = {
    "limited": [RESIZE],
    "german": [START_INITIATOR],
    "system-state": [
        "Let Windows start the services that are needed at times",
        "Start the services that are always needed",
    ],
    "local": [REPAIR],
    "share": [REPAIR, "Set the options of Internet Explorer"],
    "idle": ["Restart the host"],
}
# Where the first run changed something, a second one could, too
AGAIN = ["limited", "german", "system-state", "local", "share"]
ASKED_TO_RESTART = ["local", "share", "busy"]
RESTARTS = {host: ["Restart the services of the agent"] for host in ("local", "share")}
A_SECOND_RUN: list[dict[str, Any]] = [
    {
        "hosts": AGAIN,
        "tasks": [{"ansible.builtin.include_role": {"name": "winops.mars.mars_prereqs"}}],
    },
    {
        "hosts": ASKED_TO_RESTART,
        "vars": {"agent_service_restart": True, "mars_prereqs_gather_subset": ["agent"]},
        "tasks": [{"ansible.builtin.include_role": {"name": "winops.mars.agent_service"}}],
    },
]
GIB = 1024**3


@dataclass(frozen=True)
class Outcome:
    """The playbook in check mode, for real outside of a window, and again; with the states of the hosts around them."""

    audit: Run
    real: Run
    again: Run
    window: str
    before: Mapping[str, Any]
    audited: Mapping[str, Any]
    after: Mapping[str, Any]
    last: Mapping[str, Any]

    def untouched(self) -> set[str]:
        """The hosts that the real run left as they were."""
        return {host for host in self.before if self.after[host] == self.before[host]}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    # Six hours from now, by the German clock
    hour = (datetime.now(UTC).hour + 7) % 24
    window = f"{hour:02d}:00-{hour:02d}:30"
    with running(HOSTS, tmp_path_factory.mktemp("roles")) as fleet:
        before = fleet.states()
        audit = fleet.play(MAIN_PLAYBOOK, "--check", "--diff", limit=",".join(AUDITED))
        audited = fleet.states()
        real = fleet.play(closed_window=window)
        after = fleet.states()
        again = fleet.play(A_SECOND_RUN)
        return Outcome(audit, real, again, window, before, audited, after, fleet.states())


def test_check_mode_finds_everything_shows_what_changes_and_changes_nothing(outcome: Outcome) -> None:
    assert open_findings(outcome.audit) == EXPECTED.of(AUDITED).found
    # What a host does not do is seen only when it is tried
    assert outcome.audit.changed() == CHANGES | {"refuses": [RESIZE, START_INITIATOR]}
    assert outcome.audited == outcome.before
    assert set(outcome.audit.messages("failed")) == {"refuses"}


def test_the_real_run_changes_just_that(outcome: Outcome) -> None:
    # Beside the used ones, those of the profile are deleted
    changed = CHANGES | {"used-files": ["Delete old temporary files"]}

    assert open_findings(outcome.real) == EXPECTED.left
    assert outcome.real.changed() == changed
    assert outcome.untouched() == EXPECTED.found.keys() - changed.keys()
    assert set(outcome.real.messages("failed")) == {"refuses", "wrong-clock"}


def test_a_second_run_changes_nothing(outcome: Outcome) -> None:
    assert set(AGAIN) <= set(outcome.again.results("mars_compliance"))
    assert outcome.again.changed() == RESTARTS
    assert outcome.last == outcome.after


# What the inventory says is protected or restored


def test_what_is_protected_or_restored_gets_what_it_needs(outcome: Outcome) -> None:
    services = outcome.after["system-state"]["services"]

    assert outcome.after["limited"]["shadow_storage"] == {"C:\\ on C:\\": 40 * GIB, "D:\\ on D:\\": 50 * GIB}
    assert outcome.after["german"]["services"]["MSiSCSI"]["state"] == "Running"
    assert {
        name: (services[name]["start_mode"], services[name]["state"]) for name in ("EventSystem", "SENS", "swprv")
    } == {
        "EventSystem": ("Auto", "Running"),
        "SENS": ("Auto", "Running"),
        "swprv": ("Manual", "Stopped"),
    }


def test_a_host_of_which_nothing_is_said_is_not_asked_for_more(outcome: Outcome) -> None:
    gathered = {
        host: set(result["ansible_facts"]["mars"]["gathered"])
        for host, result in outcome.real.results("mars_compliance").items()
    }

    assert gathered["system-state"] - gathered["limited"] == {"system_state"}
    assert gathered["german"] - gathered["limited"] == {"iscsi"}
    assert gathered["limited"] - gathered["plain"] == {"shadow_storage", "volume_access"}


# What a host refuses

#: Why each role fails, in the order in which they run.
REASONS = {
    "tls": r"the Group Policy object {31B2F340-016D-11D2-945F-00C04FB984F9} sets Enabled in HKLM\SYSTEM",
    "scheduled_task": "with a stored password",
    "shadow_storage": "was not resized (exit code 2)",
    "system_state_services": "sets the start mode of the service VSS to disabled, and would undo a change: change it",
    "iscsi_initiator": "winops.mars.cim_service: the change failed: the service MSiSCSI did not start",
}
# It fails only when it is run
NOT_PREDICTED = {"shadow_storage", "iscsi_initiator"}
#: What there is to do by hand instead of a role.
BY_HAND = {
    "proxy": "A policy makes the proxy settings those of the computer",
    "trusted_sites": "A policy assigns sites to zones on this host",
    "file_download": "A policy decides on file downloads on this host",
    "antivirus_exclusions": "Microsoft Intune",
}


def test_what_is_refused_is_said_and_left_as_it_is(outcome: Outcome) -> None:
    findings = {finding["id"]: finding for finding in outcome.real.results("mars_compliance")["refuses"]["findings"]}
    for rule, text in BY_HAND.items():
        assert findings[rule]["role"] is None
        assert text in findings[rule]["fix"]
    predicted = [role for role in REASONS if role not in NOT_PREDICTED]
    for run, refused in ((outcome.audit, predicted), (outcome.real, list(REASONS))):
        message = run.messages("failed")["refuses"]
        failed = dict(line.removeprefix("role ").split(" failed: ", 1) for line in message.splitlines())
        assert list(failed) == refused
        assert {role: text for role, text in failed.items() if REASONS[role] not in text} == {}
    assert outcome.audit.artifacts["mars_audit_failed_hosts"] == ["refuses"]
    assert outcome.real.artifacts["mars_audit_failed_hosts"] == ["refuses", "wrong-clock"]
    assert "refuses" in outcome.untouched()


# What would disturb a backup, or is not to happen now

BACKUP_RUNS = "a backup is running: it started at 2099-01-14 21:00:05 UTC"


def test_a_module_is_not_repaired_while_a_backup_needs_it(outcome: Outcome) -> None:
    module, _restart = outcome.real.left_to_do("busy")

    assert module.startswith(f"The files of the module were not repaired: {BACKUP_RUNS}")


def test_services_are_restarted_on_request_but_not_during_a_backup(outcome: Outcome) -> None:
    assert outcome.again.changed() == RESTARTS
    (services,) = outcome.again.left_to_do("busy")
    assert services.startswith(f"The services were not restarted: {BACKUP_RUNS}")


def test_a_pending_restart_is_made_only_where_no_backup_runs(outcome: Outcome) -> None:
    assert [outcome.after[host]["boots"] for host in ("busy", "idle")] == [0, 1]
    _module, restart = outcome.real.left_to_do("busy")
    assert restart.startswith(f"The host was not restarted: {BACKUP_RUNS}")
    assert {"busy", "closed"} == set(outcome.real.artifacts["mars_audit_reboot_required_hosts"])


def test_nothing_is_installed_moved_or_restarted_outside_of_the_maintenance_window(outcome: Outcome) -> None:
    left = [
        sentence
        for sentence in outcome.real.left_to_do("closed")
        if sentence.endswith(f"maintenance window {outcome.window}.")
    ]

    assert [sentence.partition(": it is ")[0] for sentence in left] == [
        "The .NET Framework was not installed",
        "Windows PowerShell was not installed",
        "The agent was not installed",
        "The scratch folder was not moved",
        "The host was not restarted",
    ]
    assert "closed" in outcome.untouched()


# What Windows does not do


def test_a_clock_without_a_source_stays_wrong_and_the_role_says_so(outcome: Outcome) -> None:
    message = outcome.real.messages("failed")["wrong-clock"]

    assert "the Windows Time service did not correct the clock, which still differs by 7" in message
    assert "wrong-clock" in outcome.untouched()


def test_a_disabled_time_service_is_not_started(outcome: Outcome) -> None:
    assert "disabled-time" in outcome.untouched()
    assert "another program seems to be in charge of the clock" in outcome.real.stdout


def test_files_in_use_stay_and_are_reported(outcome: Outcome) -> None:
    assert outcome.real.left_to_do("used-files") == [
        r"There are still 20 temporary files in C:\Windows\Temp. "
        "Stop the program that creates or uses them, then delete them."
    ]
