# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real copy of the collection under its import path, for the tools that refuse a link or a git-ignored folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def staged() -> Iterator[Path]:
    """Copy what git tracks or would track to a temporary ``ansible_collections/winops/mars``, which goes in the end."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    with tempfile.TemporaryDirectory(prefix="winops-mars-") as folder:
        collection = Path(folder) / "ansible_collections" / "winops" / "mars"
        for name in filter(None, listing.stdout.split("\0")):
            source = ROOT / name
            if source.is_file():  # a file deleted but not yet committed is still listed
                target = collection / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)
        yield collection
