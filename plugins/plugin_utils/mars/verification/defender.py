# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What Microsoft Defender Antivirus answers."""

from __future__ import annotations

import re

from ...windows.errors import return_value
from ...wsman.errors import Fault
from ...wsman.values import CimPath, Value, array_of, boolean, string
from .checks import shows
from .subject import Subject, named
from .verdict import NotTried, require

_NAMESPACE = "root/Microsoft/Windows/Defender"
_PREFERENCE = CimPath(_NAMESPACE, "MSFT_MpPreference")
_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
_MANAGEMENT = _POLICY + r"\Policy Manager"
_MODES = ("Normal", "Passive Mode", "SxS Passive Mode", "EDR Block Mode", "Not running")
# Older versions have neither AMRunningMode nor IsTamperProtected
_STATUS = ("AMServiceEnabled", "AntivirusEnabled", "RealTimeProtectionEnabled")


def _state(subject: Subject) -> str | None:
    """Return the state of the service of Defender, None if there is none."""
    service = subject.service("WinDefend")
    return service.read("State", string) if service else None


def _running(subject: Subject) -> None:
    state = _state(subject)
    if state != "Running":
        raise NotTried("Microsoft Defender Antivirus " + ("is not there" if state is None else "does not run"))


def _exclusions(subject: Subject) -> list[str]:
    instances = subject.session.enumerate(_PREFERENCE)
    require(len(instances) == 1, f"there are {len(instances)} instances of MSFT_MpPreference")
    return instances[0].read("ExclusionPath", array_of(string)) or []


def _dword(subject: Subject, name: str) -> bool:
    found = (
        subject.run(f'reg query "{_POLICY}" /v {name}').stdout
        + subject.run(f'reg query "{_MANAGEMENT}" /v {name}').stdout
    )
    return re.search(r"REG_DWORD\s+0x1\b", found) is not None


@shows("defender_status")
def _status(subject: Subject) -> None:
    _running(subject)
    answer = subject.answer(lambda: subject.session.enumerate(CimPath(_NAMESPACE, "MSFT_MpComputerStatus")))
    missing = [name for name in _STATUS if not named(answer, name)]
    require(not missing, f"MSFT_MpComputerStatus lacks {', '.join(missing)}")


@shows("defender_passive_modes")
def _mode(subject: Subject) -> None:
    _running(subject)
    for status in subject.session.enumerate(CimPath(_NAMESPACE, "MSFT_MpComputerStatus")):
        mode = status.read("AMRunningMode", string)
        scans = status.read("RealTimeProtectionEnabled", boolean)
        require(mode is None or mode in _MODES, f"AMRunningMode is {mode!r}")
        require(not (mode in _MODES[1:] and scans), f"AMRunningMode is {mode!r}, and it scans in real time")


@shows("defender_not_running")
def _not_running(subject: Subject) -> None:
    state = _state(subject)
    if state is None or state == "Running":
        raise NotTried("Microsoft Defender Antivirus " + ("is not there" if state is None else "runs"))
    fault = subject.fault(lambda: subject.session.enumerate(_PREFERENCE))
    require(fault.code in (0x800106BA, 0x800706BA), fault)


@shows("defender_removed")
def _removed(subject: Subject) -> None:
    if _state(subject) is not None:
        raise NotTried("Microsoft Defender Antivirus is there")
    try:
        instances = subject.session.enumerate(_PREFERENCE)
    except Fault as fault:
        require(fault.is_absent or fault.code == 0x80041013, fault)
    else:
        require(not instances, "MSFT_MpPreference has an instance without the service of Defender")


@shows("defender_hidden_exclusions")
def _hidden(subject: Subject) -> None:
    _running(subject)
    if not _dword(subject, "HideExclusionsFromLocalAdmins"):
        raise NotTried("no policy hides the exclusions")
    listed = _exclusions(subject)
    require(len(listed) == 1 and listed[0].startswith("N/A:"), f"{len(listed)} exclusions are listed")


@shows("defender_policy_exclusions")
def _by_policy(subject: Subject) -> None:
    _running(subject)
    names = subject.registry("EnumValues", f"{_POLICY}\\Exclusions\\Paths").read("sNames", array_of(string)) or []
    managed = subject.text(_MANAGEMENT, "ExcludedPaths") or ""
    paths = {path.lower() for path in filter(None, [*names, *managed.split("|")])}
    if not paths:
        raise NotTried("no policy excludes folders")
    if _dword(subject, "HideExclusionsFromLocalAdmins"):
        raise NotTried("a policy hides what Defender lists")
    missing = paths - {path.lower() for path in _exclusions(subject)}
    require(not missing, f"of {len(paths)} exclusions in the registry, Defender does not list {len(missing)}")


@shows("defender_add_remove", changes=True)
def _add_remove(subject: Subject) -> None:
    _running(subject)
    path = subject.workshop.exclusion()
    for method, listed in (("Add", True), ("Remove", False)):
        parameters: dict[str, Value] = {"ExclusionPath": [path], "Force": True}
        code = return_value(subject.session.invoke(_PREFERENCE, method, parameters, repeatable=True))
        require(code == 0, f"{method} returns 0x{code:08X}")
        found = path.lower() in map(str.lower, _exclusions(subject))
        if found is not listed and (_dword(subject, "DisableLocalAdminMerge") or _protected(subject)):
            raise NotTried("a policy or tamper protection keeps the exclusions as they are")
        require(found is listed, f"after {method}, the exclusion is {'listed' if found else 'not listed'}")


def _protected(subject: Subject) -> bool:
    printed = subject.run(r'reg query "HKLM\SOFTWARE\Microsoft\Windows Defender\Features" /v TPExclusions').stdout
    return re.search(r"REG_DWORD\s+0x1\b", printed) is not None
