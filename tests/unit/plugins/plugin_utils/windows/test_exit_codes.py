# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exit codes of installers mean."""

from __future__ import annotations

from ansible_collections.winops.mars.plugins.plugin_utils.windows.exit_codes import EXIT_CODES, Outcome, classify


def test_exit_codes_of_the_windows_installer_and_of_updates() -> None:
    outcomes = {code: classify(code).outcome for code in (0, 1641, 3010, 2359301, 2359302, 5100, 1, 0xFFFFFFFF)}
    assert outcomes == {
        0: Outcome.INSTALLED,
        1641: Outcome.RESTARTING,
        3010: Outcome.RESTART_NEEDED,
        2359301: Outcome.RESTART_NEEDED,
        2359302: Outcome.PRESENT,
        5100: Outcome.FAILED,
        1: Outcome.FAILED,
        0xFFFFFFFF: Outcome.FAILED,
    }
    assert all(0 <= code <= 0xFFFFFFFF for code in EXIT_CODES)
