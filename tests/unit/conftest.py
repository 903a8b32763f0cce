# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all unit tests share."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Keep thousands of tests from being searched for garbage while they run."""
    gc.collect()
    gc.freeze()
