# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The Windows side of the simulated fleet: hosts that keep state as Windows does, from YAML profiles.

:func:`load_host` makes one host. A profile (``profiles/<name>.yml``) is a mapping; ``base: <name>`` (or a list) names
profiles it is a delta on: mappings merge (keys without regard to case), anything else replaces, ``null`` removes.

==========================  =========================================================================================
``winrm``                   listener and account of sessions, the fields of ``tests.simulator.model.Listener``
``elevated``                false: the account of sessions is not an administrator, or its token is filtered
``faults``                  misbehavior, the fields of :class:`tests.simulator.model.Faults`
``misbehave``               ids of ``misbehaviors.yml``: what it does otherwise than is assumed of every host
``language``                ``en``, ``de`` or ``ja``: account names and command output
``computer_name``           default: the host's name in upper case
``asset_tag``               of the chassis, as SMBIOS has it
``code_integrity``          0 off, 1 audited, 2 enforced: the user mode policy of Application Control
``clock_offset_seconds``    by how much its clock is wrong, and ``time_source: false``: it finds no server to ask
``skips_waiting``           true: the time for which a client has to wait for a command has gone by at once
``uptime_seconds``          how long ago the host started, as the simulation begins
``restart_seconds``         how long a restart leaves the host unreachable (real seconds)
``restarts_again_after``    seconds after which a host that completes updates restarts once more
``forced_restart_returns``  what Win32Shutdown answers where it restarts at once
``os``                      ``caption version build product_type sku service_pack language architecture mui``
                            ``ansi_codepage oem_codepage country_code memory_kib``
``registry``                ``{key: {value name: data}}``; data is text (REG_SZ), a number (REG_DWORD), a list
                            (REG_MULTI_SZ), ``{expand: text}``, ``{qword: n}``, ``{binary: hex}``;
                            ``{identity: computer}`` is an ID that no other host has
``missing_namespaces``      WMI namespaces that this host has lost
``registry_read_only``      keys nobody but the system may write
``registry_hidden``         keys the account of the sessions may not read
``registry_missing_value_code``  1 or 2: what StdRegProv answers for a missing value
``registry_wrong_type_code``  what it answers for a value of another type; WBEM_E_TYPE_MISMATCH by default
``group_policy``            like ``registry``: values that come back whenever something changed them
``service_policy``          ``{service: Automatic, Manual or Disabled}``: start modes that do
``accounts``                ``{SID: {name, domain, group}}`` besides the well-known ones
``services``                ``{name: {display_name, path, start_mode, state, account, delayed, description,``
                            ``depends_on, accepts_stop, starts, revived_after, revived_if_disabled}}``;
                            ``starts: code`` answers 7, ``starts: dies`` ends Stopped; ``revived_after``: seconds after
                            which something starts it again, ``revived_if_disabled``: which also enables it
``volumes``                 ``{mount path: {capacity, free, label, file_system, drive_type, compressed, guid,``
                            ``read_only, disk_read_only, dynamic, bitlocker}}``; ``bitlocker``: ``locked`` or
                            ``unlocked``; no volume with it on a server: BitLocker is not installed
``shadow_storage``          ``{mount path: {on, maximum}}``, the maximum a size or ``unbounded``; without an entry,
                            there is no storage. ``shadow_storage_fixed: true``: vssadmin fails
``files``                   ``{path: {size | content, version, sha256, sddl, attributes, junction, short_name,``
                            ``hours_old, count}}``; a path ending in ``\`` is a directory; ``junction``: where it
                            leads, also for a second mount point of a volume; attributes: compressed encrypted sparse
                            reparse hidden system readonly in_use, and ``denied``: sessions may not open it, so WMI
                            knows no attributes of it and fsutil fails; ``count`` makes so many files and puts their
                            numbers in the place of ``<n>``
``deduplication``           ``{mount path: {enabled, exclude_folders, saved}}``; absent: neither
                            the namespace nor the service ``ddpsvc`` exists
``iscsi_device``            error code of the initiator's device; ``null``: it was removed
``iscsi_targets``           names of the iSCSI targets to which the initiator has a session
``defender``                ``{running_mode, tamper_protection, null, fails, instances}``; absent: the namespace does
                            not exist. ``null``: properties without a value; ``fails``: the code its classes answer;
                            ``instances: 0``: its classes are there, and empty
``features``                ``{name as in DISM: InstallState}``: 1 enabled, 2 disabled, 3 absent, 4 unknown
``filters``                 ``{name: altitude}`` of file system filters, ``""`` for a legacy one; absent: fltmc fails
``antivirus_products``      ``{name: {guid, path, state}}`` of the Security Center (client releases only)
``tasks``                   ``{path: {xml, password, last_run, last_result, set, sddl, broken}}``; ``set`` writes
                            elements of the definition afterwards: ``{Settings/Enabled: "false"}``; ``sddl``: who was
                            given access to it since it was registered; ``broken``: the HRESULT with
                            which it cannot be read; ``last_run`` is a time, or how many
                            seconds ago that was
``task_user_id``            ``sid`` (default) or ``name``: what is stored in UserId
``events``                  ``{channel: [{id, level, time, provider, data, user_data}]}``, oldest first, for wevtutil;
                            ``hours_ago`` instead of ``time`` counts back from when the simulation began;
                            ``user_data`` is ``{element: {child: text}}``
``channel_not_found_code``  how wevtutil ends for a channel that does not exist; 15007 by default
``executables``             ``{file name or path: {exit_code, duration, effects, effects_after_reboot, needs_reboot,``
                            ``sha256, builds, quiet, requires_system, session_exit_code, not_applicable_code,``
                            ``already_installed_code, fails}}``; effects are ``{registry, files, services}``. A
                            program runs only where its file exists; ``.msu`` packages run through wusa.exe.
                            ``requires_system``: a WinRM session is refused with 5. ``quiet``: switches of which one
                            is needed
``installed``               names of executables that ran before
``downloads``               ``{URL: {size | content, sha256, version, duration, fails, bits_fails, curl_fails}}``; the
                            last two are exit codes of one program alone
``internet``                ``{host: {address, fails, revocation_offline, direct}}``: what answers on TCP 443;
                            ``fails`` is curl's exit code
``networks``                ``[[IPv4Connectivity, IPv6Connectivity]]`` of each network: 0 disconnected, 1 no traffic,
                            2 subnet, 3 local network, 4 Internet; ``[[4, 1]]`` by default
``internet_proxy``          host and port of the proxy behind which that is, but for hosts with ``direct``
``cmd_chains``              ``right``: cmd.exe reads ``a || b & c`` as ``a || (b & c)``
``session_reads_shares``    whether a WinRM session may read ``\\server\share`` (default: no, there is no delegation)
``blocked_programs``        programs of System32 that a policy blocks, such as ``reg``
``powershell``              ``{exit_code, duration, answer}`` of any powershell.exe call: no script is interpreted;
                            ``answer`` is what it prints for ``-EncodedCommand``, as JSON unless it is a text
==========================  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulator.windows.clock import Clock, SkippingClock
from tests.simulator.windows.host import Host
from tests.simulator.windows.profile import PROFILES, load_profile, resolve

__all__ = ["PROFILES", "Clock", "Host", "load_host", "load_profile"]


def load_host(profile: Mapping[str, Any], name: str, clock: Clock | None = None) -> Host:
    """The host a profile describes, in its initial state. ``clock`` is for tests that move time."""
    profile = resolve(profile)
    return Host(profile, name, clock or (SkippingClock() if profile.get("skips_waiting") else Clock()))
