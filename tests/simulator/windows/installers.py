# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs a profile provides: installers with an exit code, a duration, effects, and conditions as real ones have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.simulator.windows.filesystem import ERROR_FILE_NOT_FOUND, FileError

if TYPE_CHECKING:
    from tests.simulator.windows.cmd.context import Context
    from tests.simulator.windows.host import Host

ERROR_ACCESS_DENIED = 5
ERROR_FILE_CORRUPT = 1392
ERROR_CANCELLED = 1223
ERROR_BAD_EXE_FORMAT = 193
WU_E_NOT_APPLICABLE = 0x80240017
WU_S_ALREADY_INSTALLED = 0x00240006

PENDING_KEYS = {
    "msu": r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    "exe": r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
}


def find_entry(host: Host, path: str) -> tuple[str, Mapping[str, Any]] | None:
    """The profile's entry for a program, by whole path or by file name."""
    entries = host.profile.get("executables", {})
    wanted = (path.lower(), path.rpartition("\\")[2].lower())
    return next(((name, entry) for name, entry in entries.items() if name.lower() in wanted), None)


def run_installer(context: Context, path: str, arguments: list[str]) -> int:
    """Run a program of the file system: its exit code."""
    found = find_entry(context.host, path)
    if found is None:
        context.complain_win32(216)
        return ERROR_BAD_EXE_FORMAT
    return _install(context, *found, path, arguments)


def run_update(context: Context, arguments: list[str]) -> int:
    """``wusa.exe package.msu /quiet /norestart``."""
    switches = {argument.lower() for argument in arguments if argument.startswith("/")}
    packages = [argument for argument in arguments if not argument.startswith("/")]
    if context.remote:
        # The update agent refuses a network logon, whatever its rights.
        return ERROR_ACCESS_DENIED
    if not packages:
        return 87
    node = context.node(packages[0])
    if node is None:
        return ERROR_FILE_NOT_FOUND
    if "/quiet" not in switches:
        return ERROR_CANCELLED
    found = find_entry(context.host, packages[0])
    if found is None or not packages[0].lower().endswith(".msu"):
        return WU_E_NOT_APPLICABLE
    return _install(context, *found, context.absolute(packages[0]), arguments)


def _install(context: Context, name: str, entry: Mapping[str, Any], path: str, arguments: list[str]) -> int:
    host = context.host
    given = [argument.lower() for argument in arguments]
    kind = "msu" if name.lower().endswith(".msu") else "exe"
    context.take(float(entry.get("duration", 0)))
    node = context.node(path)
    if node is None:
        raise FileError(ERROR_FILE_NOT_FOUND, path)
    if entry.get("requires_system") and context.remote:
        return int(entry.get("session_exit_code", ERROR_ACCESS_DENIED))
    if "sha256" in entry and node.digest() != str(entry["sha256"]).lower():
        return ERROR_FILE_CORRUPT
    if "quiet" in entry and not any(switch.lower() in given for switch in entry["quiet"]):
        # Without its quiet switch it waits for a window nobody sees, until someone ends it.
        return ERROR_CANCELLED
    if "builds" in entry and host.build not in entry["builds"]:
        return int(entry.get("not_applicable_code", WU_E_NOT_APPLICABLE if kind == "msu" else 5100))
    if name.lower() in host.installed:
        return int(entry.get("already_installed_code", WU_S_ALREADY_INSTALLED if kind == "msu" else 0))
    if entry.get("fails"):
        return int(entry["fails"])
    host.installed.add(name.lower())
    _apply(host, entry.get("effects", {}))
    code = int(entry.get("exit_code", 0))
    if entry.get("needs_reboot"):
        host.registry.create(PENDING_KEYS[kind], trusted=True)
        host.at_next_boot(lambda: _apply(host, entry.get("effects_after_reboot", {})))
        if "/norestart" not in given:
            host.restart()
    return code


def _apply(host: Host, effects: Mapping[str, Any]) -> None:
    host.registry.load(effects.get("registry", {}))
    host.files.declare(effects.get("files", {}))
    host.services.declare(effects.get("services", {}))
