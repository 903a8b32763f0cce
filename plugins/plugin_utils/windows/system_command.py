# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Commands run as SYSTEM, since Windows refuses to install updates and to use BITS in the network logon of WinRM.

A scheduled task without triggers runs the command and writes its exit code to a file. The command does not depend on
the connection, so it does not matter if that breaks meanwhile.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from ..wsman.errors import Fault, OutcomeUnknown, Unanswered, WSManError
from ..wsman.session import Session
from .accounts import LOCAL_SYSTEM
from .command_line import failure, quoted
from .errors import CimError
from .files import Files
from .operating_system import OperatingSystem, last_boot
from .scheduled_tasks import ScheduledTasks
from .task_xml import DECLARATION, NAMESPACE

# Seconds between two reads. They become longer, so that a short command is soon seen to have ended, and a long one
# costs few requests.
_FIRST_INTERVAL, _LAST_INTERVAL = 0.5, 10.0
# How long the task scheduler may take to start a command, in seconds.
_START_TIMEOUT = 120.0
# How long the host may refuse to show whether a command has ended, since its quotas are reached, in seconds.
_QUOTA_TIMEOUT = 300.0
# A folder for these tasks alone would remain, since no class deletes folders of the task scheduler.
_FOLDER = "\\"
# Windows computes its boot time from its clock, which may be set meanwhile.
_BOOT_TOLERANCE = timedelta(minutes=1)


class StillRunning(CimError):
    """The command may still be running, so the files it uses have to stay."""


class Interrupted(CimError):
    """A restart of the host ended the command before its exit code was written."""


@contextmanager
def temporary_directory(session: Session) -> Iterator[str]:
    """Create a folder on the host, and remove it in the end unless a command may still use it (:class:`StillRunning`).

    It is in the Windows directory, where only administrators can create files. In a Temp folder, any user could put a
    library next to a program that SYSTEM is about to run.
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
    except Exception:  # After others, such as the task's timeout, a command may still use the folder.
        _remove(session, path)
        raise
    _remove(session, path)


def _remove(session: Session, path: str) -> None:
    # A folder that remains does no harm, and its error must not hide that of a command. The host may be restarting, for
    # example.
    with suppress(WSManError):
        session.run(f"rmdir /s /q {quoted(path)}", repeatable=True)


def require_runnable(command: str) -> None:
    """Raise :class:`CimError` for a command, or a part of one, that cannot be run as SYSTEM."""
    if set("!\r\n") & set(command):
        raise CimError("a command that contains an exclamation mark or a line break cannot be run as SYSTEM")


class SystemCommand:
    """A command line of cmd.exe, to be run as SYSTEM at most once, however often the connection breaks.

    :param directory: an existing folder, in which the command's start and exit code are recorded.
    """

    def __init__(
        self,
        session: Session,
        directory: str,
        command: str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        require_runnable(command)
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
        """Run the command, wait at most ``timeout`` seconds for its end, and return its exit code, unsigned.

        Raises :class:`StillRunning` if it may still be running, :class:`Interrupted` if the host restarted meanwhile,
        and :class:`CimError` if it was not started.
        """
        system = OperatingSystem.read(self._session)
        definition = self._definition(system.windows_directory)
        try:
            self._tasks.register(_FOLDER, self._task, definition)
            # Whether the command was started is read next.
            with suppress(Unanswered):
                self._tasks.start(_FOLDER, self._task, repeatable=True)
            # Before a wait that may be longer than Windows keeps an idle shell.
            self._session.close_shell()
            exit_code = self._wait(timeout, system.last_boot)
        except StillRunning:
            raise
        except Exception:
            self._delete_task()
            raise
        self._delete_task()
        return exit_code

    def _definition(self, windows_directory: str) -> str:
        # Only the start that creates the folder runs the command, so a second one does nothing, even after the first
        # has ended. The parentheses leave one way to read this to every version of cmd.exe. Delayed expansion reads the
        # exit code after the command.
        line = f"(mkdir {quoted(self._started)} || exit) & {self._command} & >{quoted(self._exit)} echo !errorlevel!"
        return task_definition(
            f"{windows_directory}\\System32\\cmd.exe",
            line,
            "<ExecutionTimeLimit>PT0S</ExecutionTimeLimit><Priority>5</Priority>",
        )

    def _wait(self, timeout: float, booted: datetime) -> int:
        begin = self._clock()
        interval = _FIRST_INTERVAL
        started = False
        answered = 0.0
        while True:
            waited = self._clock() - begin
            try:
                exit_code = self._exit_code()
                if exit_code is not None:
                    return exit_code
                if last_boot(self._session) > booted + _BOOT_TOLERANCE:
                    self._session.close()  # the restart has ended its shell
                    raise Interrupted("the host restarted before the command run as SYSTEM had ended")
                if not started and waited >= min(timeout, _START_TIMEOUT):
                    started = self._has_started()
                    if not started:
                        raise CimError(
                            f"the task scheduler did not start the command within {waited:.0f} seconds, so its task is "
                            "deleted: check the Task Scheduler service of the host"
                        )
                ended, obstacle = "did not end", "it is still running"
                answered = waited
            except CimError:
                raise
            except WSManError as error:
                # A host that is starting may not only be silent. It may also refuse credentials that it cannot check
                # yet, or lack a WMI provider.
                ended, obstacle = "is not known to have ended", f"the host's state is unknown: {error}"
                if not (isinstance(error, Fault) and error.is_quota):
                    answered = waited
            if waited >= (limit := min(timeout, answered + _QUOTA_TIMEOUT)):
                raise StillRunning(
                    f"the command run as SYSTEM {ended} within {limit:.0f} seconds ({obstacle}) and was not "
                    f"stopped; its exit code will be in {self._exit}, and its scheduled task is \\{self._task}: remove "
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
        # The file exists a moment before its content. An exit code has 32 bits, with or without a sign.
        number = re.match(r"\s*(-?\d+)\s*$", result.stdout)
        return int(number[1]) & 0xFFFFFFFF if number else None

    def _delete_task(self) -> None:
        # A task without triggers that remains does no harm, and its error must not hide that of the command.
        with suppress(WSManError):
            self._tasks.delete(_FOLDER, self._task)


def task_definition(cmd: str, line: str, settings: str) -> str:
    """Return the definition of a task without triggers that runs a line of cmd.exe as SYSTEM, with further settings."""
    return (
        f'{DECLARATION}<Task version="1.2" xmlns="{NAMESPACE}">'
        f'<Principals><Principal id="System"><UserId>{LOCAL_SYSTEM}</UserId></Principal></Principals>'
        "<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
        "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
        "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>"
        f"{settings}</Settings>"
        f'<Actions Context="System"><Exec><Command>{escape(cmd)}</Command>'
        f'<Arguments>/d /v:on /s /c "{escape(line)}"</Arguments></Exec></Actions></Task>'
    )
