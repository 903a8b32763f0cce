# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the modules of this collection have in common."""

from __future__ import annotations


class ModuleDocFragment:
    # For every module
    DOCUMENTATION = r"""
options: {}
attributes:
  action:
    description: Whether the module runs on the controller as an action plugin.
    support: full
  action_group:
    description: Use C(group/winops.mars.mars) in C(module_defaults) to set an option for all modules.
    support: full
    membership:
      - winops.mars.mars
  async:
    description: Whether the module supports C(async).
    support: none
  bypass_host_loop:
    description: Whether the module runs once for all hosts of the play.
    support: none
  check_mode:
    description: Whether the module predicts changes in check mode without making them.
  diff_mode:
    description: Whether the module returns in diff mode what it changes, or in check mode would change.
  idempotent:
    description: Whether a second run with the same options changes nothing.
"""

    # Also for modules that connect to the host
    CONNECTION = r"""
options: {}
attributes:
  platform:
    description: The operating systems of hosts that the module supports.
    support: full
    platforms: windows
requirements:
  - The Python package C(pywinrm) on the controller. For hosts with the P(ansible.builtin.psrp#connection) connection
    also C(pypsrp).
notes:
  - The module runs on the controller and sends WS-Management messages to the host over its
    P(ansible.builtin.winrm#connection) or P(ansible.builtin.psrp#connection) connection, with all settings of the
    connection plugin. It requires neither PowerShell nor .NET on the host, and supports Windows Server 2008 and later.
  - The module refuses other connections and C(become) before it sends anything.
  - Use C(gather_facts=false), since the fact gathering of Ansible requires PowerShell on the host.
  - With C(-vvv), Ansible displays one line for each request to the host, without any values.
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

    # Also for modules that change something to the state in their options
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
