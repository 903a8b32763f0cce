# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the files of the agent's PowerShell module, gathered on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..agent_module import ModuleFile, module_files, open_source
from ..host import Host
from ..locations import ENGINE_FOLDER

ON_REQUEST = True

DESCRIPTION = r"""
description: The files of the agent's PowerShell module, V(null) without the agent. Gathered only on request.
type: dict
contains:
  files:
    description: All files below the folder C(bin\Modules) of the agent.
    type: list
    elements: dict
    contains:
      path:
        description: Path in that folder, in lower case.
        type: str
        sample: msonlinebackup\msonlinebackup.psd1
      size:
        description: Size, in bytes.
        type: int
        sample: 4096
      version:
        description: File version, V(null) for files without one.
        type: str
        sample: 2.0.9262.0
  source:
    description: How they compare with those in O(agent_module_source), V(null) if that is not given.
    type: dict
    contains:
      path:
        description: The value of O(agent_module_source).
        type: str
        sample: \\files.example.com\mars\2.0.9262.0\bin
      version:
        description: Version of the agent that it was copied from.
        type: str
        sample: 2.0.9262.0
      missing:
        description: The files that the host does not have.
        type: list
        elements: str
        sample: []
      different:
        description: The files of which the host has another version or size.
        type: list
        elements: str
        sample: ['msonlinebackup\msonlinebackup.dll']
"""


def gather(host: Host) -> dict[str, Any] | None:
    """The files with their versions, and what differs from the copy that the user gives."""
    if host.install_path is None:
        return None
    installed = module_files(host.session, f"{host.install_path}\\{ENGINE_FOLDER}")
    facts: dict[str, Any] = {"files": [{"path": path, **vars(file)} for path, file in sorted(installed.items())]}
    with host.reading("agent_module_files.source"):
        facts["source"] = _comparison(host, installed)
    return facts


def _comparison(host: Host, installed: Mapping[str, ModuleFile]) -> dict[str, Any] | None:
    path = host.given.agent_module_source
    if path is None:
        return None
    with open_source(host.session, path, host.sleep) as source:
        return {
            "path": path,
            "version": source.version,
            "missing": sorted(source.files.keys() - installed.keys()),
            "different": sorted(name for name, file in source.files.items() if installed.get(name, file) != file),
        }
