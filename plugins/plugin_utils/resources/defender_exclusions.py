# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Exclusions of Microsoft Defender Antivirus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypedDict

from ..windows import paths
from ..windows.defender import Defender
from ..windows.errors import CimError
from ..wsman.session import Session
from .resource import Resource

_Kind = Literal["paths", "processes"]
# Two exclusions with the same meaning are equal. C:\Data and C:\Data\* mean the same folder. As a process, the latter
# means every program in it.
_MEANINGS: dict[_Kind, Callable[[str], tuple[str, ...]]] = {
    "paths": lambda path: paths.steps(paths.without_wildcard(path)),
    "processes": paths.steps,
}


class Exclusions(TypedDict):
    """Excluded folders and files, and excluded processes."""

    paths: list[str]
    processes: list[str]


class DefenderExclusions(Resource[Exclusions]):
    """All exclusions of a host, of which the named ones should be present or absent."""

    def __init__(self, session: Session, named: Exclusions, *, present: bool) -> None:
        self._defender = Defender(session)
        self._named = _distinct(named)
        self._present = present

    def read(self) -> Exclusions:
        """Return both lists. Raises :class:`CimError` if Defender is not running or hides them."""
        preferences = self._defender.preferences()
        if preferences is None:
            raise CimError("Microsoft Defender Antivirus is not installed on the host, or is not running")
        if preferences.exclusions_hidden:
            raise CimError(
                "a policy hides Defender's exclusions from administrators (HideExclusionsFromLocalAdmins): manage the "
                "exclusions where that policy is managed"
            )
        return Exclusions(paths=preferences.exclusion_paths, processes=preferences.exclusion_processes)

    def desired(self, current: Exclusions) -> Exclusions:
        """Add the named exclusions to the lists, or remove them."""
        if not self._present:
            return _without(current, self._named)
        added = _without(self._named, current)
        return Exclusions(paths=current["paths"] + added["paths"], processes=current["processes"] + added["processes"])

    def apply(self, current: Exclusions, desired: Exclusions) -> None:
        """Add and remove what differs. Raises :class:`CimError` with the cause if Defender ignores it."""
        added, removed = _without(desired, current), _without(current, desired)
        if any(added.values()):
            self._defender.add_exclusions(**added)
        if any(removed.values()):
            self._defender.remove_exclusions(**removed)
        now = self.read()
        not_added = _without(added, now)
        not_removed = _without(removed, _without(removed, now))
        for verb, ignored in (("add", not_added), ("remove", not_removed)):
            if any(ignored.values()):
                names = ", ".join([*ignored["paths"], *ignored["processes"]])
                raise CimError(f"Defender did not {verb} {names}: {self._why()}")

    def _why(self) -> str:
        status = self._defender.status()
        if status and status.tamper_protected:
            return (
                "tamper protection is on; change the exclusions where it is managed (Microsoft Intune, Defender for "
                "Endpoint), or turn it off for the change"
            )
        return "a policy may manage its exclusions (Group Policy, Intune); change them there"


def _without(some: Exclusions, others: Exclusions) -> Exclusions:
    """Return those of some exclusions that do not mean the same as any of the others."""

    def rest(kind: _Kind) -> list[str]:
        meaning = _MEANINGS[kind]
        excluded = set(map(meaning, others[kind]))
        return [entry for entry in some[kind] if meaning(entry) not in excluded]

    return Exclusions(paths=rest("paths"), processes=rest("processes"))


def _distinct(exclusions: Exclusions) -> Exclusions:
    """Return the exclusions, but only one of those that mean the same."""

    def one_each(kind: _Kind) -> list[str]:
        return list({_MEANINGS[kind](entry): entry for entry in exclusions[kind]}.values())

    return Exclusions(paths=one_each("paths"), processes=one_each("processes"))
