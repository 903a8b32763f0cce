# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What is known about MARS, its prerequisites and Windows, as data files, and how to look it up in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from typing import Any

import yaml

from ...windows.paths import fold

_FOLDER = Path(__file__).parent
#: That of libyaml, which reads ten times as fast, where PyYAML has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(name: str) -> Any:
    """The data of a file; OSError or yaml.YAMLError where it is missing or broken."""
    return yaml.load((_FOLDER / name).read_text(encoding="utf-8"), Loader=LOADER)


@dataclass(frozen=True)
class TlsUpdate:
    """The update for TLS 1.2 of a Windows, and the version of a file in System32 from which on it is installed."""

    name: str
    file: str
    version: str


@dataclass(frozen=True)
class WindowsRelease:
    """One version of Windows, as a client or as a server, and the newest versions of what it can run."""

    name: str
    newest_dotnet: str
    newest_powershell: str


@dataclass(frozen=True)
class AgentSupport:
    """Which editions of one Windows the agent supports, from which service pack on, and for how long."""

    editions: tuple[str, ...] = ()
    service_pack: int = 0
    ended: bool = False
    end_of_support: str | None = None


#: Version of the .NET Framework to the lowest Release number it writes.
DOTNET_RELEASES: dict[str, int] = read("dotnet.yml")
_WINDOWS_RELEASES = {
    (build, edition): WindowsRelease(**entry)
    for build, editions in read("windows.yml").items()
    for edition, entry in editions.items()
}
#: Build number of a Windows that needs an update for TLS 1.2 to that update.
TLS_UPDATES = {build: TlsUpdate(**entry) for build, entry in read("tls_updates.yml").items()}
#: Thumbprint of a certificate to which those of Azure chain, in upper case, to ``name`` and ``usual``.
ROOT_CERTIFICATES: dict[str, dict[str, Any]] = read("root_certificates.yml")
_AGENT_SUPPORT = {
    name: AgentSupport(**{**entry, "editions": tuple(entry["editions"])}) for name, entry in read("support.yml").items()
}
#: OperatingSystemSKU to the name of the edition.
EDITIONS: dict[int, str] = read("editions.yml")
_ANTIVIRUS: list[dict[str, Any]] = read("antivirus.yml")


def _antivirus_by(kind: str) -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(translate(fold(known))), product["name"])
        for product in _ANTIVIRUS
        for known in product.get(kind, ())
    ]


# Compiled in the process that all hosts' workers are forked from
_SERVICES = _antivirus_by("services")
_FILTERS = _antivirus_by("filters")
#: Software known to keep the agent from working, with ``name``, and the names of its ``services`` and ``filters``.
INTERFERING_SOFTWARE: list[dict[str, Any]] = read("interfering.yml")
#: The services of antivirus products other than Microsoft Defender; * stands for a version.
ANTIVIRUS_SERVICES: list[str] = [service for product in _ANTIVIRUS for service in product.get("services", ())]

#: Folded name of a Windows service to the server application that it belongs to.
APPLICATION_SERVICES: dict[str, str] = {
    fold(service): application["name"]
    for application in read("applications.yml")
    for service in application["services"]
}

#: What older articles want as trusted sites, with ``site`` and ``scheme``.
TRUSTED_SITES: list[dict[str, str]] = read("trusted_sites.yml")

#: The hosts that every agent has to reach by cloud, with what they stand for.
ENDPOINTS: dict[str, dict[str, str]] = read("endpoints.yml")


def dotnet_version(release: int) -> str | None:
    """The version a ``NDP\\v4\\Full`` Release number stands for, '4.8' say; None where it is older than 4.5.

    Microsoft documents the lowest number of each version; Windows releases add their own above it, so a number not
    in the catalogue is the newest version it reaches.
    """
    reached = [version for version, minimum in DOTNET_RELEASES.items() if minimum <= release]
    return max(reached, key=DOTNET_RELEASES.__getitem__, default=None)


def windows_release(build: int, product_type: str) -> WindowsRelease | None:
    """The Windows with this build number and product type; None for one the catalogue does not know.

    ``product_type`` is workstation, domain_controller or server: ``Win32_OperatingSystem.ProductType`` by name.
    """
    return _WINDOWS_RELEASES.get((build, "workstation" if product_type == "workstation" else "server"))


def agent_support(release: str) -> AgentSupport:
    """What the agent supports of the Windows with this name; no edition where it does not support it."""
    names = [name for name in _AGENT_SUPPORT if f"{release} ".startswith(f"{name} ")]
    return _AGENT_SUPPORT[max(names, key=len)] if names else AgentSupport()


def antivirus_of_service(service: str) -> str | None:
    """The antivirus product that installs a Windows service of this name; None if none is known to."""
    return _product(_SERVICES, service)


def antivirus_of_filter(name: str) -> str | None:
    """The antivirus product that a file system filter of this name belongs to; None if it is not known."""
    return _product(_FILTERS, name)


def _product(products: Sequence[tuple[re.Pattern[str], str]], name: str) -> str | None:
    return next((product for pattern, product in products if pattern.match(fold(name))), None)
