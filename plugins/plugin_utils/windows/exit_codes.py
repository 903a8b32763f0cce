# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""What the exit codes of installers mean.

Sources: Microsoft's "MsiExec.exe and InstMsi.exe error messages", ".NET Framework deployment guide for administrators"
(return codes), "Windows Update error code list", and winerror.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Outcome(Enum):
    """What an exit code means for the product."""

    INSTALLED = auto()
    RESTART_NEEDED = auto()
    RESTARTING = auto()
    PRESENT = auto()
    FAILED = auto()


@dataclass(frozen=True)
class ExitCode:
    """An outcome, and a text on what happened and what to do."""

    outcome: Outcome
    meaning: str


_FAILURES = {
    5: "access is denied",
    87: "one of its arguments is invalid",
    112: "a disk on the host is full",
    1058: "a service it needs, such as Windows Update (wuauserv), is disabled",
    1602: "it was canceled",
    1603: "a fatal error occurred; see its log in the Temp folder of SYSTEM (C:\\Windows\\Temp)",
    1618: "another installation is running; try again when it has ended",
    1619: "the package cannot be opened; the file may be damaged",
    1620: "the package cannot be opened; the file may be damaged",
    1633: "the package is for another processor architecture",
    1638: "another version of the product is installed",
    3017: "an earlier installation requires a restart of the host first",
    5100: "the host does not meet the product's requirements: it has another edition or a newer version, or lacks a "
    "service pack or update",
    5101: "an internal error of the installer occurred",
    9009: "the program was not found",
    0x00240007: "the update to be removed is not installed",
    0x80070005: "access is denied",
    0x80070422: "the Windows Update service (wuauserv) is disabled",
    0x80070643: "a fatal error occurred during the installation",
    0x80070BC9: "an earlier installation requires a restart of the host first",
    0x80240017: "the update is not for this version of Windows, or a prerequisite is missing",
    0x800F081E: "the update is not for this version of Windows, or a prerequisite is missing",
}

EXIT_CODES = {
    0: ExitCode(Outcome.INSTALLED, "installed"),
    1641: ExitCode(Outcome.RESTARTING, "installed, and the installer has restarted the host"),
    3010: ExitCode(Outcome.RESTART_NEEDED, "installed, complete after a restart"),
    0x00240005: ExitCode(Outcome.RESTART_NEEDED, "installed, complete after a restart"),
    0x00240006: ExitCode(Outcome.PRESENT, "already installed"),
    0x80070BC2: ExitCode(Outcome.RESTART_NEEDED, "installed, complete after a restart"),
    **{code: ExitCode(Outcome.FAILED, meaning) for code, meaning in _FAILURES.items()},
}


def classify(exit_code: int) -> ExitCode:
    """Return what an unsigned exit code means; an unlisted one is a failure."""
    return EXIT_CODES.get(exit_code) or ExitCode(Outcome.FAILED, "unrecognized exit code")
