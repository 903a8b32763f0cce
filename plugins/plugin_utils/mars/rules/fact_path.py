# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Paths into the facts of a host, and whether what they lead to was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Facts = Mapping[str, Any]


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a fact that has facts below it; an empty one for any other value, since saved facts may hold anything."""
    return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True, order=True)
class FactPath:
    """A path into the facts: ``agent.version``, or ``tasks[].enabled`` for every task."""

    path: str

    @cached_property
    def section(self) -> str:
        """The section of the facts it is in."""
        return self.path.split(".")[0].rstrip("[]")

    @cached_property
    def _steps(self) -> list[str]:
        return self.path.replace("[]", ".[]").split(".")

    def gap(self, facts: Facts) -> str | None:
        """As much of the path as leads to what was not read; None if all of it was.

        An absent (null) fact was read, and there is nothing to read below it.
        """
        values: list[Any] = [facts]
        for done, step in enumerate(self._steps, 1):
            if step == "[]":
                values = [item for value in values for item in (value if isinstance(value, list) else [value])]
                continue
            found = []
            for value in values:
                if value is not None:
                    if not isinstance(value, dict) or step not in value:
                        return ".".join(self._steps[:done]).replace(".[]", "[]")
                    found.append(value[step])
            values = found
        # A list does not show what is missing from it
        return self.path if isinstance(facts.get(self.section), list) and self._failures(facts, self.section) else None

    def why_unread(self, facts: Facts) -> str:
        """Why the fact was not read, as a fragment of a sentence."""
        gathered = facts.get("gathered")
        if isinstance(gathered, list) and self.section not in gathered:
            return f"the section {self.section} of the facts was not gathered"
        return "; ".join(self._failures(facts, self.path)) or f"the facts do not have {self.gap(facts)}"

    def _failures(self, facts: Facts, path: str) -> list[str]:
        """Why this path, all of its section, or something below it could not be read."""
        unreadable = facts.get("unreadable")
        entries = [entry for entry in unreadable if isinstance(entry, dict)] if isinstance(unreadable, list) else []
        reasons = [
            entry.get("reason")
            for entry in entries
            if entry.get("section") == self.section and _is_part(entry.get("fact") or self.section, path)
        ]
        return list(dict.fromkeys(f"could not be read: {reason or 'the host gave no reason'}" for reason in reasons))


class Document(dict[str, Any]):
    """The facts of a host, and whatever else expressions read beside them. The facts stay as they are."""

    def __init__(self, facts: Facts, **others: Any) -> None:
        super().__init__(facts, **others)
        self._read: dict[str, bool] = {}

    def has(self, fact: FactPath) -> bool:
        """Return whether a fact was read; many expressions read the same ones."""
        if fact.path not in self._read:
            self._read[fact.path] = fact.gap(self) is None
        return self._read[fact.path]


def _is_part(unread: Any, path: str) -> bool:
    """Whether a fact that was not read is above a path or the same; what is below it shows by itself."""
    steps = str(unread).split(".")
    return path.split(".")[: len(steps)] == steps
