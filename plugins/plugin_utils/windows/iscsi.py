# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The device of the iSCSI initiator, as the Plug and Play manager sees it: Win32_PnPEntity."""

from __future__ import annotations

from ..wsman.session import Session
from ..wsman.values import integer, string, wql_literal

_WQL = "SELECT DeviceID, ConfigManagerErrorCode FROM Win32_PnPEntity WHERE DeviceID LIKE " + wql_literal(
    "ROOT\\ISCSIPRT\\%"
)


def initiator_devices(session: Session) -> dict[str, int | None]:
    """Return the error codes of the initiator's devices by their IDs; 0 means that the device works.

    Windows has one device. Code 28 means that it has no driver: the Device Manager shows an unknown device.
    """
    return {
        device.read("DeviceID", string) or "": device.read("ConfigManagerErrorCode", integer)
        for device in session.query("root/cimv2", _WQL)
    }
