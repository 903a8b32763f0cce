# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What a check finds out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_LONGEST = 400


class Status(StrEnum):
    """Whether what the collection relies on holds on a host."""

    HELD = "held"
    NOT_HELD = "not_held"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True)
class Verdict:
    """What a host shows about a line of the catalogue of evidence.

    :ivar seen: what was seen instead, where it did not hold; why it was not tried; None where it held.
    """

    id: str
    status: Status
    seen: str | None = None


class NotHeld(Exception):
    """What the collection relies on does not hold; the text says what the host answers instead."""


class NotTried(Exception):
    """It cannot be seen on this host; the text says why."""


def require(holds: bool, seen: object) -> None:
    """Raise :class:`NotHeld` with what was seen unless it holds."""
    if not holds:
        raise NotHeld(shortened(str(seen)))


def shortened(text: str) -> str:
    """Return a text on one line, without what is beyond the first few hundred characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
