# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the agent's installation and services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...windows.files import Files, existence_query, reads_as_existing
from ...windows.paths import fold
from ...windows.rights import require_elevation
from ...windows.services import Service
from .. import locations
from ..agent_role import agent_role
from ..host import Command, Host

DESCRIPTION = r"""
description: The MARS agent.
type: dict
contains:
  installed:
    description: Whether the agent is installed, V(null) if only a part of it is there.
    type: bool
    sample: true
  missing:
    description: What of an installation is not there, if another part is.
    type: list
    elements: str
    sample: []
  role:
    description:
      - What the agent is for. V(backup) is the backup of this host.
      - V(data_protection_manager) is the online protection of System Center DPM or Azure Backup Server,
        V(site_recovery) is Azure Site Recovery. Both use the agent without its scheduled task.
    type: str
    sample: backup
  install_path:
    description: Folder of the agent, without a trailing backslash, V(null) if the registry names none.
    type: str
    sample: C:\Program Files\Microsoft Azure Recovery Services Agent
  version:
    description: File version of the backup engine, V(null) if the file is missing.
    type: str
    sample: 2.0.9262.0
  module:
    description: Whether the agent's PowerShell module is in its folder.
    type: bool
    sample: true
  engine:
    description: The backup engine's service, V(null) if missing.
    type: dict
    contains: &service
      name:
        description: Its name.
        type: str
        sample: obengine
      state:
        description: V(Running), V(Stopped), V(Start Pending), and so on.
        type: str
        sample: Running
      start_mode:
        description: V(Auto), V(Manual), or V(Disabled).
        type: str
        sample: Auto
  management:
    description: The management agent's service, V(null) if missing.
    type: dict
    contains: *service
"""


def _module_query(host: Host) -> str | None:
    if host.install_path is None:
        return None
    return existence_query(f"{host.install_path}\\{locations.MODULE_MANIFEST}")


COMMANDS: dict[str, Command] = {"agent_module": _module_query}


def gather(host: Host) -> dict[str, Any]:
    """Where the agent is installed, whether all of it is there, its version and its services."""
    path = host.install_path
    files = Files(host.session)
    engine = _service(host, lambda service: fold(service.name) == fold(locations.ENGINE_SERVICE))
    program = files.file(f"{path}\\{locations.ENGINE_EXECUTABLE}") if path else None
    parts = {
        f"InstallPath in {locations.SETUP_KEY}": path,
        f"the service {locations.ENGINE_SERVICE}": engine,
        locations.ENGINE_EXECUTABLE: program,
    }
    missing = [part for part, found in parts.items() if found is None]
    is_there = len(missing) < len(parts)
    facts = {
        "installed": None if missing and is_there else is_there,
        "missing": missing if is_there else [],
        "role": agent_role(host.services) if is_there else None,
        "install_path": path,
        "version": program.version if program else None,
        "engine": engine,
        "management": _service(host, _is_management),
    }
    with host.reading("agent.module"):
        facts["module"] = _has_module(host) if path else None
    return facts


def _has_module(host: Host) -> bool:
    if reads_as_existing(host.output("agent_module").text):
        return True
    require_elevation(host.session, f"whether {locations.MODULE_MANIFEST} exists")
    return False


def _is_management(service: Service) -> bool:
    """Return whether a service is the management agent, in any language."""
    return service.display_name == locations.MANAGEMENT_SERVICE_DISPLAY_NAME or fold(
        locations.MANAGEMENT_PROGRAM
    ) in fold(service.path or "")


def _service(host: Host, is_wanted: Callable[[Service], bool]) -> dict[str, str] | None:
    for service in filter(is_wanted, host.services):
        return {"name": service.name, "state": service.state, "start_mode": service.start_mode}
    return None
