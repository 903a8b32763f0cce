# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacement of ``%variables%``, ``!variables!`` and ``for`` variables, by the rules of the command line."""

from __future__ import annotations

import re
from collections.abc import Callable

Lookup = Callable[[str], str | None]


def _modified(value: str, modifier: str) -> str | None:
    """``:from=to`` and ``:~start,length``; None where it is neither."""
    if match := re.fullmatch(r"~(-?\d+)(?:,(-?\d+))?", modifier):
        start = int(match[1])
        begin = max(len(value) + start, 0) if start < 0 else start
        if match[2] is None:
            return value[begin:]
        length = int(match[2])
        return value[begin : len(value) + length if length < 0 else begin + length]
    search, separator, replacement = modifier.partition("=")
    if not separator or not search:
        return None
    if search.startswith("*"):
        at = value.lower().find(search[1:].lower())
        return value if at < 0 else replacement + value[at + len(search) - 1 :]
    return re.sub(re.escape(search), lambda _match: replacement, value, flags=re.IGNORECASE)


def _expand(text: str, mark: str, lookup: Lookup, *, keep_unknown: bool) -> str:
    result = ""
    at = 0
    while (begin := text.find(mark, at)) >= 0:
        end = text.find(mark, begin + 1)
        name, colon, modifier = text[begin + 1 : end].partition(":") if end > 0 else ("", "", "")
        value = lookup(name) if name else None
        replaced = _modified(value, modifier) if value is not None and colon else value
        if end < 0 or (replaced is None and keep_unknown):
            result += text[at : begin + 1]
            at = begin + 1
        else:
            result += text[at:begin] + (replaced or "")
            at = end + 1
    return result + text[at:]


def expand_percent(text: str, lookup: Lookup) -> str:
    """Before a line is parsed. An unknown variable stays as it is written."""
    return _expand(text, "%", lookup, keep_unknown=True)


def expand_delayed(text: str, lookup: Lookup) -> str:
    """As a command is run, with ``/v:on``. An unknown variable is empty."""
    return _expand(text, "!", lookup, keep_unknown=False) if text.count("!") > 1 else text


def expand_for(text: str, values: dict[str, str], attribute_of: Callable[[str, str], str]) -> str:
    """``%I`` and ``%~modifiersI``; ``attribute_of(modifiers, value)`` works out the modifiers f d p n x s a z."""

    def replace(match: re.Match[str]) -> str:
        if match[1] is not None:
            # The longest run of letters whose last one is a variable: %~dpI.
            letters = match[1]
            for length in range(len(letters), 0, -1):
                modifiers, variable = letters[: length - 1], letters[length - 1]
                if variable in values and set(modifiers) <= set("fdpnxsatz"):
                    return attribute_of(modifiers, values[variable]) + letters[length:]
            return match[0]
        return values.get(match[2], match[0])

    return re.sub(r"%~([A-Za-z]+)|%([A-Za-z])", replace, text)
