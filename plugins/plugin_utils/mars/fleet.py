# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Findings that no host shows by itself, over the facts of many hosts: which machines share a vault, and whose files of
the agent's module differ from those of the others.

Pure functions. The hosts that are given need not be all of a vault, so nothing here is ever called compliant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .rules.fact_path import mapping
from .rules.rule import Severity, Status

#: Most machines that can be registered with a vault (Microsoft's FAQ on Azure Backup).
MACHINES_PER_VAULT = 50
#: Fewest hosts with the same version of the agent of which the majority says which files its module should have.
HOSTS_FOR_MAJORITY = 5

_MACHINE_LIMIT, _DUPLICATES = "vault_machine_limit", "vault_duplicates"
#: The ids of these findings.
FLEET_RULES = (_MACHINE_LIMIT, _DUPLICATES)

_FAQ = "https://learn.microsoft.com/azure/backup/backup-azure-backup-faq"
_MATRIX = "https://learn.microsoft.com/azure/backup/backup-support-matrix-mars-agent"
_TROUBLESHOOTING = "https://learn.microsoft.com/azure/backup/backup-azure-mars-troubleshoot"

_RENAME = "Rename all but one of these hosts, and register them again."
_INSTALL_AGAIN = (
    "These hosts were cloned with the agent. On all but one, remove the agent, install it again, and register it."
)

HostFacts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class FleetFinding:
    """What was found on several hosts together.

    :ivar status: ``noncompliant``, or ``unknown`` where the hosts that were not given may decide it.
    :ivar vault: name of the vault, or its number where the hosts do not have the name; None if it is about no vault.
    """

    id: str
    title: str
    severity: str
    status: str
    vault: str | None
    hosts: list[str]
    expected: str
    actual: str
    why: str
    fix: str
    source: str


def fleet_findings(facts: HostFacts) -> list[dict[str, Any]]:
    """Return the findings on these hosts, given as the values of ``ansible_facts.mars`` by host."""
    registered = {host: fact for host, fact in facts.items() if _registration(fact).get("registered") is True}
    findings: list[FleetFinding] = []
    for vault, hosts in _grouped(registered, _vault).items():
        findings.append(_machine_limit(vault, hosts))
        named = _grouped({host: registered[host] for host in hosts}, _computer_name)
        findings += [
            _duplicate("computer name", name, vault, same, _RENAME) for name, same in named.items() if same[1:]
        ]
    identified = _grouped(registered, lambda fact: _registration(fact).get("machine_id"))
    for machine_id, hosts in identified.items():
        if len(hosts) > 1:
            vaults = ", ".join(_grouped({host: registered[host] for host in hosts}, _vault)) or "unknown"
            findings.append(_duplicate("machine ID", machine_id, vaults, hosts, _INSTALL_AGAIN))
    for version, hosts in _grouped(_with_module(facts), _agent_version).items():
        if len(hosts) >= HOSTS_FOR_MAJORITY:
            findings += _module_files(version, {host: _files(facts[host]) for host in hosts})
    return [asdict(finding) for finding in findings]


def _machine_limit(vault: str, hosts: list[str]) -> FleetFinding:
    full = len(hosts) >= MACHINES_PER_VAULT
    return FleetFinding(
        id=_MACHINE_LIMIT,
        title="The vault has room for its machines",
        severity=Severity.WARNING.value,
        status=(Status.NONCOMPLIANT if full else Status.UNKNOWN).value,
        vault=vault,
        hosts=hosts,
        expected=f"at most {MACHINES_PER_VAULT} machines in a vault",
        actual=f"at least {len(hosts)} of {MACHINES_PER_VAULT} machines in {vault}",
        why="A vault accepts no more machines: the download of its vault credentials fails with the error 403.",
        fix=(
            "Register further machines with another vault."
            if full
            else "Count the machines of the vault in the Azure portal, since it may have others than these hosts."
        ),
        source=_FAQ,
    )


def _duplicate(name: str, value: str, vault: str, hosts: list[str], fix: str) -> FleetFinding:
    return FleetFinding(
        id=_DUPLICATES,
        title="The machines of a vault are distinct",
        severity=Severity.ERROR.value,
        status=Status.NONCOMPLIANT.value,
        vault=vault,
        hosts=hosts,
        expected=f"a {name} of its own for each machine in the vault",
        actual=f"{', '.join(hosts)} have the same {name}: {value} (vault: {vault})",
        why="The vault takes such machines for one, so that their backups replace each other.",
        fix=fix,
        source=_MATRIX,
    )


def _module_files(version: str, hosts: Mapping[str, Mapping[str, Any]]) -> list[FleetFinding]:
    """What differs of the files of hosts with the same version of the agent."""
    deviations: dict[str, list[str]] = {}
    contested: list[str] = []
    for path in sorted({path for files in hosts.values() for path in files}):
        counts = Counter(files.get(path) for files in hosts.values())
        usual, count = counts.most_common(1)[0]
        if 2 * count <= len(hosts):
            contested.append(path)
            continue
        for host, files in hosts.items():
            if (found := files.get(path)) != usual:
                what = "lacks" if found is None else "has in addition" if usual is None else "has another"
                deviations.setdefault(host, []).append(f"{what} {path}")
    findings = []
    if deviations:
        actual = "; ".join(f"{host} {', '.join(texts)}" for host, texts in deviations.items())
        findings.append(_module_finding(version, Status.NONCOMPLIANT, list(deviations), actual, len(hosts)))
    if contested:
        actual = f"no majority has the same {', '.join(contested)}"
        findings.append(_module_finding(version, Status.UNKNOWN, list(hosts), actual, len(hosts)))
    return findings


def _module_finding(version: str, status: Status, hosts: list[str], actual: str, count: int) -> FleetFinding:
    return FleetFinding(
        id="agent_module_files",
        title="Hosts with the same agent have the same module",
        severity=Severity.WARNING.value,
        status=status.value,
        vault=None,
        hosts=hosts,
        expected=f"the same files of the module MSOnlineBackup on all hosts with the agent {version}",
        actual=f"of {count} hosts with the agent {version}: {actual}",
        why="The scheduled backup loads this module. Where files of it are missing or damaged, no backup starts.",
        fix=(
            "Give a copy of the folder bin of a good host with the same agent as mars_prereqs_agent_module_source, and "
            f"run the role agent_module, or install the agent {version} again."
        ),
        source=_TROUBLESHOOTING,
    )


def _with_module(facts: HostFacts) -> HostFacts:
    """The hosts whose module was read."""
    return {
        host: fact
        for host, fact in facts.items()
        if isinstance(mapping(fact.get("agent_module_files")).get("files"), list)
    }


def _files(fact: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version and size of each file."""
    return {
        str(file.get("path")): (file.get("version"), file.get("size"))
        for file in mapping(fact.get("agent_module_files")).get("files", ())
        if isinstance(file, Mapping)
    }


def _agent_version(fact: Mapping[str, Any]) -> Any:
    return mapping(fact.get("agent")).get("version")


def _grouped(facts: HostFacts, read: Callable[[Mapping[str, Any]], Any]) -> dict[str, list[str]]:
    """The hosts with the same text there, in their order; hosts without one are excluded."""
    groups: dict[str, list[str]] = {}
    for host, fact in facts.items():
        if isinstance(value := read(fact), str) and value:
            groups.setdefault(value, []).append(host)
    return groups


def _registration(fact: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(fact.get("registration"))


def _computer_name(fact: Mapping[str, Any]) -> Any:
    name = mapping(fact.get("os")).get("computer_name")
    return name.upper() if isinstance(name, str) else None


def _vault(fact: Mapping[str, Any]) -> Any:
    """Name and number, which both tell vaults apart, as far as the host has them."""
    names: Iterable[Any] = (_registration(fact).get(key) for key in ("vault", "resource_id"))
    return " ".join(name for name in names if isinstance(name, str) and name)
