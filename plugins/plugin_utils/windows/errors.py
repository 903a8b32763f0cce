# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows says when it answers and refuses: a method's return code, or a resource that is not as it must be."""

from __future__ import annotations

from ..wsman.errors import ProtocolError, WSManError
from ..wsman.values import Instance, integer


class CimError(WSManError):
    """A resource could not be read or changed.

    :ivar code: the Win32 error, HRESULT or provider's return code behind it, None if there is none.
    """

    def __init__(self, message: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(message)


def return_value(output: Instance) -> int:
    """A method's ReturnValue as the uint32 its class declares; some providers send HRESULTs in it as sint32."""
    value = output.read("ReturnValue", integer)
    if value is None:
        raise ProtocolError(f"the host's answer {output.class_name} has no ReturnValue")
    return value & 0xFFFFFFFF
