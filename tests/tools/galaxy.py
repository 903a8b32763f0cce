# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's artifact from a staged copy and check it with galaxy-importer: a warning fails, too."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.tools.stage import ROOT, staged

ARTIFACTS = ROOT / ".build" / "artifacts"
IMPORTER = ROOT / ".build" / "venv" / "galaxy" / "bin"


def main() -> int:
    """Return 0 when the artifact builds and imports without complaint."""
    for artifact in ARTIFACTS.glob("winops-mars-*.tar.gz"):  # that of another version would do in place of the new one
        artifact.unlink()
    with staged() as collection:
        command = ["ansible-galaxy", "collection", "build", "--output-path", str(ARTIFACTS), str(collection)]
        subprocess.run(command, check=True)
    artifact = next(ARTIFACTS.glob("winops-mars-*.tar.gz"))
    importing = subprocess.run(
        [IMPORTER / "python", "-m", "galaxy_importer.main", artifact],
        cwd=ARTIFACTS,  # where it leaves its importer_result.json
        # make lint runs ansible-lint on the same files, in its strictest profile
        env={**os.environ, "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(importing.stdout)
    # It ends well even after an error of ansible-doc
    complaints = re.search(r"^(ERROR|WARNING):", importing.stdout, re.MULTILINE)
    return importing.returncode or int(complaints is not None)


if __name__ == "__main__":
    sys.exit(main())
