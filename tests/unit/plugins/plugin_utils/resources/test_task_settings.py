# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of tasks on simulated hosts: what is changed, what is not, and what is refused."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_scheduled_task import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

FOLDER = "\\Microsoft\\OnlineBackup\\"
BACKUP = "Microsoft-OnlineBackup"
OPERATOR = "S-1-5-21-3623811015-3361044348-30300820-1013"
WANTED: dict[str, Any] = {
    "path": FOLDER,
    "enabled": True,
    "run_as": "system",
    "accept_run_as": ["S-1-5-32-544"],
    "multiple_instances": "IgnoreNew",
}
NEWER_AND_OLDER = pytest.mark.parametrize("older", [False, True])

NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def task(principal: str, logon: str = "", more: str = "") -> dict[str, str]:
    """A task of a profile that is not as it should be."""
    logon_type = f"<LogonType>{logon}</LogonType>" if logon else ""
    return {
        "password": "Secret 1",
        "xml": f"""<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
          <Triggers><TimeTrigger><StartBoundary>2026-01-01T01:00:00</StartBoundary><Enabled>false</Enabled></TimeTrigger>
          <BootTrigger><Delay>PT5M</Delay></BootTrigger></Triggers>
          <Principals><Principal id="Author">{principal}{logon_type}</Principal></Principals>
          <Settings><MultipleInstancesPolicy>Parallel</MultipleInstancesPolicy><Enabled>false</Enabled>{more}
          </Settings><Actions Context="Author"><Exec><Command>a &amp; b.exe</Command></Exec></Actions></Task>""",
    }


def host_with(*, older: bool = False, **tasks: dict[str, str] | None) -> SimulatedHost:
    """A host that knows the operator, with these tasks in the agent's folder."""
    return simulated(
        base="old-2008-r2" if older else "healthy-2022",
        accounts={OPERATOR: {"name": "backup.operator"}},
        tasks={FOLDER + name: entry for name, entry in tasks.items()},
    )


def definition(host: SimulatedHost, name: str) -> ElementTree.Element:
    xml = host.windows.state()["tasks"][FOLDER + name]["xml"]
    return ElementTree.fromstring(xml.partition("?>")[2])


def text(root: ElementTree.Element, path: str) -> str | None:
    return root.findtext("/".join(NAMESPACE + name for name in path.split("/")))


@NEWER_AND_OLDER
def test_every_task_of_the_folder_comes_to_be_as_wanted(run_action: RunAction, older: bool) -> None:
    user = task(f"<UserId>{OPERATOR}</UserId>", "Password")
    host = host_with(older=older, First=user, Second=user)

    result = run_action(ActionModule, host, **WANTED)

    assert result["changed"]
    assert list(result["after"]) == ["First", BACKUP, "Second"]
    assert set(map(str, result["after"].values())) - {str(result["after"][BACKUP])} == {
        str(
            {
                "enabled": True,
                "triggers": [{"type": "TimeTrigger", "enabled": True}, {"type": "BootTrigger", "enabled": True}],
                "run_as": "S-1-5-18",
                "multiple_instances": "IgnoreNew",
            }
        )
    }
    for name in ("First", "Second"):
        root = definition(host, name)
        assert text(root, "Triggers/TimeTrigger/StartBoundary") == "2026-01-01T01:00:00"
        assert text(root, "Triggers/BootTrigger/Delay") == "PT5M"
        assert text(root, "Actions/Exec/Command") == "a & b.exe"
        assert text(root, "Principals/Principal/LogonType") is None
    assert not run_action(ActionModule, host, **WANTED)["changed"]


@NEWER_AND_OLDER
def test_check_mode_says_the_same_and_changes_nothing(run_action: RunAction, older: bool) -> None:
    host = host_with(older=older, First=task(f"<UserId>{OPERATOR}</UserId>", "Password"))
    before = host.windows.state()

    predicted = run_action(ActionModule, host, check=True, diff=True, **WANTED)
    assert host.windows.state() == before
    real = run_action(ActionModule, host, diff=True, **WANTED)

    assert predicted == real
    assert predicted["diff"]["before"]["First"]["run_as"].endswith(("backup.operator", OPERATOR))


@pytest.mark.parametrize("language", ["en", "de", "ja"])
@NEWER_AND_OLDER
def test_administrators_may_stay_whatever_their_name(run_action: RunAction, older: bool, language: str) -> None:
    entry = task("<GroupId>S-1-5-32-544</GroupId>")
    host = simulated(
        base="old-2008-r2" if older else "healthy-2022", language=language, tasks={FOLDER + "First": entry}
    )

    result = run_action(ActionModule, host, **WANTED)

    assert result["after"]["First"]["run_as"] == "S-1-5-32-544"
    assert result["after"]["First"]["enabled"]


def test_administrators_do_not_stay_unasked(run_action: RunAction) -> None:
    host = host_with(First=task("<GroupId>S-1-5-32-544</GroupId>"))
    result = run_action(ActionModule, host, path=FOLDER, name="First", run_as="system")
    assert result["after"]["First"]["run_as"] == "S-1-5-18"


def test_only_what_is_asked_for_is_changed(run_action: RunAction) -> None:
    host = host_with(First=task("<UserId>S-1-5-18</UserId>"))
    result = run_action(ActionModule, host, path=FOLDER, name="first", multiple_instances="Queue")
    assert result["after"] == {"First": {**result["before"]["First"], "multiple_instances": "Queue"}}
    assert not result["after"]["First"]["enabled"]


def test_disabling_leaves_the_triggers(run_action: RunAction) -> None:
    result = run_action(ActionModule, host_with(), path=FOLDER, enabled=False)
    assert result["after"][BACKUP]["enabled"] is False
    assert result["after"][BACKUP]["triggers"] == result["before"][BACKUP]["triggers"]


@pytest.mark.parametrize("check", [True, False])
def test_a_stored_password_is_not_lost(run_action: RunAction, check: bool) -> None:
    host = host_with(First=task(f"<UserId>{OPERATOR}</UserId>", "Password"))
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail, match=r"First runs as .* with a stored password.*run_as: system"):
        run_action(ActionModule, host, check=check, path=FOLDER, enabled=True)
    assert host.windows.state() == before


@pytest.mark.parametrize("options", [{"path": "\\Nowhere\\"}, {"path": FOLDER, "name": "Nothing"}])
@NEWER_AND_OLDER
def test_no_task_is_an_error(run_action: RunAction, older: bool, options: dict[str, str]) -> None:
    with pytest.raises(AnsibleActionFail, match="there is no scheduled task"):
        run_action(ActionModule, host_with(older=older), enabled=True, **options)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_change_whose_answer_is_lost_is_judged_by_what_is(run_action: RunAction, fault: str) -> None:
    host = simulated(base="task-2016", faults={fault: ["RegisterByXml"]})
    result = run_action(ActionModule, host, **WANTED)
    assert result["after"][BACKUP]["run_as"] == "S-1-5-18"
    assert not run_action(ActionModule, host, **WANTED)["changed"]
