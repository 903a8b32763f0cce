# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What must be true of a scratch folder and its new place before anything is changed or deleted."""

from __future__ import annotations

from ..mars import locations, recovery_targets
from ..windows import paths
from ..windows.errors import CimError
from ..windows.files import Files
from ..windows.operating_system import OperatingSystem
from ..windows.registry import Registry
from ..windows.volumes import Volume, Volumes, volume_of
from ..wsman.session import Session
from .scratch_copy import AGENT_ENTRIES, ScratchCopy

_SYSTEM_STATE_LABEL = "CBSSBVol_"
# The agent writes to the folder at once, so this part of its size must stay free.
_MARGIN = 0.1


class ScratchChecks:
    """Checks of the two folders of a copy. Each raises :class:`CimError` with what to do."""

    def __init__(self, session: Session, copy: ScratchCopy) -> None:
        self._session = session
        self._files = Files(session)
        self._copy = copy
        self._volumes = Volumes(session).all()

    def check_move(self) -> None:
        """Check that the folder can be moved to the place of the copy, and is not in use as a volume."""
        self.check_nothing_mounted()
        self._check_not_protected()
        self._check_source()
        self._check_target()
        self._check_space()

    def check_removal(self) -> None:
        """Check that the source is a former scratch folder whose files the target has, and nothing else."""
        self.check_nothing_mounted()
        self._check_not_protected()
        self._check_source()
        reason = None
        if "VHDS" not in map(paths.fold, self._copy.source_entries()):
            reason = "it does not contain the agent's folder VHDs"
        elif self._copy.lacks_files():
            reason = f"it contains files that {self._copy.target} does not have"
        if reason:
            raise CimError(f"the former scratch folder {self._copy.source} is not removed: {reason}; remove it by hand")

    def check_nothing_mounted(self) -> None:
        """Check that no volume of a system state backup and no recovery volume is mounted."""
        for volume in self._volumes:
            if (volume.label or "").startswith(_SYSTEM_STATE_LABEL):
                raise CimError(
                    f"the volume {volume.name} of a system state backup ({_SYSTEM_STATE_LABEL}...) is still mounted: "
                    "unmount it in Disk Management first"
                )
        for target in Volumes(self._session).iscsi_targets():
            if recovery_targets.kind(target) == "recovery":
                raise CimError(
                    f"a recovery volume is mounted (iSCSI target {target}): unmount it in the Microsoft Azure Backup "
                    "console first"
                )

    def _check_not_protected(self) -> None:
        windows_directory = OperatingSystem.read(self._session).windows_directory
        install_path = Registry(self._session).string(locations.SETUP_KEY, "InstallPath") or ""
        for path in (self._copy.source, self._copy.target):
            reason = None
            if paths.is_system_folder(path, windows_directory) or paths.is_within(windows_directory, path):
                reason = "it is a folder of Windows"
            elif paths.is_within(install_path, path):
                reason = "the agent is installed there"
            elif any(paths.same_path(path, volume.name) for volume in self._volumes):
                reason = "a volume is mounted there"
            if reason:
                raise CimError(
                    f"{path} cannot be a scratch folder of its own: {reason}; the scratch folder can only be moved by "
                    "hand, see Microsoft's FAQ on the MARS agent"
                )

    def _check_source(self) -> None:
        source = self._copy.source
        if self._files.directory(source) is None:
            raise CimError(f"the scratch folder {source} does not exist, so it cannot be moved")
        if self._files.is_reparse_point(source):
            raise CimError(
                f"the scratch folder {source} is a junction, mount point or other reparse point, so it is neither "
                "moved nor removed: first set both values ScratchLocation to the folder that it leads to, and restart "
                "the agent's engine"
            )
        # Microsoft's steps copy the folder Scratch as a whole. A folder of another name might hold other things.
        # Evidence: scratch_folder_entries
        others = [name for name in self._copy.source_entries() if paths.fold(name) not in AGENT_ENTRIES]
        if others and paths.steps(source)[-1] != "SCRATCH":
            raise CimError(
                f"the scratch folder {source} contains more than the agent's cache ({', '.join(others[:3])}), so it "
                "is neither moved nor removed: move the other files away, or do it by hand"
            )

    def _check_target(self) -> None:
        target = self._copy.target
        if paths.is_within(target, self._copy.source) or paths.is_within(self._copy.source, target):
            raise CimError(
                f"the scratch folder cannot be moved from {self._copy.source} to {target}: one is inside the other"
            )
        unsuitable = f"the scratch folder cannot be moved to {target}"
        volume = volume_of(target, self._volumes)
        if volume is None or volume.drive_type != "fixed" or volume.file_system != "NTFS":
            found = f"{volume.drive_type}, {volume.file_system or 'no file system'}" if volume else "not on this host"
            raise CimError(f"{unsuitable}: it must be on a local fixed NTFS volume, but its volume is {found}")
        if Volumes(self._session).deduplicated(volume, target) is not False:
            raise CimError(f"{unsuitable}: the volume {volume.name} is deduplicated, which the agent does not support")
        if self._files.file(target) is not None:
            raise CimError(f"{unsuitable}: it is a file")
        existing = [
            directory
            for path in _with_parents(target, volume.name)
            if (directory := self._files.directory(path)) is not None
        ]
        # A new folder is compressed or encrypted if its parent is.
        for nearest in existing[:1]:
            for what, is_so in (("compressed", nearest.compressed), ("encrypted", nearest.encrypted)):
                if is_so is None:
                    raise CimError(f"{unsuitable}: Windows does not report whether the folder {nearest.path} is {what}")
                if is_so:
                    raise CimError(
                        f"{unsuitable}: the folder {nearest.path} is {what}, which the agent does not support"
                    )
        # The last one is the mount point of the volume, which may be a reparse point.
        for directory in existing[:-1]:
            if self._files.is_reparse_point(directory.path):
                raise CimError(
                    f"{unsuitable}: {directory.path} is a junction or other reparse point; specify its target"
                )

    def _check_space(self) -> None:
        target = self._copy.target
        present = 0
        if self._files.directory(target) is not None:
            if self._copy.has_other_files():
                raise CimError(
                    f"the scratch folder cannot be moved to {target}: the folder contains other files; specify a new "
                    "or empty one"
                )
            present = self._copy.target_size()
        size = self._copy.source_size()
        needed = round(size * (1 + _MARGIN)) - present
        free = _free(volume_of(target, self._volumes))
        if free is None or free < needed:
            raise CimError(
                f"the scratch folder cannot be moved to {target}: its {size} bytes require {needed} free bytes on the "
                f"volume, but {'an unknown number' if free is None else free} are free"
            )


def _free(volume: Volume | None) -> int | None:
    return volume.free if volume else None


def _with_parents(path: str, mount: str) -> list[str]:
    """Return a folder and its parents, the nearest first, up to the mount path of its volume."""
    folders = []
    while paths.is_within(path, mount):
        folders.append(path)
        path = paths.parent(path)
    return folders
