# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installations on simulated hosts: from every kind of source, with every kind of end."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winops.mars.plugins.action import cim_installer
from ansible_collections.winops.mars.plugins.action.cim_installer import ActionModule
from ansible_collections.winops.mars.plugins.plugin_utils.mars.idle import wait_until_idle
from ansible_collections.winops.mars.plugins.plugin_utils.windows import installer
from ansible_collections.winops.mars.plugins.plugin_utils.windows.installer import Installer, RegistryProof, install
from ansible_collections.winops.mars.plugins.plugin_utils.windows.system_command import SystemCommand
from tests.unit.plugins.conftest import RunAction
from tests.unit.simulated import SimulatedHost, simulated

RELEASE = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
NET48 = "NDP48-x86-x64-AllOS-ENU.exe"
NET48_SHA256 = "196311a3135ed79267ea0a492c887ab1588c9a478826801032d3100e1cdb93c6"
DOTNET: dict[str, Any] = {
    "source": rf"\\files.example.test\software\{NET48}",
    "arguments": "/q /norestart",
    "creates_key": RELEASE,
    "creates_name": "Release",
    "creates_minimum": 528040,
}
WMF: dict[str, Any] = {
    "source": r"\\files.example.test\software\Win8.1AndW2K12R2-KB3191564-x64.msu",
    "creates_key": r"HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine",
    "creates_name": "PowerShellVersion",
    "creates_minimum": "5.1",
}
PRODUCT: dict[str, Any] = {
    "source": r"C:\Install\my setup.exe",
    "creates_key": r"HKLM\SOFTWARE\Contoso",
    "creates_name": "Version",
    "creates_minimum": "2.10",
}


@pytest.fixture
def host_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A simulated host on whose clock the module waits."""

    def make(**profile: Any) -> SimulatedHost:
        host = simulated(**profile)
        monkeypatch.setattr(cim_installer, "Installer", partial(Installer, sleep=host.sleep))
        monkeypatch.setattr(cim_installer, "install", partial(install, sleep=host.sleep))
        idle = partial(wait_until_idle, sleep=host.sleep, clock=host.clock.seconds)
        monkeypatch.setattr(cim_installer, "wait_until_idle", idle)
        return host

    return make


def product(version: str | None = None, **entry: Any) -> dict[str, Any]:
    """A profile with an installer of a product, which sets its version unless told otherwise."""
    entry.setdefault("effects", {"registry": {r"HKLM\SOFTWARE\Contoso": {"Version": "2.10.1"}}})
    return {
        "base": "windows-server-2022",
        "files": {PRODUCT["source"]: {"size": 1000}},
        # In the folder it runs in it has a name without blanks.
        "executables": {"my_setup.exe": {"requires_system": True, **entry}},
        "registry": {r"HKLM\SOFTWARE\Contoso": {"Version": version}} if version else {},
    }


def traces(host: SimulatedHost) -> list[str]:
    state = host.windows.state()
    return [name for name in (*state["files"]["files"], *state["tasks"]) if "winops.mars" in name]


@pytest.mark.parametrize(
    "source", [DOTNET["source"], f"https://downloads.example.test/{NET48}", rf"C:\Install\{NET48}"]
)
@pytest.mark.parametrize("base", ["old-2012-r2", "old-2008-r2"])
@pytest.mark.parametrize("chains", ["left", "right"])
def test_every_kind_of_source(run_action: RunAction, host_of: Any, base: str, chains: str, source: str) -> None:
    host = host_of(
        base=base, cmd_chains=chains, files={rf"C:\Install\{NET48}": {"size": 121307088, "sha256": NET48_SHA256}}
    )
    options = {**DOTNET, "source": source, "sha256": NET48_SHA256.upper()}

    result = run_action(ActionModule, host, **options)

    assert (result["changed"], result["exit_code"], result["after"]) == (True, 3010, 528049)
    assert (result["reboot_required"], result["restarted"]) == (True, False)
    assert host.windows.boots == 0
    assert traces(host) == []
    again = run_action(ActionModule, host, **options)
    assert (again["changed"], again["exit_code"], again["before"]) == (False, None, 528049)


SETUP_URL = "https://files.example.test/my%20setup.exe"


def downloaded(base: str, **failures: int) -> dict[str, Any]:
    """A profile with the installer of a product on a web server, for which some programs fail."""
    return {**product(), "base": base, "downloads": {SETUP_URL: {"size": 1000, **failures}}}


@pytest.mark.parametrize("base", ["windows-server-2022", "windows-server-2016", "old-2012-r2", "old-2008-r2"])
def test_bits_downloads_on_its_own(run_action: RunAction, host_of: Any, base: str) -> None:
    host = host_of(**downloaded(base, curl_fails=7))
    assert run_action(ActionModule, host, **{**PRODUCT, "source": SETUP_URL})["after"] == "2.10.1"
    assert traces(host) == []


@pytest.mark.parametrize("base", ["windows-server-2022", "windows-11"])
def test_curl_downloads_what_bits_cannot(run_action: RunAction, host_of: Any, base: str) -> None:
    host = host_of(**downloaded(base, bits_fails=0x80200013))
    assert run_action(ActionModule, host, **{**PRODUCT, "source": SETUP_URL})["after"] == "2.10.1"


def test_certutil_downloads_where_there_is_no_defender(run_action: RunAction, host_of: Any) -> None:
    host = host_of(**downloaded("old-2012-r2", bits_fails=0x80200013))
    assert run_action(ActionModule, host, **{**PRODUCT, "source": SETUP_URL})["after"] == "2.10.1"


@pytest.mark.parametrize(
    "base, sentence",
    [
        ("windows-server-2016", r"bitsadmin ended with exit code \d+ \(0x80200013\); check the URL"),
        ("windows-server-2022", r"bitsadmin ended with .*0x80200013\), curl ended with exit code 22 .*; check the URL"),
    ],
)
def test_a_download_that_fails_names_what_was_tried(
    run_action: RunAction, host_of: Any, base: str, sentence: str
) -> None:
    host = host_of(**downloaded(base, bits_fails=0x80200013, curl_fails=22))
    with pytest.raises(AnsibleActionFail, match=rf"my%20setup.exe could not be downloaded: {sentence}"):
        run_action(ActionModule, host, **{**PRODUCT, "source": SETUP_URL})
    assert traces(host) == []


def test_what_goes_wrong_as_system_says_what_it_was_for(run_action: RunAction, host_of: Any) -> None:
    host = host_of(**downloaded("windows-server-2022"))
    with pytest.raises(
        AnsibleActionFail, match=r"the download of https://\S+ with bitsadmin: the command run as SYSTEM"
    ):
        run_action(ActionModule, host, **{**PRODUCT, "source": SETUP_URL, "timeout": 0})


@pytest.mark.parametrize("base", ["old-2008-r2", "windows-server-2022"])
def test_the_sum_of_an_installer_larger_than_a_shell_is_computed(
    run_action: RunAction, host_of: Any, base: str
) -> None:
    digest = "ab" * 32
    file = {"size": "1100 MiB", "sha256": digest}
    host = host_of(**{**product(), "base": base, "files": {PRODUCT["source"]: file}})
    predicted = run_action(ActionModule, host, check=True, sha256=digest, **PRODUCT)
    assert "was not compared in check mode" in predicted["warnings"][0]
    assert run_action(ActionModule, host, sha256=digest, **PRODUCT)["after"] == "2.10.1"
    assert traces(host) == []


def test_a_restart_completes_it_where_it_is_allowed(run_action: RunAction, host_of: Any) -> None:
    host = host_of(base="old-2012-r2", restart_seconds=200)
    result = run_action(ActionModule, host, reboot=True, **WMF)
    assert (result["after"], result["restarted"], result["reboot_required"]) == ("5.1.14409.1005", True, False)
    assert host.windows.boots == 1


def test_what_waits_for_a_restart_is_not_installed_again(run_action: RunAction, host_of: Any) -> None:
    host = host_of(base="old-2012-r2")
    first = run_action(ActionModule, host, **WMF)
    assert (first["changed"], first["exit_code"], first["reboot_required"]) == (True, 3010, True)
    second = run_action(ActionModule, host, **WMF)
    assert (second["changed"], second["exit_code"], second["reboot_required"]) == (False, 0x240006, True)


def test_the_wrong_sum_keeps_it_from_running(run_action: RunAction, host_of: Any) -> None:
    host = host_of(base="old-2012-r2")
    wrong = "0" * 64
    with pytest.raises(AnsibleActionFail, match=f"was not run: its SHA-256 is {NET48_SHA256} and not {wrong}"):
        run_action(ActionModule, host, sha256=wrong, **DOTNET)
    assert NET48.lower() not in host.windows.installed
    assert traces(host) == []


@pytest.mark.parametrize(
    "source, sentence",
    [
        (r"\\files.example.test\software\missing.exe", "computer account"),
        ("https://downloads.example.test/missing.exe", "check the URL"),
        ("https://nowhere.example.test/missing.exe", "check the URL"),
        (r"C:\missing.exe", r"the file C:\\missing.exe"),
        (r"C:\readme.txt", "must end with the name of"),
        ('https://downloads.example.test/a"b.exe', "write %20 or %22"),
        ("http://downloads.example.test/setup.exe", "anybody on the way could replace it: specify its SHA-256"),
        (r"\\files.example.test\software\Win7AndW2K8R2-KB3191566-x64.zip", "ZIP archive.*take the .msu"),
    ],
)
def test_a_source_that_is_not_there(run_action: RunAction, host_of: Any, source: str, sentence: str) -> None:
    host = host_of(base="old-2012-r2", files={r"C:\readme.txt": {"size": 1}})
    with pytest.raises(AnsibleActionFail, match=sentence):
        run_action(ActionModule, host, **{**DOTNET, "source": source})
    assert traces(host) == []


@pytest.mark.parametrize("path", ["missing.exe", "missing.txt", "mis sing.exe", NET48])
def test_what_is_secret_in_a_url_is_in_no_message(run_action: RunAction, host_of: Any, path: str) -> None:
    host = host_of(base="old-2012-r2")
    source = f"https://user:open-sesame@downloads.example.test/{path}?sig=open-sesame"
    with pytest.raises(AnsibleActionFail) as caught:
        run_action(ActionModule, host, **{**DOTNET, "source": source, "sha256": "0" * 64})
    assert "open-sesame" not in caught.value.message


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"source": r"C:\missing.exe"}, "does not exist on the host"),
        ({"source": rf"C:\Install\{NET48}", "sha256": "0" * 64}, f"its SHA-256 is {NET48_SHA256} and not 0000"),
        ({"source": rf"C:\Install\{NET48}", "sha256": "0" * 63}, "does not consist of 64 hexadecimal digits"),
        ({"source": r"C:\100%\setup.exe"}, "cannot be used in a command"),
        ({"source": "C:\\a\nb\\setup.exe"}, "cannot be used in a command"),
        ({"source": r"C:\setup.zip"}, r"ZIP archive.*take the .msu"),
        ({"source": "http://downloads.example.test/setup.exe"}, "anybody on the way could replace it"),
        ({"source": r"C:\setup.txt"}, "must end with the name"),
        ({"source": "https://downloads.example.test/a b.exe"}, "write %20"),
        ({"arguments": "/password=Hello!"}, "exclamation mark"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_succeed_is_refused_in_check_mode_too(
    run_action: RunAction, host_of: Any, check: bool, options: dict[str, Any], sentence: str
) -> None:
    host = host_of(base="old-2012-r2", files={r"C:\setup.zip": {"size": 1}})
    before = host.windows.state()
    with pytest.raises(AnsibleActionFail, match=sentence):
        run_action(ActionModule, host, check=check, **{**DOTNET, **options})
    assert host.windows.state() == before


@pytest.mark.parametrize("reboot", [True, False])
def test_an_update_that_restarts_windows_twice_is_waited_for(run_action: RunAction, host_of: Any, reboot: bool) -> None:
    host = host_of(base="old-2012-r2", restart_seconds=40, restarts_again_after=70)
    result = run_action(ActionModule, host, reboot=reboot, **WMF)
    assert result["reboot_required"] is not reboot
    assert host.windows.boots == (2 if reboot else 0)
    assert (result["after"] == "5.1.14409.1005") is reboot


TASK = r"\Microsoft\OnlineBackup\Microsoft-OnlineBackup"


def test_an_installation_waits_for_a_running_backup(run_action: RunAction, host_of: Any) -> None:
    host = host_of(base="old-2012-r2", executables={"powershell.exe": {"duration": 1000}})
    host.windows.tasks.start(TASK)
    with pytest.raises(AnsibleActionFail, match="Microsoft-OnlineBackup is running; wait for its end"):
        run_action(ActionModule, host, backup_timeout=60, **DOTNET)
    assert NET48.lower() not in host.windows.installed

    assert run_action(ActionModule, host, **DOTNET)["changed"]
    assert host.windows.tasks.get(TASK).last_result == 0


def test_a_backup_that_starts_during_the_installation_postpones_the_restart(
    run_action: RunAction, host_of: Any
) -> None:
    executables = {"powershell.exe": {"duration": 10_000}, "NDP48-x86-x64-AllOS-ENU.exe": {"duration": 300}}
    host = host_of(base="old-2012-r2", executables=executables)
    host.windows.agenda.after(200, lambda: host.windows.tasks.start(TASK))
    result = run_action(ActionModule, host, reboot=True, backup_timeout=60, **DOTNET)
    assert (result["restarted"], result["reboot_required"], host.windows.boots) == (False, True, 0)
    assert "Microsoft-OnlineBackup is running" in result["warnings"][0]


def test_what_a_product_requires_is_there_first(run_action: RunAction, host_of: Any) -> None:
    host = host_of(base="old-2008-r2")
    options = {
        **WMF,
        "source": r"\\files.example.test\software\Win7AndW2K8R2-KB3191566-x64.msu",
        "requires_key": RELEASE,
        "requires_name": "Release",
        "requires_minimum": 379893,
    }
    before = host.windows.state()
    assert run_action(ActionModule, host, check=True, **options)["changed"]
    with pytest.raises(AnsibleActionFail, match=r"was not run: it requires .*Release of at least 379893"):
        run_action(ActionModule, host, **options)
    assert host.windows.state() == before
    run_action(ActionModule, host, **DOTNET)
    assert run_action(ActionModule, host, **options)["exit_code"] == 3010


ENVIRONMENT = r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Environment"


@pytest.mark.parametrize("when", ["effects", "effects_after_reboot"])
def test_entries_that_an_installation_loses_are_appended_again(run_action: RunAction, host_of: Any, when: str) -> None:
    # WMF 5.1 over WMF 3.0 sets the variable anew
    lost = {"registry": {ENVIRONMENT: {"PSModulePath": {"expand": r"%ProgramFiles%\WindowsPowerShell\Modules"}}}}
    host = host_of(
        base="old-2008-r2",
        registry={r"HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine": {"PowerShellVersion": "3.0"}},
        executables={"Win7AndW2K8R2-KB3191566-x64.msu": {when: lost}},
    )
    source = r"\\files.example.test\software\Win7AndW2K8R2-KB3191566-x64.msu"
    entries = host.windows.registry.data(ENVIRONMENT, "PSModulePath")

    result = run_action(ActionModule, host, reboot=True, keep_entries=["PSModulePath"], **{**WMF, "source": source})

    assert result["entries"] == {"PSModulePath": entries}
    value = host.windows.state()["registry"][ENVIRONMENT]["PSModulePath"]
    assert value == ["REG_EXPAND_SZ", rf"%ProgramFiles%\WindowsPowerShell\Modules;{entries}".rstrip(";")]


def test_an_installer_may_take_longer_than_winrm_2_keeps_a_shell(
    run_action: RunAction, host_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = host_of(**{**product(duration=1000, exit_code=3010), "base": "old-2008-r2"})
    shells: list[int] = []

    def pause(_seconds: float) -> None:
        # Longer than the 180 seconds after which Windows deletes an idle shell
        shells.append(host.service.shells.count)
        host.sleep(200)

    monkeypatch.setattr(cim_installer, "Installer", partial(Installer, sleep=pause))
    monkeypatch.setattr(installer, "SystemCommand", partial(SystemCommand, clock=host.clock.seconds))
    result = run_action(ActionModule, host, **PRODUCT)

    assert (result["changed"], result["exit_code"], result["after"]) == (True, 3010, "2.10.1")
    assert len(shells) > 5
    assert set(shells) == {0}
    assert traces(host) == []


@pytest.mark.parametrize(
    "code, sentence", [(5100, "requirements"), (1603, "fatal"), (1618, "another"), (77, "unrecognized")]
)
def test_a_failure_says_what_the_exit_code_means(run_action: RunAction, host_of: Any, code: int, sentence: str) -> None:
    host = host_of(**product(fails=code))
    with pytest.raises(AnsibleActionFail, match=rf"ended with exit code {code} \(0x.*{sentence}"):
        run_action(ActionModule, host, **PRODUCT)
    assert traces(host) == []


def test_an_exit_code_alone_proves_nothing(run_action: RunAction, host_of: Any) -> None:
    host = host_of(**product(version="2.9", effects={}))
    with pytest.raises(AnsibleActionFail, match=r"exit code 0 .*Version of at least 2.10 is lower"):
        run_action(ActionModule, host, **PRODUCT)


def test_versions_compare_by_their_parts(run_action: RunAction, host_of: Any) -> None:
    host = host_of(**product(version="2.9.99"))
    assert run_action(ActionModule, host, **PRODUCT)["after"] == "2.10.1"
    assert not run_action(ActionModule, host, **PRODUCT)["changed"]


def test_an_installer_that_restarts_the_host_by_itself_is_waited_for(run_action: RunAction, host_of: Any) -> None:
    entry: dict[str, Any] = {"exit_code": 1641, "needs_reboot": True, "duration": 30}
    host = host_of(**product(**entry), restart_seconds=200)
    result = run_action(ActionModule, host, **PRODUCT)
    assert (result["restarted"], result["reboot_required"], result["after"]) == (True, False, "2.10.1")
    assert host.windows.boots == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("number", [*range(1, 40, 2)])
def test_a_broken_connection_changes_nothing(run_action: RunAction, host_of: Any, fault: str, number: int) -> None:
    host = host_of(**product(), faults={fault: [number]})
    result = run_action(ActionModule, host, **PRODUCT)
    assert (result["changed"], result["after"]) == (True, "2.10.1")
    assert traces(host) == []


@pytest.mark.parametrize(
    "minimum, value, met",
    [
        ("528040", 528049, True),
        ("528040", 378675, False),
        ("3.0", "5.1.14409.1005", True),
        ("5.1", "5.1.0.0", True),
        ("5.1", "5", False),
        ("5.10", "5.9", False),
        (None, "anything", True),
        (None, 0, True),
        (None, None, False),
        ("0", None, False),
    ],
)
def test_proofs(minimum: str | None, value: str | int | None, met: bool) -> None:
    assert RegistryProof(minimum, "HKLM\\X", "Y").is_met_by(value) is met
