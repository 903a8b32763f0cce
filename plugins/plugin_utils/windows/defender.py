# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Microsoft Defender Antivirus: MSFT_MpComputerStatus and MSFT_MpPreference (root/Microsoft/Windows/Defender).

Windows without it, such as Windows Server 2012 R2 and earlier, does not have the namespace. Where it was removed, the
classes may be left without their provider, or without instances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..wsman.errors import Fault
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    Value,
    array_of,
    boolean,
    filled,
    string,
)
from .errors import CimError, return_value
from .registry import Registry
from .registry_query import RegistryKey, queried, query_batch

#: The service of Defender, which says whether it is there where its classes do not.
SERVICE = "WinDefend"

_NAMESPACE = "root/Microsoft/Windows/Defender"
# Another product protects the host, and Defender does not scan files when they are used.
_PASSIVE_MODES = ("Passive Mode", "SxS Passive Mode", "EDR Block Mode")
_PREFERENCE = CimPath(_NAMESPACE, "MSFT_MpPreference")
_FEATURES_KEY = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Features"
# Policies come from Group Policy, and below the second key from mobile device management such as Microsoft Intune.
_POLICY_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
_MANAGEMENT_KEY = _POLICY_KEY + r"\Policy Manager"

# The classes exist, but Defender's service is not running (RPC_S_SERVER_UNAVAILABLE of Defender and of Windows), or
# their provider is gone (WBEM_E_PROVIDER_LOAD_FAILURE).
_NOT_RUNNING = (0x800106BA, 0x800706BA, 0x80041013)

# Stands in each list in place of the exclusions, as in "N/A: Administrators are not allowed to view exclusions".
_HIDDEN = "N/A:"


@dataclass(frozen=True)
class Status:
    """Whether Defender protects the host; None for what it does not say.

    :ivar running: its service is running and it is an antivirus product in use.
    :ivar mode: ``Normal``, ``Passive Mode``, ``SxS Passive Mode``, ``EDR Block Mode``, ...
    :ivar real_time_protection: it scans files when they are used.
    :ivar tamper_protected: it protects its settings.
    """

    running: bool | None
    mode: str | None
    real_time_protection: bool | None
    tamper_protected: bool | None

    @property
    def active(self) -> bool | None:
        """Whether it is the antivirus product that protects the host; a mode that is unknown counts as such."""
        return False if self.mode in _PASSIVE_MODES else self.running


@dataclass(frozen=True)
class Preferences:
    """Defender's exclusions as it lists them: its own and those of policies; None where a policy hides them."""

    exclusion_paths: list[str] | None
    exclusion_processes: list[str] | None


#: Registry keys that say what policies do with exclusions.
POLICY_KEYS = (_POLICY_KEY, _MANAGEMENT_KEY, _FEATURES_KEY)


class Policy:
    """What policies do with exclusions.

    :param key: returns one of :data:`POLICY_KEYS`, None if it is absent.

    The properties raise :class:`WSManError` if their values cannot be read.
    """

    def __init__(self, key: Callable[[str], RegistryKey | None]) -> None:
        self._key = key

    @property
    def managed_by(self) -> list[str]:
        """The settings for which Defender ignores changes of exclusions on the host, by their names in the registry.

        ``DisableLocalAdminMerge``: only exclusions of policies count. ``TPExclusions``: tamper protection covers
        exclusions, which it does only under certain policies.
        """
        settings = {
            "DisableLocalAdminMerge": self._is_set("DisableLocalAdminMerge", _POLICY_KEY, _MANAGEMENT_KEY),
            "TPExclusions": self._is_set("TPExclusions", _FEATURES_KEY),
        }
        return [name for name, is_set in settings.items() if is_set]

    @property
    def hides_exclusions(self) -> bool:
        """Whether administrators of the host cannot see the exclusions."""
        return self._is_set("HideExclusionsFromLocalAdmins", _POLICY_KEY, _MANAGEMENT_KEY)

    def _is_set(self, name: str, *keys: str) -> bool:
        return any(found.dword(name) == 1 for found in map(self._key, keys) if found)


class Defender:
    """Microsoft Defender Antivirus of one host."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def status(self) -> Status | None:
        """Return whether Defender protects the host; None where its service has to say whether it runs at all."""
        instance = self._only("MSFT_MpComputerStatus")
        if instance is None:
            return None
        return Status(
            running=_both(instance.read("AMServiceEnabled", boolean), instance.read("AntivirusEnabled", boolean)),
            mode=instance.read("AMRunningMode", string),
            real_time_protection=instance.read("RealTimeProtectionEnabled", boolean),
            tamper_protected=instance.read("IsTamperProtected", boolean),
        )

    def preferences(self, *, hidden: bool = False) -> Preferences | None:
        """Return Defender's exclusions; None where Windows does not have Defender or it is not running.

        :param hidden: a policy hides them. Then a list without a path is not taken for one, whatever the text in it.
        """
        instance = self._only("MSFT_MpPreference")
        if instance is None:
            return None
        exclusion_paths = filled(instance.read("ExclusionPath", array_of(string)))
        exclusion_processes = filled(instance.read("ExclusionProcess", array_of(string)))
        if any(entry.startswith(_HIDDEN) for entry in exclusion_paths + exclusion_processes) or (
            hidden and not any("\\" in entry for entry in exclusion_paths)
        ):
            return Preferences(None, None)
        return Preferences(exclusion_paths, exclusion_processes)

    def policy(self) -> Policy:
        """Return what policies say about exclusions."""
        batch = query_batch(self._session, POLICY_KEYS)
        return Policy(lambda key: queried(key, batch.output))

    # Evidence: defender_policy_exclusions
    def policy_exclusions(self) -> Preferences:
        """Return the exclusions of policies, which can be read where they are hidden, too."""
        registry = Registry(self._session)

        def read(kind: str) -> list[str]:
            managed = registry.string(_MANAGEMENT_KEY, f"Excluded{kind}") or ""
            return [*registry.value_names(rf"{_POLICY_KEY}\Exclusions\{kind}"), *filter(None, managed.split("|"))]

        return Preferences(read("Paths"), read("Processes"))

    def add_exclusions(self, paths: Sequence[str], processes: Sequence[str]) -> None:
        """Add exclusions. Defender reports success even if tamper protection or a policy prevents it, so read them."""
        self._change("Add", paths, processes)

    def remove_exclusions(self, paths: Sequence[str], processes: Sequence[str]) -> None:
        """Remove exclusions. As with :meth:`add_exclusions`, only a read shows whether they are gone."""
        self._change("Remove", paths, processes)

    def _change(self, method: str, paths: Sequence[str], processes: Sequence[str]) -> None:
        parameters: dict[str, Value] = {
            "ExclusionPath": list(paths),
            "ExclusionProcess": list(processes),
            "Force": True,
        }
        code = return_value(self._session.invoke(_PREFERENCE, method, parameters, repeatable=True))
        if code:
            raise CimError(f"Microsoft Defender Antivirus refused to change its exclusions: error 0x{code:08X}", code)

    def _only(self, class_name: str) -> Instance | None:
        try:
            instances = self._session.enumerate(CimPath(_NAMESPACE, class_name))
        except Fault as fault:
            if fault.is_absent or fault.code in _NOT_RUNNING:
                return None
            raise
        return instances[0] if instances else None


def _both(one: bool | None, other: bool | None) -> bool | None:
    """Return whether both are true; None where that is unknown."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True
