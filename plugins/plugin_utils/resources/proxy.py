# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The proxies that the SYSTEM account and WinHTTP use."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..windows.errors import CimError
from ..windows.proxy import Proxies, ProxyUse, https_proxy
from ..wsman.session import Session
from .resource import Resource

#: What stands for no proxy.
NONE = "none"


@dataclass(frozen=True)
class ProxyState:
    """Which proxies are used.

    :ivar connection: what the settings of WinINET's connection say beside its values; the same where there are none.
    """

    wininet: ProxyUse
    connection: ProxyUse
    winhttp: ProxyUse


class Proxy(Resource[ProxyState]):
    """The proxy that SYSTEM and WinHTTP should use.

    :param address: host and port, or :data:`NONE`.
    """

    def __init__(self, session: Session, address: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._proxies = Proxies(session, sleep)
        self._address = None if address.lower() == NONE else https_proxy(address)
        if address.lower() != NONE and (self._address is None or not self._address.rpartition(":")[2].isdigit()):
            # The address is not quoted, since it may contain credentials
            raise CimError("the option 'address' must be none, or host and port, such as proxy.example.com:8080")

    def read(self) -> ProxyState:
        """Return what is used. Raises :class:`CimError` where a policy sets it for the whole computer."""
        settings = self._proxies.read()
        if settings.per_machine:
            raise CimError(
                "a policy (ProxySettingsPerUser) makes the proxy settings those of the computer: set the proxy where "
                "that policy comes from"
            )
        connection = settings.connection or settings.wininet
        return ProxyState(_what_counts(settings.wininet), _what_counts(connection), _what_counts(settings.winhttp))

    def desired(self, current: ProxyState) -> ProxyState:
        """Return the proxy everywhere; the hosts for which it is not used stay, unless there is no proxy."""
        return ProxyState(*(self._wanted(use) for use in (current.wininet, current.wininet, current.winhttp)))

    def apply(self, current: ProxyState, desired: ProxyState) -> None:
        """Set what differs."""
        if (current.wininet, current.connection) != (desired.wininet, desired.connection):
            self._proxies.set_wininet(self._address, desired.wininet.bypass)
        if current.winhttp != desired.winhttp:
            self._proxies.set_winhttp(self._address, desired.winhttp.bypass)

    def show(self, state: ProxyState) -> dict[str, Any]:
        """Return what each of the three says."""
        return {
            name: {"address": use.address, "bypass": use.bypass, "auto_config_url": use.auto_config_url}
            for name, use in vars(state).items()
        }

    def _wanted(self, current: ProxyUse) -> ProxyUse:
        return ProxyUse(self._address, current.bypass if self._address else None)


def _what_counts(use: ProxyUse) -> ProxyUse:
    """What is compared: not the hosts to bypass where there is no proxy, nor whether a script is looked for."""
    return ProxyUse(use.address, use.bypass if use.address else None, use.auto_config_url)
