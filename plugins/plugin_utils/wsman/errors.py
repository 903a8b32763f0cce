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
WBEM_E_PRIVILEGE_NOT_HELD = 0x80041062
E_ACCESSDENIED = 0x80070005
ERROR_ACCESS_DENIED = 5
WSMAN_DESTINATION_UNREACHABLE = 0x80338000
WSMAN_OPERATION_TIMED_OUT = 0x80338029
WSMAN_INVALID_SELECTORS = 0x8033805B
WSMAN_WMI_SERVICE_ACCESS_DENIED = 0x80338104
WSMAN_WMI_PROVIDER_ACCESS_DENIED = 0x80338105
WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED = 0x80338106
WSMAN_QUOTA_MAX_SHELLS = 0x803381A5
WSMAN_QUOTA_MAX_OPERATIONS = 0x803381A6

# CIM status codes (DSP0200).
CIM_ERR_ACCESS_DENIED = 2
CIM_ERR_INVALID_NAMESPACE = 3
CIM_ERR_INVALID_CLASS = 5
CIM_ERR_NOT_FOUND = 6

# Characters of a host's text that a message repeats at most.
_MAX_REASON = 500

#: What to do where the account lacks rights.
MORE_RIGHTS = (
    "connect with an account that is an administrator of the host; over the network, a local account other than the "
    "built-in Administrator is one only if LocalAccountTokenFilterPolicy is 1 in "
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
)


class WSManError(Exception):
    """Base of every error about a host."""


class Unanswered(WSManError):
    """No answer, or none that can be understood.

    :ivar may_have_acted: whether the host may have got the request, so that only its state shows whether it acted on
        it. False only if the request did not go out, or the host's own word is that it did not process it.
    """

    may_have_acted = True


class Unreachable(Unanswered):
    """No answer at all: the name does not resolve, the connection is refused, times out, or TLS fails."""


class ConnectionLost(Unanswered):
    """The request went out and no complete answer came back."""


class TimedOut(ConnectionLost):
    """No answer within the connection's read timeout."""


class LimitExceeded(Unanswered):
    """The host's answer is larger, or has more parts, than any of Windows."""


class TimeIsUp(WSManError):
    """The time allowed for all requests of a task is over; this one was not sent."""


class CommandLost(Unanswered):
    """A command was started, and then the host answered with a fault instead of its result."""


class ShellGone(WSManError):
    """The host has deleted the shell meanwhile; the command was not started."""


class CommandTimedOut(WSManError):
    """A command ran longer than it was allowed to, and was stopped."""


class Unsendable(WSManError):
    """A text contains a character that XML cannot carry; nothing was sent."""


class StaleContext(WSManError):
    """The host could not decrypt the request, which came over another TCP connection than the authenticated one."""


class AuthenticationRejected(WSManError):
    """The host refused the credentials (HTTP 401), or the controller has none to send, such as no Kerberos ticket."""


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
    :ivar cim_status: a CIM status code, None if the fault has none. It decides where ``code`` is None.
    :ivar request: what it is the answer to, such as ``Enumerate Win32_Volume``; empty where that is not known.
    """

    request = ""

    def __init__(self, code: int | None, subcode: str, reason: str, cim_status: int | None = None) -> None:
        self.code = code
        self.cim_status = cim_status
        self.subcode = subcode
        self.reason = reason
        super().__init__(code, subcode, reason, cim_status)

    def __str__(self) -> str:
        """What was asked, and what the host answered, as one sentence with what to do."""
        label = self.subcode if self.code is None else f"0x{self.code:08X}"
        named = f"error {label}" if label else "an error"
        answered = f"the host answered {self.request}".rstrip()
        return f"{answered} with {named}: {_shortened(self.reason) or 'no message'}{self._remedy}"

    @property
    def _remedy(self) -> str:
        if self.is_access_denied:
            return f" ({MORE_RIGHTS})"
        if self.is_quota:
            return " (wait until other operations of this account have ended, or raise the WinRM quotas of the host)"
        return ""

    @property
    def is_access_denied(self) -> bool:
        """Whether the account lacks a permission."""
        if self.code is None and self.cim_status == CIM_ERR_ACCESS_DENIED:
            return True
        return self.subcode == "AccessDenied" or self.code in (
            ERROR_ACCESS_DENIED,
            E_ACCESSDENIED,
            WBEM_E_ACCESS_DENIED,
            WBEM_E_PRIVILEGE_NOT_HELD,
            WSMAN_WMI_SERVICE_ACCESS_DENIED,
            WSMAN_WMI_PROVIDER_ACCESS_DENIED,
            WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED,
        )

    @property
    def is_absent(self) -> bool:
        """Whether the namespace, class or instance does not exist on this host."""
        if self.code is None:
            return self.cim_status in (CIM_ERR_INVALID_NAMESPACE, CIM_ERR_INVALID_CLASS, CIM_ERR_NOT_FOUND)
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
        """Whether the operation took longer than its OperationTimeout; it may still be going on."""
        return self.subcode == "TimedOut" or self.code == WSMAN_OPERATION_TIMED_OUT


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_REASON else f"{text[:_MAX_REASON]}..."
