# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task definitions: what is read in them, and that an edit changes what it is about and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.windows.task_xml import (
    NAMESPACE,
    TaskDefinition,
    TaskXmlError,
    Trigger,
    ascii_xml,
)
from tests.unit.simulated import simulated

T = f"{{{NAMESPACE}}}"

BACKUP = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>CONTOSO\\björn</Author>
    <URI>\\Microsoft\\OnlineBackup\\Microsoft-OnlineBackup</URI>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T22:00:00</StartBoundary>
      <Enabled>false</Enabled>
      <ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Monday /></DaysOfWeek></ScheduleByWeek>
    </CalendarTrigger>
    <BootTrigger/>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>CONTOSO\\backup</UserId>
      <LogonType>Password</LogonType>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>Parallel</MultipleInstancesPolicy>
    <Enabled>false</Enabled>
    <ExecutionTimeLimit>PT72H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>powershell.exe</Command>
      <Arguments>-Command "if (1 -lt 2 &amp;&amp; 2 -gt 1) { Start-OBBackup }"</Arguments>
    </Exec>
  </Actions>
</Task>"""


def wrapped(inside: str) -> str:
    actions = "<Actions><Exec><Command>cmd.exe</Command></Exec></Actions>"
    return f'<Task version="1.2" xmlns="{NAMESPACE}">{inside}{actions}</Task>'


def meaning(xml: str) -> str:
    """The canonical form, without the declared encoding and white space between elements."""
    return ElementTree.canonicalize(re.sub(r"^<\?xml.*?\?>", "", xml), strip_text=True, with_comments=True)


def test_reads_what_a_backup_task_says() -> None:
    task = TaskDefinition.parse(BACKUP)
    assert not task.enabled
    assert [(trigger.type, trigger.enabled, trigger.interval_hours) for trigger in task.triggers] == [
        ("CalendarTrigger", False, 168),
        ("BootTrigger", True, None),
    ]
    assert task.multiple_instances == "Parallel"
    principal = task.principal
    assert (principal.id, principal.kind, principal.logon_type) == ("CONTOSO\\backup", "user", "Password")


def test_what_is_not_written_has_the_default_of_the_schema() -> None:
    task = TaskDefinition.parse(wrapped("<Triggers><TimeTrigger /></Triggers>"))
    assert task.enabled
    (trigger,) = task.triggers
    assert trigger == Trigger("TimeTrigger", True, None, start=None, end=None, once=True, days=None)
    assert task.multiple_instances == "IgnoreNew"
    assert (task.principal.id, task.principal.kind, task.principal.logon_type) == ("", "user", None)


@pytest.mark.parametrize(
    "schedule, hours",
    [
        ("<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>", 24),
        ("<ScheduleByDay><DaysInterval>3</DaysInterval></ScheduleByDay>", 72),
        ("<ScheduleByDay />", 24),
        ("<ScheduleByDay><DaysInterval>?</DaysInterval></ScheduleByDay>", None),
        ("<ScheduleByWeek><DaysOfWeek><Monday /><Wednesday /></DaysOfWeek></ScheduleByWeek>", 5 * 24),
        ("<ScheduleByWeek><DaysOfWeek><Saturday /><Sunday /></DaysOfWeek></ScheduleByWeek>", 6 * 24),
        (
            "<ScheduleByWeek><WeeksInterval>2</WeeksInterval><DaysOfWeek><Monday /><Friday /></DaysOfWeek>"
            "</ScheduleByWeek>",
            10 * 24,
        ),
        ("<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek /></ScheduleByWeek>", None),
        ("<ScheduleByMonth><DaysOfMonth><Day>1</Day></DaysOfMonth></ScheduleByMonth>", None),
    ],
)
def test_the_longest_time_between_two_starts(schedule: str, hours: int | None) -> None:
    xml = wrapped(f"<Triggers><CalendarTrigger>{schedule}</CalendarTrigger></Triggers>")
    assert TaskDefinition.parse(xml).triggers == (
        Trigger("CalendarTrigger", True, hours, start=None, end=None, once=False, days=None),
    )


def test_a_group_is_told_from_a_user() -> None:
    task = TaskDefinition.parse(
        wrapped("<Principals><Principal><GroupId>S-1-5-32-544</GroupId></Principal></Principals>")
    )
    assert (task.principal.kind, task.principal.id) == ("group", "S-1-5-32-544")


@pytest.mark.parametrize("text", ["true", "1"])
def test_both_spellings_of_true(text: str) -> None:
    assert TaskDefinition.parse(wrapped(f"<Settings><Enabled>{text}</Enabled></Settings>")).enabled


@pytest.mark.parametrize("text", ["false", "0"])
def test_both_spellings_of_false(text: str) -> None:
    assert not TaskDefinition.parse(wrapped(f"<Settings><Enabled>{text}</Enabled></Settings>")).enabled


def test_enabling_changes_one_word() -> None:
    task = TaskDefinition.parse(BACKUP).with_enabled(True)
    disabled, enabled = (f"<Enabled>{value}</Enabled>\n    <ExecutionTimeLimit>" for value in ("false", "true"))
    assert meaning(task.xml) == meaning(BACKUP.replace(disabled, enabled)) != meaning(BACKUP)
    assert task.enabled
    assert not task.triggers[0].enabled


def test_triggers_are_enabled_where_they_were_not() -> None:
    task = TaskDefinition.parse(BACKUP).with_triggers_enabled()
    assert [trigger.enabled for trigger in task.triggers] == [True, True]
    assert not task.enabled
    boot = ElementTree.fromstring(task.xml).find(f"{T}Triggers/{T}BootTrigger")
    assert boot is not None
    assert list(boot) == []


def test_system_needs_neither_logon_type_nor_password_and_keeps_the_run_level() -> None:
    task = TaskDefinition.parse(BACKUP).with_system_principal()
    assert (task.principal.id, task.principal.logon_type) == ("S-1-5-18", None)
    assert "<RunLevel>HighestAvailable</RunLevel>" in task.xml
    assert '<Principal id="Author">' in task.xml


def test_system_replaces_a_group() -> None:
    group = "<Principals><Principal id='A'><GroupId>S-1-5-32-545</GroupId></Principal></Principals>"
    task = TaskDefinition.parse(wrapped(group)).with_system_principal()
    assert (task.principal.kind, task.principal.id) == ("user", "S-1-5-18")
    assert "GroupId" not in task.xml


@pytest.mark.parametrize(
    "inside", ["", "<Principals/>", "<Principals></Principals>", "<Principals><Principal /></Principals>"]
)
def test_system_where_no_principal_was(inside: str) -> None:
    assert TaskDefinition.parse(wrapped(inside)).with_system_principal().principal.id == "S-1-5-18"


def test_an_added_principal_is_the_one_the_actions_name() -> None:
    xml = wrapped("").replace("<Actions>", '<Actions Context="LocalSystem">')
    root = ElementTree.fromstring(TaskDefinition.parse(xml).with_system_principal().xml)
    principal = root.find(f"{T}Principals/{T}Principal")
    assert principal is not None
    assert principal.get("id") == "LocalSystem"


@pytest.mark.parametrize(
    "inside", ["", "<Settings/>", "<Settings />", "<Settings></Settings>", "<Settings><Hidden>true</Hidden></Settings>"]
)
def test_a_setting_is_added_where_none_was(inside: str) -> None:
    task = TaskDefinition.parse(wrapped(inside)).with_multiple_instances("Queue").with_enabled(False)
    assert (task.multiple_instances, task.enabled) == ("Queue", False)
    names = [child.tag for child in ElementTree.fromstring(task.xml)]
    assert names[-2:] == [f"{T}Settings", f"{T}Actions"]
    assert ("Hidden" in inside) == ("Hidden" in task.xml)


def test_definitions_are_written_without_prefixes() -> None:
    xml = f'<t:Task xmlns:t="{NAMESPACE}"><t:Actions><t:Exec/></t:Actions></t:Task>'
    task = TaskDefinition.parse(xml).with_system_principal().with_multiple_instances("Queue")
    assert (task.principal.id, task.multiple_instances) == ("S-1-5-18", "Queue")
    assert task.xml.startswith(f'<Task xmlns="{NAMESPACE}">')
    assert not re.search(r"</?\w+:", task.xml)


# What Windows writes where a definition has it: line ends of a description, XML in XML, text for a COM handler
EXPORTED = f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.6" xmlns="{NAMESPACE}">
  <RegistrationInfo>
    <SecurityDescriptor>D:P(A;;FA;;;BA)(A;;FA;;;SY)</SecurityDescriptor>
    <Source>$(@%SystemRoot%\\system32\\srv.dll,-600)</Source>
    <Description>Zeile eins,&#xD;
Zeile zwei &lt;wichtig&gt; &amp; "zitiert"  </Description>
    <URI>\\Contoso\\Überwachung</URI>
  </RegistrationInfo>
  <Triggers>
    <EventTrigger id="first">
      <Enabled>false</Enabled>
      <Subscription>&lt;QueryList&gt;&lt;Query Id="0"&gt;&lt;Select Path="System"&gt;*[System[EventID=1]]&lt;/Select&gt;
&lt;/Query&gt;&lt;/QueryList&gt;</Subscription>
      <ValueQueries><Value name="a &quot;b&quot;">Event/System/EventRecordID</Value></ValueQueries>
    </EventTrigger>
    <WnfStateChangeTrigger><StateName>7550BCA33E1D8C41</StateName></WnfStateChangeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <GroupId>S-1-5-4</GroupId>
      <RequiredPrivileges><Privilege>SeBackupPrivilege</Privilege></RequiredPrivileges>
    </Principal>
  </Principals>
  <Settings>
    <IdleSettings><StopOnIdleEnd>true</StopOnIdleEnd><RestartOnIdle>false</RestartOnIdle></IdleSettings>
    <Enabled>false</Enabled>
    <MaintenanceSettings><Period>P1D</Period><Deadline>P2D</Deadline></MaintenanceSettings>
  </Settings>
  <Data>$(Arg0)</Data>
  <Actions Context="Author">
    <ComHandler>
      <ClassId>{{F8EFC3B1-1D2A-4D8C-9F9A-000000000000}}</ClassId>
      <Data><![CDATA[<timer every="1"/> & more]]></Data>
    </ComHandler>
    <Exec id="second">
      <Command>"%ProgramFiles%\\Größe\\a &amp; b.exe"</Command><Arguments>-x "1 &lt; 2"</Arguments>
    </Exec>
  </Actions>
</Task>"""


def edited(xml: str) -> TaskDefinition:
    task = TaskDefinition.parse(xml).with_enabled(True).with_triggers_enabled()
    return task.with_system_principal().with_multiple_instances("Queue")


def stored_definitions() -> list[str]:
    """The definitions that simulated hosts export."""
    hosts = [simulated(base=base) for base in ("healthy-2022", "task-2016", "german-2019", "old-2012-r2")]
    return [task["xml"] for host in hosts for task in host.windows.state()["tasks"].values()]


@pytest.mark.parametrize("xml", [BACKUP, EXPORTED, *stored_definitions()])
def test_a_definition_as_windows_exports_it_keeps_everything_an_edit_is_not_about(xml: str) -> None:
    task = edited(xml)

    assert without_edited(task.xml) == without_edited(xml)
    assert (task.enabled, task.principal.id, task.multiple_instances) == (True, "S-1-5-18", "Queue")
    assert all(trigger.enabled for trigger in task.triggers)
    assert edited(task.xml) == task


def test_the_line_ends_of_a_description_survive() -> None:
    description = ElementTree.fromstring(edited(EXPORTED).xml).findtext(f"{T}RegistrationInfo/{T}Description")
    assert description == 'Zeile eins,\r\nZeile zwei <wichtig> & "zitiert"  '


def test_comments_and_processing_instructions_stay() -> None:
    xml = wrapped("<!-- by hand --><?tool x?><Triggers><!-- none --></Triggers>")
    task = TaskDefinition.parse(xml).with_system_principal()
    assert task.triggers == ()
    assert [note for note in ("<!-- by hand -->", "<?tool x?>", "<!-- none -->") if note not in task.xml] == []


def test_an_element_without_a_namespace_is_not_given_one() -> None:
    task = TaskDefinition.parse(wrapped('<Data><own xmlns=""/></Data>'))
    with pytest.raises(TaskXmlError, match="change this task by hand"):
        task.with_enabled(False)


def test_what_is_as_it_should_be_is_left_alone() -> None:
    task = TaskDefinition.parse(BACKUP).with_enabled(True).with_triggers_enabled().with_system_principal()
    again = task.with_enabled(True).with_triggers_enabled().with_system_principal().with_multiple_instances("Parallel")
    assert again is task


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ERROR: The system cannot find the file specified.",
        "<Task/>",
        f'<Job xmlns="{NAMESPACE}"/>',
        f'<!DOCTYPE Task [<!ENTITY a "b">]><Task xmlns="{NAMESPACE}"><Actions/></Task>',
        f'<Task xmlns="{NAMESPACE}">',
        f'<Task xmlns="{NAMESPACE}"/>',
        "<Task>\ud800</Task>",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(TaskXmlError):
        TaskDefinition.parse(text)


def test_ascii_keeps_every_character() -> None:
    text = ascii_xml(BACKUP)
    assert text.isascii()
    assert text.startswith('<?xml version="1.0"?>\n<Task ')
    assert ElementTree.fromstring(text).findtext(f"{T}RegistrationInfo/{T}Author") == "CONTOSO\\björn"


def test_ascii_refuses_what_has_no_references() -> None:
    with pytest.raises(TaskXmlError, match="outside ASCII"):
        ascii_xml(wrapped("<!-- ü -->"))


# Property: whatever else is in a definition is there, unchanged, after every edit.

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\r\n"),
    max_size=20,
)


@st.composite
def unknown(draw: st.DrawFn, depth: int = 1) -> ElementTree.Element:
    namespace = draw(st.sampled_from([NAMESPACE, "urn:later", "urn:x"]))
    name = draw(names.filter(lambda name: name not in EDITED))
    element = ElementTree.Element(f"{{{namespace}}}{name}", draw(st.dictionaries(names, texts, max_size=2)))
    element.text = draw(texts)
    element.tail = draw(texts)
    if depth:
        element.extend(draw(st.lists(unknown(depth - 1), max_size=2)))
    return element


EDITED = {"Settings", "Principals", "Principal", "Triggers", "Actions", "Enabled", "UserId", "GroupId", "LogonType"}
EDITED |= {"MultipleInstancesPolicy", "RunLevel", "Task"}


def element(name: str, *children: ElementTree.Element, text: str = "") -> ElementTree.Element:
    node = ElementTree.Element(T + name)
    node.text = text
    node.extend(children)
    return node


@st.composite
def definitions(draw: st.DrawFn) -> str:
    def mixed(*known: ElementTree.Element) -> list[ElementTree.Element]:
        present = [node for node in known if draw(st.booleans())]
        return list(draw(st.permutations([*present, *draw(st.lists(unknown(), max_size=2))])))

    flag = st.sampled_from(["true", "false", "0", "1"])
    user = element("UserId", text=draw(st.sampled_from(["S-1-5-18", "S-1-5-19", "CONTOSO\\müller"])))
    who = mixed(user, element("LogonType", text="Password"), element("GroupId", text="S-1-5-32-544"))
    settings = mixed(element("MultipleInstancesPolicy", text="Queue"), element("Enabled", text=draw(flag)))
    triggers = [
        element("TimeTrigger", *mixed(element("Enabled", text=draw(flag))))
        for _unused in range(draw(st.integers(0, 3)))
    ]
    parts = mixed(
        element("Settings", *settings),
        element("Principals", *mixed(element("Principal", *who))),
        element("Triggers", *triggers),
    )
    task = element("Task", *parts, element("Actions", *draw(st.lists(unknown(), max_size=2))))
    xml = ElementTree.tostring(task, encoding="unicode").replace("\r", "&#13;")
    return draw(st.sampled_from(["", '<?xml version="1.0" encoding="UTF-16"?>\n'])) + xml


def without_edited(xml: str) -> list[str]:
    """Everything an edit is not about, as canonical texts in document order."""
    root = ElementTree.fromstring(xml.partition("?>")[2] if xml.startswith("<?xml") else xml)
    kept = []

    def visit(node: ElementTree.Element) -> None:
        for child in node:
            if child.tag in {T + name for name in ("Settings", "Principals", "Principal", "Triggers")}:
                visit(child)
            elif child.tag.endswith("Trigger"):
                kept.append(f"{child.tag} {sorted(child.items())}")
                visit(child)
            elif child.tag not in {T + name for name in EDITED - {"Actions", "RunLevel"}}:
                kept.append(ElementTree.canonicalize(ElementTree.tostring(child, encoding="unicode")))

    for node in root.iter():
        node.tail = None
    visit(root)
    return kept


@settings(max_examples=20)
@given(definitions())
def test_edits_take_effect_and_leave_everything_else_as_ascii_does(xml: str) -> None:
    task = TaskDefinition.parse(xml)
    edited = (
        task.with_enabled(True).with_triggers_enabled().with_system_principal().with_multiple_instances("IgnoreNew")
    )
    assert edited.enabled
    assert all(trigger.enabled for trigger in edited.triggers)
    assert [trigger.type for trigger in edited.triggers] == [trigger.type for trigger in task.triggers]
    assert (edited.principal.id, edited.principal.kind) == ("S-1-5-18", "user")
    assert edited.multiple_instances == "IgnoreNew"
    assert without_edited(edited.xml) == without_edited(ascii_xml(xml)) == without_edited(xml)


@pytest.mark.parametrize(
    "trigger, start, end, once",
    [
        (
            "<TimeTrigger><StartBoundary>2026-01-02T03:04:05</StartBoundary></TimeTrigger>",
            datetime(2026, 1, 2, 3, 4, 5),
            None,
            True,
        ),
        (
            "<TimeTrigger><Repetition><Interval>P1D</Interval></Repetition></TimeTrigger>",
            None,
            None,
            False,
        ),
        (
            "<CalendarTrigger><StartBoundary>2026-01-02T03:04:05.1234567+01:00</StartBoundary>"
            "<EndBoundary>2027-01-02T00:00:00Z</EndBoundary>"
            "<ScheduleByDay><DaysInterval>2</DaysInterval></ScheduleByDay></CalendarTrigger>",
            datetime(2026, 1, 2, 3, 4, 5, 123456, timezone(timedelta(hours=1))),
            datetime(2027, 1, 2, tzinfo=UTC),
            False,
        ),
        (
            "<CalendarTrigger><ScheduleByWeek><WeeksInterval>4</WeeksInterval></ScheduleByWeek></CalendarTrigger>",
            None,
            None,
            False,
        ),
        ("<CalendarTrigger><ScheduleByMonth /></CalendarTrigger>", None, None, False),
    ],
)
def test_when_a_trigger_starts_its_task(trigger: str, start: datetime | None, end: datetime | None, once: bool) -> None:
    (found,) = TaskDefinition.parse(wrapped(f"<Triggers>{trigger}</Triggers>")).triggers

    assert (found.start, found.end, found.once) == (start, end, once)


def test_a_time_that_is_none_is_an_error() -> None:
    trigger = "<Triggers><TimeTrigger><StartBoundary>soon</StartBoundary></TimeTrigger></Triggers>"

    with pytest.raises(TaskXmlError, match="'soon', which is not one"):
        TaskDefinition.parse(wrapped(trigger))
