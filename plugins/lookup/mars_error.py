# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The known errors of the MARS agent in a text."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mars_error
short_description: Recognize errors of the MARS agent
version_added: 0.1.0
author:
  - winops.mars contributors (@winops)
description:
  - Returns the known errors in each text, with their causes and what to do about them. It contacts no host.
  - M(winops.mars.mars_diagnosis) also says which of the causes are there on a host.
options:
  _terms:
    description: Codes, names, or messages, as in O(winops.mars.mars_diagnosis#module:error).
    type: list
    elements: str
    required: true
requirements:
  - The Python package C(jmespath) on the controller.
seealso:
  - module: winops.mars.mars_diagnosis
"""

EXAMPLES = r"""
- name: Explain an error
  ansible.builtin.debug:
    msg: "{{ lookup('winops.mars.mars_error', '0x1FC07').actions }}"
"""

RETURN = r"""
_list:
  description:
    - The errors that were recognized, as in RV(winops.mars.mars_diagnosis#module:errors). Nothing is confirmed or
      excluded.
    - None for a text in which no error was recognized.
  type: list
  elements: dict
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.diagnosis import diagnose
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.errors import known_errors
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.recognition import recognize


class LookupModule(LookupBase):
    """Explains errors without a host."""

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the errors in the texts, in their order."""
        self.set_options(var_options=variables, direct=kwargs)
        try:
            errors = known_errors()
        except (ValueError, ImportError) as error:
            raise AnsibleLookupError(f"winops.mars.mars_error: {error}") from None
        return [
            {"found_by": match.found_by, "found": match.found, **diagnose(match.error, None, None).as_dict()}
            for term in terms
            for match in recognize(str(term), errors)
        ]
