# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operating system, services, processes, accounts, volumes and Defender of simulated hosts."""

from __future__ import annotations

import json

import pytest

from tests.simulator.model import CimFailure
from tests.unit.simulator.windows_hosts import CIMV2, DEFENDER, Machine


def state_of(machine: Machine, service: str) -> str:
    return str(machine.row("Win32_Service", Name=service)["State"])


def test_a_restart_is_a_gap_and_then_a_later_boot_time() -> None:
    machine = Machine()
    before = machine.row("Win32_OperatingSystem")["LastBootUpTime"]
    assert machine.call("Win32_OperatingSystem", "Reboot") == {"ReturnValue": 0}
    assert machine.host.reachable()
    machine.wait(0.1)
    assert not machine.host.reachable()
    machine.wait(2)
    assert machine.host.reachable()
    assert machine.row("Win32_OperatingSystem")["LastBootUpTime"] > before


@pytest.mark.parametrize(("flags", "restarts"), [(2, True), (6, True), (0, False), (5, False)])
def test_shutdown_flags(flags: int, restarts: bool) -> None:
    machine = Machine()
    assert machine.call("Win32_OperatingSystem", "Win32Shutdown", Flags=flags)["ReturnValue"] == 0
    machine.wait(60)
    assert machine.host.state()["boots"] == (1 if restarts else 0)
    assert machine.host.reachable() is (flags != 5)


def test_a_shutdown_that_was_announced_can_be_called_off() -> None:
    machine = Machine()
    assert machine.run("shutdown /a").exit_code == 1116
    assert machine.run("shutdown /r /t 30").exit_code == 0
    assert machine.run("shutdown /r /t 0").exit_code == 1190
    assert machine.run("shutdown /a").exit_code == 0
    machine.wait(60)
    assert machine.host.state()["boots"] == 0
    machine.run("shutdown /r /t 5 /f")
    machine.wait(5)
    assert machine.host.reachable()
    machine.wait(0.1)
    assert not machine.host.reachable()
    machine.wait(2)
    assert machine.host.state()["boots"] == 1


def test_unknown_shutdown_flags_are_refused() -> None:
    assert Machine().call("Win32_OperatingSystem", "Win32Shutdown", Flags=3)["ReturnValue"] == 87


def test_a_service_stops_after_a_while() -> None:
    machine = Machine()
    assert machine.call("Win32_Service", "StopService", keys={"Name": "obengine"}) == {"ReturnValue": 0}
    assert state_of(machine, "obengine") == "Stop Pending"
    assert state_of(machine, "obengine") == "Stopped"
    assert machine.row("Win32_Service", Name="obengine")["ProcessId"] == 0
    assert machine.call("Win32_Service", "StopService", keys={"Name": "obengine"}) == {"ReturnValue": 6}


def test_service_start_codes() -> None:
    machine = Machine()
    assert machine.call("Win32_Service", "StartService", keys={"Name": "obengine"}) == {"ReturnValue": 10}
    machine.call("Win32_Service", "ChangeStartMode", keys={"Name": "VSS"}, StartMode="Disabled")
    assert machine.call("Win32_Service", "StartService", keys={"Name": "VSS"}) == {"ReturnValue": 14}
    assert machine.row("Win32_Service", Name="VSS")["StartMode"] == "Disabled"
    auto = machine.call("Win32_Service", "ChangeStartMode", keys={"Name": "VSS"}, StartMode="Auto")
    assert auto == {"ReturnValue": 21}, "the method says Automatic, the property Auto"
    start = machine.registry("GetDWORDValue", r"SYSTEM\CurrentControlSet\Services\VSS", "Start")
    assert start["uValue"] == 4


def test_running_dependents_keep_a_service_running() -> None:
    machine = Machine()
    assert machine.call("Win32_Service", "StopService", keys={"Name": "EventSystem"}) == {"ReturnValue": 3}


def test_a_service_that_dies_ends_stopped() -> None:
    machine = Machine("engine-dies-2022")
    assert machine.call("Win32_Service", "StartService", keys={"Name": "obengine"}) == {"ReturnValue": 0}
    assert state_of(machine, "obengine") == "Start Pending"
    assert state_of(machine, "obengine") == "Stopped"
    assert machine.run("net start obengine").exit_code == 2


def test_sc_and_net_give_win32_codes() -> None:
    machine = Machine()
    assert machine.run("sc query Nothing").exit_code == 1060
    assert machine.run("net stop Spooler").exit_code == 0
    assert machine.run("sc stop Spooler").exit_code == 1062
    assert machine.run("sc stop Spooler").stderr


def test_old_releases_lack_what_came_later() -> None:
    old, new = Machine("old-2008-r2"), Machine()
    assert "DelayedAutoStart" not in old.rows("Win32_Service")[0]
    assert "DelayedAutoStart" in new.rows("Win32_Service")[0]
    assert old.host.classes("root/Microsoft/Windows/TaskScheduler") is None
    assert old.host.classes(DEFENDER) is None
    assert Machine("antivirus-2019").host.classes(DEFENDER) is None
    assert new.host.classes("root/SecurityCenter2") is None
    assert Machine("client-11").rows("AntiVirusProduct", "root/SecurityCenter2")


def test_names_of_accounts_are_those_of_the_language() -> None:
    german = Machine("german-2019")
    assert german.row("Win32_SID", SID="S-1-5-32-544")["AccountName"] == "Administratoren"
    assert german.row("Win32_SID", SID="S-1-5-18")["ReferencedDomainName"] == "NT-AUTORITÄT"
    assert Machine().row("Win32_SID", SID="S-1-5-32-544")["AccountName"] == "Administrators"
    with pytest.raises(CimFailure):
        german.row("Win32_SID", SID="S-1-5-21-1-2-3-4")


def test_directories_and_files_are_read_one_by_one() -> None:
    machine = Machine("scratch-2019")
    assert machine.row("Win32_Directory", Name=r"D:\MARS\Scratch")["Compressed"] is True
    engine = machine.row(
        "CIM_DataFile",
        Name=r"C:\Program Files\Microsoft Azure Recovery Services Agent\bin\cbengine.exe",
    )
    assert engine["Version"] == "2.0.9262.0"
    with pytest.raises(CimFailure):
        machine.rows("CIM_DataFile")
    with pytest.raises(CimFailure):
        machine.row("Win32_Directory", Name=r"C:\nothing")
    with pytest.raises(CimFailure):
        machine.row("CIM_DataFile", Name=r"C:\Windows")


def test_defender_keeps_exclusions_and_forgets_them() -> None:
    machine = Machine("exclusions-2019")
    added = machine.call("MSFT_MpPreference", "Add", DEFENDER, ExclusionPath=[r"C:\a", r"C:\b"])
    assert added == {"ReturnValue": 0}
    assert machine.rows("MSFT_MpPreference", DEFENDER)[0]["ExclusionPath"] == [r"C:\a", r"C:\b"]
    machine.call("MSFT_MpPreference", "Remove", DEFENDER, ExclusionPath=[r"c:\A"])
    assert machine.rows("MSFT_MpPreference", DEFENDER)[0]["ExclusionPath"] == [r"C:\b"]
    machine.call("MSFT_MpPreference", "Set", DEFENDER, ExclusionPath=[r"C:\c"])
    assert machine.rows("MSFT_MpPreference", DEFENDER)[0]["ExclusionPath"] == [r"C:\c"]


def test_tamper_protection_accepts_and_does_nothing() -> None:
    machine = Machine("tamper-2022")
    assert machine.call("MSFT_MpPreference", "Add", DEFENDER, ExclusionPath=[r"C:\a"]) == {"ReturnValue": 0}
    assert machine.rows("MSFT_MpPreference", DEFENDER)[0]["ExclusionPath"] is None


def test_passive_defender_does_not_watch() -> None:
    status = Machine("passive-defender-2022").rows("MSFT_MpComputerStatus", DEFENDER)[0]
    assert (status["AMRunningMode"], status["RealTimeProtectionEnabled"]) == ("Passive Mode", False)


def test_environment_variables_are_read_raw_and_change_for_sessions_with_a_restart() -> None:
    machine = Machine()
    machine.run(
        r'reg add "HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment" /v BACKUP /d "%OS%" /f',
    )
    raw = {row["Name"]: row["VariableValue"] for row in machine.rows("Win32_Environment")}
    assert raw["PSModulePath"].startswith("%SystemRoot%")
    assert machine.run("echo %BACKUP%").stdout == "%BACKUP%\r\n"
    machine.call("Win32_OperatingSystem", "Reboot")
    machine.wait(10)
    assert machine.run("echo %BACKUP%").stdout == "Windows_NT\r\n"


def test_a_process_runs_in_the_background() -> None:
    machine = Machine()
    made = machine.call("Win32_Process", "Create", CommandLine=r"cmd.exe /c echo x>C:\made.txt")
    assert made["ReturnValue"] == 0
    assert str(made["ProcessId"]) in {row["Handle"] for row in machine.rows("Win32_Process")}
    machine.wait(1)
    assert machine.run(r"type C:\made.txt").stdout == "x\r\n"
    assert str(made["ProcessId"]) not in {row["Handle"] for row in machine.rows("Win32_Process")}
    assert machine.call("Win32_Process", "Create", CommandLine=r"C:\nothing.exe")["ReturnValue"] == 9


def test_reading_changes_no_state() -> None:
    machine = Machine()
    before = json.dumps(machine.host.state())
    for namespace in (CIMV2, DEFENDER, "root/Microsoft/Windows/TaskScheduler"):
        for cim_class in (machine.host.classes(namespace) or {}).values():
            if cim_class.get is None:
                list(cim_class.instances(machine.host))
    machine.run("schtasks /query /fo csv /v")
    machine.wait(3600)
    assert json.dumps(machine.host.state()) == before


MANAGED = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"


def excluded(machine: Machine) -> object:
    return machine.rows("MSFT_MpPreference", DEFENDER)[0]["ExclusionPath"]


def test_exclusions_of_policies_stand_beside_local_ones_unless_these_are_not_merged() -> None:
    policy: dict[str, dict[str, object]] = {
        MANAGED + r"\Exclusions\Paths": {r"D:\Group": "0"},
        MANAGED + r"\Policy Manager": {"ExcludedPaths": r"D:\Device|D:\Two"},
    }
    merged = Machine("exclusions-2019", registry=policy)
    merged.call("MSFT_MpPreference", "Add", DEFENDER, ExclusionPath=[r"C:\a"])
    assert excluded(merged) == [r"C:\a", r"D:\Device", r"D:\Group", r"D:\Two"]

    policy[MANAGED] = {"DisableLocalAdminMerge": 1}
    alone = Machine("exclusions-2019", registry=policy)
    assert alone.call("MSFT_MpPreference", "Add", DEFENDER, ExclusionPath=[r"C:\a"]) == {"ReturnValue": 0}
    assert excluded(alone) == [r"D:\Device", r"D:\Group", r"D:\Two"]


def test_tamper_protection_alone_does_not_cover_exclusions() -> None:
    machine = Machine("exclusions-2019", defender={"tamper_protection": True})
    machine.call("MSFT_MpPreference", "Add", DEFENDER, ExclusionPath=[r"C:\a"])
    assert excluded(machine) == [r"C:\a"]


def test_a_policy_hides_every_list_of_exclusions_even_an_empty_one() -> None:
    machine = Machine("exclusions-2019", registry={MANAGED: {"HideExclusionsFromLocalAdmins": 1}})
    shown = machine.rows("MSFT_MpPreference", DEFENDER)[0]
    for kind in ("ExclusionPath", "ExclusionProcess", "ExclusionExtension"):
        assert shown[kind] == ["N/A: Administrators are not allowed to view exclusions"]


def test_defender_that_was_removed_fails_or_is_empty() -> None:
    with pytest.raises(CimFailure) as caught:
        Machine(defender={"fails": 0x80041013}).rows("MSFT_MpComputerStatus", DEFENDER)
    assert caught.value.hresult == 0x80041013
    assert Machine(defender={"instances": 0}).rows("MSFT_MpComputerStatus", DEFENDER) == []
    assert (
        Machine(defender={"null": ["AMServiceEnabled"]}).rows("MSFT_MpComputerStatus", DEFENDER)[0]["AMServiceEnabled"]
        is None
    )


def test_filters_are_listed_by_altitude_for_an_administrator() -> None:
    result = Machine("passive-defender-2022", filters={"OldScanner": ""}).run("fltmc filters")
    names = [line.split()[0] for line in result.stdout.splitlines()[3:]]
    assert result.exit_code == 0
    assert names == ["WdFilter", "csagent", "luafv", "npsvctrig", "FileInfo", "OldScanner"]
    assert "<Legacy>" in result.stdout

    denied = Machine(filters=None).run("fltmc filters")
    assert (denied.exit_code & 0xFFFFFFFF, denied.stdout) == (0x80070005, "")
