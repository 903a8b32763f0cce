# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles say about themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROLES = Path(__file__).resolve().parents[2] / "roles"


@cache
def role_spec(role: str) -> dict[str, Any]:
    """The spec of a role as it is written by hand, with the true types of its options."""
    spec: dict[str, Any] = yaml.safe_load((ROLES / role / "meta/options.yml").read_text("utf-8"))
    return spec


def options_of(role: str) -> dict[str, Any]:
    """The options of a role, by the names of its variables."""
    options: dict[str, Any] = role_spec(role)["options"]
    return options
