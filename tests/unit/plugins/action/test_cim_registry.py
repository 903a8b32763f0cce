# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_registry: exact comparison by type, in check mode, for real, again, and against a host that resists."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_registry import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

KEY = r"HKLM\SOFTWARE\Contoso"
ABSENT = {"state": "absent", "type": None, "data": None}


def contoso(values: dict[str, Any], **profile: Any) -> SimulatedHost:
    return simulated(registry={KEY: values}, **profile)


def present(kind: str, data: Any) -> dict[str, Any]:
    return {"state": "present", "type": kind, "data": data}


@pytest.mark.parametrize(
    "options, after",
    [
        ({"data": "text"}, present("string", "text")),
        ({"data": 5}, present("string", "5")),
        ({"data": "", "type": "string"}, present("string", "")),
        ({"data": "%SystemRoot%\\x", "type": "expand_string"}, present("expand_string", "%SystemRoot%\\x")),
        ({"data": ["a", "b"], "type": "multi_string"}, present("multi_string", ["a", "b"])),
        ({"data": "alone", "type": "multi_string"}, present("multi_string", ["alone"])),
        ({"data": 1, "type": "dword"}, present("dword", 1)),
        ({"data": "0xFFFFFFFF", "type": "dword"}, present("dword", 4294967295)),
        ({"data": -1, "type": "dword"}, present("dword", 4294967295)),
        ({"data": "18446744073709551615", "type": "qword"}, present("qword", 18446744073709551615)),
        ({"data": "00 FF,10", "type": "binary"}, present("binary", "00ff10")),
    ],
)
def test_a_new_value_is_predicted_written_and_then_left_alone(
    run_action: RunAction, options: dict[str, Any], after: dict[str, Any]
) -> None:
    host = contoso({})
    untouched = host.windows.state()
    task = {"key": KEY + r"\New", "name": "Name", **options}

    predicted = run_action(ActionModule, host, check=True, diff=True, **task)
    assert predicted == {"changed": True, "before": ABSENT, "after": after, "diff": {"before": ABSENT, "after": after}}
    assert host.windows.state() == untouched

    assert run_action(ActionModule, host, diff=True, **task) == predicted

    assert run_action(ActionModule, host, diff=True, **task) == {"changed": False, "before": after, "after": after}


@pytest.mark.parametrize(
    "stored, options",
    [
        (4294967295, {"data": -1, "type": "dword"}),
        (4294967295, {"data": "4294967295"}),
        ({"expand": "%SystemRoot%\\x"}, {"data": "%SystemRoot%\\x"}),
        ({"binary": "00ff"}, {"data": "00FF"}),
        (["a", "b"], {"data": ["a", "b"]}),
    ],
)
def test_equal_data_in_another_notation_is_no_change(
    run_action: RunAction, stored: Any, options: dict[str, Any]
) -> None:
    assert not run_action(ActionModule, contoso({"Name": stored}), key=KEY, name="Name", **options)["changed"]


def test_a_value_keeps_its_type_unless_another_is_asked_for(run_action: RunAction) -> None:
    host = contoso({"Name": {"expand": "%SystemRoot%"}})

    kept = run_action(ActionModule, host, key=KEY, name="Name", data="%SystemRoot%;D:\\x")
    assert kept["after"] == present("expand_string", "%SystemRoot%;D:\\x")

    changed = run_action(ActionModule, host, key=KEY, name="Name", data="%SystemRoot%;D:\\x", type="string")
    assert (changed["changed"], changed["after"]) == (True, present("string", "%SystemRoot%;D:\\x"))


def test_text_differs_by_case_and_order(run_action: RunAction) -> None:
    host = contoso({"Name": "text", "List": ["a", "b"]})

    assert run_action(ActionModule, host, key=KEY, name="Name", data="Text")["changed"]
    assert run_action(ActionModule, host, key=KEY, name="List", data=["b", "a"])["changed"]


def test_the_default_value_needs_no_name(run_action: RunAction) -> None:
    host = contoso({})

    run_action(ActionModule, host, key=KEY, data="text")

    assert host.windows.registry.data(KEY, "") == "text"


def test_a_value_is_removed_once(run_action: RunAction) -> None:
    host = contoso({"Name": 1, "Other": 2})
    task = {"key": KEY, "name": "Name", "state": "absent"}

    predicted = run_action(ActionModule, host, check=True, **task)
    assert (predicted["changed"], predicted["before"], predicted["after"]) == (True, present("dword", 1), ABSENT)
    assert run_action(ActionModule, host, **task) == predicted
    assert not run_action(ActionModule, host, **task)["changed"]
    assert host.windows.registry.data(KEY, "Other") == 2


@pytest.mark.parametrize(
    "kind, data, complaint",
    [("dword", "many", "is not of type dword"), ("multi_string", [], "an empty REG_MULTI_SZ cannot be written")],
)
def test_data_of_another_kind_is_refused(run_action: RunAction, kind: str, data: Any, complaint: str) -> None:
    host = contoso({})

    with pytest.raises(AnsibleActionFail, match=complaint):
        run_action(ActionModule, host, key=KEY, name="Name", data=data, type=kind)
    assert host.windows.registry.data(KEY, "Name") is None


def test_present_needs_data(run_action: RunAction) -> None:
    with pytest.raises(AnsibleActionFail, match="state is present but all of the following are missing: data"):
        run_action(ActionModule, contoso({}), key=KEY, name="Name")


@pytest.mark.parametrize("base", ["windows-server-2008", "windows-server-2022", "german-2019"])
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "name, policy, data, kind",
    [
        ("Name", "policy", "mine", "string"),
        ("Number", 0, 1, "dword"),
        ("Long", {"qword": 2}, 3, "qword"),
        ("List", ["a"], ["b"], "multi_string"),
        ("Octets", {"binary": "00"}, "01", "binary"),
    ],
)
def test_a_value_that_a_policy_sets_otherwise_is_left_alone(
    run_action: RunAction, base: str, check: bool, name: str, policy: Any, data: Any, kind: str
) -> None:
    host = simulated(base=base, group_policy={KEY: {name: policy}})
    host.windows.settle()
    before = host.windows.state()

    with pytest.raises(
        AnsibleActionFail, match=rf"the Group Policy object {{31B2.*}} sets {name} in .*change it there"
    ):
        run_action(ActionModule, host, check=check, key=KEY, name=name, data=data, type=kind)
    assert host.windows.state() == before


def test_a_value_that_a_policy_sets_is_not_deleted(run_action: RunAction) -> None:
    host = simulated(group_policy={KEY: {"Name": "policy"}})

    with pytest.raises(AnsibleActionFail, match="sets Name in"):
        run_action(ActionModule, host, key=KEY, name="Name", state="absent")


def test_what_a_policy_sets_in_another_key_or_to_the_same_data_does_not_matter(run_action: RunAction) -> None:
    host = contoso({}, group_policy={KEY: {"Other": "policy"}, r"HKLM\SOFTWARE\Fabrikam": {"Name": "policy"}})

    assert run_action(ActionModule, host, key=KEY, name="Name", data="mine")["changed"]
    assert not run_action(ActionModule, host, key=KEY, name="Other", data="policy")["changed"]


def test_a_policy_that_writes_its_value_back_is_found_out(run_action: RunAction) -> None:
    # Where Windows does not note what it applies
    host = contoso({}, group_policy={KEY: {"Name": "policy"}}, missing_namespaces=["root/rsop/computer"])

    with pytest.raises(AnsibleActionFail, match=r"applied but is not in effect: data \(see 'after'\)"):
        run_action(ActionModule, host, key=KEY, name="Name", data="mine")


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_write_whose_answer_is_lost_is_sent_again(run_action: RunAction, fault: str) -> None:
    host = contoso({"Name": "old"}, faults={fault: ["SetStringValue"]})

    result = run_action(ActionModule, host, key=KEY, name="Name", data="new")

    assert result["after"] == present("string", "new")
    assert host.actions["StdRegProv/SetStringValue"] == 2


@pytest.mark.parametrize("fault, sent", [("drop_before", 8), ("drop_after", 4)])
def test_a_write_that_is_never_answered_is_judged_by_what_is_read(run_action: RunAction, fault: str, sent: int) -> None:
    host = contoso({"Name": "old"}, faults={fault: ["SetStringValue"] * 8})
    options = {"key": KEY, "name": "Name", "data": "new"}

    if fault == "drop_after":
        assert run_action(ActionModule, host, **options)["after"] == present("string", "new")
    else:
        with pytest.raises(AnsibleActionFail) as caught:
            run_action(ActionModule, host, **options)
        assert "so far: data (see 'after')" in caught.value.message
        assert "unknown: Invoke StdRegProv.SetStringValue got no answer in 4 tries" in caught.value.message
        assert "nothing was changed" not in caught.value.message
    assert host.actions["StdRegProv/SetStringValue"] == sent


def test_a_refused_write_says_so(run_action: RunAction) -> None:
    host = contoso({"Name": "old"}, registry_read_only=[KEY])

    with pytest.raises(AnsibleActionFail, match=r"could not be written: access is denied.*nothing was changed"):
        run_action(ActionModule, host, key=KEY, name="Name", data="new")


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"name": "100%", "type": "expand_string", "data": "x"}, "cannot be used in a command"),
        ({"name": 'a"b', "type": "expand_string", "data": "x"}, "cannot be used in a command"),
        ({"name": "a\nb", "type": "expand_string", "data": "x"}, "cannot be used in a command"),
        ({"name": "a", "type": "multi_string", "data": []}, "an empty REG_MULTI_SZ cannot be written"),
        ({"name": "a", "type": "binary", "data": ""}, "an empty REG_BINARY cannot be written"),
        ({"name": "a", "data": "secret \x07"}, r"contains the character U\+0007"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_be_written_is_not_predicted(
    run_action: RunAction, check: bool, options: dict[str, Any], sentence: str
) -> None:
    host = contoso({})
    before = host.windows.state()

    with pytest.raises(AnsibleActionFail, match=sentence) as caught:
        run_action(ActionModule, host, check=check, key=KEY, **options)
    assert host.windows.state() == before
    assert "secret" not in caught.value.message
