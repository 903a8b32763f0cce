# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Recovery volumes of Instant Restore: the agent mounts them over iSCSI, and makes no backups meanwhile.

Microsoft's page on restoring says iSCSI, and no page names the target. Those of files of virtual machines are
``iqn.2016-01.microsoft.azure.backup:...``, which is not a domain turned around as in other names.
"""

from __future__ import annotations

import re
from typing import Literal

# Evidence: recovery_target_names
_RECOVERY = re.compile("azure|recovery", re.IGNORECASE)
# Names of iSCSI targets (RFC 7143 4.2.7) begin with the domain of who made the target, or are numbers of hardware.
_OTHERS = re.compile(r"iqn\.\d{4}-\d\d\.(?![^:]*\bmicrosoft\b)[^:]+|(eui|naa)\.[0-9a-f]+", re.IGNORECASE)


def kind(target: str) -> Literal["recovery", "other", "unclear"]:
    """Return whether a recovery volume is behind an iSCSI target, by its name; unclear for others of Microsoft."""
    if _RECOVERY.search(target):
        return "recovery"
    return "other" if _OTHERS.match(target) else "unclear"
