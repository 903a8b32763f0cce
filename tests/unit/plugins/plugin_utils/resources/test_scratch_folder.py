# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving the scratch folder of simulated hosts: that it is whole, that it is refused, and that it is put back."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import mars_scratch
from ansible_collections.winops.mars.plugins.action.mars_scratch import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.resources.scratch_checks import ScratchChecks
from ansible_collections.winops.mars.plugins.plugin_utils.resources.scratch_folder import ScratchFolder
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

CONFIG = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config"
PROVIDER = CONFIG + r"\CloudBackupProvider"
OLD = r"D:\MARS\Scratch"
NEW = r"E:\MARS\Scratch"
GIB = 2**30


@pytest.fixture
def host_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A simulated host on whose clock the module waits."""

    def make(base: str = "scratch-2019", **profile: Any) -> SimulatedHost:
        host = simulated(base=base, **profile)
        monkeypatch.setattr(mars_scratch, "ScratchFolder", partial(ScratchFolder, sleep=host.sleep))
        return host

    return make


def locations(host: SimulatedHost) -> set[Any]:
    registry = host.windows.state()["registry"]
    keys = {key.lower(): {name.lower(): value for name, value in values.items()} for key, values in registry.items()}
    return {keys[key.lower()]["scratchlocation"][1] for key in (CONFIG, PROVIDER)}


def files(host: SimulatedHost, folder: str) -> dict[str, int]:
    """The sizes of the files in a folder, by their path in it."""
    entries = host.windows.state()["files"]["files"]
    return {
        path[len(folder) :]: entry["size"]
        for path, entry in entries.items()
        if path.startswith(folder.lower() + "\\") and not entry["directory"]
    }


def engine(host: SimulatedHost) -> str:
    state: str = host.windows.state()["services"]["obengine"]["state"]
    return state


def traces(host: SimulatedHost) -> list[str]:
    state = host.windows.state()
    return [name for name in (*state["files"]["files"], *state["tasks"]) if "winops.mars" in name]


def assert_as_it_was(host: SimulatedHost, before: dict[str, Any]) -> None:
    """Nothing but a copy may be there that was not there before."""
    after = host.windows.state()
    assert after["registry"] == before["registry"]
    assert after["tasks"] == before["tasks"]
    assert after["services"] == before["services"]
    kept = {path: entry for path, entry in after["files"]["files"].items() if not path.startswith("e:\\mars")}
    assert kept == before["files"]["files"]


def test_the_whole_folder_is_moved_and_the_old_one_stays(run_action: RunAction, host_of: Any) -> None:
    host = host_of()
    content = files(host, OLD)

    result = run_action(ActionModule, host, location=NEW + "\\")

    assert result == {
        "changed": True,
        "before": {"location": OLD, "provider_location": OLD, "engine": "Running", "former_location": None},
        "after": {"location": NEW, "provider_location": NEW, "engine": "Running", "former_location": None},
    }
    assert locations(host) == {NEW}
    assert files(host, NEW) == files(host, OLD) == content
    assert engine(host) == "Running"
    assert traces(host) == []
    assert not run_action(ActionModule, host, location=NEW.lower())["changed"]


def test_the_copy_is_not_compressed(run_action: RunAction, host_of: Any) -> None:
    host = host_of()
    run_action(ActionModule, host, location=NEW)
    attributes = {path: entry["attributes"] for path, entry in host.windows.state()["files"]["files"].items()}
    assert {path: found for path, found in attributes.items() if path.startswith(NEW.lower()) and found} == {}


def test_check_mode_predicts_the_move_and_changes_nothing(run_action: RunAction, host_of: Any) -> None:
    host = host_of()
    before = host.windows.state()
    predicted = run_action(ActionModule, host, check=True, diff=True, location=NEW)
    assert host.windows.state() == before
    assert run_action(ActionModule, host, diff=True, location=NEW) == predicted


def back_up(host: SimulatedHost, number: int = 3) -> None:
    """Let a backup end as the agent logs it, some minutes from now."""
    host.sleep(600)
    host.windows.profile["events"].setdefault(LOG, []).append({"id": number, "time": host.clock.now().isoformat()})


def test_the_old_folder_is_removed_when_a_backup_has_succeeded(run_action: RunAction, host_of: Any) -> None:
    host = host_of()
    before = host.windows.state()
    content = files(host, OLD)

    assert run_action(ActionModule, host, location=NEW, remove_old=True)["after"]["former_location"] == OLD
    for number in (None, 1, 11, 10):
        if number:
            back_up(host, number)
        assert not run_action(ActionModule, host, location=NEW, remove_old=True)["changed"]
        assert files(host, OLD) == content
    back_up(host)
    assert not run_action(ActionModule, host, location=NEW)["changed"]

    predicted = run_action(ActionModule, host, check=True, location=NEW, remove_old=True)
    assert files(host, OLD) == content
    removed = run_action(ActionModule, host, location=NEW, remove_old=True)
    assert removed == predicted
    assert (removed["before"]["former_location"], removed["after"]["former_location"]) == (OLD, None)
    assert OLD.lower() not in host.windows.state()["files"]["files"]
    assert files(host, NEW) == content
    assert traces(host) == []
    assert host.windows.state()["registry"].keys() == before["registry"].keys()
    assert not run_action(ActionModule, host, location=NEW, remove_old=True)["changed"]


def test_an_old_folder_that_somebody_removed_is_forgotten(run_action: RunAction, host_of: Any) -> None:
    host = host_of()
    run_action(ActionModule, host, location=NEW, remove_old=True)
    host.windows.files.delete_tree(OLD)
    assert run_action(ActionModule, host, location=NEW, remove_old=True)["after"]["former_location"] is None
    assert not run_action(ActionModule, host, location=NEW, remove_old=True)["changed"]


@pytest.mark.parametrize(
    "entries, sentence",
    [
        ({OLD + r"\thesis.docx": {"content": "the only one"}}, "it contains files that .* does not have"),
        ({OLD + r"\Photos\1.jpg": {"size": 1}}, "it contains files that .* does not have"),
        ({OLD + "\\": {"junction": "E:\\MARS"}}, "junction, mount point"),
        ({"F:\\": {}}, "CBSSBVol_"),
    ],
)
def test_an_old_folder_that_holds_anything_else_by_now_stays(
    run_action: RunAction, host_of: Any, entries: dict[str, Any], sentence: str
) -> None:
    host = host_of(volumes={"F:\\": {"capacity": GIB, "free": 1}})
    run_action(ActionModule, host, location=NEW, remove_old=True)
    back_up(host)
    if "F:\\" in entries:
        host.windows.files.volumes["f:\\"].label = "CBSSBVol_7"
    elif "junction" in entries.get(OLD + "\\", {}):
        host.windows.files.delete_tree(OLD)
        host.windows.files.declare(entries)
    else:
        host.windows.files.declare(entries)
    before = host.windows.state()
    for check in (True, False):
        with pytest.raises(AnsibleActionFail, match=sentence):
            run_action(ActionModule, host, check=check, location=NEW, remove_old=True)
    assert host.windows.state() == before


def test_what_the_agent_changed_meanwhile_does_not_keep_the_old_folder(run_action: RunAction, host_of: Any) -> None:
    host = host_of()
    run_action(ActionModule, host, location=NEW, remove_old=True)
    host.windows.files.write_content(NEW + r"\VHDs\catalog.dat", b"newer")
    host.windows.files.delete(NEW + r"\VHDs\volume-c.vhd")
    back_up(host)
    assert run_action(ActionModule, host, location=NEW, remove_old=True)["changed"]
    assert files(host, OLD) == {}


def test_values_that_disagree_are_brought_together_without_a_copy(run_action: RunAction, host_of: Any) -> None:
    host = host_of(registry={PROVIDER: {"ScratchLocation": r"C:\Elsewhere"}})
    content = files(host, OLD)
    assert run_action(ActionModule, host, location=OLD, remove_old=True)["changed"]
    assert locations(host) == {OLD}
    assert files(host, OLD) == content


@pytest.mark.parametrize("base", ["old-2008-r2", "old-2012-r2", "german-2019", "japanese-2016"])
def test_on_every_windows_in_every_language(run_action: RunAction, host_of: Any, base: str) -> None:
    host = host_of(base, volumes={"E:\\": {"capacity": "500 GiB", "free": "400 GiB"}})
    assert run_action(ActionModule, host, location=NEW)["changed"]
    assert locations(host) == {NEW}
    assert engine(host) == "Running"


def event(number: int, time: str) -> dict[str, Any]:
    return {"id": number, "time": f"2027-01-14T{time}:00+00:00"}


LOG = "CloudBackup/Operational"


@pytest.mark.parametrize(
    "profile, location, sentence",
    [
        (
            {"events": {LOG: [event(3, "01:00"), event(1, "02:00")]}},
            NEW,
            "a backup is running: it started at 2027-01-14 02:00",
        ),
        ({"events": {LOG: [event(3, "01:00")], "CloudBackup": [event(1, "02:00")]}}, NEW, "a backup is running"),
        ({"events": {LOG: None}}, NEW, "cannot be determined whether a backup is running"),
        (
            {"volumes": {"F:\\": {"capacity": GIB, "free": 1, "label": "CBSSBVol_7"}}},
            NEW,
            r"the volume F:\\ of a system state backup \(CBSSBVol_",
        ),
        ({"volumes": {"E:\\": {"free": "10 GiB"}}}, NEW, "free bytes"),
        ({"volumes": {"E:\\": {"file_system": "ReFS"}}}, NEW, "local fixed NTFS volume, but its volume is fixed, ReFS"),
        ({"volumes": {"E:\\": {"drive_type": 2}}}, NEW, "but its volume is removable"),
        ({"volumes": {"E:\\": {"drive_type": 4}}}, NEW, "but its volume is network"),
        ({}, r"X:\Scratch", "but its volume is not on this host"),
        ({}, r"\\server\share\Scratch", "folder on a local drive"),
        ({}, "E:\\", "folder on a local drive"),
        ({}, r"E:\100%", "without %, !"),
        ({}, OLD + r"\Inside", "one is inside the other"),
        ({}, r"D:\MARS", "one is inside the other"),
        ({"files": {NEW + "\\": {"attributes": ["compressed"]}}}, NEW, "compressed"),
        ({"files": {"E:\\MARS\\": {"attributes": ["compressed"]}}}, NEW, "compressed"),
        ({"files": {"E:\\MARS\\": {"attributes": ["encrypted"]}}}, NEW, "encrypted"),
        ({"files": {"E:\\MARS\\": {"attributes": ["reparse"]}}}, NEW, "junction"),
        ({"files": {"E:\\MARS\\": {"attributes": ["denied"]}}}, NEW, "Windows does not report whether"),
        ({"os": {"build": 7601}, "files": {OLD + r"\Größe.dat": {"size": 1}}}, NEW, "reported none for 1 of its"),
        ({"files": {NEW: {"size": 1}}}, NEW, "it is a file"),
        ({"files": {NEW + r"\holiday.jpg": {"size": 1}}}, NEW, "contains other files"),
        ({"deduplication": {"E:\\": {"enabled": True}}}, NEW, "deduplicated"),
        (
            {"registry": {CONFIG: {"ScratchLocation": r"D:\Gone"}}},
            NEW,
            r"D:\\Gone does not exist, so it cannot be moved",
        ),
        ({"registry": {CONFIG: {"ScratchLocation": None}}}, NEW, "no scratch folder to move"),
        ({"registry": {PROVIDER: {"ScratchLocation": "C:\\x"}}}, OLD.replace("MARS", "Mars"), ""),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_is_not_safe_is_refused_before_anything_is_changed(
    run_action: RunAction, host_of: Any, check: bool, profile: dict[str, Any], location: str, sentence: str
) -> None:
    host = host_of(**profile)
    before = host.windows.state()
    if not sentence:
        assert run_action(ActionModule, host, check=check, location=location)["changed"]
        return
    with pytest.raises(AnsibleActionFail, match=sentence):
        run_action(ActionModule, host, check=check, location=location)
    assert host.windows.state() == before


AGENT = r"C:\Program Files\Microsoft Azure Recovery Services Agent"


def at(location: str, **profile: Any) -> dict[str, Any]:
    """A profile whose agent is told to use this folder."""
    registry = {CONFIG: {"ScratchLocation": location}, PROVIDER: {"ScratchLocation": location}}
    return {"registry": registry, **profile}


@pytest.mark.parametrize(
    "location",
    [
        r"D:\X\..\MARS\Scratch",
        r"D:\.\MARS\Scratch",
        r"D:\MARS.\Scratch",
        r"D:\MARS\Scratch ",
        r"D:\MARS\Scratch.",
        r"D:MARS\Scratch",
        r"MARS\Scratch",
        r"\\?\D:\MARS\Scratch",
        r"\\localhost\D$\MARS\Scratch",
        r'"D:\MARS\Scratch"',
        r"D:\MARS\Scratch::$INDEX_ALLOCATION",
        # What leads there
        r"E:\Link\Scratch",
        r"E:\Second\MARS\Scratch",
        r"D:\MARS~1\Scratch",
        r"D:\MARS\SCRATC~1",
        r"D:\MARS\SCRATC~1\Inside",
    ],
)
def test_another_name_of_the_same_folder_is_no_other_place(run_action: RunAction, host_of: Any, location: str) -> None:
    old = r"D:\MARS\Scratch Folder" if "SCRATC" in location else OLD
    short = {r"D:\MARS\Scratch Folder" + "\\": {"short_name": "SCRATC~1"}, "D:\\MARS\\": {"short_name": "MARS~1"}}
    host = host_of(
        **at(
            old,
            files={
                old + r"\VHDs\1.vhd": {"size": 1},
                "E:\\Link\\": {"junction": r"D:\MARS"},
                "E:\\Second\\": {"junction": "D:\\"},
                **short,
            },
        )
    )
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail):
        run_action(ActionModule, host, location=location, remove_old=True)
    back_up(host)
    with pytest.raises(AnsibleActionFail):
        run_action(ActionModule, host, location=location, remove_old=True)
    assert host.windows.state() == before


@pytest.mark.parametrize(
    "old, sentence",
    [
        ("D:\\", "full path of a folder"),
        ("D:", "full path of a folder"),
        ("", "full path of a folder"),
        (r"MARS\Scratch", "full path of a folder"),
        (r"D:\*", "full path of a folder"),
        (r"D:\X\..\Data", "full path of a folder"),
        (r"C:\Windows", "folder of Windows"),
        (r"C:\Windows\Temp", "folder of Windows"),
        (r"C:\Program Files", "folder of Windows"),
        (r"C:\ProgramData", "folder of Windows"),
        (r"C:\Users", "folder of Windows"),
        (AGENT, "the agent is installed there"),
        (r"D:\Mounted", "a volume is mounted there"),
        (r"D:\Data", r"contains more than the agent's cache \(holiday.jpg\)"),
        (r"D:\Link", "junction, mount point"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_folder_that_is_more_than_a_scratch_folder_is_left_alone(
    run_action: RunAction, host_of: Any, check: bool, old: str, sentence: str
) -> None:
    host = host_of(
        **at(
            old,
            volumes={"D:\\Mounted\\": {"capacity": "9 GiB", "free": "1 GiB"}},
            files={
                r"D:\Data\holiday.jpg": {"size": 1},
                r"D:\Data\VHDs\1.vhd": {"size": 1},
                "D:\\Link\\": {"junction": r"D:\MARS\Scratch"},
            },
        )
    )
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail, match=sentence):
        run_action(ActionModule, host, check=check, location=NEW, remove_old=True)
    assert host.windows.state() == before


@pytest.mark.parametrize("location", [r"C:\Windows\Scratch", r"C:\ProgramData", AGENT, r"C:\Users"])
def test_the_scratch_folder_is_not_moved_into_folders_of_others(
    run_action: RunAction, host_of: Any, location: str
) -> None:
    host = host_of()
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail, match="cannot be a scratch folder of its own"):
        run_action(ActionModule, host, location=location)
    assert host.windows.state() == before


def test_a_recovery_volume_keeps_the_folder_where_it_is(run_action: RunAction, host_of: Any) -> None:
    host = host_of(iscsi_targets=["iqn.2003-01.org.example:san-7", "iqn.2016-01.microsoft.azure.backup:recovery"])
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail, match="a recovery volume is mounted"):
        run_action(ActionModule, host, location=NEW)
    assert host.windows.state() == before


def test_disks_of_a_storage_network_do_not(run_action: RunAction, host_of: Any) -> None:
    host = host_of(iscsi_targets=["iqn.2003-01.org.example:san-7"])
    assert run_action(ActionModule, host, location=NEW)["changed"]


@pytest.mark.parametrize("engine", [{}, {"delayed": True}, {"start_mode": "Manual"}])
def test_nothing_starts_the_engine_during_the_copy(run_action: RunAction, host_of: Any, engine: dict[str, Any]) -> None:
    host = host_of(services={"obengine": {"revived_after": 0.05, **engine}})
    before = host.windows.state()
    assert run_action(ActionModule, host, location=NEW)["changed"]
    assert host.windows.state()["services"] == before["services"]
    assert locations(host) == {NEW}


def test_an_engine_that_was_started_in_spite_of_that_ends_the_move(run_action: RunAction, host_of: Any) -> None:
    host = host_of(services={"obengine": {"revived_after": 1.2, "revived_if_disabled": True, "delayed": True}})
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail, match=r"another program has started .*The former state was restored"):
        run_action(ActionModule, host, location=NEW)
    assert_as_it_was(host, before)


@pytest.mark.parametrize("start_mode", ["Auto", "Manual"])
def test_a_move_that_was_killed_is_completed_by_the_next(
    run_action: RunAction, host_of: Any, monkeypatch: pytest.MonkeyPatch, start_mode: str
) -> None:
    host = host_of(services={"obengine": {"start_mode": start_mode}})
    before = host.windows.state()
    with monkeypatch.context() as patch:
        patch.setattr(ScratchFolder, "_restore", lambda *_: "")
        patch.setattr(ScratchFolder, "_write", lambda *_: 1 / 0)
        with pytest.raises(AnsibleActionFail, match="ZeroDivisionError"):
            run_action(ActionModule, host, location=NEW)
    assert engine(host) == "Stopped"
    assert host.windows.state()["services"]["obengine"]["start_mode"] == "Disabled"

    assert run_action(ActionModule, host, location=NEW)["changed"]

    assert host.windows.state()["services"] == before["services"]
    assert host.windows.state()["registry"].keys() == before["registry"].keys()
    assert locations(host) == {NEW}


def test_a_running_task_is_a_running_backup(run_action: RunAction, host_of: Any) -> None:
    host = host_of(executables={"powershell.exe": {"duration": 3600}})
    host.windows.tasks.start(r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup")
    with pytest.raises(AnsibleActionFail, match="Microsoft-OnlineBackup is running"):
        run_action(ActionModule, host, location=NEW)
    assert locations(host) == {OLD}


def test_a_backup_that_a_restart_ended_does_not_run(run_action: RunAction, host_of: Any) -> None:
    host = host_of(events={LOG: [{"id": 1, "time": "2020-01-01T00:00:00+00:00"}]})
    assert run_action(ActionModule, host, location=NEW)["changed"]


def test_where_the_engine_is_stopped_no_backup_runs(run_action: RunAction, host_of: Any) -> None:
    host = host_of(events={LOG: None}, services={"obengine": {"state": "Stopped"}})
    assert run_action(ActionModule, host, location=NEW)["changed"]
    assert engine(host) == "Running"


def test_a_full_volume_puts_everything_back(
    run_action: RunAction, host_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = host_of()
    monkeypatch.setattr(ScratchChecks, "_check_space", lambda *_: None)
    host.windows.files.volumes["e:\\"].free = GIB
    before = host.windows.state()
    with pytest.raises(
        AnsibleActionFail,
        match=r"robocopy could not copy .*The former state was restored: the agent uses D:\\MARS.*continues with them$",
    ):
        run_action(ActionModule, host, location=NEW)
    assert_as_it_was(host, before)
    host.windows.files.volumes["e:\\"].free = 400 * GIB
    assert run_action(ActionModule, host, location=NEW)["changed"]


def test_an_engine_that_dies_puts_everything_back(run_action: RunAction, host_of: Any) -> None:
    host = host_of(services={"obengine": {"starts": "dies"}})
    with pytest.raises(
        AnsibleActionFail, match=r"The former state could not be restored .*By hand: set ScratchLocation to D:"
    ):
        run_action(ActionModule, host, location=NEW)
    assert locations(host) == {OLD}


def test_an_engine_that_is_disabled_stays_so(run_action: RunAction, host_of: Any) -> None:
    host = host_of(services={"obengine": {"state": "Stopped", "start_mode": "Disabled"}})
    assert run_action(ActionModule, host, location=NEW)["changed"]
    assert engine(host) == "Stopped"


@pytest.mark.parametrize("key", [CONFIG, PROVIDER])
def test_registry_values_nobody_may_write_put_everything_back(run_action: RunAction, host_of: Any, key: str) -> None:
    host = host_of(registry_read_only=[key])
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail, match=r"access is denied to the account.*The former state was restored"):
        run_action(ActionModule, host, location=NEW)
    assert_as_it_was(host, before)


def test_the_engine_is_started_even_where_the_values_cannot_be_restored(run_action: RunAction, host_of: Any) -> None:
    host = host_of(group_policy={PROVIDER: {"ScratchLocation": r"D:\Policy"}})
    with pytest.raises(AnsibleActionFail, match=r"were written but still hold another value"):
        run_action(ActionModule, host, location=NEW)
    assert engine(host) == "Running"
    assert host.windows.state()["services"]["obengine"]["start_mode"] == "Auto"


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("number", [*range(1, 120, 5)])
def test_a_broken_connection_leaves_it_moved_or_as_it_was(
    run_action: RunAction, host_of: Any, fault: str, number: int
) -> None:
    host = host_of(faults={fault: [number]})
    before = host.windows.state()
    content = files(host, OLD)
    try:
        assert run_action(ActionModule, host, location=NEW)["changed"]
    except AnsibleActionFail as failure:
        # A request to stop or start a service is not repeated.
        if not re.search("did not st(art|op): .*The former state was restored", failure.message):
            raise
        assert_as_it_was(host, before)
        assert run_action(ActionModule, host, location=NEW)["changed"]
    assert locations(host) == {NEW}
    assert files(host, NEW) == content
    assert engine(host) == "Running"
    assert traces(host) == []
