# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The running Windows and its restart: Win32_OperatingSystem (root/cimv2), of which a host has one instance."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..wsman.errors import (
    WBEM_E_PRIVILEGE_NOT_HELD,
    Fault,
    OutcomeUnknown,
    ProtocolError,
    Unreachable,
    WSManError,
)
from ..wsman.session import Session
from ..wsman.values import (
    CimPath,
    CimType,
    Instance,
    T,
    datetime_,
    integer,
    string,
)
from .command_line import failure
from .errors import CimError, return_value

_PATH = CimPath("root/cimv2", "Win32_OperatingSystem")

_PRODUCT_TYPES = {1: "workstation", 2: "domain_controller", 3: "server"}

# Flags of Win32Shutdown: restart, and close running programs.
_FORCED_REBOOT = 6
# Seconds between two tries to reach a host that is restarting.
_INTERVAL = 2.0
# Windows computes LastBootUpTime from its clock, so it changes when the clock is set.
_TOLERANCE = timedelta(seconds=30)
_NUMBER = re.compile(r"\d+")
# Exit codes of shutdown.exe (winerror.h): a shutdown is in progress, or has been scheduled.
_ERROR_SHUTDOWN_IN_PROGRESS, _ERROR_SHUTDOWN_IS_SCHEDULED = 1115, 1190


@dataclass(frozen=True)
class OperatingSystem:
    """Properties of the running Windows. Each raises :class:`ProtocolError` if its value makes no sense."""

    instance: Instance

    @classmethod
    def read(cls, session: Session) -> OperatingSystem:
        """Read all properties by one request."""
        return cls(session.get(_PATH))

    @property
    def caption(self) -> str:
        """The product's name, to show but not to decide on: some versions translate it."""
        return _required(self.instance, "Caption", string).strip()

    @property
    def version(self) -> str:
        """Such as ``10.0.20348``."""
        return _required(self.instance, "Version", string)

    @property
    def build(self) -> int:
        """The build number."""
        return _required(self.instance, "BuildNumber", integer)

    @property
    def service_pack(self) -> int:
        """The service pack's major number, 0 for none."""
        return self.instance.read("ServicePackMajorVersion", integer) or 0

    @property
    def product_type(self) -> str:
        """``workstation``, ``domain_controller`` or ``server``."""
        return _product_type(_required(self.instance, "ProductType", integer))

    @property
    def architecture(self) -> int:
        """Bits: 32 or 64."""
        return _bits(_required(self.instance, "OSArchitecture", string))

    @property
    def language(self) -> int:
        """The LCID of the installed language."""
        return _required(self.instance, "OSLanguage", integer)

    @property
    def computer_name(self) -> str:
        """The NetBIOS name."""
        return _required(self.instance, "CSName", string)

    @property
    def last_boot(self) -> datetime:
        """When Windows started, with a time zone."""
        return _required(self.instance, "LastBootUpTime", datetime_)

    @property
    def local_time(self) -> datetime:
        """The host's clock when this was read, with its time zone."""
        return _required(self.instance, "LocalDateTime", datetime_)

    @property
    def windows_directory(self) -> str:
        """The folder of Windows."""
        return _required(self.instance, "WindowsDirectory", string)

    @property
    def sku(self) -> int | None:
        """The edition (PRODUCT_* of winnt.h), None if it is unknown."""
        return self.instance.read("OperatingSystemSKU", integer)


def _required(instance: Instance, name: str, cim_type: CimType[T]) -> T:
    value = instance.read(name, cim_type)
    if value is None:
        raise ProtocolError(f"the host's answer Win32_OperatingSystem contains no {name}")
    return value


def _product_type(number: int) -> str:
    try:
        return _PRODUCT_TYPES[number]
    except KeyError:
        known = ", ".join(f"{key} ({value})" for key, value in _PRODUCT_TYPES.items())
        raise ProtocolError(
            f"the host's Win32_OperatingSystem.ProductType is {number}, but Windows knows only {known}"
        ) from None


def _bits(architecture: str) -> int:
    """Return the number in ``64-bit``, ``64-Bit``, ``64 ビット``, ``ARM 64-bit Processor``: the rest is translated."""
    match = _NUMBER.search(architecture)
    if not match:
        raise ProtocolError(f"Win32_OperatingSystem.OSArchitecture contains no number: {architecture!r}")
    return int(match[0])


def last_boot(session: Session) -> datetime:
    """Return when Windows last started."""
    return _required(session.get(_PATH), "LastBootUpTime", datetime_)


def local_time(session: Session) -> datetime:
    """Return the time on the host's clock, with its time zone."""
    return _required(session.get(_PATH), "LocalDateTime", datetime_)


def reboot(
    session: Session,
    timeout: float = 600,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> datetime:
    """Restart Windows, wait until it answers with a later boot time, and return that time.

    Running programs are closed without a prompt. Raises :class:`CimError` if Windows refuses to restart, or does not
    answer again within ``timeout`` seconds.
    """
    before = last_boot(session)
    # The host may shut down before it has answered. Only the boot time shows whether the request arrived.
    with suppress(OutcomeUnknown, Unreachable):
        _request_reboot(session)
    return await_restart(session, before, timeout, sleep, clock)


def await_restart(
    session: Session,
    before: datetime,
    timeout: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> datetime:
    """Wait until Windows answers with a boot time later than ``before``, and return that time.

    Raises :class:`CimError` if it does not within ``timeout`` seconds.
    """
    begin = clock()
    obstacle = "no answer was waited for"
    while clock() < begin + timeout:
        sleep(_INTERVAL)
        try:
            system = session.get(_PATH)
            after = _required(system, "LastBootUpTime", datetime_)
            uptime = _required(system, "LocalDateTime", datetime_) - after
        except WSManError as error:
            # A host that is starting may not only be silent. It may also refuse credentials that it cannot check yet,
            # or lack a WMI provider.
            obstacle = str(error)
            continue
        # Where Windows restarts twice within the tolerance, it has not been up for as long as was waited.
        if after > before + _TOLERANCE or uptime < timedelta(seconds=clock() - begin):
            session.close()  # the restart has ended its shell
            return after
        obstacle = f"it answers, but has not restarted since {before.isoformat()}"
    raise CimError(f"the host did not restart within {timeout:.0f} seconds: {obstacle}")


def _request_reboot(session: Session) -> None:
    # A forced restart "results in an indeterminate return value", by the documentation of Win32Shutdown.
    try:
        output = session.invoke(_PATH, "Win32Shutdown", {"Flags": _FORCED_REBOOT, "Reserved": 0})
        if return_value(output) == 0:
            return
    except Fault as fault:
        if fault.is_access_denied and fault.code != WBEM_E_PRIVILEGE_NOT_HELD:
            raise
    # The method requires that the provider has enabled its privilege to shut down. The program enables it itself.
    try:
        result = session.run("shutdown.exe /r /f /t 0 /d p:2:4")
    except Fault as fault:
        if fault.is_access_denied:
            raise
        return  # the shell ended with Windows
    if result.exit_code not in (0, _ERROR_SHUTDOWN_IN_PROGRESS, _ERROR_SHUTDOWN_IS_SCHEDULED):
        raise failure("Windows refused to restart with shutdown.exe", result)
