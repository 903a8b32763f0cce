# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""Registry keys by ``reg query``, for a batch of commands; StdRegProv would take a request for each of their values.

reg.exe ends with 1 whether a key is absent or cannot be read, and says which in the host's language. So it is also
asked for a key that certainly does not exist. A key about which it says the same is absent; anything else is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..wsman.session import Session
from .command_batch import CommandBatch, Output
from .command_line import quoted
from .errors import CimError
from .paths import fold
from .registry import WrongTypeError

#: The command that prints what reg.exe says about an absent key, and nothing where reg.exe does not work at all.
ABSENT_QUERY = r"reg query HKLM >nul 2>nul && reg query HKLM\SOFTWARE\winops.mars-5d1c2f7e90b84c3a"

# Characters of a complaint that a message repeats at most.
_MAX_COMPLAINT = 200
# Names are printed as they are stored, but for that of the default value, which is translated. Types never are.
_VALUE = re.compile(r"    (?P<name>.*?)    (?P<type>REG_[A-Z_]+)(?:    (?P<data>.*))?")
# Where this is in the data, it may also be the type, and what is before it the name.
_OTHER_TYPE = re.compile(r"    REG_[A-Z_]+(    |$)")
# In place of the type, where the line can be read in several ways
_AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class RegistryKey:
    """One key: its values, and the names of its subkeys.

    The typed reads take a name in any letter case. They return None for an absent value, and raise
    :class:`WrongTypeError` for one of another type. The default value cannot be read.
    """

    path: str
    subkeys: tuple[str, ...]
    _values: Mapping[str, tuple[str, str]]

    def dword(self, name: str) -> int | None:
        """Return the number of a REG_DWORD value, unsigned."""
        data = self._data(name, "REG_DWORD")
        return None if data is None else int(data, 16)

    def string(self, name: str) -> str | None:
        """Return the text of a REG_SZ value, or the text of a REG_EXPAND_SZ value with its variables unexpanded."""
        data = self._data(name, "REG_SZ", "REG_EXPAND_SZ")
        if data is not None and "\ufffd" in data:
            raise CimError(f"the output of 'reg query' for the registry value {self.path}\\{name} is not valid UTF-8")
        return data

    def is_ambiguous(self, name: str) -> bool:
        """Return whether the output does not tell this value from another one, whose name has separators in it."""
        return self._values.get(fold(name), ("", ""))[0] == _AMBIGUOUS

    def is_expandable(self, name: str) -> bool:
        """Return whether this is a REG_EXPAND_SZ value with a variable in it."""
        type_, data = self._values.get(fold(name), ("", ""))
        return type_ == "REG_EXPAND_SZ" and "%" in data

    def printed(self, name: str) -> str | None:
        """Return a value of any type as reg.exe prints it: REG_DWORD and REG_QWORD as ``0x1``."""
        value = self._value(name)
        return value[1] if value else None

    def binary(self, name: str) -> bytes | None:
        """Return the bytes of a REG_BINARY value."""
        data = self._data(name, "REG_BINARY")
        return None if data is None else bytes.fromhex(data)

    def _data(self, name: str, *types: str) -> str | None:
        value = self._value(name)
        if value is None:
            return None
        if value[0] not in types:
            raise WrongTypeError(f"the registry value {self.path}\\{name} is not of type {types[0]}")
        return value[1]

    def _value(self, name: str) -> tuple[str, str] | None:
        if self.is_ambiguous(name):
            raise CimError(
                f"the registry value {self.path}\\{name} cannot be read with 'reg query': its text, or the name of "
                "another value of the key, contains blanks and the name of a type"
            )
        return self._values.get(fold(name))


def query_batch(session: Session, keys: Iterable[str], commands: Mapping[str, str] | None = None) -> CommandBatch:
    """Return a batch that reads registry keys beside other commands; :func:`queried` returns a key from its output."""
    items = list(dict.fromkeys(map(quoted, keys)))
    absent = {ABSENT_QUERY: ABSENT_QUERY} if items else {}
    return CommandBatch(session, absent | dict(commands or {}), "reg query %i", items)


def queried(key: str, output: Callable[[str], Output]) -> RegistryKey | None:
    """Return a key of a batch, None if the key is absent.

    :param output: that of the batch.

    Raises :class:`WSManError` if the key could not be read.
    """
    return registry_key(key, output(quoted(key)), output(ABSENT_QUERY))


# Evidence: reg_query_absent_key
def registry_key(key: str, output: Output, absent: Output) -> RegistryKey | None:
    """Return a key as ``reg query`` printed it, None if the key is absent.

    :param absent: the output of :data:`ABSENT_QUERY` on the same host.

    Raises :class:`CimError` if the key could not be read.
    """
    if not output.succeeded:
        if output.text and output == absent:
            return None
        # The complaint comes last; before it, there may be data.
        complaint = next((line.strip() for line in reversed(output.text.splitlines()) if line.strip()), "no message")
        raise CimError(f"the registry key {key} could not be read with 'reg query': {complaint[:_MAX_COMPLAINT]}")
    path = key.partition("\\")[2].rstrip("\\")
    subkeys: list[str] = []
    values: dict[str, tuple[str, str]] = {}
    latest = None
    for line in output.text.splitlines():
        if match := _VALUE.fullmatch(line):
            latest = fold(match["name"])
            data = match["data"] or ""
            is_clear = latest not in values and not _OTHER_TYPE.search(data)
            values[latest] = match["type"] if is_clear else _AMBIGUOUS, data
        elif line.startswith("HKEY_"):
            # The key itself or one of its subkeys, with the long name of its hive
            parent, _unused, name = line.rpartition("\\")
            if fold(parent.partition("\\")[2]) == fold(path):
                subkeys.append(name)
            latest = None
        elif latest is not None and line:
            # A text with line breaks
            values[latest] = values[latest][0], f"{values[latest][1]}\n{line}"
    return RegistryKey(key, tuple(subkeys), values)


def read_keys(session: Session, keys: Sequence[str]) -> list[RegistryKey | None]:
    """Read registry keys by one command; None for an absent one."""
    batch = query_batch(session, keys)
    return [queried(key, batch.output) for key in keys]
