# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What people decide about findings, each until a date: they attest what cannot be read, and waive what they accept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any


class DecisionError(ValueError):
    """An attestation or a waiver that cannot be used; the text says which, and why."""


@dataclass(frozen=True)
class Decision:
    """An attestation or a waiver.

    :ivar by: who decided.
    :ivar until: the last day, in UTC, on which it counts.
    :ivar note: how it is known that the host complies, or why the finding is accepted; None if nobody says.
    """

    rule: str
    by: str
    until: date
    note: str | None

    @property
    def text(self) -> str:
        """Who decided, until when, and why, as a fragment of a sentence."""
        return f"by {self.by} until {self.until.isoformat()}" + (f" ({self.note})" if self.note else "")


def _today() -> date:
    return datetime.now(tz=UTC).date()


@dataclass(frozen=True)
class Decisions:
    """The decisions about one host by the ids of their rules, and the day for which they are asked."""

    attestations: Mapping[str, Decision] = field(default_factory=dict)
    waivers: Mapping[str, Decision] = field(default_factory=dict)
    today: date = field(default_factory=_today)

    def counts(self, decision: Decision) -> bool:
        """Whether a decision has not expired."""
        return self.today <= decision.until


def read_decisions(entries: Iterable[Mapping[str, Any]], option: str, rules: Collection[str]) -> dict[str, Decision]:
    """Return the decisions of an option by rule, of several about a rule the one that lasts longest.

    Raises :class:`DecisionError` for a rule that does not exist, a name that is empty, and a date that is none.
    """
    decisions: dict[str, Decision] = {}
    for entry in entries:
        decision = _decision(entry, option, rules)
        known = decisions.get(decision.rule)
        if known is None or known.until < decision.until:
            decisions[decision.rule] = decision
    return decisions


def _decision(entry: Mapping[str, Any], option: str, rules: Collection[str]) -> Decision:
    rule, by = str(entry["rule"]), str(entry["by"]).strip()
    if rule not in rules:
        raise DecisionError(f"{option}: there is no rule {rule!r}; there are {', '.join(rules)}")
    if not by:
        raise DecisionError(f"{option}: rule {rule}: 'by' must name who decided")
    try:
        until = date.fromisoformat(str(entry["until"]))
    except ValueError:
        raise DecisionError(
            f"{option}: rule {rule}: 'until' must be a date such as 2026-12-31, not {entry['until']!r}"
        ) from None
    note = entry.get("note") or entry.get("reason")
    return Decision(rule, by, until, str(note).strip() if note else None)
