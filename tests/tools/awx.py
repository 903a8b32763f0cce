# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get the collection awx.awx, with which the tests run playbooks/awx.yml.

The package ansible on PyPI has it, among many others: only this one is taken out, about 1 MB of 550.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.tools.environments import BUILD, fresh, mark, uv

COLLECTIONS = BUILD / "awx"
# The last one with awx.awx, which is 24.6.1 there
_PACKAGE = "ansible==12.3.0 --hash=sha256:cd156f82fa87f7a899212b0efa9f7ca3a24d609212de9f78428a572eb01e5414"


def main() -> int:
    """Download and unpack it, unless that was done."""
    if fresh(COLLECTIONS, _PACKAGE):
        return 0
    print(f"setup: {COLLECTIONS.relative_to(BUILD.parent)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder, "requirements.txt")
        requirement.write_text(_PACKAGE, encoding="ascii")
        command: list[str | Path] = [uv().parent / "python", "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
        command += ["--dest", folder, "--requirement", requirement]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith("ansible_collections/awx/awx/"):
                    archive.extract(name, COLLECTIONS)
    mark(COLLECTIONS, _PACKAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
