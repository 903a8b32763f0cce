# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running fleet of fake hosts, in its own event loop so that blocking clients can talk to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.control import Control
from tests.simulator.fleet import Fleet, FleetHost, Options
from tests.unit.simulator.fake_host import FakeHost

USER = "vagrant"
PASSWORD = "Pa$$w0rd"


@dataclass(frozen=True)
class Running:
    fleet: Fleet
    control_url: str
    submit: Callable[[Any], Future[Any]]

    def host(self, index: int = 0) -> FakeHost:
        windows = self.fleet.hosts[index].server.windows
        assert isinstance(windows, FakeHost)
        return windows

    @property
    def address(self) -> str:
        return self.fleet.hosts[0].server.address


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    # Answers that nobody waits for any more
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))
    loop.close()


Start = Callable[..., Running]


@pytest.fixture
def start(loop: asyncio.AbstractEventLoop, tmp_path: Path) -> Iterator[Start]:
    stops: list[Callable[[], Any]] = []

    def submit(coroutine: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(coroutine, loop)

    def run(*profiles: Mapping[str, Any], https: bool = False) -> Running:
        account = {"user": USER, "password": PASSWORD}
        hosts = [
            FleetHost(
                f"win{index}", f"127.8.0.{index + 1}", {**profile, "winrm": {**account, **profile.get("winrm", {})}}
            )
            for index, profile in enumerate(profiles or ({},))
        ]

        async def create() -> Running:
            fleet = Fleet(hosts, FakeHost, tmp_path, Options(https=https))
            control = Control(fleet)
            await fleet.start()
            stops.extend([control.stop, fleet.stop])
            return Running(fleet, await control.start(), submit)

        running: Running = submit(create()).result(30)
        return running

    yield run
    for stop in stops:
        submit(stop()).result(30)
