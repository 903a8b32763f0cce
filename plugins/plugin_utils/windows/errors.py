# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Errors that Windows reports in its answers, such as a method's return code."""

from __future__ import annotations

from ..wsman.errors import ProtocolError, WSManError
from ..wsman.values import Instance, integer


class CimError(WSManError):
    """Something on the host could not be read or changed.

    :ivar code: the Win32 error, HRESULT or return code of the provider, None if there is none.
    """

    def __init__(self, message: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(message)


def return_value(output: Instance) -> int:
    """Return a method's ReturnValue as an unsigned number; some providers send HRESULTs as signed ones."""
    value = output.read("ReturnValue", integer)
    if value is None:
        raise ProtocolError(f"the host's answer {output.class_name} contains no ReturnValue")
    return value & 0xFFFFFFFF
