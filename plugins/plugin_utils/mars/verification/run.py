# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Trying on a host what the collection relies on, line by line of the catalogue of evidence."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ...windows.errors import CimError
from ...windows.registry import ERROR_ACCESS_DENIED
from ...windows.rights import NotElevated, require_elevation
from ...wsman.errors import (
    AuthenticationRejected,
    CommandTimedOut,
    Fault,
    NoService,
    OutcomeUnknown,
    Unreachable,
    WSManError,
)
from ...wsman.session import Session
from ..evidence import Line, evidence
from . import agent, classes, commands, defender, registry, tasks, wire
from .checks import CHECKS
from .subject import Subject
from .verdict import NotHeld, NotTried, Status, Verdict, shortened
from .workshop import Leftover, Workshop

#: The modules that register checks, by what they look at.
ROOMS = (wire, registry, commands, classes, tasks, defender, agent)

# What ends the run: the host is gone, or never was one.
_GONE = (Unreachable, AuthenticationRejected, NoService)


@dataclass(frozen=True)
class Verification:
    """What a host shows, line by line, and what could not be taken away from it."""

    verdicts: tuple[Verdict, ...]
    left: tuple[Leftover, ...]


def verify(
    session: Session, *, unchanged: str | None, slow: bool, sleep: Callable[[float], None] = time.sleep
) -> Verification:
    """Try every line that the host can show.

    :param unchanged: why nothing may be changed; None to make things, try changes on them, and take them away.
    :param slow: also try what takes minutes.

    Raises :class:`WSManError` for a host that cannot be reached.
    """
    lines = evidence().values()
    reading = Subject(session, sleep=sleep)
    windows_directory = reading.system.windows_directory
    verdicts = {line.id: _reading(line, reading, unchanged, slow=slow) for line in lines}
    workshop = Workshop(session, windows_directory)
    if unchanged is None:
        changing = Subject(session, workshop, sleep)
        try:
            workshop.open()
            for name, check in CHECKS.items():
                if check.changes and (slow or not check.slow):
                    verdicts[name] = _tried(name, check.run, changing)
        except _GONE as error:
            raise _interrupted(error, workshop.close()) from error
        except BaseException:  # the task's timeout, or the user
            workshop.close()
            raise
        left = workshop.close()
    else:
        left = workshop.left()
    return Verification(tuple(verdicts.values()), tuple(left))


def _reading(line: Line, subject: Subject, unchanged: str | None, *, slow: bool) -> Verdict:
    check = CHECKS.get(line.id)
    if check is None:
        return Verdict(line.id, Status.NOT_TRIED, line.not_shown)
    if check.slow and not slow:
        return Verdict(line.id, Status.NOT_TRIED, "it takes minutes, and that was not asked for")
    if check.changes:
        # Replaced where changes are tried
        return Verdict(line.id, Status.NOT_TRIED, unchanged)
    return _tried(line.id, check.run, subject)


def _tried(name: str, run: Callable[[Subject], None], subject: Subject) -> Verdict:
    try:
        run(subject)
    except NotHeld as error:
        return _not_held(name, str(error), subject)
    except NotTried as error:
        return Verdict(name, Status.NOT_TRIED, str(error))
    except _GONE:
        raise
    except WSManError as error:
        # What the account may not do, and what got no answer, says nothing about Windows
        if isinstance(error, (NotElevated, OutcomeUnknown, CommandTimedOut)) or _is_denied(error):
            return Verdict(name, Status.NOT_TRIED, shortened(str(error)))
        return _not_held(name, shortened(str(error)), subject)
    return Verdict(name, Status.HELD)


def _not_held(name: str, seen: str, subject: Subject) -> Verdict:
    """Return the verdict for what was seen instead, which may be nothing for an account that must not see more."""
    try:
        require_elevation(subject.session, "whether it holds")
    except NotElevated as error:
        return Verdict(name, Status.NOT_TRIED, f"{error}. Seen instead: {seen}")
    return Verdict(name, Status.NOT_HELD, seen)


def _is_denied(error: WSManError) -> bool:
    if isinstance(error, Fault):
        return error.is_access_denied or error.is_quota
    return isinstance(error, CimError) and error.code == ERROR_ACCESS_DENIED


def _interrupted(error: WSManError, left: list[Leftover]) -> WSManError:
    if not left:
        return error
    what = "; ".join(map(str, left))
    return type(error)(f"{error}. On the host may be left: {what}. Another run with changes takes these away")
