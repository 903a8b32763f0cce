# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup plugin mars_error, as templates use it."""

from __future__ import annotations

from ansible_collections.winops.mars.plugins.lookup.mars_error import LookupModule


def test_errors_are_explained_without_a_host() -> None:
    found = LookupModule().run(["0x1FC07", "SalLowDiskSpace and (ID: 34513)"], {})

    assert [error["id"] for error in found] == [
        "activation_incomplete",
        "invalid_vault_credentials",
        "scratch_low_space",
    ]
    assert {cause["status"] for error in found for cause in error["causes"]} == {"possible", "unknowable"}
    assert all(error["actions"] for error in found)


def test_what_is_not_known_gives_nothing() -> None:
    assert LookupModule().run(["nothing of ours"], {}) == []
