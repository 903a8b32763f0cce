# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts about Microsoft Defender Antivirus and other antivirus products."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ...windows import defender, dotnet_compilers, filters
from ...windows.defender import Defender, Policy
from ...windows.errors import CimError
from ...windows.paths import fold
from ...windows.security_center import antivirus_products
from ...wsman.errors import ProtocolError
from ..catalogue import antivirus_of_filter, antivirus_of_service
from ..host import Command, Host

DESCRIPTION = r"""
description: Antivirus software.
type: dict
contains:
  defender:
    description:
      - Microsoft Defender Antivirus, V(null) if it is not installed.
      - What Defender does not say is V(null) in here. Where it does not run, that is everything but
        C(running) and C(active).
    type: dict
    contains:
      running:
        description: Whether its service runs and is used as an antivirus product.
        type: bool
        sample: true
      active:
        description: Whether it protects the host, so that its exclusions count. It runs, and is not passive.
        type: bool
        sample: true
      mode:
        description:
          - V(Normal), V(Passive Mode), V(SxS Passive Mode), V(EDR Block Mode), and maybe others.
          - Older versions of Defender do not say.
        type: str
        sample: Normal
      real_time_protection:
        description: Whether it scans files as they are used.
        type: bool
        sample: true
      tamper_protected:
        description: Whether tamper protection is on. It alone does not cover exclusions.
        type: bool
        sample: false
      exclusion_paths:
        description:
          - Excluded folders and files, including those of policies. V(null) where a policy hides them.
        type: list
        elements: str
        sample: ['C:\Program Files\Microsoft Azure Recovery Services Agent\bin']
      exclusion_processes:
        description:
          - Programs whose files are excluded, including those of policies. V(null) where a policy hides them.
        type: list
        elements: str
        sample: [cbengine.exe]
      policy_paths:
        description:
          - Folders and files that policies exclude. Read only where a policy hides exclusions, else V(null).
        type: list
        elements: str
        sample: null
      policy_processes:
        description:
          - Programs that policies exclude. Read only where a policy hides exclusions, else V(null).
        type: list
        elements: str
        sample: null
      managed_by:
        description:
          - Settings because of which Defender ignores exclusions that are set on the host. By their names in
            the registry, these are V(DisableLocalAdminMerge) and V(TPExclusions).
        type: list
        elements: str
        sample: []
  products:
    description:
      - Other products, with C(name) and C(evidence). They are found by their services, by file system
        filters of the group for antivirus software, and on clients by what is registered with Windows
        Security.
    type: list
    elements: dict
    sample: [{name: Sophos, evidence: service SAVService}]
  compilers:
    description: The C# compilers of the installed versions of the .NET Framework.
    type: list
    elements: str
    sample: ['C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe']
"""


COMMANDS: dict[str, Command] = {
    "filters": lambda host: filters.COMMAND,
    "dotnet_compilers": lambda host: dotnet_compilers.COMMAND,
}
KEYS = defender.POLICY_KEYS


def gather(host: Host) -> dict[str, Any]:
    """Defender with its exclusions, other products by whatever shows them, and the compilers."""
    facts: dict[str, Any] = {}
    with host.reading("antivirus.defender"):
        facts["defender"] = _defender(host, Defender(host.session))
    with host.reading("antivirus.products"):
        facts["products"] = _products(host)
    with host.reading("antivirus.compilers"):
        facts["compilers"] = dotnet_compilers.compilers(host.output("dotnet_compilers"))
    return facts


def _products(host: Host) -> list[dict[str, str]]:
    evidence: dict[str, str] = {}
    for service in host.services:
        if product := antivirus_of_service(service.name):
            evidence.setdefault(product, f"service {service.name}")
    for filter_ in filters.filters(host.output("filters")):
        product = antivirus_of_filter(filter_.name)
        if product is None and filter_.is_scanner is not False and fold(filter_.name) != fold(filters.DEFENDER):
            product = f"an unknown product (file system filter {filter_.name})"
        if product:
            altitude = f"at altitude {filter_.altitude}" if filter_.altitude else "of an old kind"
            evidence.setdefault(product, f"file system filter {filter_.name} {altitude}")
    for product in _registered(host):
        evidence.setdefault(product, "registered with Windows Security")
    return [{"name": name, "evidence": evidence[name]} for name in sorted(evidence)]


def _registered(host: Host) -> list[str]:
    """The products in the Security Center, which is worth a request where Windows may be a client."""
    with suppress(ProtocolError):
        if host.operating_system.product_type != "workstation":
            return []
    return antivirus_products(host.session)


def _defender(host: Host, subject: Defender) -> dict[str, Any] | None:
    status = subject.status()
    if status is None:
        return _by_service(host)
    if status.running is False:
        return _NOT_RUNNING
    facts: dict[str, Any] = vars(status) | {"active": status.active, "policy_paths": None, "policy_processes": None}
    policy = Policy(host.key)
    with host.reading("antivirus.defender.managed_by"):
        facts["managed_by"] = policy.managed_by
    with host.reading("antivirus.defender.exclusion_paths"):
        preferences = subject.preferences(hidden=policy.hides_exclusions)
        if preferences is None:
            raise CimError("Microsoft Defender Antivirus runs, but does not list its exclusions")
        facts |= vars(preferences)
        if preferences.exclusion_paths is None:
            exclusions = subject.policy_exclusions()
            facts |= {"policy_paths": exclusions.exclusion_paths, "policy_processes": exclusions.exclusion_processes}
    return facts


def _by_service(host: Host) -> dict[str, Any] | None:
    """What the service of Defender says where it is switched off, or was removed or displaced by another product."""
    service = next((service for service in host.services if fold(service.name) == fold(defender.SERVICE)), None)
    if service is None:
        return None
    if service.state != "Stopped":
        raise CimError(
            "Microsoft Defender Antivirus does not say whether it protects the host; the state of its service is "
            f"{service.state}"
        )
    return _NOT_RUNNING


_NOT_RUNNING: dict[str, Any] = {
    "running": False,
    "active": False,
    **dict.fromkeys(
        (
            "mode",
            "real_time_protection",
            "tamper_protected",
            "exclusion_paths",
            "exclusion_processes",
            "policy_paths",
            "policy_processes",
            "managed_by",
        )
    ),
}
