# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The checks by which a host shows whether what the collection relies on holds there.

A check looks at what the host answers, not at what the rest of the collection reads from it, so that it can fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .subject import Subject


@dataclass(frozen=True)
class Check:
    """A check: it raises :class:`NotHeld` or :class:`NotTried`, or returns where the line holds.

    :ivar changes: whether it changes things of its own making.
    :ivar slow: whether it takes minutes.
    """

    run: Callable[[Subject], None]
    changes: bool
    slow: bool


#: By the id of the line that they show.
CHECKS: dict[str, Check] = {}


def shows(
    line: str, *, changes: bool = False, slow: bool = False
) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Register a function as the check of a line."""

    def register(function: Callable[[Subject], None]) -> Callable[[Subject], None]:
        CHECKS[line] = Check(function, changes, slow)
        return function

    return register
