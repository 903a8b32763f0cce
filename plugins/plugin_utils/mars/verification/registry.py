# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the registry shows: by StdRegProv, and by ``reg query``."""

from __future__ import annotations

import re

from ...windows.errors import return_value
from ...windows.registry import MACHINE_ENVIRONMENT_KEY
from ...windows.scheduled_tasks import TREE_KEY
from ...wsman.values import Value, array_of, boolean, integer, string
from .checks import shows
from .subject import HKLM, REGISTRY, Subject, said
from .verdict import NotTried, require
from .workshop import KEY

_ABSENT = "winops.mars.absent"
_CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_CONTROL = r"HKLM\SYSTEM\CurrentControlSet\Control"
_ENVIRONMENT = MACHINE_ENVIRONMENT_KEY
_TIME_ZONE = _CONTROL + r"\TimeZoneInformation"
_TIME_ZONES = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Time Zones"
_ROOTS = r"HKLM\SOFTWARE\Microsoft\SystemCertificates\ROOT\Certificates"
# Only SYSTEM may read it, on every Windows
_FORBIDDEN = r"HKLM\SECURITY"
_INTERNET_SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_SET_VALUE = 2
_TEXTS = array_of(string)
_TYPES = {1: "REG_SZ", 2: "REG_EXPAND_SZ", 3: "REG_BINARY", 4: "REG_DWORD", 7: "REG_MULTI_SZ", 11: "REG_QWORD"}


@shows("registry_absent_code_2")
def _absent(subject: Subject) -> None:
    key = return_value(subject.registry("GetStringValue", f"SOFTWARE\\{_ABSENT}", "x"))
    require(key == 2, f"an absent key has the code {key}")
    value = return_value(subject.registry("GetStringValue", _CURRENT_VERSION, _ABSENT))
    require(value == 2, f"an absent value has the code {value}")


@shows("registry_absent_code_1")
def _absent_by_1(subject: Subject) -> None:
    code = return_value(subject.registry("GetStringValue", _CURRENT_VERSION, _ABSENT))
    if code == 2:
        raise NotTried("this host answers 2")
    require(code == 1, f"an absent value has the code {code}")


@shows("registry_expanded_text")
def _expanded(subject: Subject) -> None:
    expanded = subject.registry("GetExpandedStringValue", _ENVIRONMENT, "windir").read("sValue", string) or ""
    require(bool(expanded) and "%" not in expanded, f"GetExpandedStringValue answers {expanded!r} for windir")
    stored = subject.printed(f'reg query "{_ENVIRONMENT}" /v windir')
    require("%SystemRoot%" in stored, f"reg query prints {stored!r} for windir")


@shows("reg_query_types")
def _types(subject: Subject) -> None:
    answer = subject.registry("EnumValues", _ENVIRONMENT)
    names = answer.read("sNames", array_of(string)) or []
    numbers = answer.read("Types", array_of(integer)) or []
    printed = subject.printed(f'reg query "{_ENVIRONMENT}"').splitlines()
    for name, kind in zip(names, numbers, strict=True):
        if not name:
            continue  # reg translates the name of the default value
        start = f"    {name}    {_TYPES.get(kind, '')}    "
        require(any(line.startswith(start) for line in printed), f"reg query prints no line that begins with {start!r}")


@shows("reg_query_absent_key")
def _absent_key(subject: Subject) -> None:
    one, other, forbidden = (
        subject.run(f'reg query "{key}"')
        for key in (rf"HKLM\SOFTWARE\{_ABSENT}", rf"HKLM\SYSTEM\{_ABSENT}\{_ABSENT}", _FORBIDDEN)
    )
    require(one.exit_code != 0 and said(one) == said(other), f"two absent keys: {said(one)}; {said(other)}")
    if forbidden.exit_code == 0:
        raise NotTried(f"the account may read {_FORBIDDEN}")
    require(said(forbidden) != said(one), f"an absent key and one that may not be read: {said(one)}")


@shows("administrator_check_access")
def _check_access(subject: Subject) -> None:
    where: dict[str, Value] = {"hDefKey": HKLM, "sSubKeyName": _CONTROL.removeprefix("HKLM\\"), "uRequired": _SET_VALUE}
    answer = subject.session.invoke(REGISTRY, "CheckAccess", where, repeatable=True)
    writable = answer.read("bGranted", boolean)
    # Only an elevated administrator gets a list from it
    elevated = "FileInfo" in subject.run("fltmc filters").stdout
    require(
        writable is elevated, f"CheckAccess answers {writable}, but 'fltmc filters' {'works' if elevated else 'fails'}"
    )


@shows("local_date_time")
def _time_zone(subject: Subject) -> None:
    zone = subject.text(_TIME_ZONE, "TimeZoneKeyName") or ""
    require(subject.text(f"{_TIME_ZONES}\\{zone}", "Std") is not None, f"TimeZoneKeyName is {zone!r}")
    require(subject.system.local_time.tzinfo is not None, "LocalDateTime has no time zone")


@shows("tzutil")
def _tzutil(subject: Subject) -> None:
    result = subject.run("tzutil /g")
    if result.exit_code and subject.release < (6, 1):
        raise NotTried("this Windows does not have tzutil")
    zone = subject.text(_TIME_ZONE, "TimeZoneKeyName")
    # It says so where daylight saving time is switched off
    require(
        result.stdout.strip().removesuffix("_dstoff") == zone,
        f"'tzutil /g' prints {said(result)}, TimeZoneKeyName is {zone}",
    )


@shows("root_store_keys")
def _roots(subject: Subject) -> None:
    names = subject.registry("EnumKey", _ROOTS).read("sNames", array_of(string)) or []
    require(bool(names), "the store of root certificates is empty")
    others = [name for name in names if not re.fullmatch("[0-9A-Fa-f]{40}", name)]
    require(not others, f"the store of root certificates has the keys {', '.join(others[:3])}")


@shows("task_cache_tree")
def _task_tree(subject: Subject) -> None:
    above = f"{TREE_KEY}\\Microsoft\\Windows"
    names = subject.registry("EnumKey", above).read("sNames", array_of(string)) or []
    tasks = subject.tasks()
    folders = {match[1] for task in tasks if (match := re.match(r"\\Microsoft\\Windows\\([^\\]+)\\", task))}
    missing = {folder.lower() for folder in folders} - {name.lower() for name in names}
    require(
        bool(folders) and not missing, f"the registry lacks the folders {', '.join(sorted(missing)[:3]) or 'of tasks'}"
    )
    for key, is_task in ((above, False), (TREE_KEY + tasks[0], True)):
        values = subject.registry("EnumValues", key).read("sNames", array_of(string)) or []
        require(("Id" in values) is is_task, f"the key {key} has the values {', '.join(values) or 'none'}")


@shows("proxy_bytes")
def _proxy(subject: Subject) -> None:
    found = False
    for hive, key, name in (
        ("HKLM", "HKLM", "WinHttpSettings"),
        ("HKU", r"HKU\S-1-5-18", "DefaultConnectionSettings"),
    ):
        printed = subject.run(f'reg query "{key}\\{_INTERNET_SETTINGS}\\Connections" /v {name}')
        match = re.search(r"REG_BINARY\s+([0-9A-Fa-f]+)", printed.stdout)
        if not match:
            continue
        found = True
        data = bytes.fromhex(match[1])
        position = 12
        for _text in range(2):
            length = int.from_bytes(data[position : position + 4], "little")
            position += 4 + length
            require(position <= len(data), f"a text of {name} in {hive} ends beyond its {len(data)} bytes")
    if not found:
        raise NotTried("neither SYSTEM nor the computer has these values")


# Changes, below the key of the module


@shows("registry_keeps_values", changes=True)
def _keeps(subject: Subject) -> None:
    subject.workshop.require_open()
    values: dict[str, tuple[str, str, Value]] = {
        "text": ("String", "sValue", "a \u00e4 \u65e5\u672c <&> \\ \" 'b'"),
        "empty": ("String", "sValue", ""),
        "long": ("String", "sValue", "0123456789" * 1000),
        "binary": ("Binary", "uValue", [0, 1, 127, 128, 255]),
        "dword": ("DWORD", "uValue", 2**32 - 1),
        "qword": ("QWORD", "uValue", 2**64 - 1),
        "multi": ("MultiString", "sValue", ["one", "\u65e5\u672c", "three"]),
    }
    for name, (kind, parameter, data) in values.items():
        _set(subject, kind, name, parameter, data)
        read = subject.registry(f"Get{kind}Value", KEY, name)
        expected = [str(item) for item in data] if isinstance(data, list) else [str(data)]
        found = [text or "" for text in read.read(parameter, _TEXTS) or [""]]
        require(found == expected, f"of the {kind} {name}, GetValue answers {found}")


@shows("registry_keeps_variables", changes=True)
def _keeps_variables(subject: Subject) -> None:
    subject.workshop.require_open()
    # As PSModulePath might be
    path = r"%SystemRoot%\system32\WindowsPowerShell\v1.0\Modules\;C:\Program Files\A B\; D:\Modules"
    _set(subject, "ExpandedString", "Path", "sValue", path)
    stored = subject.printed(f'reg query "{KEY}" /v Path')
    require(f"    Path    REG_EXPAND_SZ    {path}" in stored.splitlines(), f"reg query prints {stored!r}")
    expanded = subject.registry("GetExpandedStringValue", KEY, "Path").read("sValue", string) or ""
    wanted = path.replace("%SystemRoot%", subject.system.windows_directory)
    require(expanded.lower() == wanted.lower(), f"it is expanded to {expanded!r}")


def _set(subject: Subject, kind: str, name: str, parameter: str, data: Value) -> None:
    """Write a value by StdRegProv."""
    where: dict[str, Value] = {"hDefKey": HKLM, "sSubKeyName": KEY.removeprefix("HKLM\\"), "sValueName": name}
    answer = subject.session.invoke(REGISTRY, f"Set{kind}Value", {**where, parameter: data}, repeatable=True)
    code = return_value(answer)
    require(code == 0, f"Set{kind}Value returns {code} for the value {name}")
