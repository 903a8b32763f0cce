# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft Defender: present, absent, not running, and deaf to changes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.defender import Defender, Status
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import Fault
from tests.unit.plugins.plugin_utils.wsman.scripted import first_page, scripted
from tests.unit.simulated import simulated

NORMAL = {"running_mode": "Normal"}
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
WINDEFEND = {"display_name": "Microsoft Defender Antivirus Service", "path": r"C:\MsMpEng.exe"}


def defender(**profile: Any) -> Defender:
    windows = {"defender": NORMAL, "service": WINDEFEND, **profile}
    return Defender(simulated(services={"WinDefend": windows.pop("service")}, **windows).session)


def exclusions(subject: Defender) -> tuple[list[str], list[str]]:
    preferences = subject.preferences()
    assert preferences is not None
    assert preferences.exclusion_paths is not None
    assert preferences.exclusion_processes is not None
    return preferences.exclusion_paths, preferences.exclusion_processes


def test_a_server_that_runs_it() -> None:
    status = defender().status()

    assert status is not None
    assert (status.running, status.real_time_protection, status.tamper_protected) == (True, True, False)


@pytest.mark.parametrize("off", ["AMServiceEnabled", "AntivirusEnabled"])
@pytest.mark.parametrize("other", ["<p:{}>true</p:{}>", ""])
def test_it_runs_only_as_a_service_and_as_the_antivirus_in_use(off: str, other: str) -> None:
    (name,) = {"AMServiceEnabled", "AntivirusEnabled"} - {off}
    properties = f"<p:{off}>false</p:{off}>" + other.format(name, name)
    session, *_unused = scripted(first_page([f"<p:MSFT_MpComputerStatus>{properties}</p:MSFT_MpComputerStatus>"], None))

    status = Defender(session).status()

    assert status == Status(running=False, mode=None, real_time_protection=None, tamper_protected=None)
    assert status.active is False


@pytest.mark.parametrize("null", ["AMServiceEnabled", "AntivirusEnabled"])
def test_whether_it_runs_is_unknown_where_it_does_not_say(null: str) -> None:
    status = defender(defender={"null": [null, "RealTimeProtectionEnabled"]}).status()

    assert status is not None
    assert (status.running, status.active, status.real_time_protection) == (None, None, None)


@pytest.mark.parametrize("mode, active", [("Normal", True), ("Passive Mode", False), ("EDR Block Mode", False)])
def test_it_protects_the_host_unless_it_is_passive(mode: str, active: bool) -> None:
    status = defender(defender={"running_mode": mode}).status()

    assert status is not None
    assert (status.running, status.mode, status.active) == (True, mode, active)


@pytest.mark.parametrize("gone", [{"fails": 0x80041013}, {"fails": 0x800706BA}, {"instances": 0}])
def test_classes_without_a_provider_or_an_instance_say_nothing(gone: dict[str, int]) -> None:
    subject = defender(defender=gone)

    assert subject.status() is None
    assert subject.preferences() is None


def test_exclusions_hidden_by_a_policy_are_known_to_be_hidden() -> None:
    preferences = defender(registry={POLICY: {"HideExclusionsFromLocalAdmins": 1}}).preferences()

    assert preferences is not None
    assert (preferences.exclusion_paths, preferences.exclusion_processes) == (None, None)


def test_exclusions_that_are_shown_although_a_policy_hides_them_are_exclusions() -> None:
    subject = defender()
    subject.add_exclusions(["D:\\alone"], [])

    preferences = subject.preferences(hidden=True)

    assert preferences is not None
    assert preferences.exclusion_paths == ["D:\\alone"]


def test_tamper_protection_is_seen() -> None:
    status = defender(defender={"tamper_protection": True}).status()

    assert status is not None
    assert status.tamper_protected


def test_windows_without_it_has_neither_status_nor_preferences() -> None:
    subject = defender(defender=None)

    assert subject.status() is None
    assert subject.preferences() is None


def test_where_the_service_is_stopped_it_says_nothing_rather_than_fail() -> None:
    subject = defender(service={**WINDEFEND, "state": "Stopped"})

    assert subject.status() is None
    assert subject.preferences() is None


def test_denied_access_is_not_taken_for_absence() -> None:
    subject = defender(faults={"denied_namespaces": ["root/Microsoft/Windows/Defender"]})

    with pytest.raises(Fault) as caught:
        subject.status()
    assert caught.value.is_access_denied


def test_exclusions_are_added_and_removed_one_by_one() -> None:
    subject = defender()
    before = exclusions(subject)

    subject.add_exclusions(["D:\\Größe & Co", "D:\\b"], ["engine.exe"])
    paths, processes = exclusions(subject)
    assert {"D:\\Größe & Co", "D:\\b"} <= set(paths)
    assert "engine.exe" in processes

    subject.remove_exclusions(["D:\\b", "D:\\Größe & Co"], ["engine.exe"])
    assert exclusions(subject) == before


def test_a_single_exclusion_is_a_list_too() -> None:
    subject = defender()

    subject.add_exclusions(["D:\\alone"], [])

    assert "D:\\alone" in exclusions(subject)[0]


def test_where_tamper_protection_covers_exclusions_nothing_happens_and_nothing_is_said() -> None:
    features = {r"HKLM\SOFTWARE\Microsoft\Windows Defender\Features": {"TPExclusions": 1}}
    subject = defender(defender={"tamper_protection": True}, registry=features)
    assert subject.policy().managed_by == ["TPExclusions"]
    before = exclusions(subject)

    subject.add_exclusions(["D:\\alone"], [])

    assert exclusions(subject) == before
