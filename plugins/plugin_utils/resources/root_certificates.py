# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Certificates that the computer trusts as roots."""

from __future__ import annotations

import base64
import hashlib
import re
import ssl
from collections.abc import Iterable, Mapping
from typing import Any

from ..windows.certificate_stores import CertificateStores
from ..windows.errors import CimError
from ..wsman.session import Session
from .resource import Resource


class RootCertificates(Resource[frozenset[str]]):
    """Certificates by their thumbprints; the state has those of them that the computer trusts.

    :param files: certificates in PEM or DER by the names of their files; what has another thumbprint is not added.
    """

    def __init__(self, session: Session, thumbprints: Iterable[str], files: Mapping[str, bytes]) -> None:
        self._stores = CertificateStores(session)
        self._thumbprints = frozenset(re.sub(r"[\s:]", "", thumbprint).upper() for thumbprint in thumbprints)
        found = [der for name, content in files.items() for der in _certificates(name, content)]
        # Windows names certificates by this hash
        certificates = {hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(): der for der in found}
        self._certificates = {name: certificates[name] for name in self._thumbprints & certificates.keys()}

    def read(self) -> frozenset[str]:
        """Return the thumbprints of those that are trusted."""
        return self._stores.read().trusted & self._thumbprints

    def desired(self, current: frozenset[str]) -> frozenset[str]:
        """Add those that the files have."""
        return current | self._certificates.keys()

    def apply(self, current: frozenset[str], desired: frozenset[str]) -> None:
        """Add what is missing."""
        for thumbprint in sorted(desired - current):
            self._stores.trust(ssl.DER_cert_to_PEM_cert(self._certificates[thumbprint]))

    def show(self, state: frozenset[str]) -> dict[str, Any]:
        """Return the thumbprints in order, and those that are still missing."""
        return {"trusted": sorted(state), "missing": sorted(self._thumbprints - state)}


def _certificates(name: str, content: bytes) -> list[bytes]:
    """Return the certificates of a file in DER. Raises :class:`CimError` if it has none."""
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", content, re.DOTALL)
    try:
        found = [base64.b64decode(b"".join(block.split()), validate=True) for block in blocks] or [content]
    except ValueError:
        found = []
    # A certificate is a sequence, whose length is in two bytes
    if not found or not all(der[:2] == b"\x30\x82" and len(der) == 4 + int.from_bytes(der[2:4]) for der in found):
        raise CimError(f"{name} has no certificate in PEM or DER")
    return found
