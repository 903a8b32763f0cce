# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about temporary files, which the agent's setup cannot create where there are too many."""

from __future__ import annotations

from typing import Any

from ...windows.temporary_files import count_command, counted
from ..host import Host

DESCRIPTION = r"""
description: The temporary files of Windows.
type: dict
contains:
  folder:
    description: The folder C(Temp) in that of Windows.
    type: str
    sample: C:\Windows\Temp
  count:
    description: How many files directly in it have a name that ends in C(.tmp).
    type: int
    sample: 212
"""


def _folder(host: Host) -> str:
    return host.operating_system.windows_directory + "\\Temp"


COMMANDS = {"temp_files": lambda host: count_command(_folder(host))}


def gather(host: Host) -> dict[str, Any]:
    """Count them on the host, since their names alone would be megabytes."""
    return host.read_each(
        "temp_files",
        {"folder": lambda: _folder(host), "count": lambda: counted(host.output("temp_files"), _folder(host))},
    )
