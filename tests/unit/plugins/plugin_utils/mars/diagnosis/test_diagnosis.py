# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each error on simulated hosts: exactly the cause that is there is confirmed, and on a healthy host none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.diagnosis import Diagnosis, diagnose
from ansible_collections.winops.mars.plugins.plugin_utils.mars.diagnosis.errors import known_errors
from ansible_collections.winops.mars.plugins.plugin_utils.mars.fleet import fleet_findings
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.host import Given
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import check
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.inventory import INVENTORY
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

AGENT = r"C:\Program Files\Microsoft Azure Recovery Services Agent"
BACKUP = r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup"
SHELL = r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
CREDENTIALS = r"C:\Install\vault.VaultCredentials"
TASK = r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup"
# What only the user knows, and few enough temporary files for a test
GIVEN = {"proxy": "none", "temp_files": 500}


def facts_of(vault_credentials: str | None = None, base: str = "healthy-2022", **profile: Any) -> dict[str, Any]:
    facts = gather(simulated(base=base, **profile).session, DEFAULT_SECTIONS, Given(vault_credentials))
    # The clock of the simulated host stands still, that of the controller does not
    facts["clock"]["offset"] = 0.1
    return facts


def diagnosed(error: str, facts: Mapping[str, Any], *more: Mapping[str, Any], **given: Any) -> Diagnosis:
    limits = thresholds("minimum", {**GIVEN, "time_zone": facts["clock"]["time_zone"], **given})
    findings = check(facts, list(shipped_rules().values()), limits, INVENTORY).as_dict()["findings"]
    return diagnose(known_errors()[error], facts, [*findings, *more])


def statuses(diagnosis: Diagnosis) -> dict[str, str]:
    return {cause.id: cause.status for cause in diagnosis.causes}


def causes(diagnosis: Diagnosis, status: str) -> set[str]:
    return {cause.id for cause in diagnosis.causes if cause.status == status}


@cache
def healthy() -> Mapping[str, Any]:
    return facts_of()


FULL: dict[str, Any] = {"volumes": {"C:\\": {"capacity": "100 GiB", "free": "20 MiB"}}}
MOVED: dict[str, Any] = {"registry": {rf"{BACKUP}\Config\CloudBackupProvider": {"ScratchLocation": r"D:\Scratch"}}}
COMPRESSED: dict[str, Any] = {"files": {rf"{AGENT}\Scratch" + "\\": {"attributes": ["compressed"]}}}
SCANNED: dict[str, Any] = {
    "registry": {
        r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths": {
            rf"{AGENT}\Scratch\*": None,
            rf"{AGENT}\Bin\*": None,
        }
    }
}
OLD_AGENT: dict[str, Any] = {"files": {rf"{AGENT}\bin\cbengine.exe": {"size": 1, "version": "2.0.9082.0"}}}
HALF_REGISTERED: dict[str, Any] = {"registry": {rf"{BACKUP}\Config": {"ResourceId": None}}}
TEMP_FILES: dict[str, Any] = {"files": {r"C:\Windows\Temp\x<n>.tmp": {"count": 600}}}
NO_TLS: dict[str, Any] = {
    "registry": {
        r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client": {"Enabled": 0}
    }
}
MOUNTED: dict[str, Any] = {
    "services": {"MSiSCSI": {"state": "Running"}},
    "iscsi_targets": ["iqn.2016-01.microsoft.azure.backup:recovery"],
}
STOPPED: dict[str, Any] = {"services": {"obengine": {"state": "Stopped"}}}


def task(**settings: str) -> dict[str, Any]:
    return {"tasks": {TASK: {"set": {name.replace("__", "/"): value for name, value in settings.items()}}}}


HOSTS: list[tuple[str, str, dict[str, Any]]] = [
    ("invalid_vault_credentials", "agent_older_than_credentials", OLD_AGENT),
    ("invalid_vault_credentials", "temp_files_used_up", TEMP_FILES),
    ("invalid_vault_credentials", "tls_unusable", NO_TLS),
    ("azure_backup_unreachable", "antivirus", SCANNED),
    ("encryption_key_not_set", "registration_incomplete", HALF_REGISTERED),
    ("registration_not_completed", "registration_incomplete", HALF_REGISTERED),
    ("activation_incomplete", "scratch_full", FULL),
    ("activation_incomplete", "scratch_moved", MOVED),
    ("passphrase_not_configured", "scratch_moved", MOVED),
    ("file_not_found", "scratch_full", FULL),
    ("backups_not_on_schedule", "task_disabled", task(Settings__Enabled="false")),
    ("backups_not_on_schedule", "execution_policy_strict", {"registry": {SHELL: {"ExecutionPolicy": "Restricted"}}}),
    ("backups_not_on_schedule", "task_account", task(Principals__Principal__UserId="S-1-5-21-1-2-3-1013")),
    ("backups_not_on_schedule", "engine_stopped", STOPPED),
    ("backups_not_on_schedule", "recovery_mounted", MOUNTED),
    ("job_already_running", "task_overlap", task(Settings__MultipleInstancesPolicy="Parallel")),
    ("checksum_store", "antivirus", SCANNED),
    ("checksum_store", "scratch_moved", MOVED),
    ("virtual_disk", "scratch_unsupported", COMPRESSED),
    ("scratch_low_space", "scratch_full", FULL),
    ("changes_not_found", "agent_too_old", OLD_AGENT),
    ("restore_mount", "agent_too_old", OLD_AGENT),
    ("engine_crash", "engine_stopped", STOPPED),
    ("engine_crash", "storage_sync_driver", {"filters": {"StorageSync": "180100"}}),
    ("agent_version_mismatch", "agent_retired", OLD_AGENT),
    ("connection_closed", "tls_unusable", NO_TLS),
    ("file_download_not_allowed", "temp_files_used_up", TEMP_FILES),
    (
        "jobs_not_in_portal",
        "management_agent_stopped",
        {"services": {"OBRecoveryServicesManagementAgent": {"state": "Stopped"}}},
    ),
]


@pytest.mark.parametrize("error, cause, profile", HOSTS, ids=[f"{error}-{cause}" for error, cause, _profile in HOSTS])
def test_exactly_the_cause_that_is_there_is_confirmed(error: str, cause: str, profile: dict[str, Any]) -> None:
    before = diagnosed(error, healthy())
    diagnosis = diagnosed(error, facts_of(**profile))

    assert causes(diagnosis, "confirmed") == {cause}
    assert statuses(before)[cause] == "excluded"
    # Whatever is known about a healthy host is known here, too
    assert causes(diagnosis, "excluded") == causes(before, "excluded") - {cause}
    assert diagnosis.causes[0].id == cause
    assert diagnosis.actions[0] == diagnosis.causes[0].action


@pytest.mark.parametrize("error", known_errors().values(), ids=lambda error: error.id)
def test_on_a_healthy_host_nothing_is_confirmed(error: Any) -> None:
    diagnosis = diagnosed(error.id, healthy())

    assert causes(diagnosis, "confirmed") == set()
    assert diagnosis.roles == []
    # What rules or conditions decide is excluded, but for what needs something that this host does not have
    decided = {cause.id for cause in error.causes if cause.rules or cause.confirmed}
    open_here = {"vault_credentials_unusable", "vault_full", "connection_blocked", "module_files_missing"}
    open_here |= {"file_download_disabled", "sites_not_trusted"}
    open_here |= {"iscsi_device", "iscsi_service", "windows_server_backup_missing"}
    open_here |= {"shadow_storage_small", "volumes_unsupported", "vss_services"}
    assert causes(diagnosis, "excluded") >= decided - open_here


@pytest.mark.parametrize(
    "error, cause, section, lacking, given",
    [
        ("restore_mount", "iscsi_device", "iscsi", {"iscsi_device": 28}, {}),
        ("restore_mount", "iscsi_service", "iscsi", {}, {"services": {"MSiSCSI": {"state": "Running"}}}),
        (
            "windows_server_backup",
            "windows_server_backup_missing",
            "system_state",
            {},
            {"features": {"WindowsServerBackup": 1}},
        ),
    ],
)
def test_what_is_gathered_on_request_decides(
    error: str, cause: str, section: str, lacking: dict[str, Any], given: dict[str, Any]
) -> None:
    def status(**profile: Any) -> str:
        facts = gather(simulated(base="healthy-2022", **profile).session, [section])
        return statuses(diagnose(known_errors()[error], facts, []))[cause]

    assert statuses(diagnosed(error, healthy()))[cause] == "possible"
    assert (status(**lacking), status(**given)) == ("confirmed", "excluded")


@pytest.mark.parametrize(
    "error, cause, role, profile",
    [
        (
            "shadow_storage_low",
            "shadow_storage_small",
            "shadow_storage",
            {"shadow_storage": {"C:\\": {"maximum": "1 GiB"}}},
        ),
        (
            "shadow_copy_growth",
            "shadow_storage_small",
            "shadow_storage",
            {"shadow_storage": {"C:\\": {"maximum": "1 GiB"}}},
        ),
        ("completed_with_warnings", "volumes_unsupported", None, {"volumes": {"C:\\": {"read_only": True}}}),
        ("vss_writer", "vss_services", "system_state_services", {"services": {"VSS": {"start_mode": "Disabled"}}}),
        ("restore_mount", "iscsi_service", "iscsi_initiator", {"services": {"MSiSCSI": {"state": "Stopped"}}}),
    ],
)
def test_what_the_inventory_says_about_the_host_decides_more(
    error: str, cause: str, role: str | None, profile: dict[str, Any]
) -> None:
    inventory = INVENTORY | {"protected_volumes": ["C:\\"], "system_state": True, "restore": True}

    def found(facts: Mapping[str, Any]) -> Diagnosis:
        limits = thresholds("minimum", {"shadow_storage_percent": 10})
        findings = check(facts, list(shipped_rules().values()), limits, inventory).as_dict()["findings"]
        return diagnose(known_errors()[error], facts, findings)

    here = found(more_facts_of(**profile))
    assert causes(here, "confirmed") == {cause}
    assert here.roles == ([role] if role else [])
    assert statuses(found(running()))[cause] == "excluded"


def more_facts_of(**profile: Any) -> dict[str, Any]:
    sections = [*DEFAULT_SECTIONS, "iscsi", "shadow_storage", "system_state", "volume_access"]
    return gather(simulated(base="healthy-2022", **profile).session, sections)


@cache
def running() -> Mapping[str, Any]:
    """A host on which nothing of that is amiss."""
    return more_facts_of(services={"MSiSCSI": {"state": "Running"}}, features={"WindowsServerBackup": 1})


@pytest.mark.parametrize("error", known_errors().values(), ids=lambda error: error.id)
def test_nothing_is_confirmed_or_excluded_by_what_was_not_read(error: Any) -> None:
    unread = {"schema": 1, "gathered": [], "unreadable": []}
    findings = check(unread, list(shipped_rules().values()), thresholds("minimum", {})).as_dict()["findings"]

    for diagnosis in (diagnose(error, unread, findings), diagnose(error, None, None)):
        assert set(statuses(diagnosis).values()) <= {"possible", "unknowable"}
        assert len(diagnosis.actions) > 0


COPY = {
    rf"C:\Copy\{name}": entry
    for name, entry in {
        "CBEngine.exe": {"version": "2.0.9262.0"},
        r"Modules\MSOnlineBackup\MSOnlineBackup.psd1": {"size": 4096},
        r"Modules\MSOnlineBackup\MSOnlineBackup.dll": {"size": 471040, "version": "2.0.9262.0"},
    }.items()
}
DAMAGED = {rf"{AGENT}\bin\Modules\MSOnlineBackup\MSOnlineBackup.dll": {"size": 1, "version": "2.0.9083.0"}}


@pytest.mark.parametrize(
    "error, cause, section, profile, status",
    [
        ("100050", "connection_blocked", "connectivity", {}, "possible"),
        ("100050", "connection_blocked", "connectivity", {"internet": {"login.windows.net": None}}, "confirmed"),
        ("backups_not_on_schedule", "module_files_missing", "agent_module_files", {"files": COPY}, "excluded"),
        (
            "backups_not_on_schedule",
            "module_files_missing",
            "agent_module_files",
            {"files": {**COPY, **DAMAGED}},
            "confirmed",
        ),
    ],
)
def test_what_is_gathered_on_request_decides_more(
    error: str, cause: str, section: str, profile: dict[str, Any], status: str
) -> None:
    host = simulated(base="healthy-2022", **profile)
    given = Given(agent_module_source=r"C:\Copy")
    facts = gather(host.session, [*DEFAULT_SECTIONS, section], given, host.sleep)

    found = next(entry for entry in known_errors().values() if error in (entry.id, *entry.codes))
    assert statuses(diagnosed(found.id, facts))[cause] == status


@pytest.mark.parametrize("cause", ["file_download_disabled", "sites_not_trusted"])
def test_what_older_articles_ask_of_internet_explorer_is_checked_with_their_baseline(cause: str) -> None:
    host = simulated(base="healthy-2022")
    facts = gather(host.session, [*DEFAULT_SECTIONS, "internet_options"], sleep=host.sleep)

    # Nobody has set them on this host
    found = diagnosed("file_download_not_allowed", facts, internet_explorer=True)
    assert statuses(found)[cause] == "confirmed"
    assert found.roles == ["internet_options"]
    assert statuses(diagnosed("file_download_not_allowed", facts))[cause] == "possible"


@pytest.mark.parametrize("entry", [{"hours_old": 900, "content": "x"}, {"content": "ManagementCert"}])
def test_vault_credentials_that_cannot_be_used_are_confirmed(entry: dict[str, Any]) -> None:
    diagnosis = diagnosed("invalid_vault_credentials", facts_of(CREDENTIALS, files={CREDENTIALS: entry}))

    assert causes(diagnosis, "confirmed") == {"vault_credentials_unusable"}
    assert "Download new vault credentials" in diagnosis.actions[0]


@pytest.mark.parametrize(
    "error", ["proxy_authentication", "azure_backup_unreachable", "registration_status_unverified"]
)
def test_a_proxy_that_is_not_the_right_one_is_confirmed(error: str) -> None:
    diagnosis = diagnosed(error, healthy(), proxy="proxy.example.com:8080")

    assert causes(diagnosis, "confirmed") == {"proxy_wrong"}
    assert diagnosis.roles == ["proxy"]


def test_without_knowing_which_proxy_is_right_it_stays_possible() -> None:
    assert statuses(diagnosed("proxy_authentication", healthy(), proxy=None)) == {
        "proxy_wrong": "possible",
        "proxy_credentials": "unknowable",
    }


def test_a_vault_that_is_full_is_confirmed_by_the_facts_of_its_machines() -> None:
    registered = {"registered": True, "vault": "vault-1", "resource_id": "1"}
    fleet = {f"srv{number}": {"registration": {**registered, "machine_id": str(number)}} for number in range(50)}

    assert causes(diagnosed("vault_credentials_download", healthy(), *fleet_findings(fleet)), "confirmed") == {
        "vault_full"
    }
    fleet.pop("srv0")
    assert causes(diagnosed("vault_credentials_download", healthy(), *fleet_findings(fleet)), "confirmed") == set()


def test_advice_makes_a_cause_possible_and_no_more() -> None:
    # 6 % free of what might be protected
    tight = facts_of(volumes={"C:\\": {"capacity": "100 GiB", "free": "6 GiB"}})

    cause = next(cause for cause in diagnosed("scratch_low_space", tight).causes if cause.id == "scratch_full")
    assert (cause.status, cause.role) == ("possible", None)


def test_a_confirmed_cause_names_the_role_the_rules_and_the_fix_of_its_finding() -> None:
    diagnosis = diagnosed("activation_incomplete", facts_of(**MOVED))

    (cause,) = (cause for cause in diagnosis.causes if cause.status == "confirmed")
    assert (cause.role, cause.rules) == ("scratch_space", ["scratch_location"])
    assert r"below CloudBackupProvider: D:\Scratch" in cause.evidence
    assert "Find out which of the two folders has the newer files" in str(cause.action)


def test_what_somebody_accepted_is_still_the_cause_and_no_role_fixes_it() -> None:
    facts = facts_of(**FULL)
    findings = check(facts, list(shipped_rules().values()), thresholds("minimum", {})).as_dict()["findings"]
    (full,) = (finding for finding in findings if finding["id"] == "scratch_free_space")
    full |= {"status": "waived", "role": None, "decision": {"status": "noncompliant", "by": "us"}}

    diagnosis = diagnose(known_errors()["scratch_low_space"], facts, findings)
    assert (causes(diagnosis, "confirmed"), diagnosis.roles) == ({"scratch_full"}, [])
