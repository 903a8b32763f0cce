# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of the collection may import which: imports point down only, and Ansible stays on top."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.winops.mars"
PLUGINS = f"{COLLECTION}.plugins"
UTILS = f"{PLUGINS}.plugin_utils"

# What each part may import of the collection and of Ansible, beside itself. The most specific name that fits counts.
ALLOWED = {
    f"{UTILS}.wsman": (),
    f"{UTILS}.wsman.connection": (f"{UTILS}.wsman", "ansible"),
    f"{UTILS}.windows": (f"{UTILS}.wsman",),
    f"{UTILS}.mars": (f"{UTILS}.windows", f"{UTILS}.wsman"),
    f"{UTILS}.resources": (f"{UTILS}.mars", f"{UTILS}.windows", f"{UTILS}.wsman"),
    f"{UTILS}._action": (UTILS, "ansible"),
    f"{PLUGINS}.action": (UTILS, f"{PLUGINS}.modules", "ansible"),
    f"{PLUGINS}.modules": (f"{PLUGINS}.module_utils", "ansible.module_utils"),
    f"{PLUGINS}.module_utils": (),
    f"{PLUGINS}.lookup": (f"{UTILS}.mars", "ansible"),
    f"{PLUGINS}.doc_fragments": (),
    "tests.simulator": (),
}


def within(name: str, package: str) -> bool:
    """Tell whether ``name`` is the package or something in it."""
    return name == package or name.startswith(f"{package}.")


def module_name(path: Path, root: Path) -> str:
    """Return the name under which the file is imported."""
    parts = path.relative_to(root).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join((COLLECTION, *parts) if parts[0] == "plugins" else parts)


def imports(source: str, package: str) -> Iterator[str]:
    """Yield the full name of everything the source imports, wherever in it; ``package`` resolves relative imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: -(node.level - 1) or None] if node.level else []
            prefix = ".".join([*base, *filter(None, [node.module])])
            # "from package import module" brings in package.module
            yield from (f"{prefix}.{alias.name}" for alias in node.names)


def canonical(name: str) -> str:
    """Return the name in the form used here, for what can be imported in two ways."""
    return name.removeprefix(f"{COLLECTION}.") if within(name, f"{COLLECTION}.tests") else name


def violations(root: Path) -> list[str]:
    """Return a sentence for each import below ``root`` (the collection's) that its part may not do."""
    found = []
    for path in sorted([*root.glob("plugins/**/*.py"), *root.glob("tests/simulator/**/*.py")]):
        name = module_name(path, root)
        part = max((known for known in ALLOWED if within(name, known)), key=len, default=None)
        if part is None:
            if path.name != "__init__.py":
                found.append(f"{name} belongs to no part that tests/unit/test_layers.py knows")
            continue
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for imported in map(canonical, imports(path.read_text(encoding="utf-8"), package)):
            ours = any(within(imported, top) for top in (COLLECTION, "ansible", "plugins", "tests"))
            if ours and not any(within(imported, allowed) for allowed in (part, *ALLOWED[part])):
                found.append(f"{name} imports {imported}")
    return found


def test_imports_point_down_only() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    "path, source, forbidden",
    [
        (
            "plugins/plugin_utils/wsman/session.py",
            f"from {UTILS}.windows.registry import X",
            f"{UTILS}.windows.registry.X",
        ),
        ("plugins/plugin_utils/wsman/session.py", "from ..windows import registry", f"{UTILS}.windows.registry"),
        ("plugins/plugin_utils/wsman/session.py", "from ansible.errors import E", "ansible.errors.E"),
        ("plugins/plugin_utils/wsman/__init__.py", "from .. import mars", f"{UTILS}.mars"),
        ("plugins/plugin_utils/wsman/connection.py", "from ..windows.files import X", f"{UTILS}.windows.files.X"),
        ("plugins/plugin_utils/windows/files.py", f"import {UTILS}.mars.facts", f"{UTILS}.mars.facts"),
        ("plugins/plugin_utils/windows/files.py", f"def f():\n    from {UTILS} import mars", f"{UTILS}.mars"),
        ("plugins/plugin_utils/windows/files.py", "import ansible.errors", "ansible.errors"),
        ("plugins/plugin_utils/mars/facts.py", "from .._action import X", f"{UTILS}._action.X"),
        (
            "plugins/plugin_utils/mars/facts.py",
            "from ..resources.service import X",
            f"{UTILS}.resources.service.X",
        ),
        ("plugins/plugin_utils/resources/service.py", "from .._action import X", f"{UTILS}._action.X"),
        ("plugins/plugin_utils/resources/service.py", "import ansible.errors", "ansible.errors"),
        ("plugins/plugin_utils/mars/facts.py", "import ansible.plugins.action", "ansible.plugins.action"),
        ("plugins/plugin_utils/mars/facts.py", "from tests.simulator import model", "tests.simulator.model"),
        ("plugins/modules/cim_file.py", f"from {UTILS}.windows.files import X", f"{UTILS}.windows.files.X"),
        ("plugins/action/cim_file.py", "from tests.simulator import model", "tests.simulator.model"),
        ("tests/simulator/http.py", f"from {UTILS}.wsman import values", f"{UTILS}.wsman.values"),
        ("tests/simulator/http.py", "from plugins.plugin_utils import wsman", "plugins.plugin_utils.wsman"),
        ("tests/simulator/windows/host.py", "import ansible", "ansible"),
        ("tests/simulator/windows/host.py", "from tests.unit import wsman", "tests.unit.wsman"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, path: str, source: str, forbidden: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")

    assert violations(tmp_path) == [f"{module_name(file, tmp_path)} imports {forbidden}"]


@pytest.mark.parametrize(
    "path, source",
    [
        ("plugins/plugin_utils/wsman/session.py", "import requests\nfrom . import values\nfrom .errors import Fault"),
        ("plugins/plugin_utils/wsman/connection.py", "from .errors import Fault\nfrom ansible.errors import E"),
        ("plugins/plugin_utils/windows/files.py", f"from {UTILS}.wsman.session import Session"),
        ("plugins/plugin_utils/mars/facts.py", "from ..windows import files\nfrom ..wsman.errors import Fault"),
        ("plugins/plugin_utils/resources/service.py", "from ..mars import locations\nfrom ..windows import services"),
        ("plugins/action/cim_file.py", f"from {PLUGINS}.modules.cim_file import X\nfrom ansible.errors import E"),
        ("plugins/modules/cim_file.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("tests/simulator/http.py", f"from {COLLECTION}.tests.simulator.model import Host\nimport aiohttp"),
    ],
)
def test_an_allowed_import_is_not_reported(tmp_path: Path, path: str, source: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")

    assert violations(tmp_path) == []


def test_a_file_outside_the_known_parts_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "plugins" / "plugin_utils" / "helpers.py"
    file.parent.mkdir(parents=True)
    file.touch()

    assert violations(tmp_path) == [f"{UTILS}.helpers belongs to no part that tests/unit/test_layers.py knows"]
