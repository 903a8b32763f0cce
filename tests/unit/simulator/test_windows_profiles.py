# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every profile loads and holds together."""

from __future__ import annotations

import json

import pytest

from tests.simulator.windows import PROFILES, load_profile
from tests.simulator.windows.profile import merge
from tests.unit.simulator.windows_hosts import Machine

HOSTS = sorted(
    path.stem
    for path in PROFILES.glob("*.yml")
    if "os" in (profile := load_profile(path.stem)) and "volumes" in profile
)


@pytest.mark.parametrize("profile", HOSTS)
def test_a_profile_is_a_host_whose_state_is_json(profile: str) -> None:
    first, second = Machine(profile), Machine(profile)
    assert json.dumps(first.host.state()) == json.dumps(second.host.state())
    scratch = first.host.registry.data(r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config", "ScratchLocation")
    assert scratch is None or first.host.files.find(scratch)


def test_null_takes_an_entry_out_whatever_its_case() -> None:
    assert merge({"A": {"x": 1, "y": 2}, "B": 1}, {"a": {"X": None}, "b": None}) == {"A": {"y": 2}}


def test_a_wrong_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown attributes"):
        Machine(files={"C:\\x\\": {"attributes": ["sticky"]}})
    with pytest.raises(ValueError, match="start_mode"):
        Machine(services={"VSS": {"start_mode": "Automatic"}})
