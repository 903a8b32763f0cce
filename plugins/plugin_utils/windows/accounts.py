# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Accounts by their security identifiers: Win32_SID (root/cimv2). Names are translated, SIDs are not."""

from __future__ import annotations

import re
from functools import cached_property

from ..wsman.session import Session
from ..wsman.values import CimPath, string
from .absence import unless_absent
from .paths import fold

LOCAL_SYSTEM = "S-1-5-18"
ADMINISTRATORS = "S-1-5-32-544"

_SID = re.compile(r"S-1-\d+(?:-\d+)+", re.IGNORECASE)
# Names of the SYSTEM account that Windows accepts in every language (documented for schtasks /ru and for services).
_SYSTEM_NAMES = frozenset({"SYSTEM", "NT AUTHORITY\\SYSTEM", "LOCALSYSTEM"})


class Accounts:
    """The accounts of one host. Well-known names are read once, when they are first needed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def account_of(self, sid: str) -> tuple[str, str] | None:
        """Return domain and name of a SID in the host's language; None if no account has this SID."""
        instance = unless_absent(lambda: self._session.get(CimPath("root/cimv2", "Win32_SID", {"SID": sid})))
        if instance is None:
            return None
        name = instance.read("AccountName", string)
        return (instance.read("ReferencedDomainName", string) or "", name) if name else None

    def sid_of(self, principal: str) -> str | None:
        """Return the SID of SYSTEM or the local group Administrators by a name in any language, with or without domain.

        A SID is returned as it is. Any other name gives None, since Windows may have to search the domain for it.
        """
        if _SID.fullmatch(principal):
            return principal.upper()
        name = fold(principal)
        if name in _SYSTEM_NAMES:
            return LOCAL_SYSTEM
        return self._well_known_names.get(name)

    @cached_property
    def _well_known_names(self) -> dict[str, str]:
        names = {}
        for sid in (LOCAL_SYSTEM, ADMINISTRATORS):
            account = self.account_of(sid)
            if account:
                domain, name = account
                names[fold(name)] = sid
                names[fold(f"{domain}\\{name}")] = sid
        return names
