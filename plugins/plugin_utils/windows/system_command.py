# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands run as SYSTEM: in the network logon of a WinRM session, Windows refuses to install updates and to use BITS.

A scheduled task without triggers runs the command and writes down its exit code. Since the command does not depend on
the connection, losing that in the meantime costs nothing.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from ..wsman.errors import OutcomeUnknown, Unanswered, WSManError
from ..wsman.session import Session
from .accounts import LOCAL_SYSTEM
from .command_line import failure, quoted
from .errors import CimError
from .files import Files
from .operating_system import OperatingSystem, last_boot
from .scheduled_tasks import ScheduledTasks
from .task_xml import NAMESPACE

# Seconds between two looks at a command: a short one is not waited for long, a long one costs few requests.
_FIRST_INTERVAL, _LAST_INTERVAL = 0.5, 10.0
# How long the task scheduler may take to start a command, in seconds.
_START_TIMEOUT = 120.0
# A folder for these tasks alone would stay behind: no class deletes folders of the task scheduler.
_FOLDER = "\\"
# Windows computes its boot time from its clock, which may be set meanwhile.
_BOOT_TOLERANCE = timedelta(minutes=1)


class StillRunning(CimError):
    """The command was started and its end was not seen, so the files it works with have to stay."""


class Interrupted(CimError):
    """A restart of the host ended the command before it wrote down an exit code."""


@contextmanager
def temporary_directory(session: Session) -> Iterator[str]:
    """A new folder on the host, removed in the end unless a command may still work in it (:class:`StillRunning`).

    It lies directly in the Windows directory, where only administrators may create files: in a Temp folder any user
    could put a library beside a program that SYSTEM is about to run.
    """
    path = f"{OperatingSystem.read(session).windows_directory}\\winops.mars-{uuid.uuid4().hex}"
    files = Files(session)
    try:
        try:
            files.create_directory(path)
        except OutcomeUnknown:
            if files.directory(path) is None:
                files.create_directory(path)
        yield path
    except StillRunning:
        raise
    except BaseException:
        _remove(session, path)
        raise
    _remove(session, path)


def _remove(session: Session, path: str) -> None:
    # A folder that stays behind does no harm, and must not hide how the work in it ended. A host may well be
    # restarting by now, for example.
    with suppress(WSManError):
        session.run(f"rmdir /s /q {quoted(path)}", repeatable=True)


class SystemCommand:
    """One command line of cmd.exe, to be run once as SYSTEM; ``directory`` is a folder for it to keep notes in.

    It is started at most once, however often the connection breaks.
    """

    def __init__(
        self,
        session: Session,
        directory: str,
        command: str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if set("!\r\n") & set(command):
            raise CimError("a command that contains an exclamation mark or a line break cannot be run as SYSTEM")
        self._session = session
        self._tasks = ScheduledTasks(session)
        self._files = Files(session)
        self._sleep = sleep
        self._clock = clock
        self._command = command
        identifier = uuid.uuid4().hex
        self._task = f"winops.mars-{identifier}"
        self._started = f"{directory}\\{identifier}.started"
        self._exit = f"{directory}\\{identifier}.exit"

    def run(self, timeout: float) -> int:
        """Run it and return its exit code, unsigned; wait for that at most ``timeout`` seconds.

        Raises :class:`StillRunning` if its end was not seen, :class:`Interrupted` if the host restarted meanwhile, and
        :class:`CimError` if it was not started.
        """
        system = OperatingSystem.read(self._session)
        definition = self._definition(system.windows_directory)
        try:
            self._tasks.register(_FOLDER, self._task, definition)
            # Whether the command was started after all, its traces will show.
            with suppress(Unanswered):
                self._tasks.start(_FOLDER, self._task, repeatable=True)
            exit_code = self._wait(timeout, system.last_boot)
        except StillRunning:
            raise
        except BaseException:
            self._delete_task()
            raise
        self._delete_task()
        return exit_code

    def _definition(self, windows_directory: str) -> str:
        # Whoever creates the folder first runs the command, so a second start does nothing, also after the end of the
        # first. The exit code is that of the command, since delayed expansion reads it after that has ended.
        line = f"mkdir {quoted(self._started)} || exit & {self._command} & >{quoted(self._exit)} echo !errorlevel!"
        return (
            f'<Task version="1.2" xmlns="{NAMESPACE}">'
            f'<Principals><Principal id="System"><UserId>{LOCAL_SYSTEM}</UserId></Principal></Principals>'
            "<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
            "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
            "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>"
            "<ExecutionTimeLimit>PT0S</ExecutionTimeLimit><Priority>5</Priority></Settings>"
            f'<Actions Context="System"><Exec><Command>{escape(windows_directory)}\\System32\\cmd.exe</Command>'
            f'<Arguments>/d /v:on /s /c "{escape(line)}"</Arguments></Exec></Actions></Task>'
        )

    def _wait(self, timeout: float, booted: datetime) -> int:
        begin = self._clock()
        interval = _FIRST_INTERVAL
        started = False
        while True:
            waited = self._clock() - begin
            try:
                exit_code = self._exit_code()
                if exit_code is not None:
                    return exit_code
                if last_boot(self._session) > booted + _BOOT_TOLERANCE:
                    self._session.close()  # its shell ended with the Windows it ran on
                    raise Interrupted("the host restarted before the command run as SYSTEM had ended")
                if not started and waited >= min(timeout, _START_TIMEOUT):
                    started = self._has_started()
                    if not started:
                        raise CimError(
                            f"the task scheduler did not start the command within {waited:.0f} seconds, and "
                            "it will not be started any more: check the Task Scheduler service of the host"
                        )
                obstacle = "it still runs"
            except CimError:
                raise
            except WSManError as error:
                # Besides not answering at all, a host that starts may refuse credentials it cannot check yet, and have
                # no WMI provider ready.
                obstacle = f"the host does not tell: {error}"
            if waited >= timeout:
                raise StillRunning(
                    f"the command run as SYSTEM did not end within {timeout:.0f} seconds ({obstacle}); it was not "
                    f"stopped. Its scheduled task is \\{self._task} and its exit code will be in {self._exit}: remove "
                    "both when it has ended"
                )
            self._sleep(interval)
            interval = min(interval * 1.5, _LAST_INTERVAL)

    def _has_started(self) -> bool:
        if self._files.directory(self._started) is not None:
            return True
        return self._tasks.states(_FOLDER).get(self._task) in ("queued", "running")

    def _exit_code(self) -> int | None:
        if self._files.file(self._exit) is None:
            return None
        result = self._session.run(f"type {quoted(self._exit)}", repeatable=True)
        if result.exit_code:
            raise failure(f"the exit code in {self._exit} could not be read", result)
        # The file is there a moment before its content. Windows means 32 bits, with or without a sign.
        number = re.match(r"\s*(-?\d+)\s*$", result.stdout)
        return int(number[1]) & 0xFFFFFFFF if number else None

    def _delete_task(self) -> None:
        # A task without a trigger does no harm if it stays, and must not hide how the command ended.
        with suppress(WSManError):
            self._tasks.delete(_FOLDER, self._task)
