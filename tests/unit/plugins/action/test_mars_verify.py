# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mars_verify: what simulated hosts show, and that it leaves them as they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.winops.mars.plugins.action import mars_verify
from ansible_collections.winops.mars.plugins.action.mars_verify import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.checks import CHECKS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.run import _tried, verify
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.subject import Subject
from ansible_collections.winops.mars.plugins.plugin_utils.mars.verification.verdict import NotTried
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import ConnectionLost, Unreachable
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.recording import Recorder
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from tests.simulator.model import Process
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

KEY = r"HKLM\SOFTWARE\winops.mars.verify"
FOLDER = r"C:\Windows\winops.mars.verify"
TASK = r"\winops.mars.verify"
EXCLUDED = r"C:\Windows\winops.mars.verify.excluded"
# No client of Microsoft's documentation has the class, so this is what the simulated one shows
ON_CLIENTS = {"shadow_storage_on_clients"}


@pytest.fixture
def run(run_action: RunAction, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """``run(host, **options)`` returns the task's result; pauses are made on the clock of the host."""

    def run_verify(host: SimulatedHost, **options: Any) -> dict[str, Any]:
        monkeypatch.setattr(mars_verify, "verify", partial(verify, sleep=host.sleep))
        return run_action(ActionModule, host, **options)

    return run_verify


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def with_few_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what only reads a host, which is half of a run, try one line: a command, whose shell stays open."""

    def omitted(subject: Subject) -> None:
        raise NotTried("this test is about changes")

    for name, check in CHECKS.items():
        if not check.changes and name != "reg_query_absent_key":
            monkeypatch.setitem(CHECKS, name, replace(check, run=omitted))


def by_status(result: dict[str, Any], status: str) -> dict[str, str | None]:
    return {line["id"]: line["seen"] for line in result["lines"] if line["status"] == status}


def test_every_line_that_a_host_can_show_has_a_check_and_no_other() -> None:
    assert set(CHECKS) == {line.id for line in evidence().values() if line.shown}


@pytest.mark.parametrize(
    "base, least",
    [
        ("windows-server-2008-r2", 40),
        ("windows-server-2012-r2", 40),
        ("healthy-2022", 65),
        ("client-11", 60),
        ("japanese-2016", 60),
    ],
)
def test_a_host_is_read_and_everything_that_it_can_show_holds(run: Run, base: str, least: int) -> None:
    host = simulated(base=base)
    before = host.windows.state()

    result = run(host)

    assert set(by_status(result, "not_held")) <= ON_CLIENTS
    assert result["counts"]["held"] >= least
    assert sum(result["counts"].values()) == len(evidence())
    assert not result["changed"]
    assert host.windows.state() == before


@pytest.mark.usefixtures("with_few_reads")
def test_changes_are_tried_only_where_they_are_asked_for_and_not_in_check_mode(run: Run) -> None:
    changing = {name for name, check in CHECKS.items() if check.changes}

    for options, why in (
        ({}, "it needs changes on the host, which were not asked for"),
        ({"changes": True, "check": True}, "it needs changes on the host, and this is check mode"),
    ):
        host = simulated()
        before = host.windows.state()
        result = run(host, **options)
        assert {by_status(result, "not_tried")[name] for name in changing} == {why}
        assert host.windows.state() == before


@pytest.mark.parametrize("base", ["windows-server-2008-r2", "windows-server-2022", "japanese-2016"])
def test_changes_are_tried_and_taken_away(run: Run, base: str) -> None:
    host = simulated(base=base)
    before = host.windows.state()

    result = run(host, changes=True)

    assert by_status(result, "not_held") == {}
    held = by_status(result, "held")
    assert {"registry_keeps_values", "registry_keeps_variables", "system_command_exit_code", "certutil_hash"} <= set(
        held
    )
    assert ("task_register_by_xml" in held) is (base != "windows-server-2008-r2")
    assert ("defender_add_remove" in held) is (base != "windows-server-2008-r2")
    assert result["left"] == []
    assert not result["changed"]
    assert host.windows.state() == before


def test_what_takes_minutes_is_tried_only_where_it_is_asked_for(run: Run) -> None:
    assert "silent_command" in by_status(run(simulated()), "not_tried")

    newer = run(simulated(), slow=True)

    assert "too long to wait" in (by_status(newer, "not_tried")["silent_command"] or "")


def test_what_did_not_hold_is_reported_with_what_was_seen_and_the_fallback(run: Run) -> None:
    result = run(simulated(registry_missing_value_code=1))

    assert by_status(result, "not_held") == {"registry_absent_code_2": "an absent value has the code 1"}
    assert "registry_absent_code_1" in by_status(result, "held")
    assert result["report"][1] == (
        "did not hold: registry_absent_code_2 (specified): Return code 2 for an absent key or value. "
        "Seen instead: an absent value has the code 1"
    )
    assert "registry_absent_code_1" in result["report"][2]


def test_what_was_not_tried_is_reported_by_its_reason(run: Run) -> None:
    result = run(simulated())

    shown = {name for name, line in evidence().items() if line.shown}
    reported = [line for line in result["report"] if line.startswith("not tried: ")]
    named = {name for line in reported for name in line.split(": ")[1].split(", ")}
    assert named & shown == set(by_status(result, "not_tried")) & shown
    assert any(line.endswith(": it needs changes on the host, which were not asked for") for line in reported)
    assert reported[-1].startswith(f"not tried: {len(evidence()) - len(shown)} that no host shows")


def test_no_check_holds_whose_programs_print_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulated(base="healthy-2022")
    with_commands = set()
    for name, check in CHECKS.items():
        commands = whole.actions["cmd/Command"]
        if not check.changes and name in held_of(whole, name):
            with_commands |= {name} if whole.actions["cmd/Command"] > commands else set()
    assert len(with_commands) > 20

    for exit_code in (0, 1):
        silent = simulated(base="healthy-2022")
        monkeypatch.setattr(silent.windows, "run_command", lambda *_given, code=exit_code: Process(exit_code=code))
        held = {name for name in with_commands if held_of(silent, name)}
        # This looks at the shell alone
        assert held == {"idle_shell"}


def held_of(host: SimulatedHost, name: str) -> list[str]:
    """The check's own name, if it holds on the host."""
    verdict = _tried(name, CHECKS[name].run, Subject(host.session, sleep=host.sleep))
    return [name] if verdict.status == "held" else []


def test_without_the_rights_of_an_administrator_less_is_tried(run: Run) -> None:
    result = run(simulated(elevated=False), changes=True)

    assert result["counts"]["held"] > 30
    assert set(by_status(result, "not_held")) == set()


@pytest.mark.parametrize(
    "profile, lines",
    [
        ({"registry": {KEY: {"Theirs": "x"}}}, {"registry_keeps_values", "certutil_hash", "task_register_by_xml"}),
        ({"registry": {KEY: {}}}, {"registry_keeps_values", "certutil_hash"}),
        ({"files": {f"{FOLDER}\\theirs.txt": {"content": "x"}}}, {"certutil_hash", "robocopy_exit_codes"}),
        ({"files": {FOLDER: {"content": "a file"}}}, {"certutil_hash"}),
        (
            {
                "tasks": {
                    TASK: {
                        "xml": '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">'
                        "<Actions><Exec><Command>theirs.exe</Command></Exec></Actions></Task>"
                    }
                }
            },
            {"task_register_by_xml", "schtasks_ascii_xml"},
        ),
    ],
)
@pytest.mark.usefixtures("with_few_reads")
def test_what_others_have_made_is_not_touched(run: Run, profile: dict[str, Any], lines: set[str]) -> None:
    host = simulated(**profile)
    before = host.windows.state()

    result = run(host, changes=True)

    for line in lines:
        assert "was not made by this module" in (by_status(result, "not_tried")[line] or "")
    assert result["left"] == []
    assert host.windows.state() == before


@pytest.mark.usefixtures("with_few_reads")
def test_what_cannot_be_taken_away_is_listed_and_goes_with_the_next_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = simulated()
    before = host.windows.state()
    run_command = host.windows.run_command

    def keep_folders(command: str, *given: Any) -> Process:
        return Process(exit_code=5) if command.startswith("rmdir") else run_command(command, *given)

    monkeypatch.setattr(host.windows, "run_command", keep_folders)
    result = run(host, changes=True)

    assert [left["what"] for left in result["left"]] == [f"the folder {FOLDER}", f"the registry key {KEY}"]
    assert result["left"][0]["remove"] == f'rmdir /s /q "{FOLDER}"'
    assert result["changed"]
    assert FOLDER in result["warnings"][0]

    # A run that only reads says so, too
    assert run(host)["left"] == result["left"]

    monkeypatch.undo()
    host.session = Session(host, host.sleep)
    assert run(host, changes=True)["left"] == []
    assert host.windows.state() == before


@cache
def changing_requests() -> range:
    """The numbers of the requests of a whole run that come with changes, after those that only read."""
    counts = []
    for unchanged in ("not asked for", None):
        host = simulated()
        verify(host.session, unchanged=unchanged, slow=False, sleep=host.sleep)
        counts.append(sum(host.actions.values()))
    return range(counts[0], counts[1] + 1)


def interrupt(host: SimulatedHost, share: float, *, error: Exception, delivered: bool, for_good: bool) -> None:
    """Break the connection at one of the requests that come with changes, after this share of them."""
    number = changing_requests()[round(share * (len(changing_requests()) - 1))]
    send = host.send
    sent = 0

    def interrupted(message: bytes) -> bytes:
        nonlocal sent
        sent += 1
        if sent == number and delivered:
            send(message)
        if sent == number or (for_good and sent > number):
            raise error
        return send(message)

    host.send = interrupted  # type: ignore[method-assign]


@pytest.mark.usefixtures("with_few_reads")
@pytest.mark.parametrize("delivered", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_connection_that_breaks_once_leaves_nothing(run: Run, share: float, delivered: bool) -> None:
    host = simulated()
    before = host.windows.state()
    interrupt(host, share, error=ConnectionLost("closed"), delivered=delivered, for_good=False)

    assert run(host, changes=True)["left"] == []
    assert host.windows.state() == before


@pytest.mark.usefixtures("with_few_reads")
@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.7, 0.9, 0.95, 1.0])
def test_what_a_connection_that_is_gone_leaves_is_named_and_goes_with_the_next_run(run: Run, share: float) -> None:
    host = simulated()
    before = host.windows.state()
    interrupt(host, share, error=Unreachable("connection refused"), delivered=True, for_good=True)

    try:
        named = " ".join(left["remove"] for left in run(host, changes=True)["left"])
    except AnsibleConnectionFailure as error:
        named = str(error)
    assert share in (0.0, 1.0) or f'reg delete "{KEY}" /f' in named

    del host.send
    host.sleep(600)
    host.session = Session(host, host.sleep)
    assert run(host, changes=True)["left"] == []
    assert host.windows.state() == before


def test_a_host_that_cannot_be_reached_is_unreachable(run: Run) -> None:
    host = simulated()

    def refused(message: bytes) -> bytes:
        raise Unreachable("connection refused")

    host.send = refused  # type: ignore[method-assign]

    with pytest.raises(AnsibleConnectionFailure, match="srv01 cannot be reached"):
        run(host)


# -- Recordings


def test_a_run_is_recorded_without_the_names_of_host_and_account(run: Run, tmp_path: Path) -> None:
    result = run(simulated(computer_name="FILES01"), record=str(tmp_path / "recordings"))

    folder = Path(result["recording"])
    assert folder.parent == tmp_path / "recordings"
    assert f"recorded in {folder}: please look at the files before you send them" in result["report"]
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert len(files) > 100
    assert all(f"{folder.name}/{name}" in files["INDEX.md"] for name in files if name != "INDEX.md")
    said = "\n".join(files.values()).lower()
    assert [name for name in ("files01", "srv01", "192.0.2.7", "p@ssw0rd") if name in said] == []


def test_a_run_that_breaks_off_is_recorded_too(run: Run, tmp_path: Path) -> None:
    host = simulated(faults={"drop_after": ["Pull"] * 4})

    with pytest.raises(AnsibleConnectionFailure):
        run(host, record=str(tmp_path))

    [folder] = tmp_path.iterdir()
    assert "(ConnectionLost: no answer)" in (folder / "INDEX.md").read_text()


def test_a_recording_that_cannot_be_written_is_an_error_before_anything_is_sent(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    host = simulated()

    with pytest.raises(AnsibleActionFail, match=r"file/x for the recording cannot be created: Not a directory$"):
        run(host, record=str(tmp_path / "file" / "x"))

    assert host.service.statistics.soap == 0


@pytest.mark.usefixtures("with_few_reads")
def test_a_recording_that_fails_in_the_end_is_a_warning(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Recorder, "write", full)

    result = run(simulated(), record=str(tmp_path))

    assert result["counts"]["held"] > 0
    assert (result["recording"], len(result["warnings"])) == (None, 1)
    assert "No space left on device" in result["warnings"][0]
