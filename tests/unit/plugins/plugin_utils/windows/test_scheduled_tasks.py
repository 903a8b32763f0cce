# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduled tasks on simulated hosts, by the CIM classes and, where those are missing, by schtasks.exe."""

from __future__ import annotations

import base64
import re
from contextlib import nullcontext, suppress

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.rights import NotElevated
from ansible_collections.winops.mars.plugins.plugin_utils.windows.scheduled_tasks import ScheduledTasks
from ansible_collections.winops.mars.plugins.plugin_utils.windows.task_xml import TaskXmlError
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import Fault, WSManError
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    ELEVATED,
    SHELL_CREATED,
    envelope,
    fault,
    first_page,
    received,
    scripted,
)
from tests.unit.simulated import SimulatedHost, simulated

FOLDER = "\\Microsoft\\OnlineBackup\\"
BACKUP = "Microsoft-OnlineBackup"
NEWER_AND_OLDER = pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2"])

OTHER = """<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<RegistrationInfo><Description>Rückwärts バックアップ 100%</Description></RegistrationInfo>
<Triggers><BootTrigger/></Triggers>
<Principals><Principal id="A"><UserId>S-1-5-18</UserId></Principal></Principals>
<Actions Context="A"><Exec><Command>cmd.exe</Command><Arguments>/c "echo a &amp; echo b"</Arguments></Exec></Actions>
</Task>"""


def text_of(host: SimulatedHost, path: str, element: str) -> str:
    """A text in the definition the host keeps."""
    xml = host.windows.state()["tasks"][path]["xml"]
    found = re.search(f"<{element}>(.*?)</{element}>", xml)
    return found[1] if found else ""


@NEWER_AND_OLDER
def test_a_folder_s_tasks_with_their_definitions(base: str) -> None:
    host = simulated(base=base, tasks={FOLDER + "Second": {"xml": OTHER}, FOLDER + "Below\\Third": {"xml": OTHER}})
    tasks = ScheduledTasks(host.session).in_folder(FOLDER.upper())
    assert [task.name for task in tasks] == [BACKUP, "Second"]
    backup = tasks[0].definition
    assert backup.enabled
    assert [(trigger.type, trigger.enabled, trigger.interval_hours) for trigger in backup.triggers] == [
        ("CalendarTrigger", True, 72)
    ]
    # Before Windows 10 definitions are exported with names.
    assert backup.principal.id in ("S-1-5-18", "NT AUTHORITY\\SYSTEM")


def test_cim_tells_state_and_last_run() -> None:
    host = simulated(base="healthy-2022", tasks={FOLDER + "Second": {"xml": OTHER}})
    ran, never_ran = ScheduledTasks(host.session).in_folder(FOLDER)
    assert (ran.state, ran.last_result) == ("ready", 0)
    assert ran.last_run is not None
    assert ran.last_run.isoformat() == "2027-01-14T20:00:00+00:00"
    assert (never_ran.last_run, never_ran.last_result) == (None, None)


def test_a_folder_costs_few_requests() -> None:
    host = simulated(base="healthy-2022")
    ScheduledTasks(host.session).in_folder(FOLDER)
    assert host.actions.total() <= 5


def test_only_what_is_asked_for_is_read() -> None:
    host = simulated(base="healthy-2022")
    tasks = ScheduledTasks(host.session)
    assert tasks.states(FOLDER) == {BACKUP: "ready"}
    assert not {"PS_ScheduledTask/ExportByName", "PS_ScheduledTask/GetInfoByName"} & set(host.actions)
    tasks.definitions(FOLDER)
    assert host.actions["PS_ScheduledTask/ExportByName"] == 1
    assert host.actions["PS_ScheduledTask/GetInfoByName"] == 0


@NEWER_AND_OLDER
def test_what_is_not_there(base: str) -> None:
    tasks = ScheduledTasks(simulated(base=base).session)
    assert tasks.in_folder("\\No such folder\\") == []
    assert tasks.states("\\No such folder\\") == {}
    assert tasks.definitions(FOLDER, "No such task") == {}
    tasks.delete(FOLDER, "No such task")


@NEWER_AND_OLDER
def test_a_task_is_found_in_any_letter_case(base: str) -> None:
    tasks = ScheduledTasks(simulated(base=base).session)
    assert list(tasks.definitions(FOLDER.upper(), BACKUP.upper())) == [BACKUP]


@NEWER_AND_OLDER
def test_registering_creates_and_replaces_with_every_character(base: str) -> None:
    host = simulated(base=base)
    before = set(host.windows.state()["files"]["files"])
    tasks = ScheduledTasks(host.session)
    for _unused in range(2):
        tasks.register("\\Contoso\\", "Nightly", OTHER)
    assert text_of(host, "\\Contoso\\Nightly", "Description") == "Rückwärts バックアップ 100%"
    assert text_of(host, "\\Contoso\\Nightly", "Arguments") == '/c "echo a &amp; echo b"'
    assert set(host.windows.state()["files"]["files"]) == before


@NEWER_AND_OLDER
def test_editing_what_was_read(base: str) -> None:
    host = simulated(base=base)
    tasks = ScheduledTasks(host.session)
    definition = tasks.definitions(FOLDER, BACKUP)[BACKUP]
    tasks.register(FOLDER, BACKUP, definition.with_enabled(False).xml)
    again = tasks.definitions(FOLDER, BACKUP)[BACKUP]
    assert not again.enabled
    assert "Import-Module MSOnlineBackup" in again.xml


@NEWER_AND_OLDER
def test_starting_and_deleting(base: str) -> None:
    host = simulated(base=base)
    tasks = ScheduledTasks(host.session)
    tasks.register("\\", "Now", OTHER)
    tasks.start("\\", "Now")
    host.sleep(1)
    assert host.windows.tasks.get("\\Now").last_run is not None
    tasks.delete("\\", "Now")
    assert tasks.definitions("\\", "Now") == {}


@NEWER_AND_OLDER
def test_a_refused_definition_is_an_error_with_the_host_s_words(base: str) -> None:
    tasks = ScheduledTasks(simulated(base=base).session)
    with pytest.raises((CimError, Fault)):
        tasks.register("\\", "Broken", OTHER.replace("BootTrigger", "NoSuchTrigger"))


@NEWER_AND_OLDER
def test_starting_what_is_not_there_is_an_error(base: str) -> None:
    with pytest.raises((CimError, Fault)):
        ScheduledTasks(simulated(base=base).session).start("\\", "No such task")


@pytest.mark.parametrize("path", ["Microsoft\\OnlineBackup\\", "\\Microsoft\\OnlineBackup", ""])
def test_a_folder_has_a_backslash_at_both_ends(path: str) -> None:
    with pytest.raises(CimError, match="must begin and end with a backslash"):
        ScheduledTasks(simulated().session).in_folder(path)


@pytest.mark.parametrize("language", ["de", "ja"])
@NEWER_AND_OLDER
def test_the_language_of_the_host_does_not_matter(base: str, language: str) -> None:
    (task,) = ScheduledTasks(simulated(base=base, language=language).session).in_folder(FOLDER)
    assert task.name == BACKUP
    assert task.state == ("ready" if base == "healthy-2022" else None)


def test_access_denied_is_not_taken_for_an_old_windows() -> None:
    host = simulated(base="healthy-2022", faults={"denied_namespaces": ["root/Microsoft/Windows/TaskScheduler"]})
    with pytest.raises(Fault) as raised:
        ScheduledTasks(host.session).in_folder(FOLDER)
    assert raised.value.is_access_denied


@pytest.mark.parametrize("code", [0x80070002, 0x80041318])
@NEWER_AND_OLDER
def test_a_task_elsewhere_that_cannot_be_read_hides_no_other(base: str, code: int) -> None:
    host = simulated(base=base, tasks={"\\Contoso\\Broken": {"xml": OTHER, "broken": code}})
    tasks = ScheduledTasks(host.session)

    assert [task.name for task in tasks.in_folder(FOLDER)] == [BACKUP]
    tasks.register("\\", "Now", OTHER)
    tasks.start("\\", "Now")
    assert list(tasks.definitions("\\", "Now")) == ["Now"]
    tasks.delete("\\", "Now")
    assert host.windows.tasks.find("\\Now") is None


@pytest.mark.parametrize("code", [0x80070002, 0x80041318])
@NEWER_AND_OLDER
def test_a_task_that_cannot_be_read_is_not_taken_for_none(base: str, code: int) -> None:
    host = simulated(base=base, tasks={FOLDER + BACKUP: {"broken": code}})
    tasks = ScheduledTasks(host.session)

    for read in (tasks.states, tasks.definitions, tasks.in_folder):
        with pytest.raises(CimError, match=r"the scheduled task \\Microsoft\\OnlineBackup\\.* cannot be read"):
            read(FOLDER)


@pytest.mark.parametrize("code", [0x80070002, 0x80041318])
@NEWER_AND_OLDER
def test_a_folder_without_tasks_is_empty_whatever_cannot_be_read_elsewhere(base: str, code: int) -> None:
    host = simulated(base=base, tasks={"\\Contoso\\Sub\\Broken": {"xml": OTHER, "broken": code}})
    tasks = ScheduledTasks(host.session)

    assert tasks.states("\\Nobody\\") == tasks.states("\\Contoso\\") == {}


def test_no_task_is_not_said_of_a_host_whose_tasks_the_account_must_not_see() -> None:
    host = simulated(base="healthy-2022", elevated=False)
    tasks = ScheduledTasks(host.session)

    for read in (tasks.states, tasks.definitions, tasks.in_folder):
        with pytest.raises(NotElevated, match=r"which tasks are in the folder .* LocalAccountTokenFilterPolicy is 1"):
            read(FOLDER)
    assert host.actions["StdRegProv/CheckAccess"] == 1


@pytest.mark.parametrize("first", range(1, 7))
@pytest.mark.parametrize("fault_", ["drop_before", "drop_after"])
def test_a_connection_that_breaks_for_good_leaves_no_file(first: int, fault_: str) -> None:
    host = simulated(base="old-2008-r2", faults={fault_: [*range(first, first + 30)]})
    before = set(host.windows.state()["files"]["files"])

    with suppress(WSManError):
        ScheduledTasks(host.session).register("\\", "Task", OTHER)
    assert set(host.windows.state()["files"]["files"]) == before


def test_a_refused_definition_leaves_no_file_either() -> None:
    host = simulated(base="old-2008-r2")
    before = host.windows.state()

    with pytest.raises(CimError, match="could not be registered"):
        ScheduledTasks(host.session).register("\\", "Broken", OTHER.replace("BootTrigger", "NoSuchTrigger"))
    assert host.windows.state() == before


def test_a_task_deleted_meanwhile_is_left_out() -> None:
    item = "<w:XmlFragment><TaskName>Gone</TaskName><State>3</State></w:XmlFragment>"
    missing = fault("InternalError", 0x80070002)
    session, *_unused = scripted(ELEVATED, first_page([item], None), missing)
    assert ScheduledTasks(session).in_folder(FOLDER) == []


def test_a_return_code_is_an_error() -> None:
    item = "<w:XmlFragment><TaskName>Some</TaskName><State>3</State></w:XmlFragment>"
    refused = envelope("<p:ExportByName_OUTPUT><p:ReturnValue>5</p:ReturnValue></p:ExportByName_OUTPUT>")
    session, *_unused = scripted(ELEVATED, first_page([item], None), refused)
    with pytest.raises(CimError, match=r"ExportByName .* 0x00000005"):
        ScheduledTasks(session).in_folder(FOLDER)


def test_lines_that_cannot_be_written_are_not_cut_off() -> None:
    host = simulated(base="old-2008-r2")
    before = host.windows.state()
    with pytest.raises(TaskXmlError, match="more than 8000 characters"):
        ScheduledTasks(host.session).register("\\", "Task", OTHER.replace("echo a", "echo " + 8000 * "a"))
    assert host.windows.state() == before


@pytest.mark.parametrize("base, is_refused", [("old-2008-r2", True), ("healthy-2022", False)])
def test_what_schtasks_cannot_write_is_refused_before_it_is_tried(base: str, is_refused: bool) -> None:
    host = simulated(base=base)
    tasks = ScheduledTasks(host.session)
    tasks.states(FOLDER)
    sent = host.service.statistics.soap
    with pytest.raises(TaskXmlError, match="more than 8000") if is_refused else nullcontext():
        tasks.check(FOLDER, BACKUP, OTHER.replace("echo a", "echo " + 8000 * "a"))
    assert host.service.statistics.soap == sent


def test_characters_lost_on_the_way_are_not_written_back() -> None:
    invalid_namespace = fault("InternalError", 0x8004100E)
    listing = base64.b64encode(b'"\\Task","N/A","?"\r\n').decode()
    session, transport, _unused = scripted(
        ELEVATED,
        invalid_namespace,
        SHELL_CREATED,
        COMMAND_STARTED,
        received(("stdout", listing), exit_code="0"),
    )
    tasks = ScheduledTasks(session)
    assert list(tasks.states("\\")) == ["Task"]
    with pytest.raises(TaskXmlError, match="by hand"):
        tasks.register("\\", "Task", OTHER.replace("Rück", "R\ufffdck"))
    assert not transport.answers
