# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.simulator FLEET.yml --inventory OUT.yml``: run a simulated fleet until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import tempfile
from pathlib import Path

import yaml

from tests.simulator.control import Control
from tests.simulator.fleet import Fleet, Options
from tests.simulator.fleet_file import load_fleet, replicate
from tests.simulator.windows import load_host


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("fleet", type=Path, help="YAML file, see tests/simulator/fleet_file.py")
    parser.add_argument("--inventory", type=Path, required=True, help="Ansible inventory to write")
    parser.add_argument("--state-dir", type=Path, help="directory for the state of the hosts, written at the end")
    parser.add_argument("--count", type=int, help="replicate the profiles to this many hosts")
    parser.add_argument("--https", action="store_true", help="also serve HTTPS, and use it in the inventory")
    parser.add_argument("--transport", choices=("ntlm", "basic"), default="ntlm", help="of the inventory")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="winops-simulator-") as directory:
        options = Options(https=arguments.https, transport=arguments.transport)
        hosts = load_fleet(arguments.fleet)
        if arguments.count is not None:
            hosts = replicate(hosts, arguments.count)
        fleet = Fleet(hosts, load_host, Path(directory), options)
        control = Control(fleet)
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        await fleet.start()
        url = await control.start()
        _write(arguments.inventory, yaml.safe_dump(fleet.inventory(url), sort_keys=False, allow_unicode=True).encode())
        print(f"ready: {len(fleet.hosts)} hosts, port {fleet.http_port}, control {url}", flush=True)
        await stopped.wait()
        if arguments.state_dir:
            arguments.state_dir.mkdir(parents=True, exist_ok=True)
            _write(arguments.state_dir / "state.json", fleet.states())
        await control.stop()
        await fleet.stop()


def _write(path: Path, content: bytes) -> None:
    """Replace a file at once: whoever waits for the inventory never reads half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)


if __name__ == "__main__":
    main()
