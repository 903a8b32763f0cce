# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write CHANGELOG.rst as the next release would, so that it also shows what is not released yet.

antsibull-changelog makes the release in a staged copy. Of that only CHANGELOG.rst is kept: the fragments stay, and
changelogs/changelog.yaml lists nothing that was not released.
"""

from __future__ import annotations

import subprocess
import sys

import yaml

from tests.tools.stage import ROOT, staged

CHANGELOG = ROOT / "CHANGELOG.rst"


class Stale(Exception):
    """A state from which no changelog can be written; the text says what to do about it."""


def rendered() -> str:
    """Return the changelog of all releases, and before them that of the version in galaxy.yml if it is not released."""
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    releases = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]
    released = version in releases
    fragments = sorted(path.name for path in (ROOT / "changelogs" / "fragments").glob("*.y*ml"))
    if released and fragments:
        raise Stale(
            f"{version} is released, but there are fragments ({', '.join(fragments)}): raise version in galaxy.yml"
        )
    with staged() as collection:
        subprocess.run(["antsibull-changelog", "generate" if released else "release"], cwd=collection, check=True)
        text = (collection / CHANGELOG.name).read_text(encoding="utf-8")
    return text if released else with_heading(text, f"v{version}", f"v{version} (not released yet)")


def with_heading(text: str, old: str, new: str) -> str:
    """Return the text with one of its section headings replaced."""
    before, after = f"\n{old}\n{'=' * len(old)}\n", f"\n{new}\n{'=' * len(new)}\n"
    assert text.count(before) == 1, f"CHANGELOG.rst has no section {old}"
    return text.replace(before, after)


def main(arguments: list[str]) -> int:
    """Write CHANGELOG.rst; with ``--check`` only return 1 where it would change."""
    try:
        text = rendered()
    except Stale as stale:
        print(f"changelog: {stale}", file=sys.stderr)
        return 1
    if arguments != ["--check"]:
        CHANGELOG.write_text(text, encoding="utf-8")
    elif not CHANGELOG.exists() or CHANGELOG.read_text(encoding="utf-8") != text:
        print("changelog: CHANGELOG.rst is not up to date: run `make changelog` and commit it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
