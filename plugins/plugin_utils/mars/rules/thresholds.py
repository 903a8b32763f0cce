# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Thresholds: what the rules compare with, in shipped baselines; some only the user knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import catalogue


class ThresholdError(ValueError):
    """A threshold that does not exist, or a value it cannot have; the text says which, and what is possible."""


@dataclass(frozen=True)
class Threshold:
    """A value that rules compare with, and what it is in each baseline; null where only the user knows it."""

    type: str
    description: str
    minimum: Any
    current: Any
    legacy_ie: Any = None

    def in_baseline(self, baseline: str) -> Any:
        """The value in a baseline; legacy_ie only has those that differ from minimum."""
        value = getattr(self, baseline)
        return self.minimum if baseline == "legacy_ie" and value is None else value

    @property
    def form(self) -> str:
        """What its values look like."""
        return _TYPES[self.type][1]

    def read(self, value: Any) -> Any:
        """The value in its own type; ValueError for one that it cannot have."""
        if self.minimum is None and (value is None or value == [] or _is_blank(value)):
            return None
        read: Any = _TYPES[self.type][0](value)
        if read is None:
            raise ValueError(self.form)
        return read


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


def _is_blank(value: Any) -> bool:
    # As in a survey that was answered only in part
    return isinstance(value, str) and not value.strip()


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) else None


def _texts(value: Any) -> list[str] | None:
    # A survey has lists as lines of text
    items = value.splitlines() if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
        return None
    return [item.strip() for item in items]


def _duration(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _proxy(value: Any) -> str | None:
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if text == "none" or re.fullmatch(r"([\w.-]+|\[[0-9a-f:]+\]):\d+", text) else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return number if isinstance(number, int) else None


def _flag(value: Any) -> bool | None:
    # A survey has it as text
    return {"true": True, "yes": True, "false": False, "no": False}.get(str(value).strip().lower())


_TYPES: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "version": (_version, "a version in quotes, '4.8' for example"),
    "percent": (_percent, "a number from 0 to 100"),
    "count": (_count, "a whole number"),
    "bytes": (_bytes, "a whole number of bytes above 0, or null"),
    "flag": (_flag, "true or false, or null"),
    "text": (_text, "a text, or null"),
    "texts": (_texts, "a list of texts, or null"),
    "hours": (_duration, "a number of hours above 0, or null"),
    "days": (_duration, "a number of days above 0, or null"),
    "proxy": (_proxy, "none, or host and port such as proxy.example.com:8080, or null"),
}

#: All thresholds by name.
THRESHOLDS = {name: Threshold(**entry) for name, entry in catalogue.read("baselines.yml").items()}


def thresholds(baseline: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all thresholds: those of the baseline, with single ones replaced.

    Raises :class:`ThresholdError` for a replacement that is not possible.
    """
    values = {name: threshold.in_baseline(baseline) for name, threshold in THRESHOLDS.items()}
    for name, value in overrides.items():
        if name not in THRESHOLDS:
            raise ThresholdError(f"there is no threshold {name}; there are {', '.join(THRESHOLDS)}")
        try:
            values[name] = THRESHOLDS[name].read(value)
        except ValueError as error:
            # What looks like a URL with credentials is not shown
            shown = "" if "@" in str(value) else f", not {value!r}"
            raise ThresholdError(f"the threshold {name} must be {error}{shown}") from None
    return values
