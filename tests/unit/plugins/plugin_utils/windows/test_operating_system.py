# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows itself, and a restart that only a later boot time proves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.operating_system import (
    OperatingSystem,
    last_boot,
    reboot,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import Fault, ProtocolError
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.shell import Result
from tests.unit.plugins.plugin_utils.wsman.scripted import ScriptedTransport, envelope, fault, recorded
from tests.unit.simulated import SimulatedHost, simulated

CAPTURES = Path(__file__).resolve().parents[5].parent / "shared" / "captures"


def restart(host: SimulatedHost, timeout: float = 120) -> datetime:
    return reboot(host.session, timeout, host.sleep, host.clock.seconds)


def test_all_of_it_is_one_request() -> None:
    host = simulated()

    system = OperatingSystem.read(host.session)

    assert system.caption == "Microsoft Windows Server 2022 Standard"
    assert (system.version, system.build, system.service_pack) == ("10.0.20348", 20348, 0)
    assert (system.product_type, system.architecture, system.language) == ("server", 64, 1033)
    assert (system.computer_name, system.windows_directory) == ("SRV01", r"C:\Windows")
    assert system.sku == 7
    assert system.last_boot == host.windows.last_boot
    assert host.service.statistics.soap == 1


@pytest.mark.parametrize("text, bits", [("64-Bit", 64), ("64 ビット", 64), ("32 位", 32), ("ARM 64-bit Processor", 64)])
def test_the_architecture_is_read_from_translated_text(text: str, bits: int) -> None:
    assert OperatingSystem.read(simulated(os={"architecture": text}).session).architecture == bits


PROPERTIES = {
    "Caption": "Microsoft Windows Server",
    "Version": "6.1.7601",
    "BuildNumber": "7601",
    "ProductType": "3",
    "OSArchitecture": "64-bit",
    "OSLanguage": "1033",
    "CSName": "SRV01",
    "LastBootUpTime": "2026-01-01T00:00:00Z",
    "LocalDateTime": "2026-01-02T00:00:00Z",
    "WindowsDirectory": "C:\\Windows",
}


def answered(properties: dict[str, str]) -> OperatingSystem:
    texts = "".join(f"<p:{name}>{value}</p:{name}>" for name, value in properties.items())
    transport = ScriptedTransport(envelope(f"<p:Win32_OperatingSystem>{texts}</p:Win32_OperatingSystem>"))
    return OperatingSystem.read(Session(transport))


def test_what_no_fact_needs_may_be_missing() -> None:
    system = answered(PROPERTIES)

    assert (system.sku, system.service_pack, system.build) == (None, 0, 7601)


@pytest.mark.parametrize(
    "name, value, attribute",
    [
        ("ProductType", "9", "product_type"),
        ("BuildNumber", "seven", "build"),
        ("BuildNumber", "9" * 5000, "build"),
        ("BuildNumber", "9" * 30, "build"),
        ("OSArchitecture", "?", "architecture"),
        ("CSName", None, "computer_name"),
    ],
    ids=["product type", "text", "5000 digits", "30 digits", "no number", "missing"],
)
def test_a_value_that_makes_no_sense_is_named_and_costs_no_other(name: str, value: str | None, attribute: str) -> None:
    properties = {**PROPERTIES, name: value} if value else {key: PROPERTIES[key] for key in PROPERTIES if key != name}
    system = answered(properties)

    with pytest.raises(ProtocolError, match=f"Win32_OperatingSystem.*{name}") as error:
        getattr(system, attribute)
    assert len(str(error.value)) < 200
    assert system.version == "6.1.7601"


@pytest.mark.skipif(not CAPTURES.exists(), reason="there are no recorded messages")
def test_a_recorded_windows_server_2008_r2_is_read() -> None:
    sample = CAPTURES / "zenoss_txwinrm_server_2008" / "Win32_OperatingSystem_star_000.xml"
    session = Session(ScriptedTransport(recorded(sample.read_text(encoding="utf-8-sig"))))
    (instance,) = session.query("root/cimv2", "SELECT * FROM Win32_OperatingSystem")
    session.get = lambda path: instance  # type: ignore[method-assign]

    system = OperatingSystem.read(session)

    assert system.caption.startswith("Microsoft Windows Server 2008")
    assert (system.build, system.service_pack, system.architecture) == (7601, 1, 64)
    assert (system.product_type, system.language, system.windows_directory) == ("server", 1033, r"C:\Windows")
    assert system.last_boot.tzinfo is not None


def test_a_restart_ends_with_a_later_boot_time() -> None:
    host = simulated(restart_seconds=40)
    before = host.windows.last_boot

    booted = restart(host)

    assert booted > before
    assert booted == last_boot(host.session)
    assert host.windows.boots == 1


@pytest.mark.parametrize("fault_", ["drop_after", "truncate"])
def test_the_answer_to_a_restart_may_be_lost(fault_: str) -> None:
    host = simulated(faults={fault_: ["Win32Shutdown"]})

    restart(host)

    assert host.windows.boots == 1
    assert host.actions["Win32_OperatingSystem/Win32Shutdown"] == 1


def test_a_session_goes_on_after_a_restart_too_short_to_be_noticed() -> None:
    host = simulated(restart_seconds=0.5)
    host.session.run("ver")

    restart(host)

    assert host.session.run("exit 3").exit_code == 3


def test_a_host_that_does_not_come_back_is_an_error() -> None:
    with pytest.raises(CimError, match=r"did not restart within 120 seconds: .*refused"):
        restart(simulated(restart_seconds=1e6))


def test_a_host_that_goes_on_running_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    host = simulated()
    monkeypatch.setattr(host.windows, "restart", lambda: None)

    with pytest.raises(CimError, match="within 120 seconds: it answers, but has not restarted since"):
        restart(host)


def test_a_clock_that_is_set_is_no_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    host = simulated()
    moved = host.windows.last_boot + timedelta(seconds=29)
    monkeypatch.setattr(host.windows, "restart", lambda: setattr(host.windows, "last_boot", moved))

    with pytest.raises(CimError, match="has not restarted"):
        restart(host)


def test_without_the_right_to_restart_nothing_else_is_tried() -> None:
    host = simulated()
    send = host.send

    def refusing(message: bytes) -> bytes:
        return fault("AccessDenied", 5) if b"Win32Shutdown" in message else send(message)

    host.send = refusing  # type: ignore[method-assign]

    with pytest.raises(Fault) as caught:
        restart(host)
    assert caught.value.is_access_denied
    assert host.windows.boots == 0


def without_privilege(host: SimulatedHost, exit_code: int) -> None:
    """Let the method fail as WMI does without SeRemoteShutdownPrivilege, and shutdown.exe end with an exit code."""
    send = host.send

    def refusing(message: bytes) -> bytes:
        return fault("InternalError", 0x80041062) if b"Win32Shutdown" in message else send(message)

    def run(command: str) -> Result:
        assert command.startswith("shutdown.exe /r")
        if not exit_code:
            host.windows.restart()
        return Result(exit_code, "", "Zugriff verweigert (5)\r\n")

    host.send = refusing  # type: ignore[method-assign]
    host.session.run = run  # type: ignore[method-assign,assignment]


def test_where_the_method_lacks_its_privilege_the_program_restarts_windows() -> None:
    host = simulated()
    without_privilege(host, 0)

    restart(host)

    assert host.windows.boots == 1


def test_where_neither_restarts_windows_nobody_waits() -> None:
    host = simulated()
    without_privilege(host, 5)

    with pytest.raises(CimError, match=r"refused to restart with shutdown.exe \(exit code 5\): Zugriff verweigert"):
        restart(host)
    assert host.pauses == []


def test_two_restarts_in_a_short_time_are_told_apart() -> None:
    host = simulated(restart_seconds=3)

    for boots in (1, 2, 3):
        restart(host)
        assert host.windows.boots == boots


def test_a_restart_that_answers_anything_is_under_way() -> None:
    host = simulated(forced_restart_returns=0x80041001)

    restart(host)

    assert host.windows.boots == 1


@pytest.mark.parametrize("exit_code", [1115, 1190])
def test_a_restart_that_somebody_else_requested_is_waited_for(exit_code: int) -> None:
    host = simulated()
    without_privilege(host, exit_code)
    host.windows.restart()

    restart(host)

    assert host.windows.boots == 1


def test_a_shell_that_ends_with_windows_is_no_refusal() -> None:
    host = simulated(forced_restart_returns=1)
    send = host.send
    host.send = lambda message: fault("InternalError", 995) if b"/Receive" in message else send(message)  # type: ignore[method-assign]

    restart(host)

    assert host.windows.boots == 1


def test_times_are_in_utc_or_have_an_offset() -> None:
    assert last_boot(simulated().session).astimezone(UTC).year == 2027
