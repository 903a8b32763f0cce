# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the API of AWX 24.6.1, as strict about what it is sent, with as much of it as the templates need.

Written from AWX's serializers (awx/api/serializers.py) and views. It rejects fields that AWX does not have and ignores.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "a-token"


@dataclass(frozen=True)
class Kind:
    """One kind of object: its fields with the values they have by default, and what else is true of it."""

    type: str
    fields: dict[str, Any]
    required: tuple[str, ...] = ("name",)
    references: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)


_NAMED: dict[str, Any] = {"name": None, "description": ""}
_TEMPLATE = {
    "extra_vars": "",
    "inventory": None,
    "limit": "",
    "scm_branch": "",
    "job_tags": "",
    "skip_tags": "",
    "organization": None,
    "survey_enabled": False,
    "allow_simultaneous": False,
    "ask_inventory_on_launch": False,
    "ask_limit_on_launch": False,
    "ask_variables_on_launch": False,
}
_PROMPTS: dict[str, Any] = {
    "extra_data": {},
    "inventory": None,
    "scm_branch": "",
    "job_type": None,
    "limit": None,
    "diff_mode": None,
    "forks": None,
    "job_slice_count": None,
    "timeout": None,
    "verbosity": None,
}
KINDS: dict[str, Kind] = {
    "organizations": Kind("organization", {**_NAMED}),
    "execution_environments": Kind(
        "execution_environment",
        {**_NAMED, "organization": None, "image": None, "credential": None, "pull": ""},
        ("name", "image"),
        {"organization": "organizations", "credential": "credentials"},
        {"pull": ("always", "missing", "never", "")},
    ),
    "credential_types": Kind("credential_type", {**_NAMED, "kind": None, "inputs": {}, "injectors": {}}),
    "credentials": Kind(
        "credential",
        {**_NAMED, "organization": None, "credential_type": None, "inputs": {}},
        ("name", "credential_type"),
        {"organization": "organizations", "credential_type": "credential_types"},
    ),
    "projects": Kind(
        "project",
        {
            **_NAMED,
            "local_path": "",
            "scm_type": "",
            "scm_url": "",
            "scm_branch": "",
            "scm_update_on_launch": False,
            "credential": None,
            "organization": None,
            "default_environment": None,
        },
        references={
            "organization": "organizations",
            "credential": "credentials",
            "default_environment": "execution_environments",
        },
        choices={"scm_type": ("", "git", "svn", "insights", "archive")},
    ),
    "inventories": Kind(
        "inventory",
        {**_NAMED, "organization": None, "kind": "", "variables": "", "host_filter": None},
        ("name", "organization"),
        {"organization": "organizations"},
    ),
    "inventory_sources": Kind(
        "inventory_source",
        {
            **_NAMED,
            "inventory": None,
            "source": "",
            "source_path": "",
            "source_project": None,
            "overwrite": False,
            "overwrite_vars": False,
            "update_on_launch": False,
            "update_cache_timeout": 0,
        },
        ("name", "inventory"),
        {"inventory": "inventories", "source_project": "projects"},
        {"source": ("scm", "ec2", "azure_rm", "vmware", "constructed")},
    ),
    "job_templates": Kind(
        "job_template",
        {
            **_NAMED,
            **_TEMPLATE,
            "job_type": "run",
            "project": None,
            "playbook": "",
            "forks": 0,
            "diff_mode": False,
            "job_slice_count": 1,
            "execution_environment": None,
        },
        ("name",),
        {
            "organization": "organizations",
            "project": "projects",
            "inventory": "inventories",
            "execution_environment": "execution_environments",
        },
        {"job_type": ("run", "check")},
        {"credentials": "credentials"},
    ),
    "workflow_job_templates": Kind(
        "workflow_job_template", {**_NAMED, **_TEMPLATE}, ("name",), {"organization": "organizations"}
    ),
    "workflow_job_template_nodes": Kind(
        "workflow_job_template_node",
        {
            **_PROMPTS,
            "workflow_job_template": None,
            "unified_job_template": None,
            "all_parents_must_converge": False,
            "identifier": None,
        },
        ("workflow_job_template", "identifier"),
        {"workflow_job_template": "workflow_job_templates", "unified_job_template": "unified_job_templates"},
        {},
        dict.fromkeys(("always_nodes", "success_nodes", "failure_nodes"), "workflow_job_template_nodes"),
    ),
    "workflow_approval_templates": Kind("workflow_approval_template", {**_NAMED, "timeout": 0}),
    "schedules": Kind(
        "schedule",
        {**_NAMED, **_PROMPTS, "rrule": None, "unified_job_template": None, "enabled": True},
        ("name", "rrule", "unified_job_template"),
        {"unified_job_template": "unified_job_templates"},
    ),
}
_UNIFIED = ("job_templates", "projects", "inventory_sources", "workflow_job_templates", "workflow_approval_templates")
_QUESTIONS = ("text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float")


class Rejected(Exception):
    """What AWX answers with 400, by field."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name)
        self.answer = {name: [reason]}


class Awx:
    """The objects of an AWX whose projects have these playbooks."""

    def __init__(self, *playbooks: str) -> None:
        self.playbooks = playbooks
        self.objects: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self.surveys: dict[int, dict[str, Any]] = {}
        self.associated: dict[tuple[str, int, str], list[int]] = {}
        self.writes: list[tuple[str, str, dict[str, Any]]] = []
        self.last_id = 0
        self.create("organizations", {"name": "Default"})
        machine = self.create("credential_types", {"name": "Machine", "kind": "ssh"})
        self.create("credentials", {"name": "MARS hosts", "organization": 1, "credential_type": machine["id"]})

    def named(self, kind: str, name: str) -> dict[str, Any]:
        """The object of this name."""
        return next(item for item in self.objects[kind].values() if name in (item.get("name"), item.get("identifier")))

    def links(self, identifier: str, kind: str) -> list[str]:
        """The nodes that follow a node, by identifier."""
        node = self.named("workflow_job_template_nodes", identifier)
        ids = self.associated.get(("workflow_job_template_nodes", node["id"], kind), [])
        return [self.objects["workflow_job_template_nodes"][number]["identifier"] for number in ids]

    def create(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        for name in KINDS[kind].required:
            if data.get(name) in (None, ""):
                raise Rejected(name, "This field is required.")
        data = {name: value for name, value in data.items() if (name, value) != ("type", KINDS[kind].type)}
        self.check(kind, data)
        self.last_id += 1
        item = {**KINDS[kind].fields, **data, "id": self.last_id, "type": KINDS[kind].type}
        item["url"] = f"/api/v2/{kind}/{self.last_id}/"
        item["summary_fields"], item["related"] = {}, {}
        if kind == "projects":
            item["scm_revision"] = ""
        if kind.endswith("job_templates"):
            item["related"]["survey_spec"] = f"{item['url']}survey_spec/"
        self.objects[kind][self.last_id] = item
        return item

    def check(self, kind: str, data: dict[str, Any]) -> None:
        """What AWX validates."""
        declared = KINDS[kind]
        for name, value in data.items():
            if name not in declared.fields:
                raise Rejected(name, "AWX has no such field.")
            default = declared.fields[name]
            if isinstance(default, (bool, str)) and value is not None and not isinstance(value, type(default)):
                raise Rejected(name, f"{value!r} is not of the right type.")
            if name in declared.choices and value not in declared.choices[name]:
                raise Rejected(name, f'"{value}" is not a valid choice.')
            if name in declared.references and value is not None:
                kinds = (
                    _UNIFIED if declared.references[name] == "unified_job_templates" else (declared.references[name],)
                )
                if not any(value in self.objects[other] for other in kinds):
                    raise Rejected(name, f'Invalid pk "{value}" - object does not exist.')
        if kind == "projects" and str(data.get("local_path", "")).startswith(("_", ".")):
            raise Rejected("local_path", "This path is already being used by another manual project.")
        if kind == "projects" and data.get("scm_type") and not data.get("scm_url"):
            raise Rejected("scm_url", "SCM URL is required.")
        if kind == "job_templates" and data.get("playbook") not in (None, *self.playbooks):
            raise Rejected("playbook", "Playbook not found for project.")
        if kind == "job_templates" and data.get("extra_vars"):
            json.loads(data["extra_vars"])
        if kind == "schedules":
            self.check_schedule(data)

    def check_schedule(self, data: dict[str, Any]) -> None:
        rule = data["rrule"]
        if not re.search(r"DTSTART(;TZID=[^:]+:\d{8}T\d{6}|:\d{8}T\d{6}Z) RRULE:\S*INTERVAL=\d+", rule):
            raise Rejected("rrule", "Valid DTSTART required in rrule.")
        for question in self.surveys.get(data["unified_job_template"], {}).get("spec", []):
            if question["required"] and question.get("default", "") == "":
                raise Rejected("variables_needed_to_start", f"'{question['variable']}' value missing")

    def find(self, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
        kinds = _UNIFIED if kind == "unified_job_templates" else (kind,)
        found = [item for name in kinds for item in self.objects[name].values()]
        for name, value in query.items():
            found = [item for item in found if str(item.get(name, "no such field")) == value]
        return found

    def associate(self, key: tuple[str, int, str], data: dict[str, Any]) -> None:
        kind, _number, name = key
        if data["id"] not in self.objects[KINDS[kind].lists[name]]:
            raise Rejected("id", "object does not exist")
        ids = self.associated.setdefault(key, [])
        ids.remove(data["id"]) if data.get("disassociate") else ids.append(data["id"])

    def set_survey(self, number: int, spec: dict[str, Any]) -> None:
        if (
            not isinstance(spec.get("name"), str)
            or not isinstance(spec.get("description"), str)
            or not spec.get("spec")
        ):
            raise Rejected("error", "name, description, or spec is missing from survey spec.")
        for question in spec["spec"]:
            if not isinstance(question.get("required"), bool) or question.get("type") not in _QUESTIONS:
                raise Rejected("error", "required or type")
            if not all(isinstance(question.get(name), str) for name in ("question_name", "variable")):
                raise Rejected("error", "question_name or variable")
            if any(not isinstance(question.get(name), int | None) for name in ("min", "max")):
                raise Rejected("error", "limit expected to be integer")
            if question["type"].startswith("multi") and not question.get("choices"):
                raise Rejected("error", "must specify choices")
        self.surveys[number] = spec

    def approve(self, number: int, data: dict[str, Any]) -> dict[str, Any]:
        """Create the approval of a node."""
        item = self.create("workflow_approval_templates", {name: data[name] for name in data if name in _APPROVAL})
        node = self.objects["workflow_job_template_nodes"][number]
        node["unified_job_template"] = item["id"]
        node["related"]["unified_job_template"] = item["url"]
        return item


_APPROVAL = ("name", "description", "timeout")


class _Handler(BaseHTTPRequestHandler):
    awx: Awx

    def do_GET(self) -> None:
        self.answer("GET")

    def do_POST(self) -> None:
        self.answer("POST")

    def do_PATCH(self) -> None:
        self.answer("PATCH")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing, since the requests are kept."""

    def answer(self, method: str) -> None:
        body: dict[str, Any]
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        data = json.loads(self.rfile.read(length) or "{}")
        try:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, body = 401, {"detail": "Authentication credentials were not provided."}
            else:
                if method != "GET":
                    self.awx.writes.append((method, url.path, data))
                status, body = self.route(method, url.path, dict(parse_qsl(url.query)), data)
        except Rejected as error:
            status, body = 400, dict(error.answer)
        except KeyError:
            status, body = 404, {"detail": "Not found."}
        content = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def route(self, method: str, path: str, query: dict[str, str], data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match = re.fullmatch(r"/api/v2/(\w+)/(?:(\d+)/(?:(\w+)/)?)?", path)
        if match is None:
            raise KeyError(path)
        kind, number, part = match[1], int(match[2] or 0), match[3]
        if not number:
            if method == "POST":
                return 201, self.awx.create(kind, data)
            found = self.awx.find(kind, query)
            return 200, {"count": len(found), "next": None, "results": found}
        item = self.awx.objects[kind][number]
        if part == "survey_spec":
            if method == "POST":
                self.awx.set_survey(number, data)
            return 200, self.awx.surveys.get(number, {})
        if part == "create_approval_template":
            return 201, self.awx.approve(number, data)
        if part is not None:
            key = (kind, number, part)
            listed = KINDS[kind].lists[part]
            if method == "POST":
                self.awx.associate(key, data)
                return 204, {}
            found = [self.awx.objects[listed][other] for other in self.awx.associated.get(key, [])]
            return 200, {"count": len(found), "next": None, "results": found}
        if method == "PATCH":
            if kind == "workflow_approval_templates":
                data = {name: data[name] for name in data if name in _APPROVAL}
            self.awx.check(kind, data)
            item.update(data)
        return 200, item


@contextmanager
def served(awx: Awx) -> Iterator[str]:
    """Serve these objects, and yield the address."""
    handler = type("Handler", (_Handler,), {"awx": awx})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
