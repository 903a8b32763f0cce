# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The C# compilers of the .NET Framework, one for each version and processor architecture."""

from __future__ import annotations

from itertools import product

from .command_batch import Output

# All that there will be: every .NET Framework 4 is in the folder of the first one.
_PATHS = " ".join(
    rf"%SystemRoot%\Microsoft.NET\{folder}\{version}\csc.exe"
    for folder, version in product(("Framework", "Framework64", "FrameworkArm64"), ("v2.0.50727", "v3.5", "v4.0.30319"))
)

#: Prints the paths of those that are there. ``if`` has no exit code of its own, so ``ver`` sets one.
COMMAND = f"(for %c in ({_PATHS}) do @if exist %c echo %c) & ver >nul"


def compilers(output: Output) -> list[str]:
    """Return the paths from the output of :data:`COMMAND`."""
    return [line.strip() for line in output.text.splitlines()]
