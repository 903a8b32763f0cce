# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cim_root_certificate: certificates from files of the controller, added to the root store of the computer."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import certifi
import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action.cim_root_certificate import ActionModule
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

STORE = r"HKLM\SOFTWARE\Microsoft\SystemCertificates\ROOT\Certificates"
AUTOMATIC_STORE = r"HKLM\SOFTWARE\Microsoft\SystemCertificates\AuthRoot\Certificates"
# ISRG Root X1 and Amazon Root CA 1, as their owners publish the thumbprints
ISRG = "CABD2A79A1076A31F21D253635CB039D4329A5E8"
AMAZON = "8DA7F965EC5EFC37910F1C6E59FDC1CC6A6EDE16"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The two certificates, in PEM with words around it and in DER."""
    folder = tmp_path_factory.mktemp("certificates")
    bundle = Path(certifi.where()).read_text("utf-8")
    pem = {
        name: re.findall(rf"# Subject: CN={name} .*?(-----BEGIN.+?-----END CERTIFICATE-----\n)", bundle, re.DOTALL)[0]
        for name in ("ISRG Root X1", "Amazon Root CA 1")
    }
    (folder / "isrg.pem").write_text(f"ISRG Root X1\n{pem['ISRG Root X1']}", encoding="utf-8")
    (folder / "amazon.der").write_bytes(ssl.PEM_cert_to_DER_cert(pem["Amazon Root CA 1"]))
    (folder / "other.txt").write_text("not a certificate", encoding="utf-8")
    return {path.stem: str(path) for path in folder.iterdir()}


def stored(host: SimulatedHost) -> set[str]:
    return {name.upper() for name in host.windows.registry.key(STORE).keys}


@pytest.mark.parametrize("base", ["windows-server-2022", "windows-server-2008-r2", "japanese-2016"])
def test_certificates_are_predicted_added_and_then_left_alone(
    run_action: RunAction, files: dict[str, str], base: str
) -> None:
    host = simulated(base=base)
    before = host.windows.state()
    options = {"thumbprints": [ISRG.lower(), AMAZON], "files": [files["isrg"], files["amazon"]]}

    predicted = run_action(ActionModule, host, check=True, diff=True, **options)
    assert (predicted["changed"], predicted["before"]["trusted"]) == (True, [])
    assert host.windows.state() == before

    done = run_action(ActionModule, host, **options)
    assert done["after"] == predicted["after"] == {"trusted": sorted([ISRG, AMAZON]), "missing": []}
    assert {ISRG, AMAZON} <= stored(host)
    assert host.windows.state()["files"] == before["files"]

    assert not run_action(ActionModule, host, **options)["changed"]


def test_only_what_is_wanted_is_added(run_action: RunAction, files: dict[str, str]) -> None:
    host = simulated()
    result = run_action(ActionModule, host, thumbprints=[ISRG], files=[files["isrg"], files["amazon"]])

    assert result["after"]["trusted"] == [ISRG]
    assert AMAZON not in stored(host)


def test_what_no_file_has_is_still_missing(run_action: RunAction, files: dict[str, str]) -> None:
    result = run_action(ActionModule, simulated(), thumbprints=[ISRG, AMAZON], files=[files["amazon"]])

    assert result["after"] == {"trusted": [AMAZON], "missing": [ISRG]}


def test_a_certificate_that_windows_fetched_is_there(run_action: RunAction, files: dict[str, str]) -> None:
    host = simulated(registry={rf"{AUTOMATIC_STORE}\{ISRG}": {}})

    assert not run_action(ActionModule, host, thumbprints=[ISRG], files=[files["isrg"]])["changed"]


@pytest.mark.parametrize("name, words", [("other", "other.txt has no certificate in PEM or DER"), ("/none", "/none")])
def test_a_file_without_a_certificate_is_refused(
    run_action: RunAction, files: dict[str, str], name: str, words: str
) -> None:
    with pytest.raises(AnsibleActionFail, match=words):
        run_action(ActionModule, simulated(), thumbprints=[ISRG], files=[files.get(name, name)])


def test_a_store_that_may_not_be_written_stays_as_it_is(run_action: RunAction, files: dict[str, str]) -> None:
    host = simulated(registry_read_only=[STORE])

    with pytest.raises(AnsibleActionFail, match=r"could not be added with certutil .*nothing was changed"):
        run_action(ActionModule, host, thumbprints=[ISRG], files=[files["isrg"]])
