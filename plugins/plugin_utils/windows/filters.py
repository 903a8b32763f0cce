# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""File system filters, which every program that scans files when they are used has: ``fltmc filters``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .command_batch import Output
from .errors import CimError

#: Lists the filters. Only an elevated administrator may.
COMMAND = "fltmc filters"
#: The filter of Microsoft Defender Antivirus, which is loaded as long as Defender is installed.
DEFENDER = "WdFilter"

# Name, number of instances, altitude, and frame; or a name and "<Legacy>". The headings are translated.
_MINIFILTER = re.compile(r"(\S.*?) +\d+ +(\d+(?:\.\d+)?) +\d+ *")
_LEGACY = re.compile(r"(\S.*?) +<.+> *")


@dataclass(frozen=True)
class Filter:
    """A file system filter.

    :ivar altitude: its place among the filters, such as ``328010`` or ``385250.5``, which Microsoft assigns by the
        purpose of the filter. None for a filter of the kind before Windows Vista, whose purpose is unknown.
    """

    name: str
    altitude: str | None

    @property
    def is_scanner(self) -> bool | None:
        """Whether it is in the group for antivirus software, altitudes 320000 to 329999; None where that is unknown."""
        return None if self.altitude is None else 320_000 <= float(self.altitude) < 330_000


def filters(output: Output) -> list[Filter]:
    """Return the filters from the output of :data:`COMMAND`. Raises :class:`CimError` if it does not list any."""
    if not output.succeeded:
        raise CimError(
            "the file system filters cannot be listed with 'fltmc filters', which needs an elevated administrator: "
            + " ".join(output.text.split())
        )
    found = []
    for line in output.text.splitlines():
        if match := _MINIFILTER.fullmatch(line):
            found.append(Filter(match[1], match[2]))
        elif match := _LEGACY.fullmatch(line):
            found.append(Filter(match[1], None))
    if not found:
        # Every Windows has some, so this is no list of them.
        raise CimError("the output of 'fltmc filters' lists no file system filter")
    return found
