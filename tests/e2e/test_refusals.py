# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host refuses: no role fights it, each says why, and the host stays as it was."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.expected import expected, open_findings
from tests.e2e.runs import declared_hosts, running

HOSTS = Path(__file__).parent / "fleets/refusals.yml"
EXPECTED = expected(declared_hosts(HOSTS), "minimum")
#: Why each role fails, in the order in which they run.
REASONS = {
    "tls": r"the Group Policy object {31B2F340-016D-11D2-945F-00C04FB984F9} sets Enabled in HKLM\SYSTEM",
    "scheduled_task": "with a stored password",
    "shadow_storage": "was not resized (exit code 2)",
}
#: What there is to do by hand instead of a role.
BY_HAND = {
    "proxy": "A policy makes the proxy settings those of the computer",
    "trusted_sites": "A policy assigns sites to zones on this host",
    "file_download": "A policy decides on file downloads on this host",
}


def test_what_is_refused_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    with running(HOSTS, tmp_path) as fleet:
        before = fleet.state()
        audit = fleet.play("winops.mars.mars_prereqs", "--check")
        run = fleet.play()

        assert fleet.state() == before
    assert open_findings(audit) == open_findings(run) == EXPECTED.found == EXPECTED.left
    findings = {finding["id"]: finding for finding in run.results("mars_compliance")["managed"]["findings"]}
    for rule, text in BY_HAND.items():
        assert findings[rule]["role"] is None
        assert text in findings[rule]["fix"]
    # vssadmin says only when it is run what it cannot do
    assert (audit.changed(), run.changed()) == ({"managed": ["Raise the space that shadow copies may use"]}, {})
    for outcome, refused in ((audit, list(REASONS)[:2]), (run, list(REASONS))):
        (message,) = outcome.messages("failed", but=["Configure the backup tasks"]).values()
        failed = dict(line.removeprefix("role ").split(" failed: ", 1) for line in message.splitlines())
        assert list(failed) == refused
        assert {role: text for role, text in failed.items() if REASONS[role] not in text} == {}
