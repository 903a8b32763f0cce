# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small programs about the system: sc, net, whoami, hostname, ping, timeout, tzutil, w32tm, powershell."""

from __future__ import annotations

import base64
import json
import re

from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.registry import Value, ValueType
from tests.simulator.windows.services import (
    ALREADY_RUNNING,
    CANNOT_ACCEPT_CONTROL,
    DEPENDENTS_RUNNING,
    DISABLED,
    NOT_ACTIVE,
    REQUEST_TIMEOUT,
    Service,
)

_WIN32_OF_SERVICE = {
    ALREADY_RUNNING: 1056,
    CANNOT_ACCEPT_CONTROL: 1052,
    DEPENDENTS_RUNNING: 1051,
    DISABLED: 1058,
    NOT_ACTIVE: 1062,
    REQUEST_TIMEOUT: 1053,
}
_STATES = {"Stopped": (1, "STOPPED"), "Start Pending": (2, "START_PENDING"), "Stop Pending": (3, "STOP_PENDING")}
_START_TYPES = {"Boot": "0   BOOT_START", "System": "1   SYSTEM_START", "Auto": "2   AUTO_START"}
_START_TYPES |= {"Manual": "3   DEMAND_START", "Disabled": "4   DISABLED"}
_TIME_ZONE_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
_CONFIG_MODES = {"boot": "boot", "system": "system", "auto": "automatic", "demand": "manual", "disabled": "disabled"}
_CONFIG_MODES |= {"delayed-auto": "automatic"}


def _find_service(context: Context, name: str) -> Service | None:
    by_name = context.host.services.find(name)
    return by_name or next(
        (service for service in context.host.services.all() if service.display_name.lower() == name.lower()),
        None,
    )


def _print_state(context: Context, service: Service) -> None:
    number, word = _STATES.get(service.state, (4, "RUNNING"))
    context.print(f"\r\nSERVICE_NAME: {service.name} ")
    context.print("        TYPE               : 10  WIN32_OWN_PROCESS  ")
    context.print(f"        STATE              : {number}  {word} ")
    context.print(f"        WIN32_EXIT_CODE    : {service.exit_code}  ({service.exit_code:#x})")


def sc(context: Context, arguments: list[str]) -> int:
    """``sc query|qc|start|stop|config name``: the Win32 error as exit code."""
    if len(arguments) < 2 or arguments[0].lower() not in ("query", "queryex", "qc", "start", "stop", "config"):
        context.complain(context.text("syntax"))
        return 1639
    verb, name = arguments[0].lower(), arguments[1]
    services = context.host.services
    if services.find(name) is None:
        context.print(f"[SC] {verb} 1060:\r\n")
        context.print("", end="")
        context.complain_win32(1060)
        return 1060
    code = 0
    if verb in ("start", "stop"):
        code = services.start(name) if verb == "start" else services.stop(name)
    elif verb == "config":
        mode = arguments[3].lower() if len(arguments) > 3 and arguments[2].lower() == "start=" else ""
        if mode not in _CONFIG_MODES:
            return 1639
        services.change_start_mode(name, _CONFIG_MODES[mode], delayed=mode == "delayed-auto")
        context.print("[SC] ChangeServiceConfig SUCCESS")
        return 0
    if code:
        win32 = _WIN32_OF_SERVICE.get(code, 1053)
        context.complain(f"[SC] {verb} {win32}:")
        context.complain_win32(win32)
        return win32
    service = next(service for service in services.read() if service.name.lower() == name.lower())
    if verb == "qc":
        context.print("[SC] QueryServiceConfig SUCCESS\r\n")
        context.print(f"SERVICE_NAME: {service.name}")
        context.print(f"        START_TYPE         : {_START_TYPES[service.start_mode]}")
        context.print(f"        BINARY_PATH_NAME   : {service.path}")
        context.print(f"        SERVICE_START_NAME : {service.account}")
    else:
        _print_state(context, service)
    return 0


def net(context: Context, arguments: list[str]) -> int:
    """``net start|stop name``: waits until the service is there; exit code 2 for anything that failed."""
    if len(arguments) < 2 or arguments[0].lower() not in ("start", "stop"):
        context.complain(context.text("syntax"))
        return 1
    verb = arguments[0].lower()
    service = _find_service(context, arguments[1])
    if service is None:
        context.complain_win32(1060)
        return 2
    services = context.host.services
    if verb == "stop" and "/y" in (argument.lower() for argument in arguments):
        for dependent in services.dependents(service.name):
            services.stop(dependent.name)
    code = services.start(service.name) if verb == "start" else services.stop(service.name)
    services.read()
    services.read()
    if code:
        context.complain_win32(_WIN32_OF_SERVICE.get(code, 1053))
        return 2
    if (service.state == "Running") is not (verb == "start"):
        context.complain(context.text("service_failed", service.display_name))
        return 2
    context.say("service_started" if verb == "start" else "service_stopped", service.display_name)
    return 0


def whoami(context: Context, arguments: list[str]) -> int:
    """``whoami`` and ``whoami /user /fo csv /nh``."""
    host = context.host
    account = host.accounts.by_sid("S-1-5-18") if context.system else host.user
    assert account is not None
    if "/user" in (argument.lower() for argument in arguments):
        context.print(f'"{account.full_name.lower()}","{account.sid}"')
    else:
        context.print(account.full_name.lower())
    return 0


def hostname(context: Context, _arguments: list[str]) -> int:
    """The computer's name."""
    context.print(context.host.computer_name)
    return 0


def ping(context: Context, arguments: list[str]) -> int:
    """``ping -n count address``: takes a second between two packets; only the host itself answers."""
    lowered = [argument.lower() for argument in arguments]
    given = lowered[lowered.index("-n") + 1 :] if "-n" in lowered else ["4"]
    if not given or not given[0].isdigit():
        context.complain(context.text("syntax"))
        return 1
    count = int(given[0])
    context.take(count - 1)
    return 0 if {"127.0.0.1", "localhost", "::1"} & set(lowered) else 1


def timeout(context: Context, _arguments: list[str]) -> int:
    """Refuses to run where standard input is redirected, as it is in a session."""
    context.complain(context.text("error") + "Input redirection is not supported, exiting the process immediately.")
    return 1


def shutdown(context: Context, arguments: list[str]) -> int:
    """``shutdown /r|/s [/t seconds] [/f]``, and ``/a``, which comes too late when nothing is pending (1116)."""
    lowered = [argument.lower().replace("-", "/", 1) for argument in arguments]
    seconds = lowered[lowered.index("/t") + 1 :][:1] if "/t" in lowered else ["30"]
    host = context.host
    if not seconds or not seconds[0].isdigit() or not {"/r", "/s", "/a"} & set(lowered):
        context.complain(context.text("syntax"))
        return 87
    if host.is_restarting:
        context.complain_win32(1115)
        return 1115
    if "/a" in lowered:
        return 0 if host.abort_shutdown() else 1116
    if not host.begin_shutdown(float(seconds[0]), restart="/r" in lowered):
        return 1190
    return 0


def tzutil(context: Context, arguments: list[str]) -> int:
    """``tzutil /g``, and ``/s`` with the name of a time zone in its letter case."""
    registry = context.host.registry
    switch = arguments[0].lower() if arguments else ""
    if switch == "/g":
        context.print(str(registry.data(_TIME_ZONE_KEY, "TimeZoneKeyName")), end="")
        return 0
    zones = registry.find(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Time Zones")
    if switch != "/s" or len(arguments) != 2 or zones is None:
        context.complain(context.text("syntax"))
        return 1
    if arguments[1] not in (zone.name for zone in zones.keys.values()):
        context.complain_win32(1168)
        return 1
    registry.set(_TIME_ZONE_KEY, Value("TimeZoneKeyName", ValueType.REG_SZ, arguments[1]), trusted=True)
    return 0


def w32tm(context: Context, arguments: list[str]) -> int:
    """``w32tm /resync``: without a server to ask it says so, and ends with 0."""
    host = context.host
    service = host.services.find("W32Time")
    if [argument.lower() for argument in arguments] != ["/resync"]:
        context.complain(context.text("syntax"))
        return 1
    if service is None or service.state != "Running":
        context.print("The following error occurred: The service has not been started. (0x80070426)")
        return 0x80070426
    if not host.profile.get("time_source", True):
        context.print("The computer did not resync because no time data was available.")
        return 0
    host.clock_offset *= 0
    context.print("The command completed successfully.")
    return 0


def _literals(script: str) -> str:
    """A script without texts in double quotation marks, and with one kind of single ones (about_Quoting_Rules)."""
    return re.sub(r'"[^"]*"', "", re.sub("[\u2018-\u201b]", "'", script))


def powershell(context: Context, arguments: list[str]) -> int:
    """No script is interpreted: a profile says how PowerShell ends, and what a script given in base64 answers."""
    entry = context.host.profile.get("powershell", {})
    options = [argument.lower() for argument in arguments]
    if "-encodedcommand" in options:
        try:
            script = base64.b64decode(arguments[options.index("-encodedcommand") + 1], validate=True).decode(
                "utf-16-le"
            )
        except (IndexError, ValueError):
            context.complain(
                "Cannot process the command because the value specified with -EncodedCommand is not properly encoded."
            )
            return 1
        if not {"-noprofile", "-noninteractive"} <= set(options):
            return 1  # a profile may print anything, and a question waits for ever
        # Only quotation marks that are doubled are inside of a text
        if _literals(script).count("'") % 2:
            context.complain("The string is missing the terminator: '.")
            return 1
        if entry.get("answer") is not None and not entry.get("exit_code"):
            answer = entry["answer"]
            text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
            context.stdout += f"{text}\r\n".encode()
    context.take(float(entry.get("duration", 0.3)))
    return int(entry.get("exit_code", 0))
