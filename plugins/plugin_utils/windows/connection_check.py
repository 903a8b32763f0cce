# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What a login to a host shows: version, rights, quotas of WinRM, namespaces, and the code page of commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..wsman.endpoint import Check, Status
from ..wsman.errors import MORE_RIGHTS, AuthenticationRejected, Fault, NoService, Unreachable, WSManError
from ..wsman.session import Session
from ..wsman.values import Instance, boolean, embedded, integer
from .rights import NotElevated, require_elevation

# "OS: 10.0.20348 SP: 0.0 Stack: 3.0"
_VERSION = re.compile(r"OS: *([\d.]+) +SP: *[\d.]+ +Stack: *([\d.]+)")
_TEXT = "\u00e4\u20ac\u65e5"

# Where a quota is in the configuration, what it is at least, what below that goes wrong, and how to set it
_QUOTAS = (
    ("", "MaxEnvelopeSizekb", 150, "long answers do not fit", "winrm/config"),
    ("Service", "MaxConcurrentOperationsPerUser", 15, "requests are refused", "winrm/config/service"),
    ("Winrs", "MaxShellsPerUser", 5, "commands are refused while others run", "winrm/config/winrs"),
    ("Winrs", "IdleTimeout", 60_000, "shells end between two commands", "winrm/config/winrs"),
)
# Namespaces, and why one may be missing; None where each Windows has it
_NAMESPACES: dict[str, str | None] = {
    "root/cimv2": None,
    "root/default": None,
    "root/standardcimv2": "Windows before 8 and Server 2012 does not have it",
    "root/Microsoft/Windows/TaskScheduler": "Windows before 8 and Server 2012 does not have it; schtasks.exe is used",
    "root/Microsoft/Windows/Defender": "Microsoft Defender Antivirus is not installed",
    "root/SecurityCenter2": "servers do not have it",
}


def check_session(session: Session) -> Iterator[Check]:
    """Yield each check; those after a failed login are unknown."""
    try:
        product = session.identify().product_version
    except (AuthenticationRejected, NoService, Unreachable) as error:
        seen, _unused, remedy = str(error).partition(": check ")
        yield Check("login", Status.PROBLEM, seen, f"check {remedy or 'user, password, address, and port'}")
        return
    found = _VERSION.search(product)
    version = f"Windows {found[1]}, WinRM {found[2]}" if found else product
    yield Check("login", Status.OK, f"the host accepts the account: {version}")
    yield _tried("rights", lambda: _rights(session))
    yield from _quotas(session)
    for namespace, reason in _NAMESPACES.items():
        yield _namespace(session, namespace, reason)
    yield _tried("code_page", lambda: _code_page(session))


def _tried(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except WSManError as error:
        return Check(name, Status.UNKNOWN, str(error))


def _rights(session: Session) -> Check:
    try:
        require_elevation(session, "the state of the host")
    except NotElevated:
        return Check("rights", Status.PROBLEM, "the account does not have the rights of an administrator", MORE_RIGHTS)
    return Check("rights", Status.OK, "the account has the rights of an administrator")


def _quotas(session: Session) -> Iterator[Check]:
    try:
        config = session.configuration()
    except WSManError as error:
        yield Check("quotas", Status.UNKNOWN, str(error))
        return
    for part, name, least, consequence, where in _QUOTAS:
        value = _quota(config, part, name)
        if value is None:
            yield Check(name, Status.UNKNOWN, "the host does not report it")
        elif value < least:
            remedy = f'on the host: winrm set {where} @{{{name}="{least}"}} or more'
            yield Check(name, Status.PROBLEM, f"{value}: {consequence}", remedy)
        else:
            yield Check(name, Status.OK, str(value))
    shells = config.read("Winrs", embedded)
    if shells is not None and shells.read("AllowRemoteShellAccess", boolean) is False:
        remedy = (
            'on the host: winrm set winrm/config/winrs @{AllowRemoteShellAccess="true"}; Group Policy may forbid it'
        )
        yield Check("AllowRemoteShellAccess", Status.PROBLEM, "false: commands are refused", remedy)


def _quota(config: Instance, part: str, name: str) -> int | None:
    holder = config.read(part, embedded) if part else config
    return holder.read(name, integer) if holder is not None else None


def _namespace(session: Session, namespace: str, missing: str | None) -> Check:
    name = f"namespace {namespace}"
    try:
        session.query(namespace, "SELECT Name FROM __NAMESPACE")
    except Fault as fault:
        if not fault.is_absent:
            return Check(name, Status.UNKNOWN, str(fault))
        if missing is None:
            repair = "on the host: winmgmt /verifyrepository, and Microsoft's page on WMI that is corrupted"
            return Check(name, Status.PROBLEM, "is missing, though each Windows has it", repair)
        return Check(name, Status.OK, f"is not there: {missing}")
    except WSManError as error:
        return Check(name, Status.UNKNOWN, str(error))
    return Check(name, Status.OK, "is there")


def _code_page(session: Session) -> Check:
    printed = session.run(f"echo {_TEXT}", repeatable=True).stdout.strip()
    if printed == _TEXT:
        return Check("code_page", Status.OK, "commands run, and print UTF-8")
    return Check(
        "code_page",
        Status.PROBLEM,
        "commands run, but do not print UTF-8",
        "nothing on the host sets this; paths with letters beyond ASCII are reported as unknown",
    )
