# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several files say about the collection's content says the same."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def plugins(kind: str) -> set[str]:
    return {path.stem for path in (ROOT / "plugins" / kind).glob("*.py") if path.stem != "__init__"}


def test_every_module_is_done_by_an_action_plugin() -> None:
    assert plugins("modules") == plugins("action")


def test_the_action_group_has_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))

    assert runtime["action_groups"]["mars"] == sorted(plugins("modules"))


def test_an_execution_environment_gets_what_every_connection_needs() -> None:
    def requirements(*names: str) -> set[str]:
        lines = [line for name in names for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
        return {line for line in lines if line and not line.startswith("#")}

    assert requirements("meta/ee-requirements.txt") == requirements("requirements.txt", "requirements-psrp.txt")


def test_each_release_of_ansible_core_is_locked_under_its_name() -> None:
    for path in (ROOT / "tests" / "requirements").glob("core-*.txt"):
        version = path.stem.removeprefix("core-")
        assert f"ansible-core=={version}." in path.read_text(encoding="utf-8"), path
