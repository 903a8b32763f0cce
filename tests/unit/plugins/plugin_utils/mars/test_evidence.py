# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on has a line in the catalogue of evidence, and each line names what relies on it."""

from __future__ import annotations

import ast
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars import catalogue
from ansible_collections.winops.mars.plugins.plugin_utils.mars import evidence as reading
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import (
    EvidenceError,
    Standing,
    evidence,
    read_evidence,
)

ROOT = Path(__file__).resolve().parents[5]
UTILS = "plugins/plugin_utils"
# Modules that neither send anything to a host nor know what one answers
SILENT = {
    f"{UTILS}/windows/command_line.py": "quotes arguments",
    f"{UTILS}/windows/errors.py": "an exception, and the sign of numbers",
    f"{UTILS}/windows/versions.py": "compares versions",
    f"{UTILS}/wsman/recording.py": "keeps and writes messages",
    f"{UTILS}/wsman/scrubbing.py": "replaces words in messages",
    f"{UTILS}/resources/resource.py": "the interface of resources",
}
MARK = re.compile(r"# Evidence: (\S+)")


def modules() -> set[str]:
    """The modules that may talk to a host."""
    folders = ("wsman", "windows", "resources", "mars/facts")
    found = (path for folder in folders for path in (ROOT / UTILS / folder).glob("*.py") if path.stem != "__init__")
    return {str(path.relative_to(ROOT)) for path in found}


def marks() -> set[tuple[str, str]]:
    """The lines that comments in the code name, with their files."""
    paths = [path for folder in ("plugins", "roles") for path in (ROOT / folder).rglob("*")]
    files = {str(path.relative_to(ROOT)): path for path in paths if path.suffix in (".py", ".yml")}
    catalogues = f"{UTILS}/mars/catalogue/{reading.SHIPPED}"
    return {
        (line, name)
        for name, path in files.items()
        if name != catalogues
        for line in MARK.findall(path.read_text(encoding="utf-8"))
    }


def test_each_line_names_code_that_exists() -> None:
    missing = {file for line in evidence().values() for file in line.code if not (ROOT / file).is_file()}

    assert missing == set()


def test_each_module_that_talks_to_a_host_is_named_by_a_line() -> None:
    named = {file for line in evidence().values() for file in line.code}

    assert modules() - named == set(SILENT)


@pytest.mark.parametrize("module", SILENT)
def test_a_module_without_a_line_has_no_session(module: str) -> None:
    names = {
        alias.name
        for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert names.isdisjoint({"Session", "Host", "Registry", "CommandBatch", "Output"})


def test_each_place_that_relies_on_an_assumption_says_so_and_no_other() -> None:
    assumed = {
        (line.id, file) for line in evidence().values() if line.standing is Standing.ASSUMED for file in line.code
    }

    assert marks() == assumed


def test_each_assumption_has_a_fallback() -> None:
    assumed = [line for line in evidence().values() if line.standing is Standing.ASSUMED]

    assert [line.id for line in assumed if line.otherwise is None] == []


LINE = {
    "id": "one",
    "feature": "It works",
    "standing": "assumed",
    "otherwise": "it fails",
    "shown": "it is there",
    "code": ["a.py"],
}


def data(**changes: Any) -> dict[str, list[Any]]:
    return {"wire": [deepcopy(LINE) | changes], "windows": [], "mars": []}


def without(field: str) -> dict[str, list[Any]]:
    return {"wire": [{key: value for key, value in LINE.items() if key != field}], "windows": [], "mars": []}


def test_a_line_is_read() -> None:
    assert read_evidence(data())["one"].standing is Standing.ASSUMED


@pytest.mark.parametrize(
    "broken, complaint",
    [
        (None, "evidence.yml: must have wire, windows, mars, in this order"),
        ({"wire": []}, "evidence.yml: must have wire, windows, mars, in this order"),
        (data() | {"mars": {}}, "evidence.yml: mars must be a list"),
        (data() | {"wire": ["one"]}, "evidence.yml: line 1 of wire, field id: must be a name such as get_singleton"),
        (data(id="One"), "evidence.yml: line 1 of wire, field id: must be a name such as get_singleton"),
        (data() | {"mars": [LINE]}, "evidence.yml: one, field id: is used by two lines"),
        (data(note="x"), "evidence.yml: one, field note: is not a known field"),
        (without("feature"), "evidence.yml: one, field feature: is missing"),
        (data(feature=" "), "evidence.yml: one, field feature: must be text"),
        (data(otherwise=5), "evidence.yml: one, field otherwise: must be text"),
        (without("shown"), "evidence.yml: one, field shown: must be there, or not_shown instead"),
        (data(not_shown="x"), "evidence.yml: one, field shown: must be there, or not_shown instead"),
        (data(code="a.py"), "evidence.yml: one, field code: must be a list of files"),
        (data(code=[]), "evidence.yml: one, field code: must name a file that relies on it"),
        (data(standing="known"), "evidence.yml: one, field standing: must be one of recorded, specified, assumed"),
        (
            data(standing="recorded"),
            "evidence.yml: one, field source: is missing: without it, the line is not recorded",
        ),
    ],
)
def test_a_broken_line_is_one_sentence(broken: Any, complaint: str) -> None:
    with pytest.raises(EvidenceError) as error:
        read_evidence(broken)

    assert str(error.value) == complaint


@pytest.mark.parametrize("text", ["wire: [", None])
def test_a_file_that_cannot_be_read_is_one_sentence(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        (tmp_path / "evidence.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "_FOLDER", tmp_path)

    with pytest.raises(EvidenceError, match=r"^evidence\.yml: cannot be read: [^\n]+$"):
        evidence.__wrapped__()
