# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit that every supported ansible-core has to pass.

For `make matrix` alone: with the ansible-core of the other tests, tests/e2e holds all of it and more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.expected import CURRENT, DEMONSTRATION, open_findings
from tests.e2e.runs import running

# One that needs no role and has an attested finding, and two that need many roles
HOSTS = ("healthy-2025", "japanese-2016", "old-2012-r2")


@pytest.mark.core_matrix
def test_an_audit_finds_what_is_wrong_and_changes_nothing(tmp_path: Path) -> None:
    with running(DEMONSTRATION, tmp_path) as fleet:
        before = fleet.state()
        run = fleet.play(
            "winops.mars.mars_prereqs",
            "--check",
            "--diff",
            limit=",".join(HOSTS),
            mars_prereqs_baseline="current",
            mars_prereqs_reboot=True,
        )

        assert fleet.state() == before
    assert (run.rc, run.messages("failed"), run.messages("unreachable")) == (0, {}, {})
    assert open_findings(run) == CURRENT.of(HOSTS).found
    assert run.results("mars_compliance")["healthy-2025"]["verdict"] == "compliant"
    assert "attested by Ann of IT security until 9999-12-31 (policy Servers of Falcon)" in run.stdout
