# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Reads of what not every Windows has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..wsman.errors import Fault

T = TypeVar("T")


def unless_absent(read: Callable[[], T]) -> T | None:
    """Return what this reads, None where its namespace, class, or instance does not exist on the host.

    Raises any other :class:`Fault`.
    """
    try:
        return read()
    except Fault as fault:
        if fault.is_absent:
            return None
        raise
