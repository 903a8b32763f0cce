# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated fleet in a process of its own, for those who only need its inventory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@contextmanager
def simulated_fleet(fleet: Path, folder: Path, *options: str) -> Iterator[Path]:
    """Start a fleet and yield its inventory, written to ``folder``; stop the fleet at the end.

    ``options`` are those of ``python -m tests.simulator``. Raises RuntimeError if the fleet does not start.
    """
    inventory = folder / "inventory.yml"
    command = [sys.executable, "-m", "tests.simulator", str(fleet), "--inventory", str(inventory), *options]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if not process.stdout.readline().startswith("ready"):
                raise RuntimeError(f"the simulated fleet of {fleet.name} did not start, see above")
            yield inventory
        finally:
            process.terminate()
