# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest event of a log, as hosts of every age and language write it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.event_log import Event, newest_event
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import ProtocolError
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    SHELL_CREATED,
    SIGNALED,
    received,
    scripted,
)
from tests.unit.simulated import simulated

LOG = "Contoso Backup/Operational"
EVENTS: list[dict[str, Any]] = [
    {"id": 1, "time": "2027-01-14T02:00:00.123456+00:00"},
    {"id": 3, "time": "2027-01-14T03:00:00+00:00"},
    {"id": 5, "time": "2027-01-14T04:00:00+00:00"},
]


@pytest.mark.parametrize("base", ["healthy-2022", "old-2008-r2", "german-2019", "japanese-2016"])
@pytest.mark.parametrize(
    "ids, event",
    [
        ([1], Event(1, datetime(2027, 1, 14, 2, 0, 0, 123456, tzinfo=UTC))),
        ([1, 3], Event(3, datetime(2027, 1, 14, 3, tzinfo=UTC))),
        ([18], None),
    ],
)
def test_the_newest_of_some_events_is_found(base: str, ids: list[int], event: Event | None) -> None:
    host = simulated(base=base, events={LOG: EVENTS})

    assert newest_event(host.session, LOG, ids) == event


def test_a_log_without_events_has_none() -> None:
    assert newest_event(simulated(events={LOG: []}).session, LOG, [1]) is None


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("code", [15007, 2, 1])
def test_a_log_that_does_not_exist_is_not_an_empty_one_whatever_the_exit_code(language: str, code: int) -> None:
    host = simulated(language=language, channel_not_found_code=code, events={f"{LOG}/More": EVENTS})

    with pytest.raises(LookupError, match=LOG):
        newest_event(host.session, LOG, [1])


def answering(stdout: str, exit_code: str) -> list[bytes]:
    output = ("stdout", base64.b64encode(stdout.encode()).decode())
    return [SHELL_CREATED, *ran(output, exit_code)]


def ran(output: tuple[str, str], exit_code: str) -> list[bytes]:
    return [COMMAND_STARTED, received(output, exit_code=exit_code), SIGNALED]


def test_a_log_that_cannot_be_read_is_an_error() -> None:
    listed = base64.b64encode(f"Application\r\n{LOG.upper()}\r\n".encode()).decode()
    session, *_unused = scripted(*answering("Zugriff verweigert", "5"), *ran(("stdout", listed), "0"))

    with pytest.raises(CimError, match=rf"{LOG} could not be read \(exit code 5\): Zugriff verweigert") as caught:
        newest_event(session, LOG, [1])
    assert caught.value.code == 5


def test_a_list_of_logs_that_cannot_be_read_is_an_error() -> None:
    session, *_unused = scripted(*answering("Zugriff verweigert", "5"), *ran(("stdout", ""), "1717"))

    with pytest.raises(CimError, match=r"the event logs could not be listed \(exit code 1717\)"):
        newest_event(session, LOG, [1])


@pytest.mark.parametrize(
    "printed",
    ["Event[0]:", "<Event>", "<Event><System><EventID>1</EventID></System></Event>", "<Event xmlns='urn:x'/>"],
)
def test_an_event_that_cannot_be_parsed_is_an_error(printed: str) -> None:
    session, *_unused = scripted(*answering(printed, "0"))

    with pytest.raises(ProtocolError, match="could not be parsed"):
        newest_event(session, LOG, [1])
