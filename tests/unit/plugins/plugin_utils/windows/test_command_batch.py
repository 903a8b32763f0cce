# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading commands that are run together."""

from __future__ import annotations

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.command_batch import CommandBatch, Output
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import ProtocolError
from tests.unit.simulated import simulated


def test_commands_share_one_command_of_one_shell_and_each_has_its_own_result() -> None:
    host = simulated()
    batch = CommandBatch(
        host.session,
        {
            "found": "echo a b | findstr b",
            "failed": "echo before & fsutil reparsepoint query C:\\Windows",
            "unknown": "nonsense",
            "joined": 'echo "x & y" && echo z',
            "silent": "ver >nul",
        },
    )

    assert batch.output("found") == Output(True, "a b ")
    assert batch.output("failed").succeeded is False
    assert batch.output("failed").text.startswith("before")
    assert "nonsense" in batch.output("unknown").text
    assert batch.output("joined") == Output(True, '"x & y" \r\nz')
    assert batch.output("silent") == Output(True, "")
    assert host.actions["cmd/Command"] == host.actions["cmd/Create"] == 1


def test_nothing_runs_until_an_output_is_asked_for() -> None:
    host = simulated()
    CommandBatch(host.session, {"version": "ver"})

    assert not host.actions


def test_more_than_a_line_can_hold_takes_more_lines() -> None:
    host = simulated()
    texts = {str(number): str(number) * 300 for number in range(10, 60)}
    batch = CommandBatch(host.session, {name: f"echo {text}" for name, text in texts.items()})

    assert {name: batch.output(name).text for name in texts} == texts
    assert 1 < host.actions["cmd/Command"] < 10


def test_output_that_was_cut_off_is_an_error_once_and_not_the_output_of_another_command() -> None:
    host = simulated()
    batch = CommandBatch(host.session, {"first": "echo a", "ends": "exit 0", "last": "echo b"})

    for name in ("first", "last"):
        with pytest.raises(ProtocolError, match="3 commands"):
            batch.output(name)
    assert host.actions["cmd/Command"] == 1
