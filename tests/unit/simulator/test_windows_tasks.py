# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduled tasks: definitions, their classes, schtasks, and tasks that run."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.simulator.model import CimFailure
from tests.unit.simulator.windows_hosts import TASK_SCHEDULER, Machine

FOLDER, NAME = "\\Microsoft\\OnlineBackup\\", "Microsoft-OnlineBackup"
PATH = FOLDER + NAME
AGENT: dict[str, Any] = {"TaskName": NAME, "TaskPath": FOLDER}

TASK = """<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  {inner}
  <Actions><Exec><Command>cmd.exe</Command><Arguments>/c echo done&gt;C:\\done.txt</Arguments></Exec></Actions>
</Task>"""


def register(machine: Machine, inner: str, **parameters: object) -> None:
    values: dict[str, Any] = {
        "TaskName": "T",
        "TaskPath": "\\",
        "Xml": TASK.format(inner=inner),
        "Force": True,
        **parameters,
    }
    machine.call("PS_ScheduledTask", "RegisterByXml", TASK_SCHEDULER, **values)


def refused(machine: Machine, inner: str, **parameters: object) -> int:
    with pytest.raises(CimFailure) as caught:
        register(machine, inner, **parameters)
    return caught.value.hresult


def principal(user: str) -> str:
    return f"<Principals><Principal><UserId>{user}</UserId></Principal></Principals>"


@pytest.mark.parametrize(
    ("inner", "hresult"),
    [
        ("<Surprise/>", 0x80041316),
        ("<Settings><Enabled>yes</Enabled></Settings>", 0x80041318),
        ("<Settings><Enabled>true</Enabled><Enabled>true</Enabled></Settings>", 0x80041316),
        ("<Settings><Volatile>true</Volatile></Settings>", 0x80041316),
        ("<Triggers><TimeTrigger><Enabled>true</Enabled></TimeTrigger></Triggers>", 0x80041319),
        ("<Triggers><BootTrigger><Delay>PT1M</Delay><Enabled>true</Enabled></BootTrigger></Triggers>", 0x80041316),
        ("<Triggers><BootTrigger><Delay>1 minute</Delay></BootTrigger></Triggers>", 0x80041318),
        ('<Settings xmlns="urn:other"/>', 0x80041317),
        ("<Settings>", 0x8004131A),
        (principal("nobody"), 0x80070534),
        (
            "<Principals><Principal><UserId>Administrator</UserId><LogonType>Password</LogonType></Principal></Principals>",
            0x8007052E,
        ),
        (
            "<Principals><Principal><UserId>SYSTEM</UserId><LogonType>ServiceAccount</LogonType></Principal></Principals>",
            0x80041318,
        ),
    ],
)
def test_bad_definitions_are_refused(inner: str, hresult: int) -> None:
    assert refused(Machine(), inner) == hresult


def test_a_definition_in_memory_cannot_claim_to_be_utf_8() -> None:
    document = '<?xml version="1.0" encoding="UTF-8"?>' + TASK.format(inner="")
    assert refused(Machine(), "", Xml=document) == 0x8004131A
    register(Machine(), "", Xml=document.replace("UTF-8", "UTF-16"))


def test_an_old_release_refuses_a_new_version() -> None:
    machine = Machine("old-2012-r2")
    newer = TASK.format(inner="").replace("1.2", "1.6")
    assert refused(machine, "", Xml=newer) == 0x80041318
    register(Machine(), "", Xml=newer)


def test_without_force_an_existing_task_stays() -> None:
    machine = Machine()
    register(machine, "", Force=False)
    assert refused(machine, "", Force=False) == 0x800700B7


def test_the_access_of_a_task_is_in_the_registry_and_stays_with_it() -> None:
    machine = Machine()
    key = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree\T"
    sddl = "<SecurityDescriptor>D:(A;;FA;;;SY)(A;;FR;;;AU)</SecurityDescriptor>"
    # Revision 1, present and self-relative; two entries, of 20 octets each
    descriptor = (
        "01000480000000000000000000000000140000000200300002000000"
        "00001400FF011F00010100000000000512000000"
        "0000140089001200" + "01010000000000050B000000"
    )
    register(machine, "")
    ordinary = machine.host.registry.data(key, "SD")

    register(machine, f"<RegistrationInfo>{sddl}</RegistrationInfo>")
    register(machine, "")

    assert machine.host.registry.data(key, "SD").hex().upper() == descriptor.upper() != ordinary.hex().upper()


@pytest.mark.parametrize("profile", ["healthy-2022", "german-2019"])
def test_accounts_are_stored_as_identifiers(profile: str) -> None:
    machine = Machine(profile)
    register(machine, principal("SYSTEM"))
    xml = machine.call("PS_ScheduledTask", "ExportByName", TASK_SCHEDULER, TaskName="T", TaskPath="\\")["cmdletOutput"]
    assert "<UserId>S-1-5-18</UserId>" in xml
    assert "<URI>\\T</URI>" in xml
    assert xml.index("<Settings>") < xml.index("<Actions")


def test_old_releases_show_names() -> None:
    xml = Machine("old-2008-r2").run(f'schtasks /query /tn "{PATH}" /xml').stdout
    assert r"<UserId>NT AUTHORITY\SYSTEM</UserId>" in xml


def test_enable_and_disable_are_seen_everywhere() -> None:
    machine = Machine()
    task = machine.call("PS_ScheduledTask", "DisableByName", TASK_SCHEDULER, **AGENT)["cmdletOutput"]
    assert task.properties["State"] == 1
    assert machine.row("MSFT_ScheduledTask", TASK_SCHEDULER, **AGENT)["Settings"].properties["Enabled"] is False
    assert "<Enabled>false</Enabled>" in machine.run(f'schtasks /query /tn "{PATH}" /xml').stdout
    assert machine.run(f'schtasks /change /tn "{PATH}" /enable').exit_code == 0
    assert machine.row("MSFT_ScheduledTask", TASK_SCHEDULER, **AGENT)["State"] == 3


def test_the_agent_s_task_as_classes_show_it() -> None:
    row = Machine("task-2016").row("MSFT_ScheduledTask", TASK_SCHEDULER, **AGENT)
    assert row["State"] == 1
    assert row["Principal"].properties["UserId"] == "backup.operator"
    assert row["Principal"].properties["LogonType"] == 2
    assert row["Settings"].properties["MultipleInstances"] == 0
    assert [trigger.class_name for trigger in row["Triggers"]] == ["MSFT_TaskWeeklyTrigger"]


def test_missing_tasks_are_not_found() -> None:
    machine = Machine()
    with pytest.raises(CimFailure) as caught:
        machine.call("PS_ScheduledTask", "ExportByName", TASK_SCHEDULER, TaskName="No", TaskPath="\\")
    assert caught.value.hresult == 0x80070002
    assert machine.run("schtasks /query /tn No /xml").exit_code == 1
    assert machine.run("schtasks /change /tn No /enable").exit_code == 1
    assert machine.run("schtasks /run /tn No /hresult").exit_code == 0x80070002


def test_a_started_task_runs_as_the_system_in_the_background() -> None:
    machine = Machine()
    register(machine, principal("S-1-5-18"))
    machine.call("PS_ScheduledTask", "StartByPath", TASK_SCHEDULER, TaskName="T", TaskPath="\\")
    assert machine.row("MSFT_ScheduledTask", TASK_SCHEDULER, TaskName="T")["State"] == 4
    assert not machine.run(r"type C:\done.txt").stdout
    machine.wait(0.5)
    assert machine.run(r"type C:\done.txt").stdout == "done\r\n"
    info = machine.call("PS_ScheduledTask", "GetInfoByName", TASK_SCHEDULER, TaskName="T", TaskPath="\\")
    assert info["cmdletOutput"].properties["LastTaskResult"] == 0


def test_a_disabled_task_does_not_start() -> None:
    machine = Machine("task-2016")
    with pytest.raises(CimFailure) as caught:
        machine.call("PS_ScheduledTask", "StartByPath", TASK_SCHEDULER, **AGENT)
    assert caught.value.hresult == 0x80041326


def test_a_stopped_task_does_nothing_more() -> None:
    machine = Machine()
    register(machine, principal("SYSTEM"))
    machine.run("schtasks /run /tn T")
    assert machine.run("schtasks /end /tn T").exit_code == 0
    machine.wait(5)
    assert machine.run(r"type C:\done.txt").exit_code == 1


@pytest.mark.parametrize("ending", ["by itself", "schtasks /end /tn T", "schtasks /delete /tn T /f", "a restart"])
def test_the_effects_of_a_task_come_one_after_the_other(ending: str) -> None:
    machine = Machine(files={r"C:\slow.exe": {"size": 1}}, executables={"slow.exe": {"duration": 300}})
    actions = "".join(
        f"<Exec><Command>cmd.exe</Command><Arguments>/c {line}</Arguments></Exec>"
        for line in (r"mkdir C:\begun &amp; C:\slow.exe &amp; mkdir C:\half", r"C:\slow.exe &amp; mkdir C:\whole")
    )
    definition = TASK.format(inner=principal("S-1-5-18")).replace("<Actions>", f"<Actions>{actions}")
    register(machine, "", Xml=definition)

    def made() -> list[str]:
        machine.host.settle()
        return [name for name in ("begun", "half", "whole") if machine.host.files.find(rf"C:\{name}")]

    machine.run("schtasks /run /tn T")
    assert made() == []
    machine.wait(299)
    assert made() == ["begun"]
    machine.wait(2)
    assert made() == ["begun", "half"]
    if ending == "a restart":
        machine.host.restart()
    elif ending != "by itself":
        assert machine.run(ending).exit_code == 0
    machine.wait(600)
    assert made() == (["begun", "half", "whole"] if ending == "by itself" else ["begun", "half"])
    task = machine.host.tasks.find("T")
    assert task is None or task.run is None


def test_a_task_reports_a_program_that_is_not_there() -> None:
    machine = Machine()
    machine.run(r'schtasks /create /tn T /sc once /st 00:00 /tr "C:\nothing.exe" /ru SYSTEM /f')
    machine.run("schtasks /run /tn T")
    machine.wait(1)
    info = machine.call("PS_ScheduledTask", "GetInfoByName", TASK_SCHEDULER, TaskName="T", TaskPath="\\")
    assert info["cmdletOutput"].properties["LastTaskResult"] == 0x80070002


def test_schtasks_checks_what_it_creates() -> None:
    machine = Machine()
    create = 'schtasks /create /tn T /sc once /st 00:00 /tr "{}" /ru SYSTEM'
    assert machine.run(create.format("x" * 262) + " /f").exit_code == 1
    assert machine.run(create.format("x").replace("/st 00:00", "") + " /f").exit_code == 1
    assert machine.run(create.format("x")).exit_code == 0
    assert machine.run(create.format("y")).exit_code == 1, "without /f it asks, and nobody answers"
    assert machine.run(create.format("y"), stdin="Y\r\n").exit_code == 0


def test_schtasks_reads_definitions_by_their_encoding() -> None:
    machine = Machine()
    document = '<?xml version="1.0" encoding="UTF-16"?>' + TASK.format(inner="")
    machine.host.files.write_content(r"C:\utf8.xml", document.encode())
    machine.host.files.write_content(r"C:\utf16.xml", document.encode("utf-16"))
    machine.host.files.write_content(r"C:\plain.xml", TASK.format(inner="").encode())
    assert machine.run(r"schtasks /create /tn T /xml C:\utf8.xml /f").exit_code == 1
    assert machine.run(r"schtasks /create /tn T /xml C:\utf16.xml /f").exit_code == 0
    assert machine.run(r"schtasks /create /tn T /xml C:\plain.xml /f").exit_code == 0
    assert machine.run(r"schtasks /create /tn T /xml C:\nothing.xml /f").exit_code == 1


def test_listings_speak_the_language_and_exported_definitions_do_not() -> None:
    machine = Machine("german-2019")
    listed = list(csv.reader(io.StringIO(machine.run("schtasks /query /fo csv").stdout)))
    rows = [row for row in listed if len(row) > 1]
    assert {row[0].partition(":")[0] for row in listed if row not in rows} == {"INFORMATION"}, "of empty folders"
    assert rows[0] == ["Aufgabenname", "Nächste Laufzeit", "Status"]
    assert rows.count(rows[0]) == 3, "the header comes again with every folder"
    assert [row[2] for row in rows if row[0] == PATH] == ["Deaktiviert"]
    verbose = list(csv.reader(io.StringIO(machine.run("schtasks /query /fo csv /v").stdout)))
    assert {len(row) for row in verbose if len(row) > 1} == {28}
    assert "<Settings>" in machine.run(f'schtasks /query /tn "{PATH}" /xml').stdout


def test_output_is_in_the_code_page_of_the_session() -> None:
    machine = Machine("japanese-2016")
    assert "タスク名" in machine.run("schtasks /query /fo csv", codepage=932).stdout
    assert "タスク名" in machine.run("schtasks /query /fo csv").stdout


def test_deleting_asks_too() -> None:
    machine = Machine()
    register(machine, "")
    assert machine.run("schtasks /delete /tn T").exit_code == 1
    assert machine.run("schtasks /delete /tn T /f").exit_code == 0
    assert machine.run("schtasks /query /tn T").exit_code == 1
