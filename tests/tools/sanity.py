# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity`` on a staged copy, with pip taken from Python itself instead of from the network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.tools.stage import ROOT, staged

HOME = ROOT / ".build" / "ansible-test"
# ansible-test downloads get-pip.py from a site of its own for every environment that it makes, one for each kind of
# test. Its cache, filled with a script that takes pip from Python, spares that: the only thing then needed from outside
# is a package index. In a child process, because ensurepip makes pip ignore its configuration. It unpacks and compiles
# pip for seconds, so all environments but the first get a copy.
GET_PIP = """\
import pathlib
import shutil
import subprocess
import sys
import sysconfig

installed = pathlib.Path(sysconfig.get_path("purelib"))
unpacked = pathlib.Path(__file__).with_name("pip")
if unpacked.is_dir():
    shutil.copytree(unpacked, installed, dirs_exist_ok=True)
else:
    subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
    for folder in installed.glob("pip*"):
        shutil.copytree(folder, unpacked / folder.name)
"""
GET_PIP_NAMES = ("get_pip_24_2.py",)  # the name that ansible-core 2.18 and 2.19 look for
# ansible-test exits 0 when it finds nothing to test
NOTHING_TESTED = "All targets skipped"


def prepare_home() -> None:
    """Make a home folder for ansible-test's cache and environments, with the user's pip configuration."""
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in GET_PIP_NAMES:
        (cache / name).write_text(GET_PIP, encoding="ascii")
    configuration = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config"))
    link = HOME / ".config"
    if not link.is_symlink():
        link.symlink_to(configuration)


#: The runs of --quick: not what ruff, mypy, yamllint, and antsibull-changelog see as well, and only what Ansible
#: imports, and that the rest.
QUICK = (
    [part for test in ("pylint", "import", "pep8", "yamllint", "changelog") for part in ("--skip-test", test)],
    ["--test", "import", "--exclude", "plugins/plugin_utils/"],
)


def main(arguments: list[str]) -> int:
    """Run sanity with these further arguments, or --quick; the exit code tells whether all of it passed."""
    prepare_home()
    runs = QUICK if arguments == ["--quick"] else (arguments,)
    return max(map(_run, runs))


def _run(arguments: list[str]) -> int:
    python = "{}.{}".format(*sys.version_info)
    environment = {**os.environ, "HOME": str(HOME)}
    del environment["PYTHONPATH"]
    # Beside what was compiled, so that it is copied, too
    environment.pop("PYTHONPYCACHEPREFIX", None)
    with staged() as collection:
        process = subprocess.Popen(
            ["ansible-test", "sanity", "--python", python, *arguments],
            cwd=collection,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        tested = True
        for line in process.stdout:
            print(line, end="", flush=True)
            tested = tested and NOTHING_TESTED not in line
        code = process.wait()
    if not tested:
        print("sanity: ansible-test found nothing to test in the staged copy", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
