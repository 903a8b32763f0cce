# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file system of a simulated host: volumes with real space, directories and files with attributes."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_SHARING_VIOLATION = 32
ERROR_FILE_EXISTS = 80
ERROR_DISK_FULL = 112
ERROR_DIR_NOT_EMPTY = 145
ERROR_ALREADY_EXISTS = 183

_UNITS = {"": 1, "B": 1, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


class FileError(Exception):
    """A Win32 error of a file operation."""

    def __init__(self, code: int, path: str) -> None:
        super().__init__(f"{path}: error {code}")
        self.code = code
        self.path = path


@cache
def size_in_bytes(text: int | str) -> int:
    """``1048576`` or ``512 MiB``."""
    match = re.fullmatch(r"\s*([\d.]+)\s*([A-Za-z]*)\s*", str(text))
    if match is None or match[2].upper() not in _UNITS:
        raise ValueError(f"not a size: {text!r} (a number with B, KiB, MiB, GiB or TiB)")
    return int(float(match[1]) * _UNITS[match[2].upper()])


@dataclass
class Node:
    """A file or directory. A file without ``content`` has only a size; its hash is declared or derived."""

    name: str
    directory: bool
    size: int = 0
    content: bytes | None = None
    version: str | None = None
    sha256: str = ""
    # What a folder below the root of a drive inherits: SYSTEM and Administrators everything, users reading
    sddl: str = "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)"
    attributes: frozenset[str] = frozenset()  # those in _ATTRIBUTES
    junction: str = ""  # where a directory junction or mount point leads
    short_name: str = ""  # the 8.3 name beside the long one
    modified: int = 0  # the order in which files were written
    hours_old: float | None = None  # since it was written, as the simulation begins

    def digest(self) -> str:
        """SHA-256 in lower-case hexadecimal."""
        if self.content is not None:
            return hashlib.sha256(self.content).hexdigest()
        return self.sha256.lower() or hashlib.sha256(f"{self.name.lower()}:{self.size}".encode()).hexdigest()


@dataclass
class Volume:
    """A volume by its mount path (``C:\\``, ``C:\\Mount\\Backup\\``)."""

    mount: str
    guid: str
    capacity: int
    free: int
    label: str = ""
    file_system: str | None = "NTFS"
    drive_type: int = 3
    compressed: bool = False
    read_only: bool = False
    disk_read_only: bool = False
    dynamic: bool = False
    bitlocker: str | None = None

    def __post_init__(self) -> None:
        if self.bitlocker == "locked":
            self.file_system = None

    @property
    def drive_letter(self) -> str | None:
        return self.mount[:2].upper() if len(self.mount) == 3 else None


_ATTRIBUTES = frozenset(
    {"compressed", "encrypted", "sparse", "reparse", "hidden", "system", "readonly", "denied", "in_use"}
)


@dataclass
class FileSystem:
    """Paths are absolute (``C:\\...`` or ``\\\\server\\share\\...``) and compared without case."""

    volumes: dict[str, Volume] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    writes: int = 0

    @classmethod
    def load(cls, volumes: Mapping[str, Mapping[str, Any]], entries: Mapping[str, Any]) -> FileSystem:
        """From a profile. Its files are part of the space already used; ``free`` is what is left beside them."""
        files = cls()
        for mount, entry in volumes.items():
            given = dict(entry)
            capacity = size_in_bytes(given.pop("capacity", 0))
            free = size_in_bytes(given.pop("free", 0))
            guid = given.pop("guid", None) or _derived_guid(mount)
            files.volumes[mount.lower()] = Volume(mount, guid, capacity, free, **given)
            files.nodes[mount.rstrip("\\").lower()] = Node(mount, True)
        files.declare(entries)
        return files

    def declare(self, entries: Mapping[str, Any]) -> None:
        """Files and directories (``path\\``) as a profile writes them; they take no space from the volume."""
        for path, entry in entries.items():
            given = dict(entry or {})
            for number in range(given.pop("count", 1)):
                self._declare(path.replace("<n>", f"{number:04X}"), dict(given))

    def _declare(self, path: str, entry: dict[str, Any]) -> None:
        directory = path.endswith("\\")
        attributes = frozenset(entry.pop("attributes", ()))
        if unknown := attributes - _ATTRIBUTES:
            raise ValueError(f"{path}: unknown attributes {sorted(unknown)}")
        content = entry.pop("content", None)
        data = content.encode() if isinstance(content, str) else content
        size = len(data) if data is not None else size_in_bytes(entry.pop("size", 0))
        entry.pop("size", None)
        if entry.get("junction"):
            attributes |= {"reparse"}
        clean = path.rstrip("\\")
        parent, _unused, name = clean.rpartition("\\")
        self._declare_parents(parent)
        self.nodes[clean.lower()] = Node(name, directory, size, data, attributes=attributes, **entry)

    def _declare_parents(self, path: str) -> None:
        if not path or path.lower() in self.nodes or path == "\\":
            return
        parent, _unused, name = path.rpartition("\\")
        self._declare_parents(parent)
        self.nodes[path.lower()] = Node(name or path, True)

    @staticmethod
    def normalise(path: str) -> str:
        """An absolute path with ``.``, ``..``, forward and doubled backslashes resolved, without one at the end."""
        unc = path.startswith("\\\\")
        parts: list[str] = []
        for part in path.replace("/", "\\").split("\\"):
            if part == ".." and len(parts) > 1:
                parts.pop()
            elif part not in ("", ".", ".."):
                parts.append(part.rstrip(" .") or part)
        return ("\\\\" if unc else "") + "\\".join(parts)

    def resolve(self, path: str, *, follow: bool = False) -> str:
        """Where a path leads, in lower case: junctions and mount points followed, short names replaced.

        ``follow``: also where the last part is a junction.
        """
        clean = self.normalise(path).lower()
        found = "\\\\" if clean.startswith("\\\\") else ""
        parts = clean[len(found) :].split("\\")
        for index, part in enumerate(parts):
            separator = "\\" if index else ""
            full = self._long_path(found, part) or found + separator + part
            node = self.nodes.get(full)
            is_last = index == len(parts) - 1
            found = (
                self.resolve(node.junction, follow=True) if node and node.junction and (follow or not is_last) else full
            )
        return found

    def _long_path(self, parent: str, name: str) -> str | None:
        if "~" not in name or f"{parent}\\{name}" in self.nodes:
            return None
        below = self.children(parent)
        return next((full for full, node in below if node.short_name.lower() == name), None)

    def find(self, path: str) -> Node | None:
        return self.nodes.get(self.resolve(path))

    def path_of(self, path: str) -> str:
        """The path in the case it was created with."""
        clean = self.normalise(path)
        prefix, rest = ("\\\\", clean[2:]) if clean.startswith("\\\\") else ("", clean)
        parts = rest.split("\\")
        spelled = [
            node.name if (node := self.nodes.get((prefix + "\\".join(parts[: index + 1])).lower())) and index else part
            for index, part in enumerate(parts)
        ]
        return prefix + "\\".join(spelled)

    def matches(self, name: str, pattern: str) -> bool:
        """Whether a wildcard finds a name: also by its short one, whose extension ends after three letters."""
        stem, dot, extension = name.lower().rpartition(".")
        return any(
            fnmatch.fnmatch(candidate, pattern.lower().replace("*.*", "*"))
            for candidate in (name.lower(), f"{stem[:6]}~1.{extension[:3]}" if dot else name.lower())
        )

    def children(self, path: str) -> list[tuple[str, Node]]:
        """``(path, node)`` of what is directly inside a directory, by name."""
        prefix = self.resolve(path, follow=True) + "\\"
        return sorted(
            (full, node)
            for full, node in self.nodes.items()
            if full.startswith(prefix) and "\\" not in full[len(prefix) :]
        )

    def below(self, path: str) -> Iterator[tuple[str, Node]]:
        """Everything inside a directory, depth first, without what junctions in it lead to."""
        for full, node in self.children(path):
            yield full, node
            if node.directory and not node.junction:
                yield from self.below(full)

    def volume_of(self, path: str) -> Volume | None:
        full = self.resolve(path, follow=True) + "\\"
        holding = [volume for mount, volume in self.volumes.items() if full.startswith(mount)]
        return max(holding, key=lambda volume: len(volume.mount), default=None)

    def _charge(self, path: str, change: int) -> None:
        volume = self.volume_of(path)
        if volume is None:
            return
        if change > volume.free:
            raise FileError(ERROR_DISK_FULL, path)
        volume.free -= change

    def _require_parent(self, path: str) -> Node:
        parent = self.normalise(path).rpartition("\\")[0]
        node = self.find(parent)
        if node is None or not node.directory:
            raise FileError(ERROR_PATH_NOT_FOUND, path)
        return node

    def make_directory(self, path: str) -> None:
        """One directory with its missing parents (as ``mkdir`` does with command extensions)."""
        clean = self.normalise(path)
        if self.find(clean):
            raise FileError(ERROR_ALREADY_EXISTS, path)
        parent, _unused, name = clean.rpartition("\\")
        if not parent or (clean.startswith("\\\\") and clean.count("\\") <= 3):
            raise FileError(ERROR_PATH_NOT_FOUND, path)
        if self.find(parent) is None:
            self.make_directory(parent)
        above = self._require_parent(clean)
        inherited = above.attributes & {"compressed", "encrypted"}
        self.nodes[self.resolve(clean)] = Node(name, True, attributes=inherited)

    def write(self, path: str, node: Node) -> None:
        """Create or replace a file; it takes compression and encryption from its directory."""
        clean = self.normalise(path)
        above = self._require_parent(clean)
        existing = self.find(clean)
        if existing and existing.directory:
            raise FileError(ERROR_ACCESS_DENIED, path)
        if existing and "in_use" in existing.attributes:
            raise FileError(ERROR_SHARING_VIOLATION, path)
        self._charge(clean, node.size - (existing.size if existing else 0))
        name = existing.name if existing else clean.rpartition("\\")[2]
        attributes = existing.attributes if existing else above.attributes & {"compressed", "encrypted"}
        self.nodes[self.resolve(clean)] = replace(node, name=name, directory=False, attributes=attributes)

    def write_content(self, path: str, content: bytes) -> None:
        self.writes += 1
        self.write(path, Node("", False, len(content), content, modified=self.writes))

    def content(self, path: str) -> bytes:
        """A file's bytes; a file declared by size alone reads as zero bytes of at most 64 KiB."""
        node = self.find(path)
        if node is None:
            raise FileError(ERROR_FILE_NOT_FOUND, path)
        if node.directory:
            raise FileError(ERROR_ACCESS_DENIED, path)
        return node.content if node.content is not None else bytes(min(node.size, 65536))

    def delete(self, path: str) -> None:
        """Delete a file, or an empty directory."""
        clean = self.normalise(path)
        node = self.find(clean)
        if node is None:
            raise FileError(ERROR_FILE_NOT_FOUND, path)
        if node.directory and not node.junction and self.children(clean):
            raise FileError(ERROR_DIR_NOT_EMPTY, path)
        full = self.resolve(clean)
        if full + "\\" in self.volumes:
            raise FileError(ERROR_ACCESS_DENIED, path)
        if "in_use" in node.attributes:
            raise FileError(ERROR_SHARING_VIOLATION, path)
        self._charge(clean, -node.size)
        del self.nodes[full]

    def delete_tree(self, path: str) -> None:
        """Delete a directory with everything in it; of a junction only itself."""
        if (node := self.find(path)) and node.junction:
            return self.delete(path)
        for full, _node in reversed(list(self.below(path))):
            self.delete(full)
        self.delete(path)
        return None

    def state(self) -> dict[str, Any]:
        return {
            "volumes": {
                volume.mount: {"capacity": volume.capacity, "free": volume.free} for volume in self.volumes.values()
            },
            "files": {
                path: {
                    "directory": node.directory,
                    "size": node.size,
                    "version": node.version,
                    "sha256": None if node.directory else node.digest(),
                    "attributes": sorted(node.attributes),
                }
                for path, node in sorted(self.nodes.items())
            },
        }


def _derived_guid(mount: str) -> str:
    digest = hashlib.sha256(mount.lower().encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
