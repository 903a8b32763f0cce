# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about a file with vault credentials. It holds a private key, so its content stays on the host."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from ...windows.command_line import quoted
from ...windows.files import Files
from ..host import Host

DESCRIPTION = r"""
description: The file of O(vault_credentials), V(null) if that is not given. Its content is not returned.
type: dict
contains:
  path:
    description: Where it is.
    type: str
    sample: C:\Install\vault-westeurope.VaultCredentials
  local:
    description: Whether that is an absolute path on a drive, which setup asks for.
    type: bool
    sample: true
  exists:
    description: Whether there is such a file, V(null) if the path is not local.
    type: bool
    sample: true
  hours_old:
    description: Hours since it was last written, by the host's clock, V(null) if it does not exist.
    type: float
    sample: 5.5
  complete:
    description: Whether it has a certificate and the end of vault credentials. V(null) if it does not exist.
    type: bool
    sample: true
"""

_LOCAL = re.compile(r"[A-Za-z]:\\.+")
# Parts of the XML that the portal writes: the certificate, and the end of the document
_PARTS = ("ManagementCert", "/RSBackupVaultAADCreds")


def _is_local(path: str) -> bool:
    return _LOCAL.fullmatch(path) is not None


def _completeness(host: Host) -> str | None:
    path = host.given.vault_credentials
    if path is None or not _is_local(path):
        return None
    # Only the exit codes leave the host
    return " && ".join(f"findstr /l /c:{quoted(part)} {quoted(path)} >nul" for part in _PARTS)


COMMANDS = {"vault_credentials": _completeness}


def gather(host: Host) -> dict[str, Any] | None:
    """Where the file is, how old it is, and whether it is complete."""
    path = host.given.vault_credentials
    if path is None:
        return None
    facts: dict[str, Any] = {
        "path": path,
        "local": _is_local(path),
        "exists": None,
        "hours_old": None,
        "complete": None,
    }
    if facts["local"]:
        file = Files(host.session).file(path)
        facts["exists"] = file is not None
        if file is not None:
            age = host.operating_system.local_time - file.modified if file.modified else None
            facts["hours_old"] = round(age / timedelta(hours=1), 1) if age is not None else None
            facts["complete"] = host.output("vault_credentials").succeeded
    return facts
