# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The agent's event log: its names, and its events about backups (third-party monitoring; Microsoft lists neither)."""

from __future__ import annotations

#: The log has one of these names.
CHANNELS = ("CloudBackup/Operational", "CloudBackup")

STARTED = 1
SUCCEEDED = 3
SUCCEEDED_WITH_WARNINGS = 10
FAILED = 11
NOT_STARTED = 18

#: After one of these, the backup no longer runs.
ENDED = (SUCCEEDED, SUCCEEDED_WITH_WARNINGS, FAILED, NOT_STARTED)
