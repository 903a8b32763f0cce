# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The facts of a host: one module a section, found by its name.

Each has ``gather(host)``, which reads the section, and ``DESCRIPTION``, its documentation, which ``make generate`` puts
into that of the module winops.mars.mars_facts. A section that reads the output of commands in cmd.exe names them in
``COMMANDS``; those of all sections are run together, and ``host.output(name)`` returns what each wrote. A section that
needs several values of a registry key names the key in ``KEYS``; ``host.key(key)`` returns it from the same run.
One that costs much has ``ON_REQUEST = True``, and is gathered only if it is asked for by its name.
"""

from __future__ import annotations

#: The layout of the facts; raised when a fact changes its meaning, since saved facts are checked by later rules, too.
SCHEMA = 1
