# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What this module makes on a host to try changes on it, and takes away again.

A registry key of its own is the record: it exists before everything else, names each thing before that is made, and is
removed last. So after a broken connection, the next run knows what it may take away, and nothing else is ever touched.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from ...windows.command_line import quoted
from ...windows.defender import Defender
from ...windows.errors import CimError
from ...windows.files import Files
from ...windows.registry import Kind, Registry, RegistryValue
from ...windows.scheduled_tasks import TREE_KEY, ScheduledTasks
from ...wsman.errors import AuthenticationRejected, OutcomeUnknown, Unreachable, WSManError
from ...wsman.session import Session
from .verdict import NotTried

#: The key, below which the checks may do what they like.
KEY = r"HKLM\SOFTWARE\winops.mars.verify"
_MAKER_VALUE, _MAKER = "MadeBy", "winops.mars.mars_verify"
_NAME = "winops.mars.verify"
_TASK_FOLDER = "\\"


@dataclass(frozen=True)
class Leftover:
    """Something that could not be taken away, and how to do it by hand."""

    what: str
    remove: str

    def __str__(self) -> str:
        return f"{self.what} ({self.remove})"


class _Thing(ABC):
    """Something that the module makes, named by a value of its key."""

    name: str
    path: str
    what: str
    by_hand: str

    def __init__(self, session: Session, path: str) -> None:
        self._session = session
        self.path = path

    @abstractmethod
    def exists(self) -> bool:
        """Return whether something of this name is on the host, whoever made it."""

    @abstractmethod
    def remove(self) -> None:
        """Take it away."""


class _Folder(_Thing):
    """A folder in that of Windows, where only administrators can create files."""

    name = "Folder"

    def __init__(self, session: Session, windows_directory: str) -> None:
        super().__init__(session, f"{windows_directory}\\{_NAME}")
        self.what = f"the folder {self.path}"
        self.by_hand = f'rmdir /s /q "{self.path}"'

    def exists(self) -> bool:
        files = Files(self._session)
        return files.directory(self.path) is not None or files.file(self.path) is not None

    def remove(self) -> None:
        self._session.run(f"rmdir /s /q {quoted(self.path)}", repeatable=True)


class _Task(_Thing):
    """A scheduled task without triggers."""

    name = "Task"

    def __init__(self, session: Session) -> None:
        super().__init__(session, _TASK_FOLDER + _NAME)
        self.what = f"the scheduled task {self.path}"
        self.by_hand = f'schtasks /delete /tn "{self.path}" /f'

    def exists(self) -> bool:
        # No list of tasks is asked for: it may be one that cannot be read, because of another task
        if Registry(self._session).exists(TREE_KEY + self.path):
            return True
        return self._session.run(f"schtasks /query /tn {quoted(self.path)}", repeatable=True).exit_code == 0

    def remove(self) -> None:
        ScheduledTasks(self._session).delete(_TASK_FOLDER, _NAME)


class _Exclusion(_Thing):
    """An exclusion from Microsoft Defender Antivirus, of a folder that does not exist."""

    name = "Exclusion"

    def __init__(self, session: Session, windows_directory: str) -> None:
        super().__init__(session, f"{windows_directory}\\{_NAME}.excluded")
        self.what = f"the exclusion {self.path} of Microsoft Defender Antivirus"
        self.by_hand = f'Remove-MpPreference -ExclusionPath "{self.path}"'

    def exists(self) -> bool:
        preferences = Defender(self._session).preferences()
        if preferences is None:
            return False
        if preferences.exclusion_paths is None:
            raise NotTried("a policy hides the exclusions")
        return self.path.lower() in map(str.lower, preferences.exclusion_paths)

    def remove(self) -> None:
        Defender(self._session).remove_exclusions([self.path], [])


class Workshop:
    """The things of one host, each made when a check first asks for it."""

    def __init__(self, session: Session, windows_directory: str) -> None:
        self._session = session
        self._registry = Registry(session)
        self._folder = _Folder(session, windows_directory)
        self._task = _Task(session)
        self._exclusion = _Exclusion(session, windows_directory)
        # In this order they are taken away: a task may still use the folder
        self._things = (self._exclusion, self._task, self._folder)
        self._claimed: list[_Thing] = []
        self._refused: dict[str, str] = {}
        self._reason = "the registry key of the module could not be made"

    def require_open(self) -> None:
        """Raise :class:`NotTried` unless the key is there, and was made by this module."""
        if self._reason:
            raise NotTried(self._reason)

    def open(self) -> None:
        """Make the key, or take away what an earlier run has left. If the key is not ours, nothing is ever made."""
        try:
            self._open()
            self._reason = ""
        except NotTried as error:
            self._reason = str(error)

    def _open(self) -> None:
        if not self._registry.exists(KEY):
            # One command, so that there is never a key without its maker
            line = f"reg add {quoted(KEY)} /v {_MAKER_VALUE} /t REG_SZ /d {_MAKER} /f"
            result = self._session.run(line, repeatable=True)
            if result.exit_code:
                raise NotTried(f"the registry key {KEY} could not be created (exit code {result.exit_code})")
        elif not self._is_ours():
            raise NotTried(f"the registry key {KEY} is there already, and was not made by this module")
        elif left := self._remove(self._things):
            raise NotTried(f"{left[0].what}, which an earlier run has left, cannot be removed")

    def _is_ours(self) -> bool:
        try:
            return self._registry.string(KEY, _MAKER_VALUE) == _MAKER
        except CimError:
            return False

    def folder(self) -> str:
        """Return the path of the folder, made first. Raises :class:`NotTried` if there is one that is not ours."""
        if self._claim(self._folder):
            self._create(self._folder.path)
        return self._folder.path

    def _create(self, path: str) -> None:
        files = Files(self._session)
        try:
            files.create_directory(path)
        except OutcomeUnknown:
            if files.directory(path) is None:
                files.create_directory(path)

    def task(self) -> tuple[str, str]:
        """Return folder and name for the task. Raises :class:`NotTried` if there is one that is not ours."""
        self._claim(self._task)
        return _TASK_FOLDER, _NAME

    def exclusion(self) -> str:
        """Return the path to exclude. Raises :class:`NotTried` if it is excluded already, not by us."""
        self._claim(self._exclusion)
        return self._exclusion.path

    def left(self) -> list[Leftover]:
        """Return what an earlier run has left on the host; nothing is changed."""
        if not self._is_ours():
            return []
        things = [thing for thing in self._things if self._registry.string(KEY, thing.name)]
        return [*(Leftover(thing.what, thing.by_hand) for thing in things), _KEY_LEFT]

    def close(self) -> list[Leftover]:
        """Take everything away, and return what could not be."""
        if self._reason:
            try:
                return self.left()
            except WSManError:
                return [_KEY_LEFT]
        left = self._remove(thing for thing in self._things if thing in self._claimed)
        if left:
            return [*left, _KEY_LEFT]
        try:
            self._session.run(f"reg delete {quoted(KEY)} /f", repeatable=True)
            gone = not self._registry.exists(KEY)
        except WSManError:
            gone = False
        return [] if gone else [_KEY_LEFT]

    def _claim(self, thing: _Thing) -> bool:
        """Note in the key that a thing is made, once; return whether it was noted now."""
        self.require_open()
        if thing.name in self._refused:
            raise NotTried(self._refused[thing.name])
        if thing in self._claimed:
            return False
        if thing.exists():
            self._refused[thing.name] = f"{thing.what} is there already, and was not made by this module"
            raise NotTried(self._refused[thing.name])
        self._claimed.append(thing)
        self._registry.set(KEY, thing.name, RegistryValue(Kind.STRING, thing.path))
        return True

    def _remove(self, things: Iterable[_Thing]) -> list[Leftover]:
        """Take away those of these things that the key names; return what could not be."""
        left = []
        gone = False
        for thing in things:
            try:
                removed = not gone and self._is_removed(thing)
            except (WSManError, NotTried) as error:
                # Without the host, each further request would only take its time to fail
                gone = isinstance(error, (Unreachable, AuthenticationRejected))
                removed = False
            if not removed:
                left.append(Leftover(thing.what, thing.by_hand))
        return left

    def _is_removed(self, thing: _Thing) -> bool:
        if self._registry.string(KEY, thing.name) is None:
            return True
        if thing.exists():
            thing.remove()
            if thing.exists():
                return False
        self._registry.delete(KEY, thing.name)
        return True


_KEY_LEFT = Leftover(f"the registry key {KEY}", f'reg delete "{KEY}" /f')
