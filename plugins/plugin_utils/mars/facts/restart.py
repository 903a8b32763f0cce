# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about what waits for a restart of Windows."""

from __future__ import annotations

from typing import Any

from ...windows.errors import CimError
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: What waits for a restart of Windows.
type: dict
contains:
  servicing:
    description: Whether an update or a feature of Windows does (Component Based Servicing).
    type: bool
    sample: false
  updates:
    description: Whether something that Windows Update installed does.
    type: bool
    sample: false
  file_renames:
    description: Whether files are to be renamed or deleted at the next start, as some installers have it.
    type: bool
    sample: false
"""

KEYS = (locations.SERVICING_PENDING_KEY, locations.UPDATE_PENDING_KEY)
# The value may list hundreds of files, of which one is enough: names of the object manager, which begin so.
# BootExecute, which is always there, shows that the key can be read.
_VALUE = f'reg query "{locations.SESSION_MANAGER_KEY}" /v'
COMMANDS = {
    "pending_file_renames": lambda host: (
        f'{_VALUE} BootExecute >nul && {_VALUE} PendingFileRenameOperations 2>nul | find /c "\\??"'
    )
}


def gather(host: Host) -> dict[str, Any]:
    """The places where Windows itself looks for what is left to do when it starts."""
    return host.read_each(
        "restart",
        {
            "servicing": lambda: host.key(locations.SERVICING_PENDING_KEY) is not None,
            "updates": lambda: host.key(locations.UPDATE_PENDING_KEY) is not None,
            "file_renames": lambda: _file_renames(host),
        },
    )


def _file_renames(host: Host) -> bool:
    text = host.output("pending_file_renames").text
    if text not in ("0", "1"):
        raise CimError(f"pending file renames could not be read with 'reg query': {' '.join(text.split())}")
    return text == "1"
