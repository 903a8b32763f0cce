# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What every call of robocopy has in common (Microsoft's reference of the command)."""

from __future__ import annotations

#: Two more tries for a file, 5 seconds apart.
RETRIES = "/R:2 /W:5"
#: No output.
SILENT = "/NP /NFL /NDL /NJH /NJS"
#: The bit of the exit code for extra files, and the least exit code after which something was not copied.
EXTRAS, FAILED = 2, 8
