# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What a host shows, as data and as text."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from ..evidence import Standing, evidence
from .run import Verification
from .verdict import Status


def as_dict(verification: Verification) -> dict[str, Any]:
    """Return the result of the module, without ``changed``."""
    known = evidence()
    counts = Counter(verdict.status for verdict in verification.verdicts)
    return {
        "counts": {str(status): counts[status] for status in Status},
        "lines": [
            {
                "id": verdict.id,
                "feature": known[verdict.id].feature,
                "evidence": str(known[verdict.id].standing),
                "status": str(verdict.status),
                "seen": verdict.seen,
                "otherwise": known[verdict.id].otherwise,
            }
            for verdict in verification.verdicts
        ],
        "left": [{"what": leftover.what, "remove": leftover.remove} for leftover in verification.left],
        "report": _report(verification),
    }


def _report(verification: Verification) -> list[str]:
    known = evidence()
    by_status: dict[Status, list[str]] = {status: [] for status in Status}
    for verdict in verification.verdicts:
        by_status[verdict.status].append(verdict.id)
    held = [name for name in by_status[Status.HELD] if known[name].standing is Standing.ASSUMED]
    numbers = {status: len(names) for status, names in by_status.items()}
    lines = [
        f"{numbers[Status.HELD]} held, {numbers[Status.NOT_HELD]} did not hold, {numbers[Status.NOT_TRIED]} not tried"
    ]
    for verdict in verification.verdicts:
        if verdict.status is Status.NOT_HELD:
            line = known[verdict.id]
            then = f"; then: {line.otherwise}" if line.otherwise else ""
            lines.append(
                f"did not hold: {line.id} ({line.standing}): {line.feature}. Seen instead: {verdict.seen}{then}"
            )
    if held:
        lines.append(f"assumed so far, and held here: {', '.join(held)}")
    lines += _not_tried(verification)
    lines += [f"left on the host: {leftover.what}; remove it with: {leftover.remove}" for leftover in verification.left]
    return lines


def _not_tried(verification: Verification) -> list[str]:
    """Say what this host did not show by the reasons; what no host shows is only counted."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for verdict in verification.verdicts:
        if verdict.status is Status.NOT_TRIED and evidence()[verdict.id].shown:
            by_reason[verdict.seen or ""].append(verdict.id)
    never = sum(not line.shown for line in evidence().values())
    return [
        *(f"not tried: {', '.join(names)}: {reason}" for reason, names in by_reason.items()),
        f"not tried: {never} that no host shows, or not without harm; the result of the task says for each why",
    ]
