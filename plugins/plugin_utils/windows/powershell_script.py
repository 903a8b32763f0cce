# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Scripts of Windows PowerShell on the host, for what nothing else can read: off unless a user asks for such facts."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from ..wsman.session import Session
from .command_line import LONGEST_LINE, failure
from .errors import CimError

# Before anything else: under a lockdown, most of the language cannot be used. Get-ExecutionPolicy answers untranslated.
_BEGIN = """
$ErrorActionPreference='Stop';$ProgressPreference='SilentlyContinue'
if($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage'){'{"unfit":"language_mode"}';exit}
[Console]::OutputEncoding=New-Object Text.UTF8Encoding $false
$e="$(Get-ExecutionPolicy)"
if('RemoteSigned','Unrestricted','Bypass' -notcontains $e){'{"unfit":"execution_policy"}';exit}
"""
_UNFIT = {
    "language_mode": "Windows PowerShell runs in a restricted language mode, set by a policy of application control",
    "execution_policy": "the execution policy keeps Windows PowerShell from loading modules for this account",
    "module": "the module cannot be loaded",
}


def literal(text: str) -> str:
    """Return a text as a literal of PowerShell, which has these characters for a single quotation mark."""
    for mark in "'\u2018\u2019\u201a\u201b":
        text = text.replace(mark, mark * 2)
    return f"'{text}'"


def run_script(session: Session, script: str, timeout: float) -> dict[str, Any]:
    """Run a script that changes nothing, in at most ``timeout`` seconds, and return the JSON object that it prints.

    A script that prints ``{"unfit": "module"}`` says that a module that it needs cannot be loaded.

    Raises :class:`CimError` if Windows PowerShell is not fit for it, or prints anything else.
    """
    encoded = b64encode((_BEGIN + script).encode("utf-16-le")).decode("ascii")
    command = f"powershell.exe -NoProfile -NonInteractive -InputFormat None -EncodedCommand {encoded}"
    if len(command) > LONGEST_LINE:
        raise CimError("the script is too long for a command line")
    result = session.run(command, repeatable=True, timeout=timeout)
    if result.exit_code:
        raise failure("a script of Windows PowerShell failed", result)
    answer = _parse(result.stdout)
    if reason := answer.get("unfit"):
        detail = answer.get("detail")
        raise CimError(_UNFIT.get(str(reason), str(reason)) + (f" ({detail})" if detail else ""))
    return dict(answer)


def _parse(printed: str) -> Mapping[str, Any]:
    lines = [line for line in printed.splitlines() if line.strip()]
    try:
        answer = json.loads(lines[-1].lstrip("\ufeff")) if lines else None
    except ValueError:
        answer = None
    if not isinstance(answer, Mapping):
        raise CimError("a script of Windows PowerShell printed something else than expected")
    return answer
