# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about the iSCSI initiator, which Instant Restore mounts recovery volumes with."""

from __future__ import annotations

from typing import Any

from ...windows.iscsi import initiator_devices
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description: The iSCSI initiator of Windows.
type: dict
contains:
  devices:
    description: Its device. The list is empty if there is none.
    type: list
    elements: dict
    contains:
      id:
        description: Device instance ID.
        type: str
        sample: ROOT\ISCSIPRT\0000
      error_code:
        description: Error code of the Device Manager, V(0) if the device works, V(28) if it has no driver.
        type: int
        sample: 0
  service:
    description: The service C(MSiSCSI), V(null) if there is none.
    type: dict
    contains:
      state:
        description: Its state.
        type: str
        sample: Running
      start_mode:
        description: Its start mode.
        type: str
        sample: Manual
"""
ON_REQUEST = True


def gather(host: Host) -> dict[str, Any]:
    """The device and the service."""
    return host.read_each(
        "iscsi",
        {
            "devices": lambda: [
                {"id": device, "error_code": code} for device, code in initiator_devices(host.session).items()
            ],
            "service": lambda: host.service_facts(locations.ISCSI_SERVICE),
        },
    )
