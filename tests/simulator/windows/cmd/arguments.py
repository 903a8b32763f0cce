# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Windows programs split their command line into arguments (CommandLineToArgvW)."""

from __future__ import annotations

import re

# What stands for itself, outside of quotes and between them
_PLAIN = re.compile(r'[^\\" \t]*')
_QUOTED = re.compile(r'[^\\"]*')


def split_arguments(line: str) -> list[str]:
    """Quotes group, ``\\"`` is a quote, backslashes before a quote are halved."""
    arguments: list[str] = []
    current = ""
    started = quoted = False
    at = 0
    while at < len(line):
        character = line[at]
        if character == "\\":
            end = at
            while end < len(line) and line[end] == "\\":
                end += 1
            count = end - at
            if line[end : end + 1] == '"':
                current += "\\" * (count // 2)
                if count % 2:
                    current += '"'
                    end += 1
            else:
                current += "\\" * count
            started = True
            at = end
            continue
        if character == '"':
            quoted = not quoted
            started = True
        elif character in " \t" and not quoted:
            if started:
                arguments.append(current)
            current, started = "", False
        else:
            plain = (_QUOTED if quoted else _PLAIN).match(line, at)
            assert plain is not None
            current += plain[0]
            started = True
            at = plain.end()
            continue
        at += 1
    if started:
        arguments.append(current)
    return arguments
