# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the agent's cmdlets know: asked for, read from hosts that can say it, and unreadable elsewhere."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from tests.unit.simulated import simulated

SETTING = {"key": "Set", "proxy": "False", "server": "", "port": "0"}
POLICY = {"state": "Valid", "days": ["Monday"], "times": ["21:00:00"]}
JOB = {
    "type": "Backup",
    "state": "Completed",
    "started": "2026-11-19T21:00:04+00:00",
    "ended": "2026-11-19T21:41:37+00:00",
    "error": "0",
}


def facts_of(base: str = "healthy-2022", **profile: Any) -> dict[str, Any]:
    return gather(simulated(base=base, **profile).session, ["os", "backup"])


def answered(**parts: Any) -> dict[str, Any]:
    """The facts of a host whose cmdlets answer so, but for that as those of a healthy one."""
    return facts_of(powershell={"answer": parts})


def reasons(facts: dict[str, Any]) -> dict[str, str]:
    return {entry["fact"]: entry["reason"] for entry in facts["unreadable"]}


@pytest.mark.parametrize("base", ["healthy-2022", "healthy-2025", "german-2019", "japanese-2016", "old-2012-r2"])
def test_a_host_that_can_say_it_does(base: str) -> None:
    facts = facts_of(base)

    assert facts["unreadable"] == []
    assert facts["backup"] == {
        "encryption_key_set": True,
        "proxy": None,
        "policy": {
            "paused": False,
            "days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
            "times": ["21:00:00"],
        },
        "running": False,
        "jobs": [{**JOB, "error": None}],
    }


def test_it_is_asked_for_by_name_and_changes_nothing() -> None:
    assert "backup" not in DEFAULT_SECTIONS
    host = simulated(base="healthy-2022")
    before = host.windows.state()
    gather(host.session, ["backup"])
    assert host.windows.state() == before


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> str:
    """The command line that the host gets."""
    lines: list[str] = []
    host = simulated(base="healthy-2022")
    run = host.windows.run_command

    def noted(command: str, *rest: Any) -> Any:
        lines.append(command)
        return run(command, *rest)

    monkeypatch.setattr(host.windows, "run_command", noted)
    gather(host.session, ["backup"])

    (line,) = lines
    return line


def test_only_cmdlets_that_read_are_run_and_the_line_fits_into_cmd(sent: str) -> None:
    assert len(sent) < 8191
    script = b64decode(sent.rpartition(" ")[2]).decode("utf-16-le")
    verbs = {verb for verb, _noun in re.findall(r"\b([A-Z][a-z]+(?:To)?)-([A-Z]\w+)", script)}
    assert verbs == {"Get", "Import", "New", "ConvertTo"}
    assert re.findall(r"\bNew-\w+ \S+", script) == ["New-Object Text.UTF8Encoding"]


def test_the_script_can_be_parsed_and_reads_only_properties_that_the_evidence_names(sent: str) -> None:
    tree_sitter = pytest.importorskip("tree_sitter", reason="tree-sitter is not there: run 'make setup'")
    grammar = pytest.importorskip("tree_sitter_powershell", reason="tree-sitter-powershell is not there")
    script = b64decode(sent.rpartition(" ")[2])
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    root = parser.parse(script.decode("utf-16-le").encode()).root_node

    def nodes(kind: str, node: Any = root) -> list[Any]:
        below = [found for child in node.children for found in nodes(kind, child)]
        return [node, *below] if node.type == kind else below

    assert not root.has_error
    assert {node.text.decode() for node in nodes("command_name")} == {
        *("New-Object", "Get-ExecutionPolicy", "Import-Module", "ConvertTo-Json"),
        *("Get-OBMachineSetting", "Get-OBPolicy", "Get-OBSchedule", "Get-OBPolicyState", "Get-OBJob"),
        *("%", "?", "P", "T"),
    }
    paths = {node.text.decode() for node in nodes("member_access") if node.parent.type != "member_access"}
    own = {path for path in paths if path.startswith(("$s.", "$c.", "$j.", "$_.Job"))}
    named = "".join(evidence()[line].feature for line in ("cmdlet_properties", "machine_setting_properties"))
    assert paths - own == {
        *("[Console]::OutputEncoding", "$ExecutionContext.SessionState.LanguageMode"),
        *("$_.FullyQualifiedErrorId", "$r.failed"),
    }
    assert {path for path in own if f"`{path.partition('.')[2]}`" not in named} == set()


def test_without_the_agent_there_is_nothing() -> None:
    assert facts_of("no-agent-2022")["backup"] is None


@pytest.mark.parametrize(
    "base, profile, reason",
    [
        ("old-2008-r2", {}, "need Windows PowerShell 3.0 or later"),
        ("healthy-2022", {"powershell": {"answer": {"unfit": "language_mode"}}}, "restricted language mode"),
        ("healthy-2022", {"powershell": {"answer": {"unfit": "execution_policy"}}}, "the execution policy keeps"),
        (
            "healthy-2022",
            {"powershell": {"answer": {"unfit": "module", "detail": "Modules_ModuleNotFound"}}},
            r"the module cannot be loaded \(Modules_ModuleNotFound\)",
        ),
        ("healthy-2022", {"powershell": {"exit_code": 1}}, "a script of Windows PowerShell failed"),
        ("healthy-2022", {"powershell": {"answer": ["x"]}}, "printed something else"),
        ("healthy-2022", {"powershell": {"answer": None}}, "printed something else"),
        ("healthy-2022", {"blocked_programs": ["powershell"]}, "a script of Windows PowerShell failed"),
    ],
)
def test_a_host_that_is_not_fit_is_unreadable_with_the_reason(base: str, profile: dict[str, Any], reason: str) -> None:
    facts = facts_of(base, **profile)

    assert "backup" not in facts
    assert re.search(reason, reasons(facts)["backup"])


def test_a_cmdlet_that_fails_costs_what_it_reads_and_no_more() -> None:
    facts = answered(
        setting=SETTING,
        jobs={"list": []},
        running=False,
        failed={"policy": "Microsoft.Internal.CloudBackup,GetOBPolicy"},
    )

    assert facts["backup"] == {"encryption_key_set": True, "proxy": None, "running": False, "jobs": []}
    assert "Microsoft.Internal.CloudBackup,GetOBPolicy" in reasons(facts)["backup.policy"]


@pytest.mark.parametrize(
    "part, value",
    [
        ("setting", []),
        ("setting", {"key": 1}),
        # A property that is not there
        ("setting", {**SETTING, "key": ""}),
        ("setting", {**SETTING, "proxy": ""}),
        ("setting", {**SETTING, "proxy": "True"}),
        ("policy", {**POLICY, "days": [""]}),
        ("policy", {**POLICY, "times": ""}),
        ("jobs", {"list": [{**JOB, "state": ""}]}),
        ("policy", "Valid"),
        ("policy", {"state": "Gone", "days": [], "times": []}),
        ("policy", {"state": "Valid", "days": [1], "times": []}),
        ("running", "False"),
        ("jobs", [JOB]),
        ("jobs", {"list": "none"}),
        ("jobs", {"list": [{**JOB, "started": "yesterday"}]}),
        ("jobs", {"list": [1]}),
    ],
)
def test_an_answer_nobody_expects_costs_what_it_is_about_and_no_more(part: str, value: Any) -> None:
    good = {"setting": SETTING, "policy": POLICY, "jobs": {"list": JOB}, "running": True}
    whole = answered(**good)["backup"]
    facts = answered(**{**good, part: value})

    missing = set(whole) - set(facts["backup"])
    assert whole["jobs"] != []
    assert missing <= ({"encryption_key_set", "proxy"} if part == "setting" else {part})
    assert missing
    assert {f"backup.{name}" for name in missing} == set(reasons(facts))


def test_what_the_cmdlets_say_is_put_into_a_form_of_its_own() -> None:
    never = {**JOB, "ended": "0001-01-01T00:00:00+00:00", "state": "InProgress", "error": "CBPServerRegisteredVault"}
    facts = answered(
        setting={"key": "NotSet", "proxy": "True", "server": "http://user:secret@Proxy.example.com/", "port": "8080"},
        policy={"state": "Paused", "days": "Sunday", "times": ["06:00:00", "18:00:00"]},
        jobs={"list": [JOB, never]},
        running=True,
    )["backup"]

    assert (facts["encryption_key_set"], facts["running"]) == (False, True)
    assert facts["proxy"] == "proxy.example.com:8080"
    assert facts["policy"] == {"paused": True, "days": ["Sunday"], "times": ["06:00:00", "18:00:00"]}
    assert [(job["ended"] is None, job["error"]) for job in facts["jobs"]] == [
        (False, None),
        (True, "CBPServerRegisteredVault"),
    ]


def test_a_host_without_a_policy_and_jobs_says_so() -> None:
    text = json.dumps({"setting": SETTING, "policy": None, "jobs": {"list": []}, "running": False, "failed": {}})
    facts = facts_of(powershell={"answer": f"\r\n{text}\r\n"})

    assert facts["unreadable"] == []
    assert (facts["backup"]["policy"], facts["backup"]["jobs"]) == (None, [])


@pytest.mark.parametrize("mark", "'\u2018\u2019\u201a\u201b")
def test_a_quotation_mark_in_the_name_of_a_folder_does_not_end_the_text(mark: str) -> None:
    folder = f"C:\\Program Files\\O{mark}Neill\\"
    facts = facts_of(registry={r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Setup": {"InstallPath": folder}})

    assert facts["unreadable"] == []
