# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in each of its formats, read back by other programs than the one that wrote it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import pkgutil
import re
import subprocess
from collections import Counter
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.winops.mars.plugins.plugin_utils.mars import report
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.document import Document, HostResult, build, whole
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.page import to_html
from ansible_collections.winops.mars.plugins.plugin_utils.mars.report.tables import to_csv, to_junit, to_ohdf
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from tests.tools.inspecjs import MISSING, inspecjs
from tests.unit.plugins.plugin_utils.mars.report.reported import (
    ANTIVIRUS,
    GENERATED,
    HEALTHY,
    HOSTS,
    TASK,
    with_finding,
)


@pytest.fixture(scope="module")
def document() -> Document:
    return build(HOSTS, "Report <1>", GENERATED, shipped=list(shipped_rules()))


def statuses(host: str) -> dict[str, str]:
    compliance = HOSTS[host].compliance
    assert compliance is not None
    return {finding["id"]: finding["status"] for finding in compliance["findings"]}


def test_the_document_is_what_its_schema_says(document: Document) -> None:
    schema = json.loads(pkgutil.get_data(report.__name__, "report.schema.json") or b"")
    Draft202012Validator.check_schema(schema)
    later = build({"healthy": HEALTHY}, "Later", GENERATED, previous=document)

    for version in (document, later):
        assert [
            error.message for error in Draft202012Validator(schema).iter_errors(json.loads(json.dumps(version)))
        ] == []


def test_the_worst_hosts_come_first() -> None:
    document = build({"less": with_finding(TASK, "task_enabled", status="compliant"), **HOSTS}, "", GENERATED)
    verdicts = [host["verdict"] for host in document["hosts"]]
    counts = [
        sum(finding["status"] in ("noncompliant", "impossible", "unknown") for finding in host["findings"])
        for host in document["hosts"]
        if host["verdict"] == "noncompliant"
    ]

    assert verdicts == sorted(verdicts, key=["noncompliant", "not_checked", "unknown", "compliant"].index)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    assert document["totals"] == {
        **dict.fromkeys(("noncompliant", "not_checked", "unknown", "compliant"), 0),
        **Counter(host["verdict"] for host in document["hosts"]),
    }


def test_a_finding_says_only_what_differs_from_its_rule_and_nothing_is_lost(document: Document) -> None:
    for host in document["hosts"]:
        compliance = HOSTS[host["name"]].compliance
        for finding, entry in zip(compliance["findings"] if compliance else [], host["findings"], strict=True):
            rule = document["rules"][entry["rule"]]
            silent = entry["status"] in ("compliant", "not_applicable")
            for name in ("title", "severity", "expected", "why", "fix", "role", "source"):
                if not silent or finding[name] is not None:
                    assert {**rule, **entry}[name] == finding[name]
    assert sum("why" in finding for host in document["hosts"] for finding in host["findings"]) == 0


def test_changes_since_an_earlier_report_are_listed(document: Document) -> None:
    fixed = with_finding(TASK, "task_principal", status="compliant", fix=None)
    broken = with_finding(HEALTHY, "tls", status="noncompliant")
    later = build(
        {"healthy": broken, "task": fixed, "new": HEALTHY, "gone": HEALTHY}, "Later", GENERATED, previous=document
    )

    assert later["comparison"] == {
        "generated": GENERATED,
        "totals": document["totals"],
        "failing": [{"host": "healthy", "rule": "tls"}],
        "fixed": [{"host": "task", "rule": "task_principal"}],
        "new_hosts": ["new"],
        "missing_hosts": ["antivirus", "attested"],
    }
    page = to_html(later)
    assert "Newly failing: 1" in page
    assert "Fixed: 1" in page


def test_a_rule_that_is_off_somewhere_is_listed() -> None:
    assert HEALTHY.compliance is not None
    findings = [finding for finding in HEALTHY.compliance["findings"] if finding["id"] != "tls"]
    off = HostResult({**HEALTHY.compliance, "findings": findings})

    assert build({"a": off, "b": HEALTHY}, "", GENERATED, shipped=list(shipped_rules()))["disabled_rules"] == ["tls"]


def test_csv_has_a_line_for_each_host_and_rule_that_no_spreadsheet_runs(document: Document) -> None:
    document = build(
        {**HOSTS, "formula": with_finding(TASK, "task_principal", actual="=cmd|' /C calc'!A0")}, "", GENERATED
    )
    text = to_csv(document)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    assert text.startswith("\ufeff")
    for host in ("healthy", "task", "antivirus"):
        assert {row["rule"]: row["status"] for row in rows if row["host"] == host} == statuses(host)
    assert [row["actual"] for row in rows if row["host"] == "gone"] == ["the host refused the credentials"]
    (formula,) = (row["actual"] for row in rows if row["host"] == "formula" and row["rule"] == "task_principal")
    assert formula == "'=cmd|' /C calc'!A0"
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_junit_counts_what_build_servers_count(document: Document) -> None:
    suites = {suite.get("name"): suite for suite in ElementTree.fromstring(to_junit(document))}

    assert suites.keys() == HOSTS.keys()
    for host in ("healthy", "task", "antivirus", "attested"):
        compliance = HOSTS[host].compliance
        assert compliance is not None
        errors = [item for item in compliance["findings"] if item["severity"] == "error"]
        assert int(suites[host].get("failures", "")) == sum(item["status"] == "noncompliant" for item in errors)
        assert int(suites[host].get("errors", "")) == list(statuses(host).values()).count("unknown")
        assert len(suites[host]) == len(compliance["findings"]) == int(suites[host].get("tests", ""))
    assert suites["gone"].get("errors") == "1"
    assert "<script>" in str(suites["task"].find("testcase[@name='task_principal']/failure").attrib)  # type: ignore[union-attr]


def test_junit_is_read_by_a_library_for_it(document: Document) -> None:
    junitparser = pytest.importorskip("junitparser", reason="junitparser is not there: run 'make setup'")
    suites = {suite.name: suite for suite in junitparser.JUnitXml.fromstring(to_junit(document).encode())}

    assert suites["task"].failures == sum(
        any(isinstance(result, junitparser.Failure) for result in case.result) for case in suites["task"]
    )


def test_ohdf_has_a_profile_with_a_control_for_each_rule(document: Document) -> None:
    files = {host: json.loads(text) for host, text in to_ohdf(document).items()}

    assert files.keys() == HOSTS.keys()
    outcome = {"compliant": "passed", "attested": "passed", "noncompliant": "failed", "unknown": "error"}
    for host in ("healthy", "task", "antivirus", "attested"):
        (profile,) = files[host]["profiles"]
        results = {control["id"]: control["results"][0]["status"] for control in profile["controls"]}
        assert results == {rule: outcome.get(status, "skipped") for rule, status in statuses(host).items()}
        # What readers of exec-json require (InSpec's schema)
        for control in profile["controls"]:
            assert {"id", "impact", "refs", "results", "source_location", "tags"} <= control.keys()
            assert {"code_desc", "start_time"} <= control["results"][0].keys()
            assert 0 <= control["impact"] <= 1
    assert files["gone"]["profiles"][0]["controls"][0]["results"][0]["status"] == "error"


@pytest.mark.skipif(inspecjs() is None, reason=f"OHDF was not read by another program, {MISSING}")
def test_ohdf_is_read_by_the_library_of_security_dashboards(document: Document) -> None:
    waived = with_finding(ANTIVIRUS, "antivirus_exclusions", status="waived", fix=None)
    document = build({**HOSTS, "waived": waived}, "Report <1>", GENERATED, shipped=list(shipped_rules()))
    files = to_ohdf(document)
    node = subprocess.run(
        ["node", "--eval", INSPECJS, str(inspecjs())],
        input=json.dumps(files),
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    evaluations = json.loads(node.stdout)
    words = {
        "compliant": "Passed",
        "attested": "Passed",
        "noncompliant": "Failed",
        "impossible": "Failed",
        "unknown": "Profile Error",
        "not_applicable": "Not Applicable",
        "waived": "Not Reviewed",
    }
    severities = {"error": "high", "warning": "low"}

    def expected(finding: dict[str, Any]) -> list[str]:
        # Readers know what does not apply by an impact of 0, which is no severity
        severity = "none" if finding["status"] == "not_applicable" else severities[finding["severity"]]
        return [words[finding["status"]], severity, finding["actual"]]

    assert {host: (read["platform"], read["profiles"]) for host, read in evaluations.items()} == {
        host["name"]: (host["name"], ["winops.mars"]) for host in document["hosts"]
    }
    for host in document["hosts"]:
        read = evaluations[host["name"]]["controls"]
        findings = {finding["rule"]: whole(document, finding) for finding in host["findings"]}
        if host["verdict"] == "not_checked":
            assert read == {"not_checked": ["Profile Error", "high", "the host refused the credentials"]}
        else:
            assert read == {rule: expected(finding) for rule, finding in findings.items()}
    assert {status for read in evaluations.values() for status, *_others in read["controls"].values()} == set(
        words.values()
    )


#: What the library makes of each host's file: profiles, and of each control the status, severity and message.
INSPECJS = """
const inspecjs = require(process.argv[1]);
const read = (text) => {
  const evaluation = inspecjs.convertFileContextual(text);
  const controls = evaluation.contains.flatMap((profile) => profile.contains).map(({data, hdf}) => {
    const [segment] = hdf.segments;
    return [data.id, [hdf.status, hdf.severity, segment.message ?? segment.skip_message]];
  });
  const profiles = evaluation.contains.map((profile) => profile.data.name);
  return {platform: evaluation.data.platform.target_id, profiles, controls: Object.fromEntries(controls)};
};
const files = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(JSON.stringify(Object.fromEntries(Object.entries(files).map(([host, text]) => [host, read(text)]))));
"""


class Page(HTMLParser):
    """What a browser makes of the page: its elements, and the text that people read."""

    VOID = ("meta", "br", "input")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.findings: list[str] = []
        self.parts: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.parts[self.open[-1]] = data
        else:
            self.text += data
            if self.open and self.open[-1] == "dt" and ": " in data:
                self.findings.append(data.split(": ")[1])


@pytest.fixture(scope="module")
def page(document: Document) -> Page:
    page = Page(to_html(document))
    assert page.open == []
    return page


def test_the_page_shows_every_host_and_every_open_finding(page: Page) -> None:
    classes = Counter((tag, attributes.get("class")) for tag, attributes in page.elements)

    assert (classes["tbody", "host"], classes["td", "not_checked"]) == (len(HOSTS), 1)
    assert Counter(page.findings) == Counter(
        rule
        for host in ("healthy", "task", "antivirus", "attested")
        for rule, status in statuses(host).items()
        if status not in ("compliant", "not_applicable")
    )
    assert "the host refused the credentials" in page.text
    # For the administrator of the other product, with hosts and paths
    assert f"agent in {ANTIVIRUS.facts['antivirus']['products'][0]['name']}." in page.text  # type: ignore[index]
    assert r"C:\Program Files\Microsoft Azure Recovery Services Agent\bin\cbengine.exe" in page.text
    assert "by Ann until 2027-01-01: CHG1" in re.sub(r"\s+", " ", page.text)


def test_hostile_text_stays_text(page: Page) -> None:
    assert [tag for tag, _unused in page.elements].count("script") == 1
    assert "<script>alert('x')</script>" in page.text
    assert not any(name.startswith("on") for _unused, attributes in page.elements for name in attributes)


def test_the_page_loads_nothing_and_runs_only_its_own_script(page: Page) -> None:
    policies = [attributes["content"] or "" for tag, attributes in page.elements if "http-equiv" in attributes]
    for part in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.parts[part].encode()).digest()).decode()
        assert f"{part}-src 'sha256-{digest}'" in policies[0]
    assert policies[0].startswith("default-src 'none'; ")
    assert not {"link", "img", "iframe", "base", "object"} & {tag for tag, _unused in page.elements}
    assert not any(attributes.keys() & {"src", "style", "srcset"} for _unused, attributes in page.elements)


def test_every_reference_within_the_page_leads_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _unused, attributes in page.elements if "id" in attributes]
    named = [attributes["aria-labelledby"] for _unused, attributes in page.elements if "aria-labelledby" in attributes]
    links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]

    assert len(ids) == len(set(ids))
    assert set(named) <= set(ids)
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith(("#", "https://")) for link in links)


def test_a_page_of_many_hosts_is_small() -> None:
    hosts = {f"files{number:04d}": (TASK, HEALTHY, ANTIVIRUS)[number % 3] for number in range(300)}

    # Below 6 MB at 5,000 hosts
    assert len(to_html(build(hosts, "Many", GENERATED)).encode()) < 6_000_000 * 300 / 5000


def test_a_fleet_of_which_nothing_is_known_has_a_report() -> None:
    document = build({"gone": HOSTS["gone"]}, "Nothing", GENERATED)

    assert document["totals"]["not_checked"] == 1
    assert "Not checked: the host refused" in Page(to_html(document)).text
    assert Page(to_html(build({}, "None", GENERATED))).open == []
