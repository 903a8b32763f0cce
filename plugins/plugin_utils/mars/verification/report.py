# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What a host shows, as data and as text."""

from __future__ import annotations

from collections import Counter
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
    lines += [f"left on the host: {leftover.what}; remove it with: {leftover.remove}" for leftover in verification.left]
    return lines
