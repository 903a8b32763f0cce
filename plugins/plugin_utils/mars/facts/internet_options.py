# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about settings of Internet Explorer that older articles on the agent ask for, gathered on request."""

from __future__ import annotations

import re
from typing import Any

from ...windows.accounts import LOCAL_SYSTEM
from ...windows.errors import CimError
from ...windows.internet_options import Site, read_zones
from ..catalogue import TRUSTED_SITES
from ..host import Command, Host

ON_REQUEST = True

DESCRIPTION = r"""
description:
  - Settings of Internet Explorer that older articles on the agent ask for, of SYSTEM and of the account that
    connects.
  - They are gathered only on request.
type: dict
contains:
  administrator_loaded:
    description: Whether the profile of the account that connects is loaded, so that its settings can be read.
    type: bool
    sample: false
  accounts:
    description: The accounts whose settings could be read.
    type: list
    elements: dict
    contains:
      sid:
        description: Its SID.
        type: str
        sample: S-1-5-18
      untrusted:
        description: Sites that are not trusted, with C(key) and C(name) of the registry value for each.
        type: list
        elements: dict
        contains:
          site:
            description: The site.
            type: str
            sample: '*.windowsazure.com'
          key:
            description: The registry key.
            type: str
            sample: >-
              HKU\S-1-5-18\Software\Microsoft\Windows\CurrentVersion\Internet
              Settings\ZoneMap\Domains\windowsazure.com
          name:
            description: The value, which is 2 for a trusted site.
            type: str
            sample: https
      file_download:
        description: Whether files may be downloaded in the internet zone, 0 for yes, V(null) if not set.
        type: int
        sample: 0
      key:
        description: The registry key of that setting.
        type: str
        sample: >-
          HKU\S-1-5-18\Software\Microsoft\Windows\CurrentVersion\Internet
          Settings\Zones\3
  sites_by_policy:
    description: Whether a policy assigns sites to zones.
    type: bool
    sample: false
  file_download_by_policy:
    description: Whether a policy decides on file downloads.
    type: bool
    sample: false
  machine_only:
    description: Whether a policy makes the settings those of the computer.
    type: bool
    sample: false
"""

COMMANDS: dict[str, Command] = {"whoami": lambda host: "whoami /user /fo csv /nh"}


def gather(host: Host) -> dict[str, Any]:
    """What the registry says about both accounts, without loading a profile."""
    output = host.output("whoami")
    match = re.search(r'"(S-1-[\d-]+)"\s*$', output.text)
    if not output.succeeded or not match:
        raise CimError(f"the SID of the account cannot be read with whoami: {' '.join(output.text.split())[:200]}")
    sites = [Site(entry["site"], entry["scheme"]) for entry in TRUSTED_SITES]
    zones = read_zones(host.session, list(dict.fromkeys([LOCAL_SYSTEM, match[1]])), sites)
    return {
        "administrator_loaded": zones.accounts[match[1]] is not None,
        "accounts": [
            {
                "sid": sid,
                "untrusted": [{"site": site, **vars(entry)} for site, entry in account.untrusted.items()],
                "file_download": account.file_download,
                "key": account.file_download_entry.key,
            }
            for sid, account in zones.accounts.items()
            if account
        ],
        "sites_by_policy": zones.sites_by_policy,
        "file_download_by_policy": zones.file_download_by_policy,
        "machine_only": zones.machine_only,
    }
