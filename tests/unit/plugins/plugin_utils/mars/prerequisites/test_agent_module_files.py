# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the agent's module: their facts, their comparison with a copy, and their rule."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.host import Given
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.plugins.plugin_utils.mars.conftest import AGENT
from tests.unit.simulated import simulated

MODULE = rf"{AGENT}\bin\Modules\MSOnlineBackup"
SHARE = r"\\files.example.test\mars\bin"
MANIFEST = {"path": r"msonlinebackup\msonlinebackup.psd1", "size": 4096, "version": None}
SAME = {"path": SHARE, "version": "2.0.9262.0", "missing": [], "different": []}
FILES: dict[str, Any] = {
    r"CBEngine.exe": {"version": "2.0.9262.0"},
    r"Modules\MSOnlineBackup\MSOnlineBackup.psd1": {"size": 4096},
    r"Modules\MSOnlineBackup\MSOnlineBackup.dll": {"size": 471040, "version": "2.0.9262.0"},
    r"Modules\MSOnlineBackup\en-US\MSOnlineBackup.dll-Help.xml": {"size": 262144},
}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("agent_module_files", "compliant", {"agent_module_files.source": SAME}),
    ("agent_module_files", "noncompliant", {"agent_module_files.source": SAME | {"missing": ["a.dll"]}}),
    ("agent_module_files", "noncompliant", {"agent_module_files.source": SAME | {"different": ["a.dll"]}}),
    ("agent_module_files", "noncompliant", {"agent_module_files.files": []}),
    ("agent_module_files", "unknown", {"agent_module_files.source": SAME | {"version": "2.0.9506.0"}}),
    ("agent_module_files", "unknown", {"agent_module_files.source": ...}),
    ("agent_module_files", "unknown", {"agent_module_files": ...}),
    ("agent_module_files", "not_applicable", {"gathered": list(DEFAULT_SECTIONS), "agent_module_files": ...}),
    ("agent_module_files", "not_applicable", {"agent.role": "data_protection_manager"}),
]


def share(folder: str, **changes: dict[str, Any] | None) -> dict[str, Any]:
    """The files of a copy, without those that are None."""
    files = copy.deepcopy(FILES) | changes
    return {rf"{folder}\{name}": entry for name, entry in files.items() if entry is not None}


def gathered(base: str = "healthy-2022", source: str | None = None, **profile: Any) -> dict[str, Any]:
    host = simulated(base=base, **profile)
    return gather(host.session, ["agent_module_files"], Given(agent_module_source=source), host.sleep)


@pytest.mark.parametrize("base", ["healthy-2022", "german-2019", "japanese-2016", "old-2008-r2"])
def test_all_files_below_the_folder_are_read_with_their_versions(base: str) -> None:
    assert gathered(base)["agent_module_files"] == {
        "files": [
            {"path": r"msonlinebackup\en-us\msonlinebackup.dll-help.xml", "size": 262144, "version": None},
            {"path": r"msonlinebackup\msonlinebackup.dll", "size": 471040, "version": "2.0.9262.0"},
            MANIFEST,
        ],
        "source": None,
    }


def test_without_the_agent_there_are_none() -> None:
    assert gathered("no-agent-2022")["agent_module_files"] is None


def test_the_section_is_gathered_only_on_request() -> None:
    assert "agent_module_files" not in DEFAULT_SECTIONS


@pytest.mark.parametrize("source", [r"C:\Install\bin", SHARE, SHARE + "\\"])
@pytest.mark.parametrize("base", ["healthy-2022", "german-2019"])
def test_they_are_compared_with_a_copy_on_the_host_or_on_a_share(base: str, source: str) -> None:
    profile: dict[str, Any] = {"files": share(source.rstrip("\\"))}

    assert gathered(base, source, **profile)["agent_module_files"]["source"] == SAME | {"path": source}

    profile["files"] |= {
        rf"{MODULE}\MSOnlineBackup.dll": {"size": 471040, "version": "2.0.9083.0"},
        rf"{MODULE}\en-US\MSOnlineBackup.dll-Help.xml": None,
        rf"{MODULE}\own.ps1": {"size": 1},
    }
    found = gathered(base, source, **profile)["agent_module_files"]["source"]
    assert found["missing"] == [r"msonlinebackup\en-us\msonlinebackup.dll-help.xml"]
    assert found["different"] == [r"msonlinebackup\msonlinebackup.dll"]


def test_nothing_of_the_copy_stays_on_the_host() -> None:
    host = simulated(base="healthy-2022", files=share(SHARE))
    before = host.windows.state()

    gather(host.session, ["agent_module_files"], Given(agent_module_source=SHARE), host.sleep)

    assert host.windows.state() == before


@pytest.mark.parametrize(
    "source, files, reason",
    [
        (SHARE, {}, "let that account or the group Domain Computers read share and folder"),
        (r"C:\Install\bin", share(r"C:\Install\bin", **{"CBEngine.exe": None}), "is not a copy of the agent's folder"),
        (
            r"C:\Install\bin",
            share(r"C:\Install\bin", **{r"Modules\MSOnlineBackup\MSOnlineBackup.psd1": None}),
            "is not a copy of the agent's folder bin",
        ),
        ("bin", {}, "is neither a local path of a folder nor a UNC path"),
        (r"C:\Install\%TEMP%", {}, "is neither a local path of a folder nor a UNC path"),
        (r"\\files.example.test\mars\" & del x", {}, "cannot be used in a command"),
    ],
)
def test_a_copy_that_cannot_be_used_is_unreadable(source: str, files: dict[str, Any], reason: str) -> None:
    facts = gathered(source=source, files=files)

    assert "source" not in facts["agent_module_files"]
    assert len(facts["agent_module_files"]["files"]) == 3
    (entry,) = facts["unreadable"]
    assert reason in entry["reason"]


def test_what_an_account_without_rights_does_not_see_is_unread() -> None:
    facts = gather(
        simulated(base="healthy-2022", elevated=False, files={f"{MODULE}\\": {"attributes": ["denied"]}}).session,
        ["os", "agent_module_files"],
    )

    assert "agent_module_files" not in facts


@pytest.mark.parametrize(
    "changes, role",
    [
        ({"agent_module_files.source": SAME | {"missing": ["a.dll"]}}, "agent_module"),
        ({"agent_module_files.files": []}, None),
        ({"agent_module_files.files": [], "agent_module_files.source": SAME | {"version": "2.0.9506.0"}}, None),
    ],
)
def test_the_role_needs_a_copy_of_the_same_version(
    host: Callable[[dict[str, Any]], dict[str, Any]], changes: dict[str, Any], role: str | None
) -> None:
    found = find(shipped_rules()["agent_module_files"], host(changes), thresholds("minimum", {}))

    assert (found.status, found.role) == ("noncompliant", role)
    assert role is None or found.wanted == {"source": SHARE}
