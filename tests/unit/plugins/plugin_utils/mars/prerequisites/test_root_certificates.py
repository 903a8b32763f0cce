# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The root certificates of Azure: their facts and their rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winops.mars.plugins.plugin_utils.mars.catalogue import ROOT_CERTIFICATES
from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import gather
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.check import Finding, find
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.reading import shipped_rules
from ansible_collections.winops.mars.plugins.plugin_utils.mars.rules.thresholds import thresholds
from tests.unit.simulated import simulated

Host = Callable[[dict[str, Any]], dict[str, Any]]

STORES = r"HKLM\SOFTWARE\Microsoft\SystemCertificates"
POLICIES = r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates"
USUAL = {"name": "DigiCert Global Root G2", "thumbprint": "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", "usual": True}
RARE = {"name": "D-TRUST Root", "thumbprint": "58E8ABB0361533FB80F79B1B6D29D3FF8D5F00F0", "usual": False}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("root_certificates", "compliant", {"root_certificates.missing": [RARE]}),
    ("root_certificates", "compliant", {"root_certificates.automatic": False, "root_certificates.missing": []}),
    ("root_certificates", "noncompliant", {"root_certificates.missing": [USUAL]}),
    ("root_certificates", "noncompliant", {"root_certificates.automatic": False, "root_certificates.missing": [RARE]}),
    ("root_certificates", "noncompliant", {"root_certificates.disallowed": [USUAL]}),
    ("root_certificates", "unknown", {"root_certificates": ...}),
    ("root_certificates", "unknown", {"root_certificates.missing": ...}),
    ("root_certificates", "unknown", {"root_certificates.disallowed": ...}),
    ("root_certificates", "unknown", {"root_certificates.automatic": ...}),
]


def facts(registry: dict[str, Any], **profile: Any) -> dict[str, Any]:
    return gather(simulated(registry=registry, **profile).session, ["os", "root_certificates"])


def thumbprints(found: list[dict[str, Any]]) -> list[str]:
    return [entry["thumbprint"] for entry in found]


def test_the_usual_roots_are_there_and_others_come_when_they_are_needed() -> None:
    found = facts({})["root_certificates"]

    assert found["automatic"] is True
    assert [entry["usual"] for entry in found["missing"]] == [False] * 3
    assert found["disallowed"] == []


@pytest.mark.parametrize(
    "store",
    [
        rf"{STORES}\ROOT",
        rf"{STORES}\AuthRoot",
        rf"{POLICIES}\Root",
        r"HKLM\SOFTWARE\Microsoft\EnterpriseCertificates\Root",
    ],
)
def test_a_root_counts_in_every_store_of_the_computer(store: str) -> None:
    thumbprint = RARE["thumbprint"]
    found = facts({rf"{store}\Certificates\{str(thumbprint).lower()}": {}})["root_certificates"]

    assert thumbprint not in thumbprints(found["missing"])


@pytest.mark.parametrize("store", [STORES, POLICIES])
def test_a_root_that_is_disallowed_is_found(store: str) -> None:
    found = facts({rf"{store}\Disallowed\Certificates\{USUAL['thumbprint']}": {}})["root_certificates"]

    assert thumbprints(found["disallowed"]) == [USUAL["thumbprint"]]


def test_stores_that_may_not_be_read_are_unread() -> None:
    found = facts({}, registry_hidden=[rf"{STORES}\AuthRoot"])

    assert "root_certificates" not in found
    assert [entry["section"] for entry in found["unreadable"]] == ["root_certificates"]


def check(host: Host, changes: dict[str, Any]) -> Finding:
    return find(shipped_rules()["root_certificates"], host(changes), thresholds("minimum", {}))


def test_where_windows_fetches_roots_one_that_is_missing_is_a_warning(host: Host) -> None:
    changes = {"root_certificates.missing": [USUAL, RARE]}
    warning = check(host, changes)
    error = check(host, changes | {"root_certificates.automatic": False})

    assert (warning.severity, error.severity) == ("warning", "error")
    for finding in (warning, error):
        assert finding.role == "root_certificates"
        assert finding.wanted["thumbprints"] == [USUAL["thumbprint"], RARE["thumbprint"]]


def test_what_somebody_distrusts_is_not_fought(host: Host) -> None:
    found = check(host, {"root_certificates.disallowed": [USUAL]})

    assert (found.status, found.role) == ("noncompliant", None)
    assert "DigiCert Global Root G2" in str(found.fix)


def test_thumbprints_are_those_of_sha_1_as_windows_writes_them() -> None:
    for thumbprint in ROOT_CERTIFICATES:
        assert len(bytes.fromhex(thumbprint)) == 20
        assert thumbprint == thumbprint.upper()
