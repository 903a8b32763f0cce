# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Security zones of Internet Explorer and of the programs that use its settings, which each account has for itself.

Source: Microsoft's page "Internet Explorer security zones registry entries for advanced users".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..wsman.session import Session
from .registry_query import RegistryKey, read_keys

_SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_POLICIES = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
_TRUSTED_ZONE = 2
_INTERNET_ZONE = r"Zones\3"
#: The value for "Downloads: File download" of a zone; 0 enables it, 3 disables it.
FILE_DOWNLOAD = "1803"


@dataclass(frozen=True)
class Site:
    """A host, or all hosts of a domain such as ``*.example.com``, and the scheme for which it should be trusted."""

    name: str
    scheme: str

    @property
    def entry(self) -> str:
        """Its key below the list of sites: the domain, and the host in it."""
        host, _unused, domain = self.name.partition(".")
        return domain if host == "*" else rf"{domain}\{host}"


@dataclass(frozen=True)
class RegistryEntry:
    """A value that would change a setting."""

    key: str
    name: str


@dataclass(frozen=True)
class AccountZones:
    """The settings of an account.

    :ivar untrusted: the sites that it does not trust, and the value with which it would.
    :ivar file_download: what applies to the internet zone, None if nothing is set.
    :ivar file_download_entry: the account's own value for that.
    """

    untrusted: dict[str, RegistryEntry]
    file_download: int | None
    file_download_entry: RegistryEntry


@dataclass(frozen=True)
class Zones:
    """The settings of several accounts by SID, None for one whose profile is not loaded.

    :ivar sites_by_policy: whether a policy assigns sites to zones.
    :ivar file_download_by_policy: whether a policy decides on file downloads.
    :ivar machine_only: whether a policy makes the settings those of the computer.
    """

    accounts: dict[str, AccountZones | None]
    sites_by_policy: bool
    file_download_by_policy: bool
    machine_only: bool


def read_zones(session: Session, sids: Sequence[str], sites: Sequence[Site]) -> Zones:
    """Read the settings of these accounts, by commands that change nothing."""
    keys = ["HKLM\\" + _POLICIES, *_of_hive("HKLM", sites)]
    for sid in sids:
        keys += [rf"HKU\{sid}\Software", *_of_hive(rf"HKU\{sid}", sites)]
    read = dict(zip(keys, read_keys(session, keys), strict=True))
    find = read.__getitem__
    machine = find("HKLM\\" + _POLICIES)
    machine_only = machine is not None and machine.dword("Security_HKLM_only") == 1
    loaded = [sid for sid in sids if find(rf"HKU\{sid}\Software") is not None]
    hives = ["HKLM", *(rf"HKU\{sid}" for sid in loaded)]
    return Zones(
        {
            sid: _account(find, "HKLM" if machine_only else rf"HKU\{sid}", sites) if sid in loaded else None
            for sid in sids
        },
        any(find(rf"{hive}\{_POLICIES}\ZoneMapKey") is not None for hive in hives),
        any(_number(find(rf"{hive}\{_POLICIES}\{_INTERNET_ZONE}"), FILE_DOWNLOAD) is not None for hive in hives),
        machine_only,
    )


def _of_hive(hive: str, sites: Sequence[Site]) -> Iterator[str]:
    yield rf"{hive}\{_POLICIES}\{_INTERNET_ZONE}"
    yield rf"{hive}\{_POLICIES}\ZoneMapKey"
    yield rf"{hive}\{_SETTINGS}\{_INTERNET_ZONE}"
    yield rf"{hive}\{_SETTINGS}\ZoneMap"
    for site in sites:
        yield from (rf"{hive}\{_SETTINGS}\ZoneMap\{where}\{site.entry}" for where in ("Domains", "EscDomains"))


def _account(find: Callable[[str], RegistryKey | None], hive: str, sites: Sequence[Site]) -> AccountZones:
    zone_map = find(rf"{hive}\{_SETTINGS}\ZoneMap")
    # Enhanced Security Configuration has a list of its own
    where = "EscDomains" if _number(zone_map, "IEHarden") == 1 else "Domains"
    untrusted = {}
    for site in sites:
        key = rf"{hive}\{_SETTINGS}\ZoneMap\{where}\{site.entry}"
        own = find(key)
        is_own = _TRUSTED_ZONE in (_number(own, site.scheme), _number(own, "*"))
        policies = (find(rf"{root}\{_POLICIES}\ZoneMapKey") for root in ("HKLM", hive))
        if not is_own and not any(_assigns(policy, site) for policy in policies):
            untrusted[site.name] = RegistryEntry(key, site.scheme)
    settings = [rf"HKLM\{_POLICIES}", rf"{hive}\{_POLICIES}", rf"{hive}\{_SETTINGS}", rf"HKLM\{_SETTINGS}"]
    values = (_number(find(rf"{root}\{_INTERNET_ZONE}"), FILE_DOWNLOAD) for root in settings)
    return AccountZones(
        untrusted,
        next((value for value in values if value is not None), None),
        RegistryEntry(rf"{hive}\{_SETTINGS}\{_INTERNET_ZONE}", FILE_DOWNLOAD),
    )


def _assigns(policy: RegistryKey | None, site: Site) -> bool:
    names = (site.name, f"{site.scheme}://{site.name}")
    return policy is not None and any(policy.string(name) == str(_TRUSTED_ZONE) for name in names)


def _number(key: RegistryKey | None, name: str) -> int | None:
    return None if key is None else key.dword(name)
