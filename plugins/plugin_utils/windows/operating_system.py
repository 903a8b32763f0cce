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
# Windows computes LastBootUpTime from its clock, so it changes a little when the clock is set.
_TOLERANCE = timedelta(seconds=1)


@dataclass(frozen=True)
class OperatingSystem:
    """Properties of the running Windows.

    :ivar caption: the product's name, to show but not to decide on: some versions translate it.
    :ivar version: such as ``10.0.20348``.
    :ivar service_pack: its major number, 0 for none.
    :ivar product_type: ``workstation``, ``domain_controller`` or ``server``.
    :ivar architecture: bits: 32 or 64.
    :ivar language: the LCID of the installed language.
    :ivar last_boot: with a time zone.
    :ivar local_time: the host's clock when this was read, with its time zone.
    :ivar sku: the edition (PRODUCT_* of winnt.h), None if it is unknown.
    """

    caption: str
    version: str
    build: int
    service_pack: int
    product_type: str
    architecture: int
    language: int
    computer_name: str
    last_boot: datetime
    local_time: datetime
    windows_directory: str
    sku: int | None

    @classmethod
    def read(cls, session: Session) -> OperatingSystem:
        """Read all properties by one request."""
        instance = session.get(_PATH)
        return cls(
            caption=_required(instance, "Caption", string).strip(),
            version=_required(instance, "Version", string),
            build=_required(instance, "BuildNumber", integer),
            service_pack=instance.read("ServicePackMajorVersion", integer) or 0,
            product_type=_product_type(_required(instance, "ProductType", integer)),
            architecture=_bits(_required(instance, "OSArchitecture", string)),
            language=_required(instance, "OSLanguage", integer),
            computer_name=_required(instance, "CSName", string),
            last_boot=_required(instance, "LastBootUpTime", datetime_),
            local_time=_required(instance, "LocalDateTime", datetime_),
            windows_directory=_required(instance, "WindowsDirectory", string),
            sku=instance.read("OperatingSystemSKU", integer),
        )


def _required(instance: Instance, name: str, cim_type: CimType[T]) -> T:
    value = instance.read(name, cim_type)
    if value is None:
        raise ProtocolError(f"the host's answer Win32_OperatingSystem contains no {name}")
    return value


def _product_type(number: int) -> str:
    try:
        return _PRODUCT_TYPES[number]
    except KeyError:
        raise ProtocolError(f"Win32_OperatingSystem.ProductType is {number}, which is not a known type") from None


def _bits(architecture: str) -> int:
    """Return the number in ``64-bit``, ``64-Bit``, ``64 ビット``, ``ARM 64-bit Processor``: the rest is translated."""
    match = re.search(r"\d+", architecture)
    if not match:
        raise ProtocolError(f"Win32_OperatingSystem.OSArchitecture contains no number: {architecture!r}")
    return int(match[0])


def last_boot(session: Session) -> datetime:
    """Return when Windows last started."""
    return _required(session.get(_PATH), "LastBootUpTime", datetime_)


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
    deadline = clock() + timeout
    obstacle = "no answer was waited for"
    while clock() < deadline:
        sleep(_INTERVAL)
        try:
            after = last_boot(session)
        except WSManError as error:
            # A host that is starting may not only be silent. It may also refuse credentials that it cannot check yet,
            # or lack a WMI provider.
            obstacle = str(error)
            continue
        if after > before + _TOLERANCE:
            session.close()  # the restart has ended its shell
            return after
        obstacle = f"it answers, but has not restarted since {before.isoformat()}"
    raise CimError(f"the host did not restart within {timeout:.0f} seconds: {obstacle}")


def _request_reboot(session: Session) -> None:
    try:
        output = session.invoke(_PATH, "Win32Shutdown", {"Flags": _FORCED_REBOOT, "Reserved": 0})
        if return_value(output) == 0:
            return
    except Fault as fault:
        if fault.is_access_denied and fault.code != WBEM_E_PRIVILEGE_NOT_HELD:
            raise
    # The method requires that the provider has enabled its privilege to shut down. The program enables it itself.
    result = session.run("shutdown.exe /r /f /t 0 /d p:2:4")
    if result.exit_code:
        raise failure("Windows refused to restart with shutdown.exe", result)
