# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Gathering the facts of a host, section by section."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from ..wsman.errors import WSManError
from ..wsman.session import Session
from . import facts
from .host import Host

#: The module of each section, by the section's name.
SECTIONS: dict[str, ModuleType] = {
    module.name: importlib.import_module(f"{facts.__name__}.{module.name}")
    for module in pkgutil.iter_modules(facts.__path__)
}


def gather(session: Session, sections: Iterable[str], vault_credentials: str | None = None) -> dict[str, Any]:
    """Read the given sections; one that cannot be read is listed in ``unreadable`` and missing from the rest.

    :param vault_credentials: path of a file with vault credentials, None if none is given.

    Raises :class:`Unreachable`, :class:`AuthenticationRejected` and :class:`NoService`, which concern all of them, and
    :class:`WSManError` if nothing at all can be read.
    """
    host = Host(session, vault_credentials)
    gathered: dict[str, Any] = {"schema": facts.SCHEMA, "gathered": list(sections)}
    for section in gathered["gathered"]:
        host.plan(getattr(SECTIONS[section], "COMMANDS", {}))
        if keys := getattr(SECTIONS[section], "KEYS", ()):
            host.plan_keys(keys)
    for section in gathered["gathered"]:
        with host.reading(section):
            read = SECTIONS[section].gather(host)
            if read != {}:  # not even one fact of it
                gathered[section] = read
    gathered["unreadable"] = host.unreadable
    if not any(section in gathered for section in SECTIONS):
        raise WSManError(f"no fact can be read: {host.unreadable[0]['reason']}")
    return gathered
