# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the programs of Windows print, and how cmd.exe reads a line."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from ...windows.event_log import newest_events_query, parse_events
from ...windows.group_policy import PREFERENCES_FOLDER
from ...windows.servicing import CHANGED, CHANNEL, CLIENTS, INSTALLED
from .checks import shows
from .subject import Subject, said
from .verdict import NotTried, require

_EVENTS = "{http://schemas.microsoft.com/win/2004/08/events/event}"
_DAYS = 30
_SDDL = re.compile(r'"?(O:\S+|G:\S+|D:\S*\([A-Z]+;)')


def _windows(subject: Subject) -> str:
    return subject.system.windows_directory


@shows("cmd_parentheses")
def _parentheses(subject: Subject) -> None:
    printed = subject.run("((cmd /c exit 1) && (echo a)) || (echo b) & (echo c)").stdout.split()
    require(printed == ["b", "c"], f"it prints {' '.join(printed)}")


@shows("cmd_keeps_unknown_variable")
def _unknown_variable(subject: Subject) -> None:
    printed = subject.printed("echo %{winops_mars}%").strip()
    require(printed == "%{winops_mars}%", f"it prints {printed!r}")


@shows("cmd_prints_attributes")
def _attributes(subject: Subject) -> None:
    printed = subject.printed(f'for %I in ("{_windows(subject)}") do @echo %~aI').strip()
    require(re.fullmatch(r"d[r-][a-][h-][s-][c-][o-][t-][l-][a-z-]*", printed) is not None, f"it prints {printed!r}")


@shows("findstr_copies_input")
def _findstr(subject: Subject) -> None:
    lines = ["<a>", "", "  &amp; | % ! ^", "last"]
    printed = subject.printed('findstr "^"', "\r\n".join([*lines, ""])).splitlines()
    require(printed == lines, f"it prints {printed}")


@shows("findstr_find_count")
def _count(subject: Subject) -> None:
    # In a pipe, cmd.exe would add a blank to what its own commands print
    printed = subject.printed('findstr /i /e /l /c:".tmp" | find /c /v ""', "a.tmp\r\nb.tmpx\r\nc.TMP\r\n").strip()
    require(printed == "2", f"it prints {printed!r}")


@shows("group_policy_preferences")
def _preferences(subject: Subject) -> None:
    printed = subject.run(f'dir /s /b /a-d "{PREFERENCES_FOLDER}\\*.xml"').stdout.splitlines()
    files = [line for line in printed if "\\Machine\\Preferences\\" in line]
    if not printed:
        raise NotTried("no Group Policy object has preferences for this host")
    require(bool(files), f"{len(printed)} files with preferences are elsewhere, such as {printed[0]}")
    registry = [line for line in files if line.endswith("\\Registry\\Registry.xml")]
    if not registry:
        raise NotTried("no Group Policy object has preferences for the registry of this host")


@shows("servicing_events")
def _updates(subject: Subject) -> None:
    printed = subject.printed(newest_events_query(CHANNEL, [CHANGED], 50))
    changes = [event.user_data for event in parse_events(CHANNEL, printed)]
    updates = [change for change in changes if change.get("PackageIdentifier", "").startswith("KB")]
    if not updates:
        raise NotTried("the log Setup has no event of an update")
    clients = {change.get("Client", "none") for change in updates if change.get("IntendedPackageState") == INSTALLED}
    require(not clients.isdisjoint(CLIENTS), f"updates were installed by {sorted(clients)}")


@shows("filter_altitudes")
def _filters(subject: Subject) -> None:
    result = subject.run("fltmc filters")
    if result.exit_code:
        raise NotTried(f"the account may not list the filters: {said(result)}")
    rows = [
        match for line in result.stdout.splitlines() if (match := re.fullmatch(r"(\S+) +\d+ +([\d.]+) +\d+ *", line))
    ]
    require(bool(rows), f"it prints no line with name, instances, altitude, and frame: {said(result)}")
    defender = [row[2] for row in rows if row[1].lower() == "wdfilter"]
    require(defender in ([], ["328010"]), f"the altitude of Microsoft's own filter WdFilter is {defender}")


@shows("fsutil_attributes")
def _fsutil(subject: Subject) -> None:
    file = f"{_windows(subject)}\\System32\\drivers\\etc\\hosts"
    result = subject.run(f'fsutil usn readdata "{file}"')
    if result.exit_code:
        raise NotTried(f"fsutil cannot read the attributes: {said(result)}")
    lines = [line for line in result.stdout.splitlines() if line.strip()]
    match = re.search(r": 0x([0-9a-f]{1,8})\b", lines[-4]) if len(lines) >= 4 else None
    require(match is not None, f"the fourth line from the end has no hexadecimal number: {said(result)}")
    letters = subject.printed(f'for %I in ("{file}") do @echo %~aI').strip()
    flags = int(match[1], 16) if match else 0
    archive = letters[2:3] == "a"
    require(bool(flags & 0x20) is archive, f"fsutil prints 0x{flags:x}, but its attributes are {letters}")


@shows("cacls_sddl")
def _cacls(subject: Subject) -> None:
    printed = subject.printed(f'cacls "{_windows(subject)}" /S')
    require(_SDDL.search(printed) is not None, f"it prints {printed!r}")


@shows("system_volume_information_access")
def _system_volume_information(subject: Subject) -> None:
    result = subject.run(f'cacls "{_windows(subject)[:2]}\\System Volume Information" /S')
    require(result.exit_code == 0 and _SDDL.search(result.stdout) is not None, f"it prints {said(result)}")


@shows("wevtutil_lists_logs")
def _logs(subject: Subject) -> None:
    names = subject.printed("wevtutil el").splitlines()
    require({"System", "Application"} <= {name.strip() for name in names}, f"it lists {', '.join(names[:3])}, ...")


@shows("wevtutil_prints_events")
def _events(subject: Subject) -> None:
    printed = subject.printed("wevtutil qe System /c:2 /rd:true /f:xml").strip()
    if not printed:
        raise NotTried("the log System is empty")
    try:
        events = ElementTree.fromstring(f"<Events>{printed}</Events>")
    except ElementTree.ParseError as error:
        require(False, f"it prints no XML ({error})")
    else:
        require({event.tag for event in events} == {f"{_EVENTS}Event"}, f"it prints {[event.tag for event in events]}")


@shows("event_timediff")
def _timediff(subject: Subject) -> None:
    query = f"*[System[TimeCreated[timediff(@SystemTime) <= {_DAYS * 86_400_000}]]]"
    # Of these events, the oldest
    printed = subject.printed(f'wevtutil qe System /q:"{query}" /c:1 /f:xml')
    match = re.search(r"SystemTime=['\"](\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", printed)
    if not match:
        raise NotTried(f"the log System has no event of the last {_DAYS} days")
    age = subject.system.local_time - datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    require(age < timedelta(days=_DAYS, hours=1), f"an event of the last {_DAYS} days is {age.days} days old")


@shows("csharp_compilers")
def _compilers(subject: Subject) -> None:
    # With .NET Framework 4, there is its compiler
    if not subject.has_key(r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"):
        raise NotTried("this Windows does not have .NET Framework 4")
    file = f"{_windows(subject)}\\Microsoft.NET\\Framework\\v4.0.30319\\csc.exe"
    require(subject.exists(file), f"{file} does not exist")


@shows("curl_in_system32")
def _curl(subject: Subject) -> None:
    file = f"{_windows(subject)}\\System32\\curl.exe"
    exists = subject.exists(file)
    if subject.build < 17763 and not exists:
        raise NotTried("this Windows is older")
    require(exists, f"{file} does not exist")


@shows("curl_exit_codes")
def _curl_code(subject: Subject) -> None:
    if subject.build < 17763:
        raise NotTried("this Windows does not have curl.exe")
    # Nobody listens there
    options = '--silent --show-error --output nul --noproxy "*" --connect-timeout 5 --write-out "%{remote_ip}\\n"'
    result = subject.run(f"curl.exe {options} https://127.0.0.1:1/")
    seen = f"exit code {result.exit_code}: {said(result)}"
    require(result.exit_code == 7 and "curl: (7)" in result.stdout + result.stderr, seen)


@shows("path_names")
def _path_names(subject: Subject) -> None:
    windows = _windows(subject)
    require(subject.exists(f"{windows}\\.\\System32\\..\\System32"), "a path with . and .. does not lead to the folder")


@shows("schtasks_goes_on")
def _goes_on(subject: Subject) -> None:
    if not subject.misses_tasks():
        raise NotTried("schtasks can read every task of this host")
    require(bool(subject.tasks()), "it lists no task")


# Changes, in the folder of the module


@shows("dir_finds_folders", changes=True)
def _dir_folders(subject: Subject) -> None:
    folder = subject.workshop.folder()
    deep = f"{folder}\\dir\\one\\two\\winops-needle"
    subject.printed(f'if not exist "{deep}" mkdir "{deep}"')
    printed = subject.printed(f'dir /s /b /ad "{folder}\\dir\\winops-n*"').split()
    require([path.lower() for path in printed] == [deep.lower()], f"it prints {printed}")


@shows("dir_finds_files", changes=True)
def _dir_files(subject: Subject) -> None:
    folder = subject.workshop.folder()
    deep = f"{folder}\\files\\one"
    subject.printed(f'(if not exist "{deep}" mkdir "{deep}") & (echo x>"{deep}\\needle.txt")')
    printed = subject.printed(f'dir /s /b /a-d "{folder}\\files\\needle.txt"').split()
    require([path.lower() for path in printed] == [f"{deep}\\needle.txt".lower()], f"it prints {printed}")


@shows("for_f_loses_names", changes=True)
def _for_f(subject: Subject) -> None:
    if subject.release >= (6, 2):
        raise NotTried("this Windows is newer")
    folder = f"{subject.workshop.folder()}\\names"
    subject.printed(f'(if not exist "{folder}" mkdir "{folder}") & (echo x>"{folder}\\\u65e5\u672c.txt")')
    printed = subject.run(f"""for /f "delims=" %I in ('dir /s /b /a-d "{folder}"') do @echo.%~zI""").stdout.split()
    require(printed != ["3"], "it prints the size of a file whose name is outside ASCII")


@shows("certutil_hash", changes=True)
def _hash(subject: Subject) -> None:
    file = f"{subject.workshop.folder()}\\hash.txt"
    subject.printed(f'findstr "^" >"{file}"', "winops.mars\r\n")
    printed = subject.printed(f'certutil -hashfile "{file}" SHA256').splitlines()
    # Of these 13 octets
    digest = hashlib.sha256(b"winops.mars\r\n").hexdigest()
    require(
        digest in (line.replace(" ", "").lower() for line in printed), f"no line is the hash: {' / '.join(printed)}"
    )


@shows("findstr_more", changes=True)
def _more(subject: Subject) -> None:
    folder = subject.workshop.folder()
    for name in ("more1.log", "more2.log"):
        subject.printed(f'findstr "^" >"{folder}\\{name}"', "first\r\nsecond\r\nthird\r\n")
    printed = subject.printed(f'more +2 "{folder}\\more1.log"').split()
    # Whether lines are counted from 0 or from 1 does not matter
    require(printed in (["second", "third"], ["third"]), f"'more +2' prints {printed} of three lines")
    found = subject.printed(f'findstr /c:"third" "{folder}\\more*.log"').splitlines()
    require(len(found) == 2, f"findstr prints {found}")


@shows("robocopy_exit_codes", changes=True)
def _robocopy(subject: Subject) -> None:
    source, target = _two_folders(subject, "codes")
    line = f'robocopy "{source}" "{target}" /E /NP /NFL /NDL /NJH /NJS'
    # /L only compares, 1 is copied or to be copied, 0 the same
    codes = [subject.run(command).exit_code for command in (f"{line} /L", line, f"{line} /L")]
    require(codes == [1, 1, 0], f"its exit codes are {codes} instead of 1, 1, 0")


@shows("robocopy_excludes_folders", changes=True)
def _excludes(subject: Subject) -> None:
    source, target = _two_folders(subject, "excludes")
    subject.printed(f'mkdir "{source}\\skip-1" & mkdir "{target}\\skip-2"')
    code = subject.run(f'robocopy "{source}" "{target}" /MIR /XD skip-* /NP /NFL /NDL /NJH /NJS').exit_code
    left, copied = subject.exists(f"{target}\\skip-2"), subject.exists(f"{target}\\skip-1")
    require(
        left and not copied and code < 8,
        f"exit code {code}; of the folders, one was {'copied' if copied else 'removed'}",
    )


@shows("robocopy_same_files", changes=True)
def _same_files(subject: Subject) -> None:
    source, target = _two_folders(subject, "same")
    line = f'robocopy "{source}" "{target}" a.txt /NP /NFL /NDL /NJH /NJS'
    codes = [subject.run(command).exit_code for command in (line, line, f"{line} /IS /IT")]
    require(codes == [1, 0, 1], f"its exit codes are {codes} instead of 1, 0, 1")


@shows("robocopy_minage", changes=True)
def _minage(subject: Subject) -> None:
    source, _target = _two_folders(subject, "age")
    line = f'robocopy "{source}" "{source}\\none" /l /minage:1 /fp /nc /ns /ndl /njh /njs /np'
    printed = subject.run(line).stdout.split()
    require(printed == [], f"it lists a file that was written just now: {printed}")


def _two_folders(subject: Subject, name: str) -> tuple[str, str]:
    """Return a folder with a file, and an empty one."""
    folder = f"{subject.workshop.folder()}\\{name}"
    subject.printed(f'mkdir "{folder}\\source" & mkdir "{folder}\\target" & (echo x>"{folder}\\source\\a.txt")')
    return f"{folder}\\source", f"{folder}\\target"
