# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Whether the session's account has the rights of an administrator.

A member of Remote Management Users connects as well, and so does a local administrator whose token UAC filters over the
network. What such an account must not see is missing from the host's answers, mostly without an error.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from ..wsman.errors import MORE_RIGHTS
from ..wsman.session import Session
from .errors import CimError
from .registry import Registry

# Only administrators can write here, by the default security of every Windows.
_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control"

# An account's rights do not change during a session.
_elevated: WeakKeyDictionary[Session, bool] = WeakKeyDictionary()


class NotElevated(CimError):
    """The account lacks the rights of an administrator, so that something is unknown."""


def require_elevation(session: Session, unknown: str) -> None:
    """Raise :class:`NotElevated` if the account lacks the rights of an administrator; one request a session.

    :param unknown: what cannot be determined without them, such as ``whether D:\\Data exists``.
    """
    if session not in _elevated:
        _elevated[session] = Registry(session).is_writable(_KEY)
    if not _elevated[session]:
        raise NotElevated(
            f"{unknown} cannot be determined, since the account does not have the rights of an administrator: "
            f"{MORE_RIGHTS}"
        )
