# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading profiles: YAML files, each a small delta on its bases."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PROFILES = Path(__file__).parent.parent / "profiles"
_MISBEHAVIORS = PROFILES.parent / "misbehaviors.yml"


@cache
def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as stream:
        content = yaml.safe_load(stream) or {}
    if not isinstance(content, dict):
        raise ValueError(f"{path}: a profile is a mapping")
    return content


def merge(base: Mapping[str, Any], delta: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged, anything else is replaced, and ``null`` takes an entry out."""
    merged = dict(base)
    # Registry keys, paths and service names do not differ by case
    spelled = {str(key).lower(): key for key in merged}
    for key, value in delta.items():
        known = spelled.setdefault(str(key).lower(), key)
        if value is None:
            merged.pop(known, None)
        elif isinstance(value, Mapping):
            below = merged.get(known)
            merged[known] = merge(below if isinstance(below, Mapping) else {}, value)
        else:
            merged[known] = value
    return merged


def resolve(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The profile with its ``base`` (a name or a list of names, later ones on top) merged below it."""
    bases = profile.get("base") or []
    merged: dict[str, Any] = {}
    for base in [bases] if isinstance(bases, str) else bases:
        merged = merge(merged, load_profile(base)) if merged else load_profile(base)
    merged = merge(merged, {key: value for key, value in profile.items() if key != "base"})
    known = misbehaviors() if "misbehave" in profile else {}
    for name in profile.get("misbehave", ()):
        if name not in known:
            raise ValueError(f"misbehave: {name} is not in {_MISBEHAVIORS.name}")
        merged = merge(merged, known[name].get("overrides", {}))
    return merged


def misbehaviors() -> dict[str, dict[str, Any]]:
    """What a host can do otherwise than assumed, by id."""
    return {name: entry for name, entry in copy.deepcopy(_read(_MISBEHAVIORS)).items() if "never" not in entry}


def always_behaves() -> dict[str, str]:
    """Why no simulated host can do otherwise, by id."""
    return {name: entry["never"] for name, entry in _read(_MISBEHAVIORS).items() if "never" in entry}


def load_profile(name: str) -> dict[str, Any]:
    """The profile ``profiles/<name>.yml``, complete."""
    profile: dict[str, Any] = pickle.loads(_pickled(name))
    return profile


@cache
def _pickled(name: str) -> bytes:
    # What takes the least time to make a copy of: tests load thousands
    return pickle.dumps(resolve(_read(PROFILES / f"{name}.yml")))
