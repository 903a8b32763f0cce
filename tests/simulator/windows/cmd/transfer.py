# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads: bitsadmin.exe, curl.exe, and what certutil shares with them. ``downloads:`` is the internet."""

from __future__ import annotations

from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.cmd.proxies import set_ie_proxy
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
    context.take(float(entry.get("duration", 0)))
    try:
        context.copy_node(target, Node("", False, size, content, entry.get("version"), entry.get("sha256", "")))
    except FileError as error:
        return 0x80070000 | error.code
    return 0


def bitsadmin(context: Context, arguments: list[str]) -> int:
    """``bitsadmin /transfer job [/download] [/priority p] url target`` or ``/util``; a network logon has no BITS."""
    if [argument.lower() for argument in arguments[:2]] == ["/util", "/setieproxy"]:
        return set_ie_proxy(context, arguments[2:])
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
    entry = context.host.profile.get("downloads", {}).get(words[1], {})
    code = int(entry.get("bits_fails", 0)) or download(context, words[1], words[2])
    if code:
        context.print(f"Unable to complete transfer.\r\nERROR CODE:    {code:#010x}")
        return code
    context.print("Transfer complete.")
    return 0


# Exit codes of curl (its manual, EXIT CODES).
_CURL_CODES = {
    WININET_E_NAME_NOT_RESOLVED: 6,
    HTTP_STATUS_NOT_FOUND: 22,
    0x80070003: 23,
    0x80070005: 23,
    0x80070070: 23,
}


_CURL_TEXTS = {
    5: "Could not resolve proxy: {0}",
    6: "Could not resolve host: {0}",
    7: "Failed to connect to {0} port 443: Connection refused",
    28: "Connection timed out after 15001 milliseconds",
    35: "schannel: next InitializeSecurityContext failed: SEC_E_ILLEGAL_MESSAGE (0x80090326)",
    56: "Received HTTP code 503 from proxy after CONNECT",
    60: "schannel: CertGetCertificateChain trust error CERT_TRUST_IS_UNTRUSTED_ROOT",
}
_CURL_OPTIONS = frozenset(
    {"--output", "--connect-timeout", "--max-time", "--proxy", "--proxy-user", "--noproxy", "--write-out"}
)
_CURL_FLAGS = frozenset({"--silent", "--show-error", "--ssl-no-revoke", "--tlsv1.2", "--proxy-anyauth"})
_PROXY_ADDRESS = "10.20.0.8"


def _try_host(context: Context, arguments: list[str]) -> int:
    """``curl --write-out format https://host/``: what the profile's ``internet`` says, behind ``internet_proxy``."""
    options: dict[str, str] = {}
    words = []
    given = iter(arguments)
    for word in given:
        if word in _CURL_OPTIONS:
            options[word] = next(given, "")
        elif word.startswith("-") and word not in _CURL_FLAGS:
            context.complain(f"curl: option {word}: is unknown\r\ncurl: try 'curl --help' for more information")
            return 2
        elif not word.startswith("-"):
            words.append(word)
    host = words[0].split("/")[2]
    code, address = _connection(context, host, options, revoke="--ssl-no-revoke" not in arguments)
    context.print(options["--write-out"].replace("%{remote_ip}", address).replace("\\n", "\n"), end="")
    if code and ("--silent" not in arguments or "--show-error" in arguments):
        context.complain(f"curl: ({code}) {_CURL_TEXTS.get(code, 'failed').format(host)}")
    return code


def _connection(context: Context, host: str, options: dict[str, str], *, revoke: bool) -> tuple[int, str]:
    """Exit code and address: name, TCP, and handshake, or the same at the proxy and its answer to CONNECT."""
    profile = context.host.profile
    excluded = options.get("--noproxy", "").split(",")
    is_direct = "*" in excluded or any(name and host.endswith(name) for name in excluded)
    proxy = "" if is_direct else options.get("--proxy", "").removeprefix("http://")
    entry = profile.get("internet", {}).get(host)
    if proxy and proxy != profile.get("internet_proxy"):
        return 5, ""
    if entry is None and host.startswith("127.0.0.1:"):
        return 7, ""  # nobody listens
    if entry is None:
        return (56, _PROXY_ADDRESS) if proxy else (6, "")
    code = int(entry.get("fails", 35 if revoke and entry.get("revocation_offline") else 0))
    if not proxy and profile.get("internet_proxy") and not entry.get("direct"):
        code = 7
    if code in (6, 7, 28):
        return (56, _PROXY_ADDRESS) if proxy else (code, "")
    return code, _PROXY_ADDRESS if proxy else str(entry["address"])


def curl(context: Context, arguments: list[str]) -> int:
    """``curl [--fail] [--location] [--silent] --output target url``: 0 or curl's own exit code."""
    if "--write-out" in arguments:
        return _try_host(context, arguments)
    words: list[str] = []
    target = None
    given = iter(arguments)
    for word in given:
        if word in ("--output", "-o"):
            target = next(given, None)
        elif word in ("--proto", "--proto-redir", "--connect-timeout"):
            next(given, None)
        elif not word.startswith("-"):
            words.append(word)
    if target is None or len(words) != 1:
        context.complain("curl: try 'curl --help' for more information")
        return 2
    entry = context.host.profile.get("downloads", {}).get(words[0], {})
    if "curl_fails" in entry:
        return int(entry["curl_fails"])
    code = download(context, words[0], target)
    if code == HTTP_STATUS_NOT_FOUND and "--fail" not in arguments:
        context.write(target, b"<html>404</html>")
        return 0
    return _CURL_CODES.get(code, 56) if code else 0
