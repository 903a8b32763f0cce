# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report on all hosts of the play, without contacting them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.modules.mars_report import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils._action import ValidatedAction, plain
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.document import (
    SCHEMA_VERSION,
    Document,
    HostResult,
    build,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.page import to_html
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.tables import to_csv, to_junit, to_ohdf
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules

# The facts of a host that a report shows
_SHOWN = ("os", "last_backup", "antivirus")


class ActionModule(ValidatedAction):
    spec = ARGUMENT_SPEC
    _requires_connection = False

    def run_validated(self, args: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Write the files, in check mode, too, and return their names."""
        document = build(
            self._hosts(args, task_vars),
            args["title"],
            datetime.now(UTC).isoformat(timespec="seconds"),
            plain(args["fleet"]),
            self._previous(args["previous"]) if args["previous"] else None,
            list(shipped_rules()),
        )
        folder = Path(args["path"])
        files = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in _contents(args["formats"], document):
                file = folder / f"{args['name']}{name}"
                # A reader, such as a web server, never sees half of it
                unfinished = file.with_name(f".{file.name}.{os.getpid()}")
                unfinished.write_text(text, encoding="utf-8", newline="")
                unfinished.replace(file)
                files.append(str(file))
        except OSError as error:
            raise AnsibleActionFail(f"{self._task.action}: the report cannot be written to {folder}: {error}") from None
        return {"changed": False, "files": files, "totals": document["totals"]}

    def _hosts(self, args: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, HostResult]:
        hosts = {}
        for name, result in plain(args["results"]).items():
            if not isinstance(result, dict) or not isinstance(result.get("findings"), list):
                raise AnsibleActionFail(
                    f"{self._task.action}: the result of {name} in the option 'results' is not what mars_compliance "
                    "returned: it has no findings"
                )
            hosts[name] = HostResult(result, facts=result.get("facts"))
        for name in task_vars.get("ansible_play_hosts_all", ()):
            # What was registered, as it is: to look for templates in it takes long
            variables = task_vars["hostvars"].raw_get(name)
            groups = sorted(set(plain(variables.get("group_names", []))) - {"ungrouped"})
            compliance = variables.get(args["compliance_variable"])
            if isinstance(compliance, str):
                compliance = task_vars["hostvars"][name][args["compliance_variable"]]
            if name in args["not_checked"]:
                hosts[name] = HostResult(None, plain(args["not_checked"][name]), groups=groups)
            elif isinstance(compliance, Mapping) and "findings" in compliance:
                facts = variables.get("ansible_facts", {}).get("mars", {})
                shown = {section: plain(facts[section]) for section in _SHOWN if section in facts}
                hosts[name] = HostResult(plain(compliance), facts=shown, groups=groups)
        for name in args["not_checked"].keys() - hosts.keys():
            hosts[name] = HostResult(None, plain(args["not_checked"][name]))
        return hosts

    def _previous(self, name: str) -> Document:
        try:
            document: Document = json.loads(Path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise AnsibleActionFail(
                f"{self._task.action}: the previous report {name} cannot be read: {error}"
            ) from None
        version = document.get("schema_version") if isinstance(document, dict) else None
        if version != SCHEMA_VERSION:
            raise AnsibleActionFail(
                f"{self._task.action}: {name} has the schema version {version!r}, but {SCHEMA_VERSION} can be "
                "compared: give a report that this version of the collection wrote as JSON"
            )
        return document


def _contents(formats: list[str], document: Document) -> Iterator[tuple[str, str]]:
    """The end of each file's name, and its content."""
    if "html" in formats:
        yield ".html", to_html(document)
    if "json" in formats:
        yield ".json", json.dumps(document, indent=1) + "\n"
    if "csv" in formats:
        yield ".csv", to_csv(document)
    if "junit" in formats:
        yield ".xml", to_junit(document)
    if "ohdf" in formats:
        for host, text in to_ohdf(document).items():
            yield f"-{re.sub('[^A-Za-z0-9._-]', '_', host)}.ohdf.json", text
