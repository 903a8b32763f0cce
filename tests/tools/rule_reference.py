# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of the shipped rules as reStructuredText, from the catalogue, the facts and the specs of the roles."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ansible_collections.winops.mars.plugins.plugin_utils.mars import catalogue
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.fleet import (
    HOSTS_FOR_MAJORITY,
    MACHINES_PER_VAULT,
    fleet_findings,
)
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.locations import LOCATIONS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import SHIPPED, shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.rule import Rule
from tests.tools.roles import options_of

_CONDITIONS = ("applies", "wanted", "expect", "unknown_if", "advise", "impossible")
_FACTS = "plugins/plugin_utils/mars/facts/"


def rule_reference() -> str:
    """A section for each shipped rule, and for each finding over several hosts."""
    entries = {entry["id"]: entry for entry in catalogue.read(SHIPPED)}
    sections = [_section(rule, entries[rule.id]) for rule in shipped_rules().values()]
    return "\n" + "\n".join([*sections, *_fleet()])


def _section(rule: Rule, entry: Mapping[str, Any]) -> str:
    by_hand = _text(entry["fix"]) + (f" {_text(entry['no_role'])}" if "no_role" in entry else "")
    return "\n\n".join(
        [
            f".. _ansible_collections.winops.mars.docsite.rule_reference.{rule.id}:",
            _heading(rule.id),
            f"{rule.title}. Severity ``{rule.severity.value}``, column ``{rule.group}``.",
            _fields(
                {
                    "Expected": _sentence(entry["expected"]),
                    "Why": _text(entry["why"]),
                    "Not applicable": _exceptions(entry),
                    "By hand": by_hand,
                    "Role": ", ".join(f":ansplugin:`winops.mars.{role}#role`" for role in rule.roles) or "none",
                    "Variables": ", ".join(_variables(rule, entry)) or "none",
                    "Source": f"`{rule.source} <{rule.source}>`__",
                }
            ),
            *_cases(entry),
            _wrapped("It is checked ", " ".join(_checked(rule))),
            ".. code-block:: yaml\n\n" + textwrap.indent(_conditions(entry), "  "),
        ]
    )


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _fields(fields: Mapping[str, str]) -> str:
    return "\n".join(_wrapped(f":{name}: ", value, "  ") for name, value in fields.items() if value)


def _wrapped(begin: str, text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, 120, initial_indent=begin, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _exceptions(entry: Mapping[str, Any]) -> str:
    """Where the rule does not apply, by what many rules have in common, and by its own conditions."""
    names = entry.get("requires", [])
    conditions = catalogue.read("conditions.yml")
    reasons = [conditions[name]["otherwise"] for name in ([names] if isinstance(names, str) else names)]
    reasons += [case["actual"] for case in entry.get("cases", ()) if case.get("status") == "not_applicable"]
    return "; ".join(map(_text, reasons))


def _cases(entry: Mapping[str, Any]) -> Iterator[str]:
    """What is to be done by hand instead in special cases, and when."""
    fixes = [case for case in entry.get("cases", ()) if "fix" in case]
    if fixes:
        lines = [
            _wrapped("- ", f"where {_case(case)}: {_text(case['fix'])} {_text(case.get('no_role', ''))}".strip(), "  ")
            for case in fixes
        ]
        yield "In special cases, by hand:\n\n" + "\n".join(lines)


def _case(case: Mapping[str, Any]) -> str:
    """When a special case counts: its status, its condition, or both."""
    status = f"the finding is ``{case['status']}``" if "status" in case else ""
    when = f"``{' '.join(case['when'].split())}``" if "when" in case else ""
    return " and ".join(filter(None, [status, when]))


def _variables(rule: Rule, entry: Mapping[str, Any]) -> Iterator[str]:
    """The variables by which a user decides on the rule, or on what its roles do."""
    text = str(entry)
    for name in dict.fromkeys(re.findall(r"\bthreshold\.(\w+)", text)):
        yield f"``mars_prereqs_thresholds.{name}``"
    for name in dict.fromkeys(re.findall(r"\binventory\.(\w+)", text)):
        yield f"``mars_{name}``"
    options = options_of("mars_prereqs")
    for name in _sections(rule):
        if f"mars_prereqs_{name}" in options:
            yield f"``mars_prereqs_{name}``"
    if any(name not in DEFAULT_SECTIONS for name in _sections(rule)):
        yield "``mars_prereqs_gather_subset``"
    for role in rule.roles:
        yield from (f"``{name}``" for name in options_of(role) if name != f"{role}_findings")


def _facts(rule: Rule) -> list[str]:
    conditions = [rule.expect, rule.unknown_if, rule.advise, rule.impossible, *rule.applies, *rule.wanted.values()]
    return sorted({fact.path for condition in conditions if condition for fact in condition.facts} - {"gathered"})


def _sections(rule: Rule) -> list[str]:
    return list(dict.fromkeys(re.split(r"[.\[]", path)[0] for path in _facts(rule)))


def _checked(rule: Rule) -> Iterator[str]:
    """The facts that decide, and how it is known that Windows shows them."""
    facts = ", ".join(_fact(path) for path in _facts(rule))
    yield f"over the facts {facts}."
    asked = [name for name in _sections(rule) if name not in DEFAULT_SECTIONS]
    if asked:
        yield f"Gathered on request: {', '.join(f'``{name}``' for name in asked)}."
    files = {f"{_FACTS}{name}.py" for name in _sections(rule)}
    lines = [line for line in evidence().values() if files & set(line.code)]
    if lines:
        shown = ", ".join(f"``{line.id}`` ({line.standing.value})" for line in lines)
        yield f"What that relies on is in ``docs/verified.md``: {shown}."


def _fact(path: str) -> str:
    return f":ansretval:`winops.mars.mars_facts#module:ansible_facts.mars.{path.removesuffix('[]')}`"


def _conditions(entry: Mapping[str, Any]) -> str:
    shown = {name: entry[name] for name in _CONDITIONS if name in entry}
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=110)


def _sentence(text: str) -> str:
    text = _text(text)
    return text if text.endswith(".") else text + "."


def _text(text: str) -> str:
    """A text of a rule, with the expressions in it as literals, and locations as what they are."""

    def shown(match: re.Match[str]) -> str:
        expression = match[1].strip()
        root, _dot, name = expression.partition(".")
        return f"``{LOCATIONS[name] if root == 'location' and name in LOCATIONS else expression}``"

    # What the catalogue has beside the expressions is plain text, in which a backslash and a star stand for themselves
    parts = re.split(r"(\{[^{}]*\})", " ".join(text.split()))
    return "".join(
        re.sub(r"\{([^{}]*)\}", shown, part) if part.startswith("{") else re.sub(r"([\\*|`])", r"\\\1", part)
        for part in parts
    )


def _fleet() -> Iterator[str]:
    """What is found over several hosts, from hosts on which all of it is found."""
    for finding in {finding["title"]: finding for finding in fleet_findings(_fleet_facts())}.values():
        yield "\n\n".join(
            [
                _heading(f"{finding['id']} (several hosts)"),
                f"{finding['title']}. Severity ``{finding['severity']}``. Found by "
                ":ansplugin:`winops.mars.mars_fleet#module` over all hosts of a run, or their saved facts.",
                _fields(
                    {
                        "Expected": _sentence(finding["expected"]),
                        "Why": _text(finding["why"]),
                        "By hand": _text(finding["fix"]),
                        "Role": "none",
                        "Source": f"`{finding['source']} <{finding['source']}>`__",
                    }
                ),
                "",
            ]
        )


def _fleet_facts() -> dict[str, dict[str, Any]]:
    """A vault that is full, with machines of one name, one of which has other files."""
    return {
        f"host{number}": {
            "registration": {"registered": True, "vault": "VAULT", "machine_id": str(number)},
            "os": {"computer_name": "SAME"},
            "agent": {"version": "VERSION"},
            "agent_module_files": {
                "files": [{"path": "MSOnlineBackup.dll", "version": "1" if number else "2", "size": 1}]
            },
        }
        for number in range(max(MACHINES_PER_VAULT, HOSTS_FOR_MAJORITY))
    }
