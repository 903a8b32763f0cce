# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Whether volumes can be written to and are unlocked: MSFT_Partition, MSFT_Disk, Win32_EncryptableVolume."""

from __future__ import annotations

from collections.abc import Iterator

from ..wsman.session import Session
from ..wsman.values import Instance, array_of, boolean, integer, string
from .absence import unless_absent
from .paths import fold

# Windows 8 and Windows Server 2012 brought these classes.
_STORAGE = "root/Microsoft/Windows/Storage"
_BITLOCKER = "root/cimv2/Security/MicrosoftVolumeEncryption"
# Win32_EncryptableVolume.ProtectionStatus: the drive is locked, and whether it is protected cannot be determined.
_LOCKED = 2


class VolumeAccess:
    """The volumes of one host, by their device IDs. It reads everything at once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read_only = dict(self._partitions())
        self._locked = {
            fold(volume.read("DeviceID", string) or ""): volume.read("ProtectionStatus", integer) == _LOCKED
            for volume in self._query(_BITLOCKER, "SELECT DeviceID, ProtectionStatus FROM Win32_EncryptableVolume")
        }

    def is_read_only(self, device_id: str) -> bool | None:
        """Return whether a volume is read-only, by itself or as all of its disk; None if Windows does not say.

        It does not about volumes of dynamic disks, nor about any before Windows Server 2012.
        """
        return self._read_only.get(fold(device_id))

    def is_locked(self, device_id: str) -> bool:
        """Return whether BitLocker has locked a volume; False where Windows lacks BitLocker."""
        return self._locked.get(fold(device_id), False)

    def _partitions(self) -> Iterator[tuple[str, bool | None]]:
        disks = {
            disk.read("Number", integer): disk.read("IsReadOnly", boolean)
            for disk in self._query(_STORAGE, "SELECT Number, IsReadOnly FROM MSFT_Disk")
        }
        if not disks:
            return
        partitions = "SELECT DiskNumber, AccessPaths, IsReadOnly FROM MSFT_Partition"
        for partition in self._query(_STORAGE, partitions):
            states = {partition.read("IsReadOnly", boolean), disks.get(partition.read("DiskNumber", integer))}
            read_only = True if True in states else None if None in states else False
            for path in partition.read("AccessPaths", array_of(string)) or []:
                yield fold(path), read_only

    def _query(self, namespace: str, wql: str) -> list[Instance]:
        return unless_absent(lambda: self._session.query(namespace, wql)) or []
