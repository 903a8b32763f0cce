# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Where shadow copies of volumes are stored, and how much space they may use: Win32_ShadowStorage, and vssadmin.

The class has references as keys, which not every service can write to over WS-Management; vssadmin resizes instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..wsman.session import Session
from ..wsman.values import CimPath, integer, reference
from .command_line import failure
from .errors import CimError
from .paths import fold
from .volumes import Volume

_WQL = "SELECT Volume, DiffVolume, MaxSpace FROM Win32_ShadowStorage"


@dataclass(frozen=True)
class ShadowStorage:
    """The shadow copies of a volume.

    :ivar storage: the volume that they are stored on, mostly the same.
    :ivar maximum: bytes that they may use; all of the storage volume where there is no limit.
    """

    volume: Volume
    storage: Volume
    maximum: int

    @property
    def percent(self) -> float:
        """How much that is of the size of the volume, in percent."""
        return 100 * self.maximum / _capacity(self.volume)


def shadow_storage(session: Session, volumes: Iterable[Volume]) -> list[ShadowStorage]:
    """Return the storage of every volume that has one, by one query. Without one, Windows makes it when it needs it.

    Raises :class:`CimError` for one of a volume that is not among these volumes.
    """
    by_id = {fold(volume.device_id): volume for volume in volumes}

    def volume(path: CimPath | None) -> Volume:
        device_id = {name.lower(): key for name, key in path.keys.items()}.get("deviceid", "") if path else ""
        if fold(device_id) not in by_id:
            raise CimError(f"Win32_ShadowStorage names the volume {device_id!r}, which is not a volume of the host")
        return by_id[fold(device_id)]

    found = []
    for instance in session.query("root/cimv2", _WQL):
        storage = volume(instance.read("DiffVolume", reference))
        maximum = instance.read("MaxSpace", integer)
        if maximum is None:
            raise CimError("Win32_ShadowStorage does not say how much space shadow copies may use")
        # Without a limit, it is -1 as an unsigned number
        maximum = min(maximum, _capacity(storage))
        found.append(ShadowStorage(volume(instance.read("Volume", reference)), storage, maximum))
    return found


def resize(session: Session, current: ShadowStorage, maximum: int) -> None:
    """Let shadow copies use so many bytes. Windows deletes shadow copies if that is less than before."""
    result = session.run(
        f"vssadmin resize shadowstorage /for={_name(current.volume)} /on={_name(current.storage)} /maxsize={maximum}",
        repeatable=True,
    )
    if result.exit_code:
        raise failure(f"the shadow copy storage of {current.volume.name} was not resized", result)


def _name(volume: Volume) -> str:
    # Of a path in quotation marks, programs read the backslash at its end as a part of the mark.
    return volume.drive_letter or volume.device_id


def _capacity(volume: Volume) -> int:
    if not volume.capacity:
        raise CimError(f"the size of the volume {volume.name}, which has shadow copies, is not known")
    return volume.capacity
