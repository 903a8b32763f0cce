# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The certificates that the computer trusts as roots: keys of the registry, named by their thumbprints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..wsman.session import Session
from .command_line import failure, quoted
from .errors import CimError
from .registry_query import RegistryKey, read_keys
from .system_command import temporary_directory

# Those that administrators, Windows Update, Group Policy, and Active Directory fill.
_ROOT_KEYS = (
    r"HKLM\SOFTWARE\Microsoft\SystemCertificates\ROOT\Certificates",
    r"HKLM\SOFTWARE\Microsoft\SystemCertificates\AuthRoot\Certificates",
    r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates\Root\Certificates",
    r"HKLM\SOFTWARE\Microsoft\EnterpriseCertificates\Root\Certificates",
)
_DISALLOWED_KEYS = (
    r"HKLM\SOFTWARE\Microsoft\SystemCertificates\Disallowed\Certificates",
    r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates\Disallowed\Certificates",
)
_UPDATE_POLICY_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates\AuthRoot"
#: All that is read.
KEYS = (*_ROOT_KEYS, *_DISALLOWED_KEYS, _UPDATE_POLICY_KEY)


@dataclass(frozen=True)
class RootStores:
    """The stores of the computer.

    :ivar trusted: thumbprints of root certificates, in upper case.
    :ivar disallowed: thumbprints of certificates that are not trusted whatever else is.
    :ivar automatic: whether Windows may fetch root certificates when it needs them.
    """

    trusted: frozenset[str]
    disallowed: frozenset[str]
    automatic: bool


def root_stores(keys: Sequence[RegistryKey | None]) -> RootStores:
    """Return what the registry :data:`KEYS` hold, in their order."""
    stores = dict(zip(KEYS, keys, strict=True))
    policy = stores[_UPDATE_POLICY_KEY]
    return RootStores(
        _thumbprints(stores[key] for key in _ROOT_KEYS),
        _thumbprints(stores[key] for key in _DISALLOWED_KEYS),
        policy is None or policy.dword("DisableRootAutoUpdate") != 1,
    )


def _thumbprints(keys: Iterable[RegistryKey | None]) -> frozenset[str]:
    return frozenset(name.upper() for key in keys if key for name in key.subkeys)


class CertificateStores:
    """The certificate stores of one host."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self) -> RootStores:
        """Return what they hold, by one command."""
        return root_stores(read_keys(self._session, KEYS))

    def trust(self, pem: str) -> None:
        """Add a certificate, in PEM, to those that the computer trusts as roots."""
        lines = pem.split()
        if not re.fullmatch(r"[\w+/= -]+", " ".join(lines)):
            raise CimError("a certificate in PEM consists of letters, digits, and the signs + / = -")
        with temporary_directory(self._session) as directory:
            path = f"{directory}\\root.cer"
            text = "\r\n".join(["-----BEGIN CERTIFICATE-----", *lines[2:-2], "-----END CERTIFICATE-----", ""])
            written = self._session.run(f'findstr "^" > {quoted(path)}', stdin=text, repeatable=True)
            if written.exit_code:
                raise failure("the certificate could not be written to a file", written)
            added = self._session.run(f"certutil -f -addstore Root {quoted(path)}", repeatable=True)
        if added.exit_code:
            raise failure("the certificate could not be added with certutil", added)
