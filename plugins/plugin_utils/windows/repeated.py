# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that may be made twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..wsman.errors import OutcomeUnknown

T = TypeVar("T")


def repeated(harmless: Callable[[], T]) -> T:
    """Make a change whose repetition does no harm, and repeat it if it is not known whether it was made."""
    try:
        return harmless()
    except OutcomeUnknown:
        return harmless()
