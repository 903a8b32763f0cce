# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get inspecjs, with which MITRE's Heimdall reads exec-json; 30 kB, and nothing else.

npm gets it. Where that is not possible, the test that needs it is skipped.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.tools.environments import BUILD, fresh, mark

_PACKAGE = "inspecjs@2.12.6"
# What npm calls its integrity
_SHA512 = "XsS4QwuYaknGKJSrkAtiPmpBy/HVRWi4Hsd3U5EaRiYykwnf2BV6SNxedK9QOrFt2geZNWqkaptGXXVMTJtIzQ=="
_FOLDER = BUILD / "inspecjs"
MISSING = "inspecjs is not there: install Node.js with npm, then run 'make setup'"


def inspecjs() -> Path | None:
    """The folder that Node.js can require it from, or None."""
    return _FOLDER / "package" if fresh(_FOLDER, _PACKAGE) and shutil.which("node") else None


def main() -> int:
    """Download, verify and unpack it, unless that was done; return 1 only if it is not the package expected."""
    npm = shutil.which("npm")
    if npm is None or fresh(_FOLDER, _PACKAGE):
        return 0
    print(f"setup: {_FOLDER.relative_to(BUILD.parent)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        packing = subprocess.run(
            [npm, "pack", "--silent", _PACKAGE], cwd=folder, stdout=subprocess.DEVNULL, check=False
        )
        if packing.returncode != 0:
            print(f"setup: going on without {_PACKAGE}, which npm cannot get", file=sys.stderr)
            return 0
        (archive,) = Path(folder).iterdir()
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != _SHA512:
            print(f"setup: what npm calls {_PACKAGE} is not the package that is expected", file=sys.stderr)
            return 1
        with tarfile.open(archive) as content:
            content.extractall(_FOLDER, filter="data")
    mark(_FOLDER, _PACKAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
