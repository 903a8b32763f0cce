# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about recovery volumes of Instant Restore, while which are mounted no backup runs."""

from __future__ import annotations

from typing import Any

from ...windows.volumes import Volumes
from .. import locations, recovery_targets
from ..host import Host

DESCRIPTION = r"""
description: The iSCSI targets of the host that are, or may be, those of recovery volumes of Instant Restore.
type: dict
contains:
  recovery:
    description: Names of the targets of recovery volumes.
    type: list
    elements: str
    sample: []
  unclear:
    description: Names of targets that may be those of recovery volumes or of others.
    type: list
    elements: str
    sample: []
"""


def gather(host: Host) -> dict[str, Any]:
    """The targets by their names. Without the initiator's service, there are none."""
    targets = []
    if (service := host.service(locations.ISCSI_SERVICE)) and service.state != "Stopped":
        targets = Volumes(host.session).iscsi_targets()
    return {
        kind: sorted(target for target in targets if recovery_targets.kind(target) == kind)
        for kind in ("recovery", "unclear")
    }
