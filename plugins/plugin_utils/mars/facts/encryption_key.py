# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the file with the agent's encryption key. It is looked for by its name, and never opened."""

from __future__ import annotations

from typing import Any

from ...windows.command_line import quoted
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: The file with the agent's encryption key, which is not read.
type: dict
contains:
  file:
    description: Where it is in the scratch folder, V(null) if it was not found there.
    type: str
    sample: C:\Program Files\Microsoft Azure Recovery Services Agent\Scratch\OnlineBackup.KEK
"""


# Evidence: encryption_key_file
def _search(host: Host) -> str | None:
    # Microsoft names the file, but not the folder
    folder = host.scratch_location
    if folder is None:
        return None
    path = f"{folder}\\{locations.ENCRYPTION_KEY_FILE}"
    return f"dir /s /b /a-d {quoted(path)}"


COMMANDS = {"encryption_key": _search}


def gather(host: Host) -> dict[str, Any]:
    """Whether the file is anywhere in the scratch folder."""
    output = host.output("encryption_key") if host.scratch_location else None
    # The command also fails for a folder that may not be read
    return {"file": output.text.splitlines()[0] if output and output.succeeded and output.text else None}
