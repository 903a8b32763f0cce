# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests that depend on ansible-core with every supported version of it but the one of the other tests.

A version whose Python this machine lacks is skipped, and said to be; any other trouble fails.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.tools.environments import BUILD, NO_SUCH_PYTHON, REQUIREMENTS, ROOT

MARKER = "core_matrix"


def passes(name: str) -> bool:
    """Return whether the tests pass in the environment."""
    programs = BUILD / "venv" / name / "bin"
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    # Importing the others would take longer than running these
    files = [
        str(path) for path in sorted(ROOT.glob("tests/**/test_*.py")) if MARKER in path.read_text(encoding="utf-8")
    ]
    command = [str(programs / "python"), "-m", "pytest", "--quiet", "--no-header", "-m", MARKER, *files]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main(names: list[str]) -> int:
    """Run the versions named, or all of them, and close with a line on each."""
    names = names or sorted(path.stem for path in REQUIREMENTS.glob("core-*.txt"))
    outcomes = {}
    for name in names:
        setup = subprocess.run(
            [sys.executable, "-m", "tests.tools.environments", name], check=False, stderr=subprocess.PIPE, text=True
        )
        if setup.returncode == NO_SUCH_PYTHON:
            outcomes[name] = f"skipped: {setup.stderr.strip().removeprefix('setup: ')}"
        elif setup.returncode:
            outcomes[name] = f"failed: {setup.stderr.strip()}"
        else:
            print(f"matrix: {name}", flush=True)
            outcomes[name] = "ok" if passes(name) else "failed"
    for name, outcome in outcomes.items():
        print(f"matrix: {name}: {outcome}")
    return int(any(outcome.startswith("failed") for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
