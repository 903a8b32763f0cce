# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is recorded can be had again with the client, and says nothing that was to be kept secret."""

from __future__ import annotations

import base64
import html
import ipaddress
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.winops.mars.plugins.plugin_utils.mars.gather import DEFAULT_SECTIONS, SECTIONS, gather
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.envelope import open_body
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.errors import ConnectionLost, Fault, WSManError
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.recording import Recorder, scrubbed
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.scrubbing import Scrubber, collection_words, words_of
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.session import Session
from ansible_collections.winops.mars.plugins.plugin_utils.wsman.values import CimPath
from tests.unit.plugins.plugin_utils.wsman.replay import Recording
from tests.unit.plugins.plugin_utils.wsman.scripted import (
    COMMAND_STARTED,
    SENT,
    SHELL_CREATED,
    envelope,
    fault,
    received,
    scripted,
)
from tests.unit.plugins.plugin_utils.wsman.test_captures import kind
from tests.unit.simulated import simulated

# None of the secrets below, which would be replaced as a name
HOST, USER = "files01.contoso.example", r"CONTOSO\svc-mars"
SPOOLER = CimPath("root/cimv2", "Win32_Service", {"Name": "Spooler"})


def recorded(*answers: Any) -> tuple[Session, Recorder]:
    session, _transport, _pauses = scripted(*answers)
    return session, session.route(Recorder)


def written(recorder: Recorder, folder: Path, *names: str) -> dict[str, str]:
    """The files of a recording by their names."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(recorder.write(folder, names).iterdir())}


def property_of(value: str, name: str = "Description") -> bytes:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return envelope(f"<p:Win32_Service><p:{name}>{escaped}</p:{name}></p:Win32_Service>")


def output(*chunks: bytes) -> bytes:
    return received(*(("stdout", base64.b64encode(chunk).decode()) for chunk in chunks), exit_code="0")


# -- What is written


def differing(before: Any, after: Any, path: str = "") -> set[str]:
    """The paths of all facts in which two hosts differ, without the positions in lists."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return {found for key in before for found in differing(before[key], after[key], f"{path}.{key}".lstrip("."))}
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return {found for pair in zip(before, after, strict=True) for found in differing(*pair, path)}
    return set() if before == after else {path}


@pytest.mark.parametrize("base", ["healthy-2022", "german-2019", "old-2008-r2"])
def test_a_recorded_host_has_the_same_facts_again_apart_from_its_names(base: str, tmp_path: Path) -> None:
    host = simulated(base=base, computer_name="FILES01")
    recorder = host.session.route(Recorder)
    sections = [name for name in DEFAULT_SECTIONS if name != "clock"]  # the controller's clock goes on
    facts = gather(host.session, sections)
    host.session.close()

    again = gather(Session(Recording(recorder.write(tmp_path, ["files01"]))), sections)

    names = {
        *("os.computer_name", "registration.machine_id", "registration.resource_id", "registration.vault"),
        *("volumes.device_id", "scratch.volume.device_id"),
    }
    assert differing(facts, again) == names
    # The same name has the same replacement
    volume = next(each for each in again["volumes"] if each["name"] == again["scratch"]["volume"]["name"])
    assert again["scratch"]["volume"]["device_id"] == volume["device_id"]


def test_each_file_of_a_recording_is_of_a_kind_that_the_tests_of_recordings_know(tmp_path: Path) -> None:
    host = simulated()
    recorder = host.session.route(Recorder)
    host.session.identify()
    gather(host.session, ["os", "tasks", "volumes", "dotnet"], sleep=host.sleep)
    host.session.close()

    files = list(recorder.write(tmp_path, []).iterdir())

    assert "method" in {kind(path) for path in files}
    assert [path.name for path in files if kind(path) == "unknown"] == []


def test_a_recording_is_a_folder_of_messages_and_an_index_that_names_each(tmp_path: Path) -> None:
    session, recorder = recorded(
        ConnectionLost("reset"), property_of("Disabled", "StartMode"), fault("AccessDenied", 5)
    )
    session.get(SPOOLER)
    with pytest.raises(Fault):
        session.get(SPOOLER)

    folder = recorder.write(tmp_path, [])

    assert sorted(path.name for path in folder.iterdir()) == [
        *("00-request-Get.xml", "01-request-Get.xml", "01-response-GetResponse.xml"),
        *("02-request-Get.xml", "02-response-fault.xml", "INDEX.md"),
    ]
    rows = (folder / "INDEX.md").read_text().splitlines()[-5:]
    assert [row.split(" | ")[0] for row in rows] == [
        f"| {folder.name}/{name}" for name in sorted(path.name for path in folder.glob("*.xml"))
    ]
    assert "Get of Win32_Service (ConnectionLost: no answer)" in rows[0]
    assert "fault w:AccessDenied 5 access denied" in rows[4]


@pytest.mark.parametrize(
    "subcode", ["AccessDenied", "InvalidSelectors", "CannotProcessFilter", "TimedOut", "QuotaLimit"]
)
def test_a_fault_is_recorded_with_what_callers_decide_on(subcode: str, tmp_path: Path) -> None:
    session, recorder = recorded(*[fault(subcode, 0x80338000, "The host contoso77 says no.")] * 4)
    with pytest.raises(WSManError):
        session.get(SPOOLER)

    [answer, *_unused] = [text for name, text in written(recorder, tmp_path).items() if "-response-" in name]

    with pytest.raises(Fault) as caught:
        open_body(answer.encode(), None)
    assert (caught.value.subcode, caught.value.code) == (subcode, 0x80338000)
    assert "contoso77" not in caught.value.reason


def test_nobody_else_can_read_a_recording_and_its_name_does_not_give_the_host_away(tmp_path: Path) -> None:
    session, recorder = recorded(property_of("Disabled", "StartMode"))
    session.get(SPOOLER)

    first, second = recorder.write(tmp_path, [HOST]), recorder.write(tmp_path, [HOST])

    assert first != second
    assert re.fullmatch(r"host-[0-9a-f]{8}", first.name)
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in first.iterdir()} == {0o600}


def test_a_recording_that_cannot_be_completed_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, recorder = recorded(property_of("Disabled", "StartMode"))
    session.get(SPOOLER)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        recorder.write(tmp_path, [])

    assert list(tmp_path.iterdir()) == []


def test_output_keeps_its_chunks_and_octets_that_are_not_utf8(tmp_path: Path) -> None:
    session, recorder = recorded(SHELL_CREATED, COMMAND_STARTED, output(b"ProxyEnable \xff", b"\xfe 0x1\r\n"))
    session.run("reg query HKLM")

    [answer] = [text for name, text in written(recorder, tmp_path).items() if name.endswith("ReceiveResponse.xml")]

    chunks = re.findall(r"<rsp:Stream[^>]*>([^<]*)<", answer)
    assert [base64.b64decode(chunk) for chunk in chunks] == [b"ProxyEnable \xff", b"\xfe 0x1\r\n"]


@pytest.mark.parametrize(
    "text",
    [
        "Stack: 3.0",
        "Win32_OperatingSystem",
        r"C:\Program Files\Microsoft Azure Recovery Services Agent\bin\CBEngine.exe",
        r"HKLM\SOFTWARE\Microsoft\Windows Azure Backup\Config",
        "S-1-5-18, S-1-5-32-544",
        "2026-11-22T00:30:00.123456+01:00, 20261122003000.000000+060, P0DT0H1M40S, PT60S",
        "0x80041003 2147749890 0x41303 267011 0xffffffff -1 65001",
        "10.0.20348.2849, 4.18.25110.6",
        "136365211648\r\n18446744073709551615\r\n",
        # No limit, and queries for events of the last days
        "at most 2147483647, 4294967295, 9223372036854775807, 18446744073709551615",
        "timediff(@SystemTime) <= 604800000",
        "2.0.9250.0",
        "NT AUTHORITY\\SYSTEM",
        "127.0.0.1, ::1",
    ],
)
def test_what_is_the_same_on_every_host_remains(text: str) -> None:
    assert Scrubber(collection_words()).text(text) == text


def test_a_long_number_remains_where_it_is_a_size() -> None:
    scrubber = Scrubber(collection_words())
    message = "<p:Win32_Volume><p:{0}>136365211648</p:{0}></p:Win32_Volume>"

    assert scrubber.message(message.format("Capacity")) == message.format("Capacity")
    assert "136365211648" not in scrubber.message(message.format("Label"))


def test_the_same_name_has_the_same_replacement_in_any_case_and_place() -> None:
    scrubber = Scrubber(collection_words(), [HOST])

    upper, lower, share = (scrubber.text(text) for text in ("FILES01", "files01", r"\\Files01\updates"))

    assert upper == lower
    assert upper in share
    assert scrubber.text("files02") != upper


def test_a_replacement_has_the_form_of_what_it_replaces() -> None:
    scrubber = Scrubber(collection_words())

    assert re.fullmatch(r"S-1-5-21-[\d-]+-500", scrubber.text("S-1-5-21-1004336348-1177238915-682003330-500"))
    assert re.fullmatch(
        r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}", scrubber.text("{5B1F3C1A-0000-0000-0000-100000000000}")
    )
    assert ipaddress.ip_address(scrubber.text("192.168.7.21")).version == 4
    assert ipaddress.ip_address(scrubber.text("fd12:3456:789a::7:21")).version == 6
    assert re.fullmatch(r"\w+@\w+", scrubber.text("jane.doe@contoso.example"))


# -- What is not

GUID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
UTF16 = base64.b64encode("net use \\\\files01 hunter2".encode("utf-16-le")).decode()
SID_OCTETS = "010500000000000515000000A065CF7E784B9B5FE77C8770F4010000"
NTLM = base64.b64encode(b"NTLMSSP\0\3\0\0\0\x18\0\x18\0fixed octets").decode()
# The text in which something secret stands, and everything in it that nobody may see
SECRETS = [
    ("schtasks /create /ru joe /rp hunter2 /tn x", ["hunter2", "joe"]),
    ("net use z: \\\\files01\\c$ backup /user:CONTOSO\\folder", ["backup", "files01", "CONTOSO", "folder"]),
    ("MARSAgentInstaller.exe /q /pu:system.user /pw:backup", ["system.user", "backup"]),
    ("Password=backup folder", ["=backup"]),
    ('"password" : "files and folders"', ["files and folders"]),
    ("The password is backup", ["backup"]),
    ("curl.exe --proxy-user backup:volume http://x", ["backup:volume", "volume"]),
    ("http://agent:backup@proxy.contoso.example:8080/", ["backup", "proxy.contoso", "contoso.example"]),
    ("agent:backup@proxy", ["agent:backup"]),
    ("https://acme.blob.core.windows.net/c?sv=2022&se=2027&sr=b&sig=Yk3%2Bz%3D", ["acme", "Yk3", "2022"]),
    ("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=backup12==;", ["backup12", "acme"]),
    ("Server=db7;Database=x;User Id=agent;Password=volume;", ["db7", "Password=volume"]),
    ("SharedAccessSignature sv=2020&sig=abc", ["sig=abc"]),
    ("Authorization: Bearer eyJhbGciOi.eyJzdWIiOiIxMjM.SflKxwRJ", ["eyJhbGciOi", "eyJzdWIiOiIxMjM", "SflKxwRJ"]),
    ("Authorization: Basic YmFja3VwOmJhY2t1cA==", ["YmFja3Vw"]),
    (f"Authorization: Negotiate {NTLM}", [NTLM, NTLM[:16]]),
    (f"WWW-Authenticate: {NTLM}", [NTLM]),
    (f"powershell -EncodedCommand {UTF16}", [UTF16, UTF16[:24]]),
    (f"powershell -e {UTF16[:32]}", [UTF16[:32]]),
    ("<RSBackupVaultAADCreds><ManagementCert>backup</ManagementCert></RSBackupVaultAADCreds>", [">backup<"]),
    (f"<SubscriptionId>{GUID}</SubscriptionId>", [GUID]),
    ("<UserId>CONTOSO\\volume</UserId><Author>files</Author>", ["CONTOSO", "volume", "files"]),
    ("-----BEGIN RSA PRIVATE KEY-----\nbackup\nfolder\n-----END RSA PRIVATE KEY-----", ["backup", "folder"]),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nbackup", ["backup"]),
    ("S-1-5-21-1004336348-1177238915-682003330-1103", ["1004336348", "1177238915", "682003330", "1103"]),
    ("O:S-1-12-1-1943430372-1249052806-2496021943-3034400218G:BA", ["1943430372", "3034400218"]),
    (f"{{{GUID}}}", [GUID]),
    (GUID.replace("-", ""), [GUID.replace("-", "")]),
    (r"C:\Users\folder\AppData\Local\system.log", [r"Users\folder", r"Local\system"]),
    (r"c:\\Documents and Settings\\Agent Smith\\Desktop", ["Agent Smith", "Desktop"]),
    (r'"C:\Users\joe john\secret plan.docx" x', ["joe", "john", "plan"]),
    (r"\\backup\system\file.exe", [r"\\backup", r"\system"]),
    ("192.168.17.21:5985", ["192.168.17.21"]),
    ("10.0.0.5, 10.0.0.6", ["10.0.0.5", "10.0.0.6"]),
    ("fe80::5efe:c0a8:1115%12 2001:0db8:85a3:0000:0000:8a2e:0370:7334", ["5efe", "c0a8", "85a3", "7334"]),
    ("::ffff:192.168.17.21", ["192.168.17.21", "17.21"]),
    ("00-15-5D-01-02-03", ["15-5D-01"]),
    ("backup.server.local", ["backup.server", "server.local"]),
    ("jane.doe@contoso.example", ["jane", "contoso"]),
    ("CONTOSO\\jdoe", ["CONTOSO", "jdoe"]),
    ("Summer2026", ["Summer2026"]),
    ("%70%61%73%73%77%6f%72%64", ["70%61%73"]),
    ("&#112;&#97;&#115;&#115;", ["112;&#97"]),
    ("P@ssw0rd! ab!cd@ef", ["P@ssw0rd", "ab!cd@ef"]),
    ("    ResourceId    REG_SZ    5012345678901234567", ["5012345678901234567"]),
    ("5012345678901234567", ["5012345678901234567"]),
    ("-5012345678901234567", ["5012345678901234567"]),
    ("\u0661\u0662\u0663" * 4, ["\u0661\u0662\u0663"]),
    ("4711081512345 backup", ["4711081512345"]),
    ("12345678901.4711081512345", ["12345678901", "4711081512345"]),
    ("system-4711081512345 volume_4711081512345", ["4711081512345"]),
    ("4711 0815 1234 5678, 0491 7012 3456", ["0815", "1234", "7012"]),
    ("123456-234567-345678-456789-567890-678901-789012-890123", ["234567", "890123"]),
    ("00330-80000-00000-12345", ["00330", "12345"]),
    ("CA BD 2A 79 A1 07 6A 31 F2 1D 25 36 35 CB 03 9D 43 29 A5 E8", ["79 a1", "f2 1d", "36 35", "43 29"]),
    ("VMware-56 4d 3c 1a 2b 3c 4d 5e-6f 70 81 92 a3 b4 c5 d6", ["56 4d", "70 81 92", "c5 d6"]),
    ("CABD2A79A1076A31F21D253635CB039D4329A5E8", ["CABD2A79", "4329A5E8"]),
    ("01:23:45:67:89:01:23:45", ["67:89", "23:45"]),
    ("0015.5d01.0203 00155D010203", ["5d01", "0203", "00155D"]),
    ("fe80::215:5dff:fe01:203%12, [2001:db8::17]:5985", ["5dff", "fe01", "::17"]),
    (f"<p:EncryptionKeyId>{GUID.replace('-', '')[:20]}</p:EncryptionKeyId>", [GUID.replace("-", "")[:12]]),
    (base64.b64encode(bytes(range(200, 216))).decode(), [base64.b64encode(bytes(range(200, 216))).decode()[:12]]),
    ("    AutoLogon    REG_BINARY    6261636B75702D6D65\r\n", ["6261636B75702D6D65"]),
    # Numbers that are not sizes
    ("SerialNumber : 12345678", ["12345678"]),
    ("<p:SerialNumber>1234567</p:SerialNumber>", ["1234567"]),
    ("    Phone    REG_SZ    0891234567", ["0891234567"]),
    ("+49 89 1234567", ["1234567"]),
    ("license 1234567890, customer 471108", ["1234567890", "471108"]),
    ("machine id 0x5e8f3a21", ["5e8f3a21"]),
    ("passcode 987654 <p:SecurityPIN>123456</p:SecurityPIN>", ["987654", "123456"]),
    ("SCSI\\DISK&VEN_X\\5&1982005&0&000000", ["1982005"]),
    ("Volume Serial Number is 1A2B-3C4D, 1234-5678", ["1A2B", "3C4D", "1234-"]),
    ("DE89 3704 0044 0532 0130 00", ["3704", "0532"]),
    ("1004336348,1177238915", ["1004336348", "1177238915"]),
    ("1.2.840.113556.1.8000.2554.12345.67890", ["12345.67890", "2554"]),
    # Addresses in other notations
    ("    Server    REG_DWORD    0xc0a81115", ["c0a81115"]),
    ("address 3232239893", ["3232239893"]),
    ("192.168.17.021 192.168.17 ip-192-168-17-21", ["192.168.17", "192-168-17"]),
    ("21.17.168.192.in-addr.arpa", ["21.17.168"]),
    ("2001-db8-85a3--7334.ipv6-literal.net", ["85a3", "7334"]),
    ("00155D010203 0015.5d01.0203", ["00155d", "5d01"]),
    # Octets in other notations
    ("hex(2):46,00,49,00,4c,00,45,00,53,00,30,00,31,00", ["46,00,49", "30,00,31"]),
    ("70 61 73 73 77 6f", ["70 61 73", "77 6f"]),
    ("0x70 0x61 0x73 0x73 0x77 0x6f", ["0x70", "0x77"]),
    ("112,97,115,115,119,111,114,100", ["112,97", "114,100"]),
    (f"    Owner    REG_BINARY    {SID_OCTETS}", ["A065CF7E", "784B9B5F"]),
    (base64.b64encode("\\\\files01\\share".encode("utf-16-le")).decode(), ["XABcAGYAaQBs"]),
    (base64.b64encode("FILES01".encode("utf-16-le")).decode(), ["RgBJAEwARQBT"]),
    # Names that consist of known words, and keys
    ("BACKUP-SERVER, FILES-FOLDERS", ["BACKUP-SERVER", "FILES-FOLDERS"]),
    (r"\\?\UNC\files77\data //files78/data", ["files77", "files78"]),
    ("CN=Jane Doe,OU=Sales,DC=contoso,DC=local", ["Jane", "Sales", "contoso"]),
    ("VK7JG-NPHTM-C97JM-9MPGT-3V66T", ["VK7JG", "NPHTM", "3V66T"]),
    ("12345-67890-12345-67890-12345", ["67890"]),
    ("Server=tcp:db7.contoso.example,1433;Initial Catalog=Payroll;User ID=sa;", ["db7", "Payroll", "=sa;"]),
    # Words that the collection knows, and short numbers, by what they are called
    ("    DefaultPassword    REG_SZ    backup folder\r\n", ["backup", "folder"]),
    ("    ProxyUserName    REG_SZ    backup\r\n    Owner    REG_EXPAND_SZ    volume", ["backup", "volume"]),
    ("    ServiceResourceName    REG_SZ    backup", ["backup"]),
    ("<Data Name='SubjectUserName'>backup</Data><Data Name=\"TargetDomainName\">volume</Data>", ["backup", "volume"]),
    ("<Data Name='Password'>backup</Data>", [">backup"]),
    ('{"name": "StoragePassword", "value": "backup"}', ['"backup"']),
    ("ConvertTo-SecureString 'backup' -AsPlainText", ["'backup'"]),
    ("Kennwort: backup; Mot de passe : volume; \u30d1\u30b9\u30ef\u30fc\u30c9: agent", ["backup", "volume", "agent"]),
    ("User name: backup, Account: volume, login=agent", ["backup", "volume", "agent"]),
    ("pwd\tbackup", ["backup"]),
    ("password 12345, PIN 4711, pass code: 815", ["12345", "4711", "815"]),
    (r"CONTOSO\10234 runs as 20456@contoso", ["10234", "20456"]),
    (r"C:\Users\10234\AppData, c:/Users/backup/volume.txt", ["10234", "users/backup", "volume.txt"]),
    ("file://backup/volume http://agent:8080/", ["//backup", "//agent"]),
    # What other hosts are called in the samples of the documentation
    ("FILES77 FILES01 vault-westeurope", ["FILES77", "FILES01", "vault-westeurope"]),
    # Keys and hashes
    (f"Administrator:500:{'ab' * 16}:{'31d6' * 8}:::", ["abab", "31d6"]),
    ("AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ["AKIAIOS", "K7MDENG", "bPxRfi"]),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a xoxb-123456-abcdef", ["16C7e42F", "123456"]),
    (f"tenant {GUID.replace('-', '').upper()}, /subscriptions/{GUID}/resourceGroups/backup-prod", ["6f9619ff", "prod"]),
    (f"0x{SID_OCTETS}", ["A065CF7E"]),
    (base64.b64encode(bytes.fromhex(SID_OCTETS)).decode(), ["oGXPfnhLm1"]),
    (b"password=backup".hex(), ["70617373"]),
]


def everything(files: dict[str, str]) -> str:
    """All that the files say, also what is encoded in them."""
    texts = list(files.values())
    texts += [
        base64.b64decode(data).decode(errors="replace")
        for text in texts
        for data in re.findall(r"<rsp:Stream[^>]*>([^<]+)<", text)
    ]
    return "\n".join([*texts, *map(html.unescape, texts)]).casefold()


def told(tmp_path: Path, text: str) -> str:
    """Everything that a recording says after this text was in each place where a text can be."""
    raw = text.encode()
    halves = raw[: len(raw) // 2], raw[len(raw) // 2 :]
    attribute = escape(text, {'"': "&quot;", "\n": " "})
    comment = attribute.replace("--", "")
    session, recorder = recorded(
        property_of(text),
        envelope(f"<p:Win32_Service><p:Data><![CDATA[{text}]]></p:Data><!-- {comment} --></p:Win32_Service>"),
        envelope(f'<p:Win32_Service><p:Data x="{attribute}"/></p:Win32_Service>'),
        fault("InternalError", 5, escape(text)),
        text.encode(),
        SHELL_CREATED,
        COMMAND_STARTED,
        SENT,
        output(*halves),
    )
    session.get(SPOOLER)
    session.get(SPOOLER)
    session.get(SPOOLER)
    with pytest.raises(Fault):
        session.get(SPOOLER)
    with suppress(WSManError):
        session.delete(CimPath("root/cimv2", "Win32_Environment", {"Name": text}))
    session.run(text, stdin=text)
    return everything(written(recorder, tmp_path, HOST, USER))


@pytest.mark.parametrize("text, secrets", SECRETS, ids=[text.split("\n")[0][:50] for text, _unused in SECRETS])
def test_a_secret_is_nowhere_in_a_recording(text: str, secrets: list[str], tmp_path: Path) -> None:
    said = told(tmp_path, text)

    assert [secret for secret in secrets if secret.casefold() in said] == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_in_utf16_that_a_program_prints_is_replaced(encoding: str, tmp_path: Path) -> None:
    session, recorder = recorded(SHELL_CREATED, COMMAND_STARTED, output("password=a b\r\n".encode(encoding)))
    session.run("more x.ini")

    said = everything(written(recorder, tmp_path))

    assert "p\0a\0s" not in said
    assert "\0=\0a" not in said


PLACES = ["{}", "a {} b", "/p {}", "password={}", "http://u:{}@h/", "<Password>{}</Password>", "x\\{}", '"{}"']
# No word of the collection, and no number
WORDS = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters="<>&"), min_size=6, max_size=24
).filter(
    lambda text: any(
        len(word) > 2 and not word.isdigit() and word not in collection_words()
        # What consists of known words remains
        for word in words_of(text)
        if not re.search("[-_.]", word)
    )
)


@settings(max_examples=150)
@given(
    WORDS,
    st.sampled_from(["{}", "a {} b", "/p {}", "password={}", "http://u:{}@h/", "<Password>{}</Password>", "x\\{}"]),
)
def test_no_word_that_the_collection_does_not_know_remains(word: str, place: str) -> None:
    said = Scrubber(collection_words()).text(place.format(word))

    assert word not in said


@settings(max_examples=100)
@given(st.integers(100_000, 9_999_999_999) | st.integers(10**10, 10**24), st.sampled_from(PLACES[1:]))
def test_no_long_number_remains_unless_it_is_a_code_or_a_size_or_means_no_limit(number: int, place: str) -> None:
    # Codes of errors, those of the Task Scheduler among them, and days in milliseconds
    assume(str(number) not in collection_words() and number >> 24 != 0x80)
    assume(number not in range(0x41300, 0x41330))
    assume(number > 9_999_999_999 or number % 86_400_000)
    # CIM says with the largest integer that there is no limit
    assume(number not in {2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1})

    # As a whole number: what stands instead of it may be longer and begin with it
    assert str(number) not in re.findall(r"\d+", Scrubber(collection_words()).text(place.format(number)))


def test_our_own_commands_remain_but_for_what_is_made_up_or_read_from_the_host() -> None:
    host = simulated(base="healthy-2022")
    recorder = host.session.route(Recorder)
    # The command of the section backup is encoded, and what is encoded goes as a whole
    gather(host.session, [name for name in SECTIONS if name != "backup"], sleep=host.sleep)

    requests = [exchanged.request for exchanged in recorder.exchanged]
    scrubs = [exchanged.request for exchanged in scrubbed(recorder.exchanged, [])]

    pairs = [pair for texts in zip(requests, scrubs, strict=True) for pair in zip(*map(words_sent, texts), strict=True)]
    assert len(pairs) > 100
    replaced = {before for before, after in pairs if before != after}
    # A script for PowerShell is one word of base64, in which the scrubber does not look.
    known = re.compile(r"[0-9a-f]{16}|S-1-5-21-|^[A-Za-z0-9+/]{100,}=*$")
    assert {word for word in replaced if not known.search(word)} == set()


def words_sent(message: str) -> list[str]:
    """The words of a command line."""
    return [word for line in re.findall(r"<rsp:Command>([^<]*)", message) for word in line.split()]
