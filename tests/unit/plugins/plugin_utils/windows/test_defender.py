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
WINDEFEND = {"display_name": "Microsoft Defender Antivirus Service", "path": r"C:\MsMpEng.exe"}


def defender(**profile: Any) -> Defender:
    windows = {"defender": NORMAL, "service": WINDEFEND, **profile}
    return Defender(simulated(services={"WinDefend": windows.pop("service")}, **windows).session)


def exclusions(subject: Defender) -> tuple[list[str], list[str]]:
    preferences = subject.preferences()
    assert preferences is not None
    return preferences.exclusion_paths, preferences.exclusion_processes


def test_a_server_that_runs_it() -> None:
    status = defender().status()

    assert status is not None
    assert (status.running, status.real_time_protection, status.tamper_protected) == (True, True, False)


@pytest.mark.parametrize("off", ["AMServiceEnabled", "AntivirusEnabled"])
def test_it_runs_only_as_a_service_and_as_the_antivirus_in_use(off: str) -> None:
    values = {"AMServiceEnabled": "true", "AntivirusEnabled": "true", off: "false"}
    properties = "".join(f"<p:{name}>{value}</p:{name}>" for name, value in values.items())
    session, *_unused = scripted(first_page([f"<p:MSFT_MpComputerStatus>{properties}</p:MSFT_MpComputerStatus>"], None))

    status = Defender(session).status()

    assert status == Status(running=False, real_time_protection=False, tamper_protected=None)


def test_exclusions_hidden_by_a_policy_are_known_to_be_hidden() -> None:
    hidden = "<p:HideExclusionsFromLocalAdmins>true</p:HideExclusionsFromLocalAdmins>"
    session, *_unused = scripted(first_page([f"<p:MSFT_MpPreference>{hidden}</p:MSFT_MpPreference>"], None))

    preferences = Defender(session).preferences()

    assert preferences is not None
    assert preferences.exclusions_hidden


def test_tamper_protection_is_seen() -> None:
    status = defender(defender={"tamper_protection": True}).status()

    assert status is not None
    assert status.tamper_protected


def test_windows_without_it_has_neither_status_nor_preferences() -> None:
    subject = defender(defender=None)

    assert subject.status() is None
    assert subject.preferences() is None


def test_a_stopped_service_is_not_running_rather_than_unreadable() -> None:
    subject = defender(service={**WINDEFEND, "state": "Stopped"})

    status = subject.status()

    assert status is not None
    assert not status.running
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


def test_under_tamper_protection_nothing_happens_and_nothing_is_said() -> None:
    subject = defender(defender={"tamper_protection": True})
    before = exclusions(subject)

    subject.add_exclusions(["D:\\alone"], [])

    assert exclusions(subject) == before
