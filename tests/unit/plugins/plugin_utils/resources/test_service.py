# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service is what the options say, and otherwise what it was."""

from __future__ import annotations

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.resources.service import ServiceResource, ServiceState
from tests.unit.simulated import simulated

CURRENT = ServiceState(state="paused", start_mode="boot")


@pytest.mark.parametrize(
    "state, start_mode, desired",
    [
        (None, None, CURRENT),
        ("started", None, ServiceState(state="started", start_mode="boot")),
        (None, "disabled", ServiceState(state="paused", start_mode="disabled")),
        ("stopped", "auto", ServiceState(state="stopped", start_mode="auto")),
    ],
)
def test_what_is_not_asked_for_stays(state: str | None, start_mode: str | None, desired: ServiceState) -> None:
    service = ServiceResource(simulated().session, "VSS", state=state, start_mode=start_mode, timeout=60)

    assert service.desired(CURRENT) == desired


def test_only_what_differs_is_changed() -> None:
    host = simulated(base="healthy-2022")
    service = ServiceResource(host.session, "obengine", state="stopped", start_mode=None, timeout=60, sleep=host.sleep)

    service.apply(ServiceState(state="started", start_mode="auto"), ServiceState(state="stopped", start_mode="auto"))

    assert host.actions["Win32_Service/StopService"] == 1
    assert host.actions["Win32_Service/ChangeStartMode"] == 0
