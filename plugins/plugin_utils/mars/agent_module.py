# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""The files of the agent's PowerShell module: those of a host, and those of a copy of the agent's folder ``bin``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ..windows import paths, robocopy
from ..windows.command_line import quoted
from ..windows.errors import CimError
from ..windows.files import Files
from ..windows.system_command import SystemCommand, temporary_directory
from ..wsman.session import Session
from .locations import ENGINE_PROGRAM

#: The folder of modules in that of the agent's programs, and the manifest of the module in it.
MODULES_FOLDER = "Modules"
MANIFEST = r"msonlinebackup\msonlinebackup.psd1"

_SHARE = re.compile(r"\\\\[^\\]+\\[^\\]+(\\[^\\]+)*\\?")
_COPY = f"{robocopy.RETRIES} {robocopy.SILENT}"
_TIMEOUT = 900.0


@dataclass(frozen=True)
class ModuleFile:
    """What is compared of a file: its size in bytes, and its version, None for files without one."""

    size: int | None
    version: str | None


@dataclass(frozen=True)
class Source:
    """A copy of the agent's folder ``bin``.

    :ivar folder: where the host can read it, as long as it is open.
    :ivar version: of the agent that it is of.
    :ivar files: as :func:`module_files` returns them.
    """

    folder: str
    version: str | None
    files: Mapping[str, ModuleFile]


def module_files(session: Session, folder: str) -> dict[str, ModuleFile]:
    """Return the files in ``Modules`` of a folder ``bin``, by their path in that in lower case."""
    root = paths.normalize(f"{folder}\\{MODULES_FOLDER}")
    return {
        file.path[len(root) + 1 :].lower(): ModuleFile(file.size, file.version) for file in Files(session).below(root)
    }


@contextmanager
def open_source(session: Session, path: str, sleep: Callable[[float], None] = time.sleep) -> Iterator[Source]:
    """Read a copy of the folder ``bin``. Raises :class:`CimError` for a path that is not one.

    :param path: a local path of the host, or a UNC path, of which the host makes a copy for as long as it is open.
    """
    with ExitStack() as stack:
        if paths.is_plain_folder(path):
            folder = paths.normalize(path)
        elif _SHARE.fullmatch(path):
            folder = stack.enter_context(temporary_directory(session))
            _copy(session, path.rstrip("\\"), folder, sleep)
        else:
            raise CimError(f"{path!r} is neither a local path of a folder nor a UNC path")
        # Its version is that of the agent
        engine = Files(session).file(f"{folder}\\{ENGINE_PROGRAM}")
        files = module_files(session, folder)
        if engine is None or MANIFEST not in files:
            raise CimError(
                f"{path} is not a copy of the agent's folder bin: "
                f"{ENGINE_PROGRAM} or {MODULES_FOLDER}\\{MANIFEST} is missing"
            )
        yield Source(folder, engine.version, files)


def _copy(session: Session, share: str, directory: str, sleep: Callable[[float], None]) -> None:
    modules = " ".join(quoted(f"{folder}\\{MODULES_FOLDER}") for folder in (share, directory))
    command = (
        f"robocopy {quoted(share)} {quoted(directory)} {ENGINE_PROGRAM} {_COPY} >nul"
        f" & robocopy {modules} /E {_COPY} >nul"
    )
    exit_code = SystemCommand(session, directory, command, sleep).run(_TIMEOUT)
    if exit_code >= robocopy.FAILED:
        raise CimError(
            f"{share} cannot be read (exit code {exit_code} of robocopy): the host reads it with its computer "
            "account, so let that account or the group Domain Computers read share and folder",
            exit_code,
        )
