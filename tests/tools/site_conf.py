# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's configuration for the site of the documentation; ``tests/tools/site.py`` copies it beside the pages."""

from __future__ import annotations

import re

from docutils.nodes import Element, Node, TextElement, reference
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

project = "winops.mars"
author = "winops.mars contributors"
project_copyright = f"2026, {author}"
extensions = ["sphinx_antsibull_ext"]
exclude_patterns: list[str] = []
html_theme = "alabaster"
html_theme_options = {"page_width": "70rem", "sidebar_width": "15rem", "fixed_sidebar": True}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_sphinx = False
html_copy_source = False
html_extra_path = ["report.html"]
pygments_style = "ansible"

_ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
# What the pages of plugins refer to in the documentation of Ansible
_ELSEWHERE = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def elsewhere(_app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: TextElement) -> Element | None:
    """The link to a label of Ansible's own documentation; None for a label that nobody has."""
    label = node["reftarget"]
    plugin = re.fullmatch(r"ansible_collections\.ansible\.builtin\.(\w+)", label)
    page = f"collections/ansible/builtin/{plugin[1]}.html" if plugin else _ELSEWHERE.get(label)
    if page is None:
        return None
    text: Node = content if node["refexplicit"] else TextElement("", label)
    return reference("", "", *text.children, refuri=f"{_ANSIBLE}/{page}", internal=False)


def setup(app: Sphinx) -> None:
    """Let Sphinx ask for what it cannot find."""
    app.connect("missing-reference", elsewhere)
