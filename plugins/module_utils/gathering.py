# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The argument spec of what modules that gather facts have in common."""

from __future__ import annotations

from typing import Any

# generated: section_list
SECTIONS = [
    "agent",
    "agent_module_files",
    "antivirus",
    "application_control",
    "applications",
    "azure",
    "backup",
    "backup_history",
    "clock",
    "connectivity",
    "dotnet",
    "encryption_key",
    "instant_restore",
    "interfering_software",
    "internet_options",
    "iscsi",
    "last_backup",
    "os",
    "os_support",
    "powershell",
    "proxy",
    "registration",
    "restart",
    "root_certificates",
    "scratch",
    "shadow_storage",
    "system_state",
    "tasks",
    "temp_files",
    "tls",
    "updates",
    "vault_credentials",
    "volume_access",
    "volumes",
    "windows_server_backup",
]
# end generated

#: The spec of the options that plugins/doc_fragments/gathering.py documents.
GATHERING: dict[str, dict[str, Any]] = {
    "gather_subset": {
        "type": "list",
        "elements": "str",
        "default": ["all"],
        "choices": ["all", *SECTIONS, *(f"!{section}" for section in SECTIONS)],
    },
    "timeout": {"type": "int", "default": 600},
    "vault_credentials": {"type": "str", "no_log": False},  # the path is no secret
    "agent_module_source": {"type": "str"},
    "cloud": {"type": "str", "choices": ["public", "us_government", "china"], "default": "public"},
    "endpoints": {"type": "list", "elements": "str", "default": []},
    "event_days": {"type": "int", "default": 14},
}
