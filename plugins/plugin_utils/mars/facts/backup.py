# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Facts that only the agent's own cmdlets have, gathered on request by the host's Windows PowerShell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...windows.errors import CimError
from ...windows.powershell_script import literal, run_script
from .. import locations
from ..host import Host

DESCRIPTION = r"""
description:
  - What only the agent's own cmdlets have (C(MSOnlineBackup)), V(null) where the agent is not installed.
  - This is the only section for which Windows PowerShell is run on the host. It needs version 3.0, the full
    language mode, and an execution policy that loads modules. Otherwise it is unreadable, with the reason.
  - Gathered only if O(gather_subset) names it.
type: dict
contains:
  encryption_key_set:
    description: Whether a passphrase is set.
    type: bool
    sample: true
  proxy:
    description: Address and port of the agent's own proxy, V(null) if it uses none of its own.
    type: str
    sample: proxy.example.com:8080
  policy:
    description: The policy for files and folders, V(null) if there is none.
    type: dict
    contains:
      paused:
        description: Whether its schedule is paused.
        type: bool
        sample: false
      days:
        description: The days of the week of its schedule, in English.
        type: list
        elements: str
        sample: [Monday, Tuesday]
      times:
        description: The times of day of its schedule.
        type: list
        elements: str
        sample: ['21:00:00']
  running:
    description: Whether a job runs.
    type: bool
    sample: false
  jobs:
    description: At most ten jobs that ended, as the agent lists them.
    type: list
    elements: dict
    contains:
      type:
        description: Its kind, such as V(Backup) or V(Recovery).
        type: str
        sample: Backup
      state:
        description: How it ended, such as V(Completed), V(CompletedWithWarning), or V(Aborted).
        type: str
        sample: Completed
      started:
        description: When it started, as an ISO 8601 time, V(null) if that is not known.
        type: str
        sample: '2026-11-19T21:00:04+00:00'
      ended:
        description: When it ended, as an ISO 8601 time, V(null) if that is not known.
        type: str
        sample: '2026-11-19T21:41:37+00:00'
      error:
        description: The error code, V(null) for none.
        type: str
        sample: null
"""

#: Not a part of V(all).
ON_REQUEST = True

_TIMEOUT = 180
# Each part on its own, so that one that fails leaves the others known. What is printed is not translated; a property
# that is not there is printed as an empty text. Lists are in tables, since ConvertTo-Json writes some others as tables.
# Evidence: machine_setting_properties
# Times are UTC, but may not say so, which ToLocalTime takes for UTC, and ToUniversalTime for local.
# Evidence: job_times
_SCRIPT = """
try{Import-Module MODULE}catch{ConvertTo-Json -Compress @{unfit='module';detail="$($_.FullyQualifiedErrorId)"};exit}
function T($t){if($t){$t.ToLocalTime().ToUniversalTime().ToString('s')+'+00:00'}else{$null}}
$r=@{failed=@{}}
function P($n,$b){try{$r[$n]=& $b}catch{$r.failed[$n]="$($_.FullyQualifiedErrorId)"}}
P 'setting' {$s=Get-OBMachineSetting
@{key="$($s.EncryptionSetting.EncryptionKeyStatus)";proxy="$($s.ProxySetting.Enabled)"
server="$($s.ProxySetting.ProxyServer)";port="$($s.ProxySetting.ProxyPort)"}}
P 'policy' {$p=Get-OBPolicy
if($p){$c=Get-OBSchedule -Policy $p
@{state="$(Get-OBPolicyState -Policy $p)"
days=@($c.ScheduleRunDays|%{"$_"});times=@($c.ScheduleRunTimes|%{"$_"})}}else{$null}}
P 'jobs' {@{list=@(Get-OBJob -Previous 10|?{$_}|%{$j=$_.JobStatus
@{type="$($_.JobType)";state="$($j.JobState)";started=T $j.StartTime;ended=T $j.EndTime
error="$($j.ErrorInfo.ErrorCode)"}})}}
P 'running' {[bool](Get-OBJob)}
ConvertTo-Json -Compress -Depth 6 $r
"""


def gather(host: Host) -> dict[str, Any] | None:
    """Ask the agent's cmdlets, if Windows PowerShell is fit to run them."""
    if host.install_path is None:
        return None
    if host.registry.text(locations.POWERSHELL_KEY, "PowerShellVersion") is None:
        raise CimError("the cmdlets of the agent need Windows PowerShell 3.0 or later, which is not installed")
    module = f"{host.install_path}\\{locations.MODULE_MANIFEST}"
    answer = run_script(host.session, _SCRIPT.replace("MODULE", literal(module)), _TIMEOUT)

    def part(name: str) -> Any:
        failed = answer.get("failed")
        if isinstance(failed, Mapping) and name in failed:
            raise CimError(f"the cmdlet for it failed: {failed[name]}")
        if name not in answer:
            raise CimError("the cmdlets did not answer as expected")
        return answer[name]

    reads: dict[str, Callable[[], Any]] = {
        "encryption_key_set": lambda: _text(_mapping(part("setting")), "key") == "Set",
        "proxy": lambda: _proxy(_mapping(part("setting"))),
        "policy": lambda: _policy(part("policy")),
        "running": lambda: _bool(part("running")),
        "jobs": lambda: [_job(_mapping(job)) for job in _list(_mapping(part("jobs")).get("list"))],
    }
    return host.read_each("backup", reads)


def _proxy(setting: Mapping[str, Any]) -> str | None:
    if _text(setting, "proxy") not in ("True", "False"):
        raise _unexpected()
    if setting["proxy"] == "False":
        return None
    # It is written as a URL, which may have credentials
    server = re.sub(r"^[a-z]+://", "", _text(setting, "server").lower()).rpartition("@")[2].rstrip("/")
    return f"{server}:{_text(setting, 'port')}"


def _policy(policy: Any) -> dict[str, Any] | None:
    if policy is None:
        return None
    state = _text(_mapping(policy), "state")
    if state not in ("Valid", "Paused"):
        raise CimError(f"the state of the policy is {state[:40]!r}, which is not known")
    return {"paused": state == "Paused", **{name: _texts(policy.get(name)) for name in ("days", "times")}}


def _job(job: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": _text(job, "type"),
        "state": _text(job, "state"),
        "started": _time(job.get("started")),
        "ended": _time(job.get("ended")),
        # An error code of 0, its name, or no information on an error is none
        "error": error if (error := job.get("error")) not in ("", "0", "None", "Success") else None,
    }


def _time(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}\+00:00", value):
        # What was never set is a date in the year 1
        return value if value > "1980" else None
    raise _unexpected()


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _unexpected()
    return value


def _list(value: Any) -> list[Any]:
    # PowerShell makes no list of a single object
    if isinstance(value, Mapping):
        return [value]
    if value is None:
        return []
    if not isinstance(value, list):
        raise _unexpected()
    return value


def _text(values: Mapping[str, Any], name: str) -> str:
    if not isinstance(value := values.get(name), str) or not value:
        raise _unexpected()
    return value


def _texts(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else _list(value)
    if not all(isinstance(entry, str) and entry for entry in values):
        raise _unexpected()
    return values


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _unexpected()
    return value


def _unexpected() -> CimError:
    return CimError("the cmdlets did not answer as expected")
