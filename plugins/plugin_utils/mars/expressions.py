# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection; it may change at any time
"""JMESPath expressions and texts over facts: compiled once, evaluated for every host."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

try:
    import jmespath
    from jmespath.exceptions import JMESPathError

    HAS_JMESPATH = True
except ImportError:
    HAS_JMESPATH = False

from .rule_functions import FUNCTION_ARGUMENTS, RuleFunctions


class ExpressionError(ValueError):
    """An expression that cannot work; the text says why, without a full stop."""


class Expression:
    """A compiled JMESPath expression; ExpressionError where it cannot work, ImportError without jmespath."""

    def __init__(self, text: str) -> None:
        if not HAS_JMESPATH:
            raise ImportError("the Python library jmespath is missing on the controller: install it there")
        self.text = text
        try:
            self._compiled = jmespath.compile(text)
        except JMESPathError as error:
            # jmespath draws a pointer under the expression on further lines
            raise ExpressionError(f"not a JMESPath expression: {str(error).splitlines()[0].rstrip(':')}") from error
        for name, count in _calls(self._compiled.parsed):
            if name not in FUNCTION_ARGUMENTS:
                known = ", ".join(sorted(FUNCTION_ARGUMENTS))
                raise ExpressionError(f"there is no function {name}(); there are {known}")
            if FUNCTION_ARGUMENTS[name] not in (None, count):
                raise ExpressionError(f"{name}() takes {FUNCTION_ARGUMENTS[name]} arguments, not {count}")
        self._options = jmespath.Options(custom_functions=RuleFunctions())

    def search(self, document: Mapping[str, Any]) -> Any:
        """What the expression gives over this document; None where it asks for something a value cannot do."""
        try:
            return self._compiled.search(document, options=self._options)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError):
            # jmespath's own functions refuse null and foreign types, some of them with a bare Python error
            return None


class Text:
    """Text with expressions in braces: ``{dotnet.version} is installed``."""

    def __init__(self, text: str) -> None:
        # Every second part is an expression
        parts = re.split(r"\{([^{}]*)\}", text)
        self._parts = [Expression(part) if index % 2 else part for index, part in enumerate(parts)]

    def render(self, document: Mapping[str, Any]) -> str:
        """The text over this document."""
        return "".join(part if isinstance(part, str) else _shown(part.search(document)) for part in self._parts)


def _calls(node: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Every function an expression calls, with the number of arguments."""
    if node["type"] == "function_expression":
        yield node["value"], len(node["children"])
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _calls(child)


def _shown(value: Any) -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
