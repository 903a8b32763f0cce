# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Base classes of this collection's action plugins: arguments, session, errors, and the pattern of every change."""

from __future__ import annotations

import re
import traceback
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase

from .resources.resource import ChangeUndone, Resource
from .wsman.connection import open_session
from .wsman.errors import Unanswered, Unreachable, WSManError
from .wsman.session import Session

S = TypeVar("S")

# What a terminal would not show but obey: C0 and C1 but for tab and line feed, and what changes the direction of text.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# User information and query of a URL.
_URL_SECRETS = re.compile(r"[a-z][a-z0-9+.-]*://(?:([^/?#\s]*)@)?[^?#\s]*(?:\?([^#\s]*))?", re.IGNORECASE)


class ValidatedAction(ActionBase):
    """An action that validates its arguments by the argument spec of its module and returns no secrets."""

    spec: ClassVar[Mapping[str, Any]]
    #: Relations between options, as ``AnsibleModule`` names them: ``required_if``, ``mutually_exclusive``, ...
    constraints: ClassVar[Mapping[str, Any]] = {}

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Validate the arguments, do the work, and clean the result; Ansible calls this for each host.

        All that leaves contains no secrets and no control characters, and every failure is one sentence.
        """
        result: dict[str, Any] = super().run(tmp, task_vars)
        validation: ValidationResult | None = None
        secrets: set[str] = set()
        data: dict[str, Any] = {}
        try:
            args = self.arguments(task_vars or {})
            validation = ArgumentSpecValidator(self.spec, **self.constraints).validate(args)
            secrets = validation._no_log_values | set(self._more_secrets(args))
            if validation.error_messages:
                # The message of this error only lists the names.
                complaints = (
                    f"unsupported parameters: {error}" if isinstance(error, UnsupportedError) else str(error)
                    for error in validation.errors.errors
                )
                raise AnsibleActionFail(f"{self._task.action}: {'; '.join(complaints)}")
            returned = self.run_validated(validation.validated_parameters, task_vars or {})
            cleaned: dict[str, Any] = _clean({**result, **_with_notices(validation, returned)}, secrets)
            return cleaned
        except AnsibleConnectionFailure as error:
            failure: type[AnsibleError] = AnsibleConnectionFailure
            message = error.message
        except AnsibleError as error:
            failure, message = AnsibleActionFail, error.message
            data = getattr(error, "result", None) or {}
        except Exception as error:  # noqa: BLE001 - whatever it is, the user gets a sentence and no traceback
            failure, message = AnsibleActionFail, f"{self._task.action}: {_unexpected(error)}"
            # The lines of the source, without the error's text
            self._display.vvv("".join(traceback.format_tb(error.__traceback__)))
        # Raised here, where no other error is being handled: ansible-core would show that, too.
        if failure is AnsibleConnectionFailure:
            raise AnsibleConnectionFailure(_sentence(message, secrets))
        raise _failed(_sentence(message, secrets), _clean(_with_notices(validation, data), secrets))

    def arguments(self, task_vars: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is to be validated: the arguments of the task."""
        arguments: Mapping[str, Any] = self._task.args
        return arguments

    def _more_secrets(self, args: Mapping[str, Any]) -> Iterator[str]:
        """Yield what no output may repeat beside the values of options with ``no_log``.

        ansible-core 2.19 and later print the message of a failed task even if the task has ``no_log``.
        """
        for option, value in args.items():
            for text in _texts(value):
                for match in _URL_SECRETS.finditer(text):
                    yield from filter(None, (match[1], match[2], (match[1] or "").partition(":")[2]))
                if self._task.no_log and text and text not in self.spec.get(option, {}).get("choices", ()):
                    yield text

    @abstractmethod
    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Do the work and return what the module returns."""


def _failed(message: str, result: dict[str, Any]) -> AnsibleActionFail:
    """Return an error that a user sees as one sentence."""
    failure = AnsibleActionFail(message, result=result)
    # ansible-core 2.16 to 2.18 adds a traceback, and says that there is one even where no error is being handled.
    failure.result.pop("exception", None)
    return failure


def _texts(value: object) -> Iterator[str]:
    """Yield the texts and numbers in an argument, however nested."""
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def _sentence(message: str, secrets: set[str]) -> str:
    """Return a message as one line."""
    return " ".join(str(_clean(message, secrets)).split())


def _clean(value: Any, secrets: set[str]) -> Any:
    """Return plain data without secrets, and with a replacement character for each control character."""
    return _visible(remove_values(value, secrets) if secrets else value)


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        # Without a reason, the text is not copied: Ansible's own kinds of text carry more than their characters.
        if value.isprintable() or not _CONTROLS.search(value):
            return value
        return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {_visible(key): _visible(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_visible(item) for item in value]
    return value


def _unexpected(error: Exception) -> str:
    """Return the sentence for an error nobody has foreseen, without its text, which may contain anything."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "plugin_utils" in frame.filename] or list(frames)
    place = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}"
    return (
        f"an error in the module or an answer that nobody has foreseen ({type(error).__name__} in {place}); the host's "
        "state is unknown: run the task again with -vvv, and report this with the collection's version"
    )


def _with_notices(validation: ValidationResult | None, result: dict[str, Any]) -> dict[str, Any]:
    """Return the result with the validator's warnings and deprecations, which Ansible ignores for action plugins."""
    if validation is None:
        return result
    warnings = [f"Both option {item['option']} and its alias {item['alias']} are set." for item in validation._warnings]
    deprecations = [{key: value for key, value in item.items() if value} for item in validation._deprecations]
    notices: dict[str, list[Any]] = {"warnings": warnings, "deprecations": deprecations}
    return {**result, **{kind: [*items, *result.get(kind, [])] for kind, items in notices.items() if items}}


class WindowsAction(ValidatedAction):
    """An action on a Windows host, over a WS-Management session on the task's connection."""

    _requires_connection = True

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Open a session, and report what goes wrong as UNREACHABLE or FAILED with a message."""
        host = self._task.delegate_to or task_vars.get("inventory_hostname")
        if self._connection.become is not None:
            raise AnsibleActionFail(
                f"{self._task.action} on {host}: 'become' has no effect over WS-Management; remove it from this task "
                "and connect as an administrator"
            )
        try:
            session = open_session(self._connection)
            try:
                result = self.run_on_host(args, session)
            except Exception:
                session.close()
                raise
            except BaseException:
                # The task's timeout is over, so the host is asked nothing more.
                session.abandon()
                raise
            session.close()
            return result
        except Unreachable as error:
            raise AnsibleConnectionFailure(f"{host} cannot be reached over WS-Management: {error}") from None
        except WSManError as error:
            raise AnsibleActionFail(f"{self._task.action} on {host}: {error}") from None

    @property
    def check_mode(self) -> bool:
        """Whether the host must not be changed."""
        return bool(self._task.check_mode)

    @abstractmethod
    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Do the work over a session and return what the module returns."""


class DesiredStateAction(WindowsAction):
    """Reads a state, compares, stops there in check mode, applies the change, and reads again what is in effect."""

    def run_on_host(self, args: dict[str, Any], session: Session) -> dict[str, Any]:
        """Change the resource to its desired state."""
        resource = self.resource(args, session)
        current = resource.read()
        desired = resource.desired(current)
        before, after = resource.show(current), resource.show(desired)
        result: dict[str, Any] = {"changed": current != desired, "before": before, "after": after}
        if not result["changed"]:
            return result
        if self._task.diff:
            result["diff"] = {"before": before, "after": after}
        if not self.check_mode:
            changed = self._change(resource, current, desired)
            result["after"] = resource.show(changed)
            if warnings := resource.warnings(current, changed):
                result["warnings"] = warnings
        return result

    @abstractmethod
    def resource(self, args: dict[str, Any], session: Session) -> Resource[Any]:
        """Return the resource for these arguments."""

    def _change(self, resource: Resource[S], before: S, desired: S) -> S:
        current = before
        # If a request got no answer, the state read afterwards shows whether the change was made. Unless it is the
        # desired state, the change is requested once more.
        for last_try in (False, True):
            unanswered = None
            try:
                resource.apply(current, desired)
            except Unanswered as error:
                unanswered = error
            except WSManError as error:
                reason, described = f"the change failed: {error}", isinstance(error, ChangeUndone)
                raise self._failure(reason, before, resource, described=described) from None
            try:
                current = resource.read()
                desired = resource.desired(current)
            except WSManError as error:
                reason = f"whether the change is in effect is unknown: {unanswered or error}"
                if isinstance(error, Unreachable):
                    raise Unreachable(reason) from None
                if unanswered is None:
                    reason = f"the change was made, but what is in effect now cannot be read: {error}"
                    raise self._error(reason, {"changed": True, "before": resource.show(before)}) from None
                raise self._error(reason, {"before": resource.show(before)}) from None
            if current == desired:
                return current
            if unanswered is None or last_try:
                break
        left = _differences(resource.show(current), resource.show(desired))
        if unanswered:
            reason = (
                f"the change is not in effect so far: {left}. Run the task again later: "
                f"it was requested twice, and whether it still takes effect is unknown: {unanswered}"
            )
            raise self._error(reason, self._states(before, current, resource))
        reason = (
            f"the change was applied but is not in effect: {left}. "
            "Group Policy, tamper protection or another program may have undone it"
        )
        raise self._failure(reason, before, resource)

    def _failure(self, reason: str, before: S, resource: Resource[S], *, described: bool = False) -> AnsibleActionFail:
        """Return an error with what is in effect now, unless the reason describes that already."""
        try:
            current = resource.read()
        except WSManError as error:
            return self._error(f"{reason} (what is in effect is unknown: {error})", {"before": resource.show(before)})
        if not described:
            effect = "nothing was changed" if current == before else "part of the change is in effect, see 'after'"
            reason = f"{reason} ({effect})"
        return self._error(reason, self._states(before, current, resource))

    def _error(self, reason: str, result: dict[str, Any]) -> AnsibleActionFail:
        return AnsibleActionFail(f"{self._task.action}: {reason}", result=result)

    @staticmethod
    def _states(before: S, current: S, resource: Resource[S]) -> dict[str, Any]:
        return {"changed": current != before, "before": resource.show(before), "after": resource.show(current)}


def _differences(current: Mapping[str, Any], desired: Mapping[str, Any]) -> str:
    """Return what differs, without the values, which may be secrets: the result has them, and ``no_log`` hides it."""
    names = [str(key) for key, value in desired.items() if current.get(key) != value]
    return f"{' and '.join(names)} (see 'after')"


def plain(value: Any) -> Any:
    """The same data in Python's own types, which is all that JMESPath knows: Ansible hands out subclasses of them."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, str):
        return str.__str__(value)  # str() gives back Ansible's own text where that says so
    # Dates: YAML reads them from saved facts
    return str(value)
