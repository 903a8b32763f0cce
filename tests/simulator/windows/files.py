# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM_DataFile and Win32_Directory, one by its path, or files by their folder; a scan of the disks is refused here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.model import CimClass, CimFailure, CimValue
from tests.simulator.windows.filesystem import Node
from tests.simulator.windows.schema import properties, row

if TYPE_CHECKING:
    from tests.simulator.windows.host import Host

_DIRECTORY = properties("""
    AccessMask:uint32 Archive:boolean Caption Compressed:boolean CompressionMethod CreationClassName
    CreationDate:datetime CSCreationClassName CSName Description Drive EightDotThreeFileName Encrypted:boolean
    EncryptionMethod Extension FileName FileSize:uint64 FileType FSCreationClassName FSName Hidden:boolean
    InstallDate:datetime InUseCount:uint64 LastAccessed:datetime LastModified:datetime *Name Path Readable:boolean
    Status System:boolean Writeable:boolean
""")
_DATA_FILE = (*_DIRECTORY, *properties("Manufacturer Version"))


def _scan(_host: Host) -> list[dict[str, CimValue]]:
    raise CimFailure(0x80041001, "The simulator does not scan a disk: ask by Name, or by Drive and Path")


def _common(host: Host, path: str, node: Node) -> dict[str, CimValue]:
    # WMI gives paths in lower case.
    full = host.files.normalise(path).lower()
    parent, _unused, name = full.rpartition("\\")
    stem, _unused, extension = name.rpartition(".")
    compressed: bool | None = "compressed" in node.attributes
    encrypted: bool | None = "encrypted" in node.attributes
    if "denied" in node.attributes:
        compressed = encrypted = None
    return {
        "AccessMask": 18809343,
        "Archive": not node.directory,
        "Caption": full,
        "Compressed": compressed,
        "CompressionMethod": "Compressed" if compressed else None,
        "CreationDate": host.first_boot,
        "CSCreationClassName": "Win32_ComputerSystem",
        "CSName": host.computer_name,
        "Description": full,
        "Drive": full[:2],
        "EightDotThreeFileName": full,
        "Encrypted": encrypted,
        "EncryptionMethod": "Encrypted" if encrypted else None,
        "Extension": extension if stem else "",
        "FileName": stem or name,
        "FSCreationClassName": "Win32_FileSystem",
        "FSName": "NTFS",
        "Hidden": "hidden" in node.attributes,
        "InstallDate": host.first_boot,
        "LastAccessed": host.first_boot,
        "LastModified": host.first_boot if node.hours_old is None else host.began - timedelta(hours=node.hours_old),
        "Name": full,
        "Path": parent[2:] + "\\",
        "Readable": True,
        "Status": "OK",
        "System": "system" in node.attributes,
        "Writeable": "readonly" not in node.attributes,
    }


def _find(host: Host, keys: Mapping[str, str], directory: bool) -> tuple[str, Node]:
    path = next((value for key, value in keys.items() if key.lower() == "name"), "")
    node = host.files.find(path) if path and "\\\\" not in path.rstrip("\\") else None
    # Remote paths, and for files a trailing backslash, are no names of the provider.
    if node is None or node.directory is not directory or (path.endswith("\\") and len(path) > 3):
        raise CimFailure(0x80041002, "Not found")
    return path, node


def _directory(host: Host, keys: Mapping[str, str]) -> dict[str, CimValue]:
    path, node = _find(host, keys, True)
    return row(
        _DIRECTORY,
        {**_common(host, path, node), "CreationClassName": "CIM_LogicalFile", "FileType": "File Folder"},
    )


def _in_folder(host: Host, values: Mapping[str, str]) -> list[dict[str, CimValue]]:
    """The files of one folder: its path begins and ends with a backslash."""
    drive, path = values["Drive"], values["Path"]
    folder = host.files.find(drive + path)
    if not (path.startswith("\\") and path.endswith("\\") and folder) or "denied" in folder.attributes:
        return []
    found = host.files.children(drive + path)
    return [_file_row(host, f"{drive}{path}{node.name}", node) for _full, node in found if not node.directory]


def _data_file(host: Host, keys: Mapping[str, str]) -> dict[str, CimValue]:
    return _file_row(host, *_find(host, keys, False))


def _file_row(host: Host, path: str, node: Node) -> dict[str, CimValue]:
    values = _common(host, path, node)
    return row(
        _DATA_FILE,
        {
            **values,
            "CreationClassName": "CIM_LogicalFile",
            "FileSize": node.size,
            "FileType": "Application" if values["Extension"] == "exe" else "File",
            "Manufacturer": "Microsoft Corporation" if node.version else None,
            "Version": node.version,
        },
    )


def classes() -> list[CimClass]:
    return [
        CimClass("root/cimv2", "Win32_Directory", _DIRECTORY, _scan, get=_directory),
        CimClass(
            "root/cimv2",
            "CIM_DataFile",
            _DATA_FILE,
            _scan,
            get=_data_file,
            indexed=("Drive", "Path"),
            search=_in_folder,
        ),
    ]
