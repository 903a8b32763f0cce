# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands run as SYSTEM on simulated hosts: exit codes, what stays behind, and connections that break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.system_command import (
    Interrupted,
    StillRunning,
    SystemCommand,
    task_definition,
    temporary_directory,
)
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import Unreachable
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from tests.unit.simulated import SimulatedHost, simulated

NEWER_AND_OLDER = pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2"])
NOTE = "C:\\Windows\\note.txt"


def run(host: SimulatedHost, command: str, timeout: float = 600) -> int:
    with temporary_directory(host.session) as directory:
        return SystemCommand(host.session, directory, command, host.sleep, host.clock.seconds).run(timeout)


def traces(host: SimulatedHost) -> list[str]:
    """Files, folders and tasks of this collection on a host."""
    state = host.windows.state()
    return [name for name in (*state["files"]["files"], *state["tasks"]) if "winops" in name]


def slow(seconds: float, **more: Any) -> dict[str, Any]:
    """A program C:\\slow.exe that takes its time and writes a file."""
    return {
        "files": {"C:\\slow.exe": {"size": 1}},
        "executables": {"C:\\slow.exe": {"duration": seconds, "exit_code": 7, **more}},
    }


@NEWER_AND_OLDER
@pytest.mark.parametrize("code, expected", [("0", 0), ("3010", 3010), ("-2147024891", 0x80070005)])
def test_the_exit_code_is_that_of_the_command(base: str, code: str, expected: int) -> None:
    host = simulated(base=base)
    assert run(host, f"cmd.exe /c exit {code}") == expected
    assert traces(host) == []


def test_it_runs_as_system() -> None:
    host = simulated(base="healthy-2022")
    run(host, f"whoami /user /fo csv /nh > {NOTE}")
    assert b"S-1-5-18" in host.windows.files.content(NOTE)


@NEWER_AND_OLDER
@pytest.mark.parametrize("chains", ["left", "right"])
def test_the_command_runs_once_however_the_line_is_read(base: str, chains: str) -> None:
    host = simulated(base=base, cmd_chains=chains, faults={"drop_after": ["StartByPath"]})
    assert run(host, f"echo run>>{NOTE} & cmd.exe /c exit 7") == 7
    assert count_runs(host)() == 1
    assert traces(host) == []


def test_quotes_and_operators_reach_the_command() -> None:
    host = simulated(base="healthy-2022", files={"C:\\Program Files\\a & b.txt": {"content": "<x> & y"}})
    assert run(host, f'copy "C:\\Program Files\\a & b.txt" {NOTE} >nul || exit 9') == 0
    assert host.windows.files.content(NOTE) == b"<x> & y"


def test_the_task_has_a_declaration_that_fits_a_text_in_memory_as_well_as_a_file() -> None:
    assert task_definition("cmd.exe", "ver", "").startswith('<?xml version="1.0"?><Task ')


def test_a_long_command_is_waited_for_with_few_requests() -> None:
    host = simulated(base="healthy-2022", **slow(1800))
    assert run(host, "C:\\slow.exe", timeout=3600) == 7
    assert host.actions.total() < 700


@pytest.mark.parametrize(
    "base, seconds, idle", [("old-2008-r2", 1000, 180), ("healthy-2022", 7300, 7200)], ids=["WinRM 2.0", "later"]
)
def test_a_command_is_run_after_windows_has_deleted_the_idle_shell(base: str, seconds: float, idle: float) -> None:
    host = simulated(base=base, **slow(seconds))
    host.session.run("ver")
    host.clock.time += idle + 1  # the shell of this command is gone

    def sleep(seconds: float) -> None:
        """Longer than asked for, so that it asks less often."""
        host.sleep(10 * seconds)

    with temporary_directory(host.session) as directory:
        command = SystemCommand(host.session, directory, "C:\\slow.exe", sleep, host.clock.seconds)
        assert command.run(3 * seconds) == 7
    assert traces(host) == []


def test_no_shell_is_held_while_a_command_is_waited_for() -> None:
    host = simulated(base="healthy-2022", **slow(600))
    host.session.run("ver")
    during: list[int] = []

    def sleep(seconds: float) -> None:
        during.append(host.service.shells.count)
        host.sleep(seconds)

    with temporary_directory(host.session) as directory:
        SystemCommand(host.session, directory, "C:\\slow.exe", sleep, host.clock.seconds).run(3600)
    assert set(during) == {0}


@pytest.mark.parametrize("command", ["echo Done!", "echo a\nb"])
def test_what_the_notation_cannot_carry_is_refused_at_once(command: str) -> None:
    host = simulated(base="healthy-2022")
    with pytest.raises(CimError, match="exclamation mark"):
        SystemCommand(host.session, "C:\\x", command)
    assert not host.actions


def test_a_command_that_does_not_end_is_left_alone_and_named() -> None:
    host = simulated(base="healthy-2022", **slow(7200))
    with pytest.raises(StillRunning, match=r"did not end within 60 seconds .* was not stopped") as raised:
        run(host, "C:\\slow.exe", timeout=60)
    left = traces(host)
    (task,) = [name for name in left if name.startswith("\\")]
    assert task in str(raised.value)
    assert host.windows.tasks.get(task).state == 4
    host.sleep(7200)
    (file,) = [path for path in traces(host) if path.endswith(".exit")]
    assert file in str(raised.value).lower()
    assert host.windows.files.content(file).strip() == b"7"


def test_a_command_whose_end_cannot_be_read_for_want_of_shells_is_not_waited_for_to_the_end() -> None:
    host = simulated(base="healthy-2022", **slow(60))

    def taken(seconds: float) -> None:
        """By another program, which does not close its shells, while the command is waited for."""
        if len(host.pauses) == 1:
            while host.service.shells.count < 30:
                Session(host).run("ver")
        host.sleep(seconds)

    with (
        pytest.raises(
            StillRunning, match=r"is not known to have ended .* 0x803381A5.*raise the WinRM quotas"
        ) as raised,
        temporary_directory(host.session) as directory,
    ):
        SystemCommand(host.session, directory, "C:\\slow.exe", taken, host.clock.seconds).run(14400)
    assert 60 + 300 < sum(host.pauses) < 60 + 2 * 300
    (file,) = [path for path in traces(host) if path.endswith(".exit")]
    assert file in str(raised.value).lower()


def test_a_task_that_is_not_started_is_an_error_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    host = simulated(base="healthy-2022")
    monkeypatch.setattr(host.windows.tasks, "start", lambda path: None)
    with pytest.raises(CimError, match="did not start the command") as raised:
        run(host, "cmd.exe /c exit 0", timeout=3600)
    assert not isinstance(raised.value, StillRunning)
    assert traces(host) == []


def test_a_restart_meanwhile_is_told_from_an_end() -> None:
    host = simulated(base="healthy-2022", restart_seconds=120, **slow(7200))

    restarted: list[bool] = []

    def restart_once(seconds: float) -> None:
        if sum(host.pauses) > 60 and not restarted:
            restarted.append(True)
            host.windows.restart()
        host.sleep(seconds)

    with pytest.raises(Interrupted, match="restarted"), temporary_directory(host.session) as directory:
        SystemCommand(host.session, directory, "C:\\slow.exe", restart_once, host.clock.seconds).run(7200)
    assert traces(host) == []


@NEWER_AND_OLDER
def test_a_failure_leaves_nothing(base: str) -> None:
    host = simulated(base=base)
    folder = temporary_directory(host.session)
    directory = folder.__enter__()
    host.session.run(f'echo x > "{directory}\\file"')
    assert len(traces(host)) == 2
    assert not folder.__exit__(KeyError, KeyError("what went wrong"), None)
    assert traces(host) == []


def count_runs(host: SimulatedHost) -> Callable[[], int]:
    def runs() -> int:
        return host.windows.files.content(NOTE).count(b"run")

    return runs


def test_a_task_elsewhere_that_cannot_be_read_does_not_matter() -> None:
    broken = {
        "xml": '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions><Exec><Command>x</Command></Exec></Actions></Task>'
    }
    host = simulated(base="healthy-2022", tasks={"\\Contoso\\Broken": {**broken, "broken": 0x80041318}})
    assert run(host, f"echo run>>{NOTE}") == 0
    assert count_runs(host)() == 1
    assert traces(host) == []


REQUESTS = ["Command", "RegisterByXml", "StartByPath", "Get", "Enumerate", "Delete", "Create", "Receive", "Signal"]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("request_", REQUESTS)
def test_a_broken_connection_changes_nothing(fault: str, request_: str) -> None:
    host = simulated(base="healthy-2022", faults={fault: [request_]})
    assert run(host, f"echo run>>{NOTE}") == 0
    assert count_runs(host)() == 1
    assert traces(host) == []


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("number", range(1, 60, 3))
def test_a_broken_connection_changes_nothing_on_older_windows(fault: str, number: int) -> None:
    host = simulated(base="old-2008-r2", faults={fault: [number]})
    assert run(host, f"echo run>>{NOTE}") == 0
    assert count_runs(host)() == 1
    assert traces(host) == []


@NEWER_AND_OLDER
@pytest.mark.parametrize("cut", ["before", "after"])
def test_however_often_the_connection_breaks_no_shell_is_left(base: str, cut: str) -> None:
    host = simulated(base=base, faults={"cut_changes": cut}, winrm={"quotas": {"MaxShellsPerUser": 1}})
    assert run(host, f"echo run>>{NOTE}") == 0
    assert count_runs(host)() == 1
    assert traces(host) == []
    host.session.close()
    assert host.actions["cmd/Create"] > 3
    assert host.service.shells.count == 0


def test_a_start_that_is_never_answered_is_looked_for() -> None:
    host = simulated(base="healthy-2022", faults={"drop_after": ["StartByPath"] * 4})
    assert run(host, f"echo run>>{NOTE}") == 0
    assert count_runs(host)() == 1
    assert traces(host) == []


def test_a_task_that_cannot_be_registered_says_what_got_no_answer() -> None:
    host = simulated(base="healthy-2022", faults={"drop_after": ["RegisterByXml"] * 4})
    with pytest.raises(Unreachable, match=r"Invoke PS_ScheduledTask.RegisterByXml got no answer in 4 tries"):
        run(host, f"echo run>>{NOTE}")
    assert traces(host) == []
