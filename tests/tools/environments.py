# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create the Python environments that make uses, under .build/venv, from tests/requirements/NAME.txt.

Runs on whatever ``python3`` a bare machine has, so it imports nothing but the standard library, and says in one
sentence what is missing. An environment whose requirements and Python are unchanged is left as it is.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
REQUIREMENTS = ROOT / "tests" / "requirements"
UV_REQUIREMENT = "uv==0.13.8"
MINIMUM = (3, 11)
# The Pythons that an environment may have, by what its ansible-core supports
PYTHONS = {
    "core-2.16": ("3.11", "3.12"),
    "core-2.17": ("3.11", "3.12"),
    "core-2.20": ("3.12", "3.13", "3.14"),
    "core-2.21": ("3.12", "3.13", "3.14"),
}
PYTHONS_BY_DEFAULT = ("3.11", "3.12", "3.13")
NO_SUCH_PYTHON = 3


class Missing(Exception):
    """Something the machine lacks; the text says what to do about it."""


class NoSuchPython(Missing):
    """None of the Pythons that an environment may have is there."""


def check_bootstrap_python() -> None:
    """Make sure that this Python is new enough and can make environments."""
    if sys.version_info < MINIMUM:
        raise Missing(
            "{} is Python {}.{}, but 3.11 or newer is needed: ".format(sys.executable, *sys.version_info[:2])
            + "name another one with `make setup PYTHON=/path/to/python3`."
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Missing(
            f"{sys.executable} cannot create virtual environments: install its venv module first "
            "(Debian, Ubuntu: apt-get install python3-venv)."
        ) from None


def works(python: Path) -> bool:
    """Tell whether this interpreter runs: version managers leave stubs on PATH that do not."""
    try:
        return subprocess.run([python, "-c", "import ssl"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def find_python(versions: tuple[str, ...]) -> Path:
    """Return this Python if it is one of these, or the first of them on PATH or in pyenv's folder that really runs."""
    if "{}.{}".format(*sys.version_info) in versions:
        # Not that of an environment, which may itself be replaced
        return Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep) if folder]
    folders = [folder for folder in folders if BUILD not in folder.parents]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for version in versions:
        named = [folder / f"python{version}" for folder in folders]
        for python in named + sorted(pyenv.glob(f"versions/{version}*/bin/python{version}")):
            if python.exists() and works(python):
                return python
    raise NoSuchPython("none of Python {} on PATH runs".format(", ".join(versions)))


def uv() -> Path:
    """Return the uv that installs everything else, installing it first when it is not there."""
    home = BUILD / "uv"
    executable = home / "bin" / "uv"
    if not fresh(home, UV_REQUIREMENT):
        print(f"setup: {UV_REQUIREMENT}", flush=True)
        run([sys.executable, "-m", "venv", "--clear", home])
        run([home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV_REQUIREMENT])
        mark(home, UV_REQUIREMENT)
    return executable


def ensure(name: str) -> None:
    """Create or refresh one environment."""
    requirements = REQUIREMENTS / f"{name}.txt"
    if not requirements.exists():
        known = ", ".join(sorted(path.stem for path in REQUIREMENTS.glob("*.txt")))
        raise Missing(f"there is no environment {name!r}: {known}.")
    python = find_python(PYTHONS.get(name, PYTHONS_BY_DEFAULT))
    home = BUILD / "venv" / name
    state = f"{python}\n{requirements.read_text(encoding='utf-8')}"
    if fresh(home, state):
        return
    print(f"setup: {home.relative_to(ROOT)} ({python})", flush=True)
    run([uv(), "venv", "--quiet", "--clear", "--no-project", "--python", python, home])
    run([uv(), "pip", "sync", "--quiet", "--python", home / "bin" / "python", requirements])
    mark(home, state)


def fresh(home: Path, state: str) -> bool:
    """Tell whether the environment was made from this very state."""
    stamp = home / ".stamp"
    return stamp.exists() and stamp.read_text(encoding="ascii") == digest(state)


def mark(home: Path, state: str) -> None:
    """Note what the environment was made from; the last step, so that an interrupted one is made again."""
    (home / ".stamp").write_text(digest(state), encoding="ascii")


def digest(state: str) -> str:
    """Return a short name for a state; the folder is part of it, since environments cannot be moved."""
    return hashlib.sha256(f"{ROOT}\n{state}".encode()).hexdigest()


def run(command: list[str | Path]) -> None:
    """Run a command whose own message says what went wrong."""
    if subprocess.run(command, check=False).returncode != 0:
        raise Missing("this command failed, see above: " + " ".join(map(str, command)))


def link_collection() -> None:
    """Give the repository its import path, for tools that take it through a link."""
    link = BUILD / "collections" / "ansible_collections" / "winops" / "mars"
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(ROOT, link.parent))


def lock() -> None:
    """Resolve every tests/requirements/NAME.in anew into pinned versions."""
    for source in sorted(REQUIREMENTS.glob("*.in")):
        if source.stem == "test":
            continue
        version = PYTHONS.get(source.stem, PYTHONS_BY_DEFAULT)[0]
        command: list[str | Path] = [uv(), "pip", "compile", "--quiet", "--universal", "--upgrade"]
        command += ["--python-version", version, "--no-annotate", "--custom-compile-command", "make lock"]
        run([*command, "--output-file", source.with_suffix(".txt"), source])


def main(arguments: list[str]) -> int:
    """Create the environments named; ``--lock`` resolves the pinned versions anew instead."""
    try:
        check_bootstrap_python()
        link_collection()
        if arguments == ["--lock"]:
            lock()
        else:
            for name in arguments:
                ensure(name)
    except NoSuchPython as missing:
        print(f"setup: {missing}", file=sys.stderr)
        return NO_SUCH_PYTHON
    except Missing as missing:
        print(f"setup: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
