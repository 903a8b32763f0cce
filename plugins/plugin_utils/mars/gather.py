# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Gathering the facts of a host, section by section."""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from ..windows.errors import CimError
from ..wsman.errors import WSManError
from ..wsman.session import Session
from . import facts
from .host import Given, Host

#: The module of each section, by the section's name.
SECTIONS: dict[str, ModuleType] = {
    module.name: importlib.import_module(f"{facts.__name__}.{module.name}")
    for module in pkgutil.iter_modules(facts.__path__)
}

#: The sections that are gathered without being asked for by their names.
DEFAULT_SECTIONS = [name for name, module in SECTIONS.items() if not getattr(module, "ON_REQUEST", False)]


def gather_as_asked(session: Session, options: Mapping[str, Any], needed: Iterable[str] = ()) -> dict[str, Any]:
    """Gather what these options of the module ``mars_facts`` ask for; raises what :func:`gather` raises.

    :param needed: sections that are gathered as well, unless they are excluded by name.
    """
    if options["event_days"] < 1:
        raise CimError(f"event_days must be at least 1, not {options['event_days']}")
    session.allow(options["timeout"])
    given = Given(
        options["vault_credentials"],
        options["agent_module_source"],
        options["cloud"],
        tuple(options["endpoints"]),
        options["event_days"],
    )
    return gather(session, _sections(options["gather_subset"], needed), given)


def _sections(subset: list[str], needed: Iterable[str]) -> list[str]:
    """The sections a gather_subset stands for, in their own order; only exclusions mean all but those."""
    excluded = {name[1:] for name in subset if name.startswith("!")}
    included = {name for name in subset if not name.startswith("!")} or {"all"}
    if "all" in included:
        included.update(DEFAULT_SECTIONS)
    included.update(needed)
    return [name for name in SECTIONS if name in included - excluded]


def gather(
    session: Session,
    sections: Iterable[str],
    given: Given | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Read the given sections; one that cannot be read is listed in ``unreadable`` and missing from the rest.

    :param given: what the user says beside the host itself; nothing by default.

    Raises :class:`Unreachable`, :class:`AuthenticationRejected` and :class:`NoService`, which concern all of them, and
    :class:`WSManError` if nothing at all can be read.
    """
    host = Host(session, given or Given(), sleep)
    gathered: dict[str, Any] = {"schema": facts.SCHEMA, "gathered": list(sections)}
    for section in gathered["gathered"]:
        host.plan(getattr(SECTIONS[section], "COMMANDS", {}))
        host.plan_keys(getattr(SECTIONS[section], "KEYS", ()))
    for section in gathered["gathered"]:
        with host.reading(section):
            read = SECTIONS[section].gather(host)
            if read != {}:  # not even one fact of it
                gathered[section] = read
    gathered["unreadable"] = host.unreadable
    if not any(section in gathered for section in SECTIONS):
        raise WSManError(f"no fact can be read: {host.unreadable[0]['reason']}")
    return gathered
