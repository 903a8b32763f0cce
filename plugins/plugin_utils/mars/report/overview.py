# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What a run of the role ``mars_prereqs`` prints and hands on: for one host, and for all of them.

Pure functions over what the modules returned and what the roles reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .document import DECIDED, OPEN, shown_status

#: The verdicts that are a failure, by what the user says.
FAIL_ON: dict[str, tuple[str, ...]] = {
    "none": (),
    "noncompliant": ("noncompliant",),
    "unknown": ("noncompliant", "unknown"),
}

# Short words for the statuses of findings, the worst first. A warning is a noncompliant finding that is only advice.
_WORDS = {
    "noncompliant": "FAIL",
    "impossible": "NEVER",
    "unknown": "unknown",
    "warning": "warn",
    "waived": "waived",
    "attested": "attested",
    "compliant": "ok",
    "not_applicable": "-",
}
_ORDER = list(_WORDS)
# How many names a line shows before it says how many more there are
_SHOWN = 5
_LONGEST_REASON = 120


@dataclass(frozen=True)
class HostRun:
    """What the role did and found on one host.

    :ivar compliance: what ``mars_compliance`` returned last, None if nothing.
    :ivar problem: why the host could not be checked, empty if it was or is still to be.
    :ivar outcomes: what each role reported that did not fail, by the role's name.
    :ivar failed_roles: why each role failed that did, by the role's name.
    :ivar last_backup: the fact of that name, None where there is no agent, and empty without facts.
    :ivar lost: whether an error took the host out of the play.
    """

    compliance: Mapping[str, Any] | None = None
    problem: str = ""
    outcomes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failed_roles: Mapping[str, str] = field(default_factory=dict)
    last_backup: Mapping[str, Any] | None = field(default_factory=dict)
    lost: bool = False

    @property
    def verdict(self) -> str | None:
        """``noncompliant``, ``not checked``, ``unknown``, or ``compliant``; None if it is still to be checked."""
        if self.problem:
            return "not checked"
        return None if self.compliance is None else str(self.compliance["verdict"])

    @property
    def findings(self) -> Sequence[Mapping[str, Any]]:
        """What was found; nothing where the host was not checked."""
        return () if self.problem or self.compliance is None else self.compliance["findings"]

    @property
    def failures(self) -> list[str]:
        """The roles that failed, and why."""
        return [f"role {role} failed: {reason}" for role, reason in self.failed_roles.items()]

    @property
    def manual(self) -> list[tuple[str, str]]:
        """What the roles left to do by hand, each sentence with the role's name."""
        return [(role, sentence) for role, outcome in self.outcomes.items() for sentence in outcome.get("manual") or ()]

    def reports(self, what: str) -> bool:
        """Whether any role reported this."""
        return any(outcome.get(what) for outcome in self.outcomes.values())


#: The hosts by their names, in the order of the inventory.
Fleet = Mapping[str, HostRun]


def attention(host: HostRun) -> list[str]:
    """What needs attention on a host: what failed, what was found, the worst first, and then how to fix each.

    Attested and waived findings are among them, so that nobody forgets them.
    """
    if host.problem:
        return [f"not checked: {host.problem}"]
    found = [finding for finding in host.findings if finding["status"] in (*OPEN, *DECIDED)]
    found.sort(key=lambda finding: _ORDER.index(shown_status(finding)))
    return [
        *host.failures,
        *(f"{_WORDS[shown_status(finding)]} {finding['id']}: {finding['actual']}" for finding in found),
        *(f"To fix {finding['id']}: {finding['fix']}" for finding in found if finding["fix"]),
        *(f"Role {role}: {sentence}" for role, sentence in host.manual),
    ]


def left_to_do(host: HostRun) -> list[str]:
    """What the roles did not do on a host: which of them failed, and what is left to do by hand."""
    return [*host.failures, *(f"role {role}: {sentence}" for role, sentence in host.manual)]


def failure(host: HostRun, fail_on: str) -> list[str]:
    """Why the run is to fail on a host; nothing if it is not.

    :param fail_on: one of :data:`FAIL_ON`.
    """
    if host.problem:
        return [f"not checked: {host.problem}"]
    failing = FAIL_ON[fail_on]
    if host.verdict not in failing:
        return host.failures
    return [
        *host.failures,
        f"the host is {host.verdict}",
        *(
            f"{finding['id']} is {finding['status']}: {finding['actual']}. {finding['fix']}"
            for finding in host.findings
            if finding["status"] in (*failing, "impossible")
        ),
    ]


def counts(hosts: Fleet) -> list[str]:
    """How many hosts, by verdict, and the rules that most of them violate: below 1 kB, whatever the fleet."""
    verdicts = _by_verdict(hosts)
    rules: dict[str, Counter[str]] = {}
    for host in hosts.values():
        for finding in host.findings:
            if finding["status"] in OPEN:
                rules.setdefault(shown_status(finding), Counter())[finding["id"]] += 1
    lines = [", ".join(f"{len(names)} {verdict}" for verdict, names in verdicts.items())]
    for status in sorted(rules, key=_ORDER.index):
        ranked = sorted(rules[status].items(), key=lambda item: (-item[1], item[0]))
        lines.append(f"{_WORDS[status]}: {_first([f'{rule} ({number})' for rule, number in ranked])}")
    named = {
        "not checked": verdicts["not checked"],
        "failed": [name for name in _failed(hosts) if not hosts[name].problem],
        "restart required": _restart_required(hosts),
        "restart advised": _restart_advised(hosts),
    }
    return lines + [f"{what}: {_first(names)}" for what, names in named.items() if names]


def table(hosts: Fleet) -> list[str]:
    """One row a host, the worst first: its last good backup in UTC, and the worst finding of each group of rules.

    No row ends in blanks, and columns are two of them apart: so no callback folds or quotes it.
    """
    groups = list(dict.fromkeys(finding["group"] for host in hosts.values() for finding in host.findings))
    names = [
        name
        for shown in _by_verdict(hosts).values()
        for name in sorted(shown, key=lambda name: (-_violations(hosts[name]), name))
    ]
    widths = [max(map(len, ("host", *names))), 12, 17, *(max(len(group), 8) for group in groups)]
    rows = [["host", "verdict", "last_backup", *groups], *([name, *_cells(hosts[name], groups)] for name in names)]
    return [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, [*widths, 0, 0], strict=False)).rstrip() for row in rows
    ]


def stats(hosts: Fleet, job: str) -> dict[str, Any]:
    """Counts, and the names of hosts that need attention, for the next job of a workflow.

    :param job: the number of this job of AWX, empty outside of it. AWX hands them on as extra variables, where those of
        one job slice would replace those of another: so it becomes part of their names.
    """
    verdicts = _by_verdict(hosts)
    values = {
        "compliant": len(verdicts["compliant"]),
        "noncompliant": len(verdicts["noncompliant"]),
        "unknown": len(verdicts["unknown"]),
        "not_checked": len(verdicts["not checked"]),
        "noncompliant_hosts": verdicts["noncompliant"],
        "unknown_hosts": verdicts["unknown"],
        "not_checked_hosts": verdicts["not checked"],
        "failed_hosts": _failed(hosts),
        "reboot_required_hosts": _restart_required(hosts),
        "reboot_advised_hosts": _restart_advised(hosts),
    }
    return {f"mars_audit_{name}{job and f'_job_{job}'}": value for name, value in values.items()}


def _by_verdict(hosts: Fleet) -> dict[str, list[str]]:
    """The names of the hosts by verdict, the worst first."""
    return {
        verdict: [name for name, host in hosts.items() if host.verdict == verdict]
        for verdict in ("noncompliant", "not checked", "unknown", "compliant")
    }


def _failed(hosts: Fleet) -> list[str]:
    return [name for name, host in hosts.items() if host.lost or host.problem or host.failures]


def _restart_required(hosts: Fleet) -> list[str]:
    return [name for name, host in hosts.items() if host.reports("restart_required")]


def _restart_advised(hosts: Fleet) -> list[str]:
    return [
        name for name, host in hosts.items() if host.reports("restart_advised") and not host.reports("restart_required")
    ]


def _first(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", and {more} more" if more > 0 else "")


def _violations(host: HostRun) -> int:
    return sum(finding["status"] in ("noncompliant", "impossible") for finding in host.findings)


def _cells(host: HostRun, groups: Sequence[str]) -> Iterator[str]:
    """What stands in a row behind the name."""
    yield str(host.verdict)
    if host.problem:
        yield host.problem if len(host.problem) <= _LONGEST_REASON else f"{host.problem[: _LONGEST_REASON - 3]}..."
        return
    yield _time(host.last_backup)
    worst: dict[str, str] = {}
    for finding in host.findings:
        group, status = finding["group"], shown_status(finding)
        worst[group] = min(worst.get(group, status), status, key=_ORDER.index)
    for group in groups:
        yield _WORDS[worst[group]] if group in worst else "-"
    if host.failures or host.lost:
        yield "failed"
    if host.reports("restart_required"):
        yield "restart"
    elif host.reports("restart_advised"):
        yield "restart advised"


def _time(backup: Mapping[str, Any] | None) -> str:
    if backup is None:
        return "-"
    if backup.get("succeeded"):
        return f"{backup['succeeded'][:16]}Z"
    return "never" if backup.get("log") else "unknown"
