# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of this collection have in common, as far as their documentation goes."""

from __future__ import annotations


class ModuleDocFragment:
    # For every module
    DOCUMENTATION = r"""
options: {}
attributes:
  action:
    description: Whether an action plugin on the controller does the work.
    support: full
  action_group:
    description: With C(group/winops.mars.mars) in C(module_defaults) an option is set for all modules at once.
    support: full
    membership:
      - winops.mars.mars
  async:
    description: Whether the task can run in the background with C(async).
    support: none
  bypass_host_loop:
    description: Whether one run of the task serves all hosts of the play.
    support: none
  check_mode:
    description: Whether the module says in check mode what it would do, without doing it.
  diff_mode:
    description: Whether the module shows in diff mode what it changes, or in check mode would change.
  idempotent:
    description: Whether a second run with the same options, and nothing else in between, changes nothing.
  platform:
    description: The systems that the module works on.
    support: full
    platforms: windows
"""

    # Also for modules that talk to the host
    CONNECTION = r"""
options: {}
requirements:
  - The Python package C(pywinrm) on the controller for hosts with the P(ansible.builtin.winrm#connection) connection,
    or C(pypsrp) for those with P(ansible.builtin.psrp#connection).
notes:
  - The module runs on the controller and speaks WS-Management to the host over the connection that Ansible has
    configured, so that every setting of the connection plugin applies. It needs no PowerShell and no .NET on the host.
  - Other connections, and C(become), are refused before anything is sent.
  - Use C(gather_facts=false), since Ansible's own fact gathering does need PowerShell on the host.
"""

    # Also for modules that only read
    READ_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - The module changes nothing on the host.
  diff_mode:
    support: N/A
    details:
      - The module changes nothing on the host.
  idempotent:
    support: full
    details:
      - The module changes nothing on the host.
"""

    # Also for modules that bring something into the state that the options describe
    DESIRED_STATE = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""
