# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no reason to fail
settings.register_profile("untimed", settings(), deadline=None)
# For `make test`, which runs often, with other examples each time
settings.register_profile("quick", settings.get_profile("untimed"), max_examples=40)
settings.load_profile("untimed")
