# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The data files of the catalogue, read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "catalogue"


def catalogue(name: str) -> Any:
    """The data of ``catalogue/<name>``; OSError or yaml.YAMLError where the file is missing or broken."""
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
