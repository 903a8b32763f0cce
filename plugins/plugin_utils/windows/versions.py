# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Versions as tuples that compare part by part: 5.1 is newer than 4, older than 5.1.14409, and the same as 5.1.0."""

from __future__ import annotations

import re

# No part of a real version has more digits, and Python refuses numbers with thousands of digits.
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")
_NUMBER = re.compile(r"[0-9]+")


def parse(text: str) -> tuple[int, ...] | None:
    """Return the version in a text, None if the text is anything but numbers separated by dots."""
    return _version(text.split(".")) if _VERSION.fullmatch(text) else None


def find(text: str) -> tuple[int, ...]:
    """Return the version that consists of all numbers in a text: ``v4.8 (3761)`` is 4.8.3761."""
    return _version(_NUMBER.findall(text))


def _version(parts: list[str]) -> tuple[int, ...]:
    numbers = [int(part) for part in parts]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
