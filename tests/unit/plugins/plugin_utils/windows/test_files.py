# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders, read by their paths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.windows.command_line import quoted
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from ansible_collections.winops.mars.plugins.plugin_utils.windows.files import Files
from ansible_collections.winops.mars.plugins.plugin_utils.windows.rights import NotElevated
from tests.unit.plugins.plugin_utils.wsman.scripted import ELEVATED, fault, scripted
from tests.unit.simulated import simulated

TREE = {
    "D:\\Scratch\\": {"attributes": ["compressed"]},
    "D:\\It's für Größe\\": {"attributes": ["encrypted"]},
    "D:\\Link\\": {"attributes": ["reparse"]},
    "D:\\Denied\\": {"attributes": ["compressed", "denied"]},
    "D:\\Denied link\\": {"attributes": ["reparse", "denied"]},
    "D:\\Scratch\\engine.exe": {"size": 5_000_000_000, "version": "2.0.9262.0"},
    "D:\\Scratch\\notes.txt": {"content": "notes"},
}


def files() -> Files:
    return Files(simulated(files=TREE).session)


@pytest.mark.parametrize("path", ["D:\\Scratch", "d:\\scratch\\", "D:/Scratch"])
def test_a_folder_is_found_however_its_path_is_written(path: str) -> None:
    directory = files().directory(path)

    assert directory is not None
    assert (directory.compressed, directory.encrypted) == (True, False)


def test_names_need_no_escapes() -> None:
    directory = files().directory("D:\\It's für Größe")

    assert directory is not None
    assert directory.encrypted


@pytest.mark.parametrize("path, key", [("D:\\", "D:\\"), ("D:", "D:\\"), ("D:\\a\\b\\", "D:\\a\\b")])
def test_the_key_ends_with_a_backslash_only_for_the_root_of_a_drive(path: str, key: str) -> None:
    session, transport, _unused = scripted(fault("DestinationUnreachable", 0x80338000), ELEVATED)

    assert Files(session).directory(path) is None
    assert f'Name="Name">{key}<' in transport.sent[0]


def test_a_file_is_read_with_size_and_version() -> None:
    file = files().file("D:\\Scratch\\engine.exe")

    assert file is not None
    assert (file.size, file.version) == (5_000_000_000, "2.0.9262.0")


def test_a_file_without_version_has_none() -> None:
    file = files().file("D:\\Scratch\\notes.txt")

    assert file is not None
    assert file.version is None


def test_what_is_not_there_or_of_the_other_kind_is_none() -> None:
    assert files().directory("D:\\Nothing") is None
    assert files().file("D:\\Nothing") is None
    assert files().directory("D:\\Scratch\\engine.exe") is None
    assert files().file("D:\\Scratch") is None


def test_attributes_that_windows_does_not_report_are_unknown() -> None:
    directory = files().directory("D:\\Denied")

    assert directory is not None
    assert (directory.compressed, directory.encrypted) == (None, None)


@pytest.mark.parametrize("base", ["windows-server-2022", "windows-server-2008-r2"])
@pytest.mark.parametrize("path, expected", [("Link", True), ("Scratch", False), ("Denied link", True)])
def test_a_reparse_point_is_told_from_a_folder(base: str, path: str, expected: bool) -> None:
    host = simulated(base=base, files=TREE)

    assert Files(host.session).is_reparse_point(f"D:\\{path}") is expected


def test_what_is_not_there_is_not_taken_for_no_reparse_point() -> None:
    with pytest.raises(CimError, match=r"cannot be determined whether D:\\Nothing is a reparse point"):
        files().is_reparse_point("D:\\Nothing")


def test_a_folder_is_created_with_its_parents() -> None:
    created = files()

    created.create_directory("D:\\New folder\\Größe & more")

    assert created.directory("D:\\New folder\\Größe & more") is not None


def test_a_folder_that_cannot_be_created_is_an_error() -> None:
    with pytest.raises(CimError, match=r"the folder D:\\Scratch\\notes.txt could not be created \(exit code 1\)"):
        files().create_directory("D:\\Scratch\\notes.txt")


def test_a_backslash_at_the_end_does_not_escape_the_quotation_mark() -> None:
    assert not files().is_reparse_point("D:\\Scratch\\")
    assert quoted("D:\\") == '"D:\\\\"'


def test_a_path_that_would_end_its_quotation_is_refused() -> None:
    with pytest.raises(CimError, match="cannot be used in a command"):
        files().create_directory('D:\\a" & shutdown /r & "')


@pytest.mark.parametrize("read", [Files.file, Files.directory])
def test_what_an_account_without_elevation_does_not_find_may_be_there(read: Callable[[Files, str], object]) -> None:
    host = simulated(files=TREE, elevated=False)

    assert read(Files(host.session), "D:\\Scratch" if read is Files.directory else "D:\\Scratch\\notes.txt")
    with pytest.raises(NotElevated, match=r"whether D:\\Nothing exists .* LocalAccountTokenFilterPolicy is 1"):
        read(Files(host.session), "D:\\Nothing")
