# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What a report says, as plain data that every format is made of; ``report.schema.json`` beside this file describes it.

Pure functions over what the modules returned, of this run or saved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Version of the document. It changes where a reader of the JSON report has to.
SCHEMA_VERSION = 1

#: The statuses of findings that somebody has to look at, the worst first.
OPEN = ("noncompliant", "impossible", "unknown")
#: Those that somebody has decided about, until a date.
DECIDED = ("attested", "waived")
_VERDICTS = ("noncompliant", "not_checked", "unknown", "compliant")
# What a rule says about most hosts, and a finding only where it differs
_TEXTS = ("title", "group", "severity", "expected", "why", "fix", "role", "source")

Document = dict[str, Any]


@dataclass(frozen=True)
class HostResult:
    """What is known about one host.

    :ivar compliance: what ``mars_compliance`` returned; None if the host was not checked.
    :ivar problem: why it was not checked.
    :ivar facts: its facts, of which some are shown; may be empty.
    """

    compliance: Mapping[str, Any] | None
    problem: str = ""
    facts: Mapping[str, Any] | None = None
    groups: Sequence[str] = ()


def build(
    hosts: Mapping[str, HostResult],
    title: str,
    generated: str,
    fleet: Sequence[Mapping[str, Any]] = (),
    previous: Document | None = None,
    shipped: Sequence[str] = (),
) -> Document:
    """Return the document.

    :param generated: when, in ISO 8601.
    :param fleet: what ``mars_fleet`` found.
    :param previous: an earlier document to compare with.
    :param shipped: the ids of the collection's rules. Those without a finding on a checked host are off there.
    """
    checked = {name: host.compliance for name, host in hosts.items() if host.compliance is not None}
    rules = _rules([finding for compliance in checked.values() for finding in compliance["findings"]])
    entries = sorted(
        (_host(name, host, rules) for name, host in hosts.items()),
        key=lambda entry: (
            _VERDICTS.index(entry["verdict"]),
            -sum(finding["status"] in OPEN for finding in entry["findings"]),
            entry["name"],
        ),
    )
    verdicts = Counter(entry["verdict"] for entry in entries)
    document: Document = {
        "schema_version": SCHEMA_VERSION,
        "title": title,
        "generated": generated,
        "totals": {verdict: verdicts[verdict] for verdict in _VERDICTS},
        "baselines": sorted({compliance["baseline"] for compliance in checked.values() if "baseline" in compliance}),
        "thresholds": _common([compliance.get("thresholds", {}) for compliance in checked.values()]),
        "disabled_rules": sorted(
            {
                rule
                for compliance in checked.values()
                for rule in set(shipped) - {finding["id"] for finding in compliance["findings"]}
            }
        ),
        "rules": rules,
        "hosts": entries,
        "fleet": [dict(finding) for finding in fleet],
        "comparison": None,
    }
    if previous is not None:
        document["comparison"] = _compare(previous, document)
    return document


def whole(document: Document, finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding with all that its rule says about it."""
    return {**document["rules"][finding["rule"]], **finding}


def shown_status(finding: Mapping[str, Any]) -> str:
    """The status of a finding, or ``warning`` if it is noncompliant but only advice."""
    advice = (finding["status"], finding["severity"]) == ("noncompliant", "warning")
    return "warning" if advice else str(finding["status"])


def to_fix(document: Document) -> list[dict[str, Any]]:
    """The rules that hosts violate or may violate, what most hosts need first: rule, its texts, and hosts by status."""
    found: dict[str, dict[str, list[str]]] = {}
    for host in document["hosts"]:
        for finding in host["findings"]:
            if finding["status"] in OPEN:
                found.setdefault(finding["rule"], {}).setdefault(finding["status"], []).append(host["name"])
    entries = [{**document["rules"][rule], "rule": rule, "hosts": hosts} for rule, hosts in found.items()]
    return sorted(entries, key=_urgency)


def _urgency(entry: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    counts = [len(entry["hosts"].get(status, ())) for status in OPEN]
    return entry["severity"] != "error", -counts[0] - counts[1], -counts[2], entry["rule"]


def _rules(findings: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What each rule says about most hosts."""
    by_rule: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        by_rule.setdefault(finding["id"], []).append(finding)
    return {
        rule: {name: _most_common([finding.get(name) for finding in said]) for name in _TEXTS}
        for rule, said in by_rule.items()
    }


def _most_common(values: Sequence[Any]) -> Any:
    counts = Counter(values)
    del counts[None]
    return counts.most_common(1)[0][0] if counts else None


def _host(name: str, host: HostResult, rules: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    facts = host.facts or {}
    findings = []
    for finding in host.compliance["findings"] if host.compliance is not None else ():
        entry = {"rule": finding["id"], "status": finding["status"], "actual": finding["actual"]}
        rule = rules[finding["id"]]
        # Who meets a rule needs no fix, and no role
        silent = finding["status"] in ("compliant", "not_applicable")
        for name_of_text in _TEXTS:
            text = finding.get(name_of_text)
            if text != rule[name_of_text] and not (silent and text is None):
                entry[name_of_text] = text
        if finding.get("decision"):
            entry["decision"] = finding["decision"]
        findings.append(entry)
    return {
        "name": name,
        "verdict": host.compliance["verdict"] if host.compliance is not None else "not_checked",
        "problem": host.problem,
        "os": (facts.get("os") or {}).get("name"),
        "groups": list(host.groups),
        "last_backup": _last_backup(facts),
        "antivirus": [product["name"] for product in (facts.get("antivirus") or {}).get("products") or ()],
        "exclude": _to_exclude(host.compliance),
        "findings": findings,
    }


def _last_backup(facts: Mapping[str, Any]) -> str | None:
    """When the last backup succeeded; ``never``, or None if that is unknown or there is no agent."""
    backup = facts.get("last_backup")
    if not backup:
        return None
    succeeded = backup.get("succeeded")
    return str(succeeded) if succeeded else "never" if backup.get("log") else None


def _to_exclude(compliance: Mapping[str, Any] | None) -> list[str]:
    """The folders and processes that an antivirus product has to exclude, if that is open."""
    for finding in compliance["findings"] if compliance is not None else ():
        if finding["id"] == "antivirus_exclusions" and finding["status"] in OPEN:
            wanted = finding.get("wanted") or {}
            return [path for name in ("paths", "processes") for path in wanted.get(name) or () if path]
    return []


def _common(dictionaries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entries that all have in common."""
    first, *others = dictionaries or [{}]
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _compare(previous: Document, document: Document) -> dict[str, Any]:
    before, now = (
        {
            host["name"]: {finding["rule"]: finding["status"] for finding in host["findings"]}
            for host in version["hosts"]
            if host["verdict"] != "not_checked"
        }
        for version in (previous, document)
    )
    changes: dict[str, list[dict[str, str]]] = {"failing": [], "fixed": []}
    for host in sorted(before.keys() & now.keys()):
        for rule in sorted(before[host].keys() & now[host].keys()):
            was_open, is_open = (status in OPEN for status in (before[host][rule], now[host][rule]))
            if was_open != is_open:
                changes["failing" if is_open else "fixed"].append({"host": host, "rule": rule})
    names = [{host["name"] for host in version["hosts"]} for version in (previous, document)]
    return {
        "generated": previous["generated"],
        "totals": previous["totals"],
        **changes,
        "new_hosts": sorted(names[1] - names[0]),
        "missing_hosts": sorted(names[0] - names[1]),
    }
