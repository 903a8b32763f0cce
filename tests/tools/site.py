# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation as a site in .build/site: guides, modules, roles, and lookups, with pictures of a real run.

They are of the demonstration: the table at the end of its output, which the README has, too, and the report.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from tests.simulator.process import simulated_fleet
from tests.tools.browser import MISSING, browser, chromium, open_page
from tests.tools.environments import BUILD, ROOT
from tests.tools.stage import staged

SITE = BUILD / "site"
FLEET = ROOT / "tests/simulator/fleets/demo.yml"
TABLE = ROOT / "docs/images/table.svg"
_TASK = "Report the verdict of every host, before any change"
#: A picture of the same run is the same file: its times are as if it had run then.
_MOMENT = datetime(2026, 11, 21, 20, tzinfo=UTC)

_INDEX = """\
winops.mars
===========

An Ansible collection that checks Windows servers against the prerequisites of the Microsoft Azure Recovery Services
(MARS) agent, and fixes what it can.

.. toctree::
  :hidden:

  collections/winops/mars/index

{guides}
* :doc:`Modules, lookups, and roles <collections/winops/mars/index>`

The end of a check of a simulated fleet:

.. image:: table.svg
  :alt: A table of hosts and prerequisites, the worst host first
  :width: 100%

`The report on the same hosts <report.html>`__ is one page that needs no network:
"""
_REPORT = """
.. image:: report.png
  :alt: The report: numbers of hosts by verdict, and what to do first
  :width: 100%
  :target: report.html
"""

_COLORS = {
    "bad": ("#ff8a80", ("FAIL", "NEVER", "noncompliant", "failed")),
    "doubt": ("#ffcc80", ("unknown", "warn", "waived", "restart")),
    "good": ("#8fd6a0", ("ok", "compliant", "attested")),
}
_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<!-- Copyright (c) 2026 winops.mars contributors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
Made by make site -->
<title>The end of a check of a simulated fleet</title>
<style>
text {{ font: 13px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #ddd; white-space: pre; }}
text:first-of-type {{ font-weight: bold; }}
{colors}
</style>
<rect width="{width}" height="{height}" rx="6" fill="#161616"/>
{lines}
</svg>
"""


def main() -> int:
    """Return 0 if the site was built without a warning."""
    with tempfile.TemporaryDirectory(prefix="winops-site-") as folder:
        source = Path(folder)
        rows = check_demo(source)
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(picture(rows), encoding="utf-8")
        shutil.copy2(TABLE, source)
        program = chromium()
        if program:
            with browser(program) as running:
                open_page(running.new_context(), source / "report.html").screenshot(path=source / "report.png")
        else:
            print(f"site: there is no picture of the report, {MISSING}", file=sys.stderr)
        index = _INDEX.format(guides=guides()) + (_REPORT if program else "")
        (source / "index.rst").write_text(index, encoding="utf-8")
        shutil.copy2(ROOT / "tests/tools/site_conf.py", source / "conf.py")
        write_pages(source)
        command = ["sphinx-build", "--quiet", "--fail-on-warning", "--fresh-env", "--builder", "html"]
        shutil.rmtree(SITE, ignore_errors=True)
        status = subprocess.run([*command, source, SITE], check=False).returncode
    print(f"The site is {SITE / 'index.html'}; open it in a browser." if status == 0 else "site: not built, see above")
    return status


def check_demo(folder: Path) -> list[str]:
    """Check the fleet of the demonstration, leave the report in ``report.html``, and return the table of its output."""
    with simulated_fleet(FLEET, folder) as inventory:
        command = ["ansible-playbook", "-i", str(inventory), "winops.mars.mars_prereqs", "--check"]
        command += ["-e", "mars_prereqs_baseline=current", "-e", f"mars_prereqs_report_path={folder}"]
        environment = {**os.environ, "ANSIBLE_FORKS": "20", "ANSIBLE_NOCOLOR": "1"}
        play = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if play.returncode:
        sys.exit(f"{play.stdout[-4000:]}{play.stderr[-4000:]}\nsite: the demonstration failed, see above")
    (folder / "mars-report.html").rename(folder / "report.html")
    output = play.stdout.split(f" : {_TASK}]")[-1]
    rows: list[str] = json.JSONDecoder().raw_decode(output, output.index("{"))[0]["msg"]
    return rows


def picture(rows: list[str]) -> str:
    """The table as a picture, in the colors of a dark terminal."""
    now = datetime.now(UTC)

    def moved(match: re.Match[str]) -> str:
        moment = datetime.fromisoformat(match[0]) - now + _MOMENT
        return f"{(moment + timedelta(minutes=30)).strftime('%Y-%m-%dT%H')}:00Z"

    classes = {word: name for name, (_color, words) in _COLORS.items() for word in words}
    lines = []
    for number, row in enumerate(rows):
        row = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", moved, row)
        parts = [
            f'<tspan class="{classes[part]}">{part}</tspan>' if part in classes else html.escape(part)
            for part in re.split(r"( +)", row)
        ]
        lines.append(f'<text x="12" y="{24 + 18 * number}">{"".join(parts)}</text>')
    return _PICTURE.format(
        width=24 + 8 * max(map(len, rows)),
        height=18 + 18 * len(rows),
        colors="\n".join(f".{name} {{ fill: {color}; }}" for name, (color, _words) in _COLORS.items()),
        lines="\n".join(lines),
    )


def guides() -> str:
    """A list of links to the guides."""
    sections = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    names = [name for section in sections for name in section["toctree"]]
    return "\n".join(f"* :doc:`collections/winops/mars/docsite/{name}`" for name in names)


def write_pages(folder: Path) -> None:
    """Write the pages of the collection, from a staged copy that no link leads back into."""
    with staged() as collection:
        environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collection.parents[2])}
        command = ["antsibull-docs", "collection", "--use-current", "--dest-dir", str(folder), "winops.mars"]
        subprocess.run(command, check=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
