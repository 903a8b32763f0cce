# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe: its grammar, its own commands, and the small programs."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.model import CimFailure
from tests.simulator.windows.cmd.arguments import split_arguments
from tests.unit.simulator.windows_hosts import Machine


@pytest.mark.parametrize(
    ("command", "stdout"),
    [
        ("echo a & echo b", "a \r\nb\r\n"),
        ("ver >nul && echo yes", "yes\r\n"),
        ("nonsense 2>nul || echo no", "no\r\n"),
        ("nonsense 2>nul && echo yes & echo after", "after\r\n"),
        ('echo "a & b" ^& c', '"a & b" & c\r\n'),
        ("echo %OS% %UNKNOWN%", "Windows_NT %UNKNOWN%\r\n"),
        ('cmd /v:on /c "set X=1& echo !X!"', "1\r\n"),
        ("set X=1& echo %X%", "%X%\r\n"),
        ('cmd /v:on /c "nonsense 2>nul & echo !errorlevel!"', "9009\r\n"),
        ("if 1==1 (echo same) else echo other", "same\r\n"),
        ("if not exist C:\\nothing echo missing", "missing\r\n"),
        ("if exist C:\\Windows\\ echo directory", "directory\r\n"),
        ("if exist C:\\Windows\\System32\\robocopy.exe echo tool", "tool\r\n"),
        ("(echo a& echo b) | findstr b", "b\r\n"),
        ("for %I in (a b) do @echo %I", "a\r\nb\r\n"),
        ("for /f \"tokens=2\" %I in ('echo a b c') do @echo %I", "b\r\n"),
        ('for %I in ("C:\\Windows\\System32\\reg.exe") do @echo %~nxI %~dpI', "reg.exe C:\\Windows\\System32\\\r\n"),
        ("echo error 1>&2 2>nul", ""),
        ("hostname", "SRV\r\n"),
        ("echo %CD:~0,2%", "C:\r\n"),
    ],
)
def test_grammar(command: str, stdout: str) -> None:
    assert Machine().run(command).stdout == stdout


WORDS = st.sampled_from(
    [
        *(
            "echo",
            "dir",
            "type",
            "copy",
            "reg",
            "schtasks",
            "findstr",
            "certutil",
            "robocopy",
            "for",
            "if",
            "not",
            "exist",
        ),
        *(
            "%I",
            "in",
            "do",
            "(",
            ")",
            "&",
            "&&",
            "||",
            "|",
            ">",
            "<",
            "2>&1",
            "^",
            "%OS%",
            "!X!",
            '"',
            "==",
            "nul",
            "HKLM",
        ),
        *(
            "C:\\x",
            "C:\\Windows\\*",
            "\\\\server\\share",
            "/q",
            "/s",
            "/f",
            "/tn",
            "/query",
            "/create",
            "-decode",
            "add",
        ),
    ],
)


@given(st.lists(WORDS, max_size=9))
def test_every_line_ends_in_an_exit_code(words: list[str]) -> None:
    assert 0 <= Machine().run(" ".join(words)).exit_code < 2**32


def test_a_loop_without_an_at_sign_echoes_its_command() -> None:
    assert Machine().run("for %I in (a) do echo %I").stdout == "\r\nC:\\Users\\Administrator>echo a \r\na\r\n"


def test_an_unknown_command_is_exit_code_1() -> None:
    result = Machine().run("nonsense /x")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nonsense" in result.stderr
    assert Machine("german-2019").run("nonsense").stderr.startswith("Der Befehl")


def test_a_missing_directory_keeps_a_redirected_command_from_running() -> None:
    machine = Machine()
    result = machine.run(r"mkdir C:\made > C:\nothing\log.txt")
    assert result.exit_code == 1
    assert not machine.host.files.find(r"C:\made")


def test_a_line_can_be_too_long() -> None:
    assert Machine().run("echo " + "x" * 8187).exit_code == 1
    assert Machine().run("echo " + "x" * 8186).exit_code == 0


def test_bad_grammar() -> None:
    assert Machine().run("echo a && && echo b").exit_code != 0
    assert Machine().run("(echo a").exit_code != 0


def test_without_cmd_a_program_needs_its_path() -> None:
    host = Machine().host
    with pytest.raises(CimFailure) as caught:
        host.run_command("hostname", b"", 65001, True)
    assert caught.value.hresult == 0x80070002
    assert host.run_command(r"C:\Windows\System32\hostname.exe", b"", 65001, True).stdout == b"SRV\r\n"


def test_standard_input_becomes_a_file() -> None:
    machine = Machine()
    assert machine.run(r'findstr "^" > C:\in.txt', stdin="one\r\nzwei ü\r\n").exit_code == 0
    assert machine.run(r"type C:\in.txt").stdout == "one\r\nzwei ü\r\n"


def test_appending_and_deleting() -> None:
    machine = Machine()
    machine.run(r"echo 1>C:\log.txt& echo two>>C:\log.txt")
    assert machine.run(r"type C:\log.txt").stdout == "ECHO is on.\r\ntwo\r\n", "1> is a redirection of handle 1"
    assert machine.run(r"del C:\log.txt").exit_code == 0
    assert machine.run(r"type C:\log.txt").exit_code == 1
    assert machine.run(r"del C:\log.txt").exit_code == 0


def test_directories() -> None:
    machine = Machine()
    assert machine.run(r'mkdir "C:\new one\below"').exit_code == 0
    assert machine.run(r'mkdir "C:\new one"').exit_code == 1
    assert machine.run(r'rmdir "C:\new one"').exit_code == 145
    assert machine.run(r'rmdir /s /q "C:\new one"').exit_code == 0
    assert machine.run(r'dir /b "C:\new one"').exit_code == 1
    assert machine.run(r"dir /b C:\Users").stdout == "Administrator\r\nPublic\r\n"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [([], "d----------"), (["compressed"], "d----c-----"), (["reparse", "hidden"], "d--h----l--")],
)
def test_attributes_as_loop_variables_show_them(attributes: list[str], text: str) -> None:
    machine = Machine(files={"C:\\Some Folder\\": {"attributes": attributes}})
    assert machine.run('for %I in ("C:\\Some Folder") do @echo %~aI').stdout == text + "\r\n"


def test_reparse_points() -> None:
    machine = Machine(files={"C:\\Link\\": {"attributes": ["reparse"]}})
    assert machine.run(r"fsutil reparsepoint query C:\Link").exit_code == 0
    assert machine.run(r"fsutil reparsepoint query C:\Windows").exit_code == 1


def test_compression_is_set_and_inherited() -> None:
    machine = Machine()
    machine.run(r"mkdir C:\c & compact /c C:\c & echo x>C:\c\f.txt")
    assert machine.row("CIM_DataFile", Name=r"C:\c\f.txt")["Compressed"] is True
    assert machine.run(r"compact /u /s:C:\c /i").exit_code == 0
    assert machine.row("CIM_DataFile", Name=r"C:\c\f.txt")["Compressed"] is False


@pytest.mark.parametrize(("profile", "spaced"), [("healthy-2022", False), ("old-2012-r2", True)])
def test_hashes(profile: str, spaced: bool) -> None:
    machine = Machine(profile)
    machine.run(r"echo hello>C:\h.txt")
    lines = machine.run(r"certutil -hashfile C:\h.txt SHA256").stdout.splitlines()
    digest = hashlib.sha256(b"hello\r\n").hexdigest()
    assert lines[1].replace(" ", "") == digest
    assert (" " in lines[1]) is spaced
    assert machine.run(r"certutil -hashfile C:\nothing SHA256").exit_code == 0x80070002


def test_certutil_decodes() -> None:
    machine = Machine()
    encoded = base64.b64encode("<x>ü</x>".encode()).decode()
    assert machine.run(rf"echo {encoded}>C:\b64& certutil -f -decode C:\b64 C:\out.xml").exit_code == 0
    assert machine.host.files.content(r"C:\out.xml") == "<x>ü</x>".encode()
    assert machine.run(r"certutil -decode C:\b64 C:\out.xml").exit_code == 0x80070050


def test_robocopy_says_what_it_did_in_its_exit_code() -> None:
    machine = Machine("scratch-2019")
    copy = r"robocopy D:\MARS\Scratch E:\Scratch /E /COPY:DAT /DCOPY:T /R:1 /W:1 /NP"
    free = machine.row("Win32_Volume", Name="E:\\")["FreeSpace"]
    assert machine.run(copy + " /L").exit_code == 1
    assert machine.row("Win32_Volume", Name="E:\\")["FreeSpace"] == free
    assert machine.run(copy).exit_code == 1
    assert machine.row("Win32_Volume", Name="E:\\")["FreeSpace"] < free - 24 * 2**30
    assert machine.run(copy).exit_code == 0
    machine.run(r"echo x>E:\Scratch\extra.txt")
    assert machine.run(copy).exit_code == 2
    assert machine.run(copy.replace("/R:1", "/SURPRISE")).exit_code == 16
    assert machine.run(r"robocopy D:\nothing E:\x /E").exit_code == 16


def test_a_full_volume_fails_the_copy() -> None:
    machine = Machine("scratch-2019", volumes={"E:\\": {"free": "1 GiB"}})
    result = machine.run(r"robocopy D:\MARS\Scratch E:\Scratch /E")
    assert result.exit_code & 8
    assert machine.row("Win32_Volume", Name="E:\\")["FreeSpace"] >= 0


def test_copies_lose_the_compression_of_their_source() -> None:
    machine = Machine("scratch-2019")
    machine.run(r"robocopy D:\MARS\Scratch E:\Scratch /E")
    assert machine.row("Win32_Directory", Name=r"E:\Scratch")["Compressed"] is False


def test_event_log_queries() -> None:
    machine = Machine(
        events={
            "CloudBackup/Operational": [
                {"id": 1, "time": "2026-02-01T10:00:00+00:00"},
                {"id": 11, "level": 2, "time": "2026-02-01T10:10:00+00:00", "data": {"Error": "0x1FC07"}},
                {"id": 3, "time": "2026-02-01T10:20:00+00:00"},
            ],
        },
    )
    query = 'wevtutil qe CloudBackup/Operational /q:"{}" /c:1 /rd:true /f:xml'
    assert "<EventID>3</EventID>" in machine.run(query.format("*")).stdout
    failed = machine.run(query.format("*[System[(EventID=10 or EventID=11) and Level=2]]"))
    assert "0x1FC07" in failed.stdout
    assert machine.run(query.format("*[System[EventID=99]]")).stdout == ""
    recent = "*[System[TimeCreated[timediff(@SystemTime) <= 3600000]]]"
    assert machine.run(query.format(recent)).stdout == ""
    assert machine.run(query.format("*[System[Nonsense=1")).exit_code == 15001
    assert machine.run("wevtutil qe Nothing /c:1").exit_code == 15007


def test_arguments_are_split_as_programs_see_them() -> None:
    assert split_arguments(r'a "b c" d\e "f\\" "g\"h"') == ["a", "b c", r"d\e", "f\\", 'g"h']
