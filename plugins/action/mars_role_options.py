# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return what a role of this collection is given, its options validated, without contacting the host."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.winops.mars.plugins.modules.mars_role_options import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import ValidatedAction, plain
from ansible_collections.winops.mars.plugins.plugin_utils.mars.catalogue import LOADER

_ROLES = Path(__file__).parents[2] / "roles"
# Findings are large; the URL of a source may contain credentials
_NOT_SHOWN = ("findings", "source")


class ActionModule(ValidatedAction):
    spec = ARGUMENT_SPEC
    _requires_connection = False

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Validate the variables and return the options, and what the findings of the role want."""
        options = validated_options(args["role"], task_vars, self._templar.template, self._task.action)
        shown = {name: value for name, value in options.items() if not name.startswith(_NOT_SHOWN)}
        work = self._work(args["role"], options, task_vars) if "findings" in options else {}
        return {"changed": False, "options": shown, **work}

    def _work(self, role: str, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """What the role is to do, by the findings that it is given, otherwise by those of the last check."""
        findings = options["findings"]
        if findings is None:
            checked = task_vars.get("mars_prereqs_compliance", {})
            if "findings" not in checked:
                raise AnsibleActionFail(
                    f"{self._task.action}: there are no findings that the role {role} could fix: run it without "
                    f"'tasks_from', so that it checks the host, or give it {role}_findings"
                )
            findings = checked["findings"]
        for name in ("role", "severity", "wanted"):
            if any(name not in finding for finding in findings):
                raise AnsibleActionFail(
                    f"{self._task.action}: a finding in {role}_findings has no {name!r}: give findings as "
                    "winops.mars.mars_compliance returns them"
                )
        fixable = plain([finding for finding in findings if finding["role"] == role])
        severities = ("error", "warning") if options.get("fix_warnings", True) else ("error",)
        return {
            "fixable": fixable,
            "selected": [finding for finding in fixable if finding["severity"] in severities],
            "wanted": {name: value for finding in fixable for name, value in finding["wanted"].items()},
        }


def validated_options(
    role: str, variables: Mapping[str, Any], template: Callable[[Any], Any], action: str
) -> dict[str, Any]:
    """Return the options of a role of this collection, by names without that of the role.

    :param variables: those of the host, which may be templates.
    :param action: begins the message of the :class:`AnsibleActionFail` that says what is wrong.
    """
    try:
        documented = _documented_options(role)
    except OSError:
        raise AnsibleActionFail(f"{action}: this collection has no role {role}") from None
    validation = ArgumentSpecValidator(documented).validate(_given(documented, variables, template))
    if validation.error_messages:
        raise AnsibleActionFail(f"{action}: {'; '.join(validation.error_messages)}")
    # Plain, since ansible-core 2.16 to 2.18 make a text of a list that has a date in it
    options: dict[str, Any] = plain(validation.validated_parameters)
    return {name.removeprefix(f"{role}_"): value for name, value in options.items()}


def _given(documented: Iterable[str], variables: Mapping[str, Any], template: Callable[[Any], Any]) -> dict[str, Any]:
    """The value of each variable that is not blank: the answer of a survey, otherwise its own."""
    given = {}
    for name in documented:
        for variable in (f"survey_{name}", name):
            value = template(variables.get(variable))
            if value not in (None, ""):
                given[name] = value
                break
    return given


@cache
def _documented_options(role: str) -> dict[str, Any]:
    text = (_ROLES / role / "meta/options.yml").read_text(encoding="utf-8")
    options: dict[str, Any] = yaml.load(text, Loader=LOADER)["options"]
    return options


# Here the process is still the one that all hosts' workers are forked from
with contextlib.suppress(OSError):
    _documented_options("mars_prereqs")
