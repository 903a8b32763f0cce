# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of Windows and .NET Framework releases."""

from __future__ import annotations

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars import catalogue


@pytest.mark.parametrize(
    "number, version",
    [
        (378388, None),
        (378389, "4.5"),
        (378758, "4.5.1"),
        (379893, "4.5.2"),
        (393297, "4.6"),
        (394271, "4.6.1"),
        (394806, "4.6.2"),
        (460805, "4.7"),
        (461310, "4.7.1"),
        (461814, "4.7.2"),
        (528039, "4.7.2"),
        (528040, "4.8"),
        (528449, "4.8"),
        (533509, "4.8.1"),
        (999999, "4.8.1"),
    ],
)
def test_dotnet_versions(number: int, version: str | None) -> None:
    assert catalogue.dotnet_version(number) == version


@pytest.mark.parametrize(
    "build, product_type, name, newest_dotnet, newest_powershell",
    [
        (6002, "server", "Windows Server 2008", "4.6.2", "3.0"),
        (7601, "domain_controller", "Windows Server 2008 R2", "4.8", "5.1"),
        (7601, "workstation", "Windows 7", "4.8", "5.1"),
        (9200, "server", "Windows Server 2012", "4.8", "5.1"),
        (9200, "workstation", "Windows 8", "4.6.1", "3.0"),
        (9600, "server", "Windows Server 2012 R2", "4.8", "5.1"),
        (14393, "server", "Windows Server 2016", "4.8", "5.1"),
        (17763, "server", "Windows Server 2019", "4.8", "5.1"),
        (20348, "domain_controller", "Windows Server 2022", "4.8.1", "5.1"),
        (26100, "server", "Windows Server 2025", "4.8.1", "5.1"),
        (26100, "workstation", "Windows 11 24H2", "4.8.1", "5.1"),
    ],
)
def test_windows_releases(build: int, product_type: str, name: str, newest_dotnet: str, newest_powershell: str) -> None:
    known = catalogue.windows_release(build, product_type)

    assert known is not None
    assert (known.name, known.newest_dotnet, known.newest_powershell) == (name, newest_dotnet, newest_powershell)


@pytest.mark.parametrize("build, product_type", [(99999, "server"), (20348, "workstation"), (22621, "server")])
def test_an_unknown_windows_is_not_guessed(build: int, product_type: str) -> None:
    assert catalogue.windows_release(build, product_type) is None
