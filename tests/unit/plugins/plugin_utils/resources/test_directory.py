# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folders can be managed."""

from __future__ import annotations

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.resources.directory import DirectoryResource
from ansible_collections.winops.mars.plugins.plugin_utils.windows.errors import CimError
from tests.unit.simulated import simulated


@pytest.mark.parametrize("path", ["relative", r"\\server\share\folder", "D:", r"%TEMP%\x", 'D:\\a"b', r"D:\a:b", ""])
def test_a_path_that_is_not_on_a_local_drive_is_refused(path: str) -> None:
    with pytest.raises(CimError, match="not an absolute path on a local drive"):
        DirectoryResource(simulated().session, path)


@pytest.mark.parametrize("path", ["D:\\", "D:/Install", r"D:\It's für Größe & more\Zwei"])
def test_any_other_path_can_be_managed(path: str) -> None:
    resource = DirectoryResource(simulated().session, path)

    assert resource.desired(resource.read()) == {"state": "present"}
