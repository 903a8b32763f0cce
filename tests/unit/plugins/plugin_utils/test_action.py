# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pattern of every action: arguments, errors, secrets, and a change that is believed only when read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.winops.mars.plugins.plugin_utils import _action
from ansible_collections.winops.mars.plugins.plugin_utils._action import (
    DesiredStateAction,
    ValidatedAction,
    WindowsAction,
)
from ansible_collections.winops.mars.plugins.plugin_utils.resources.resource import ChangeUndone, Resource
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import (
    AuthenticationRejected,
    Fault,
    OutcomeUnknown,
    ProtocolError,
    Unreachable,
    WSManError,
)

pytestmark = pytest.mark.core_matrix

SECRET = "correct-horse-battery"
SPEC = {
    "name": {"type": "str", "required": True},
    "value": {"type": "int", "default": 1},
    "password": {"type": "str", "no_log": True},
    "pin": {"type": "int", "no_log": True},
}
State = dict[str, Any]
Step = Exception | Callable[[State], None]


class Host(Resource[State]):
    """A resource whose state is a dictionary, and what happens to each change of it."""

    def __init__(self, state: State, *changes: Step) -> None:
        self.state = state
        self.changes = list(changes)
        self.applied: list[State] = []
        self.reads: list[Exception | None] = []

    def read(self) -> State:
        if self.reads and (error := self.reads.pop(0)):
            raise error
        return dict(self.state)

    def desired(self, current: State) -> State:
        return {**current, "value": 2}

    def apply(self, current: State, desired: State) -> None:
        self.applied.append(desired)
        change = self.changes.pop(0) if self.changes else self.state.update
        if isinstance(change, Exception):
            raise change
        change(desired)


def ignored(desired: State) -> None:
    """A change the host answers with success and undoes."""


def prepared(kind: type[ValidatedAction], args: Mapping[str, Any], **task: Any) -> Any:
    """An action as the task executor makes it."""
    settings: dict[str, Any] = {
        "action": "winops.mars.cim_thing",
        "check_mode": False,
        "diff": False,
        "delegate_to": None,
        "no_log": False,
        **task,
    }
    settings = {"async_val": 0, "collections": [], "args": dict(args), **settings}
    connection = MagicMock(transport="winrm", become=None)
    task_object: Any = SimpleNamespace(**settings)
    action = kind(task_object, connection, MagicMock(), MagicMock(), MagicMock(), MagicMock())
    action._connection._shell.tmpdir = None
    return action


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[MagicMock]:
    """The sessions actions open, in place of real ones."""
    opened: list[MagicMock] = []

    def open_session(connection: Any) -> MagicMock:
        opened.append(MagicMock())
        return opened[-1]

    monkeypatch.setattr(_action, "open_session", open_session)
    return opened


TASK_VARS = {"inventory_hostname": "backup01"}


def changed(
    host: Resource[Any], sessions: list[MagicMock], args: Mapping[str, Any] | None = None, **task: Any
) -> State:
    """The result of a task that wants value 2 on a host."""

    class Action(DesiredStateAction):
        spec: ClassVar[Mapping[str, Any]] = SPEC

        def resource(self, args: dict[str, Any], session: Any) -> Resource[Any]:
            assert session is sessions[-1]
            return host

    result = prepared(Action, args or {"name": "x"}, **task).run(None, TASK_VARS)
    return dict(result)


def executing(step: Callable[[], State]) -> type[WindowsAction]:
    """An action that does one thing."""

    class Action(WindowsAction):
        spec: ClassVar[Mapping[str, Any]] = SPEC

        def run_on_host(self, args: dict[str, Any], session: Any) -> State:
            return step()

    return Action


def raising(error: Exception) -> Callable[[], State]:
    def step() -> State:
        raise error

    return step


# -- Desired state


def test_a_host_in_its_desired_state_is_left_alone(sessions: list[MagicMock]) -> None:
    host = Host({"value": 2})

    result = changed(host, sessions, diff=True)

    assert result == {"changed": False, "before": {"value": 2}, "after": {"value": 2}}
    assert host.applied == []


def test_a_change_is_made_and_read_back(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1, "other": "kept"})

    result = changed(host, sessions)

    assert result["changed"] is True
    assert result["before"] == {"value": 1, "other": "kept"}
    assert result["after"] == {"value": 2, "other": "kept"}
    assert "diff" not in result
    assert host.applied == [{"value": 2, "other": "kept"}]


def test_after_is_what_was_read_not_what_was_wanted(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1}, lambda desired: host.state.update(desired, count=7))

    assert changed(host, sessions)["after"] == {"value": 2, "count": 7}


def test_check_mode_predicts_and_writes_nothing(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1})

    result = changed(host, sessions, check_mode=True)

    assert result == {"changed": True, "before": {"value": 1}, "after": {"value": 2}}
    assert host.applied == []
    assert host.state == {"value": 1}


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_diff_is_there_when_asked_for(sessions: list[MagicMock], check_mode: bool) -> None:
    result = changed(Host({"value": 1}), sessions, diff=True, check_mode=check_mode)

    assert result["diff"] == {"before": {"value": 1}, "after": {"value": 2}}


def test_a_change_that_did_not_take_effect_fails(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1}, ignored, ignored)

    with pytest.raises(AnsibleActionFail, match="applied but is not in effect: value \\(see 'after'\\)") as caught:
        changed(host, sessions)

    assert "nothing was changed" in caught.value.message
    assert caught.value.result["changed"] is False
    assert caught.value.result["before"] == caught.value.result["after"] == {"value": 1}
    assert len(host.applied) == 1


def test_a_change_that_took_effect_in_part_says_so(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1, "first": "old"}, lambda desired: host.state.update(first="new"))

    with pytest.raises(AnsibleActionFail, match="part of the change is in effect") as caught:
        changed(host, sessions)

    assert caught.value.result["changed"] is True
    assert caught.value.result["before"] == {"value": 1, "first": "old"}
    assert caught.value.result["after"] == {"value": 1, "first": "new"}


LOST = OutcomeUnknown("Invoke C.Set was sent once and not answered: reset")
UNANSWERED = [LOST, Unreachable("Invoke C.Set got no answer in 4 tries: reset"), ProtocolError("HTTP 503")]
unanswered = pytest.mark.parametrize("lost", UNANSWERED, ids=lambda error: type(error).__name__)


@unanswered
def test_a_change_with_lost_answer_that_is_in_effect_succeeded(sessions: list[MagicMock], lost: WSManError) -> None:
    def works(desired: State) -> None:
        host.state.update(desired)
        raise lost

    host = Host({"value": 1}, works)

    assert changed(host, sessions)["after"] == {"value": 2}
    assert len(host.applied) == 1


@unanswered
def test_a_change_with_lost_answer_that_is_not_in_effect_is_made_once_more(
    sessions: list[MagicMock], lost: WSManError
) -> None:
    host = Host({"value": 1}, lost)

    assert changed(host, sessions)["after"] == {"value": 2}
    assert len(host.applied) == 2


def test_the_second_try_starts_from_the_state_the_first_left(sessions: list[MagicMock]) -> None:
    def half(desired: State) -> None:
        host.state["step"] = "half"
        raise LOST

    host = Host({"value": 1}, half)
    changed(host, sessions)

    assert host.applied == [{"value": 2}, {"value": 2, "step": "half"}]


@pytest.mark.parametrize(
    "second, reason", [(LOST, "was requested twice, .* unknown: Invoke C.Set"), (ignored, "may have undone it")]
)
def test_a_change_is_made_at_most_twice(sessions: list[MagicMock], second: Step, reason: str) -> None:
    host = Host({"value": 1}, LOST, second)

    with pytest.raises(AnsibleActionFail, match=f"not in effect.*: .*{reason}"):
        changed(host, sessions)
    assert len(host.applied) == 2


@unanswered
def test_a_change_that_is_never_answered_has_an_unknown_outcome(sessions: list[MagicMock], lost: WSManError) -> None:
    host = Host({"value": 1}, lost, lost)

    with pytest.raises(AnsibleActionFail) as caught:
        changed(host, sessions)

    message = caught.value.message
    assert "the change is not in effect so far: value (see 'after')" in message
    assert "whether it still takes effect is unknown" in message
    assert str(lost) in message
    assert "nothing was changed" not in message
    assert caught.value.result["before"] == caught.value.result["after"] == {"value": 1}


@unanswered
def test_a_change_without_answer_that_cannot_be_read_back_has_an_unknown_outcome(
    sessions: list[MagicMock], lost: WSManError
) -> None:
    host = Host({"value": 1}, lost)
    host.reads = [None, Unreachable("no answer")]
    with pytest.raises(AnsibleConnectionFailure, match=f"whether the change is in effect is unknown: {lost}"):
        changed(host, sessions)

    host = Host({"value": 1}, lost)
    host.reads = [None, ProtocolError("HTTP 404")]
    with pytest.raises(AnsibleActionFail, match=f"whether the change is in effect is unknown: {lost}") as caught:
        changed(host, sessions)
    assert caught.value.result["before"] == {"value": 1}
    assert "after" not in caught.value.result


DENIED = Fault(5, "AccessDenied", "Zugriff verweigert")


def test_a_change_the_host_refuses_fails_with_its_sentence(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1}, DENIED)

    with pytest.raises(AnsibleActionFail) as caught:
        changed(host, sessions)

    assert "the change failed: the host answered with error 0x00000005: Zugriff verweigert" in caught.value.message
    assert "nothing was changed" in caught.value.message
    assert len(host.applied) == 1


def test_a_change_that_was_undone_describes_what_is_in_effect(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1}, ChangeUndone("no space. A copy remains"))

    with pytest.raises(AnsibleActionFail, match=r"the change failed: no space\. A copy remains$") as caught:
        changed(host, sessions)
    assert caught.value.result["before"] == caught.value.result["after"] == {"value": 1}


def test_a_host_lost_after_a_failed_change_leaves_what_is_in_effect_unknown(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1}, DENIED)
    host.reads = [None, ProtocolError("HTTP 503")]

    with pytest.raises(AnsibleActionFail, match="what is in effect is unknown: HTTP 503") as caught:
        changed(host, sessions)
    assert caught.value.result["before"] == {"value": 1}
    assert "after" not in caught.value.result
    assert "changed" not in caught.value.result


def test_a_host_lost_before_the_change_is_read_back_is_an_error(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1})
    host.reads = [None, Unreachable("no answer")]

    message = "backup01 cannot be reached over WS-Management: whether the change is in effect is unknown: no answer"
    with pytest.raises(AnsibleConnectionFailure, match=message):
        changed(host, sessions)


def test_a_change_that_was_made_and_cannot_be_read_back_counts_as_changed(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1})
    host.reads = [None, DENIED]

    with pytest.raises(
        AnsibleActionFail, match="the change was made, but what is in effect now cannot be read"
    ) as caught:
        changed(host, sessions)
    assert caught.value.result["changed"] is True
    assert caught.value.result["before"] == {"value": 1}
    assert "after" not in caught.value.result


class Counter(Resource[int]):
    """A resource whose state is a number, shown by its parity."""

    def __init__(self) -> None:
        self.number = 1

    def read(self) -> int:
        return self.number

    def desired(self, current: int) -> int:
        return current + current % 2

    def apply(self, current: int, desired: int) -> None:
        self.number = desired

    def show(self, state: int) -> State:
        return {"even": state % 2 == 0}


def test_states_are_shown_as_their_resource_shows_them(sessions: list[MagicMock]) -> None:
    before, after = {"even": False}, {"even": True}

    result = changed(Counter(), sessions, diff=True)

    assert result == {"changed": True, "before": before, "after": after, "diff": {"before": before, "after": after}}


# -- Sessions and errors


def test_a_session_is_closed_after_success_and_failure(sessions: list[MagicMock]) -> None:
    prepared(executing(dict), {"name": "x"}).run(None, TASK_VARS)
    with pytest.raises(AnsibleActionFail):
        prepared(executing(raising(DENIED)), {"name": "x"}).run(None, TASK_VARS)
    with pytest.raises(AnsibleActionFail):
        prepared(executing(raising(ZeroDivisionError())), {"name": "x"}).run(None, TASK_VARS)

    assert [session.close.call_count for session in sessions] == [1, 1, 1]


def test_an_unreachable_host_is_unreachable(sessions: list[MagicMock]) -> None:
    with pytest.raises(AnsibleConnectionFailure, match=r"^backup01 cannot be reached over WS-Management: refused$"):
        prepared(executing(raising(Unreachable("refused"))), {"name": "x"}).run(None, TASK_VARS)


@pytest.mark.parametrize("error", [DENIED, AuthenticationRejected("no"), ProtocolError("no"), LOST])
def test_any_other_error_fails_the_task_with_its_sentence(sessions: list[MagicMock], error: WSManError) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        prepared(executing(raising(error)), {"name": "x"}).run(None, TASK_VARS)

    assert caught.value.message == f"winops.mars.cim_thing on backup01: {error}"
    # ansible-core 2.16 to 2.18 would announce a traceback
    assert "exception" not in caught.value.result


def test_a_delegated_task_names_the_host_it_runs_on(sessions: list[MagicMock]) -> None:
    with pytest.raises(AnsibleActionFail, match="on other02: no"):
        prepared(executing(raising(ProtocolError("no"))), {"name": "x"}, delegate_to="other02").run(None, TASK_VARS)


def test_become_is_refused_before_anything_is_sent(sessions: list[MagicMock]) -> None:
    action = prepared(executing(dict), {"name": "x"})
    action._connection.become = MagicMock()

    with pytest.raises(AnsibleActionFail, match=r"on backup01: 'become' has no effect .* remove it from this task"):
        action.run(None, TASK_VARS)
    assert sessions == []


def test_another_connection_fails_with_one_sentence() -> None:
    action = prepared(executing(dict), {"name": "x"})
    action._connection.transport = "ssh"

    with pytest.raises(AnsibleActionFail, match=r"^winops.mars.cim_thing on backup01: the connection 'ssh' cannot"):
        action.run(None, TASK_VARS)


# -- Arguments and secrets


class Echo(ValidatedAction):
    spec: ClassVar[Mapping[str, Any]] = SPEC
    constraints: ClassVar[Mapping[str, Any]] = {
        "required_if": [("value", 3, ["password"])],
        "mutually_exclusive": [("password", "pin")],
    }

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> State:
        if args["name"] == "fail":
            raise AnsibleActionFail(f"no: {args['password']}", result={"seen": [args["password"]]})
        return {"args": args, "text": f"with {args['password']} inside", "diff": {"before": args["password"]}}


def test_arguments_have_their_types_and_defaults() -> None:
    result = prepared(Echo, {"name": 5, "value": "7"}).run(None, {})

    assert result["args"] == {"name": "5", "value": 7, "password": None, "pin": None}
    assert prepared(Echo, {"name": "x"}).run(None, {})["args"]["value"] == 1


@pytest.mark.parametrize(
    "args, words",
    [
        ({}, "missing required arguments: name"),
        ({"name": "x", "value": "many"}, "value"),
        ({"name": "x", "nmae": "y"}, "unsupported parameters: nmae"),
        ({"name": "x", "value": 3}, "password"),
        ({"name": "x", "password": "a-b-c-d", "pin": 1234}, "mutually exclusive: password|pin"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args: Mapping[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        prepared(Echo, args).run(None, {})

    assert caught.value.message.startswith("winops.mars.cim_thing: ")
    assert words in caught.value.message
    assert "exception" not in caught.value.result


class Outdated(ValidatedAction):
    spec: ClassVar[Mapping[str, Any]] = {
        "name": {"type": "str", "aliases": ["title"], "required": True},
        "size": {
            "type": "int",
            "aliases": ["length"],
            "deprecated_aliases": [{"name": "length", "version": "3.0.0", "collection_name": "winops.mars"}],
        },
        "color": {"type": "str", "removed_in_version": "2.0.0", "removed_from_collection": "winops.mars"},
    }

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> State:
        if args["size"] == 0:
            raise AnsibleActionFail("too small", result={"seen": 0})
        return {"changed": False}


def test_what_the_validator_says_of_valid_arguments_is_in_the_result() -> None:
    args = {"name": "x", "title": "x", "length": 1, "color": "red"}
    aliased = {"msg": "Alias 'length' is deprecated. See the module docs for more information", "version": "3.0.0"}
    removed = {"msg": "Param 'color' is deprecated. See the module docs for more information", "version": "2.0.0"}
    deprecations = [{**entry, "collection_name": "winops.mars"} for entry in (aliased, removed)]
    warnings = ["Both option name and its alias title are set."]

    result = prepared(Outdated, args).run(None, {})
    assert (result["warnings"], result["deprecations"]) == (warnings, deprecations)

    with pytest.raises(AnsibleActionFail) as caught:
        prepared(Outdated, {**args, "length": 0}).run(None, {})
    assert (caught.value.result["warnings"], caught.value.result["deprecations"]) == (warnings, deprecations)
    assert caught.value.result["seen"] == 0


def test_without_anything_to_say_there_are_no_warnings() -> None:
    result = prepared(Outdated, {"name": "x"}).run(None, {})

    assert result == {"changed": False}


def test_a_secret_is_in_no_result() -> None:
    result = prepared(Echo, {"name": "x", "password": SECRET}).run(None, {})

    assert SECRET not in str(result)
    assert "with ******** inside" in result["text"]


def test_a_secret_is_in_no_failure() -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        prepared(Echo, {"name": "fail", "password": SECRET}).run(None, {})

    assert SECRET not in caught.value.message
    assert SECRET not in str(caught.value.result)
    assert SECRET not in str(caught.value.__cause__)


def test_a_secret_is_in_no_complaint_about_arguments() -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        prepared(Echo, {"name": "x", "password": SECRET, "value": SECRET}).run(None, {})
    assert SECRET not in caught.value.message

    with pytest.raises(AnsibleActionFail) as caught:
        prepared(Echo, {"name": "x", "pin": SECRET}).run(None, {})
    assert SECRET not in caught.value.message


def test_a_secret_is_in_no_diff_and_no_state(sessions: list[MagicMock]) -> None:
    host = Host({"value": 1, "stored": SECRET})
    args = {"name": "x", "password": SECRET}

    assert SECRET not in str(changed(host, sessions, args, diff=True))

    failing = Host({"value": 1, "stored": SECRET}, Fault(5, "AccessDenied", f"the password {SECRET} is too short"))
    with pytest.raises(AnsibleActionFail) as caught:
        changed(failing, sessions, args, diff=True)
    assert SECRET not in caught.value.message + str(caught.value.result)


# -- Whatever else goes wrong


@pytest.mark.parametrize(
    "error",
    [KeyError(SECRET), RecursionError(SECRET), ValueError(f"{SECRET}\n\x1b[2J"), ZeroDivisionError(), MemoryError()],
    ids=lambda error: type(error).__name__,
)
def test_an_error_nobody_has_foreseen_is_one_sentence_without_its_text(
    sessions: list[MagicMock], error: Exception
) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        prepared(executing(raising(error)), {"name": "x"}).run(None, TASK_VARS)

    message = caught.value.message
    assert message.startswith("winops.mars.cim_thing: an error in the module or an answer that nobody has foreseen")
    assert f"({type(error).__name__} in " in message
    assert "report this" in message
    assert SECRET not in str(caught.value)
    assert "\n" not in message
    assert caught.value.__context__ is None
    sessions[0].close.assert_called_once()


def test_a_value_nested_too_deeply_to_be_shown_is_one_sentence(sessions: list[MagicMock]) -> None:
    nested: list[Any] = []
    for _level in range(100_000):
        nested = [nested]

    with pytest.raises(AnsibleActionFail, match="RecursionError"):
        prepared(executing(lambda: {"found": nested}), {"name": "x"}).run(None, TASK_VARS)


class TaskTimeout(BaseException):
    """As the one of ansible-core, which ends a task whose C(timeout) is over."""


def test_after_the_timeout_of_a_task_the_host_is_asked_nothing_more(sessions: list[MagicMock]) -> None:
    def step() -> State:
        raise TaskTimeout

    with pytest.raises(TaskTimeout):
        prepared(executing(step), {"name": "x"}).run(None, TASK_VARS)
    sessions[0].abandon.assert_called_once()
    sessions[0].close.assert_not_called()


# -- What leaves

CONTROLS = [chr(code) for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0))]
CONTROLS += [*"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
HOSTILE = f"a{''.join(CONTROLS)}b"
CLEANED = "a" + "\N{REPLACEMENT CHARACTER}" * len(CONTROLS) + "b"


def test_a_result_contains_no_control_characters(sessions: list[MagicMock]) -> None:
    found = {
        "text": HOSTILE,
        "list": [HOSTILE, {"nested": (HOSTILE,)}],
        HOSTILE: 1,
        "lines": "a\n\tb ü 日本 \U0001f600",
    }

    result = prepared(executing(lambda: found), {"name": "x"}).run(None, TASK_VARS)

    assert result == {
        "text": CLEANED,
        "list": [CLEANED, {"nested": [CLEANED]}],
        CLEANED: 1,
        "lines": "a\n\tb ü 日本 \U0001f600",
    }


@pytest.mark.parametrize(
    "error",
    [
        Fault(5, "AccessDenied", HOSTILE),
        Unreachable(HOSTILE),
        AnsibleActionFail(HOSTILE, result={"before": HOSTILE}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_contains_no_control_characters(sessions: list[MagicMock], error: Exception) -> None:
    with pytest.raises((AnsibleActionFail, AnsibleConnectionFailure)) as caught:
        prepared(executing(raising(error)), {"name": "x"}).run(None, TASK_VARS)

    shown = f"{caught.value.message} {getattr(caught.value, 'result', None)}"
    assert not set(CONTROLS) & set(shown)
    assert CLEANED in shown


def test_a_message_is_one_line(sessions: list[MagicMock]) -> None:
    with pytest.raises(AnsibleActionFail, match="failed ok: \\[forged\\]"):
        prepared(executing(raising(WSManError("failed\n\nok: [forged]"))), {"name": "x"}).run(None, TASK_VARS)


@pytest.mark.parametrize(
    "url, secrets",
    [
        ("https://user:pass-word@host/x.exe?sv=1&sig=abc%3D", ["user:pass-word", "pass-word", "sv=1&sig=abc%3D"]),
        ("HTTPS://host/x.exe?token=abc#part", ["token=abc"]),
        ("ftp://only-user@host", ["only-user"]),
    ],
)
def test_credentials_and_query_of_a_url_never_leave(sessions: list[MagicMock], url: str, secrets: list[str]) -> None:
    def step() -> State:
        return {"source": url, "words": [f"got {secret}" for secret in secrets]}

    result = prepared(executing(step), {"name": url}).run(None, TASK_VARS)
    with pytest.raises(AnsibleActionFail) as caught:
        prepared(executing(raising(WSManError(f"cannot read {url}"))), {"name": url}).run(None, TASK_VARS)

    for secret in secrets:
        assert secret not in str(result)
        assert secret not in caught.value.message


def test_a_failure_of_a_task_with_no_log_repeats_no_argument(sessions: list[MagicMock]) -> None:
    reason = f"the host refuses {SECRET} and 4711"
    with pytest.raises(AnsibleActionFail) as caught:
        prepared(executing(raising(Fault(5, "", reason))), {"name": SECRET, "value": 4711}, no_log=True).run(
            None, TASK_VARS
        )
    assert SECRET not in str(caught.value)
    assert "4711" not in str(caught.value)


def test_a_complaint_about_an_argument_of_a_task_with_no_log_does_not_repeat_it() -> None:
    with pytest.raises(AnsibleActionFail, match="value") as caught:
        prepared(executing(dict), {"name": "x", "value": SECRET}, no_log=True).run(None, TASK_VARS)
    assert SECRET not in str(caught.value)
