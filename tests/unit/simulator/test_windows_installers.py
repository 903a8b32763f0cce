# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers and downloads: who may run them, what they change, and when."""

from __future__ import annotations

from tests.unit.simulator.windows_hosts import Machine

SHARE = r"\\files.example.test\software"
NET_48 = "NDP48-x86-x64-AllOS-ENU.exe"
WMF_51 = "Win8.1AndW2K12R2-KB3191564-x64.msu"
FULL = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
ENGINE = r"SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine"
PENDING = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"


def as_system(machine: Machine, command: str) -> int:
    """Run a command as the task of the system, to its end; the task's result."""
    machine.host.files.write_content(r"C:\Windows\Temp\run.xml", _definition(command).encode())
    assert machine.run(r"schtasks /create /tn Run /xml C:\Windows\Temp\run.xml /f").exit_code == 0
    assert machine.run("schtasks /run /tn Run").exit_code == 0
    machine.wait(5)
    machine.host.settle()
    return machine.host.tasks.get("Run").last_result


def _definition(command: str) -> str:
    program, _unused, arguments = command.partition(" ")
    escaped = arguments.replace("&", "&amp;").replace(">", "&gt;")
    return (
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">'
        "<Principals><Principal><UserId>S-1-5-18</UserId></Principal></Principals>"
        f"<Actions><Exec><Command>{program}</Command><Arguments>{escaped}</Arguments></Exec></Actions></Task>"
    )


def restart(machine: Machine) -> None:
    machine.call("Win32_OperatingSystem", "Reboot")
    machine.wait(60)


def test_a_session_has_no_credentials_for_a_share_but_the_computer_has() -> None:
    machine = Machine("old-2012-r2")
    assert machine.run(rf"copy {SHARE}\{NET_48} C:\Windows\Temp").exit_code == 1
    assert as_system(machine, rf"cmd.exe /c copy {SHARE}\{NET_48} C:\Windows\Temp") == 0
    assert machine.run(rf"certutil -hashfile C:\Windows\Temp\{NET_48} SHA256").exit_code == 0


def test_installing_dot_net_needs_the_system_and_a_restart() -> None:
    machine = Machine("old-2012-r2")
    assert machine.run(rf"C:\Install\{NET_48} /q /norestart").exit_code == 5
    assert machine.registry("GetDWORDValue", FULL, "Release")["uValue"] == 378675
    assert as_system(machine, rf"C:\Install\{NET_48} /q /norestart") == 3010
    assert machine.registry("GetDWORDValue", FULL, "Release")["uValue"] == 528049
    assert as_system(machine, rf"C:\Install\{NET_48} /q /norestart") == 0


def test_an_installer_that_would_show_a_window_does_not_end_well() -> None:
    machine = Machine("old-2012-r2")
    as_system(machine, rf"cmd.exe /c copy {SHARE}\{NET_48} C:\Windows\Temp")
    assert as_system(machine, rf"C:\Windows\Temp\{NET_48} /norestart") == 1223


def test_powershell_is_newer_after_the_restart_only() -> None:
    machine = Machine("old-2012-r2")
    as_system(machine, rf"cmd.exe /c copy {SHARE}\{WMF_51} C:\Windows\Temp")
    assert as_system(machine, rf"wusa.exe C:\Windows\Temp\{WMF_51} /quiet /norestart") == 3010
    assert machine.registry("GetStringValue", ENGINE, "PowerShellVersion")["sValue"] == "4.0"
    assert machine.registry("EnumKey", PENDING)["ReturnValue"] == 0
    restart(machine)
    assert machine.registry("GetStringValue", ENGINE, "PowerShellVersion")["sValue"] == "5.1.14409.1005"
    assert machine.registry("EnumKey", PENDING)["ReturnValue"] == 2
    assert as_system(machine, rf"wusa.exe C:\Windows\Temp\{WMF_51} /quiet /norestart") == 0x240006


def test_without_norestart_the_host_restarts_by_itself() -> None:
    machine = Machine("old-2012-r2")
    as_system(machine, rf"cmd.exe /c copy {SHARE}\{WMF_51} C:\Windows\Temp")
    as_system(machine, rf"wusa.exe C:\Windows\Temp\{WMF_51} /quiet")
    machine.wait(60)
    assert machine.host.state()["boots"] == 1


def test_an_update_for_another_release_is_not_applicable() -> None:
    machine = Machine("healthy-2022")
    as_system(machine, rf"cmd.exe /c copy {SHARE}\{WMF_51} C:\Windows\Temp")
    assert as_system(machine, rf"wusa.exe C:\Windows\Temp\{WMF_51} /quiet /norestart") == 0x80240017
    hopeless = Machine("hopeless-2008")
    as_system(hopeless, rf"cmd.exe /c copy {SHARE}\{NET_48} C:\Windows\Temp")
    assert as_system(hopeless, rf"C:\Windows\Temp\{NET_48} /q /norestart") == 5100


def test_a_changed_file_is_not_an_installer_any_more() -> None:
    machine = Machine(
        "old-2012-r2", downloads={"https://mirror.example.test/n.exe": {"content": "<html>not found</html>"}}
    )
    as_system(machine, rf"bitsadmin /transfer n https://mirror.example.test/n.exe C:\Windows\Temp\{NET_48}")
    assert as_system(machine, rf"C:\Windows\Temp\{NET_48} /q /norestart") == 1392


def test_downloads() -> None:
    machine = Machine("old-2012-r2")
    url = f"https://downloads.example.test/{NET_48}"
    fetch = rf"bitsadmin /transfer n /priority FOREGROUND {{}} C:\Windows\Temp\{NET_48}"
    assert machine.run(fetch.format(url)).exit_code == 0x800704DD, "BITS wants someone logged on"
    assert as_system(machine, fetch.format(url)) == 0
    assert as_system(machine, fetch.format(url + ".bak")) == 0x80190194
    assert as_system(machine, fetch.format("https://nowhere.example/x")) == 0x80072EE7
    assert machine.run(rf"certutil -urlcache -split -f {url} C:\Windows\Temp\again.exe").exit_code == 0


def test_a_download_needs_room() -> None:
    machine = Machine("old-2012-r2", volumes={"C:\\": {"free": "10 MiB"}})
    url = f"https://downloads.example.test/{NET_48}"
    assert machine.run(rf"certutil -urlcache -split -f {url} C:\n.exe").exit_code == 0x80070070


def test_a_restart_cancels_what_runs() -> None:
    machine = Machine("old-2012-r2")
    machine.run(r'schtasks /create /tn T /sc once /st 00:00 /tr "cmd /c echo x>C:\late.txt" /ru SYSTEM /f')
    machine.run("schtasks /run /tn T")
    restart(machine)
    assert machine.run(r"type C:\late.txt").exit_code == 1
    assert machine.host.tasks.get("T").last_result == 0x41306
