# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Thresholds: the numbers and versions the rules compare with, in shipped baselines."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .catalogue_file import catalogue

_CATALOGUE: Mapping[str, Mapping[str, Any]] = catalogue("baselines.yml")
BASELINES = ("minimum", "current")
THRESHOLD_NAMES = tuple(_CATALOGUE)


class ThresholdError(ValueError):
    """A threshold nobody knows, or a value it cannot have; the text says which, and what is possible."""


def _version(value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)*", value) else None


def _number(value: Any) -> float | None:
    # Ansible hands templated numbers on as text before ansible-core 2.19
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
        value = float(value) if "." in value else int(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _percent(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 100 else None


def _bytes(value: Any) -> int | None:
    number = _number(value)
    return number if isinstance(number, int) and number > 0 else None


_TYPES: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "version": (_version, "a version in quotes, '4.8' for example"),
    "percent": (_percent, "a number from 0 to 100"),
    "bytes": (_bytes, "a whole number of bytes above 0, or null"),
}


def thresholds(baseline: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """All thresholds by name: those of the baseline, with single ones replaced; ThresholdError where one is wrong."""
    values = {name: entry[baseline] for name, entry in _CATALOGUE.items()}
    for name, value in overrides.items():
        if name not in _CATALOGUE:
            raise ThresholdError(f"There is no threshold '{name}'; the thresholds are {', '.join(THRESHOLD_NAMES)}.")
        kind = _CATALOGUE[name]["type"]
        read, form = _TYPES[kind]
        values[name] = read(value)
        if values[name] is None and not (kind == "bytes" and value is None):
            raise ThresholdError(f"Threshold '{name}' must be {form}, not {value!r}.")
    return values
