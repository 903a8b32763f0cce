# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil.exe: -hashfile, -decode, -encode, -urlcache, -addstore."""

from __future__ import annotations

import base64
import binascii
import hashlib

from tests.simulator.windows.cmd import transfer
from tests.simulator.windows.cmd.context import Context
from tests.simulator.windows.filesystem import ERROR_FILE_EXISTS, FileError
from tests.simulator.windows.registry import RegistryError, Value, ValueType


def certutil(context: Context, arguments: list[str]) -> int:
    """Exit code 0, or the HRESULT that failed."""
    verbs = {
        "hashfile": _hash_file,
        "decode": _decode,
        "encode": _encode,
        "urlcache": _url_cache,
        "addstore": _add_store,
    }
    flags = [argument[1:].lower() for argument in arguments if argument[:1] in "-/"]
    words = [argument for argument in arguments if argument[:1] not in "-/"]
    verb = next((flag for flag in flags if flag in verbs), None)
    needed = 1 if verb == "hashfile" or "delete" in flags else 2
    if verb is None or not needed <= len(words) <= 2:
        context.complain(context.text("invalid_argument", " ".join(arguments)))
        return 0x80070057
    try:
        code = verbs[verb](context, words, flags)
    except (FileError, RegistryError) as error:
        code = 0x80070000 | error.code
    if code:
        context.say("certutil_failed", verb, code, code & 0xFFFF)
        return code
    context.say("certutil_done", verb)
    return 0


def _shell_memory(context: Context) -> int:
    """MaxMemoryPerShellMB by default: 150 in WinRM 2.0, 1,024 since WinRM 3.0. The file is mapped into memory."""
    return (150 if context.host.build < 9200 else 1024) * 2**20


def _hash_file(context: Context, words: list[str], _flags: list[str]) -> int:
    path, algorithm = words[0], (words[1].upper() if len(words) > 1 else "SHA1")
    node = context.node(path)
    if node is None or node.directory:
        return 0x80070002 if node is None else 0x80070005
    if node.size == 0:
        # Hashing maps the file into memory, which an empty one cannot be.
        return 0x800703EE
    limited = context.remote and not context.host.misbehaves("certutil_memory")
    if limited and node.size > _shell_memory(context):
        return 0x80070008
    if algorithm == "SHA256":
        digest = node.digest()
    elif algorithm in ("SHA1", "MD5", "SHA384", "SHA512"):
        digest = hashlib.new(algorithm.lower(), context.read(path)).hexdigest()
    else:
        return 0x8009000A
    if context.host.build < 14393:
        digest = " ".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    context.say("hash", algorithm, path)
    context.print(digest)
    return 0


def _decode(context: Context, words: list[str], flags: list[str]) -> int:
    source, target = words
    if context.node(target) and "f" not in flags:
        return 0x80070000 | ERROR_FILE_EXISTS
    lines = [line for line in context.read(source).splitlines() if not line.startswith(b"-----")]
    try:
        content = base64.b64decode(b"".join(line.strip() for line in lines), validate=True)
    except binascii.Error:
        return 0x8007000D
    context.write(target, content)
    return 0


def _encode(context: Context, words: list[str], flags: list[str]) -> int:
    source, target = words
    if context.node(target) and "f" not in flags:
        return 0x80070000 | ERROR_FILE_EXISTS
    text = base64.b64encode(context.read(source))
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    context.write(target, b"\r\n".join([b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----", b""]))
    return 0


def _add_store(context: Context, words: list[str], _flags: list[str]) -> int:
    """Add a certificate to a store of the computer: the registry has it under its thumbprint, after a property."""
    store, source = words
    content = context.read(source)
    if content.startswith(b"-----BEGIN CERTIFICATE-----"):
        body = [line.strip() for line in content.splitlines() if not line.startswith(b"-----")]
        content = base64.b64decode(b"".join(body), validate=True)
    if content[:1] != b"\x30":
        return 0x80092009  # CRYPT_E_NO_MATCH
    thumbprint = hashlib.sha1(content, usedforsecurity=False).hexdigest().upper()
    key = rf"HKLM\SOFTWARE\Microsoft\SystemCertificates\{store}\Certificates\{thumbprint}"
    context.host.registry.create(key)
    blob = (32).to_bytes(4, "little") + (1).to_bytes(4, "little") + len(content).to_bytes(4, "little") + content
    context.host.registry.set(key, Value("Blob", ValueType.REG_BINARY, blob))
    return 0


def _url_cache(context: Context, words: list[str], flags: list[str]) -> int:
    if "delete" in flags:
        return 0
    url, target = words
    return transfer.download(context, url, target)
