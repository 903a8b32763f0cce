# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the agent's installation and services."""

from __future__ import annotations

from typing import Any

from ...windows.files import Files
from ...windows.services import Service
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: The MARS agent. Everything but C(installed) is V(null) where it is not installed.
type: dict
contains:
  installed:
    description: Whether the agent is installed.
    type: bool
    sample: true
  install_path:
    description: Folder of the agent, without a trailing backslash.
    type: str
    sample: C:\Program Files\Microsoft Azure Recovery Services Agent
  version:
    description: File version of the backup engine, V(null) if the file is missing.
    type: str
    sample: 2.0.9262.0
  engine:
    description: The backup engine's service with C(name), C(state) and C(start_mode).
    type: dict
    sample: {name: obengine, state: Running, start_mode: Auto}
  management:
    description: The management agent's service with C(name), C(state) and C(start_mode).
    type: dict
    sample: {name: OBRecoveryServicesManagementAgent, state: Running, start_mode: Auto}
"""


def gather(host: Host) -> dict[str, Any]:
    """Where the agent is installed, its version and its services."""
    path = host.install_path
    facts: dict[str, Any] = {
        "installed": path is not None,
        "install_path": path,
        "version": None,
        "engine": None,
        "management": None,
    }
    if path is None:
        return facts
    executable = Files(host.session).file(f"{path}\\{locations.ENGINE_EXECUTABLE}")
    facts["version"] = executable.version if executable else None
    for service in host.services:
        if service.name.lower() == locations.ENGINE_SERVICE:
            facts["engine"] = _service(service)
        elif service.display_name == locations.MANAGEMENT_SERVICE_DISPLAY_NAME:
            facts["management"] = _service(service)
    return facts


def _service(service: Service) -> dict[str, str]:
    return {"name": service.name, "state": service.state, "start_mode": service.start_mode}
