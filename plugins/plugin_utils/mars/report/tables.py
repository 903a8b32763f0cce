# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Reports for other programs: CSV for spreadsheets, JUnit for build servers, OHDF for security dashboards."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from typing import Any
from xml.etree import ElementTree

from .document import DECIDED, Document, whole

_COLUMNS = (
    "host", "verdict", "os", "last_backup", "rule", "title", "group", "severity", "status", "expected", "actual", "fix",
    "role", "decided_by", "decided_until", "decision_note", "source",
)  # fmt: skip
# What a spreadsheet would run (OWASP, CSV injection)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML 1.0 cannot carry
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_csv(document: Document) -> str:
    """One line for each host and rule, beginning with a byte order mark, by which Excel knows the encoding."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for host in document["hosts"]:
        common = {"host": host["name"], **{name: host[name] for name in ("verdict", "os", "last_backup")}}
        rows = [whole(document, finding) for finding in host["findings"]]
        for row in rows or [{"status": "not_checked", "actual": host["problem"]}]:
            decision = row.get("decision") or {}
            fields = {**row, **common, **{f"decided_{name}": decision.get(name) for name in ("by", "until")}}
            fields["decision_note"] = decision.get("note")
            if row["status"] in ("compliant", "not_applicable"):
                fields |= {"fix": None, "role": None}
            writer.writerow([_safe(fields.get(name)) for name in _COLUMNS])
    return "\ufeff" + out.getvalue()


def _safe(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_junit(document: Document) -> str:
    """One suite for each host, and one case for each rule.

    What is noncompliant is a failure, what is unknown an error, and what does not apply or was decided about is
    skipped. A warning passes, and is in its output.
    """
    root = ElementTree.Element("testsuites", name=_xml(document["title"]))
    for host in document["hosts"]:
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(host["name"]), timestamp=document["generated"][:19])
        counts = dict.fromkeys(("failures", "errors", "skipped"), 0)
        for finding in host["findings"]:
            row = whole(document, finding)
            case = ElementTree.SubElement(suite, "testcase", classname=_xml(host["name"]), name=row["rule"], time="0")
            outcome = _outcome(row)
            text = f"expected: {row['expected']}\nfound: {row['actual']}\nto fix: {row['fix'] or '-'}"
            if outcome:
                counts[{"failure": "failures", "error": "errors"}.get(outcome, outcome)] += 1
                ElementTree.SubElement(case, outcome, message=_xml(f"{row['title']}: {row['actual']}")).text = _xml(
                    text
                )
            elif row["status"] != "compliant":
                ElementTree.SubElement(case, "system-out").text = _xml(f"warning: {row['title']}\n{text}")
        if host["verdict"] == "not_checked":
            counts["errors"] = 1
            case = ElementTree.SubElement(suite, "testcase", classname=_xml(host["name"]), name="not_checked", time="0")
            ElementTree.SubElement(case, "error", message=_xml(host["problem"]))
        suite.set("tests", str(len(suite)))
        for name, count in counts.items():
            suite.set(name, str(count))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _outcome(row: dict[str, Any]) -> str | None:
    if row["status"] == "unknown":
        return "error"
    if row["status"] in ("not_applicable", *DECIDED):
        return "skipped"
    return "failure" if row["status"] in ("noncompliant", "impossible") and row["severity"] == "error" else None


def _xml(text: Any) -> str:
    return _NO_XML.sub("\ufffd", str(text))


def to_ohdf(document: Document) -> dict[str, str]:
    """One document for each host, by its name, as InSpec writes it (exec-json), which MITRE calls OHDF."""
    profile = hashlib.sha256(json.dumps(document["rules"], sort_keys=True).encode()).hexdigest()
    return {host["name"]: json.dumps(_ohdf(document, host, profile), indent=1) + "\n" for host in document["hosts"]}


def _ohdf(document: Document, host: dict[str, Any], sha256: str) -> dict[str, Any]:
    controls = [_control(document, whole(document, finding)) for finding in host["findings"]]
    if host["verdict"] == "not_checked":
        row = {
            "rule": "not_checked",
            "title": "The host can be checked",
            "status": "unknown",
            "actual": host["problem"],
        }
        row |= {
            "severity": "error",
            "expected": "The host answers",
            "why": "",
            "fix": None,
            "source": None,
            "group": "host",
        }
        controls = [_control(document, row)]
    return {
        "platform": {"name": host["os"] or "Windows", "release": "", "target_id": host["name"]},
        "version": "5.22.3",
        "statistics": {"duration": 0.0},
        "profiles": [
            {
                "name": "winops.mars",
                "title": document["title"],
                "sha256": sha256,
                "supports": [],
                "attributes": [],
                "groups": [],
                "status": "loaded",
                "controls": controls,
            }
        ],
    }


def _control(document: Document, row: dict[str, Any]) -> dict[str, Any]:
    status = {"compliant": "passed", "attested": "passed", "noncompliant": "failed", "impossible": "failed"}
    impact = {"error": 0.7, "warning": 0.3}[row["severity"]]
    result = {
        "status": status.get(row["status"], "error" if row["status"] == "unknown" else "skipped"),
        "code_desc": row["expected"],
        "start_time": document["generated"],
    }
    result["skip_message" if result["status"] == "skipped" else "message"] = row["actual"]
    control = {
        "id": row["rule"],
        "title": row["title"],
        "desc": row["why"],
        "descriptions": [{"label": "fix", "data": row["fix"]}] if row["fix"] else [],
        "impact": 0.0 if row["status"] == "not_applicable" else impact,
        "refs": [{"url": row["source"]}] if row["source"] else [],
        "tags": {"group": row["group"], "severity": row["severity"], "status": row["status"]},
        "code": "",
        "source_location": {},
        "results": [result],
    }
    if decision := row.get("decision"):
        control["tags"]["decision"] = decision
    return control
