# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The facts of a host, section by section. Their schema is documented with the module winops.mars.mars_facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...wsman.errors import WSManError
from ...wsman.session import Session
from . import agent, antivirus, platform, storage, tasks
from .host import Host

#: Raised when a fact changes its meaning, so that saved facts are never judged by other rules than theirs.
SCHEMA = 1

SECTIONS: dict[str, Callable[[Host], Any]] = {
    "os": platform.os,
    "dotnet": platform.dotnet,
    "powershell": platform.powershell,
    "agent": agent.agent,
    "tasks": tasks.tasks,
    "scratch": storage.scratch,
    "volumes": storage.volumes,
    "antivirus": antivirus.antivirus,
}


def gather(session: Session, sections: Iterable[str]) -> dict[str, Any]:
    """Read the given sections; one that cannot be read is listed in ``unreadable`` and missing from the rest.

    Raises :class:`Unreachable`, :class:`AuthenticationRejected` and :class:`NoService`, which concern all of them, and
    :class:`WSManError` if nothing at all can be read.
    """
    host = Host(session)
    facts: dict[str, Any] = {"schema": SCHEMA, "gathered": list(sections)}
    for section in facts["gathered"]:
        with host.reading(section):
            facts[section] = SECTIONS[section](host)
    facts["unreadable"] = host.unreadable
    if not any(section in facts for section in SECTIONS):
        raise WSManError(f"no fact can be read: {host.unreadable[0]['reason']}")
    return facts
