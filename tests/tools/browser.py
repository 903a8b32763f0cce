# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The browser that the report is tested and pictured in: the system's Chromium. As a program, it installs that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

#: How wide the page is in pictures, in pixels: a screen, and a telephone.
WIDTHS = (1500, 400)
MISSING = "no Chromium is there: 'make browser' installs it, or says how"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of a Chromium that runs, or None: the command of some distributions only says where to get it."""
    for program in filter(None, map(shutil.which, _PROGRAMS)):
        if subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0:
            return program
    return None


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """Start this Chromium, without a window."""
    from playwright.sync_api import sync_playwright  # takes long, and is of no use without a browser

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program)
        try:
            yield running
        finally:
            running.close()


def open_page(context: BrowserContext, file: Path, width: int = WIDTHS[0]) -> Page:
    """Open a file in a tab of this width."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(file.as_uri())
    return page


def main() -> int:
    """Install Chromium where it is missing; return 0 if it is there in the end."""
    if chromium():
        return 0
    packages = "apt-get install --yes --no-install-recommends chromium"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"browser: install Chromium (Debian: as root, {packages})", file=sys.stderr)
        return 1
    for command in ("apt-get update", packages):
        subprocess.run(command.split(), check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if chromium():
        return 0
    print("browser: this system's package manager has no Chromium that runs, see above", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
