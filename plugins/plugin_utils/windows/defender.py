# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Microsoft Defender Antivirus: MSFT_MpComputerStatus and MSFT_MpPreference (root/Microsoft/Windows/Defender).

Windows without it, such as Windows Server 2012 R2 and earlier, does not have the namespace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..wsman.errors import Fault
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    Instance,
    Value,
    array_of,
    boolean,
    string,
)
from .errors import CimError, return_value

_NAMESPACE = "root/Microsoft/Windows/Defender"
_PREFERENCE = CimPath(_NAMESPACE, "MSFT_MpPreference")

# RPC_S_SERVER_UNAVAILABLE of Defender and of Windows: the classes exist, but Defender's service is not running.
_NOT_RUNNING = (0x800106BA, 0x800706BA)


@dataclass(frozen=True)
class Status:
    """Whether Defender protects the host.

    :ivar running: its service is running and it is the active antivirus product.
    :ivar real_time_protection: it scans files when they are used.
    :ivar tamper_protected: it silently ignores changes of its settings; None on Windows without this feature.
    """

    running: bool
    real_time_protection: bool
    tamper_protected: bool | None


@dataclass(frozen=True)
class Preferences:
    """Defender's exclusions.

    :ivar exclusions_hidden: a policy hides the exclusions from administrators, so both lists are meaningless.
    """

    exclusion_paths: list[str]
    exclusion_processes: list[str]
    exclusions_hidden: bool


class Defender:
    """Microsoft Defender Antivirus of one host."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def status(self) -> Status | None:
        """Return whether Defender protects the host; None where Windows does not have it."""
        try:
            instance = self._only("MSFT_MpComputerStatus")
        except Fault as fault:
            if _not_running(fault):
                return Status(running=False, real_time_protection=False, tamper_protected=None)
            raise
        if instance is None:
            return None
        service = instance.read("AMServiceEnabled", boolean) or False
        antivirus = instance.read("AntivirusEnabled", boolean) or False
        return Status(
            running=service and antivirus,
            real_time_protection=instance.read("RealTimeProtectionEnabled", boolean) or False,
            tamper_protected=instance.read("IsTamperProtected", boolean),
        )

    def preferences(self) -> Preferences | None:
        """Return Defender's exclusions; None where Windows does not have Defender or it is not running."""
        try:
            instance = self._only("MSFT_MpPreference")
        except Fault as fault:
            if _not_running(fault):
                return None
            raise
        if instance is None:
            return None
        return Preferences(
            exclusion_paths=instance.read("ExclusionPath", array_of(string)) or [],
            exclusion_processes=instance.read("ExclusionProcess", array_of(string)) or [],
            exclusions_hidden=instance.read("HideExclusionsFromLocalAdmins", boolean) or False,
        )

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
            if fault.is_absent:
                return None
            raise
        return instances[0] if instances else None


def _not_running(fault: Fault) -> bool:
    return fault.code in _NOT_RUNNING
