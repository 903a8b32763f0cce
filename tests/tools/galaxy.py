# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's artifact from a staged copy and check it with galaxy-importer: a warning fails, too.

Then do what ansible-builder does for an execution environment, as far as that needs no container.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

import yaml

from tests.tools.stage import ROOT, staged

ARTIFACTS = ROOT / ".build" / "artifacts"
TOOLS = ROOT / ".build" / "venv" / "galaxy" / "bin"
# What of the artifact runs, or says what it needs, in an execution environment
_INSTALLED = ("meta", "playbooks", "plugins", "roles")


def main() -> int:
    """Return 0 when the artifact builds and imports without complaint, and an execution environment would have it."""
    for artifact in ARTIFACTS.glob("winops-mars-*.tar.gz"):  # that of another version would do in place of the new one
        artifact.unlink()
    with staged() as collection:
        command = ["ansible-galaxy", "collection", "build", "--output-path", str(ARTIFACTS), str(collection)]
        subprocess.run(command, check=True)
        artifact = next(ARTIFACTS.glob("winops-mars-*.tar.gz"))
        missing = missing_in_execution_environment(collection, artifact)
    importing = subprocess.run(
        [TOOLS / "python", "-m", "galaxy_importer.main", artifact],
        cwd=ARTIFACTS,  # where it leaves its importer_result.json
        # make lint runs ansible-lint on the same files, in its strictest profile
        env={**os.environ, "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(importing.stdout)
    for line in missing:
        print(f"execution environment: {line}", file=sys.stderr)
    # It ends well even after an error of ansible-doc
    complaints = re.search(r"^(ERROR|WARNING):", importing.stdout, re.MULTILINE)
    return importing.returncode or int(complaints is not None or bool(missing))


def missing_in_execution_environment(collection: Path, artifact: Path) -> list[str]:
    """Make the build context, install the collection from it, and return what the image would lack, a line each."""
    with tempfile.TemporaryDirectory() as folder:
        context, installed = Path(folder, "context"), Path(folder, "collections")
        create: list[str | Path] = [TOOLS / "ansible-builder", "create", "--context", context, "--verbosity", "1"]
        subprocess.run(create, cwd=collection, check=True)
        # The folder that requirements.yml names is the one below _build
        subprocess.run(
            # Even though the one of this repository is there, through PYTHONPATH
            ["ansible-galaxy", "collection", "install", "--offline", "--force", context / "_build" / "mars"],
            env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(installed)},
            check=True,
        )
        with tarfile.open(artifact) as content:
            wanted = {name for name in content.getnames() if PurePosixPath(name).parts[0] in _INSTALLED}
        home = installed / "ansible_collections" / "winops" / "mars"
        lines = [f"{name} is missing" for name in sorted(wanted) if not (home / name).exists()]

        required = {name: context / f"required-{name}" for name in ("pip", "bindep")}
        introspect: list[str | Path] = [TOOLS / "ansible-builder", "introspect", "--sanitize", installed]
        for name, file in (("pip", "requirements.txt"), ("bindep", "bindep.txt")):
            introspect += [f"--user-{name}", context / "_build" / file, f"--write-{name}", required[name]]
        subprocess.run(introspect, check=True, stdout=subprocess.DEVNULL)
        found = {name: file.read_text(encoding="utf-8") for name, file in required.items()}
    definition = yaml.safe_load((ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
    packages = [*definition["dependencies"]["python"], *_lines(ROOT / "meta" / "ee-requirements.txt")]
    # It leaves out what every execution environment has
    wanted_by = {"pip": [name for name in packages if not name.startswith("PyYAML")]}
    wanted_by["bindep"] = _lines(ROOT / "bindep.txt")
    for name, entries in wanted_by.items():
        lines += [f"{entry} is not installed by {name}" for entry in entries if entry not in found[name]]
    return lines


def _lines(path: Path) -> list[str]:
    """The lines of a file that are not comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


if __name__ == "__main__":
    sys.exit(main())
