# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The space that shadow copies of a volume may use."""

from __future__ import annotations

import math
from typing import TypedDict

from ..windows.errors import CimError
from ..windows.shadow_storage import ShadowStorage, resize, shadow_storage
from ..windows.volumes import Volume, Volumes
from ..wsman.session import Session
from .resource import Resource

_MIB = 1024**2


class ShadowStorageState(TypedDict):
    """The volume that the shadow copies are stored on, and how many bytes they may use there; None without storage."""

    storage: str | None
    maximum: int | None


class ShadowStorageResource(Resource[ShadowStorageState]):
    """The storage of the shadow copies of a volume, which only grows.

    :param volume: the mount path of the volume, such as ``D:\\``.
    :param percent: how much they may use at least, in percent of the size of the volume.
    """

    def __init__(self, session: Session, volume: str, percent: float) -> None:
        self._session = session
        self._volume = volume
        self._percent = percent

    def read(self) -> ShadowStorageState:
        """Return what is limited. Raises :class:`CimError` if there is no such volume."""
        current = self._current()[1]
        return ShadowStorageState(
            storage=current.storage.name if current else None, maximum=current.maximum if current else None
        )

    def desired(self, current: ShadowStorageState) -> ShadowStorageState:
        """Return at least the wanted space, in whole MiB. Windows makes storage where there is none.

        Raises :class:`CimError` if the volume with the shadow copies is too small for that.
        """
        volume, storage = self._current()
        if storage is None or current["maximum"] is None:
            return current
        wanted = math.ceil(self._percent * (volume.capacity or 0) / 100)
        if current["maximum"] >= wanted:
            return current
        wanted = min(math.ceil(wanted / _MIB) * _MIB, storage.storage.capacity or 0)
        if wanted <= current["maximum"]:
            raise CimError(
                f"shadow copies of {volume.name} cannot use {self._percent} % of its size: they already may use all of "
                f"{storage.storage.name}, where they are stored"
            )
        return {**current, "maximum": wanted}

    def apply(self, current: ShadowStorageState, desired: ShadowStorageState) -> None:
        """Raise the limit."""
        storage = self._current()[1]
        if storage and desired["maximum"]:
            resize(self._session, storage, desired["maximum"])

    def _current(self) -> tuple[Volume, ShadowStorage | None]:
        volumes = Volumes(self._session).all()
        found = [volume for volume in volumes if volume.is_mounted_at(self._volume)]
        if not found:
            raise CimError(f"{self._volume} is not a volume of the host: specify the path that it is mounted at")
        storage = [entry for entry in shadow_storage(self._session, volumes) if entry.volume == found[0]]
        return found[0], storage[0] if storage else None
