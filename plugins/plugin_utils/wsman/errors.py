# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What can go wrong between the controller and a host, as exceptions with messages for the user."""

from __future__ import annotations

# HRESULTs of WMI (wbemcli.h) and of the WS-Management service (wsmerror.h).
WBEM_E_NOT_FOUND = 0x80041002
WBEM_E_ACCESS_DENIED = 0x80041003
WBEM_E_INVALID_NAMESPACE = 0x8004100E
WBEM_E_INVALID_CLASS = 0x80041010
E_ACCESSDENIED = 0x80070005
ERROR_ACCESS_DENIED = 5
WSMAN_DESTINATION_UNREACHABLE = 0x80338000
WSMAN_OPERATION_TIMED_OUT = 0x80338029
WSMAN_QUOTA_MAX_SHELLS = 0x803381A5
WSMAN_QUOTA_MAX_OPERATIONS = 0x803381A6


class WSManError(Exception):
    """Base of every error about a host."""


class Unanswered(WSManError):
    """No answer, or none that can be understood: whether the host acted on the request shows only in its state."""


class Unreachable(Unanswered):
    """No answer at all: the name does not resolve, the connection is refused, times out, or TLS fails."""


class ConnectionLost(Unanswered):
    """The request went out and no complete answer came back."""


class TimedOut(ConnectionLost):
    """No answer within the connection's read timeout."""


class CommandTimedOut(WSManError):
    """A command ran longer than it was allowed to, and was stopped."""


class Unsendable(WSManError):
    """A text contains a character that XML cannot carry; nothing was sent."""


class StaleContext(WSManError):
    """The host could not decrypt the request, which came over another TCP connection than the authenticated one."""


class AuthenticationRejected(WSManError):
    """The host refused the credentials (HTTP 401)."""


class ProtocolError(Unanswered):
    """The host's answer is not the WS-Management message expected."""


class NoService(ProtocolError):
    """Something answers at this address, but never with a WS-Management message."""


class OutcomeUnknown(Unanswered):
    """A request that must not be repeated was sent and not answered."""


class Fault(WSManError):
    """A SOAP fault from the host.

    :ivar code: the most specific numeric code (an HRESULT or Win32 error), None if the fault has none.
    :ivar subcode: the SOAP subcode's local name, such as ``AccessDenied``.
    :ivar reason: a text in the host's language, to show but not to decide on.
    """

    def __init__(self, code: int | None, subcode: str, reason: str) -> None:
        self.code = code
        self.subcode = subcode
        self.reason = reason
        label = subcode if code is None else f"0x{code:08X}"
        super().__init__(f"the host answered with error {label}: {reason or 'no message'}{self._remedy}")

    @property
    def _remedy(self) -> str:
        if self.is_access_denied:
            return " (connect with an account that is a local administrator of the host)"
        if self.is_quota:
            return " (wait until other operations of this account have ended, or raise the WinRM quotas of the host)"
        return ""

    @property
    def is_access_denied(self) -> bool:
        """Whether the account lacks a permission."""
        codes = (ERROR_ACCESS_DENIED, E_ACCESSDENIED, WBEM_E_ACCESS_DENIED)
        return self.subcode == "AccessDenied" or self.code in codes

    @property
    def is_absent(self) -> bool:
        """Whether the namespace, class or instance does not exist on this host."""
        return self.code in (
            WSMAN_DESTINATION_UNREACHABLE,
            WBEM_E_NOT_FOUND,
            WBEM_E_INVALID_NAMESPACE,
            WBEM_E_INVALID_CLASS,
        )

    @property
    def is_quota(self) -> bool:
        """Whether the user has too many shells or operations at once; the host did not process the request."""
        return self.subcode == "QuotaLimit" or self.code in (WSMAN_QUOTA_MAX_SHELLS, WSMAN_QUOTA_MAX_OPERATIONS)

    @property
    def is_timeout(self) -> bool:
        """Whether the operation took longer than its OperationTimeout."""
        return self.subcode == "TimedOut" or self.code == WSMAN_OPERATION_TIMED_OUT
