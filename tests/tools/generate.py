# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what the catalogue, the facts and the roles' options say wherever it has to stand again.

A region of a file is what stands between two comments, ``generated: NAME`` and ``end generated``. With ``--check``
nothing is written, and the exit code says whether everything is current.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from antsibull_docs_parser.md import to_md
from antsibull_docs_parser.parser import Context, parse
from jmespath.functions import Functions

from ansible_collections.winops.mars.plugins.modules.mars_compliance import ARGUMENT_SPEC
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.errors import known_errors
from ansible_collections.winops.mars.plugins.plugin_utils.mars.evidence import ROOMS, evidence
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, SECTIONS
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.functions import RuleFunctions
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import role_order, shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import THRESHOLDS
from tests.tools.roles import options_of, role_spec
from tests.tools.rule_reference import rule_reference

ROOT = Path(__file__).resolve().parents[2]
BASELINES = ARGUMENT_SPEC["baseline"]["choices"]
_REGION = re.compile(
    r"(?P<begin>^(?P<indent> *)(#|\.\.|<!--) generated: (?P<name>\w+)( -->)?\n).*?"
    r"(?P<end>^ *(#|\.\.|<!--) end generated( -->)?$)",
    re.DOTALL | re.MULTILINE,
)


def main() -> int:
    """Generate everything, or say what is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    stale = stale_files()
    for path, text in stale.items():
        if check:
            print(f"generate: {path.relative_to(ROOT)} is not current: run 'make generate'", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int(check and bool(stale))


def stale_files() -> dict[Path, str]:
    """What each file should hold that does not."""
    return {path: text for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text}


def generated() -> dict[Path, str]:
    """The whole text of every file that has something generated."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in REGIONS}
    files = {ROOT / name: with_regions(text, REGIONS[name]) for name, text in texts.items()}
    for path in sorted(ROOT.glob("roles/*/meta/options.yml")):
        role = path.parents[1]
        spec = described(role_spec(role.name))
        files[role / "meta/argument_specs.yml"] = HEADER + to_yaml({"argument_specs": {"main": for_ansible(spec)}})
        files[role / "README.md"] = role_readme(role.name, spec)
        files[role / "meta/main.yml"] = role_metadata(spec)
        files[role / "defaults/main.yml"] = role_defaults(role.name, spec)
        if f"{role.name}_findings" in spec["options"]:
            if variables := role_variables(role.name, spec):
                files[role / "vars/main.yml"] = HEADER + variables
            files[role / "tasks/main.yml"] = HEADER + ROLE_TASKS.replace("ROLE", role.name)
    return files


def with_regions(text: str, regions: Mapping[str, Callable[[], str]]) -> str:
    """A text with these regions generated anew; ValueError if it has others."""
    found = {match["name"] for match in _REGION.finditer(text)}
    if found != set(regions):
        raise ValueError(f"the generated regions {sorted(found)} should be {sorted(regions)}")
    return _REGION.sub(
        lambda match: match["begin"] + textwrap.indent(regions[match["name"]](), match["indent"]) + match["end"], text
    )


def section_choices() -> str:
    """The choices of gather_subset as YAML."""
    return to_yaml(["all", *SECTIONS, *(f"!{section}" for section in SECTIONS)])


def sections_on_request() -> str:
    """The sections that V(all) does not stand for, as a paragraph of a module's documentation."""
    names = [f"V({name})" for name in SECTIONS if name not in DEFAULT_SECTIONS]
    return to_yaml(
        [
            f"{', '.join(names)} are not part of V(all), since they take some seconds, or few hosts need them. "
            "Name them beside V(all)."
        ]
    )


def section_list() -> str:
    """The sections as Python."""
    return "SECTIONS = [\n" + "".join(f'    "{section}",\n' for section in SECTIONS) + "]\n"


def section_documentation() -> str:
    """The documentation of the facts of each section as YAML."""
    return "".join(
        f"{name}:\n{textwrap.indent(section.DESCRIPTION.strip(), '  ')}\n" for name, section in SECTIONS.items()
    )


def threshold_documentation() -> str:
    """What each threshold is, as paragraphs of a module's documentation."""
    return to_yaml([f"C({name}) is {entry.form}. {entry.description}" for name, entry in THRESHOLDS.items()])


def role_tags() -> str:
    """The tags of the task that runs the roles as YAML."""
    return to_yaml(role_order(shipped_rules().values()))


def described(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of a role with descriptions that say what Ansible's types cannot: that a variable may be blank."""
    options = {
        name: {**option, "description": [*paragraphs(option), *([form] if (form := form_of(option)) else [])]}
        for name, option in spec["options"].items()
    }
    blank = ["A variable that is empty or null counts as not given."]
    return {**spec, "description": [*paragraphs(spec), *blank], "options": options}


def paragraphs(documented: Mapping[str, Any]) -> list[str]:
    """The description of a role or of an option."""
    description: str | list[str] = documented["description"]
    return [description] if isinstance(description, str) else description


def form_of(option: Mapping[str, Any]) -> str:
    """What an option takes, as a sentence; empty if it takes any text, a blank one among them."""
    choices = [f"V({choice})" for choice in option.get("choices", [])]
    among = f"{', '.join(choices[:-1])}{',' * (len(choices) > 2)} or {choices[-1]}" if choices else ""
    if option["type"] == "list":
        form = f"A list with any of {among}" if among else f"A list of {ELEMENTS[option['elements']]}"
    elif among:
        form = f"One of {among}"
    elif option["type"] == "str" and not option.get("default"):
        return ""
    else:
        form = FORMS[option["type"]]
    return f"{form}, unless blank."


def for_ansible(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of a role in which ansible-core, which validates it before the role does, rejects nothing blank.

    Of its types, only a text without a default and one that is anything take a blank as well as a null.
    """
    options = {}
    for name, option in spec["options"].items():
        kept = "default" if form_of(option) else "type"
        options[name] = {"description": option["description"], "type": "raw"}
        options[name] |= {kept: option[kept]} if kept in option else {}
    return {**spec, "options": options}


def role_readme(role: str, spec: Mapping[str, Any]) -> str:
    """The README of a role, from its argument spec."""
    rows = [
        f"| `{name}` | {default_of(option)} | {markdown(option['description'], '<br>')} |"
        for name, option in spec["options"].items()
    ]
    return README.format(
        role=role,
        summary=spec["short_description"],
        description=markdown(spec["description"], "\n\n"),
        variables="\n".join(rows),
    )


def role_metadata(spec: Mapping[str, Any]) -> str:
    """What Galaxy wants to know of a role."""
    data = {
        "galaxy_info": {
            "author": "winops.mars contributors",
            "description": spec["short_description"],
            "license": "GPL-3.0-or-later",
            "min_ansible_version": "2.16",
            "platforms": [{"name": "Windows", "versions": ["all"]}],
            "standalone": False,
        },
        "dependencies": [],
    }
    return HEADER + to_yaml(data)


def role_defaults(role: str, spec: Mapping[str, Any]) -> str:
    """The defaults of a role: an option without one takes the value that the role mars_prereqs has for it."""
    return HEADER + to_yaml(
        {
            name: option.get("default", f"{{{{ mars_prereqs_{name.removeprefix(role + '_')} | default(none) }}}}")
            for name, option in spec["options"].items()
        }
    )


def role_variables(role: str, spec: Mapping[str, Any]) -> str:
    """What a role works with, beside what mars_role_options returns."""
    window = ROLE_WINDOW.replace("ROLE", role) if f"{role}_fix_warnings" in spec["options"] else ""
    return window + role_options(role, spec)


def role_options(role: str, spec: Mapping[str, Any]) -> str:
    """What a role works with as its options: the answer of a survey or the variable, unless blank, or the default."""
    lines = []
    for name, option in spec["options"].items():
        short = name.removeprefix(f"{role}_")
        if short == "findings":
            continue
        names = [f"survey_{name}", name]
        if "default" not in option:
            option = options_of("mars_prereqs")[f"mars_prereqs_{short}"]
            names += [f"survey_mars_prereqs_{short}", f"mars_prereqs_{short}"]
        default = json.dumps(option["default"]).replace('"', "'")
        if option["type"] in ("bool", "int"):
            # Where false and 0 are values, too
            given = ", ".join(f"{name} | default(none)" for name in names)
            value = f"[{given}, {default}] | reject('in', [none, '']) | first | {option['type']}"
        else:
            value = names[0] + "".join(f" | default({other}, true)" for other in [*names[1:], default])
        lines.append(f"  {short}: >-\n" + textwrap.indent(textwrap.fill(f"{{{{ {value} }}}}", 116), "    "))
    return ROLE_OPTIONS + "\n".join([f"{role}_options:", *lines, ""]) if lines else ""


def own_options(role: str) -> str:
    """The options that a role without findings works with."""
    return role_options(role, {"options": options_of(role)})


def default_of(option: Mapping[str, Any]) -> str:
    """The default of an option for people."""
    if "default" not in option:
        return "see there"
    return "empty" if option["default"] == "" else f"`{json.dumps(option['default'])}`"


def markdown(paragraphs: str | list[str], separator: str) -> str:
    """Text with Ansible's markup as Markdown that is easy to read as it is, too."""
    text = to_md(parse(paragraphs, Context()), par_sep=separator)
    text = re.sub(r"<code>(?:<strong>)?(.*?)(?:</strong>)?</code>", _code, text)
    return re.sub(r"\\([^\w\s*`<>|\[\]])|\\(_)", r"\1\2", text)


def _code(match: re.Match[str]) -> str:
    """Code, in which Markdown knows nothing that would have to be escaped."""
    return "`" + re.sub(r"\\([*<>\[\]])", r"\1", match[1]) + "`"


def rules() -> str:
    """The shipped rules as reStructuredText."""
    rows = [
        [
            f"``{rule.id}``",
            f"{rule.title}.",
            rule.severity.value,
            ", ".join(f"``{role}``" for role in rule.roles) or "none",
        ]
        for rule in shipped_rules().values()
    ]
    return list_table(["Id", "Requires", "Severity", "Role that fixes it"], rows)


def threshold_table() -> str:
    """The thresholds with their values in each baseline as reStructuredText."""
    rows = [
        [f"``{name}``", threshold.description, *(str(threshold.in_baseline(baseline)) for baseline in BASELINES)]
        for name, threshold in THRESHOLDS.items()
    ]
    return list_table(["Name", "Meaning", *(f"``{baseline}``" for baseline in BASELINES)], rows)


def functions() -> str:
    """The functions that rules have beside those of JMESPath as reStructuredText."""
    rows = []
    for name in sorted(set(RuleFunctions.FUNCTION_TABLE) - set(Functions.FUNCTION_TABLE)):
        function = getattr(RuleFunctions, f"_func_{name}")
        arguments = ", ".join(list(inspect.signature(function).parameters)[1:])
        rows.append([f"``{name}({arguments})``", inspect.getdoc(function) or ""])
    return list_table(["Function", "What it does"], rows)


def errors() -> str:
    """The known errors and their causes as reStructuredText."""
    rows = [
        [
            f"``{error.id}``",
            f"{error.title}.",
            ", ".join(f"``{code}``" for code in (*error.codes, *error.names)) or "none",
            ". ".join(cause.title for cause in error.causes) + ".",
        ]
        for error in known_errors().values()
    ]
    return list_table(["Id", "Error", "Codes and names", "Causes"], rows)


def evidence_table(room: str) -> str:
    """What the collection relies on in a room as Markdown."""
    rows = [
        [
            f"`{line.id}`",
            line.feature,
            line.standing.value,
            line.source or "",
            line.otherwise or "-",
            line.shown or f"not tried: {line.not_shown}",
        ]
        for line in evidence().values()
        if line.room == room
    ]
    rows = [["id", "feature", "evidence", "from", "if it is otherwise", "how a host shows it"], ["---"] * 6, *rows]
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |\n" for row in rows)


def list_table(header: list[str], rows: list[list[str]]) -> str:
    """A table as reStructuredText."""
    lines = ["", ".. list-table::", "  :header-rows: 1", ""]
    for row in [header, *rows]:
        for index, cell in enumerate(row):
            lines += textwrap.wrap(
                cell,
                120,
                initial_indent="    - " if index else "  * - ",
                subsequent_indent="      ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join([*lines, "", ""])


class _Dumper(yaml.SafeDumper):
    """YAML with lists indented, as ansible-lint wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def to_yaml(data: Any) -> str:
    """The data as the project writes YAML."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


#: What an option of each type takes, and what the items of a list are
FORMS = {"bool": "A boolean", "int": "An integer", "str": "A string", "dict": "A dictionary"}
ELEMENTS = {"str": "strings", "path": "paths", "dict": "dictionaries"}

HEADER = """\
# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Generated from meta/options.yml by make generate
---
"""

ROLE_TASKS = """\
# The role used alone: it checks the host, unless it is given findings.
- name: Check the host
  ansible.builtin.include_role:
    name: winops.mars.mars_prereqs
    tasks_from: check_role
  vars:
    mars_prereqs_role: ROLE
  when: ROLE_findings in [none, '']

- name: Fix what was found
  ansible.builtin.import_tasks: fix.yml
"""

ROLE_WINDOW = """\
# Whether maintenance windows are given, and whether none of them is open, which is checked where something is selected.
ROLE_timed: >-
  {{ survey_mars_prereqs_window | default(mars_prereqs_window, true) | default([], true) | length > 0 }}
ROLE_closed: "{{ ROLE_timed and not mars_prereqs_maintenance.allowed }}"
"""

ROLE_OPTIONS = """\
# The options: the answer of a survey, otherwise the variable, otherwise the default. A blank one is not given.
"""

README = """\
<!--
Copyright (c) 2026 winops.mars contributors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Generated from meta/options.yml by make generate
-->

# winops.mars.{role}

{summary}.

{description}

```yaml
- name: {summary}
  hosts: all
  gather_facts: false
  tasks:
    - name: {summary}
      ansible.builtin.import_role:
        name: winops.mars.{role}
```

| variable | default | description |
| --- | --- | --- |
{variables}
"""

#: The regions of each file, and what fills them.
REGIONS: dict[str, dict[str, Callable[[], str]]] = {
    "plugins/doc_fragments/gathering.py": {
        "sections_on_request": sections_on_request,
        "section_choices": section_choices,
    },
    "plugins/module_utils/gathering.py": {"section_list": section_list},
    "plugins/modules/mars_facts.py": {"section_documentation": section_documentation},
    "plugins/modules/mars_compliance.py": {"threshold_documentation": threshold_documentation},
    "roles/mars_prereqs/tasks/main.yml": {"role_tags": role_tags},
    **{
        f"roles/{role}/vars/main.yml": {"options": partial(own_options, role)}
        for role in ("mars_prereqs", "mars_diagnose", "mars_verify")
    },
    "docs/verified.md": {room: partial(evidence_table, room) for room in ROOMS},
    "docs/docsite/rst/guide_diagnosis.rst": {"errors": errors},
    "docs/docsite/rst/rule_reference.rst": {"rule_reference": rule_reference},
    "docs/docsite/rst/guide_rules.rst": {"rules": rules, "thresholds": threshold_table, "functions": functions},
}

if __name__ == "__main__":
    sys.exit(main())
