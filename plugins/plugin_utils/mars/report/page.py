# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The report as one page of HTML, which loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined

from .document import DECIDED, OPEN, Document, shown_status, to_fix, whole

#: What people read instead of a status or a verdict.
WORDS = {
    "noncompliant": "not met",
    "impossible": "never",
    "unknown": "unknown",
    "warning": "warning",
    "waived": "waived",
    "attested": "attested",
    "compliant": "met",
    "not_applicable": "does not apply",
    "not_checked": "not checked",
}


def to_html(document: Document) -> str:
    """The page; all texts of hosts and users are escaped."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    environment.filters["minute"] = lambda time: time[:16].replace("T", " ")
    style, script = (_part(name) for name in ("page.css", "page.js"))
    first = to_fix(document)
    explained = {entry["rule"] for entry in first}
    hosts = [_shown(document, host, explained) for host in document["hosts"]]
    return environment.from_string(_part("page.html.j2")).render(
        document=document,
        hosts=hosts,
        words=WORDS,
        to_fix=first,
        tickets=_tickets(document),
        decided=[(host["name"], finding) for host in hosts for finding in host["open"] if finding["status"] in DECIDED],
        choices={
            "verdict": [verdict for verdict, count in document["totals"].items() if count],
            "rule": sorted({finding["rule"] for host in hosts for finding in host["open"]}),
            "os": sorted({host["os"] for host in hosts if host["os"]}),
            "group": sorted({group for host in hosts for group in host["groups"]}),
        },
        style=style,
        script=script,
        hashes={"style": _hash(style), "script": _hash(script)},
    )


def _part(name: str) -> str:
    """A file beside this one, without the three lines on its license."""
    content = pkgutil.get_data(__package__, name)
    if content is None:
        raise FileNotFoundError(name)
    return content.decode("utf-8").split("\n", 3)[3].strip()


def _hash(text: str) -> str:
    """What a Content-Security-Policy names a part of the page by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(document: Document, host: dict[str, Any], explained: set[str]) -> dict[str, Any]:
    """A host with those findings that are shown: all that are not simply met, the worst first.

    :param explained: rules of which the page says what is expected, and what to do.
    """
    shown = [whole(document, finding) for finding in host["findings"] if finding["status"] in (*OPEN, *DECIDED)]
    for finding in shown:
        finding["word"] = shown_status(finding)
        # What the rule says of most hosts stands once, above
        for name in ("fix", "expected"):
            finding[f"own_{name}"] = (
                finding[name] if finding[name] != document["rules"][finding["rule"]][name] else None
            )
        finding["above"] = _above(finding) if finding["rule"] in explained else ""
    order = list(WORDS)
    shown.sort(key=lambda finding: (order.index(finding["word"]), finding["rule"]))
    met = sum(finding["status"] == "compliant" for finding in host["findings"])
    return {**host, "open": shown, "met": met, "last_backup": host["last_backup"] or "unknown"}


def _above(finding: Mapping[str, Any]) -> str:
    """What the page says of the rule of a finding, and does not say again."""
    what = {"expected": finding["own_expected"], "what to do": finding["own_fix"] or not finding["fix"]}
    return ", and ".join(name for name, said in what.items() if not said).capitalize()


def _tickets(document: Document) -> dict[str, dict[tuple[str, ...], list[str]]]:
    """What each antivirus product that cannot be asked has to exclude: hosts by folders and processes, by product."""
    tickets: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for host in document["hosts"]:
        for product in host["antivirus"] if host["exclude"] else ():
            tickets.setdefault(product, {}).setdefault(tuple(host["exclude"]), []).append(host["name"])
    return tickets
