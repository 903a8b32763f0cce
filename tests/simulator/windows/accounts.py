# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: security identifiers and the names Windows gives them in its own language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulator.model import CimClass, CimFailure, CimValue
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

# SidType of Win32_Account: 1 user, 4 alias, 5 well-known group.
_USER, _ALIAS, _WELL_KNOWN = 1, 4, 5

# SID -> kind, then (domain, name) by language.
_WELL_KNOWN_SIDS: dict[str, tuple[int, dict[str, tuple[str, str]]]] = {
    "S-1-1-0": (_WELL_KNOWN, {"en": ("", "Everyone"), "de": ("", "Jeder"), "ja": ("", "Everyone")}),
    "S-1-5-11": (
        _WELL_KNOWN,
        {
            "en": ("NT AUTHORITY", "Authenticated Users"),
            "de": ("NT-AUTORITÄT", "Authentifizierte Benutzer"),
            "ja": ("NT AUTHORITY", "Authenticated Users"),
        },
    ),
    "S-1-5-18": (
        _WELL_KNOWN,
        {"en": ("NT AUTHORITY", "SYSTEM"), "de": ("NT-AUTORITÄT", "SYSTEM"), "ja": ("NT AUTHORITY", "SYSTEM")},
    ),
    "S-1-5-19": (
        _WELL_KNOWN,
        {
            "en": ("NT AUTHORITY", "LOCAL SERVICE"),
            "de": ("NT-AUTORITÄT", "LOKALER DIENST"),
            "ja": ("NT AUTHORITY", "LOCAL SERVICE"),
        },
    ),
    "S-1-5-20": (
        _WELL_KNOWN,
        {
            "en": ("NT AUTHORITY", "NETWORK SERVICE"),
            "de": ("NT-AUTORITÄT", "NETZWERKDIENST"),
            "ja": ("NT AUTHORITY", "NETWORK SERVICE"),
        },
    ),
    "S-1-5-32-544": (
        _ALIAS,
        {
            "en": ("BUILTIN", "Administrators"),
            "de": ("VORDEFINIERT", "Administratoren"),
            "ja": ("BUILTIN", "Administrators"),
        },
    ),
    "S-1-5-32-545": (
        _ALIAS,
        {"en": ("BUILTIN", "Users"), "de": ("VORDEFINIERT", "Benutzer"), "ja": ("BUILTIN", "Users")},
    ),
    "S-1-5-32-551": (
        _ALIAS,
        {
            "en": ("BUILTIN", "Backup Operators"),
            "de": ("VORDEFINIERT", "Sicherungs-Operatoren"),
            "ja": ("BUILTIN", "Backup Operators"),
        },
    ),
}

# Names LookupAccountName accepts in every language.
_ALWAYS = {"system": "S-1-5-18", r"nt authority\system": "S-1-5-18", "localsystem": "S-1-5-18"}


@dataclass(frozen=True)
class Account:
    """One account; ``domain`` is empty for Everyone and its like."""

    sid: str
    domain: str
    name: str
    kind: int

    @property
    def full_name(self) -> str:
        return f"{self.domain}\\{self.name}" if self.domain else self.name


class Accounts:
    """The accounts a host can resolve: the well-known ones and those its profile adds."""

    def __init__(self, language: str, computer_name: str, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._accounts = {sid: Account(sid, *names[language], kind) for sid, (kind, names) in _WELL_KNOWN_SIDS.items()}
        for sid, entry in entries.items():
            kind = _ALIAS if entry.get("group") else _USER
            self._accounts[sid] = Account(sid, entry.get("domain", computer_name), entry["name"], kind)

    def by_sid(self, sid: str) -> Account | None:
        return self._accounts.get(sid.upper())

    def find(self, name_or_sid: str) -> Account | None:
        """By SID, ``DOMAIN\\name``, ``.\\name`` or bare name; None where Windows says none mapped (1332)."""
        wanted = name_or_sid.strip().lower()
        if account := self.by_sid(wanted):
            return account
        if wanted in _ALWAYS:
            return self._accounts[_ALWAYS[wanted]]
        bare = wanted.removeprefix(".\\")
        return next(
            (
                account
                for account in self._accounts.values()
                if bare in (account.name.lower(), account.full_name.lower())
            ),
            None,
        )

    def all(self) -> list[Account]:
        return list(self._accounts.values())


_SID = properties("AccountName BinaryRepresentation:uint8[] ReferencedDomainName *SID SidLength:uint32")
_ACCOUNT = properties(
    "Caption Description *Domain InstallDate:datetime LocalAccount:boolean *Name SID SIDType:uint8 Status"
)


def _binary(sid: str) -> bytes:
    _unused, revision, authority, *parts = sid.split("-")
    head = bytes([int(revision), len(parts)]) + int(authority).to_bytes(6, "big")
    return head + b"".join(int(part).to_bytes(4, "little") for part in parts)


def _sid_instance(host: Host, keys: Mapping[str, str]) -> dict[str, CimValue]:
    sid = next((value for key, value in keys.items() if key.lower() == "sid"), "")
    account = host.accounts.by_sid(sid)
    if account is None:
        raise CimFailure(0x80041002, "Not found")
    binary = _binary(account.sid)
    values = {
        "AccountName": account.name,
        "BinaryRepresentation": list(binary),
        "ReferencedDomainName": account.domain,
        "SID": account.sid,
        "SidLength": len(binary),
    }
    return row(_SID, values)


def _not_enumerable(_host: Host) -> list[dict[str, CimValue]]:
    raise CimFailure(0x80041024, "Provider is not capable of the attempted operation")


def _account(host: Host, account: Account) -> dict[str, CimValue]:
    return row(
        _ACCOUNT,
        {
            "Caption": f"{account.domain or host.computer_name}\\{account.name}",
            "Description": account.full_name,
            "Domain": account.domain or host.computer_name,
            "LocalAccount": True,
            "Name": account.name,
            "SID": account.sid,
            "SIDType": account.kind,
            "Status": "OK",
        },
    )


def _account_class(name: str, kinds: tuple[int, ...]) -> CimClass:
    return CimClass(
        "root/cimv2",
        name,
        _ACCOUNT,
        lambda host: [_account(host, account) for account in host.accounts.all() if account.kind in kinds],
    )


def classes() -> list[CimClass]:
    return [
        CimClass("root/cimv2", "Win32_SID", _SID, _not_enumerable, get=_sid_instance),
        _account_class("Win32_Account", (_USER, _ALIAS, _WELL_KNOWN)),
        _account_class("Win32_UserAccount", (_USER,)),
        _account_class("Win32_Group", (_ALIAS,)),
        _account_class("Win32_SystemAccount", (_WELL_KNOWN,)),
    ]
