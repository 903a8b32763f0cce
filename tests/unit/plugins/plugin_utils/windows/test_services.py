# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: queries, and starts and stops that are only believed once the service is in the new state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.services import Services
from tests.unit.plugins.plugin_utils.wsman.scripted import ELEVATED, recorded, scripted
from tests.unit.simulated import SimulatedHost, simulated

RECORDED = Path(__file__).resolve().parents[5].parent / "shared" / "captures" / "zenoss_txwinrm_server_2008"

ENGINE = {"display_name": "Contoso 'Engine' \\ Agent", "path": r"C:\engine.exe"}
STOPPED = {**ENGINE, "state": "Stopped"}


def host_with(engine: dict[str, Any], **profile: Any) -> tuple[SimulatedHost, Services]:
    host = simulated(services={"engine": engine}, **profile)
    return host, Services(host.session, host.sleep)


def test_services_are_found_by_name_and_display_name_in_one_query() -> None:
    host, services = host_with(ENGINE)

    found = services.find(names=["SPOOLER", "nothing"], display_names=["Contoso 'Engine' \\ Agent", "Nothing"])

    assert {service.name for service in found} == {"Spooler", "engine"}
    assert host.actions["*/Enumerate"] == 1


@pytest.mark.skipif(not RECORDED.exists(), reason="there are no recorded messages")
def test_recorded_services_are_read_from_all_pages() -> None:
    pages = sorted(RECORDED.glob("Win32_Service_all_*.xml"))
    session, *_unused = scripted(ELEVATED, *(recorded(page.read_text(encoding="utf-8-sig")) for page in pages))

    found = Services(session).find(names=["any"])

    assert len(found) == sum(page.read_text().count("<Name>") for page in pages)
    assert {service.state for service in found} == {"Running", "Stopped"}
    assert {service.start_mode for service in found} == {"Auto", "Manual", "Disabled"}
    assert all(service.process_id for service in found if service.state == "Running")


def test_no_names_are_no_request() -> None:
    host, services = host_with(ENGINE)

    assert services.find() == []
    assert not host.actions


def test_a_service_is_read_with_its_properties() -> None:
    _unused, services = host_with({**ENGINE, "start_mode": "Manual"})

    service = services.get("ENGINE")

    assert service is not None
    assert (service.name, service.display_name) == ("engine", "Contoso 'Engine' \\ Agent")
    assert (service.state, service.start_mode) == ("Running", "Manual")
    assert service.path == r"C:\engine.exe"
    assert service.process_id


def test_a_stopped_service_has_no_process() -> None:
    service = host_with(STOPPED)[1].get("engine")

    assert service is not None
    assert service.process_id is None


def test_an_unknown_service_is_none() -> None:
    assert host_with(ENGINE)[1].get("nothing") is None


def test_a_start_is_waited_for() -> None:
    host, services = host_with(STOPPED)

    assert services.start("engine").state == "Running"
    assert host.pauses == [1.0]


def test_a_stop_is_waited_for() -> None:
    host, services = host_with(ENGINE)

    assert services.stop("engine").state == "Stopped"
    assert host.pauses == [1.0]


def test_what_runs_already_is_started_and_what_does_not_is_stopped() -> None:
    assert host_with(ENGINE)[1].start("engine").state == "Running"
    assert host_with(STOPPED)[1].stop("engine").state == "Stopped"


@pytest.mark.parametrize(
    "engine, code, sentence",
    [
        ({"starts": "code"}, 7, r"did not start: the service did not respond in time \(Win32_Service code 7\)"),
        ({"start_mode": "Disabled"}, 14, r"did not start: the service is disabled \(Win32_Service code 14\)"),
        ({"starts": "dies"}, 1067, r"did not start: it is stopped, its exit code is 1067 \(0x0000042B\)"),
    ],
)
def test_a_service_that_does_not_start_is_an_error_with_its_code(
    engine: dict[str, Any], code: int, sentence: str
) -> None:
    _unused, services = host_with({**STOPPED, **engine})

    with pytest.raises(CimError, match=f"the service engine {sentence}") as caught:
        services.start("engine")
    assert caught.value.code == code


def test_a_service_others_depend_on_is_not_stopped() -> None:
    _unused, services = host_with({**ENGINE, "depends_on": ["Spooler"]})

    with pytest.raises(CimError, match="Spooler did not stop: services that depend on it are running"):
        services.stop("Spooler")


def test_a_service_that_stays_in_transition_is_given_up() -> None:
    host, services = host_with(STOPPED)
    engine = host.windows.services.find("engine")
    assert engine
    engine.state, engine.next_state, engine.pending_reads = "Start Pending", "Running", 1000

    with pytest.raises(CimError, match="did not start within 30 seconds"):
        services.start("engine", timeout=30)
    assert sum(host.pauses) == 30


def test_a_start_whose_answer_is_lost_is_not_repeated_but_watched() -> None:
    host, services = host_with(STOPPED, faults={"drop_after": ["StartService"]})

    assert services.start("engine").state == "Running"
    assert host.actions["Win32_Service/StartService"] == 1


def test_a_start_or_stop_that_did_not_arrive_is_requested_again() -> None:
    host, services = host_with(STOPPED, faults={"drop_before": ["StartService", "StopService"]})

    assert services.start("engine").state == "Running"
    assert services.stop("engine").state == "Stopped"
    assert host.actions["Win32_Service/StartService"] == host.actions["Win32_Service/StopService"] == 2


def test_a_start_that_never_arrives_is_no_success() -> None:
    host, services = host_with(STOPPED, faults={"drop_before": ["StartService", "StartService"]})

    with pytest.raises(CimError, match="did not start: it is stopped"):
        services.start("engine")
    assert host.actions["Win32_Service/StartService"] == 2


@pytest.mark.parametrize("start_mode", ["Auto", "Manual", "Disabled"])
def test_the_start_mode_is_set_in_the_words_it_is_read(start_mode: str) -> None:
    _unused, services = host_with({**ENGINE, "start_mode": "Disabled" if start_mode == "Auto" else "Auto"})

    services.set_start_mode("engine", start_mode)

    service = services.get("engine")
    assert service is not None
    assert service.start_mode == start_mode


def test_a_start_mode_windows_does_not_know_is_refused() -> None:
    with pytest.raises(CimError, match="start mode of the service engine was not changed: invalid parameters"):
        host_with(ENGINE)[1].set_start_mode("engine", "Sometimes")
