# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads: bitsadmin.exe, and what certutil shares with it. A profile's ``downloads:`` is the internet."""

from __future__ import annotations

from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.filesystem import FileError, Node, size_in_bytes

ERROR_NOT_LOGGED_ON = 0x800704DD
WININET_E_NAME_NOT_RESOLVED = 0x80072EE7
HTTP_STATUS_NOT_FOUND = 0x80190194


def download(context: Context, url: str, target: str) -> int:
    """Fetch a URL into a file: 0 or an HRESULT."""
    entry = context.host.profile.get("downloads", {}).get(url)
    if entry is None:
        known = context.host.profile.get("downloads", {})
        same_server = any(other.split("/")[:3] == url.split("/")[:3] for other in known)
        return HTTP_STATUS_NOT_FOUND if same_server else WININET_E_NAME_NOT_RESOLVED
    if "fails" in entry:
        return int(entry["fails"])
    content = entry["content"].encode() if "content" in entry else None
    size = len(content) if content is not None else size_in_bytes(entry["size"])
    context.elapsed += float(entry.get("duration", 0))
    try:
        context.copy_node(target, Node("", False, size, content, entry.get("version"), entry.get("sha256", "")))
    except FileError as error:
        return 0x80070000 | error.code
    return 0


def bitsadmin(context: Context, arguments: list[str]) -> int:
    """``bitsadmin /transfer job [/download] [/priority p] url target``; a network logon has no BITS."""
    words = []
    position = 1
    while position < len(arguments):
        word = arguments[position]
        if word.lower() == "/priority":
            position += 1
        elif not word.startswith("/"):
            words.append(word)
        position += 1
    if not arguments or arguments[0].lower() != "/transfer" or len(words) != 3:
        context.print("Invalid argument.")
        return 0x80070057
    if context.remote:
        context.print(f"Unable to create job - {ERROR_NOT_LOGGED_ON:#010x}")
        context.complain_win32(1245)
        return ERROR_NOT_LOGGED_ON
    code = download(context, words[1], words[2])
    if code:
        context.print(f"Unable to complete transfer.\r\nERROR CODE:    {code:#010x}")
        return code
    context.print("Transfer complete.")
    return 0
