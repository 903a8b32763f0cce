# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Exclusions of Microsoft Defender Antivirus."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Literal, TypedDict

from ..windows.defender import Defender
from ..windows.errors import CimError
from ..windows.exclusions import covers_folder, covers_program, meaning, why_never
from ..windows.operating_system import OperatingSystem
from ..windows.paths import expand_variables, fold
from ..windows.volumes import Volumes
from ..wsman.session import Session
from .resource import Resource

_Kind = Literal["paths", "processes"]
# Two exclusions with the same meaning are equal. C:\Data and C:\Data\* mean the same folder. As a process, the latter
# means every program in it.
_MEANINGS: dict[_Kind, Callable[[str], Hashable]] = {"paths": meaning, "processes": fold}


class Exclusions(TypedDict):
    """Excluded folders and files, and excluded processes."""

    paths: list[str]
    processes: list[str]


class DefenderExclusions(Resource[Exclusions]):
    """All exclusions of a host, of which the named ones should be present or absent."""

    def __init__(self, session: Session, named: Exclusions, *, present: bool) -> None:
        self._session = session
        self._defender = Defender(session)
        self._named = _distinct(named)
        self._present = present

    def read(self) -> Exclusions:
        """Return both lists. Raises :class:`CimError` if Defender is not running or hides them."""
        preferences = self._defender.preferences()
        if preferences is None:
            raise CimError("Microsoft Defender Antivirus is not installed on the host, or is not running")
        if preferences.exclusion_paths is None or preferences.exclusion_processes is None:
            raise CimError(
                "a policy hides Defender's exclusions from administrators (HideExclusionsFromLocalAdmins): manage the "
                "exclusions where that policy is managed"
            )
        return Exclusions(paths=preferences.exclusion_paths, processes=preferences.exclusion_processes)

    def desired(self, current: Exclusions) -> Exclusions:
        """Add those of the named exclusions that none of the lists covers, or remove the named ones.

        Raises :class:`CimError` for a path that should never be excluded, and where Defender ignores changes.
        """
        if self._present:
            added = self._not_covered(current)
            for path in added["paths"]:
                if reason := why_never(path, self._windows_directory):
                    raise CimError(f"{path} is not excluded, because it {reason}")
            desired = Exclusions(
                paths=current["paths"] + added["paths"], processes=current["processes"] + added["processes"]
            )
        else:
            desired = _without(current, self._named)
        if desired != current and (managed_by := self._defender.policy().managed_by):
            raise CimError(
                "a policy manages the exclusions of Microsoft Defender Antivirus on the host "
                f"({', '.join(managed_by)}), and Defender ignores others: change that policy in Microsoft Intune, "
                "Configuration Manager, or Group Policy"
            )
        return desired

    def apply(self, current: Exclusions, desired: Exclusions) -> None:
        """Add and remove what differs. Raises :class:`CimError` if Defender ignores it."""
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
                raise CimError(
                    f"Defender did not {verb} {names}: a policy may manage its exclusions (Group Policy, Microsoft "
                    "Intune); change them there"
                )

    def _not_covered(self, current: Exclusions) -> Exclusions:
        """Return the named exclusions that are not in force already, by themselves or by broader ones."""
        missing = _without(self._named, current)
        return Exclusions(
            paths=[path for path in missing["paths"] if not self._covers_path(current["paths"], path)],
            processes=[name for name in missing["processes"] if not self._covers_process(current["processes"], name)],
        )

    def _covers_path(self, entries: list[str], path: str) -> bool:
        folder = self._expanded(path)
        broader = [entry for entry in map(self._expanded, entries) if covers_folder(entry, folder, ())]
        return any(covers_folder(entry, folder, self._mount_points) for entry in broader)

    def _covers_process(self, entries: list[str], process: str) -> bool:
        program = self._expanded(process)
        return any(covers_program(self._expanded(entry), program) for entry in entries)

    def _expanded(self, entry: str) -> str:
        return expand_variables(entry, self._windows_directory) if "%" in entry else entry

    @cached_property
    def _windows_directory(self) -> str:
        return OperatingSystem.read(self._session).windows_directory

    @cached_property
    def _mount_points(self) -> list[str]:
        return [volume.name for volume in Volumes(self._session).all()]


def _without(some: Exclusions, others: Exclusions) -> Exclusions:
    """Return those of some exclusions that do not mean the same as any of the others."""

    def rest(kind: _Kind) -> list[str]:
        meaning_of = _MEANINGS[kind]
        excluded = set(map(meaning_of, others[kind]))
        return [entry for entry in some[kind] if meaning_of(entry) not in excluded]

    return Exclusions(paths=rest("paths"), processes=rest("processes"))


def _distinct(exclusions: Exclusions) -> Exclusions:
    """Return the exclusions, but only one of those that mean the same."""

    def one_each(kind: _Kind) -> list[str]:
        return list({_MEANINGS[kind](entry): entry for entry in exclusions[kind]}.values())

    return Exclusions(paths=one_each("paths"), processes=one_each("processes"))
