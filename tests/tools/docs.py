# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check modules, roles and guides with antsibull-docs, in a staged copy that no link leads back into."""

from __future__ import annotations

import subprocess
import sys

from tests.tools.stage import staged


def main() -> int:
    """Return 0 when the documentation is complete and every reference in it leads somewhere."""
    with staged() as collection:
        command = ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--check-extra-docs-refs"]
        command += ["--validate-collection-refs=all", "--disallow-unknown-collection-refs"]
        # The pages that it makes itself are parsed by make site
        command += ["--skip-rstcheck", "."]
        return subprocess.run(command, cwd=collection, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
